#include <math.h>

#include "analysis/decoys.h"
#include "analysis/own_facts.h"
#include "analysis/words.h"
#include "base/text.h"

#define ALIGNED_MIN 4 /* addresses; every second pair is aligned by chance */

/* Findings while they are made: campaigns[0 … c), strips [c … c + s), runs from
 * there on, each in the order of its number. */
struct makings {
    struct measures measures;
    struct campaigns campaigns;
    struct snow_findings out;
    struct snow_tally *tally; /* receives the scores, and nothing is kept */
};

static void finding_fini(struct snow_finding *f)
{
    free(f->ranges);
    for (size_t i = 0; f->domains && i < f->n_domains; i++)
        free(f->domains[i]);
    free(f->domains);
    for (size_t i = 0; f->customers && i < f->n_customers; i++)
        free(f->customers[i]);
    free(f->customers);
    free(f->allowed);
    free(f->text);
}

void snow_findings_fini(struct snow_findings *f)
{
    for (size_t i = 0; i < f->n; i++)
        finding_fini(&f->all[i]);
    free(f->all);
    *f = (struct snow_findings){ 0 };
}

/* Sorted names need their ids: the names come with them. */
struct named_id {
    const char *name;
    uint32_t id;
};

static int compare_named(const void *a, const void *b)
{
    return strcmp(((const struct named_id *)a)->name,
                  ((const struct named_id *)b)->name);
}

/* The set's domains, each once, sorted by name. */
static int list_domains(struct run_set *set, const struct analysis *a)
{
    struct named_id *list = calloc(set->n_runs, sizeof *list);

    set->domains = calloc(set->n_runs, sizeof *set->domains);
    if (!list || !set->domains) {
        free(list);
        return SNOW_ENOMEM;
    }
    for (size_t i = 0; i < set->n_runs; i++) {
        list[i].id = a->runs.all[set->runs[i]].domain;
        list[i].name = a->facts.names[list[i].id];
    }
    qsort(list, set->n_runs, sizeof *list, compare_named);
    for (size_t i = 0; i < set->n_runs; i++)
        if (set->n_domains == 0 ||
            set->domains[set->n_domains - 1] != list[i].id)
            set->domains[set->n_domains++] = list[i].id;
    free(list);
    return 0;
}

static int copy_domains(struct snow_finding *f, const struct run_set *set,
                        const struct analysis *a)
{
    f->domains = calloc(set->n_domains, sizeof *f->domains);
    if (!f->domains)
        return SNOW_ENOMEM;
    for (; f->n_domains < set->n_domains; f->n_domains++) {
        char *name = strdup(a->facts.names[set->domains[f->n_domains]]);

        if (!name)
            return SNOW_ENOMEM;
        f->domains[f->n_domains] = name;
    }
    return 0;
}

/* What overlaps or touches the last range is one with it. @p f has room. */
static void add_range(struct snow_finding *f, struct snow_range r)
{
    struct snow_range *last = f->n_ranges ? &f->ranges[f->n_ranges - 1] : NULL;

    if (!last || snow_addr_compare(r.first, snow_addr_add(last->last, 1)) > 0)
        f->ranges[f->n_ranges++] = r;
    else if (snow_addr_compare(r.last, last->last) > 0)
        last->last = r.last;
}

/* The pieces of a run that a finding covers: added to it, or only counted. */
static size_t cover_run(struct snow_finding *f, const struct analysis *a,
                        const struct run *run)
{
    struct snow_range left = { run->first, run->last }, piece;
    bool has_more = true;
    size_t n = 0;

    for (; has_more; n++) {
        has_more = analysis_own_next_piece(&left, &piece, a, run);
        if (f->ranges)
            add_range(f, piece);
    }
    return n;
}

/* Its runs' ranges. A strip's gaps are not its own: a range never covers what
 * has no reason, nor a gap that is allowed. */
static int cover(struct snow_finding *f, const struct run_set *set,
                 const struct analysis *a)
{
    size_t n = 0;

    for (size_t i = 0; i < set->n_runs; i++)
        n += cover_run(f, a, &a->runs.all[set->runs[i]]);
    f->ranges = calloc(n, sizeof *f->ranges);
    if (!f->ranges)
        return SNOW_ENOMEM;
    for (size_t i = 0; i < set->n_runs; i++)
        cover_run(f, a, &a->runs.all[set->runs[i]]);
    f->first = f->ranges[0].first;
    f->last = f->ranges[f->n_ranges - 1].last;
    for (size_t i = 0; i < f->n_ranges; i++)
        f->ip_count +=
            snow_addr_distance(f->ranges[i].first, f->ranges[i].last) + 1;
    return 0;
}

static void sum_runs(struct snow_finding *f, const struct run_set *set,
                     const struct analysis *a)
{
    f->apex_first = 1;
    f->first_seen_utc_s = INT64_MAX;
    f->last_seen_utc_s = INT64_MIN;
    for (size_t i = 0; i < set->n_runs; i++) {
        const struct run *run = &a->runs.all[set->runs[i]];

        f->named_count += run->n_named;
        f->distinct_names += run->n_distinct;
        f->aligned_runs +=
            snow_addr_distance(run->first, run->last) + 1 >= ALIGNED_MIN &&
            analysis_run_is_aligned(run);
        f->smtp_probed += run->probed;
        f->smtp_open += run->open;
        f->fcrdns_asked += run->forward_asked;
        f->fcrdns_total += run->forward_checked;
        f->fcrdns_ok += run->forward_ok;
        if (!run->starts_with_apex || run->n_apex > 1)
            f->apex_first = 0;
        if (run->first_seen_utc_s < f->first_seen_utc_s)
            f->first_seen_utc_s = run->first_seen_utc_s;
        if (run->last_seen_utc_s > f->last_seen_utc_s)
            f->last_seen_utc_s = run->last_seen_utc_s;
    }
    f->gap_count =
        f->ip_count > f->named_count ? f->ip_count - f->named_count : 0;
}

/* Kind, addresses and domains make the id: the same in every scan. */
static int write_id(struct snow_finding *f)
{
    char text[SNOW_ADDR_TEXT_MAX];
    struct buf b = { 0 };
    int code = 0;

    buf_add_text(&b, snow_finding_kind_word(f->kind));
    snow_addr_format(f->first, text);
    buf_printf(&b, " %s", text);
    snow_addr_format(f->last, text);
    buf_printf(&b, " %s", text);
    for (size_t i = 0; i < f->n_domains; i++)
        buf_printf(&b, " %s", f->domains[i]);
    if (b.failed)
        code = SNOW_ENOMEM;
    else
        snprintf(f->id, sizeof f->id, "%c%016llx", "rsc"[f->kind],
                 (unsigned long long)map_hash(b.data, b.len));
    buf_fini(&b);
    return code;
}

/* In a decoy the addresses of mail servers are not where they were. */
static int count_mail(struct snow_finding *f, const struct makings *k,
                      const struct run_set *set)
{
    struct analysis *a = k->measures.a;

    if (!k->tally)
        return analysis_mail_facts_count(f, &a->mail, a->runs.all, set->runs,
                                         set->n_runs);
    analysis_mail_facts_recall(f, &a->mail, set->domains, set->n_domains);
    return 0;
}

/* Is one campaign behind all of a strip? Else nothing but the place ties some
 * of it to the others, and whoever lives next door is in it. */
static bool is_of_one_hand(const struct makings *k, const struct run_set *set)
{
    const uint32_t *of_run = k->campaigns.of_run;

    for (size_t i = 0; i < set->n_runs; i++)
        if (of_run[set->runs[i]] == 0 ||
            of_run[set->runs[i]] != of_run[set->runs[0]])
            return false;
    return true;
}

static int fill(struct snow_finding *f, const struct makings *k,
                struct run_set *set)
{
    struct analysis *a = k->measures.a;
    struct score_facts facts;
    int code = list_domains(set, a);

    f->kind = set->kind;
    f->created_min_utc_s = f->created_max_utc_s = SNOW_TIME_UNKNOWN;
    if (!code)
        code = cover(f, set, a);
    if (!code && !k->tally)
        code = copy_domains(f, set, a);
    if (!code && !k->tally)
        code = write_id(f);
    if (!code)
        code = count_mail(f, k, set);
    if (!code && !k->tally)
        code = analysis_past_domains(&f->domains_over_time, a, set->runs,
                                     set->n_runs);
    if (!code)
        code = analysis_measure(&facts, f, &k->measures, set);
    if (!code && !k->tally) /* lists of addresses have not moved with them */
        code = analysis_own_measure(&facts, f, a, set);
    if (code)
        return code;
    if (set->kind == SNOW_STRIP && !is_of_one_hand(k, set))
        facts.caveats |= 1u << CAVEAT_PLACE;
    sum_runs(f, set, a);
    f->age_days_median = facts.age_days_median;
    f->burst_p = facts.burst_p;
    analysis_score(f, &facts);
    return 0;
}

/* Add one finding; SNOW_ENOMEM leaves what was there. */
static int make(struct makings *k, enum snow_finding_kind kind,
                const uint32_t *runs, size_t n_runs, double burst_floor)
{
    struct snow_finding f = { 0 };
    struct run_set set = {
        .kind = kind, .runs = runs, .n_runs = n_runs, .burst_floor = burst_floor
    };
    struct words words;
    int code;

    if (!k->tally) /* else nobody reads them */
        analysis_words_attach(&f, &words);
    code = fill(&f, k, &set);
    if (!code && !k->tally)
        code = analysis_words_keep(&f);
    free(set.domains);
    if (!code && k->tally)
        snow_tally_add(k->tally, kind, f.score);
    if (code || k->tally) {
        finding_fini(&f);
        return code;
    }
    k->out.all[k->out.n++] = f;
    return 0;
}

/* Runs sorted by campaign: those of campaign i are [from[i] … from[i + 1]). */
static void sort_runs(const struct campaigns *c, size_t n_runs, uint32_t *runs,
                      size_t *from)
{
    for (size_t i = 0; i < n_runs; i++)
        if (c->of_run[i])
            from[c->of_run[i]]++;
    for (size_t i = 0; i < c->n; i++)
        from[i + 1] += from[i];
    for (size_t i = n_runs; i-- > 0;)
        if (c->of_run[i])
            runs[--from[c->of_run[i]]] = (uint32_t)i;
    /* each from[i + 1] is now where campaign i begins */
    for (size_t i = 0; i < c->n; i++)
        from[i] = from[i + 1];
}

static int make_campaigns(struct makings *k, uint32_t *runs)
{
    const struct campaigns *c = &k->campaigns;
    size_t n_runs = k->measures.a->runs.n, n_tied = 0;
    size_t *from = calloc(c->n + 2, sizeof *from);
    int code = from ? 0 : SNOW_ENOMEM;

    if (!code)
        sort_runs(c, n_runs, runs, from);
    for (size_t i = 0; i < n_runs; i++)
        n_tied += c->of_run[i] != 0;
    if (!code)
        from[c->n] = n_tied;
    for (size_t i = 0; !code && i < c->n; i++)
        code = make(k, SNOW_CAMPAIGN, runs + from[i], from[i + 1] - from[i],
                    c->burst_p[i]);
    free(from);
    return code;
}

static int make_strips_and_runs(struct makings *k, uint32_t *runs)
{
    const struct analysis *a = k->measures.a;
    int code = 0;

    for (size_t i = 0; i < a->runs.n; i++)
        runs[i] = (uint32_t)i;
    for (size_t i = 0; !code && i < a->n_strips; i++)
        code = make(k, SNOW_STRIP, runs + a->strips[i].from, a->strips[i].n, 0);
    for (size_t i = 0; !code && i < a->runs.n; i++)
        code = make(k, SNOW_RUN, runs + i, 1, 0);
    return code;
}

/* A run in a campaign is part of that evidence, and stands in its tier. */
static void adopt_run(struct snow_finding *run, const struct snow_finding *by)
{
    text_copy(run->parent_id, sizeof run->parent_id, by->id);
    if (by->kind != SNOW_CAMPAIGN)
        return;
    if (by->tier < run->tier)
        run->tier = by->tier;
}

/* A strip belongs to a campaign when all of its runs do. */
static void adopt_strip(struct makings *k, size_t i)
{
    const struct strip *strip = &k->measures.a->strips[i];
    const uint32_t *of_run = k->campaigns.of_run + strip->from;

    for (size_t r = 0; r < strip->n; r++)
        if (of_run[r] == 0 || of_run[r] != of_run[0])
            return;
    text_copy(k->out.all[k->campaigns.n + i].parent_id,
              sizeof k->out.all->parent_id, k->out.all[of_run[0] - 1].id);
}

static void find_parents(struct makings *k)
{
    const struct analysis *a = k->measures.a;
    struct snow_finding *strips = k->out.all + k->campaigns.n;
    struct snow_finding *runs = strips + a->n_strips;

    for (size_t i = 0; i < a->n_strips; i++) {
        adopt_strip(k, i);
        for (size_t r = 0; r < a->strips[i].n; r++)
            adopt_run(&runs[a->strips[i].from + r], &strips[i]);
    }
    for (size_t i = 0; i < a->runs.n; i++)
        if (k->campaigns.of_run[i])
            adopt_run(&runs[i], &k->out.all[k->campaigns.of_run[i] - 1]);
}

static int compare_findings(const void *a, const void *b)
{
    const struct snow_finding *x = a, *y = b;
    int order;

    if (x->kind != y->kind)
        return x->kind > y->kind ? -1 : 1; /* campaigns, strips, runs */
    if (x->score < y->score || x->score > y->score)
        return x->score > y->score ? -1 : 1;
    order = snow_addr_compare(x->first, y->first);
    if (!order)
        order = snow_addr_compare(x->last, y->last);
    return order ? order : strcmp(x->id, y->id);
}

static int make_all(struct makings *k)
{
    const struct analysis *a = k->measures.a;
    size_t n = k->tally ? 0 : k->campaigns.n + a->n_strips + a->runs.n;
    uint32_t *runs = calloc(a->runs.n + 1, sizeof *runs);
    int code;

    k->out.all = calloc(n + 1, sizeof *k->out.all);
    code = k->out.all && runs ? 0 : SNOW_ENOMEM;
    /* every campaign and strip is one more chance to find a burst */
    k->measures.n_tests = (double)(k->campaigns.n + a->n_strips);
    if (k->measures.n_tests < 1)
        k->measures.n_tests = 1;
    if (!code)
        code = make_campaigns(k, runs);
    if (!code)
        code = make_strips_and_runs(k, runs);
    free(runs);
    if (k->tally)
        free(k->out.all);
    if (code || k->tally)
        return code;
    find_parents(k);
    qsort(k->out.all, k->out.n, sizeof *k->out.all, compare_findings);
    return 0;
}

/* Dated domains outside of runs. */
static size_t count_background(const struct analysis *a)
{
    size_t n = 0;

    for (size_t i = 0; i < a->ages.n; i++) {
        const struct age *age = &a->ages.all[i];

        n += age->created_utc_s != SNOW_TIME_UNKNOWN &&
             !(a->facts.domains[age->domain].flags & DOMAIN_IN_RUN);
    }
    return n;
}

/* Large senders and whom the user allows are tied to nobody, too. */
static void excuse_own(struct analysis *a)
{
    for (size_t i = 0; i < a->runs.n; i++)
        if (analysis_own_speaks_for(a, &a->runs.all[i]))
            a->excuses.is_apart[i] = a->excuses.is_own[i] = true;
}

static int find_strips(struct analysis *a)
{
    struct excuses_input in = { .runs = &a->runs,
                                .ages = &a->ages,
                                .mail = &a->mail,
                                .web = &a->web,
                                .infra = &a->infra };
    int code = analysis_excuses_find(&a->excuses, &in);

    if (code)
        return code;
    excuse_own(a);
    return analysis_strips_find(&a->strips, &a->n_strips, a->runs.all,
                                a->runs.n, a->excuses.is_own);
}

/* Strips and campaigns among the runs, and a finding of each. */
static int group(struct makings *k)
{
    struct analysis *a = k->measures.a;
    struct campaigns_input in = { .runs = a->runs.all,
                                  .n_runs = a->runs.n,
                                  .facts = &a->facts,
                                  .ages = &a->ages,
                                  .infra = &a->infra };
    int code = find_strips(a);

    in.is_apart = a->excuses.is_apart;
    in.is_own = a->excuses.is_own;
    in.strips = a->strips;
    in.n_strips = a->n_strips;
    if (!code)
        code = analysis_campaigns_find(&k->campaigns, &in);
    return code ? code : make_all(k);
}

int analysis_findings_tally(struct snow_tally *out, struct analysis *a,
                            const struct measures *like)
{
    struct makings k = { .measures = *like, .tally = out };
    int code;

    k.measures.a = a;
    code = group(&k);
    analysis_campaigns_fini(&k.campaigns);
    return code;
}

/* What chance scores; the high tier may follow from it. */
static int calibrate(struct makings *k)
{
    struct analysis *a = k->measures.a;
    struct snow_calibration *c = &k->out.calibration;
    int code = analysis_decoys_score(c, a, &k->measures);

    for (size_t i = 0; i < k->out.n; i++)
        snow_tally_add(&c->observed, k->out.all[i].kind, k->out.all[i].score);
    if (code || !(a->cfg.fdr > 0))
        return code;
    a->high_from = c->high_from =
        snow_calibration_threshold(c, a->cfg.fdr, SCORE_REVIEW);
    for (size_t i = 0; i < k->out.n; i++)
        finding_fini(&k->out.all[i]);
    free(k->out.all);
    k->out.all = NULL;
    k->out.n = 0;
    return make_all(k);
}

int analysis_findings(struct snow_findings *out, struct analysis *a)
{
    struct makings k = { 0 };
    int code = analysis_ages_settle(&a->ages);

    analysis_past_settle(a);
    if (!code)
        code = analysis_infra_settle(&a->infra, &a->facts, &a->runs, &a->ages);
    if (!code) {
        analysis_measures_init(&k.measures, a);
        code = group(&k);
    }
    if (!code && a->cfg.decoys > 0)
        code = calibrate(&k);
    if (!code) {
        k.out.n_dated_background = count_background(a);
        *out = k.out;
    } else {
        snow_findings_fini(&k.out);
    }
    analysis_campaigns_fini(&k.campaigns);
    return code;
}
