/*
 * store – records in, records out; the only thing that joins the stages.
 *
 *   store.c    picks a backend by its scheme
 *   sqlite.c   one file, or none: "sqlite:" and "memory:"; …_read.c and
 *              …_blocks.c its readers, …_walk.c what is known of ip6.arpa,
 *              …_forget.c complaints, and what is forgotten
 *   pg.c       a PostgreSQL server: "postgresql:"; pg_….c its parts
 *   schema.c   the tables and the version of the file
 *   url.c      where a store is, without its password
 *   holder.c   who has the file
 *   block.c    a /24 in memory and as a blob    (pure but for zstd)
 *   sink.c     batches for the writer thread   batch.c  what is in one
 *   fleet.c    many workers: shards, leases    (shared stores alone)
 *
 * Life      begin, put …, commit; what was not committed was never there.
 * Always    results and progress are the same rows.
 * Never     two writers; a row that is changed while the block is open.
 * Start at  put() in sqlite.c.
 */
#include "store/backend.h"

#include "base/text.h"

static const struct store_backend *const backends[] = {
    &store_sqlite, &store_postgresql, &store_memory, /* for tests */
};

int snow_store_open(struct snow_store **out, const char *url,
                    enum snow_store_mode mode, struct snow_error *err)
{
    size_t n = strcspn(url, ":");

    for (size_t i = 0; url[n] == ':' && i < COUNT_OF(backends); i++)
        if (strlen(backends[i]->scheme) == n &&
            strncmp(backends[i]->scheme, url, n) == 0)
            return backends[i]->open(out, url + n + 1, mode, err);
    if (strncmp(url + n, "://", 3) == 0)
        return snow_fail(err, SNOW_EINVAL, "no store for '%s'", url);
    return backends[0]->open(out, url, mode, err);
}

void snow_store_close(struct snow_store *s)
{
    if (s)
        s->backend->close(s);
}

int64_t snow_store_writer(const struct snow_store *s)
{
    return s->backend->writer(s);
}

void snow_store_watch(struct snow_store *s, snow_progress_fn fn, void *arg)
{
    s->watch = fn;
    s->watch_arg = arg;
}

void snow_store_interrupt(struct snow_store *s)
{
    atomic_store(&s->is_interrupted, true);
}

/* Whoever watches is told, and whoever interrupts is heard. */
static int tell(const struct snow_store *s, const char *unit, uint64_t done,
                uint64_t of)
{
    const struct snow_progress p = { .unit = unit, .done = done, .of = of };

    if (s->watch)
        s->watch(s->watch_arg, &p);
    return atomic_load_explicit(&s->is_interrupted, memory_order_relaxed)
               ? SNOW_ECANCELED
               : 0;
}

int snow_store_add_scan(struct snow_store *s, const struct snow_scan *scan,
                        int64_t *id, struct snow_error *err)
{
    return s->backend->add_scan(s, scan, id, err);
}

int snow_store_get_scan(struct snow_store *s, int64_t id, struct snow_scan *out,
                        struct snow_error *err)
{
    return s->backend->get_scan(s, id, out, err);
}

int snow_store_update_scan(struct snow_store *s, const struct snow_scan *scan,
                           struct snow_error *err)
{
    return s->backend->update_scan(s, scan, err);
}

int snow_store_finish_scan(struct snow_store *s, int64_t id, int64_t utc_s,
                           struct snow_error *err)
{
    return s->backend->finish_scan(s, id, utc_s, err);
}

int snow_store_begin(struct snow_store *s, struct snow_error *err)
{
    return s->backend->begin(s, err);
}

int snow_store_put(struct snow_store *s, const struct snow_record *r,
                   struct snow_error *err)
{
    return s->backend->put(s, r, err);
}

int snow_store_commit(struct snow_store *s, struct snow_error *err)
{
    return s->backend->commit(s, err);
}

void snow_store_rollback(struct snow_store *s)
{
    s->backend->rollback(s);
}

int snow_store_each_scan(struct snow_store *s, snow_scan_fn fn, void *arg,
                         struct snow_error *err)
{
    return s->backend->each_scan(s, fn, arg, err);
}

struct newest {
    struct snow_scan *at;
    uint64_t n;
};

/* They come in the order of their numbers: of two with one now the later. */
static int take_finished(void *arg, const struct snow_scan *scan)
{
    struct newest *all = arg;
    struct snow_scan s = *scan;

    if (scan->finished_utc_s == SNOW_TIME_UNKNOWN)
        return 0;
    s.targets = s.settings = NULL;
    if (all->n == 0 || s.now_utc_s >= all->at[0].now_utc_s) {
        all->at[1] = all->at[0];
        all->at[0] = s;
    } else if (all->n == 1 || s.now_utc_s >= all->at[1].now_utc_s) {
        all->at[1] = s;
    }
    all->n++;
    return 0;
}

int snow_store_newest(struct snow_store *s, struct snow_scan newest[2],
                      uint64_t *n, struct snow_error *err)
{
    struct newest all = { .at = newest };
    int code;

    memset(newest, 0, 2 * sizeof *newest);
    code = snow_store_each_scan(s, take_finished, &all, err);
    *n = all.n;
    return code;
}

int snow_store_blocks(struct snow_blocks **out, struct snow_store *s,
                      int64_t scan, struct snow_error *err)
{
    int code = s->backend->blocks_open(out, s, scan, err);

    if (code)
        return code;
    (*out)->store = s;
    (*out)->scan = scan;
    return 0;
}

/* Whoever begins at the first reads them all; others look for a few. */
static int count(struct snow_blocks *c, struct snow_addr from,
                 struct snow_error *err)
{
    if (!c->store->watch || c->n > 0 || (from.hi | from.lo) != 0)
        return 0;
    return c->backend->count_blocks(c->store, c->scan, &c->of, err);
}

int snow_blocks_next(struct snow_blocks *c, struct snow_addr from,
                     const struct snow_block **block, bool *is_closed,
                     struct snow_error *err)
{
    int code = count(c, from, err);

    if (!code)
        code = c->backend->blocks_next(c, from, block, is_closed, err);

    if (!code && *block)
        code = tell(c->store, "blocks", ++c->n, c->of);
    return code;
}

void snow_blocks_close(struct snow_blocks *c)
{
    if (c)
        c->backend->blocks_close(c);
}

int snow_store_each_block_of(struct snow_store *s, int64_t scan,
                             struct snow_range of, snow_block_fn fn, void *arg,
                             struct snow_error *err)
{
    const struct snow_block *block = NULL;
    struct snow_blocks *c = NULL;
    bool is_closed;
    int code = snow_store_blocks(&c, s, scan, err);

    while (!code &&
           !(code = snow_blocks_next(c, of.first, &block, &is_closed, err)) &&
           block && snow_addr_compare(block->first, of.last) <= 0)
        code = fn(arg, block, is_closed);
    snow_blocks_close(c);
    return code;
}

int snow_store_each_block(struct snow_store *s, int64_t scan, snow_block_fn fn,
                          void *arg, struct snow_error *err)
{
    const struct snow_range all = { { 0, 0 }, { UINT64_MAX, UINT64_MAX } };

    return snow_store_each_block_of(s, scan, all, fn, arg, err);
}

/** A reader of rows, and whoever is told of them. */
struct watched {
    struct snow_store *store;
    uint64_t n;
    snow_probe_fn probe;
    snow_evidence_fn evidence;
    void *arg;
};

static int pass_probe(void *arg, const struct snow_probe *probe)
{
    struct watched *w = arg;
    int code = tell(w->store, "greetings", ++w->n, 0);

    return code ? code : w->probe(w->arg, probe);
}

static int pass_evidence(void *arg, const struct snow_evidence *e)
{
    struct watched *w = arg;
    int code = tell(w->store, "observations", ++w->n, 0);

    return code ? code : w->evidence(w->arg, e);
}

int snow_store_each_probe(struct snow_store *s, int64_t scan, snow_probe_fn fn,
                          void *arg, struct snow_error *err)
{
    struct watched w = { .store = s, .probe = fn, .arg = arg };

    return s->backend->each_probe(s, scan, pass_probe, &w, err);
}

int snow_store_each_evidence(struct snow_store *s, int64_t scan,
                             const char *kind, snow_evidence_fn fn, void *arg,
                             struct snow_error *err)
{
    struct watched w = { .store = s, .evidence = fn, .arg = arg };

    return s->backend->each_evidence(s, scan, kind, pass_evidence, &w, err);
}

int snow_store_names(struct snow_names **out, struct snow_store *s,
                     int64_t scan, struct snow_error *err)
{
    int code = s->backend->names_open(out, s, scan, err);

    if (!code)
        (*out)->store = s;
    return code;
}

int snow_names_next(struct snow_names *c, const struct snow_name **name,
                    struct snow_error *err)
{
    int code = c->backend->names_next(c, name, err);

    if (!code && *name)
        code = tell(c->store, "names", ++c->n, 0);
    return code;
}

void snow_names_close(struct snow_names *c)
{
    if (c)
        c->backend->names_close(c);
}

int snow_store_each_name(struct snow_store *s, int64_t scan, snow_name_fn fn,
                         void *arg, struct snow_error *err)
{
    const struct snow_name *name = NULL;
    struct snow_names *c = NULL;
    int code = snow_store_names(&c, s, scan, err);

    while (!code && !(code = snow_names_next(c, &name, err)) && name)
        code = fn(arg, name);
    snow_names_close(c);
    return code;
}

int snow_store_each_node(struct snow_store *s, int64_t scan, snow_node_fn fn,
                         void *arg, struct snow_error *err)
{
    return s->backend->each_node(s, scan, fn, arg, err);
}

int snow_store_get_walk(struct snow_store *s, int64_t scan,
                        struct snow_walk *out, struct snow_error *err)
{
    return s->backend->get_walk(s, scan, out, err);
}

int snow_store_each_complaint(struct snow_store *s, snow_complaint_fn fn,
                              void *arg, struct snow_error *err)
{
    return s->backend->each_complaint(s, fn, arg, err);
}

int snow_store_forget_scan(struct snow_store *s, int64_t id,
                           struct snow_forgotten *out, struct snow_error *err)
{
    return s->backend->forget_scan(s, id, out, err);
}

int snow_store_compact(struct snow_store *s, bool is_due, uint64_t *freed,
                       struct snow_error *err)
{
    return s->backend->compact(s, is_due, freed, err);
}
