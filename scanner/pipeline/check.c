#include "pipeline/check.h"

#include <stdarg.h>

#include "base/clock.h"
#include "base/text.h"
#include "pipeline/canary.h"
#include "pipeline/check_local.h"
#include "pipeline/control.h"
#include "pipeline/greet.h"
#include "pipeline/ownname.h"

#define FIXED_ITEMS 8 /* that there is one of, at most */

struct check;

/* An item, and who is going to fill it. */
struct slot {
    struct check_item item;
    struct check *check;
    struct canary *canary;
    struct control *control;
    bool is_filled;
};

struct check {
    struct stage stage;
    struct run run;
    struct plan plan;
    struct snow_error no_servers; /* why there are none */
    uv_timer_t timer;
    uint64_t began_us;
    bool has_lists; /* of whom to leave alone */
    struct own_name *own_name;
    struct slot *slots;
    size_t n, n_open;
};

void check_item_say(struct check_item *item, enum check_verdict verdict,
                    const char *advice, const char *format, ...)
{
    va_list args;

    item->verdict = verdict;
    item->advice = advice;
    va_start(args, format);
    vsnprintf(item->found, sizeof item->found, format, args);
    va_end(args);
}

static struct slot *add(struct check *c, const char *name, const char *subject)
{
    struct slot *s = &c->slots[c->n++];

    s->check = c;
    s->item.name = name;
    text_copy(s->item.subject, sizeof s->item.subject, subject);
    c->n_open++;
    return s;
}

static void fill(struct slot *s)
{
    struct check *c = s->check;

    s->is_filled = true;
    if (--c->n_open == 0 && !c->stage.is_done)
        run_stage_done(&c->run, &c->stage, 0);
}

static void on_item(void *arg, const struct check_item *item)
{
    struct slot *s = arg;

    s->item = *item;
    fill(s);
}

/* What could not even be begun. */
static void give_up(struct slot *s, int code)
{
    check_item_say(&s->item, CHECK_FAIL, NULL, "cannot be looked at: %s",
                   snow_strerror(code));
    fill(s);
}

/* --- the items --- */

static void begin_resolvers(struct check *c, const char *name,
                            const char *subject)
{
    if (c->plan.n_servers == 0) {
        struct slot *s = add(c, name, subject);

        check_item_say(&s->item, CHECK_FAIL, "name one with --resolver", "%s",
                       c->no_servers.text);
        fill(s);
    }
    for (size_t i = 0; i < c->plan.n_servers; i++) {
        struct slot *s = add(c, name, subject);
        int code =
            canary_start(&s->canary, &c->run, &c->plan.servers[i], on_item, s);

        if (code)
            give_up(s, code);
    }
}

#define HOW_TO_NAME "name one with --ehlo that resolves to us and back"

/* clang-format off */
static const struct {
    enum check_verdict verdict;
    const char *found, *advice; /* %s: an address */
} own_names[] = {
    [OWN_NAME_UNKNOWN] = { CHECK_WARN, "nobody answers about it",
                           "see the resolvers above" },
    [OWN_NAME_OK] = { CHECK_OK, "leads to %s and back", NULL },
    [OWN_NAME_TRANSLATED] = { CHECK_WARN,
        "leads to %s and back, which is no address of this machine",
        "fine if that is what our network translates our addresses to" },
    [OWN_NAME_UNFIT] = { CHECK_WARN, "is no full domain name", HOW_TO_NAME },
    [OWN_NAME_NO_ADDRESS] = { CHECK_WARN, "has no address", HOW_TO_NAME },
    [OWN_NAME_FOREIGN] = { CHECK_WARN, "leads to %s, which is not ours",
                           HOW_TO_NAME },
    [OWN_NAME_NO_WAY_BACK] = { CHECK_WARN,
        "leads to %s, whose PTR records do not name it",
        "have the PTR record set, or name another with --ehlo" },
};
/* clang-format on */

static void on_own_name(void *arg, const struct own_name_result *r)
{
    struct slot *s = arg;
    const char *found = own_names[r->verdict].found;
    const char *at = strstr(found, "%s");
    char addr[SNOW_ADDR_TEXT_MAX] = "";

    snow_addr_format(r->addr, addr);
    check_item_say(&s->item, own_names[r->verdict].verdict,
                   own_names[r->verdict].advice, "%.*s%s%s",
                   (int)(at ? at - found : 0), found, at ? addr : "",
                   at ? at + strlen("%s") : found);
    fill(s);
}

static void begin_own_name(struct check *c, const char *name,
                           const char *subject)
{
    char own[OWN_NAME_MAX];
    struct slot *s;
    int code;

    (void)subject;
    own_name_get(own, c->run.cfg);
    s = add(c, name, own);
    if (c->plan.n_servers == 0) {
        check_item_say(&s->item, CHECK_WARN, NULL,
                       "there is no resolver to ask about it");
        fill(s);
        return;
    }
    code = own_name_start(&c->own_name, &c->run, &c->plan, on_own_name, s);
    if (code)
        give_up(s, code);
}

static void begin_control(struct check *c, struct slot *s, const char *text)
{
    int code;

    if (!c->has_lists) {
        check_item_say(&s->item, CHECK_FAIL, "see the lists below",
                       "not tested: who is to be left alone is not known");
        fill(s);
        return;
    }
    code = control_start(&s->control, &c->run, &c->plan, text, on_item, s);
    if (code)
        give_up(s, code);
}

static void begin_controls(struct check *c, const char *name,
                           const char *subject)
{
    const struct text_list *list = &c->run.cfg->smtp_controls;

    if (list->n == 0) {
        struct slot *s = add(c, name, subject);

        check_item_say(&s->item, CHECK_WARN,
                       "name a mail server of yours with --smtp-control",
                       "not tested");
        fill(s);
    }
    for (size_t i = 0; i < list->n; i++)
        begin_control(c, add(c, name, list->at[i]), list->at[i]);
}

static void look_at_descriptors(struct check *c, const char *name,
                                const char *subject)
{
    struct slot *s = add(c, name, subject);

    check_descriptors(&s->item, c->run.cfg);
    fill(s);
}

static void look_at_clock(struct check *c, const char *name,
                          const char *subject)
{
    struct slot *s = add(c, name, subject);

    check_clock(&s->item, c->run.clock, c->began_us);
    fill(s);
}

static void look_at_list(struct check *c, const char *name, const char *subject)
{
    struct slot *s = add(c, name, subject);

    check_list(&s->item);
    fill(s);
}

static void look_at_folder(struct check *c, const char *name,
                           const char *subject)
{
    struct slot *s = add(c, name, subject);

    check_folder(&s->item);
    fill(s);
}

static const struct {
    const char *name, *subject;
    void (*begin)(struct check *c, const char *name, const char *subject);
} items[] = {
    { "resolver", "", begin_resolvers },
    { "ehlo", "", begin_own_name },
    { "outbound", "", begin_controls },
    { "descriptors", "", look_at_descriptors },
    { "clock", "", look_at_clock },
    { "list", "reserved.txt", look_at_list },
    { "list", "optout.txt", look_at_list },
    { "store", "results", look_at_folder },
};

/* --- the run --- */

/* One is open until all have begun, so that no item ends the run early. */
static void on_timer(uv_timer_t *t)
{
    struct check *c = t->data;

    c->n_open = 1;
    for (size_t i = 0; i < COUNT_OF(items); i++)
        items[i].begin(c, items[i].name, items[i].subject);
    if (--c->n_open == 0)
        run_stage_done(&c->run, &c->stage, 0);
}

static void on_stop(struct stage *s)
{
    struct check *c = (struct check *)s;

    run_stage_done(&c->run, s, SNOW_ECANCELED);
}

static void no_stats(struct stage *s, struct progress *p)
{
    (void)s;
    (void)p;
}

static void check_fini(struct check *c)
{
    own_name_close(c->own_name);
    for (size_t i = 0; i < c->n; i++) {
        canary_close(c->slots[i].canary);
        control_close(c->slots[i].control);
    }
    uv_close((uv_handle_t *)&c->timer, NULL);
    run_fini(&c->run);
    plan_fini(&c->plan);
    free(c->slots);
}

static int check_controls(const struct snow_config *cfg, struct snow_error *err)
{
    for (size_t i = 0; i < cfg->smtp_controls.n; i++) {
        const char *text = cfg->smtp_controls.at[i];
        char host[256];
        uint16_t port = 25;

        if (control_parse(host, &port, text))
            return snow_fail(err, SNOW_ESYNTAX,
                             "--smtp-control '%s' is no HOST[:PORT] of a name "
                             "or an IPv4 address",
                             text);
    }
    return 0;
}

/* What is wrong with the options is an error; what is wrong with the machine
 * is an item. */
static int prepare(struct check *c, const struct snow_config *cfg,
                   struct snow_error *err)
{
    char name[OWN_NAME_MAX];
    struct smtp_config smtp;
    int code = check_controls(cfg, err);

    if (!code)
        code = greet_config(&smtp, name, cfg, err);
    if (!code && snow_ranges_new(&c->plan.forbidden))
        code = SNOW_ENOMEM;
    if (code)
        return code;
    code = plan_resolvers(&c->plan, cfg, &c->no_servers);
    if (code && cfg->resolvers.n > 0)
        return snow_fail(err, code, "%s", c->no_servers.text);
    if (code)
        c->plan.n_servers = 0;
    c->has_lists = (cfg->include_reserved ||
                    !plan_read_list(c->plan.forbidden, "reserved.txt", NULL)) &&
                   !plan_read_list(c->plan.forbidden, "optout.txt", NULL);
    c->slots = calloc(c->plan.n_servers + cfg->smtp_controls.n + FIXED_ITEMS,
                      sizeof *c->slots);
    return c->slots ? 0 : SNOW_ENOMEM;
}

int check_run(const struct snow_config *cfg, check_fn fn, void *arg,
              int *signal, struct snow_error *err)
{
    struct check c = {
        .stage = { .on = { [STAGE_DRAIN] = on_stop, [STAGE_STOP] = on_stop },
                   .stats = no_stats }
    };
    int code = prepare(&c, cfg, err);

    if (!code)
        code = run_init(&c.run, cfg, &clock_system, err);
    if (code) {
        plan_fini(&c.plan);
        free(c.slots);
        return code;
    }
    c.began_us = clock_mono_us(c.run.clock);
    run_add(&c.run, &c.stage);
    uv_timer_init(&c.run.loop, &c.timer);
    c.timer.data = &c;
    uv_timer_start(&c.timer, on_timer, 0, 0);
    code = run_stages(&c.run, err);
    *signal = c.run.signal;
    for (size_t i = 0; i < c.n; i++)
        if (c.slots[i].is_filled)
            fn(arg, &c.slots[i].item);
    check_fini(&c);
    return code;
}
