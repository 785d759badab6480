/* What the lists for machines have in common: their heads, why an entry is
 * listed, walks over what they hold. */
#ifndef REPORT_LIST_TEXT_H
#define REPORT_LIST_TEXT_H

#include "report/lists.h"
#include "report/writers.h"

/* Octets of a reason: with what stands around it, it fits the string of a TXT
 * record (255, RFC 1035 §3.3) and a line of any log. */
#define LIST_WHY_MAX 160

#define DNS_NAME_MAX 253 /* octets of text (RFC 1035 §2.3.4) */

/** A list that is being written. */
struct report_list {
    const struct report_out *to;
    const struct report_request *q;
    struct report_lists lists;
    struct buf text; /**< what is not yet written */
};

/** Gather what is listed. @return 0, SNOW_ENOMEM
 * @owner the caller, with report_list_close() */
int report_list_open(struct report_list *l, const struct report_out *to,
                     const struct report_request *q);

/** Write what is left; releases all. @param code  how it went so far
 * @return code, or as the output says */
int report_list_close(struct report_list *l, int code);

/** Append comments for people: what this is, of which scan, until when.
 * @param mark   what begins a comment, with a space
 * @param holds  what the list holds, "domains" say
 * @return       0, or as the store says */
int report_list_head(struct report_list *l, const char *mark, const char *holds,
                     struct snow_error *err);

/** Append why something is listed: its finding, the tier, and the domain if all
 * of it is no longer than @p most. No octet of it needs an escape anywhere. */
void report_list_why(struct buf *to, const struct report_listing *by,
                     size_t most);

/** When the list counts no more, or SNOW_TIME_UNKNOWN. */
int64_t report_list_expires(const struct report_request *q);

enum report_family { REPORT_BOTH, REPORT_IPV4, REPORT_IPV6 };

/** Is there a range of that family? */
bool report_list_has(const struct report_list *l, enum report_family family);

typedef void (*report_list_range_fn)(struct report_list *l,
                                     const struct report_list_range *r);

/** Append each range of a family, and write what has been gathered. */
int report_list_each(struct report_list *l, enum report_family family,
                     report_list_range_fn put);

/** Append a line for each prefix of a range's smallest exact cover: the prefix
 * alone, or with why it is listed between @p before and @p after.
 * @param before  NULL: the prefix alone */
void report_list_prefixes(struct buf *to, const struct report_list_range *r,
                          const char *before, const char *after);

/** @return 0, SNOW_EINVAL where the zone of a list is no host name, or leaves
 * no room for "hostmaster." before it */
int report_list_check_zone(const struct report_request *q,
                           struct snow_error *err);

/** Append who answers for a zone, as its SOA names them (RFC 1035 §8): the
 * reporter's mailbox, else hostmaster (RFC 2142 §7). */
void report_list_mailbox(struct buf *to, const struct report_identity *id);

#endif
