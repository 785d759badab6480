/* Which addresses an AS number stood for when a scan began, as evidence of the
 * scan: the subject is "AS64500". Pure. */
#ifndef ANALYSIS_ORIGIN_H
#define ANALYSIS_ORIGIN_H

#include "base/text.h"
#include "snowline/ranges.h"
#include "snowline/records.h"

#define ANALYSIS_ORIGIN_KIND "as" /**< of its evidence */
#define ANALYSIS_ORIGIN_SUBJECT_MAX 16

struct analysis_origin {
    uint32_t asn;
    bool is_target;          /**< else only to be left alone */
    struct snow_ranges *set; /**< of a parsed one owned, else borrowed */
};

/** "AS64500" */
void analysis_origin_subject(char out[ANALYSIS_ORIGIN_SUBJECT_MAX],
                             uint32_t asn);

/** {"is_target":true,"ranges":"A-B;C-D"} */
void analysis_origin_format_json(struct buf *to,
                                 const struct analysis_origin *o);

/** @return 0, SNOW_ESYNTAX, SNOW_ENOMEM @owner the caller, of out->set */
int analysis_origin_parse(struct analysis_origin *out,
                          const struct snow_evidence *e);

#endif
