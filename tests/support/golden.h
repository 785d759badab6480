/* Files that an output is compared with, octet by octet. Paths are relative to
 * the folder of the Makefile. */
#ifndef SUPPORT_GOLDEN_H
#define SUPPORT_GOLDEN_H

#include "base/text.h"

/** Fail the test unless the file at @p path holds just @p got. With
 * GOLDEN_UPDATE=1 in the environment the file is written instead. */
void golden_check(const char *path, const struct buf *got);

/** Append a file; fails the test when it cannot be read. */
void golden_read(struct buf *to, const char *path);

#endif
