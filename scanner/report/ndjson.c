#include "report/writers.h"

/* A stream of JSON objects, and what stands between them. */
struct stream {
    const struct report_out *to;
    const char *before; /* of the next object */
    const char *between, *after;
    struct buf line;
};

static int put_finding(void *arg, const struct report_finding_row *row)
{
    struct stream *s = arg;

    buf_add_text(&s->line, s->before);
    report_json_object(&s->line, &report_kind_finding, row);
    buf_add_text(&s->line, s->after);
    s->before = s->between;
    return report_emit_full(s->to, &s->line);
}

int report_ndjson(const struct report_out *to, const struct report_request *q,
                  struct snow_error *err)
{
    struct stream s = { .to = to, .before = "", .between = "", .after = "\n" };
    int code = report_each_finding(q, put_finding, &s, err);

    if (code == 0)
        code = report_emit(to, &s.line);
    buf_fini(&s.line);
    return code;
}

int report_json(const struct report_out *to, const struct report_request *q,
                struct snow_error *err)
{
    struct stream s = {
        .to = to, .before = "[\n", .between = ",\n", .after = ""
    };
    int code = report_each_finding(q, put_finding, &s, err);

    if (code == 0) {
        buf_add_text(&s.line, s.before == s.between ? "\n]\n" : "[]\n");
        code = report_emit(to, &s.line);
    }
    buf_fini(&s.line);
    return code;
}

void report_ndjson_row(struct buf *to, const struct report_kind *kind,
                       const void *record)
{
    report_json_object(to, kind, record);
    buf_add_char(to, '\n');
}

void report_ptr_ndjson(struct buf *to, const struct report_ptr *p)
{
    report_ndjson_row(to, &report_kind_ptr, p);
}

void report_probe_ndjson(struct buf *to, const struct snow_probe *p)
{
    report_ndjson_row(to, &report_kind_probe, p);
}

void report_domain_ndjson(struct buf *to, const struct report_domain *d)
{
    report_ndjson_row(to, &report_kind_domain, d);
}
