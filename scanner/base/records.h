/* Records as JSON, the form in which evidence is kept. */
#ifndef BASE_RECORDS_H
#define BASE_RECORDS_H

#include "base/text.h"
#include "snowline/records.h"

/** Append a registration as one JSON object. */
void record_registration_format_json(struct buf *to,
                                     const struct snow_registration *r);

/** Read it back; what is missing stays empty or unknown.
 * @return 0, SNOW_ESYNTAX, SNOW_ENOMEM */
int record_registration_parse_json(struct snow_registration *out,
                                   const char *octets, size_t len);

#endif
