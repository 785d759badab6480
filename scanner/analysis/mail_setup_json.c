#include <string.h>

#include "analysis/mail_setup.h"
#include "analysis/spf_json.h"
#include "snowline/error.h"

#define ESCAPED_MAX (4 * MAIL_SPF_TEXT_MAX + 1)

/* Each question under its name, and where its addresses are, if it has any. */
static const char *const words[] = {
    [MAIL_MX] = "mx",     [MAIL_TXT] = "txt", [MAIL_DMARC] = "dmarc",
    [MAIL_NS] = "ns",     [MAIL_SOA] = "soa", [MAIL_A] = "a",
    [MAIL_AAAA] = "aaaa",
};

/* --- octets as text --- */

static void add_escaped(struct buf *to, const char *octets, size_t len)
{
    struct buf text = { 0 };

    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)octets[i];

        if (c == '\\')
            buf_add_text(&text, "\\\\");
        else if (c >= ' ' && c < 0x7f)
            buf_add_char(&text, (char)c);
        else
            buf_printf(&text, "\\%03u", c);
    }
    to->failed |= text.failed;
    text_json(to, text.len > 0 ? text.data : "", text.len);
    buf_fini(&text);
}

/* One octet of the escaped text and what it takes of it; 0: nonsense. */
static size_t unescape(const char *s, char *out)
{
    unsigned c = 0;

    if (*s != '\\') {
        *out = *s;
        return 1;
    }
    *out = '\\';
    if (s[1] == '\\')
        return 2;
    for (int i = 1; i <= 3; i++) {
        if (!text_is_digit(s[i]))
            return 0;
        c = c * 10 + (unsigned)(s[i] - '0');
    }
    *out = (char)(unsigned char)c;
    return c <= UINT8_MAX ? 4 : 0;
}

static int read_escaped(char *out, size_t cap, uint16_t *len,
                        const struct doc *v)
{
    const char *s = doc_text(v);
    size_t n = 0, step;

    for (; s && *s; s += step) {
        char c;

        step = unescape(s, &c);
        if (step == 0 || n == cap)
            return SNOW_ESYNTAX;
        out[n++] = c;
    }
    *len = (uint16_t)n;
    return 0;
}

/* --- writing --- */

static void add_key(struct buf *to, const char *key)
{
    buf_printf(to, ",\"%s\":", key);
}

static void add_name(struct buf *to, const char *key, const char *name)
{
    add_key(to, key);
    text_json(to, name, strlen(name));
}

static void add_addrs(struct buf *to, const char *key,
                      const struct snow_addr *addrs, size_t n)
{
    char text[SNOW_ADDR_TEXT_MAX];

    add_key(to, key);
    buf_add_char(to, '[');
    for (size_t i = 0; i < n; i++) {
        snow_addr_format(addrs[i], text);
        buf_printf(to, "%s\"%s\"", i > 0 ? "," : "", text);
    }
    buf_add_char(to, ']');
}

static void add_mx(struct buf *to, const struct analysis_mail_setup *m)
{
    add_key(to, "hosts");
    buf_add_char(to, '[');
    for (unsigned i = 0; i < m->n_mx; i++) {
        const struct mail_mx *mx = &m->mx[i];

        buf_printf(to, "%s{\"preference\":%u", i > 0 ? "," : "",
                   mx->preference);
        add_name(to, "host", mx->host);
        if (mx->status)
            add_name(to, "status", snow_ptr_status_word(mx->status));
        if (mx->n_addrs > 0)
            add_addrs(to, "addrs", mx->addrs, mx->n_addrs);
        buf_add_char(to, '}');
    }
    buf_add_char(to, ']');
}

static void add_ns(struct buf *to, const struct analysis_mail_setup *m)
{
    add_key(to, "hosts");
    buf_add_char(to, '[');
    for (unsigned i = 0; i < m->n_ns; i++) {
        buf_add_text(to, i > 0 ? "," : "");
        text_json(to, m->ns[i], strlen(m->ns[i]));
    }
    buf_add_char(to, ']');
}

static void add_soa(struct buf *to, const struct analysis_mail_setup *m)
{
    add_name(to, "server", m->soa_server);
    add_name(to, "mailbox", m->soa_mailbox);
    buf_printf(to, ",\"serial\":%lu", (unsigned long)m->soa_serial);
}

static void add_dmarc(struct buf *to, const struct analysis_mail_setup *m)
{
    if (m->n_dmarc == 0)
        return;
    buf_printf(to, ",\"records\":%u", m->n_dmarc);
    add_name(to, "policy", m->dmarc_policy);
    add_key(to, "text");
    add_escaped(to, m->dmarc, m->dmarc_len);
}

static void add_txt(struct buf *to, const struct analysis_mail_setup *m)
{
    if (m->spf_len == 0)
        return;
    add_key(to, "spf");
    add_escaped(to, m->spf_text, m->spf_len);
}

static void add_a(struct buf *to, const struct analysis_mail_setup *m)
{
    add_addrs(to, "addrs", m->a.at, m->a.n);
}

static void add_aaaa(struct buf *to, const struct analysis_mail_setup *m)
{
    add_addrs(to, "addrs", m->aaaa.at, m->aaaa.n);
}

/* What comes before the list of SPF, and its includes, take at most 30 names of
 * 254 octets, texts of 3840, 72 addresses of 42 and less than 1500 for the
 * words around: the list has what is left. */
void analysis_mail_format_json(struct buf *to,
                               const struct analysis_mail_setup *m)
{
    static void (*const writers[])(struct buf * to,
                                   const struct analysis_mail_setup *m) = {
        [MAIL_MX] = add_mx,     [MAIL_TXT] = add_txt, [MAIL_DMARC] = add_dmarc,
        [MAIL_NS] = add_ns,     [MAIL_SOA] = add_soa, [MAIL_A] = add_a,
        [MAIL_AAAA] = add_aaaa,
    };
    size_t from = to->len, len;

    for (unsigned i = 0; i < MAIL_QUESTIONS; i++) {
        buf_printf(to, "%c\"%s\":{\"status\":\"%s\"", i > 0 ? ',' : '{',
                   words[i], snow_ptr_status_word(m->status[i]));
        if (m->status[i] == SNOW_PTR_NAME)
            writers[i](to, m);
        buf_add_char(to, '}');
    }
    add_key(to, "spf");
    len = to->len - from + 1;
    analysis_spf_format_json(to, &m->spf,
                             len < MAIL_JSON_MAX ? MAIL_JSON_MAX - len : 0);
    buf_add_char(to, '}');
}

/* --- reading --- */

static int read_name(char out[MAIL_NAME_MAX], const struct doc *v)
{
    const char *name = doc_text(v);

    if (name && strlen(name) >= MAIL_NAME_MAX)
        return SNOW_ESYNTAX;
    text_copy(out, MAIL_NAME_MAX, name ? name : "");
    return 0;
}

static int read_addrs(struct snow_addr *out, uint8_t *n, size_t cap,
                      const struct doc *list)
{
    if (doc_n(list) > cap)
        return SNOW_ESYNTAX;
    for (size_t i = 0; i < doc_n(list); i++) {
        const char *text = doc_text(doc_at(list, i));

        if (!text || snow_addr_parse(&out[*n], text))
            return SNOW_ESYNTAX;
        ++*n;
    }
    return 0;
}

static int read_status(uint8_t *out, const struct doc *v)
{
    const char *word = doc_text(v);

    *out = 0;
    for (unsigned i = 0; word && i < 16; i++)
        if (strcmp(word, snow_ptr_status_word(i)) == 0) {
            *out = (uint8_t)i;
            return 0;
        }
    return word ? SNOW_ESYNTAX : 0;
}

static int read_mx(struct analysis_mail_setup *m, const struct doc *v)
{
    const struct doc *hosts = doc_get(v, "hosts");
    int code = doc_n(hosts) > MAIL_MX_MAX ? SNOW_ESYNTAX : 0;

    for (size_t i = 0; !code && i < doc_n(hosts); i++) {
        const struct doc *host = doc_at(hosts, i);
        struct mail_mx *mx = &m->mx[m->n_mx++];
        int64_t n;

        if (!doc_integer(doc_get(host, "preference"), &n) || n < 0 ||
            n > UINT16_MAX)
            return SNOW_ESYNTAX;
        mx->preference = (uint16_t)n;
        code = read_name(mx->host, doc_get(host, "host"));
        if (!code)
            code = read_status(&mx->status, doc_get(host, "status"));
        if (!code)
            code = read_addrs(mx->addrs, &mx->n_addrs, MAIL_HOST_ADDRS_MAX,
                              doc_get(host, "addrs"));
    }
    return code;
}

static int read_txt(struct analysis_mail_setup *m, const struct doc *v)
{
    return read_escaped(m->spf_text, sizeof m->spf_text, &m->spf_len,
                        doc_get(v, "spf"));
}

static int read_dmarc(struct analysis_mail_setup *m, const struct doc *v)
{
    const char *policy = doc_text(doc_get(v, "policy"));
    int64_t n;

    if (doc_integer(doc_get(v, "records"), &n) && n > 0 && n <= UINT8_MAX)
        m->n_dmarc = (uint8_t)n;
    text_copy(m->dmarc_policy, sizeof m->dmarc_policy, policy ? policy : "");
    return read_escaped(m->dmarc, sizeof m->dmarc, &m->dmarc_len,
                        doc_get(v, "text"));
}

static int read_ns(struct analysis_mail_setup *m, const struct doc *v)
{
    const struct doc *hosts = doc_get(v, "hosts");
    int code = doc_n(hosts) > MAIL_NS_MAX ? SNOW_ESYNTAX : 0;

    for (size_t i = 0; !code && i < doc_n(hosts); i++)
        code = read_name(m->ns[m->n_ns++], doc_at(hosts, i));
    return code;
}

static int read_soa(struct analysis_mail_setup *m, const struct doc *v)
{
    int64_t n;
    int code = read_name(m->soa_server, doc_get(v, "server"));

    if (doc_integer(doc_get(v, "serial"), &n) && n >= 0 && n <= UINT32_MAX)
        m->soa_serial = (uint32_t)n;
    return code ? code : read_name(m->soa_mailbox, doc_get(v, "mailbox"));
}

static int read_a(struct analysis_mail_setup *m, const struct doc *v)
{
    return read_addrs(m->a.at, &m->a.n, MAIL_ADDRS_MAX, doc_get(v, "addrs"));
}

static int read_aaaa(struct analysis_mail_setup *m, const struct doc *v)
{
    return read_addrs(m->aaaa.at, &m->aaaa.n, MAIL_ADDRS_MAX,
                      doc_get(v, "addrs"));
}

static int read_members(struct analysis_mail_setup *m, const struct doc *root)
{
    static int (*const readers[])(struct analysis_mail_setup * m,
                                  const struct doc *v) = {
        [MAIL_MX] = read_mx,       [MAIL_TXT] = read_txt,
        [MAIL_DMARC] = read_dmarc, [MAIL_NS] = read_ns,
        [MAIL_SOA] = read_soa,     [MAIL_A] = read_a,
        [MAIL_AAAA] = read_aaaa,
    };
    int code = doc_is_object(root) ? 0 : SNOW_ESYNTAX;

    for (unsigned i = 0; !code && i < MAIL_QUESTIONS; i++) {
        const struct doc *v = doc_get(root, words[i]);

        code = read_status(&m->status[i], doc_get(v, "status"));
        if (!code)
            code = readers[i](m, v);
    }
    if (!code && doc_get(root, "spf"))
        code = analysis_spf_parse_json(&m->spf, doc_get(root, "spf"));
    return code;
}

int analysis_mail_parse_json(struct analysis_mail_setup *out,
                             const char *octets, size_t len)
{
    struct doc *root;
    int code = doc_parse(&root, octets, len);

    if (code)
        return code;
    memset(out, 0, sizeof *out);
    code = read_members(out, root);
    doc_free(root);
    return code;
}
