#include "dns/prune.h"

#include <string.h>

#include "base/mask.h"
#include "snowline/records.h"

#define UNKNOWN 255

void prune_survey_init(struct prune_survey *s, uint8_t octet,
                       const uint64_t wanted[4], struct prune_zones *zones)
{
    memset(s, 0, sizeof *s);
    s->zones = zones;
    s->octet = octet;
    memcpy(s->wanted, wanted, sizeof s->wanted);
    memset(s->zone, UNKNOWN, sizeof s->zone);
    s->stage = mask_is_empty(wanted) ? PRUNE_OVER : PRUNE_NET;
}

void prune_survey_know(struct prune_survey *s, unsigned block)
{
    mask_add(s->known, block);
}

/* --- whom to believe --- */

/* The trust in a zone of so many labels, NULL where there is none to have: the
 * zone is not known, or is the /24's own. */
static uint8_t *trust_in(struct prune_survey *s, unsigned labels)
{
    switch (labels) {
    case 0:
        return &s->zones->root;
    case 1:
        return &s->zones->by_octet[s->octet];
    case PRUNE_NET_LABELS:
        return &s->trust;
    default:
        return NULL;
    }
}

static bool is_honest(const struct prune_survey *s, unsigned labels)
{
    const uint8_t *trust =
        trust_in((struct prune_survey *)(uintptr_t)s, labels);

    return trust && *trust == PRUNE_HONEST;
}

/* A name without records of its own, told by a zone above it: the answer of an
 * honest server. An alias has one, and exists at liars, too. */
static void note_honest(struct prune_survey *s, const struct prune_answer *a,
                        unsigned labels)
{
    uint8_t *trust =
        a->zone_labels < labels ? trust_in(s, a->zone_labels) : NULL;

    if (trust && a->status == SNOW_PTR_NODATA && !a->is_alias &&
        *trust == PRUNE_UNTRIED)
        *trust = PRUNE_HONEST;
}

/* Something exists below a name that it denies. */
static void note_lie(struct prune_survey *s, unsigned labels)
{
    uint8_t *trust = trust_in(s, labels);

    if (trust)
        *trust = PRUNE_LYING;
}

static bool says_empty(const struct prune_answer *a)
{
    return a->status == SNOW_PTR_NXDOMAIN && !a->is_alias;
}

static bool is_believed_empty(const struct prune_survey *s, unsigned block)
{
    return mask_has(s->wanted, block) && !mask_has(s->doubtful, block) &&
           s->status[block] == SNOW_PTR_NXDOMAIN &&
           is_honest(s, s->zone[block]);
}

/* --- from stage to stage --- */

/* One in four, spread evenly; the same ones when a sweep is resumed.
 * (2654435761: Knuth, TAOCP vol. 3, §6.4) */
static bool is_chosen(unsigned block)
{
    return (uint32_t)(block * 2654435761u) >> 30 == 0;
}

static void choose_checks(struct prune_survey *s)
{
    int first = -1;

    for (unsigned i = PRUNE_BLOCKS; i-- > 0;) {
        if (!is_believed_empty(s, i))
            continue;
        first = (int)i;
        if (is_chosen(i))
            mask_add(s->checks, i);
    }
    if (first >= 0 && mask_is_empty(s->checks))
        mask_add(s->checks, (unsigned)first);
}

/* What is proven later of the zone has not been checked here. */
static void conclude(struct prune_survey *s)
{
    for (unsigned i = 0; i < PRUNE_BLOCKS; i++)
        if (is_believed_empty(s, i))
            mask_add(s->empty, i);
}

static void enter(struct prune_survey *s, enum prune_stage stage)
{
    s->stage = stage;
    s->at = 0;
    if (stage == PRUNE_CHECK)
        choose_checks(s);
    if (stage == PRUNE_OVER)
        conclude(s);
}

/* The /16 does not exist, and that is to be believed: so no /24 does. */
static bool is_all_empty(struct prune_survey *s, const struct prune_answer *a)
{
    if (says_empty(a) && !mask_is_empty(s->known))
        note_lie(s, a->zone_labels);
    if (!says_empty(a) || !is_honest(s, a->zone_labels))
        return false;
    memset(s->status, a->status, sizeof s->status);
    memset(s->zone, a->zone_labels, sizeof s->zone);
    return true;
}

/* Which /24s the questions of this stage are about; NULL: none. */
static const uint64_t *subjects(const struct prune_survey *s)
{
    if (s->stage == PRUNE_BLOCK)
        return s->wanted;
    return s->stage == PRUNE_CHECK ? s->checks : NULL;
}

static unsigned next_subject(const struct prune_survey *s)
{
    const uint64_t *of = subjects(s);
    unsigned i = s->at;

    while (i < PRUNE_BLOCKS && !(of && mask_has(of, i)))
        i++;
    return i;
}

bool prune_survey_next(const struct prune_survey *s, struct prune_question *out)
{
    unsigned i = s->stage == PRUNE_NET ? 0 : next_subject(s);

    if (s->stage == PRUNE_NET ? s->at > 0 : i == PRUNE_BLOCKS)
        return false;
    *out = (struct prune_question){ s->stage, (uint8_t)i };
    return true;
}

void prune_survey_take(struct prune_survey *s)
{
    s->at = s->stage == PRUNE_NET ? 1 : next_subject(s) + 1;
    s->n_open++;
}

static void answer_block(struct prune_survey *s, unsigned block,
                         const struct prune_answer *a)
{
    mask_add(s->answered, block);
    s->status[block] = says_empty(a) ? a->status : SNOW_PTR_NODATA;
    s->zone[block] = a->zone_labels;
    note_honest(s, a, PRUNE_BLOCK_LABELS);
    if (says_empty(a) && mask_has(s->known, block))
        note_lie(s, a->zone_labels);
}

static void answer_check(struct prune_survey *s, unsigned block,
                         const struct prune_answer *a)
{
    if (says_empty(a))
        return;
    mask_add(s->doubtful, block);
    if (!snow_ptr_status_is_failure(a->status))
        note_lie(s, s->zone[block]);
}

static void go_on(struct prune_survey *s)
{
    if (s->n_open > 0 || next_subject(s) < PRUNE_BLOCKS)
        return;
    enter(s, s->stage == PRUNE_BLOCK ? PRUNE_CHECK : PRUNE_OVER);
    if (s->stage == PRUNE_CHECK && mask_is_empty(s->checks))
        enter(s, PRUNE_OVER);
}

void prune_survey_answer(struct prune_survey *s, const struct prune_question *q,
                         const struct prune_answer *a)
{
    s->n_open--;
    if (q->stage == PRUNE_NET) {
        note_honest(s, a, PRUNE_NET_LABELS);
        enter(s, is_all_empty(s, a) ? PRUNE_CHECK : PRUNE_BLOCK);
        return;
    }
    if (q->stage == PRUNE_BLOCK)
        answer_block(s, q->block, a);
    else
        answer_check(s, q->block, a);
    go_on(s);
}

bool prune_survey_is_over(const struct prune_survey *s)
{
    return s->stage == PRUNE_OVER;
}

bool prune_survey_is_open(const struct prune_survey *s, unsigned block)
{
    return !mask_has(s->wanted, block) ||
           (mask_has(s->answered, block) &&
            s->status[block] != SNOW_PTR_NXDOMAIN);
}

bool prune_survey_is_empty(const struct prune_survey *s, unsigned block)
{
    return mask_has(s->empty, block) && is_believed_empty(s, block);
}

bool prune_survey_is_checked(const struct prune_survey *s, unsigned block)
{
    return mask_has(s->checks, block) && !mask_has(s->doubtful, block);
}

unsigned prune_survey_zone(const struct prune_survey *s, unsigned block)
{
    return s->zone[block];
}
