/* What STIX and MISP share: which findings are named, as what, and the words
 * about them. */
#ifndef REPORT_SHARING_H
#define REPORT_SHARING_H

#include "base/digest.h"
#include "base/map.h"
#include "report/columns.h"
#include "report/holders.h"
#include "report/tree.h"

#define REPORT_SHARING_TARGETS_MAX 128

/** Zeroed memory is a closed one. */
struct report_sharing {
    const struct report_request *q;
    struct snow_scan scan;                    /**< its texts are not kept */
    char targets[REPORT_SHARING_TARGETS_MAX]; /**< the first of them */
    struct report_tree tree;
    struct report_holders holders;
    struct snow_ranges *allowed; /**< what allowed findings cover */
    struct map seen;             /**< what has been written */
};

/** @return 0, SNOW_ENOMEM, SNOW_ESTORE
 *  @owner  the caller, with report_sharing_fini(); after a failure, too */
int report_sharing_init(struct report_sharing *s,
                        const struct report_request *q, struct snow_error *err);
void report_sharing_fini(struct report_sharing *s);

/** True for a finding that nothing named holds: its ranges are listed. */
bool report_sharing_is_root(const struct report_sharing *s,
                            const struct snow_finding *f);

/** The campaign or strip it belongs to, when that is named; else NULL. */
const struct snow_finding *report_sharing_parent(const struct report_sharing *s,
                                                 const struct snow_finding *f);

/** The smallest exact cover of a finding, without what is allowed, as elements
 * of a cell. @return 0, SNOW_ENOMEM */
int report_sharing_prefixes(struct report_cell *to,
                            const struct report_sharing *s,
                            const struct snow_finding *f);

/** The number of the autonomous systems that announce an address, as elements
 * of a cell. */
void report_sharing_asns(struct report_cell *to, const struct report_sharing *s,
                         struct snow_addr addr);

/** Walk the reverse names of an address that belong to the finding and are host
 * names: what else it carries may be anybody's, put there to harm them. Start
 * with NULL. @return the next, NULL behind the last */
const char *report_sharing_name(const struct report_evidence_row *row,
                                const char *before);

/** True for a text that has not been asked for before; also when there is no
 * memory left, which @p failing is told of. */
bool report_sharing_is_first(struct report_sharing *s, const char *text,
                             struct buf *failing);

/** The UUID of what is named by up to three words within this scan. */
void report_sharing_uuid(char out[DIGEST_UUID_TEXT_MAX],
                         const struct report_sharing *s, const char *what,
                         const char *a, const char *b);

/** Append a finding's score, then what was observed, a line each, then what
 * speaks against it. Escaped; no line end behind the last. */
void report_sharing_words(struct buf *to, const struct snow_finding *f);

#endif
