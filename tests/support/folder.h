/* A test's temporary folder, and its end. */
#ifndef SUPPORT_FOLDER_H
#define SUPPORT_FOLDER_H

/** Remove a folder with all that is in it. @return 0, or not */
int folder_remove(const char *path);

#endif
