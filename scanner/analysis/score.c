#include "analysis/score.h"

#include <math.h>

#include "analysis/burst.h"
#include "base/text.h"

/* Shares of a part that today's stages can measure at all. Sender policies and
 * mail exchangers are the rest of MAIL; policies, DKIM keys and SOA records
 * that of SHARED. */
#define MAIL_OPEN .45
#define MAIL_OWN_BANNER .15
#define SHARED_MEASURED .5
#define SHARED_FULL 3. /* mean weight of a pair that is full credit */

#define NEW_DAYS 180
#define FADED_DAYS 540

/* Tiers. */
#define HIGH_SCORE 70
#define HIGH_COVERAGE .7
#define HIGH_DOMAINS 3
#define REVIEW_SCORE 50
#define LONE_SCORE 65 /* of a finding of one or two domains */
#define LONE_COVERAGE .5
#define CONTEXT_COVERAGE .4
#define STRONG .5 /* a part that says so much counts for its family */

#define OLD_CAP 40
#define DIVERSE_ENTROPY .8
#define DIVERSE_DOMAINS 4
#define DIVERSE_PENALTY 25

static const struct {
    const char *name;
    unsigned weight;
} parts[] = {
#define X(id, weight, name, claim) { name, weight },
    SNOW_SCORE_PARTS(X)
#undef X
};

static const char *const caveat_words[] = {
#define X(id, word) word,
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
    va_start(args, reason);
    vsnprintf(part->reason, sizeof part->reason, reason, args);
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
    measure(&p[SNOW_PART_APEX_FIRST], in->apex_first, 1,
            "%zu of %zu run(s) begin with the bare domain", in->n_apex_first,
            in->n_runs);
}

static void measure_mail(struct snow_score *part, const struct score_facts *in)
{
    double open, own;

    if (in->probed == 0)
        return;
    open = (double)in->open / (double)in->probed;
    if (in->open == 0) {
        measure(part, 0, MAIL_OPEN, "none of %llu greeted",
                (unsigned long long)in->probed);
        return;
    }
    own = (double)in->own_banner / (double)in->open;
    measure(part,
            (MAIL_OPEN * open + MAIL_OWN_BANNER * own) /
                (MAIL_OPEN + MAIL_OWN_BANNER),
            MAIL_OPEN + MAIL_OWN_BANNER,
            "%llu of %llu speak SMTP, %llu name the domain",
            (unsigned long long)in->open, (unsigned long long)in->probed,
            (unsigned long long)in->own_banner);
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

static void measure_likeness(struct snow_score *p, const struct score_facts *in)
{
    if (!isnan(in->shared))
        measure(&p[SNOW_PART_SHARED], in->shared / SHARED_FULL, SHARED_MEASURED,
                "name servers and greetings tie a pair by %.2f of 3",
                in->shared);
    if (!isnan(in->naming))
        measure(&p[SNOW_PART_NAMING], in->naming, 1,
                "likeness of names and host labels %.2f", in->naming);
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

static uint32_t find_caveats(const struct score_facts *in)
{
    uint32_t bits = in->caveats;
    bool is_dated = in->n_dated > 0;

    bits |= (uint32_t)(is_dated && in->n_old == in->n_domains) << CAVEAT_OLD;
    bits |= (uint32_t)(in->age_days_median > 3 * 365.25) << CAVEAT_MEDIAN_OLD;
    bits |= (uint32_t)in->is_esp << CAVEAT_ESP;
    bits |= (uint32_t)(in->is_deep && in->n_domains >= 3 &&
                       in->n_registrars_known >= 3 &&
                       in->registrar_entropy > DIVERSE_ENTROPY)
            << CAVEAT_DEEP;
    bits |= (uint32_t)is_diverse(in) << CAVEAT_DIVERSE;
    bits |= (uint32_t)!is_dated << CAVEAT_NO_AGE;
    bits |= (uint32_t)(is_dated && in->n_dated < in->n_domains)
            << CAVEAT_SOME_AGES;
    bits |= (uint32_t)(in->is_default_curve && !isnan(in->burst_p))
            << CAVEAT_DEFAULT_CURVE;
    bits |= (uint32_t)(in->probed == 0) << CAVEAT_NO_MAIL;
    return bits;
}

static bool has(uint32_t bits, enum analysis_caveat caveat)
{
    return bits >> caveat & 1;
}

static enum snow_tier choose_tier(const struct snow_finding *f,
                                  const struct score_facts *in, uint32_t bits)
{
    const struct snow_score *p = f->parts;
    int strong = (p[SNOW_PART_REGISTRAR].value >= STRONG) +
                 (p[SNOW_PART_BURST].value >= STRONG) +
                 (p[SNOW_PART_SHARED].value >= STRONG);

    if (has(bits, CAVEAT_OLD) || has(bits, CAVEAT_ESP) ||
        has(bits, CAVEAT_DEEP) || f->coverage < CONTEXT_COVERAGE)
        return SNOW_TIER_CONTEXT;
    /* neighbours with names of their own are everyday: some sign of youth, or
     * of one hand behind several domains, must be there */
    if (p[SNOW_PART_NEW].measured <= 0 && p[SNOW_PART_SHARED].value < STRONG)
        return SNOW_TIER_CONTEXT;
    if (f->score >= HIGH_SCORE && f->coverage >= HIGH_COVERAGE &&
        in->n_domains >= HIGH_DOMAINS && strong >= 2)
        return SNOW_TIER_HIGH;
    if (in->n_domains < HIGH_DOMAINS)
        return f->score >= LONE_SCORE && f->coverage >= LONE_COVERAGE
                   ? SNOW_TIER_REVIEW
                   : SNOW_TIER_CONTEXT;
    return f->score >= REVIEW_SCORE ? SNOW_TIER_REVIEW : SNOW_TIER_CONTEXT;
}

static void append_word(char *list, size_t cap, const char *word)
{
    size_t len = strlen(list);

    if (len > 0 && len + 1 < cap)
        list[len++] = ';';
    text_copy(list + len, cap - len, word);
}

static void write_words(struct snow_finding *f, uint32_t bits)
{
    for (size_t i = 0; i < SNOW_N_SCORE_PARTS; i++)
        if (f->parts[i].measured > 0 && f->parts[i].value >= STRONG)
            append_word(f->reasons, sizeof f->reasons, parts[i].name);
    for (unsigned i = 0; i < N_CAVEATS; i++)
        if (bits >> i & 1)
            append_word(f->caveats, sizeof f->caveats, caveat_words[i]);
}

void analysis_score(struct snow_finding *f, const struct score_facts *in)
{
    uint32_t bits = find_caveats(in);

    measure_topology(f->parts, in);
    measure_mail(&f->parts[SNOW_PART_MAIL], in);
    measure_registration(f->parts, in);
    measure_likeness(f->parts, in);
    add_up(f);
    if (has(bits, CAVEAT_DIVERSE))
        f->score = fmax(0, f->score - DIVERSE_PENALTY);
    if (has(bits, CAVEAT_MEDIAN_OLD))
        f->score = fmin(f->score, OLD_CAP);
    if (f->coverage < CONTEXT_COVERAGE)
        bits |= 1u << CAVEAT_LOW_COVERAGE;
    f->tier = choose_tier(f, in, bits);
    write_words(f, bits);
}
