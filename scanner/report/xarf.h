/* XARF v4: what was observed of one address as a report that the systems of
 * abuse desks take in. Pure. */
#ifndef REPORT_XARF_H
#define REPORT_XARF_H

#include "base/digest.h"
#include "report/columns.h"
#include "report/report.h"

/**
 * Can the reporter and the sender stand in a report?
 *
 * @return 0; SNOW_EINVAL with the option that is at fault: a name of more than
 *         200 characters, a contact that is no mailbox, a domain that is none
 */
int report_xarf_check(const struct report_identity *id, struct snow_error *err);

/** True for an address that is to be reported: it carries a name of its
 * finding, and no finding that it lies in is allowed. A gap has nothing to
 * report. */
bool report_xarf_is_due(const struct report_evidence_row *row);

/** Its report_id: the same finding, address, time of observation and reporter
 * have the same one, so that a report sent twice is known as such. */
void report_xarf_id(char out[DIGEST_UUID_TEXT_MAX],
                    const struct report_identity *id,
                    const struct report_evidence_row *row);

/**
 * Append the report on one address as one JSON object, without a line end; its
 * evidence is the header and the row of evidence-csv.
 *
 * @param id   with a reporter and a sender that report_xarf_check() accepts
 * @param row  one that is due
 * @source     https://xarf.org/schemas/v4, reputation/threat_intelligence
 */
void report_xarf_object(struct buf *to, const struct report_identity *id,
                        const struct report_evidence_row *row);

#endif
