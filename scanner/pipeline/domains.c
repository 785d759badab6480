/* `domain`: all that can be learnt of some domains, a record each as soon as
 * the last of its parts has come. */
#include "analysis/given.h"
#include "analysis/mail_setup.h"
#include "analysis/website.h"
#include "base/clock.h"
#include "pipeline/enquire.h"
#include "pipeline/kinds.h"
#include "pipeline/mail_setup.h"
#include "pipeline/scan.h"
#include "pipeline/website.h"
#include "report/report.h"

/** One domain while its parts come in. */
struct joined {
    struct snow_registration *registration;
    struct analysis_mail_setup *mail;
    struct analysis_website *website;
    unsigned missing;
};

struct domains {
    const struct stage_taker *taker;
    struct plan plan;
    struct run run;
    struct reach reach;
    struct enquire enquire;
    struct kinds kinds;
    struct given given;
    struct map at;      /**< name to 1 + its place */
    char **names;       /**< [n], each once; borrowed */
    struct joined *all; /**< [n] */
    char **to_ask;      /**< [n_to_ask], of registries; borrowed */
    size_t n, n_to_ask;
};

static struct joined *find(struct domains *d, const char *name)
{
    return &d->all[*map_get(&d->at, name, strlen(name)) - 1];
}

static void forget(struct joined *j)
{
    free(j->registration);
    free(j->mail);
    free(j->website);
    *j = (struct joined){ 0 };
}

/* A part of it has come, or is not going to. */
static int settle(struct domains *d, struct joined *j)
{
    struct report_domain record = { .domain = d->names[j - d->all],
                                    .registration = j->registration,
                                    .mail = j->mail,
                                    .website = j->website };
    int code;

    if (--j->missing > 0)
        return 0;
    code = d->taker->domain(d->taker->arg, &record);
    forget(j);
    return code;
}

static int keep_registration(struct domains *d,
                             const struct snow_registration *r)
{
    struct joined *j = find(d, r->domain);

    j->registration = malloc(sizeof *r);
    if (!j->registration)
        return SNOW_ENOMEM;
    *j->registration = *r;
    return settle(d, j);
}

static int take_registration(void *arg, const struct snow_registration *r)
{
    return keep_registration(arg, r);
}

static int keep_mail(struct joined *j, const struct snow_evidence *e)
{
    j->mail = calloc(1, sizeof *j->mail);
    return j->mail ? analysis_mail_parse_json(j->mail, e->data, e->data_len)
                   : SNOW_ENOMEM;
}

static int keep_website(struct joined *j, const struct snow_evidence *e)
{
    j->website = calloc(1, sizeof *j->website);
    return j->website
               ? analysis_website_parse_json(j->website, e->data, e->data_len)
               : SNOW_ENOMEM;
}

static int take_evidence(void *arg, const struct snow_evidence *e)
{
    struct domains *d = arg;
    struct joined *j = find(d, e->subject);
    int code = strcmp(e->kind, MAIL_SETUP_KIND) == 0 ? keep_mail(j, e)
                                                     : keep_website(j, e);

    return code ? code : settle(d, j);
}

/* --- what to ask --- */

/* Each name once, however often it was given. */
static int gather(struct domains *d, const struct snow_config *cfg)
{
    d->names = calloc(cfg->targets.n + 1, sizeof *d->names);
    d->to_ask = calloc(cfg->targets.n + 1, sizeof *d->to_ask);
    d->all = calloc(cfg->targets.n + 1, sizeof *d->all);
    if (!d->names || !d->to_ask || !d->all)
        return SNOW_ENOMEM;
    for (size_t i = 0; i < cfg->targets.n; i++) {
        char *name = cfg->targets.at[i];
        uint64_t *at = map_put(&d->at, name, strlen(name));

        if (!at)
            return SNOW_ENOMEM;
        if (*at > 0)
            continue;
        d->names[d->n++] = name;
        *at = d->n;
    }
    return 0;
}

/* One part for the registration, one for each kind, one for the gathering: no
 * record is whole before it is known who is asked. */
static int begin(struct domains *d, const struct snow_config *cfg)
{
    for (size_t i = 0; i < d->n; i++) {
        bool is_given = given_has(&d->given, d->names[i]);

        d->all[i].missing = 1 + (unsigned)d->kinds.n;
        if (is_given || cfg->registration != REGISTRATION_NONE)
            d->all[i].missing++;
        if (!is_given && cfg->registration != REGISTRATION_NONE)
            d->to_ask[d->n_to_ask++] = d->names[i];
    }
    return kinds_add_domains(&d->kinds, d->names, d->n);
}

/* What the user has said is there at once. */
static int give(struct domains *d)
{
    struct snow_registration r;
    int code = 0;

    for (size_t i = 0; !code && i < d->n; i++) {
        if (given_get(&d->given, d->names[i], &r))
            code = keep_registration(d, &r);
        if (!code)
            code = settle(d, &d->all[i]);
    }
    return code;
}

static int ask(struct domains *d, const struct snow_config *cfg,
               struct snow_error *err)
{
    int code;

    kinds_init(&d->kinds, cfg, take_evidence, d);
    if (gather(d, cfg) || begin(d, cfg))
        return snow_fail(err, SNOW_ENOMEM, "out of memory");
    code = reach_open(&d->reach, &d->run, &d->plan, err);
    if (!code)
        code = give(d);
    d->enquire.answer = take_registration;
    d->enquire.arg = d;
    d->enquire.n_targets = d->n_to_ask;
    if (!code && d->n_to_ask > 0)
        code = enquire_start(&d->enquire, &d->run, &d->reach, d->to_ask,
                             d->n_to_ask, err);
    if (!code)
        code = kinds_start(&d->kinds, &d->run, &d->reach, err);
    return code ? code : run_stages(&d->run, err);
}

static void domains_fini(struct domains *d)
{
    for (size_t i = 0; d->all && i < d->n; i++)
        forget(&d->all[i]);
    free(d->all);
    free(d->names);
    free(d->to_ask);
    map_fini(&d->at);
    given_fini(&d->given);
    plan_fini(&d->plan);
}

/* The targets are names here, and the only addresses that count are those of
 * registries and sites: the plan holds the name servers, and who is to be left
 * alone. */
int scan_domain(const struct snow_config *cfg, const struct stage_taker *taker,
                int *signal, struct snow_error *err)
{
    struct domains d = { .taker = taker };
    int code;

    if ((code = scan_given(&d.given, cfg, err)) ||
        (code = plan_init_servers(&d.plan, cfg, signal, err)) ||
        (code = run_init(&d.run, cfg, &clock_system, err))) {
        domains_fini(&d);
        return code;
    }
    d.run.progress = taker->progress;
    d.run.progress_arg = taker->progress_arg;
    if (taker->planned)
        taker->planned(taker->arg, &d.plan);
    code = ask(&d, cfg, err);
    enquire_end(&d.enquire);
    kinds_stop(&d.kinds);
    reach_close(&d.reach);
    kinds_end(&d.kinds);
    *signal = d.run.signal;
    run_fini(&d.run);
    domains_fini(&d);
    return code;
}
