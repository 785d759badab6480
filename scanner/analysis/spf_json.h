/* What an SPF record allows, as it is kept. Pure. */
#ifndef ANALYSIS_SPF_JSON_H
#define ANALYSIS_SPF_JSON_H

#include "analysis/spf.h"
#include "base/json.h"

/**
 * Append it as one JSON object: {"status":"ok","all":"-","lookups":2,
 * "questions":3,"includes":["…"],"list":["+192.0.2.0/24","-all"]}.
 *
 * An entry of the list is what it leads to (`+ - ~ ?`, `!` an error), then whom
 * it is about: a prefix, `all`, `ip4`, `ip6`, or `?` where nobody knows. One
 * that only ends an include has `>N` behind it instead: the check goes on with
 * entry N.
 *
 * @param room  octets that the object may take; a longer list is cut
 */
void analysis_spf_format_json(struct buf *to, const struct analysis_spf *spf,
                              size_t room);

/** Read it back. @return 0, SNOW_ESYNTAX */
int analysis_spf_parse_json(struct analysis_spf *out, const struct doc *v);

#endif
