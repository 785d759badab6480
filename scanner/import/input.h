/* A file line by line: plain or gzip, as its first octets say; "-" is standard
 * input. */
#ifndef IMPORT_INPUT_H
#define IMPORT_INPUT_H

#include "import/format.h"

struct input;

/** @return 0, SNOW_ENOTFOUND, SNOW_EIO, SNOW_ENOMEM
 *  @owner  the caller, with input_close() */
int input_open(struct input **out, const char *path, struct snow_error *err);
void input_close(struct input *in); /**< NULL is fine */

/** When the file was last written; SNOW_TIME_UNKNOWN of what is no file. */
int64_t input_modified_utc_s(const struct input *in);

/** How much of the file is read, of how much: as it lies on the disk, which may
 * be compressed. @p of is 0 for what is no file. */
void input_position(const struct input *in, uint64_t *at, uint64_t *of);

/**
 * The next line, without its end.
 *
 * @param line  [*len], a NUL behind it; may be written to; NULL for a line
 *              longer than IMPORT_LINE_MAX, which is passed over
 * @return      0; SNOW_ENOTFOUND, without a word, behind the last; SNOW_EIO
 *              for a file that is damaged or cut off; SNOW_ENOMEM
 */
int input_line(struct input *in, char **line, size_t *len,
               struct snow_error *err);

#endif
