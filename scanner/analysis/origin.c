#include "analysis/origin.h"

#include "addr/ranges_text.h"
#include "base/json.h"
#include "snowline/asns.h"

void analysis_origin_subject(char out[ANALYSIS_ORIGIN_SUBJECT_MAX],
                             uint32_t asn)
{
    snprintf(out, ANALYSIS_ORIGIN_SUBJECT_MAX, "AS%lu", (unsigned long)asn);
}

void analysis_origin_format_json(struct buf *to,
                                 const struct analysis_origin *o)
{
    buf_printf(to, "{\"is_target\":%s,\"ranges\":\"",
               o->is_target ? "true" : "false");
    addr_ranges_format(to, o->set);
    buf_add_text(to, "\"}");
}

int analysis_origin_parse(struct analysis_origin *out,
                          const struct snow_evidence *e)
{
    struct analysis_origin o = { 0 };
    struct doc *root;
    const char *why, *ranges;
    int code;

    if (snow_asn_parse(&o.asn, e->subject, &why))
        return SNOW_ESYNTAX;
    code = doc_parse(&root, e->data, e->data_len);
    if (code)
        return code;
    o.is_target = doc_is_true(doc_get(root, "is_target"));
    ranges = doc_text(doc_get(root, "ranges"));
    code = ranges ? snow_ranges_new(&o.set) : SNOW_ESYNTAX;
    if (!code)
        code = addr_ranges_parse(o.set, ranges);
    doc_free(root);
    if (code) {
        snow_ranges_free(o.set);
        return code == SNOW_ENOMEM ? code : SNOW_ESYNTAX;
    }
    *out = o;
    return 0;
}
