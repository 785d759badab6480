/* Records as a zone has them: who owns what. An address whose zone was handed
 * on to its user owns a CNAME, and the PTR belongs to the name that it leads to
 * (RFC 2317 §4); which of them comes first is not said. Pure. */
#ifndef IMPORT_ALIASES_H
#define IMPORT_ALIASES_H

#include "import/format.h"

#define ALIASES_MAX (64u << 20) /**< octets kept until the end of a file */

/** A record of interest; texts in any form, absolute. */
struct import_record {
    const char *owner, *target;
    size_t owner_len, target_len;
    bool is_alias; /**< CNAME, else PTR */
    int64_t seen_utc_s;
};

/**
 * Take a record: that of an address goes on at once; what leads elsewhere, or
 * is led to, waits for the end of the file. A PTR outside of the reverse trees
 * says nothing of an address.
 *
 * @return as import_format.take; SNOW_ELIMIT when more waits than is kept
 */
int import_take_record(struct import_reader *r,
                       const struct import_record *rec);

/** Hand on what waited: what CNAMEs of addresses lead to, four steps at most;
 * and what no CNAME leads to but whose owner tells the address in the way that
 * RFC 2317 §4 suggests, as 5.0/26.2.0.192.in-addr.arpa does. */
int import_end_records(struct import_reader *r);

void aliases_free(struct aliases *a); /**< NULL is fine */

#endif
