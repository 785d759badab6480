#include "report/forwards.h"

static int keep(void *arg, const struct snow_evidence *e)
{
    struct report_forwards *f = arg;
    uint64_t *at = map_put(&f->by_name, e->subject, strlen(e->subject));

    if (!at)
        return SNOW_ENOMEM;
    *at = 1 + f->json.len;
    buf_add(&f->json, e->data, e->data_len);
    buf_add_char(&f->json, '\0');
    return f->json.failed ? SNOW_ENOMEM : 0;
}

int report_forwards_load(struct report_forwards *out,
                         const struct report_request *q, struct snow_error *err)
{
    struct report_forwards f = { 0 };
    int code =
        snow_store_each_evidence(q->store, q->scan, "forward", keep, &f, err);

    if (code) {
        report_forwards_fini(&f);
        return code;
    }
    *out = f;
    return 0;
}

void report_forwards_fini(struct report_forwards *f)
{
    map_fini(&f->by_name);
    buf_fini(&f->json);
}

bool report_forwards_get(const struct report_forwards *f, const char *name,
                         struct analysis_forward *out)
{
    const uint64_t *at = map_get(&f->by_name, name, strlen(name));
    const char *json = at ? f->json.data + *at - 1 : NULL;

    return json && analysis_forward_parse_json(out, json, strlen(json)) == 0;
}
