/* The words of a line: addresses, names, times, as other programs write them.
 * Pure. */
#ifndef IMPORT_NAME_H
#define IMPORT_NAME_H

#include "base/text.h"
#include "snowline/records.h"

/**
 * Read an address: as it is, or as its reverse name with or without the final
 * dot.
 *
 * @return 0, SNOW_ESYNTAX
 */
int import_addr(struct snow_addr *out, const char *text, size_t len);

/**
 * Read a name in presentation form (RFC 1035 §5.1) and write it as the store
 * keeps it: lower case, no final dot, `\DDD` for what is no printable ASCII,
 * whatever way the other program wrote that.
 *
 * @param len  of @p text, which may hold any octet
 * @return     0; SNOW_ESYNTAX for what is no name, or longer than one may be
 */
int import_name(char out[SNOW_NAME_MAX], const char *text, size_t len);

/** Read RFC 3339 time, or seconds since 1970: with a fraction, or with nine
 * digits of nanoseconds behind them. SNOW_TIME_UNKNOWN for anything else. */
int64_t import_time(const char *text, size_t len);

/**
 * What a word says of the question for a reverse name: an rcode, a word of our
 * own, or a program's own word for having failed.
 *
 * @return enum snow_ptr_status; SNOW_PTR_NAME for NOERROR; SNOW_PTR_ERROR for
 *         one that is not known; SNOW_PTR_PENDING for a question that was not
 *         asked
 */
unsigned import_status(const char *word, size_t len);

#endif
