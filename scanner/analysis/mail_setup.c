#include "analysis/mail_setup.h"

#include <string.h>

/* --- order: what a server shuffles is kept in one order --- */

static int compare_addrs(const void *a, const void *b)
{
    return snow_addr_compare(*(const struct snow_addr *)a,
                             *(const struct snow_addr *)b);
}

/* Add the smallest of addresses to [*n] sorted ones of which @p cap are kept.
 */
static void add_addrs(struct snow_addr *to, uint8_t *n, size_t cap,
                      const struct analysis_answer *a)
{
    for (size_t i = 0; i < a->n_addrs; i++) {
        if (*n < cap)
            to[(*n)++] = a->addrs[i];
        else if (snow_addr_compare(a->addrs[i], to[cap - 1]) < 0)
            to[cap - 1] = a->addrs[i];
        qsort(to, *n, sizeof *to, compare_addrs);
    }
}

static int compare_mx(const void *a, const void *b)
{
    const struct mail_mx *x = a, *y = b;

    if (x->preference != y->preference)
        return x->preference < y->preference ? -1 : 1;
    return strcmp(x->host, y->host);
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(a, b);
}

/* --- answers --- */

/* Long names made of escapes are nobody's hosts: a record has no room for
 * them. */
static bool is_kept(const struct analysis_answer *a, size_t i)
{
    return a->lens[i] <
           (strchr(a->names[i], '\\') ? MAIL_NAME_MAX / 2 : MAIL_NAME_MAX);
}

/* Of too many hosts the first in order stay. */
static void take_mx(struct analysis_mail_setup *m,
                    const struct analysis_answer *a)
{
    for (size_t i = 0; i < a->n_names; i++) {
        struct mail_mx mx = { .preference = a->preferences[i] };

        if (!is_kept(a, i))
            continue;
        text_copy(mx.host, sizeof mx.host, a->names[i]);
        if (m->n_mx < MAIL_MX_MAX)
            m->mx[m->n_mx++] = mx;
        else if (compare_mx(&mx, &m->mx[MAIL_MX_MAX - 1]) < 0)
            m->mx[MAIL_MX_MAX - 1] = mx;
        qsort(m->mx, m->n_mx, sizeof *m->mx, compare_mx);
    }
}

static void take_ns(struct analysis_mail_setup *m,
                    const struct analysis_answer *a)
{
    for (size_t i = 0; i < a->n_names; i++) {
        if (!is_kept(a, i))
            continue;
        if (m->n_ns < MAIL_NS_MAX)
            text_copy(m->ns[m->n_ns++], MAIL_NAME_MAX, a->names[i]);
        else if (strcmp(a->names[i], m->ns[MAIL_NS_MAX - 1]) < 0)
            text_copy(m->ns[MAIL_NS_MAX - 1], MAIL_NAME_MAX, a->names[i]);
        qsort(m->ns, m->n_ns, sizeof *m->ns, compare_names);
    }
}

static void take_soa(struct analysis_mail_setup *m,
                     const struct analysis_answer *a)
{
    if (a->n_names < 2)
        return;
    if (is_kept(a, 0))
        text_copy(m->soa_server, sizeof m->soa_server, a->names[0]);
    if (is_kept(a, 1))
        text_copy(m->soa_mailbox, sizeof m->soa_mailbox, a->names[1]);
    m->soa_serial = a->serial;
}

static uint16_t take_text(char *to, size_t cap, const struct analysis_answer *a,
                          size_t i)
{
    size_t len = a->lens[i] < cap ? a->lens[i] : cap;

    memcpy(to, a->names[i], len);
    return (uint16_t)len;
}

/* The first SPF record; whether it is the only one is told by its status. */
static void take_txt(struct analysis_mail_setup *m,
                     const struct analysis_answer *a)
{
    for (size_t i = 0; i < a->n_names && m->spf_len == 0; i++)
        if (analysis_spf_is_record(a->names[i], a->lens[i]))
            m->spf_len = take_text(m->spf_text, sizeof m->spf_text, a, i);
}

static void take_a(struct analysis_mail_setup *m,
                   const struct analysis_answer *a)
{
    add_addrs(m->a.at, &m->a.n, MAIL_ADDRS_MAX, a);
}

static void take_aaaa(struct analysis_mail_setup *m,
                      const struct analysis_answer *a)
{
    add_addrs(m->aaaa.at, &m->aaaa.n, MAIL_ADDRS_MAX, a);
}

/* --- DMARC --- */

/* A record of DMARC begins with its version, as it is (RFC 7489 §6.4). */
static bool is_dmarc(const char *s, size_t len)
{
    static const char version[] = "v=DMARC1";
    size_t n = sizeof version - 1;

    return len >= n && memcmp(s, version, n) == 0 &&
           (len == n || strchr("; \t", s[n]));
}

/* Is "TAG = VALUE" about this tag? Then its value, trimmed, is [*from, *to). */
static bool find_value(const char *s, size_t *from, size_t *to, char tag)
{
    size_t at = *from, end = *to;

    while (at < end && strchr(" \t", s[at]))
        at++;
    if (at == end || text_lower(s[at]) != tag)
        return false;
    for (at++; at < end && strchr(" \t", s[at]);)
        at++;
    if (at == end || s[at] != '=')
        return false;
    for (at++; at < end && strchr(" \t", s[at]);)
        at++;
    while (end > at && strchr(" \t", s[end - 1]))
        end--;
    *from = at;
    *to = end;
    return true;
}

const char *analysis_dmarc_policy(const char *record, size_t len)
{
    static const char *const policies[] = { "none", "quarantine", "reject" };
    char value[12];

    for (size_t at = 0, end; at < len && is_dmarc(record, len); at = end + 1) {
        const char *semicolon = memchr(record + at, ';', len - at);
        size_t from = at, to;

        end = semicolon ? (size_t)(semicolon - record) : len;
        to = end;
        if (!find_value(record, &from, &to, 'p') || to - from >= sizeof value)
            continue;
        memcpy(value, record + from, to - from);
        value[to - from] = '\0';
        for (size_t i = 0; i < COUNT_OF(policies); i++)
            if (text_equal_fold(value, policies[i]))
                return policies[i];
    }
    return "";
}

/* More than one record is none (RFC 7489 §6.6.3). */
static void take_dmarc(struct analysis_mail_setup *m,
                       const struct analysis_answer *a)
{
    for (size_t i = 0; i < a->n_names; i++) {
        if (!is_dmarc(a->names[i], a->lens[i]))
            continue;
        if (m->n_dmarc == 0) {
            m->dmarc_len = take_text(m->dmarc, sizeof m->dmarc, a, i);
            text_copy(m->dmarc_policy, sizeof m->dmarc_policy,
                      analysis_dmarc_policy(a->names[i], a->lens[i]));
        }
        m->n_dmarc++;
    }
    if (m->n_dmarc > 1)
        m->dmarc_policy[0] = '\0';
}

void analysis_mail_take(struct analysis_mail_setup *m, enum mail_question q,
                        const struct analysis_answer *a)
{
    static void (*const takers[])(struct analysis_mail_setup * m,
                                  const struct analysis_answer *a) = {
        [MAIL_MX] = take_mx,       [MAIL_TXT] = take_txt,
        [MAIL_DMARC] = take_dmarc, [MAIL_NS] = take_ns,
        [MAIL_SOA] = take_soa,     [MAIL_A] = take_a,
        [MAIL_AAAA] = take_aaaa,
    };

    m->status[q] = a->status;
    takers[q](m, a);
}

void analysis_mail_take_host(struct mail_mx *mx,
                             const struct analysis_answer *a)
{
    if (mx->status == 0 || a->status == SNOW_PTR_NAME ||
        (mx->status != SNOW_PTR_NAME && snow_ptr_status_is_failure(a->status)))
        mx->status = a->status;
    add_addrs(mx->addrs, &mx->n_addrs, MAIL_HOST_ADDRS_MAX, a);
}

bool analysis_mail_is_failure(const struct analysis_mail_setup *m)
{
    for (unsigned i = 0; i < MAIL_QUESTIONS; i++)
        if (snow_ptr_status_is_failure(m->status[i]))
            return true;
    for (unsigned i = 0; i < m->n_mx; i++)
        if (snow_ptr_status_is_failure(m->mx[i].status))
            return true;
    return m->spf.status == SPF_STATUS_TEMPERROR;
}

bool analysis_mail_is_null_mx(const struct analysis_mail_setup *m)
{
    return m->n_mx == 1 && strcmp(m->mx[0].host, ".") == 0;
}
