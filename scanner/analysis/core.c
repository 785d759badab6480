/*
 * analysis – what of a scan resembles snowshoe spamming, and how much.
 *
 *   analyse.c     reads the store, feeds the core
 *   diff.c        the same for two scans side by side, and what changed
 *   changes.c     names, moves, who is left                      (pure)
 *   match.c       which findings of two scans are the same       (pure)
 *   history.c     reads the other scans of the store
 *   core.c        the passes, and what is added after them       (pure)
 *   neighbours.c  names of an address, in its block: whose is it? (pure)
 *   names.c       one name: usable, generic, template            (pure)
 *   psl.c         its registrable domain
 *   facts.c       known of the whole only: providers, rarity     (pure)
 *   runs.c        neighbouring addresses of one domain           (pure)
 *   strips.c      domains side by side                           (pure)
 *   past.c        what other scans saw of the runs               (pure)
 *   rows.c        new domains side by side, an address each      (pure)
 *   ages.c        registrations, and how common each value is    (pure)
 *   burst.c       registered together, or just young?            (pure)
 *   infra.c       what domains use, and how common that is       (pure)
 *   infra_values.c, infra_compare.c                              (pure)
 *   mail_facts.c web_facts.c  mail set-up and websites           (pure)
 *   known.c       what the whole trade knows                     (pure)
 *   excuses.c     runs that explain themselves                   (pure)
 *   links.c       how strongly two runs are tied                 (pure)
 *   links_bursts.c  by what one registrar registered together    (pure)
 *   pairs.c       which runs to compare at all                   (pure)
 *   campaigns.c   runs tied together                             (pure)
 *   findings.c    measures of each finding                       (pure)
 *   own_facts.c   what the user's own lists say of each          (pure)
 *   score.c       their sum, tier and words                      (pure)
 *   words.c       room for these                                 (pure)
 *   spf.c         who may send for a domain; spf_term.c reads     (pure)
 *   hosts.c       addresses kept for another order               (pure)
 *   decoys.c      shuffles of the scan, scored: what is chance?  (pure)
 *   calibration.c scores of findings against those of decoys     (pure)
 *   candidates.c  whom the later stages ask                      (pure)
 *   named.c       which addresses have a name of their own
 *
 * Life      pass 1 learns, pass 2 folds runs; registrations are added; pass 3
 *           finds rows among what is in no run; then probes; then findings.
 *           Candidates take another third pass instead.
 * Always    the same records and settings give the same findings, in whatever
 *           order a server listed its names.
 * Never     is a missing measurement counted as 0.
 * Start at  analysis_next_pass(); for the verdict, score.c.
 */
#include "analysis/core.h"

#include "analysis/core_internal.h"
#include "analysis/fingerprint.h"
#include "analysis/known.h"
#include "analysis/names.h"
#include "analysis/own.h"
#include "base/map.h"

int analysis_new(struct analysis **out, const struct snow_analysis_config *cfg,
                 struct analysis_psl *psl)
{
    struct analysis *a = calloc(1, sizeof *a);

    if (!a)
        return SNOW_ENOMEM;
    a->cfg = *cfg;
    a->psl = psl;
    a->pass = 1;
    a->runs.gap_max = cfg->gap_max < RUN_GAP_MAX ? cfg->gap_max : RUN_GAP_MAX;
    a->tiles.max = cfg->candidates_max;
    a->ages.facts = &a->facts;
    a->ages.now_utc_s = cfg->now_utc_s;
    a->rows.facts = &a->facts;
    a->rows.ages = &a->ages;
    a->rows.to = &a->runs;
    if (analysis_neighbours_new(&a->neighbours, &a->facts, psl, NULL, NULL)) {
        analysis_free(a);
        return SNOW_ENOMEM;
    }
    *out = a;
    return 0;
}

void analysis_tell(const struct analysis *a, const struct snow_progress *p)
{
    if (a->cfg.on_progress)
        a->cfg.on_progress(a->cfg.on_progress_arg, p);
}

void analysis_free(struct analysis *a)
{
    if (!a)
        return;
    analysis_neighbours_free(a->neighbours);
    analysis_ages_fini(&a->ages);
    analysis_tiles_fini(&a->tiles);
    analysis_runs_fini(&a->runs);
    analysis_facts_fini(&a->facts);
    analysis_forwards_fini(&a->forwards);
    analysis_mail_facts_fini(&a->mail);
    analysis_past_fini(&a->past);
    analysis_web_facts_fini(&a->web);
    analysis_infra_fini(&a->infra);
    analysis_hosts_fini(&a->hosts);
    snow_ranges_free(a->wanted);
    snow_ranges_free(a->addrs);
    analysis_excuses_fini(&a->excuses);
    free(a->strips);
    free(a->longest);
    free(a);
}

int analysis_see(struct analysis *a, const struct analysis_seen *seen)
{
    return analysis_neighbours_add(a->neighbours, seen);
}

static int on_verdict(void *arg, const struct verdict *v)
{
    struct analysis *a = arg;
    struct analysis_forward forward;
    struct verdict told = *v;
    struct snow_addr until;
    int code;

    if (a->pass == 3 && !a->seeks_rows)
        return analysis_candidate_add(a, v);
    if (v->name && analysis_forwards_get(&a->forwards, v->name->hash, &forward))
        told.forward = &forward;
    if (v->name && a->cfg.own)
        told.is_allowed = allow_addr(&a->cfg.own->allow, v->addr, &until);
    if (a->pass == 3)
        return analysis_rows_add(&a->rows, &told);
    if (a->watch)
        a->watch(a->watch_arg, v);
    code = analysis_runs_add(&a->runs, &told);
    if (!code && a->cfg.decoys > 0)
        code = analysis_hosts_add(&a->hosts, &told);
    return code ? code : analysis_tiles_add(&a->tiles, v);
}

/* For finding the run of an address: runs may overlap. */
static int index_runs(struct analysis *a)
{
    free(a->longest);
    a->longest = calloc(a->runs.n + 1, sizeof *a->longest);
    if (!a->longest)
        return SNOW_ENOMEM;
    for (size_t i = 1; i < a->runs.n; i++) {
        uint32_t before = a->longest[i - 1];

        a->longest[i] =
            snow_addr_compare(a->runs.all[before].last, a->runs.all[i].last) > 0
                ? before
                : (uint32_t)i;
    }
    return 0;
}

static int end_folding(struct analysis *a)
{
    int code = analysis_runs_finish(&a->runs);

    if (!code && a->pass == 2)
        code = analysis_tiles_finish(&a->tiles);
    if (!code)
        code = index_runs(a);
    for (size_t i = 0; !code && i < a->runs.n; i++)
        a->facts.domains[a->runs.all[i].domain].flags |= DOMAIN_IN_RUN;
    return code;
}

int analysis_next_pass(struct analysis *a)
{
    int code = analysis_neighbours_finish(a->neighbours);

    if (!code && a->pass == 1)
        code = analysis_facts_settle(&a->facts);
    if (!code && a->pass == 2)
        code = end_folding(a);
    if (!code && a->pass == 2)
        code = analysis_candidates_start(a);
    if (code)
        return code;
    a->pass++;
    analysis_neighbours_free(a->neighbours);
    a->neighbours = NULL;
    return analysis_neighbours_new(&a->neighbours, &a->facts, a->psl,
                                   on_verdict, a);
}

bool analysis_rows_start(struct analysis *a)
{
    a->seeks_rows = analysis_rows_are_likely(&a->rows);
    return a->seeks_rows;
}

int analysis_rows_end(struct analysis *a)
{
    int code = analysis_neighbours_finish(a->neighbours);

    return code ? code : end_folding(a);
}

int analysis_add_forward(struct analysis *a, const char *name,
                         const struct analysis_forward *answer)
{
    return analysis_forwards_add(&a->forwards, name, answer);
}

/* A domain of the scan with its runs; false: it has none, or there is no
 * memory. */
static bool find_owner(struct infra_owner *o, struct analysis *a,
                       const char *domain, int *code)
{
    *code = 0;
    if (!analysis_facts_find(&a->facts, domain, &o->domain))
        return false;
    o->name = a->facts.names[o->domain];
    o->all = a->runs.all;
    o->runs =
        analysis_mail_facts_runs(&a->mail, &a->runs, o->domain, &o->n_runs);
    *code = o->runs ? 0 : SNOW_ENOMEM;
    return o->runs != NULL;
}

int analysis_add_mail(struct analysis *a, const char *domain,
                      const struct analysis_mail_setup *setup)
{
    struct infra_owner o;
    int code;

    if (!find_owner(&o, a, domain, &code))
        return code;
    code = analysis_mail_facts_add(&a->mail, &a->runs, o.domain, setup);
    return code ? code : analysis_infra_add_mail(&a->infra, &o, setup);
}

int analysis_add_website(struct analysis *a, const char *domain,
                         const struct analysis_website *site)
{
    struct infra_owner o;
    int code;

    if (!find_owner(&o, a, domain, &code))
        return code;
    code = analysis_web_facts_add(&a->web, o.domain, site);
    return code ? code : analysis_infra_add_website(&a->infra, &o, site);
}

int analysis_add_registration(struct analysis *a,
                              const struct snow_registration *r)
{
    return analysis_ages_add(&a->ages, r);
}

/* Runs [0, n) begin at or before an address. */
static size_t runs_before(const struct analysis *a, struct snow_addr addr)
{
    size_t low = 0, high = a->runs.n;

    while (low < high) {
        size_t mid = low + (high - low) / 2;

        if (snow_addr_compare(a->runs.all[mid].first, addr) <= 0)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

/* The run an address lies in; of several the one whose domain is greeted
 * with, else the one that begins last. */
static struct run *run_at(const struct analysis *a, const struct snow_probe *p,
                          bool *is_own)
{
    struct run *best = NULL;

    *is_own = false;
    for (size_t i = runs_before(a, p->addr); i > 0 && !*is_own; i--) {
        struct run *run = &a->runs.all[i - 1];

        if (snow_addr_compare(a->runs.all[a->longest[i - 1]].last, p->addr) < 0)
            break;
        if (snow_addr_compare(run->last, p->addr) < 0)
            continue;
        *is_own = analysis_banner_is_own(p->banner, p->banner_len,
                                         a->facts.names[run->domain]);
        if (!best || *is_own)
            best = run;
    }
    return best;
}

static void count_greeting(struct run *run, uint64_t fingerprint,
                           uint64_t manner)
{
    for (unsigned i = 0; i < RUN_GREETINGS_MAX; i++) {
        struct greeting *g = &run->greetings[i];

        if (g->n > 0 && g->manner != manner)
            continue;
        g->fingerprint = fingerprint;
        g->manner = manner;
        g->n++;
        return;
    }
}

/* What a certificate says of itself anybody can write; a key cannot be in two
 * hands by chance. */
static int add_key(struct analysis *a, const struct run *run,
                   const struct snow_probe *p)
{
    const char *key = p->tls.spki_sha256;

    if (p->tls_status == SNOW_TLS_NOT_ASKED)
        return 0;
    return analysis_infra_add(&a->infra, run->domain, INFRA_KEY,
                              *key ? map_hash(key, strlen(key)) | 1 : 0);
}

static void probe_host(struct analysis *a, const struct snow_probe *p)
{
    struct host *host = analysis_hosts_get(&a->hosts, p->addr);

    if (!host)
        return;
    host->counts.probed = 1;
    if (!snow_probe_is_mail_capable(p))
        return;
    host->counts.open = 1;
    host->counts.own_banner = analysis_banner_is_own(
        p->banner, p->banner_len, a->facts.names[host->domain]);
}

int analysis_add_probe(struct analysis *a, const struct snow_probe *p)
{
    uint64_t fingerprint, capabilities;
    bool is_own;
    struct run *run;

    if (p->status == SNOW_SMTP_PENDING || p->status == SNOW_SMTP_EXCLUDED ||
        p->status == SNOW_SMTP_LOCAL_ERROR)
        return 0; /* says nothing about the other side */
    probe_host(a, p);
    run = run_at(a, p, &is_own);
    if (!run)
        return 0;
    run->probed++;
    if (!snow_probe_is_mail_capable(p))
        return 0;
    run->open++;
    run->own_banner += is_own;
    fingerprint = analysis_banner_fingerprint(p->banner, p->banner_len, NULL,
                                              a->facts.names[run->domain]);
    capabilities = p->capabilities_len
                       ? map_hash(p->capabilities, p->capabilities_len)
                       : 0;
    if (fingerprint)
        count_greeting(run, fingerprint, fingerprint ^ capabilities);
    return add_key(a, run, p);
}

void analysis_add_holder(struct analysis *a, const struct snow_network *n)
{
    analysis_mark_provider(&a->facts, a->psl, n);
}

void analysis_mark_provider(struct facts *f, struct analysis_psl *psl,
                            const struct snow_network *n)
{
    const char *at = strrchr(n->abuse_email, '@');
    char name[ANALYSIS_NAME_MAX];
    struct analysis_split s;
    uint32_t id;

    if (!at || snow_addr_distance(n->first, n->last) + 1 < SNOW_BLOCK_SIZE ||
        !analysis_name_normalise(name, at + 1) ||
        !analysis_psl_split(&s, psl, name, ANALYSIS_SUFFIX_MAX))
        return;
    if (s.domain && analysis_facts_find(f, s.domain, &id))
        f->domains[id].flags |= DOMAIN_PROVIDER;
}

int analysis_add_netblock(struct analysis *a, const struct snow_network *n)
{
    size_t end = runs_before(a, n->last);
    bool is_senders = analysis_known_sender_org(n->organisation) ||
                      analysis_known_sender_org(n->name);

    if (a->cfg.decoys > 0 &&
        analysis_hosts_add_netblock(
            &a->hosts, (struct snow_range){ n->first, n->last }, is_senders))
        return SNOW_ENOMEM;
    if (!is_senders)
        return 0;
    for (size_t i = end; i > 0; i--) {
        struct run *run = &a->runs.all[i - 1];

        if (snow_addr_compare(a->runs.all[a->longest[i - 1]].last, n->first) <
            0)
            break;
        run->is_in_sender_net |= snow_addr_compare(run->last, n->first) >= 0;
    }
    return 0;
}
