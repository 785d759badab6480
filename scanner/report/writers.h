/* The writers behind the formats of report.c, and what they share. */
#ifndef REPORT_WRITERS_H
#define REPORT_WRITERS_H

#include "report/columns.h"

int report_table(const struct report_out *to, const struct report_request *q,
                 struct snow_error *err);
int report_csv(const struct report_out *to, const struct report_request *q,
               struct snow_error *err);
int report_json(const struct report_out *to, const struct report_request *q,
                struct snow_error *err);
int report_ndjson(const struct report_out *to, const struct report_request *q,
                  struct snow_error *err);
int report_evidence_csv(const struct report_out *to,
                        const struct report_request *q, struct snow_error *err);
int report_names_csv(const struct report_out *to,
                     const struct report_request *q, struct snow_error *err);
int report_cidr(const struct report_out *to, const struct report_request *q,
                struct snow_error *err);
int report_rbldnsd(const struct report_out *to, const struct report_request *q,
                   struct snow_error *err);
int report_rpz(const struct report_out *to, const struct report_request *q,
               struct snow_error *err);
int report_nft(const struct report_out *to, const struct report_request *q,
               struct snow_error *err);
int report_postfix(const struct report_out *to, const struct report_request *q,
                   struct snow_error *err);

int report_xarf(const struct report_out *to, const struct report_request *q,
                struct snow_error *err);
int report_stix(const struct report_out *to, const struct report_request *q,
                struct snow_error *err);
int report_misp(const struct report_out *to, const struct report_request *q,
                struct snow_error *err);

int report_complaint(const struct report_out *to,
                     const struct report_request *q, struct snow_error *err);
int report_html(const struct report_out *to, const struct report_request *q,
                struct snow_error *err);

/** Append what decoys scored; nothing when there were none. */
void report_decoys(struct buf *to, const struct report_request *q);

/** Anything but 0 ends the iteration and is returned from it. */
typedef int (*report_finding_fn)(void *arg,
                                 const struct report_finding_row *row);

/** Every finding that is shown, in the order of the findings.
 * @return 0, SNOW_ENOMEM, SNOW_ESTORE, or what fn returned */
int report_each_finding(const struct report_request *q, report_finding_fn fn,
                        void *arg, struct snow_error *err);

typedef int (*report_evidence_fn)(void *arg,
                                  const struct report_evidence_row *row);

/** Every address of every finding that is shown, in the order of the addresses:
 * once for each run it lies in, else for the strips, else for the campaigns.
 * Memory grows with what is shown. Needs findings and store.
 * @return 0, SNOW_ENOMEM, SNOW_ESTORE, or what fn returned */
int report_each_evidence(const struct report_request *q, report_evidence_fn fn,
                         void *arg, struct snow_error *err);

/** Write what has been gathered in one call and empty the buffer.
 * @return 0, SNOW_ENOMEM when the buffer has failed, or as the output says */
int report_emit(const struct report_out *to, struct buf *b);

/** The same once there is enough of it: whole records, many in one call. */
int report_emit_full(const struct report_out *to, struct buf *b);

#endif
