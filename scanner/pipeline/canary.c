#include "pipeline/canary.h"

#include "base/clock.h"
#include "base/random.h"
#include "base/text.h"
#include "dns/answer.h"
#include "dns/resolve.h"

#define QUESTIONS 20
#define NAME_ROOM 64

/* Names that nobody can have are new each time, so that no cache answers; the
 * root is in every cache, so that what is measured is the way to the server.
 * RFC 6761 §6.4 keeps .invalid empty; in-addr.arpa holds numbers alone. */
static const struct question {
    const char *name; /* %04x is made up */
    unsigned type;
    bool exists;
} questions[] = {
    { ".", DNS_TYPE_NS, true },
    { "snowline-check-%04x.invalid", DNS_TYPE_A, false },
    { "snowline-check-%04x.in-addr.arpa", DNS_TYPE_PTR, false },
};

struct canary {
    struct run *run;
    struct dns_resolver *resolver;
    struct canary_heard heard;
    double took_ms[QUESTIONS];
    uint64_t asked_us;
    unsigned lost_in_a_row, patience;
    struct check_item item;
    struct random random;
    bool is_closing;
    canary_fn done;
    void *arg;
};

/* --- what it means; the first that holds, the worst first --- */

static bool is_silent(const struct canary_heard *h)
{
    return h->answered == 0;
}

static bool is_liar(const struct canary_heard *h)
{
    return h->made_up > 0;
}

static bool is_refusing(const struct canary_heard *h)
{
    return h->refused > 0 && h->refused == h->answered;
}

static bool is_broken(const struct canary_heard *h)
{
    return h->failed + h->refused == h->answered;
}

static bool is_denying(const struct canary_heard *h)
{
    return h->denied > 0;
}

static bool is_hedging(const struct canary_heard *h)
{
    return h->hedged > 0;
}

static bool is_failing(const struct canary_heard *h)
{
    return h->failed + h->refused > 0;
}

static bool is_lossy(const struct canary_heard *h)
{
    return h->answered < h->asked;
}

static bool is_slow(const struct canary_heard *h)
{
    return h->median_ms > h->slow_ms;
}

static bool is_fine(const struct canary_heard *h)
{
    (void)h;
    return true;
}

static const struct {
    bool (*holds)(const struct canary_heard *h);
    enum check_verdict verdict;
    const char *found, *advice;
} judgements[] = {
    { is_silent, CHECK_FAIL, "does not answer",
      "name another with --resolver, or let us out to port 53" },
    { is_liar, CHECK_FAIL,
      "lies: it has answers for names that nobody can have",
      "name another with --resolver" },
    { is_refusing, CHECK_FAIL, "refuses our questions",
      "ask its operator, or name another with --resolver" },
    { is_broken, CHECK_FAIL, "cannot resolve anything",
      "name another with --resolver" },
    { is_denying, CHECK_FAIL, "lies: it denies the root",
      "name another with --resolver" },
    { is_hedging, CHECK_FAIL, "lies: names that nobody can have exist",
      "name another with --resolver; with this one add --no-prune" },
    { is_failing, CHECK_WARN, "answers some questions with a failure",
      "look again; name another with --resolver if it stays so" },
    { is_lossy, CHECK_WARN, "loses questions",
      "lower --dns-rate, or name a nearer one with --resolver" },
    { is_slow, CHECK_WARN, "is slow", "name a nearer one with --resolver" },
    { is_fine, CHECK_OK, "answers", NULL },
};

void canary_judge(struct check_item *item, const struct canary_heard *heard)
{
    size_t i = 0;

    while (!judgements[i].holds(heard))
        i++;
    if (heard->answered == 0)
        check_item_say(item, judgements[i].verdict, judgements[i].advice,
                       "%s: none of %u questions", judgements[i].found,
                       heard->asked);
    else
        check_item_say(item, judgements[i].verdict, judgements[i].advice,
                       "%s; %u of %u questions answered, in %.1f ms (median)",
                       judgements[i].found, heard->answered, heard->asked,
                       heard->median_ms);
}

/* --- asking --- */

static const struct question *question(const struct canary *c)
{
    return &questions[c->heard.asked < COUNT_OF(questions) ? c->heard.asked
                                                           : 0];
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static void end(struct canary *c)
{
    struct canary_heard *h = &c->heard;

    qsort(c->took_ms, h->answered, sizeof *c->took_ms, compare);
    h->median_ms = c->took_ms[h->answered / 2];
    canary_judge(&c->item, h);
    c->done(c->arg, &c->item);
}

static void note(struct canary *c, const struct question *q, uint8_t status)
{
    struct canary_heard *h = &c->heard;

    switch (status) {
    case SNOW_PTR_NAME:
        h->made_up += !q->exists;
        break;
    case SNOW_PTR_NXDOMAIN:
        h->denied += q->exists;
        break;
    case SNOW_PTR_NODATA:
        h->denied += q->exists;
        h->hedged += !q->exists;
        break;
    case SNOW_PTR_REFUSED:
        h->refused++;
        break;
    default:
        h->failed++;
    }
}

static int ask(struct canary *c);

static void on_records(void *arg, const struct dns_records *r)
{
    struct canary *c = arg;
    const struct question *q = question(c);
    uint64_t took_us = clock_mono_us(c->run->clock) - c->asked_us;

    if (c->is_closing)
        return;
    c->heard.asked++;
    c->lost_in_a_row++;
    if (r->status != SNOW_PTR_TIMEOUT) {
        c->lost_in_a_row = 0;
        note(c, q, r->status);
        c->took_ms[c->heard.answered++] = (double)took_us / 1000;
    }
    if (c->heard.asked == QUESTIONS || c->lost_in_a_row >= c->patience ||
        ask(c))
        end(c);
}

static int ask(struct canary *c)
{
    const struct question *q = question(c);
    const char *made_up = strchr(q->name, '%');
    char name[NAME_ROOM];

    text_copy(name, sizeof name, q->name);
    if (made_up)
        snprintf(name, sizeof name, "%.*s%04x%s", (int)(made_up - q->name),
                 q->name, random_u16(&c->random), made_up + strlen("%04x"));
    c->asked_us = clock_mono_us(c->run->clock);
    return dns_resolver_query(c->resolver, name, q->type, on_records, c);
}

int canary_start(struct canary **out, struct run *run,
                 const struct sockaddr_storage *server, canary_fn done,
                 void *arg)
{
    const struct snow_config *cfg = run->cfg;
    struct canary *c = calloc(1, sizeof *c);
    int code;

    if (!c)
        return SNOW_ENOMEM;
    c->run = run;
    c->done = done;
    c->arg = arg;
    c->patience = (unsigned)cfg->dns_tries;
    c->heard.slow_ms = cfg->dns_timeout_s * 1000 / 4;
    c->item.name = "resolver";
    dns_server_format(server, c->item.subject, sizeof c->item.subject);
    code = dns_resolver_new_single(&c->resolver, &run->loop, server,
                                   (unsigned)(cfg->dns_timeout_s * 1000));
    if (code) {
        free(c);
        return code;
    }
    if ((code = ask(c))) {
        canary_close(c);
        return code;
    }
    *out = c;
    return 0;
}

void canary_close(struct canary *c)
{
    if (!c)
        return;
    c->is_closing = true;
    dns_resolver_close(c->resolver);
    free(c);
}
