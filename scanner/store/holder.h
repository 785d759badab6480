/* Which process holds a file locked, as the kernel lists it. To try the lock
 * would keep out whoever begins just then. */
#ifndef STORE_HOLDER_H
#define STORE_HOLDER_H

#include <stdint.h>
#include <sys/stat.h>

/** The process that a line of /proc/locks says to hold the file for itself
 * with flock(); 0: none, or another file's.
 * @source proc_locks(5) */
int64_t holder_of_line(const char *line, const struct stat *file);

/** The process that holds @p path so; 0: none, or none that can be seen from
 * here, such as one of another machine. */
int64_t holder_of(const char *path);

#endif
