#include "analysis/score.h"

#include <math.h>

#include "analysis/burst.h"
#include "analysis/words.h"
#include "base/text.h"

/* Shares of MAIL. Outgoing servers need not listen, so that what the domain's
 * own policy says of them counts as well. */
#define MAIL_OPEN .45
#define MAIL_OWN_BANNER .15
#define MAIL_SPF .25
#define MAIL_MX .15

/* Mean weight of a pair that is full credit. Half of it is what ties two runs
 * into a campaign: from there on it says something. Where few families could be
 * compared, less is enough: 6 would be all of them, none at its cap. */
#define SHARED_FULL 4.
#define SHARED_FULL_ALL 6.

/* Domains of one registrar that make a bulk registration: ten, ten minutes
 * apart at most (Interisle's definition); three within five minutes (the epoch
 * of Hao et al., PREDATOR, CCS 2016). */
#define BULK_DOMAINS 10
#define BATCH_DOMAINS 3

#define NEW_DAYS 180
#define FADED_DAYS 540

#define CONTEXT_COVERAGE .4
#define STRONG .5 /* a part that says so much counts for its family */

#define SURE .8 /* a burst that chance makes once in 10,000 */

#define FIRM_DOMAINS 6 /* more than a young firm has products */

#define DIVERSE_ENTROPY .8
#define DIVERSE_DOMAINS 4

static const struct {
    const char *name;
    unsigned weight;
} parts[] = {
#define X(id, weight, name, claim) { name, weight },
    SNOW_SCORE_PARTS(X)
#undef X
};

static const struct {
    double off, cap;
    enum snow_tier best;
    const char *word;
} caveats[] = {
#define X(id, off, cap, best, word) { off, cap, SNOW_TIER_##best, word },
    ANALYSIS_CAVEATS(X)
#undef X
};

const char *snow_score_part_word(enum snow_score_part part)
{
    return (size_t)part < COUNT_OF(parts) ? parts[part].name : "?";
}

unsigned snow_score_part_weight(enum snow_score_part part)
{
    return (size_t)part < COUNT_OF(parts) ? parts[part].weight : 0;
}

bool snow_score_is_reason(const struct snow_score *part)
{
    return part->measured > 0 && part->value >= STRONG;
}

const char *snow_finding_kind_word(enum snow_finding_kind kind)
{
    static const char *const words[] = { "run", "strip", "campaign" };

    return (size_t)kind < COUNT_OF(words) ? words[kind] : "?";
}

const char *snow_tier_word(enum snow_tier tier)
{
    static const char *const words[] = { "high", "review", "context" };

    return (size_t)tier < COUNT_OF(words) ? words[tier] : "?";
}

static double clamp(double x)
{
    return x > 0 ? fmin(x, 1) : 0;
}

double analysis_score_multi_ip(uint64_t n)
{
    return n > 0 ? clamp(log2((double)n) / 3) : 0;
}

double analysis_score_consecutive(uint64_t n, uint64_t span, bool is_aligned)
{
    double density = span > 0 ? (double)n / (double)span : 0;

    return clamp((density - .5) * 2 + (is_aligned ? .1 : 0));
}

double analysis_score_newness(double age_days)
{
    return clamp((FADED_DAYS - age_days) / (FADED_DAYS - NEW_DAYS));
}

static void __attribute__((format(printf, 4, 5)))
measure(struct snow_score *part, double value, double measured,
        const char *reason, ...)
{
    va_list args;

    part->value = clamp(value);
    part->measured = measured;
    if (!part->reason)
        return;
    va_start(args, reason);
    vsnprintf(part->reason, WORDS_REASON_MAX, reason, args);
    va_end(args);
}

static void measure_topology(struct snow_score *p, const struct score_facts *in)
{
    measure(&p[SNOW_PART_MULTI_IP], in->multi_ip, 1,
            "%llu addresses in %zu run(s) of %zu domain(s)",
            (unsigned long long)in->named, in->n_runs, in->n_domains);
    measure(&p[SNOW_PART_CONSECUTIVE], in->consecutive, 1,
            "%llu of %llu neighbouring addresses are named so",
            (unsigned long long)in->named, (unsigned long long)in->span);
    if (!isnan(in->apex_first))
        measure(&p[SNOW_PART_APEX_FIRST], in->apex_first, 1,
                "%zu of %zu run(s) begin with the bare domain",
                in->n_apex_first, in->n_runs);
}

static double ratio(uint64_t n, uint64_t of)
{
    return of > 0 ? (double)n / (double)of : 0;
}

/* Between two pieces of a reason, or before the first one. */
static const char *separator(const struct snow_score *part, const char *between,
                             const char *before)
{
    return part->reason && part->reason[0] ? between : before;
}

/* Append to a reason, as much as fits. */
static void __attribute__((format(printf, 2, 3)))
add_reason(struct snow_score *part, const char *reason, ...)
{
    size_t len = part->reason ? strlen(part->reason) : 0;
    va_list args;

    if (!part->reason)
        return;
    va_start(args, reason);
    vsnprintf(part->reason + len, WORDS_REASON_MAX - len, reason, args);
    va_end(args);
}

/* What was asked for it and answered; what was not is left out. */
static void measure_mail(struct snow_score *part, const struct score_facts *in)
{
    const struct {
        double share;
        uint64_t n, of;
        const char *claim;
    } terms[] = {
        { MAIL_OPEN, in->open, in->probed, "speak SMTP" },
        { MAIL_OWN_BANNER, in->own_banner, in->open, "greet with the domain" },
        { MAIL_SPF, in->spf_covers, in->spf_known, "may send by SPF" },
        { MAIL_MX, in->mx_inside, in->mx_known, "have MX inside" },
    };
    double sum = 0, measured = 0;

    for (size_t i = 0; i < COUNT_OF(terms); i++) {
        if (terms[i].of == 0)
            continue;
        measured += terms[i].share;
        sum += terms[i].share * ratio(terms[i].n, terms[i].of);
        add_reason(part, "%s%llu of %llu %s", separator(part, ", ", ""),
                   (unsigned long long)terms[i].n,
                   (unsigned long long)terms[i].of, terms[i].claim);
    }
    part->measured = fmin(measured, 1);
    part->value = measured > 0 ? clamp(sum / measured) : 0;
}

static void measure_registration(struct snow_score *p,
                                 const struct score_facts *in)
{
    size_t n = in->n_registrars_known, k = in->n_top_registrar;

    if (n >= 3)
        measure(&p[SNOW_PART_REGISTRAR],
                -analysis_binomial_tail_ln((unsigned)k, (unsigned)n,
                                           in->registrar_share) /
                    (4 * M_LN10),
                1, "%zu of %zu at one registrar, which has %.1f%% of others", k,
                n, in->registrar_share * 100);
    if (in->n_dated > 0)
        measure(&p[SNOW_PART_NEW], in->newness, 1,
                "median age %.0f days, %zu of %zu known%s", in->age_days_median,
                in->n_dated, in->n_domains,
                in->n_sighted > 0 ? "; younger when first seen" : "");
    if (!isnan(in->burst_p))
        measure(&p[SNOW_PART_BURST],
                in->burst_p <= BURST_P_MAX
                    ? -log10(fmax(in->burst_p, 1e-300)) / 5
                    : 0,
                1, "p = %.2g that %zu dates lie so close by chance",
                in->burst_p, in->n_dated);
}

static void measure_web(struct snow_score *part, const struct score_facts *in)
{
    if (in->n_web_known > 0)
        measure(part, in->web_absence / (double)in->n_web_known, 1,
                "%zu of %zu domain(s) have a website of their own", in->n_sites,
                in->n_web_known);
}

static void measure_shared(struct snow_score *part,
                           const struct score_facts *in)
{
    double sum = 0, measured = 0;

    for (unsigned f = 0; f < INFRA_N_FAMILIES; f++) {
        double share = analysis_infra_share(f), weight = in->shared.of[f];

        if (share <= 0 || isnan(weight))
            continue;
        sum += weight;
        measured += share;
        add_reason(part, "%s%s %.2f",
                   separator(part, ", ", "a pair is tied by "),
                   analysis_infra_family_word(f), weight);
    }
    part->measured = fmin(measured, 1);
    if (measured > 0)
        part->value =
            clamp(sum / fmin(SHARED_FULL, SHARED_FULL_ALL * measured));
}

static void measure_naming(struct snow_score *part,
                           const struct score_facts *in)
{
    if (!isnan(in->naming))
        measure(part, in->naming, 1, "likeness of names and host labels %.2f",
                in->naming);
}

static void add_up(struct snow_finding *f)
{
    double sum = 0, measured = 0;

    for (size_t i = 0; i < SNOW_N_SCORE_PARTS; i++) {
        double weight = parts[i].weight * f->parts[i].measured;

        sum += weight * f->parts[i].value;
        measured += weight;
    }
    f->score = measured > 0 ? 100 * sum / measured : 0;
    f->coverage = measured / 100;
}

/* The customers of one sender: every registrar, every year (ages are not a
 * burst), every name server. */
static bool is_diverse(const struct score_facts *in)
{
    return in->n_registrars_known >= DIVERSE_DOMAINS &&
           in->registrar_entropy > DIVERSE_ENTROPY &&
           !(in->burst_p <= BURST_P_MAX) &&
           !(in->nameserver_entropy <= DIVERSE_ENTROPY);
}

/* How many of the families that tie domains together speak. Bursts are looked
 * for within a registrar, so that one brings the other along: the two are one
 * family, unless chance is as good as ruled out. */
static unsigned strong_families(const struct snow_score *p)
{
    bool registrar = p[SNOW_PART_REGISTRAR].value >= STRONG;
    bool burst = p[SNOW_PART_BURST].value >= STRONG;
    bool is_sure = p[SNOW_PART_BURST].value >= SURE;

    return (unsigned)(is_sure && registrar) + (registrar || burst) +
           (p[SNOW_PART_SHARED].value >= STRONG);
}

/* A page is soon made: domains that were demonstrably registered together, and
 * are tied otherwise as well, are not excused by one. But a young firm with the
 * names of its products is tied as firmly: these are three or four. */
static bool is_firmly_tied(const struct snow_score *p,
                           const struct score_facts *in)
{
    return in->n_domains >= FIRM_DOMAINS &&
           p[SNOW_PART_BURST].value >= STRONG && strong_families(p) >= 2;
}

/* Closed ports alone say nothing: who only sends need not listen. But the
 * domain's own records would let these addresses send or name them as its mail
 * servers; where they do neither, nothing here is about mail. */
static bool is_mute(const struct score_facts *in)
{
    return in->probed > 0 && in->open == 0 &&
           in->spf_known + in->mx_known > 0 && in->spf_covers == 0 &&
           in->mx_inside == 0;
}

static uint32_t find_caveats(const struct snow_finding *f,
                             const struct score_facts *in)
{
    bool is_dated = in->n_dated > 0;
    const struct {
        enum analysis_caveat caveat;
        bool is_true;
    } all[] = {
        { CAVEAT_OLD, is_dated && in->n_old == in->n_domains },
        { CAVEAT_MEDIAN_OLD, in->age_days_median > 3 * 365.25 },
        { CAVEAT_ESP, in->is_esp },
        { CAVEAT_SITES,
          in->n_sites * 2 > in->n_domains && !is_firmly_tied(f->parts, in) },
        { CAVEAT_HOSTED,
          in->n_customers * 2 > in->n_runs && !is_firmly_tied(f->parts, in) },
        { CAVEAT_CORPORATE, in->is_corporate && in->n_sites > 0 },
        { CAVEAT_MUTE, is_mute(in) },
        { CAVEAT_WEB_UNCLEAR, in->web_absence * 2 < (double)in->n_web_asked },
        { CAVEAT_DEEP, in->is_deep && in->n_domains >= 3 &&
                           in->n_registrars_known >= 3 &&
                           in->registrar_entropy > DIVERSE_ENTROPY },
        { CAVEAT_DIVERSE, is_diverse(in) },
        { CAVEAT_FORGED, in->fcrdns_ok * 2 < in->fcrdns_known },
        { CAVEAT_NO_AGE, !is_dated },
        { CAVEAT_SOME_AGES, is_dated && in->n_dated < in->n_domains },
        { CAVEAT_DEFAULT_CURVE, in->is_default_curve && !isnan(in->burst_p) },
        { CAVEAT_NO_MAIL, in->probed == 0 },
        { CAVEAT_LOW_COVERAGE, f->coverage < CONTEXT_COVERAGE },
    };
    uint32_t bits = in->caveats;

    for (size_t i = 0; i < COUNT_OF(all); i++)
        bits |= (uint32_t)all[i].is_true << all[i].caveat;
    return bits;
}

/* Points off first, then the caps. */
static void apply_caveats(struct snow_finding *f, uint32_t bits)
{
    for (unsigned i = 0; i < N_CAVEATS; i++)
        f->score -= bits >> i & 1 ? caveats[i].off : 0;
    f->score = fmax(0, f->score);
    for (unsigned i = 0; i < N_CAVEATS; i++)
        if (bits >> i & 1)
            f->score = fmin(f->score, caveats[i].cap);
}

/* What a tier asks of a finding; the first gate that opens counts. A finding of
 * one or two domains may be any company: a new customer names two addresses,
 * the domain and its mail server; networks are let by four and more. Reports
 * from elsewhere are no part of the score: where they corroborate it they make
 * up for 5 points (10 of a few domains) on the way to review, and on the way to
 * high for one of the two families, never for both; all other gates stay as
 * they are. */
/* clang-format off */
static const struct {
    enum snow_tier tier;
    double score, coverage;
    size_t domains_min, domains_max;
    size_t addrs_min;  /* a domain, on the average */
    unsigned families; /* of those that tie domains together */
    bool is_reported;  /* only with reports to corroborate it */
} gates[] = {
    { SNOW_TIER_HIGH,   70, .7, 3, SIZE_MAX, 1, 2, false },
    { SNOW_TIER_HIGH,   70, .7, 3, SIZE_MAX, 1, 1, true },
    { SNOW_TIER_REVIEW, SCORE_REVIEW, .4, 3, SIZE_MAX, 1, 0, false },
    { SNOW_TIER_REVIEW, 45, .4, 3, SIZE_MAX, 1, 0, true },
    { SNOW_TIER_REVIEW, 65, .5, 1, 2,        4, 0, false },
    { SNOW_TIER_REVIEW, 55, .5, 1, 2,        1, 0, true },
};
/* clang-format on */

/* A user may let the decoys say where the high tier begins. */
static double least_score(size_t gate, const struct score_facts *in)
{
    return gates[gate].tier == SNOW_TIER_HIGH && in->high_from > 0
               ? in->high_from
               : gates[gate].score;
}

static enum snow_tier best_tier(const struct snow_finding *f, uint32_t bits)
{
    enum snow_tier best = f->allowed ? SNOW_TIER_CONTEXT : SNOW_TIER_HIGH;

    for (unsigned i = 0; i < N_CAVEATS; i++)
        if (bits >> i & 1 && caveats[i].best > best)
            best = caveats[i].best;
    return best;
}

static enum snow_tier choose_tier(const struct snow_finding *f,
                                  const struct score_facts *in, uint32_t bits)
{
    const struct snow_score *p = f->parts;
    enum snow_tier best = best_tier(f, bits);

    /* neighbours with names of their own are everyday: some sign of youth, or
     * of one hand behind several domains, must be there */
    if (p[SNOW_PART_NEW].measured <= 0 && p[SNOW_PART_SHARED].value < STRONG)
        return SNOW_TIER_CONTEXT;
    for (size_t i = 0; i < COUNT_OF(gates); i++)
        if (gates[i].tier >= best && f->score >= least_score(i, in) &&
            f->coverage >= gates[i].coverage &&
            in->n_domains >= gates[i].domains_min &&
            in->n_domains <= gates[i].domains_max &&
            in->named >= gates[i].addrs_min * in->n_domains &&
            strong_families(p) >= gates[i].families &&
            in->is_reported >= gates[i].is_reported)
            return gates[i].tier;
    return SNOW_TIER_CONTEXT;
}

static void append_word(char *list, const char *word)
{
    size_t len = strlen(list);

    if (len > 0 && len + 1 < WORDS_LIST_MAX)
        list[len++] = ';';
    text_copy(list + len, WORDS_LIST_MAX - len, word);
}

/* The reason is the user's own; ';' would make two of it. */
static void write_allowed(struct snow_finding *f)
{
    snprintf(f->caveats, WORDS_LIST_MAX, "allowed: %.160s", f->allowed);
    for (char *c = f->caveats; *c; c++)
        if (*c == ';')
            *c = ',';
}

static void write_words(struct snow_finding *f, const struct score_facts *in,
                        uint32_t bits)
{
    if (f->allowed)
        write_allowed(f);
    for (size_t i = 0; i < SNOW_N_SCORE_PARTS; i++)
        if (snow_score_is_reason(&f->parts[i]))
            append_word(f->reasons, parts[i].name);
    if (in->is_reported)
        append_word(f->reasons, "reports");
    if (in->n_together >= BULK_DOMAINS)
        append_word(f->reasons, "bulk10");
    if (in->n_at_once >= BATCH_DOMAINS)
        append_word(f->reasons, "batch5m");
    for (unsigned i = 0; i < N_CAVEATS; i++)
        if (bits >> i & 1)
            append_word(f->caveats, caveats[i].word);
}

void analysis_score(struct snow_finding *f, const struct score_facts *in)
{
    uint32_t bits;

    measure_topology(f->parts, in);
    measure_mail(&f->parts[SNOW_PART_MAIL], in);
    measure_registration(f->parts, in);
    measure_web(&f->parts[SNOW_PART_WEB], in);
    measure_shared(&f->parts[SNOW_PART_SHARED], in);
    measure_naming(&f->parts[SNOW_PART_NAMING], in);
    add_up(f);
    bits = find_caveats(f, in);
    apply_caveats(f, bits);
    f->tier = choose_tier(f, in, bits);
    if (f->reasons)
        write_words(f, in, bits);
}
