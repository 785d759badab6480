#include "import/gather.h"

#define TEXT_MAX (24u << 20) /* octets of the items' names */

/** An item in memory; its name, with a NUL, lies in text. */
struct entry {
    struct snow_addr addr;
    uint32_t at; /**< of the status, the name behind it */
    uint32_t seen_utc_s;
};

struct gather {
    struct entry *items, *spare; /**< [cap] */
    size_t n, cap, max;
    bool is_sorted; /**< as they came */
    struct buf text;
    struct spill *spill; /**< NULL while there is no need for it */
    /* the address that is put together */
    struct gather_addr whole;
    struct buf names;
};

int gather_new(struct gather **out, size_t items)
{
    *out = calloc(1, sizeof **out);
    if (!*out)
        return SNOW_ENOMEM;
    (*out)->is_sorted = true;
    (*out)->max = items;
    return 0;
}

void gather_free(struct gather *g)
{
    if (!g)
        return;
    free(g->items);
    free(g->spare);
    buf_fini(&g->text);
    buf_fini(&g->names);
    spill_free(g->spill);
    free(g);
}

static int out_of_memory(struct snow_error *err)
{
    return snow_fail(err, SNOW_ENOMEM, "out of memory");
}

/* --- sorting --- */

static unsigned octet_of(struct snow_addr a, unsigned i)
{
    return (unsigned)((i < 8 ? a.lo >> (8 * i) : a.hi >> (8 * (i - 8))) & 255);
}

static void sort_by(const struct entry *from, struct entry *to, size_t n,
                    unsigned octet, const uint32_t counts[256])
{
    uint32_t at[256], sum = 0;

    for (unsigned v = 0; v < 256; v++) {
        at[v] = sum;
        sum += counts[v];
    }
    for (size_t i = 0; i < n; i++)
        to[at[octet_of(from[i].addr, octet)]++] = from[i];
}

/* Radix sort, least octet first: stable, and linear. Octets that are the same
 * everywhere are passed over: of IPv4 addresses twelve are. */
static void sort(struct gather *g)
{
    for (unsigned octet = 0; octet < 16; octet++) {
        uint32_t counts[256] = { 0 };
        struct entry *from = g->items;

        for (size_t i = 0; i < g->n; i++)
            counts[octet_of(from[i].addr, octet)]++;
        if (counts[octet_of(from[0].addr, octet)] == g->n)
            continue;
        sort_by(from, g->spare, g->n, octet, counts);
        g->items = g->spare;
        g->spare = from;
    }
    g->is_sorted = true;
}

static void item_at(const struct gather *g, size_t i, struct gather_item *out)
{
    const struct entry *e = &g->items[i];
    const char *text = g->text.data + e->at;

    *out = (struct gather_item){ .addr = e->addr,
                                 .seen_utc_s = e->seen_utc_s,
                                 .status = (uint8_t)*text,
                                 .len = (uint16_t)strlen(text + 1),
                                 .name = text + 1 };
}

static void forget_items(struct gather *g)
{
    g->n = 0;
    g->is_sorted = true;
    buf_clear(&g->text);
}

static int spill_items(struct gather *g, struct snow_error *err)
{
    int code = g->spill ? 0 : spill_new(&g->spill, err);

    if (!g->is_sorted)
        sort(g);
    for (size_t i = 0; !code && i < g->n; i++) {
        struct gather_item item;

        item_at(g, i, &item);
        code = spill_put(g->spill, &item, err);
    }
    forget_items(g);
    return code ? code : spill_end_run(g->spill, err);
}

/* --- adding --- */

static int grow(struct gather *g)
{
    size_t cap = g->cap ? g->cap * 2 : 4096;
    struct entry *more = realloc(g->items, cap * sizeof *more);

    if (!more)
        return SNOW_ENOMEM;
    g->items = more;
    more = realloc(g->spare, cap * sizeof *more);
    if (!more)
        return SNOW_ENOMEM;
    g->spare = more;
    g->cap = cap;
    return 0;
}

static uint32_t clip_time(int64_t utc_s)
{
    return utc_s < 0 ? 0 : utc_s > UINT32_MAX ? UINT32_MAX : (uint32_t)utc_s;
}

int gather_add(struct gather *g, const struct import_ptr *p,
               struct snow_error *err)
{
    int code = 0;

    if (g->n == g->max || g->text.len > TEXT_MAX)
        code = spill_items(g, err);
    if (code)
        return code;
    if (g->n == g->cap && grow(g))
        return out_of_memory(err);
    g->is_sorted =
        g->is_sorted &&
        (g->n == 0 || snow_addr_compare(g->items[g->n - 1].addr, p->addr) <= 0);
    g->items[g->n++] = (struct entry){ .addr = p->addr,
                                       .at = (uint32_t)g->text.len,
                                       .seen_utc_s = clip_time(p->seen_utc_s) };
    buf_add_char(&g->text, (char)p->status);
    if (p->name)
        buf_add(&g->text, p->name, strlen(p->name));
    buf_add_char(&g->text, '\0');
    return g->text.failed ? out_of_memory(err) : 0;
}

/* --- putting addresses together --- */

/* What counts for more comes first. */
static unsigned rank(unsigned status)
{
    static const uint8_t order[] = { SNOW_PTR_NAME,     SNOW_PTR_NXDOMAIN,
                                     SNOW_PTR_NODATA,   SNOW_PTR_PRUNED,
                                     SNOW_PTR_SERVFAIL, SNOW_PTR_REFUSED,
                                     SNOW_PTR_TIMEOUT,  SNOW_PTR_ERROR };
    unsigned i = 0;

    while (i < COUNT_OF(order) && order[i] != status)
        i++;
    return i;
}

static void drop_last_name(struct gather *g)
{
    const char *last = g->names.data;

    for (unsigned i = 1; i < g->whole.n_names; i++)
        last += strlen(last) + 1;
    g->names.len = (size_t)(last - g->names.data);
    g->whole.n_names--;
}

static int compare_name(const char *name, const struct gather_item *item)
{
    int order = strncmp(name, item->name, item->len);

    return order ? order : name[item->len] != '\0';
}

static void insert(struct gather *g, size_t at, const struct gather_item *item)
{
    size_t after = g->names.len - at;

    if (buf_reserve(&g->names, item->len + 1u))
        return;
    memmove(g->names.data + at + item->len + 1, g->names.data + at, after);
    memcpy(g->names.data + at, item->name, item->len);
    g->names.data[at + item->len] = '\0';
    g->names.len += item->len + 1u;
    g->whole.n_names++;
}

/* Sorted and single, the first in order: so no order of lines matters. */
static void add_name(struct gather *g, const struct gather_item *item)
{
    size_t at = 0;
    unsigned i;

    for (i = 0; i < g->whole.n_names; i++) {
        const char *name = g->names.data + at;
        int order = compare_name(name, item);

        if (order == 0)
            return;
        if (order > 0)
            break;
        at += strlen(name) + 1;
    }
    if (i == SNOW_BLOCK_NAMES_MAX)
        return;
    if (g->whole.n_names == SNOW_BLOCK_NAMES_MAX)
        drop_last_name(g);
    insert(g, at, item);
}

static void begin_addr(struct gather *g, const struct gather_item *item)
{
    g->whole = (struct gather_addr){ .addr = item->addr,
                                     .status = item->status,
                                     .seen_utc_s = item->seen_utc_s };
    buf_clear(&g->names);
}

static void add_item(struct gather *g, const struct gather_item *item)
{
    unsigned old = rank(g->whole.status), new = rank(item->status);

    if (new > old)
        return;
    if (new < old)
        begin_addr(g, item);
    if (item->seen_utc_s > g->whole.seen_utc_s)
        g->whole.seen_utc_s = item->seen_utc_s;
    if (item->status == SNOW_PTR_NAME)
        add_name(g, item);
}

static int hand_out(struct gather *g, gather_fn fn, void *arg,
                    struct snow_error *err)
{
    if (g->names.failed)
        return out_of_memory(err);
    g->whole.names = g->whole.n_names > 0 ? g->names.data : NULL;
    return fn(arg, &g->whole);
}

/* The next item in ascending order, from memory or from the file. */
static int next_item(struct gather *g, size_t *i, struct gather_item *out,
                     struct snow_error *err)
{
    if (g->spill)
        return spill_next(g->spill, out, err);
    if (*i == g->n)
        return SNOW_ENOTFOUND;
    item_at(g, (*i)++, out);
    return 0;
}

int gather_finish(struct gather *g, gather_fn fn, void *arg,
                  struct snow_error *err)
{
    struct gather_item item;
    bool has_one = false;
    size_t i = 0;
    int code = 0, next;

    if (g->spill && g->n > 0)
        code = spill_items(g, err);
    else if (!g->is_sorted)
        sort(g);
    while (!code && (next = next_item(g, &i, &item, err)) == 0) {
        if (has_one && snow_addr_compare(g->whole.addr, item.addr) != 0) {
            code = hand_out(g, fn, arg, err);
            has_one = false;
        }
        if (!has_one)
            begin_addr(g, &item);
        has_one = true;
        add_item(g, &item);
    }
    if (!code && next != SNOW_ENOTFOUND)
        code = next;
    return code || !has_one ? code : hand_out(g, fn, arg, err);
}
