#include "analysis/changes.h"

#include <string.h>

#include "base/map.h"

uint64_t analysis_names_hash(const char *names, unsigned n)
{
    uint64_t sum = 0;

    for (unsigned i = 0; i < n; i++) {
        size_t len = strlen(names);

        sum += map_hash(names, len) | 1;
        names += len + 1;
    }
    return sum;
}

bool analysis_names_are_same(const char *a, unsigned n_a, const char *b,
                             unsigned n_b)
{
    const char *x = a, *y = b;
    unsigned i = 0;

    if (n_a != n_b)
        return false;
    for (; i < n_a && strcmp(x, y) == 0; i++) {
        x += strlen(x) + 1;
        y += strlen(y) + 1;
    }
    return i == n_a ||
           analysis_names_hash(a, n_a) == analysis_names_hash(b, n_b);
}

/* --- moves --- */

static void move_fini(struct move *m)
{
    free(m->older);
    free(m->newer);
    *m = (struct move){ 0 };
}

void analysis_moves_fini(struct moves *m)
{
    for (size_t i = 0; i < m->n; i++)
        move_fini(&m->all[i]);
    move_fini(&m->open);
    free(m->all);
    *m = (struct moves){ 0 };
}

/* Neighbours mostly share their domain: just the last one is looked at. */
static int keep_domain(const char ***list, size_t *n, size_t *cap,
                       const char *domain)
{
    size_t more = *cap ? 2 * *cap : 8;
    const char **all;

    if (!domain || (*n > 0 && strcmp((*list)[*n - 1], domain) == 0))
        return 0;
    if (*n == *cap) {
        all = realloc(*list, more * sizeof *all);
        if (!all)
            return SNOW_ENOMEM;
        *list = all;
        *cap = more;
    }
    (*list)[(*n)++] = domain;
    return 0;
}

static int compare_texts(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static size_t sort_unique(const char **list, size_t n)
{
    size_t kept = 0;

    if (n > 1)
        qsort(list, n, sizeof *list, compare_texts);
    for (size_t i = 0; i < n; i++)
        if (kept == 0 || strcmp(list[kept - 1], list[i]) != 0)
            list[kept++] = list[i];
    return kept;
}

static int close_move(struct moves *m)
{
    struct move *all, *open = &m->open;

    m->is_open = false;
    m->gap = m->unknown = 0;
    if (open->n_changed < MOVE_MIN) { /* its lists serve the next one */
        open->n_changed = open->n_answered = 0;
        open->n_older = open->n_newer = 0;
        return 0;
    }
    if (m->n == m->cap) {
        size_t cap = m->cap ? 2 * m->cap : 16;

        all = realloc(m->all, cap * sizeof *all);
        if (!all)
            return SNOW_ENOMEM;
        m->all = all;
        m->cap = cap;
    }
    open->n_older = sort_unique(open->older, open->n_older);
    open->n_newer = sort_unique(open->newer, open->n_newer);
    m->all[m->n++] = *open;
    *open = (struct move){ 0 };
    return 0;
}

static int extend(struct moves *m, struct snow_addr addr,
                  const struct holder *older, const struct holder *newer)
{
    struct move *open = &m->open;
    int code;

    if (!m->is_open)
        open->first = addr;
    m->is_open = true;
    open->last = addr;
    open->n_changed++;
    open->n_answered += 1 + m->gap;
    m->gap = m->unknown = 0;
    code = keep_domain(&open->older, &open->n_older, &open->older_cap,
                       older->domain);
    return code ? code
                : keep_domain(&open->newer, &open->n_newer, &open->newer_cap,
                              newer->domain);
}

static bool is_change(const struct holder *older, const struct holder *newer)
{
    return newer->domain &&
           (!older->domain || strcmp(older->domain, newer->domain) != 0);
}

int analysis_moves_add(struct moves *m, struct snow_addr addr,
                       const struct holder *older, const struct holder *newer)
{
    bool is_known = older->is_known && newer->is_known;
    int code = 0;

    if (m->is_open &&
        snow_addr_distance(m->open.last, addr) > 1u + m->gap + m->unknown)
        code = close_move(m); /* addresses between them were not asked */
    if (code)
        return code;
    if (is_known && is_change(older, newer))
        return extend(m, addr, older, newer);
    if (!m->is_open)
        return 0;
    if (!is_known)
        m->unknown++;
    else if (!newer->domain)
        m->gap++;
    else /* somebody who has been there before */
        return close_move(m);
    return m->gap > MOVE_GAP_MAX || m->unknown > MOVE_UNKNOWN_MAX
               ? close_move(m)
               : 0;
}

int analysis_moves_finish(struct moves *m)
{
    return m->is_open ? close_move(m) : 0;
}

/* --- a census --- */

bool analysis_is_in_domain(const char *name, const char *domain)
{
    size_t len = strlen(name), tail = strlen(domain);

    if (len > 0 && name[len - 1] == '.')
        len--;
    if (len < tail || (len > tail && name[len - tail - 1] != '.'))
        return false;
    return strncasecmp(name + len - tail, domain, tail) == 0;
}

static void count(struct census *c, const struct snow_block *b, unsigned i)
{
    const char *name = snow_block_names(b, i);
    bool is_here = !c->domain;

    for (unsigned k = 0; name && k < b->n_names[i] && !is_here; k++) {
        is_here = analysis_is_in_domain(name, c->domain);
        name += strlen(name) + 1;
    }
    c->here += is_here;
    c->elsewhere += !is_here;
}

void analysis_census_take(struct census *all, size_t n, size_t *from,
                          const struct snow_block *block)
{
    struct snow_addr last = snow_addr_add(block->first, SNOW_BLOCK_SIZE - 1);

    while (*from < n &&
           snow_addr_compare(all[*from].range.last, block->first) < 0)
        ++*from;
    for (size_t k = *from; k < n; k++) {
        struct census *c = &all[k];
        unsigned i = 0, end = SNOW_BLOCK_SIZE - 1;

        if (snow_addr_compare(c->range.first, last) > 0)
            break;
        if (snow_addr_compare(c->range.last, block->first) < 0)
            continue;
        if (snow_addr_compare(c->range.first, block->first) > 0)
            i = (unsigned)(c->range.first.lo - block->first.lo);
        if (snow_addr_compare(c->range.last, last) < 0)
            end = (unsigned)(c->range.last.lo - block->first.lo);
        for (; i <= end; i++)
            if (snow_ptr_status_is_answer(block->status[i]))
                count(c, block, i);
    }
}
