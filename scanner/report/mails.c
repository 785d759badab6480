#include "report/mails.h"

#include "analysis/mail_setup.h"

/* What stands before the texts. */
struct head {
    uint8_t mx_status, txt_status;
    uint16_t mx_len, spf_len;
};

static int keep(struct report_mails *to, const char *domain,
                const struct analysis_mail_setup *m)
{
    uint64_t *at = map_put(&to->by_domain, domain, strlen(domain));
    struct head head = { m->status[MAIL_MX], m->status[MAIL_TXT], 0,
                         m->spf_len };
    struct buf mx = { 0 };

    if (!at)
        return SNOW_ENOMEM;
    *at = 1 + to->kept.len;
    for (unsigned i = 0; i < m->n_mx; i++) {
        buf_add_text(&mx, i > 0 ? ";" : "");
        buf_add_text(&mx, m->mx[i].host);
    }
    head.mx_len = (uint16_t)mx.len;
    buf_add(&to->kept, &head, sizeof head);
    buf_add(&to->kept, mx.data, mx.len);
    buf_add(&to->kept, m->spf_text, m->spf_len);
    to->kept.failed |= mx.failed;
    buf_fini(&mx);
    return to->kept.failed ? SNOW_ENOMEM : 0;
}

static int on_evidence(void *arg, const struct snow_evidence *e)
{
    struct analysis_mail_setup *m = malloc(sizeof *m);
    int code = SNOW_ENOMEM;

    if (m)
        code = analysis_mail_parse_json(m, e->data, e->data_len);
    if (m && code == 0)
        code = keep(arg, e->subject, m);
    else if (code == SNOW_ESYNTAX) /* one damaged record hides no other */
        code = 0;
    free(m);
    return code;
}

int report_mails_load(struct report_mails *out, const struct report_request *q,
                      struct snow_error *err)
{
    struct report_mails m = { 0 };
    int code = snow_store_each_evidence(q->store, q->scan, "mail", on_evidence,
                                        &m, err);

    if (code) {
        report_mails_fini(&m);
        return code;
    }
    *out = m;
    return 0;
}

void report_mails_fini(struct report_mails *m)
{
    map_fini(&m->by_domain);
    buf_fini(&m->kept);
}

bool report_mails_get(const struct report_mails *m, const char *domain,
                      struct report_mail *out)
{
    const uint64_t *at = map_get(&m->by_domain, domain, strlen(domain));
    const char *from = at ? m->kept.data + *at - 1 : NULL;
    struct head head;

    if (!from)
        return false;
    memcpy(&head, from, sizeof head);
    *out = (struct report_mail){ .mx_status = head.mx_status,
                                 .txt_status = head.txt_status,
                                 .mx = from + sizeof head,
                                 .mx_len = head.mx_len,
                                 .spf = from + sizeof head + head.mx_len,
                                 .spf_len = head.spf_len };
    return true;
}
