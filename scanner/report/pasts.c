#include "report/pasts.h"

#include "analysis/changes.h"
#include "base/room.h"
#include "report/columns.h"

/* Whose past is wanted, and where it is read. */
struct looking {
    struct report_pasts *to;
    const struct report_request *q;
    struct snow_ranges *wanted;
    struct snow_scan *scans; /* without texts */
    size_t n_scans;
};

static int by_first(const void *a, const void *b)
{
    const struct snow_range *x = a, *y = b;

    return snow_addr_compare(x->first, y->first);
}

/* In the order of the addresses: a set grows at its end for little. */
static int want(struct snow_ranges *to, const struct report_request *q,
                const struct report_tree *t)
{
    struct snow_range *all;
    size_t n = 0, kept = 0;
    int code = 0;

    for (size_t i = 0; i < t->n; i++)
        n += t->nodes[i].is_shown ? q->findings->all[i].n_ranges : 0;
    all = calloc(n + 1, sizeof *all);
    if (!all)
        return SNOW_ENOMEM;
    for (size_t i = 0; i < t->n; i++) {
        const struct snow_finding *f = &q->findings->all[i];

        for (size_t r = 0; t->nodes[i].is_shown && r < f->n_ranges; r++)
            all[kept++] = f->ranges[r];
    }
    qsort(all, kept, sizeof *all, by_first);
    for (size_t i = 0; !code && i < kept; i++)
        code = snow_ranges_add(to, all[i]);
    free(all);
    return code;
}

static int list_scan(void *arg, const struct snow_scan *scan)
{
    struct looking *l = arg;
    struct snow_scan *scans;

    if (scan->id == l->q->scan) {
        l->to->scan = *scan;
        l->to->scan.targets = l->to->scan.settings = NULL;
        return 0;
    }
    scans = realloc(l->scans, (l->n_scans + 1) * sizeof *scans);
    if (!scans)
        return SNOW_ENOMEM;
    l->scans = scans;
    scans[l->n_scans] = *scan;
    scans[l->n_scans].targets = scans[l->n_scans].settings = NULL;
    l->n_scans++;
    return 0;
}

/* The time of an outcome on the clock that ages are measured by: what was
 * imported may be older than its scan, what was scanned on a pretended day is
 * not. */
static int64_t time_of(const struct snow_scan *scan, int64_t seen_utc_s)
{
    return seen_utc_s > 0 && seen_utc_s < scan->now_utc_s ? seen_utc_s
                                                          : scan->now_utc_s;
}

static struct report_sight *room(struct report_pasts *p)
{
    struct report_sight *all = room_for_one(p->all, p->n, &p->cap, sizeof *all);

    if (!all)
        return NULL;
    p->all = all;
    return &p->all[p->n];
}

static bool is_same(const struct report_sight *s, uint64_t hash, int64_t at)
{
    return s->hash == hash && s->to_utc_s <= at;
}

static int add(struct report_pasts *p, struct report_sight now,
               const char *names)
{
    uint64_t *latest = map_put(&p->latest, &now.addr, sizeof now.addr);
    struct report_sight *s = latest && *latest ? &p->all[*latest - 1] : NULL;

    if (!latest)
        return SNOW_ENOMEM;
    if (s && is_same(s, now.hash, now.from_utc_s)) {
        s->to_utc_s = now.to_utc_s;
        if (now.last_utc_s > s->last_utc_s)
            s->last_utc_s = now.last_utc_s;
        if (now.first_utc_s < s->first_utc_s)
            s->first_utc_s = now.first_utc_s;
        return 0;
    }
    s = room(p);
    if (!s)
        return SNOW_ENOMEM;
    now.text = p->text.len;
    *s = now;
    *latest = ++p->n;
    for (unsigned i = 0; i < now.n_names; i++) {
        size_t len = strlen(names) + 1;

        buf_add(&p->text, names, len);
        names += len;
    }
    return p->text.failed ? SNOW_ENOMEM : 0;
}

static int add_block(struct looking *l, const struct snow_scan *scan,
                     const struct snow_block *b)
{
    uint64_t mask[4];
    int code = 0;

    snow_ranges_block_mask(l->wanted, b->first, mask);
    for (unsigned i = 0; i < SNOW_BLOCK_SIZE && !code; i++) {
        const char *names = snow_block_names(b, i);
        unsigned n = names ? b->n_names[i] : 0;
        int64_t at = time_of(scan, b->seen_utc_s[i]);
        int64_t seen = b->seen_utc_s[i] > 0 ? b->seen_utc_s[i] : at;

        if (!(mask[i >> 6] >> (i & 63) & 1) ||
            !snow_ptr_status_is_answer(b->status[i]))
            continue;
        code = add(l->to,
                   (struct report_sight){ .addr = snow_addr_add(b->first, i),
                                          .from_utc_s = at,
                                          .to_utc_s = at,
                                          .first_utc_s = seen,
                                          .last_utc_s = seen,
                                          .scan = scan->id,
                                          .hash = analysis_names_hash(names, n),
                                          .n_names = (uint8_t)n },
                   names);
    }
    return code;
}

static int add_scan(struct looking *l, const struct snow_scan *scan,
                    struct snow_error *err)
{
    struct snow_addr at = { 0, 0 };
    const struct snow_block *block = NULL;
    struct snow_blocks *c = NULL;
    bool is_closed;
    int code = snow_store_blocks(&c, l->q->store, scan->id, err);

    while (!code && snow_ranges_next_block(l->wanted, at, &at)) {
        code = snow_blocks_next(c, at, &block, &is_closed, err);
        if (code || !block)
            break;
        code = add_block(l, scan, block);
        at = snow_addr_add(block->first, SNOW_BLOCK_SIZE);
    }
    snow_blocks_close(c);
    return code;
}

static int compare_sights(const void *a, const void *b)
{
    const struct report_sight *x = a, *y = b;
    int order = snow_addr_compare(x->addr, y->addr);

    if (order)
        return order;
    if (x->from_utc_s != y->from_utc_s)
        return x->from_utc_s < y->from_utc_s ? -1 : 1;
    return (x->scan > y->scan) - (x->scan < y->scan);
}

int report_pasts_load(struct report_pasts *out, const struct report_request *q,
                      const struct report_tree *t, struct snow_error *err)
{
    struct report_pasts p = { 0 };
    struct looking l = { .to = &p, .q = q };
    int code = snow_ranges_new(&l.wanted);

    if (!code)
        code = want(l.wanted, q, t);
    if (!code)
        code = snow_store_each_scan(q->store, list_scan, &l, err);
    for (size_t i = 0; i < l.n_scans && !code; i++)
        code = add_scan(&l, &l.scans[i], err);
    free(l.scans);
    snow_ranges_free(l.wanted);
    map_fini(&p.latest);
    if (code) {
        report_pasts_fini(&p);
        return code;
    }
    if (p.n > 0)
        qsort(p.all, p.n, sizeof *p.all, compare_sights);
    *out = p;
    return 0;
}

void report_pasts_fini(struct report_pasts *p)
{
    map_fini(&p->latest);
    buf_fini(&p->text);
    free(p->all);
    *p = (struct report_pasts){ 0 };
}

/* Before this scan, by its own idea of now. */
static bool is_before(const struct report_pasts *p,
                      const struct report_sight *s)
{
    return s->from_utc_s < p->scan.now_utc_s ||
           (s->from_utc_s == p->scan.now_utc_s && s->scan < p->scan.id);
}

/* The present names were seen then, too. */
static void widen(struct report_past *past, const struct report_sight *s)
{
    if (past->first_utc_s == SNOW_TIME_UNKNOWN ||
        s->first_utc_s < past->first_utc_s)
        past->first_utc_s = s->first_utc_s;
    if (s->last_utc_s > past->last_utc_s)
        past->last_utc_s = s->last_utc_s;
}

/* Another answer follows on the one before. */
static void follow(struct report_past *past, const struct report_pasts *p,
                   const struct report_sight *before, uint64_t hash)
{
    if (!before || before->hash == hash)
        return;
    past->changes++;
    past->n_names = before->n_names;
    past->names = p->text.data + before->text;
}

struct report_past report_pasts_get(struct report_pasts *p,
                                    struct snow_addr addr, const char *names,
                                    unsigned n_names)
{
    struct report_past past = { .first_utc_s = SNOW_TIME_UNKNOWN,
                                .last_utc_s = SNOW_TIME_UNKNOWN };
    uint64_t hash = analysis_names_hash(names, n_names);
    const struct report_sight *before = NULL;

    while (p->at < p->n && snow_addr_compare(p->all[p->at].addr, addr) < 0)
        p->at++;
    for (size_t i = p->at;
         i < p->n && snow_addr_compare(p->all[i].addr, addr) == 0; i++) {
        const struct report_sight *s = &p->all[i];

        past.is_known = true;
        if (s->hash == hash && n_names > 0)
            widen(&past, s);
        if (!is_before(p, s))
            continue;
        follow(&past, p, before, s->hash);
        before = s;
    }
    follow(&past, p, before, hash);
    return past;
}

void report_past_names(struct report_cell *to, const struct report_past *past)
{
    const char *name = past->names;

    if (past->is_known)
        report_cell_absent(to);
    for (unsigned i = 0; i < past->n_names; i++) {
        report_cell_element(to, name, strlen(name));
        name += strlen(name) + 1;
    }
}
