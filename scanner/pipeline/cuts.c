#include "pipeline/cuts.h"

#include <stdlib.h>

#include "base/mask.h"
#include "base/random.h"

#define NETS 65536
#define LEAST                                                                  \
    32 /* addresses in a /24, below which two questions gain little            \
        */

/* Much waits for it, and without an answer the addresses are asked. */
#define TRIES 2

struct cut {
    struct cut *next;
    struct snow_addr net;
    struct prune_survey survey;
};

int cuts_init(struct cuts *c)
{
    c->at = calloc(NETS, sizeof *c->at);
    c->n_witnesses = calloc(NETS, 1);
    c->witnesses = calloc(NETS, sizeof *c->witnesses);
    c->last = &c->first;
    return c->at && c->n_witnesses && c->witnesses ? 0 : SNOW_ENOMEM;
}

void cuts_fini(struct cuts *c)
{
    for (unsigned i = 0; c->at && i < NETS; i++)
        free(c->at[i]);
    free(c->at);
    free(c->n_witnesses);
    free(c->witnesses);
    *c = (struct cuts){ 0 };
}

static unsigned net_of(struct snow_addr a)
{
    return snow_addr_ipv4(a) >> 16;
}

static unsigned block_of(struct snow_addr a)
{
    return snow_addr_ipv4(a) >> 8 & 255;
}

void cuts_witness(struct cuts *c, struct snow_addr block)
{
    unsigned net = net_of(block);

    if (c->n_witnesses[net] < CUTS_WITNESSES)
        c->witnesses[net][c->n_witnesses[net]++] = (uint8_t)block_of(block);
}

static struct cut *begin(struct cuts *c, struct snow_addr block)
{
    struct cut *cut = calloc(1, sizeof *cut);
    uint64_t wanted[4];

    if (!cut) {
        c->code = SNOW_ENOMEM;
        return NULL;
    }
    cut->net = snow_addr_from_ipv4(snow_addr_ipv4(block) & 0xffff0000u);
    snow_targets_blocks(c->walk, block, c->open ? 1 : LEAST, wanted);
    for (unsigned i = 0; i < c->n_witnesses[net_of(block)]; i++) {
        unsigned witness = c->witnesses[net_of(block)][i];

        mask_add(wanted, witness);
    }
    prune_survey_init(&cut->survey, (uint8_t)(net_of(block) >> 8), wanted,
                      &c->zones);
    for (unsigned i = 0; i < c->n_witnesses[net_of(block)]; i++)
        prune_survey_know(&cut->survey, c->witnesses[net_of(block)][i]);
    if (!prune_survey_is_over(&cut->survey)) {
        *c->last = cut;
        c->last = &cut->next;
    }
    return cut;
}

/* Which address of a /24 is asked for a check: one of the targets. */
static unsigned sample(const struct cuts *c, struct snow_addr block)
{
    unsigned i = (unsigned)random_mix(c->seed ^ snow_addr_ipv4(block)) & 255;
    uint64_t mask[4];

    snow_ranges_block_mask(c->targets, block, mask);
    for (unsigned n = 0; n < 256 && !mask_has(mask, i); n++)
        i = (i + 1) & 255;
    return i;
}

static enum snow_gate skip(struct cuts *c, const struct cut *cut,
                           struct snow_addr block)
{
    bool is_checked = prune_survey_is_checked(&cut->survey, block_of(block));
    int code =
        c->pruned(c->arg, block, is_checked ? (int)sample(c, block) : -1);

    if (code == SNOW_EAGAIN)
        return SNOW_GATE_WAIT;
    c->code = c->code ? c->code : code;
    return SNOW_GATE_SKIP;
}

enum snow_gate cuts_gate(void *arg, struct snow_addr block)
{
    struct cuts *c = arg;
    struct cut **cut = &c->at[net_of(block)];
    unsigned i = block_of(block);

    if (!*cut)
        *cut = begin(c, block);
    if (!*cut)
        return SNOW_GATE_WAIT;
    if (!prune_survey_is_over(&(*cut)->survey) &&
        !prune_survey_is_open(&(*cut)->survey, i))
        return SNOW_GATE_WAIT;
    if (c->is_pruning && prune_survey_is_empty(&(*cut)->survey, i))
        return skip(c, *cut, block);
    if (!c->open)
        return SNOW_GATE_OPEN;
    return c->open(c->arg, block, prune_survey_zone(&(*cut)->survey, i));
}

unsigned cuts_zone(const struct cuts *c, struct snow_addr a)
{
    const struct cut *cut = c->at[net_of(a)];

    return cut ? prune_survey_zone(&cut->survey, block_of(a))
               : DNS_ZONE_UNKNOWN;
}

/* Checks are put to the zone's own servers, once they are known. */
static bool must_wait(const struct cuts *c, const struct cut *cut,
                      unsigned block)
{
    struct snow_addr addr = snow_addr_add(cut->net, (uint64_t)block << 8);

    return c->open &&
           c->open(c->arg, addr, prune_survey_zone(&cut->survey, block)) ==
               SNOW_GATE_WAIT;
}

/* A survey whose answers are out lets the next one ask. */
bool cuts_next(struct cuts *c, struct dns_question *out)
{
    struct prune_question q;

    for (struct cut *cut = c->first; cut; cut = cut->next) {
        uint32_t addr = snow_addr_ipv4(cut->net);

        if (!prune_survey_next(&cut->survey, &q))
            continue;
        addr |= (uint32_t)q.block << 8;
        if (q.stage == PRUNE_CHECK && must_wait(c, cut, q.block))
            continue;
        prune_survey_take(&cut->survey);
        *out =
            (struct dns_question){ .labels = PRUNE_NET_LABELS, .tries = TRIES };
        if (q.stage == PRUNE_BLOCK)
            out->labels = PRUNE_BLOCK_LABELS;
        if (q.stage == PRUNE_CHECK) {
            out->labels = DNS_LABELS_ALL;
            addr |= sample(c, snow_addr_from_ipv4(addr));
        }
        out->step.addr = snow_addr_from_ipv4(addr);
        out->step.lane = CUTS_LANE;
        return true;
    }
    return false;
}

bool cuts_is_own(const struct dns_question *q)
{
    return q->step.lane == CUTS_LANE;
}

static void end(struct cuts *c, struct cut *over)
{
    struct cut **at = &c->first;

    while (*at != over)
        at = &(*at)->next;
    *at = over->next;
    if (!*at)
        c->last = at;
    snow_targets_ungate(c->walk);
}

void cuts_answer(struct cuts *c, const struct dns_question *q,
                 const struct dns_answer *a)
{
    struct cut *cut = c->at[net_of(q->step.addr)];
    struct prune_answer answer = { .status = a->status,
                                   .zone_labels = a->zone_labels,
                                   .is_alias = a->is_alias };
    struct prune_question asked = { .stage = PRUNE_CHECK,
                                    .block = (uint8_t)block_of(q->step.addr) };

    if (q->labels == PRUNE_NET_LABELS)
        asked.stage = PRUNE_NET;
    if (q->labels == PRUNE_BLOCK_LABELS)
        asked.stage = PRUNE_BLOCK;
    prune_survey_answer(&cut->survey, &asked, &answer);
    if (prune_survey_is_over(&cut->survey))
        end(c, cut);
    else if (prune_survey_is_open(&cut->survey, asked.block))
        snow_targets_ungate(c->walk);
}
