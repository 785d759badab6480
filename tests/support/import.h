/* Reads lines with a format and writes down what they say. */
#ifndef SUPPORT_IMPORT_H
#define SUPPORT_IMPORT_H

#include "import/format.h"

/** What a reader has handed in, as text: "ADDR STATUS [NAME] [TIME]\n". */
struct import_heard {
    struct buf text;
    size_t n_bad;
    const struct import_format *format;
};

/** Read a file that is in memory; its first line tells the format unless
 * @p heard has one. @return what the last call of the format returned */
int import_hear(struct import_heard *heard, const char *octets, size_t len,
                const char *origin);

#endif
