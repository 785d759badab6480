#include "pipeline/control.h"

#include "base/text.h"
#include "dns/answer.h"
#include "pipeline/greet.h"
#include "pipeline/ownname.h"

#define MASKED "****"    /* what PIX and ASA firewalls leave of a greeting */
#define MANGLED "XXXXXX" /* and of what is offered (XXXXXXXA for STARTTLS) */
#define SHOWN_MAX 100    /* octets of a greeting */

struct control {
    uv_timer_t timer; /* nothing is told from inside control_start() */
    struct run *run;
    const struct plan *plan;
    struct dns_resolver *resolver;
    struct smtp_engine *engine;
    char host[256], ehlo[OWN_NAME_MAX];
    uint16_t port;
    struct snow_addr addr;
    bool is_given, is_closing;
    struct check_item item;
    control_fn done;
    void *arg;
};

/* --- what it means --- */

#define IN_BETWEEN                                                             \
    "something on the way answers for it; ask your provider about outbound "   \
    "SMTP"
#define LET_US_OUT                                                             \
    "ask your provider to open outbound connections to it, or scan from "      \
    "elsewhere"

/* clang-format off */
static const struct judgement {
    enum check_verdict verdict;
    const char *found, *advice;
} masked = { CHECK_FAIL, "intercepted: the greeting is masked", IN_BETWEEN },
  unknown = { CHECK_FAIL, "cannot be greeted", NULL },
  judgements[16] = {
    [SNOW_SMTP_OPEN]     = { CHECK_OK, "greets", NULL },
    [SNOW_SMTP_REJECTED] = { CHECK_WARN, "can be reached, and rejects us",
                             "see whether our address is on a list" },
    [SNOW_SMTP_BUSY]     = { CHECK_WARN, "can be reached, and is busy",
                             "look again later" },
    [SNOW_SMTP_TARPIT]   = { CHECK_WARN, "can be reached, and dribbles",
                             "name one that greets at once" },
    [SNOW_SMTP_REFUSED]  = { CHECK_FAIL, "refused: it does not listen, or a "
                             "firewall answers for it", LET_US_OUT },
    [SNOW_SMTP_UNREACHABLE] = { CHECK_FAIL, "unreachable", LET_US_OUT },
    [SNOW_SMTP_TIMEOUT]  = { CHECK_FAIL, "filtered: no answer in time",
                             LET_US_OUT },
    [SNOW_SMTP_SILENT]   = { CHECK_FAIL, "intercepted: connects, and says "
                             "nothing", IN_BETWEEN },
    [SNOW_SMTP_CLOSED]   = { CHECK_FAIL, "intercepted: connects, and hangs up",
                             IN_BETWEEN },
    [SNOW_SMTP_RESET]    = { CHECK_FAIL, "intercepted: connects, and is reset",
                             IN_BETWEEN },
    [SNOW_SMTP_PARTIAL]  = { CHECK_FAIL, "intercepted: half a greeting",
                             IN_BETWEEN },
    [SNOW_SMTP_NOT_SMTP] = { CHECK_FAIL, "intercepted: what greets speaks no "
                             "SMTP", IN_BETWEEN },
    [SNOW_SMTP_LOCAL_ERROR] = { CHECK_FAIL, "cannot be connected to from here",
                             "see descriptors, --source-ip and our own "
                             "firewall" },
};
/* clang-format on */

static bool has(const char *octets, size_t len, const char *what)
{
    return octets && memmem(octets, len, what, strlen(what));
}

static const struct judgement *judgement(const struct snow_probe *p)
{
    if (has(p->banner, p->banner_len, MASKED) ||
        has(p->capabilities, p->capabilities_len, MANGLED))
        return &masked;
    return p->status < COUNT_OF(judgements) && judgements[p->status].found
               ? &judgements[p->status]
               : &unknown;
}

void control_judge(struct check_item *item, const struct snow_probe *p)
{
    const struct judgement *j = judgement(p);
    size_t len = p->banner ? p->banner_len : 0;

    check_item_say(
        item, j->verdict, j->advice, "%s%s%.*s", j->found, len > 0 ? ": " : "",
        (int)(len < SHOWN_MAX ? len : SHOWN_MAX), len > 0 ? p->banner : "");
}

int control_parse(char host[256], uint16_t *port, const char *text)
{
    const char *colon = strchr(text, ':');
    size_t len = colon ? (size_t)(colon - text) : strlen(text);
    uint64_t number = *port;

    if (len == 0 || len > 253 ||
        (colon && text_parse_u64(&number, colon + 1, UINT16_MAX)) ||
        number == 0)
        return SNOW_ESYNTAX;
    for (size_t i = 0; i < len; i++)
        if (!text_is_alnum(text[i]) && !strchr("-_.", text[i]))
            return SNOW_ESYNTAX;
    memcpy(host, text, len);
    host[len] = '\0';
    *port = (uint16_t)number;
    return 0;
}

/* --- one conversation --- */

static void fail(struct control *c, const char *found, const char *advice)
{
    check_item_say(&c->item, CHECK_FAIL, advice, "%s", found);
    c->done(c->arg, &c->item);
}

static int on_next(void *arg, uint64_t now_us, struct snow_step *out,
                   uint64_t *wait_us)
{
    struct control *c = arg;

    (void)now_us;
    (void)wait_us;
    if (c->is_given)
        return SNOW_EDONE;
    c->is_given = true;
    *out = (struct snow_step){ .addr = c->addr };
    return 0;
}

static void on_answer(void *arg, const struct snow_step *step,
                      const struct snow_probe *p)
{
    struct control *c = arg;

    (void)step;
    if (c->is_closing)
        return;
    control_judge(&c->item, p);
    c->done(c->arg, &c->item);
}

static void on_done(void *arg, int code)
{
    (void)arg;
    (void)code;
}

static void greet(struct control *c)
{
    struct smtp_hooks hooks = { on_next, on_answer, on_done, c };
    struct smtp_config smtp;
    struct snow_error err = { 0 };
    int code;

    if (snow_ranges_contains(c->plan->forbidden, c->addr)) {
        fail(c, "is at an address to be left alone",
             "name another; --include-reserved lifts it for reserved ones");
        return;
    }
    code = greet_config(&smtp, c->ehlo, c->run->cfg, &err);
    smtp.port = c->port;
    smtp.concurrency = 1;
    if (!code)
        code = smtp_engine_new(&c->engine, &c->run->loop, &smtp, &hooks,
                               c->run->clock, &err);
    if (code)
        fail(c, err.text, NULL);
    else
        smtp_engine_start(c->engine);
}

static void on_addrs(void *arg, const struct dns_records *r)
{
    struct control *c = arg;

    if (c->is_closing)
        return;
    if (r->n_addrs == 0) {
        fail(c, "has no address that could be learnt", "give its address");
        return;
    }
    c->addr = r->addrs[0];
    greet(c);
}

static void on_timer(uv_timer_t *t)
{
    struct control *c = t->data;

    if (snow_addr_parse(&c->addr, c->host) == 0)
        greet(c);
    else if (c->plan->n_servers == 0 ||
             dns_resolver_query(c->resolver, c->host, DNS_TYPE_A, on_addrs, c))
        fail(c, "cannot be looked up", "give its address");
}

int control_start(struct control **out, struct run *run,
                  const struct plan *plan, const char *text, control_fn done,
                  void *arg)
{
    const struct snow_config *cfg = run->cfg;
    struct control *c = calloc(1, sizeof *c);
    int code;

    if (!c)
        return SNOW_ENOMEM;
    c->run = run;
    c->plan = plan;
    c->done = done;
    c->arg = arg;
    c->port = (uint16_t)cfg->smtp_port;
    c->item.name = "outbound";
    code = control_parse(c->host, &c->port, text);
    if (!code && plan->n_servers > 0)
        code = dns_resolver_new(
            &c->resolver, &run->loop, plan->servers, plan->n_servers,
            (unsigned)(cfg->dns_timeout_s * 1000), (unsigned)cfg->dns_tries);
    if (code) {
        free(c);
        return code;
    }
    snprintf(c->item.subject, sizeof c->item.subject, "%s:%u", c->host,
             c->port);
    uv_timer_init(&run->loop, &c->timer);
    c->timer.data = c;
    uv_timer_start(&c->timer, on_timer, 0, 0);
    *out = c;
    return 0;
}

static void on_closed(uv_handle_t *h)
{
    free(h->data);
}

void control_close(struct control *c)
{
    if (!c)
        return;
    c->is_closing = true;
    dns_resolver_close(c->resolver);
    smtp_engine_close(c->engine);
    uv_close((uv_handle_t *)&c->timer, on_closed);
}
