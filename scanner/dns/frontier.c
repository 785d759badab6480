#include "dns/frontier.h"

#include <stdlib.h>

#include "base/random.h"
#include "snowline/error.h"

#define CAP_MIN 64

void frontier_init(struct frontier *f, uint64_t seed)
{
    *f = (struct frontier){ .free = FRONTIER_NONE, .seed = seed };
}

void frontier_fini(struct frontier *f)
{
    free(f->at);
    free(f->index);
    free(f->changes);
    *f = (struct frontier){ 0 };
}

/* --- the index: open addressing, 0 is free, else a place plus 1 --- */

static size_t home(const struct frontier *f, struct snow_addr addr,
                   unsigned nibbles)
{
    uint64_t h = random_mix(f->seed ^ addr.hi);

    h = random_mix(h ^ addr.lo);
    return random_mix(h + nibbles) & (f->index_cap - 1);
}

static size_t home_of(const struct frontier *f, uint32_t entry)
{
    const struct frontier_node *n = &f->at[entry - 1];

    return home(f, n->addr, n->nibbles);
}

/* Where a node stands in the index, or the free entry for it. */
static size_t locate(const struct frontier *f, struct snow_addr addr,
                     unsigned nibbles)
{
    size_t i = home(f, addr, nibbles);

    for (; f->index[i]; i = (i + 1) & (f->index_cap - 1)) {
        const struct frontier_node *n = &f->at[f->index[i] - 1];

        if (n->nibbles == nibbles && snow_addr_compare(n->addr, addr) == 0)
            break;
    }
    return i;
}

/* What was pushed past the entry that is freed moves back into it. */
static void unindex(struct frontier *f, size_t hole)
{
    size_t mask = f->index_cap - 1;

    for (size_t i = (hole + 1) & mask; f->index[i]; i = (i + 1) & mask) {
        size_t pushed = (i - home_of(f, f->index[i])) & mask;

        if (pushed < ((i - hole) & mask))
            continue;
        f->index[hole] = f->index[i];
        hole = i;
    }
    f->index[hole] = 0;
}

static int grow_index(struct frontier *f, size_t cap)
{
    uint32_t *index = calloc(cap, sizeof *index);

    if (!index)
        return SNOW_ENOMEM;
    free(f->index);
    f->index = index;
    f->index_cap = cap;
    for (size_t i = 0; i < f->n_used; i++) {
        const struct frontier_node *n = &f->at[i];

        if (n->is_live)
            f->index[locate(f, n->addr, n->nibbles)] = (uint32_t)i + 1;
    }
    return 0;
}

uint32_t frontier_find(const struct frontier *f, struct snow_addr addr,
                       unsigned nibbles)
{
    uint32_t entry = f->index_cap ? f->index[locate(f, addr, nibbles)] : 0;

    return entry ? entry - 1 : FRONTIER_NONE;
}

/* --- places --- */

static int grow(struct frontier *f)
{
    size_t cap = f->cap ? f->cap * 2 : CAP_MIN;
    struct frontier_node *at;

    if (cap >= FRONTIER_NONE / 2)
        return SNOW_ENOMEM;
    at = realloc(f->at, cap * sizeof *at);
    if (!at)
        return SNOW_ENOMEM;
    f->at = at;
    f->cap = cap;
    return grow_index(f, cap * 2);
}

int frontier_add(struct frontier *f, uint32_t *out, struct snow_addr addr,
                 unsigned nibbles)
{
    uint32_t place = frontier_find(f, addr, nibbles);

    if (place == FRONTIER_NONE) {
        bool is_full = f->free == FRONTIER_NONE && f->n_used == f->cap;

        if ((is_full || f->index_cap < f->cap * 2) && grow(f))
            return SNOW_ENOMEM;
        place = f->free != FRONTIER_NONE ? f->free : (uint32_t)f->n_used++;
        if (place == f->free)
            f->free = f->at[place].link;
        f->at[place] = (struct frontier_node){ .addr = addr,
                                               .nibbles = (uint8_t)nibbles,
                                               .link = FRONTIER_NONE,
                                               .is_live = true,
                                               .is_dirty = true };
        f->index[locate(f, addr, nibbles)] = place + 1;
        f->n_live++;
    }
    *out = place;
    return 0;
}

static void free_place(struct frontier *f, uint32_t place)
{
    f->at[place].is_dirty = false;
    f->at[place].link = f->free;
    f->free = place;
}

void frontier_drop(struct frontier *f, uint32_t place)
{
    struct frontier_node *n = &f->at[place];

    unindex(f, locate(f, n->addr, n->nibbles));
    n->is_live = false;
    n->is_dirty = true;
    n->ask = n->in_flight = n->open = 0;
    f->n_live--;
    if (!n->is_stored)
        free_place(f, place);
}

/* A check of suspects that is cut short begins anew: nothing of it is told. */
static struct snow_node told(const struct frontier_node *n)
{
    unsigned ask = n->round == 0 ? n->ask | n->in_flight : 0;

    return (struct snow_node){ .addr = n->addr,
                               .nibbles = n->nibbles,
                               .ask = (uint16_t)ask,
                               .open = n->open };
}

int frontier_changes(struct frontier *f, const struct snow_node **out,
                     size_t *n)
{
    size_t n_dirty = 0;

    for (size_t i = 0; i < f->n_used; i++)
        n_dirty += f->at[i].is_dirty;
    free(f->changes);
    f->changes = n_dirty ? malloc(n_dirty * sizeof *f->changes) : NULL;
    if (n_dirty && !f->changes)
        return SNOW_ENOMEM;
    n_dirty = 0;
    for (size_t i = 0; i < f->n_used; i++) {
        struct frontier_node *node = &f->at[i];

        if (!node->is_dirty)
            continue;
        f->changes[n_dirty++] = told(node);
        node->is_dirty = false;
        node->is_stored = node->is_live;
        if (!node->is_live)
            free_place(f, (uint32_t)i);
    }
    *out = f->changes;
    *n = n_dirty;
    return 0;
}

/* --- lists --- */

void frontier_push(struct frontier *f, struct frontier_list *to, uint32_t place)
{
    f->at[place].link = FRONTIER_NONE;
    if (to->head == FRONTIER_NONE)
        to->head = place;
    else
        f->at[to->tail].link = place;
    to->tail = place;
}

uint32_t frontier_pop(struct frontier *f, struct frontier_list *from)
{
    uint32_t place = from->head;

    if (place != FRONTIER_NONE)
        from->head = f->at[place].link;
    return place;
}
