/* Tables that a person hands over: comma-separated values with a header
 * (RFC 4180), read record by record. */
#ifndef BASE_CSV_H
#define BASE_CSV_H

#include <stdio.h>

#include "base/text.h"
#include "snowline/error.h"

#define CSV_FIELDS_MAX 64         /**< of one record; further ones are cut */
#define CSV_RECORD_MAX (1u << 20) /**< octets */

/** A column that the caller wants. */
struct csv_column {
    const char *name; /**< in the header, whatever its case */
    bool is_required;
};

/** One table. Zeroed memory is a closed one. */
struct csv {
    FILE *f;
    const char *path;
    const struct csv_column *columns; /**< [n_columns], at most 16 */
    size_t n_columns;
    size_t place[16]; /**< 1 + field of each column, 0: it is not there */
    uint64_t line;    /**< of the record at hand, from 1 */
    uint64_t lines;   /**< read so far */
    struct buf record;
    const char *fields[CSV_FIELDS_MAX]; /**< [n_fields], NUL-terminated */
    size_t n_fields;
};

/**
 * Open a table and read its header; a byte order mark and columns that nobody
 * wants are passed over.
 *
 * @param path  borrowed until csv_close()
 * @return      0; SNOW_EINVAL when it is not there; SNOW_EIO when it cannot be
 *              read; SNOW_ESYNTAX without a required column; SNOW_ENOMEM
 * @owner       the caller, with csv_close(); after a failure, too
 */
int csv_open(struct csv *c, const char *path, const struct csv_column *columns,
             size_t n, struct snow_error *err);
void csv_close(struct csv *c);

/**
 * Read the next record; empty lines are passed over.
 *
 * @return 0; SNOW_ENOTFOUND, without a word, behind the last; SNOW_ESYNTAX for
 *         a quote that is not closed, a NUL or a record that is too long, with
 *         the line's number; SNOW_EIO; SNOW_ENOMEM
 */
int csv_next(struct csv *c, struct snow_error *err);

/** A wanted column of the record at hand, without blanks at its ends; "" when
 * it has none. Good until the next record. */
const char *csv_get(const struct csv *c, size_t column);

/** Say that a value of the record at hand is not what it should be, "no
 * <what>". @return SNOW_ESYNTAX */
int csv_wrong(const struct csv *c, const char *value, const char *what,
              struct snow_error *err);

/**
 * Take one record that is in memory apart, in place.
 *
 * @param fields  [max] of them at most; each without blanks at its ends
 * @return        how many there are; what is behind the last is cut
 */
size_t csv_split(char *record, char separator, const char **fields, size_t max);

#endif
