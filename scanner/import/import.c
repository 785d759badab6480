/*
 * import – what other programs found out, into a scan of a store.
 *
 *   import.c   a file: its format, its lines, its bad ones
 *   input.c    lines of what is plain or gzip
 *   formats.c  the table of formats
 *   own.c      this program's ptr and probe; own_domain.c domain    (pure)
 *   reply.c    massdns -o J, zdns; pairs.c dnsx, Sonar, COF         (pure)
 *   text.c     massdns -o S, hakrevdns; table.c CSV                 (pure)
 *   zone.c     a zone's master file; generate.c its $GENERATE       (pure)
 *   aliases.c  CNAMEs within a file                                 (pure)
 *   members.c  JSON lines without a tree                            (pure)
 *   name.c     addresses, names, times, outcomes as text            (pure)
 *   gather.c   in order, one entry an address; spill.c on disk
 *   keep.c     into blocks, IPv6 names and ranges
 *
 * Life      lines are taken apart one by one; what they say of addresses is
 *           gathered, all else is written at once; at the end all addresses
 *           are handed out in order and become blocks.
 * Always    the same lines give the same scan, in whatever order and in
 *           however many files; an address that no line speaks of was not
 *           asked, which is not the same as having no name.
 * Never     guesses at a bad line: it is counted, and told with its number.
 * Start at  import_read().
 */
#include "import/import.h"

#include "addr/ranges_text.h"
#include "import/input.h"
#include "import/keep.h"
#include "import/text_formats.h"
#include "import/zone.h"

#define LINES_TOLD 1024 /* between two words of how far it is */

struct import {
    struct snow_store *store;
    int64_t scan;
    struct gather *gather;
    struct import_taker taker;
    struct import_total total;
    struct snow_ranges *asked; /**< IPv6 addresses of the scan's targets */
    uint64_t n_taken;          /**< records that readers have handed in */
    struct snow_error *err;    /**< of the call at hand */
    snow_progress_fn watch;    /**< or NULL */
    void *watch_arg;
};

/* --- where readers hand in --- */

static void see_time(struct import *m, int64_t utc_s)
{
    if (m->total.latest_utc_s == SNOW_TIME_UNKNOWN ||
        utc_s > m->total.latest_utc_s)
        m->total.latest_utc_s = utc_s;
}

static int take_ptr(void *arg, const struct import_ptr *p)
{
    struct import *m = arg;

    m->n_taken++;
    return gather_add(m->gather, p, m->err);
}

static int take_probe(void *arg, const struct snow_probe *p)
{
    struct import *m = arg;
    struct snow_record r = { .kind = SNOW_RECORD_PROBE,
                             .scan = m->scan,
                             .probe = p };

    m->n_taken++;
    m->total.n_probes++;
    see_time(m, p->seen_utc_s);
    return snow_store_put(m->store, &r, m->err);
}

static int take_evidence(void *arg, const struct snow_evidence *e)
{
    struct import *m = arg;
    struct snow_record r = { .kind = SNOW_RECORD_EVIDENCE,
                             .scan = m->scan,
                             .evidence = e };

    m->n_taken++;
    m->total.n_evidence++;
    return snow_store_put(m->store, &r, m->err);
}

const struct import_taker *import_taker(struct import *m)
{
    return &m->taker;
}

/* --- what the scan holds already --- */

static int take_old_addr(struct import *m, const struct import_ptr *like,
                         const char *names, unsigned n)
{
    struct import_ptr p = *like;
    int code = 0;

    if (p.status == SNOW_PTR_PENDING || p.status == SNOW_PTR_OUTSIDE)
        return 0;
    if (n == 0)
        return gather_add(m->gather, &p, m->err);
    for (unsigned i = 0; !code && i < n; i++) {
        p.name = names;
        code = gather_add(m->gather, &p, m->err);
        names += strlen(names) + 1;
    }
    return code;
}

static int take_old_block(void *arg, const struct snow_block *block,
                          bool is_closed)
{
    int code = 0;

    (void)is_closed;
    for (unsigned i = 0; !code && i < SNOW_BLOCK_SIZE; i++) {
        struct import_ptr p = { .addr = snow_addr_add(block->first, i),
                                .status = block->status[i],
                                .seen_utc_s = block->seen_utc_s[i] };

        code = take_old_addr(arg, &p, snow_block_names(block, i),
                             block->n_names[i]);
    }
    return code;
}

static int take_old_name(void *arg, const struct snow_name *name)
{
    struct import_ptr p = { .addr = name->addr,
                            .status = name->status,
                            .seen_utc_s = name->seen_utc_s };

    return name->nibbles == 32
               ? take_old_addr(arg, &p, name->names, name->n_names)
               : 0;
}

/* That an IPv6 address has no name is kept nowhere, but that it was asked is:
 * the scan's targets tell. All else comes back by the records above. */
static int take_old_targets(struct import *m, struct snow_error *err)
{
    struct snow_ranges *all = NULL;
    struct snow_scan old;
    int code = snow_store_get_scan(m->store, m->scan, &old, err);

    if (code)
        return code;
    if (!*old.targets)
        return 0;
    if (snow_ranges_new(&all) || snow_ranges_new(&m->asked) ||
        addr_ranges_parse(all, old.targets))
        code = SNOW_ENOMEM;
    for (size_t i = 0; !code && i < snow_ranges_n(all); i++)
        if (!snow_addr_is_ipv4(snow_ranges_at(all, i).first))
            code = snow_ranges_add(m->asked, snow_ranges_at(all, i));
    snow_ranges_free(all);
    return code ? snow_fail(err, code, "out of memory") : 0;
}

int import_new(struct import **out, struct snow_store *store, int64_t scan,
               struct snow_error *err)
{
    struct import *m = calloc(1, sizeof *m);
    int code;

    if (!m || gather_new(&m->gather, GATHER_ITEMS)) {
        import_free(m);
        return snow_fail(err, SNOW_ENOMEM, "out of memory");
    }
    m->store = store;
    m->scan = scan;
    m->total.latest_utc_s = SNOW_TIME_UNKNOWN;
    m->taker = (struct import_taker){ take_ptr, take_probe, take_evidence, m };
    m->err = err;
    code = snow_store_each_block(store, scan, take_old_block, m, err);
    if (!code)
        code = snow_store_each_name(store, scan, take_old_name, m, err);
    if (!code)
        code = take_old_targets(m, err);
    if (code) {
        import_free(m);
        return code;
    }
    *out = m;
    return 0;
}

void import_free(struct import *m)
{
    if (!m)
        return;
    gather_free(m->gather);
    snow_ranges_free(m->asked);
    buf_fini(&m->total.targets);
    free(m);
}

/* --- a file --- */

static bool is_blank(const char *line, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (!text_is_space(line[i]))
            return false;
    return true;
}

/* Tools of the DNS begin with a comment, which says nothing of the format. */
static bool is_comment(const char *line, size_t len)
{
    while (len > 0 && text_is_space(*line)) {
        line++;
        len--;
    }
    return len > 0 && (*line == ';' || *line == '#');
}

static void count_bad(struct import_file *told, uint64_t line)
{
    if (told->n_bad < IMPORT_BAD_SHOWN)
        told->bad[told->n_bad] = line;
    told->n_bad++;
}

static int unknown_format(const char *path, struct snow_error *err)
{
    return snow_fail(err, SNOW_ESYNTAX,
                     "%s: its first line is in no format that is known; "
                     "--format names one",
                     path);
}

void import_watch(struct import *m, snow_progress_fn fn, void *arg)
{
    m->watch = fn;
    m->watch_arg = arg;
}

static void tell_reading(const struct import *m, const struct input *in)
{
    struct snow_progress p = { .stage = "reading",
                               .unit = "octets",
                               .hit = "records",
                               .hits = m->n_taken };

    if (!m->watch)
        return;
    input_position(in, &p.done, &p.of);
    m->watch(m->watch_arg, &p);
}

static int take_line(struct import_reader *r, struct import_file *told,
                     char *line, size_t len, uint64_t number)
{
    int code;

    r->line = number;
    code = import_take(r, told->format, line, len);
    if (code == SNOW_ESYNTAX) {
        count_bad(told, number);
        return 0;
    }
    told->n_lines++;
    return code;
}

static int read_lines(const struct import *m, struct import_reader *r,
                      struct input *in, const char *path,
                      struct import_file *told)
{
    char *line;
    size_t len;
    int code = 0;

    for (uint64_t n = 1; !code; n++) {
        if (n % LINES_TOLD == 0)
            tell_reading(m, in);
        code = input_line(in, &line, &len, m->err);
        if (code)
            return code == SNOW_ENOTFOUND ? 0 : code;
        if (line && is_blank(line, len))
            continue;
        if (line && !told->format && is_comment(line, len))
            continue;
        if (line && !told->format)
            told->format = import_detect(line, len);
        if (!told->format)
            return unknown_format(path, m->err);
        if (line)
            code = take_line(r, told, line, len, n);
        else
            count_bad(told, n);
    }
    return code;
}

/* Not one record came of it. */
static int says_nothing(const struct import_reader *r, const char *path,
                        const struct import_file *told, struct snow_error *err)
{
    bool is_zone = told->format && told->format->finish == import_zone_finish;

    if (!told->format || told->n_lines + told->n_bad == 0)
        return snow_fail(err, SNOW_ESYNTAX, "%s: it is empty", path);
    if (told->n_bad == 0)
        return snow_fail(err, SNOW_ESYNTAX,
                         "%s: read as %s, it says nothing of any address", path,
                         told->format->name);
    return snow_fail(err, SNOW_ESYNTAX,
                     "%s: read as %s, it says nothing of any address, and line "
                     "%llu is malformed%s",
                     path, told->format->name, (unsigned long long)told->bad[0],
                     is_zone && !*r->origin
                         ? "; relative names need an $ORIGIN or --origin"
                         : "");
}

static int read_file(struct import *m, struct import_reader *r,
                     struct input *in, const char *path,
                     struct import_file *told)
{
    uint64_t n_before = m->n_taken;
    int code = read_lines(m, r, in, path, told);

    if (!code && told->format && told->format->finish)
        code = told->format->finish(r);
    if (code == SNOW_ELIMIT)
        return snow_fail(m->err, code,
                         "%s: CNAMEs and what they lead to fill more than 64 "
                         "MiB; split the file",
                         path);
    if (code == SNOW_ESYNTAX && r->zone)
        return snow_fail(m->err, code,
                         "%s: the bracket that line %llu opens is never closed",
                         path, (unsigned long long)r->zone->open_line);
    if (!code && m->n_taken == n_before)
        return says_nothing(r, path, told, m->err);
    return code == SNOW_ENOMEM ? snow_fail(m->err, code, "out of memory")
                               : code;
}

int import_read(struct import *m, const char *path,
                const struct import_how *how, struct import_file *told,
                struct snow_error *err)
{
    struct import_reader r = { .to = &m->taker,
                               .origin = how->origin ? how->origin : "" };
    struct input *in;
    int code = input_open(&in, path, err);

    *told = (struct import_file){ .format = how->format };
    if (code)
        return code;
    m->err = err;
    r.default_utc_s = input_modified_utc_s(in);
    if (r.default_utc_s == SNOW_TIME_UNKNOWN)
        r.default_utc_s = how->now_utc_s;
    code = read_file(m, &r, in, path, told);
    import_reader_fini(&r);
    input_close(in);
    return code;
}

/* --- a zone that is no file --- */

struct import_zone {
    struct import *m;
    struct import_reader reader;
    uint64_t n_before;
};

int import_zone_new(struct import_zone **out, struct import *m,
                    int64_t seen_utc_s, struct snow_error *err)
{
    struct import_zone *z = calloc(1, sizeof *z);

    if (!z)
        return snow_fail(err, SNOW_ENOMEM, "out of memory");
    z->m = m;
    z->n_before = m->n_taken;
    z->reader = (struct import_reader){ .to = &m->taker,
                                        .default_utc_s = seen_utc_s,
                                        .origin = "" };
    *out = z;
    return 0;
}

void import_zone_free(struct import_zone *z)
{
    if (z)
        import_reader_fini(&z->reader);
    free(z);
}

/* What has been on the wire is well-formed; only a root for a name is none. */
int import_zone_add(struct import_zone *z, const struct import_record *rec)
{
    int code = import_take_record(&z->reader, rec);

    return code == SNOW_ESYNTAX ? 0 : code;
}

int import_zone_end(struct import_zone *z, const char *source,
                    struct snow_error *err)
{
    int code;

    z->m->err = err;
    code = import_end_records(&z->reader);
    if (!code && z->m->n_taken == z->n_before)
        return snow_fail(err, SNOW_ESYNTAX,
                         "%s: the zone says nothing of any address", source);
    return code == SNOW_ENOMEM ? snow_fail(err, code, "out of memory") : code;
}

/* --- the end --- */

/** Addresses on their way into the store. */
struct keeping {
    struct import *m;
    struct keep *keep;
    uint64_t n;
};

static int keep_one(void *arg, const struct gather_addr *a)
{
    struct keeping *k = arg;
    const struct snow_progress p = { .stage = "keeping",
                                     .unit = "addresses",
                                     .done = k->n };

    if (k->n++ % LINES_TOLD == 0 && k->m->watch)
        k->m->watch(k->m->watch_arg, &p);
    return keep_addr(k->keep, a);
}

static int write_all(struct import *m, struct keep *k, struct snow_error *err)
{
    struct keeping keeping = { m, k, 0 };
    int code = gather_finish(m->gather, keep_one, &keeping, err);

    if (!code)
        code = keep_end(k);
    if (!code && k->ranges)
        addr_ranges_format(&m->total.targets, k->ranges);
    if (!code && m->total.targets.failed)
        code = SNOW_ENOMEM;
    return code == SNOW_ENOMEM ? snow_fail(err, code, "out of memory") : code;
}

int import_finish(struct import *m, struct import_total *out,
                  struct snow_error *err)
{
    struct keep k = { .store = m->store,
                      .scan = m->scan,
                      .err = err,
                      .ranges = m->asked,
                      .latest_utc_s = SNOW_TIME_UNKNOWN };
    int code;

    m->asked = NULL;
    m->err = err;
    code = write_all(m, &k, err);
    if (!code) {
        if (k.latest_utc_s != SNOW_TIME_UNKNOWN)
            see_time(m, k.latest_utc_s);
        memcpy(m->total.by_status, k.by_status, sizeof k.by_status);
        m->total.n_names = k.n_names;
        *out = m->total;
        m->total.targets = (struct buf){ 0 };
    }
    keep_fini(&k);
    return code;
}
