/*
 * How domains are set up for mail.
 *
 * Life      MX; unless the domain does not exist TXT, DMARC, NS, SOA, A, AAAA
 *           at once; then, one by one and through the memo that all domains of
 *           the run share, what SPF needs and the addresses of the MX hosts.
 * Always    a question that is not answered is kept as such: `--retry failed`
 *           asks about the domain again.
 * Never     asks a name that needs an escape; more than 7 questions about the
 *           domain itself, 64 for SPF, two for each of ten MX hosts.
 * Start at  mail_setup_start().
 */
#include "pipeline/mail_setup.h"

#include "analysis/forward.h"
#include "analysis/mail_setup.h"
#include "base/clock.h"
#include "pipeline/memo.h"

#define PARALLEL 16

struct asking;

/** One question about the domain itself. */
struct own {
    struct asking *asking;
    enum mail_question question;
};

/** One domain. */
struct asking {
    struct lookup *lookup;
    struct own own[MAIL_QUESTIONS];
    unsigned open;    /**< of these */
    bool is_told;     /**< that the MX has been answered */
    bool is_broken;   /**< closed, or no memory: nothing is kept */
    unsigned host;    /**< that is asked about */
    bool is_host_ip6; /**< its AAAA */
    struct memo_waiter waiter;
    struct analysis_mail_setup setup;
    struct spf_eval spf;
};

/* clang-format off */
static const struct {
    unsigned type;
    const char *prefix;
    bool is_shared; /* SPF may ask the same */
} questions[] = {
    [MAIL_MX]    = { DNS_TYPE_MX,   "",        true },
    [MAIL_TXT]   = { DNS_TYPE_TXT,  "",        true },
    [MAIL_DMARC] = { DNS_TYPE_TXT,  "_dmarc.", false },
    [MAIL_NS]    = { DNS_TYPE_NS,   "",        false },
    [MAIL_SOA]   = { DNS_TYPE_SOA,  "",        false },
    [MAIL_A]     = { DNS_TYPE_A,    "",        true },
    [MAIL_AAAA]  = { DNS_TYPE_AAAA, "",        true },
};

static const unsigned spf_types[] = {
    [SPF_ASK_TXT]  = DNS_TYPE_TXT,
    [SPF_ASK_MX]   = DNS_TYPE_MX,
    [SPF_ASK_A]    = DNS_TYPE_A,
    [SPF_ASK_AAAA] = DNS_TYPE_AAAA,
};
/* clang-format on */

static struct memo *memo_of(struct asking *k)
{
    return k->lookup->all->shared;
}

/* Where IPv6 is scanned, whom it lets send counts as well. */
static bool wants_ip6(const struct asking *k)
{
    return plan_has_ipv6(k->lookup->all->reach->plan);
}

static void finish(struct asking *k)
{
    struct lookup *l = k->lookup;
    struct buf json = { 0 };
    struct snow_evidence e = {
        .source = "dns",
        .observed_utc_s = clock_utc_s(l->all->run->clock),
    };

    k->setup.spf = k->spf.result;
    if (!k->is_broken)
        analysis_mail_format_json(&json, &k->setup);
    e.data = json.data;
    e.data_len = json.len;
    lookup_done(l, k->is_broken || json.failed ? NULL : &e);
    buf_fini(&json);
}

/* --- SPF and the hosts of MX, one question at a time --- */

static void advance(struct asking *k);

/* True when the next question is about one of its MX hosts. */
static bool is_host_next(const struct asking *k)
{
    return !analysis_spf_question(&k->spf);
}

static void take(struct asking *k, const struct analysis_answer *a)
{
    struct mail_mx *mx = &k->setup.mx[k->host];

    k->is_broken |= a->status == SNOW_PTR_PENDING;
    if (!is_host_next(k)) {
        analysis_spf_answer(&k->spf, a);
        return;
    }
    analysis_mail_take_host(mx, a);
    if (!k->is_host_ip6 && wants_ip6(k)) {
        k->is_host_ip6 = true;
        return;
    }
    k->is_host_ip6 = false;
    k->host++;
}

static void on_told(void *arg, const struct analysis_answer *a)
{
    struct asking *k = arg;

    take(k, a);
    advance(k);
}

/* The next question; false when there is none. */
static bool next_question(struct asking *k, const char **name, unsigned *type)
{
    const struct spf_question *q = analysis_spf_question(&k->spf);

    if (q) {
        *name = q->name;
        *type = spf_types[q->type];
        return true;
    }
    while (k->host < k->setup.n_mx &&
           !analysis_forward_is_fit(k->setup.mx[k->host].host))
        k->host++;
    if (k->host == k->setup.n_mx)
        return false;
    *name = k->setup.mx[k->host].host;
    *type = k->is_host_ip6 ? DNS_TYPE_AAAA : DNS_TYPE_A;
    return true;
}

/* Go on as long as answers are known; ends with a question or the evidence. */
static void advance(struct asking *k)
{
    const struct analysis_answer *a;
    const char *name;
    unsigned type;
    int code = 1;

    while (!k->is_broken && next_question(k, &name, &type)) {
        code = memo_ask(memo_of(k), name, type, &k->waiter, &a);
        if (code == 0)
            return;
        if (code > 0)
            take(k, a);
        else
            k->is_broken = true;
    }
    finish(k);
}

/* --- the domain itself --- */

static void on_own(void *arg, const struct dns_records *r);

static int ask_own(struct asking *k, enum mail_question q)
{
    char name[SNOW_NAME_MAX];
    int code;

    snprintf(name, sizeof name, "%s%s", questions[q].prefix,
             k->lookup->subject);
    code = dns_resolver_query(k->lookup->all->reach->resolver, name,
                              questions[q].type, on_own, &k->own[q]);
    k->open += code == 0;
    return code;
}

/* A name that does not exist has no records of any type, nor names below it
 * (RFC 8020 §2). */
static void take_absence(struct asking *k)
{
    for (unsigned q = 0; q < MAIL_QUESTIONS; q++)
        k->setup.status[q] = SNOW_PTR_NXDOMAIN;
    k->spf.result.status = SPF_STATUS_NONE;
}

static void take_mx(struct asking *k, uint8_t status)
{
    k->is_told = true;
    if (status == SNOW_PTR_NXDOMAIN) {
        take_absence(k);
        return;
    }
    for (unsigned q = MAIL_MX + 1; q < MAIL_QUESTIONS && !k->is_broken; q++)
        k->is_broken = ask_own(k, q) != 0;
}

static void take_own(struct asking *k, enum mail_question q,
                     const struct analysis_answer *a)
{
    analysis_mail_take(&k->setup, q, a);
    if (questions[q].is_shared)
        memo_put(memo_of(k), k->lookup->subject, questions[q].type, a);
    if (q == MAIL_TXT)
        analysis_spf_start(&k->spf, k->lookup->subject,
                           wants_ip6(k) ? SPF_IPV4 | SPF_IPV6 : SPF_IPV4);
    if (!k->is_told)
        take_mx(k, a->status);
}

static void on_own(void *arg, const struct dns_records *r)
{
    struct own *own = arg;
    struct asking *k = own->asking;
    struct analysis_answer a = memo_answer_of(r);

    k->open--;
    k->is_broken |= r->status == SNOW_PTR_PENDING;
    if (!k->is_broken)
        take_own(k, own->question, &a);
    if (k->open == 0)
        advance(k);
}

static int mail_setup_start(struct lookup *l)
{
    struct asking *k = l->state;

    k->lookup = l;
    k->waiter = (struct memo_waiter){ .done = on_told, .arg = k };
    for (unsigned q = 0; q < MAIL_QUESTIONS; q++)
        k->own[q] = (struct own){ k, q };
    memo_of(k)->resolver = l->all->reach->resolver;
    return ask_own(k, MAIL_MX);
}

static bool is_failure(const char *json, size_t len)
{
    struct analysis_mail_setup *m = malloc(sizeof *m);
    bool is_failed = true;

    if (m && analysis_mail_parse_json(m, json, len) == 0)
        is_failed = analysis_mail_is_failure(m);
    free(m);
    return is_failed;
}

static void fini(struct lookups *all)
{
    memo_fini(all->shared);
}

const struct lookups_kind mail_setup_kind = {
    .kind = MAIL_SETUP_KIND,
    .progress_at = offsetof(struct progress, mail),
    .parallel = PARALLEL,
    .state_size = sizeof(struct asking),
    .shared_size = sizeof(struct memo),
    .start = mail_setup_start,
    .is_failure = is_failure,
    .fini = fini,
};
