#include "import/aliases.h"

#include "base/map.h"
#include "base/room.h"
#include "import/name.h"

#define STEPS_MAX 4

/** One record of an owner that is no address; links are 1 + index. */
struct waiting {
    uint32_t next; /**< of the same owner, 0: none */
    uint32_t text; /**< where its target is */
    bool is_alias;
    bool is_used; /**< of the first: something leads to it */
    int64_t seen_utc_s;
};

/** A CNAME that an address owns. */
struct start {
    struct snow_addr addr;
    uint32_t text;
};

struct aliases {
    struct map owners; /**< name to the first record, 1 + index */
    struct waiting *records;
    size_t n, cap;
    struct start *starts;
    size_t n_starts, starts_cap;
    struct buf text; /**< targets, each with its NUL */
};

void aliases_free(struct aliases *a)
{
    if (!a)
        return;
    map_fini(&a->owners);
    free(a->records);
    free(a->starts);
    buf_fini(&a->text);
    free(a);
}

/* --- taking --- */

static bool is_full(const struct aliases *a)
{
    return a->owners.keys_len + a->owners.cap * sizeof(struct map_entry) +
               a->cap * sizeof *a->records + a->starts_cap * sizeof *a->starts +
               a->text.len >
           ALIASES_MAX;
}

static uint32_t keep_text(struct aliases *a, const char *name)
{
    size_t at = a->text.len;

    buf_add(&a->text, name, strlen(name) + 1);
    return (uint32_t)at;
}

static int add_start(struct aliases *a, struct snow_addr addr,
                     const char *target)
{
    struct start *starts =
        room_for_one(a->starts, a->n_starts, &a->starts_cap, sizeof *starts);

    if (!starts)
        return SNOW_ENOMEM;
    a->starts = starts;
    starts[a->n_starts++] =
        (struct start){ .addr = addr, .text = keep_text(a, target) };
    return a->text.failed ? SNOW_ENOMEM : 0;
}

static int add_waiting(struct aliases *a, const char *owner, const char *target,
                       const struct import_record *rec)
{
    struct waiting *records =
        room_for_one(a->records, a->n, &a->cap, sizeof *records);
    uint64_t *first;

    if (!records)
        return SNOW_ENOMEM;
    a->records = records;
    first = map_put(&a->owners, owner, strlen(owner));
    if (!first)
        return SNOW_ENOMEM;
    records[a->n] = (struct waiting){ .next = (uint32_t)*first,
                                      .text = keep_text(a, target),
                                      .is_alias = rec->is_alias,
                                      .seen_utc_s = rec->seen_utc_s };
    *first = ++a->n;
    return a->text.failed ? SNOW_ENOMEM : 0;
}

static bool ends_in(const char *name, const char *end)
{
    size_t n = strlen(name), k = strlen(end);

    return n >= k && strcmp(name + n - k, end) == 0;
}

static bool is_reverse(const char *name)
{
    return ends_in(name, ".in-addr.arpa") || ends_in(name, ".ip6.arpa");
}

static int wait_for_end(struct import_reader *r,
                        const struct import_record *rec,
                        const struct snow_addr *addr)
{
    char owner[SNOW_NAME_MAX], target[SNOW_NAME_MAX];

    if (import_name(owner, rec->owner, rec->owner_len) ||
        import_name(target, rec->target, rec->target_len))
        return SNOW_ESYNTAX;
    if (!addr && !is_reverse(owner))
        return 0;
    if (!r->aliases)
        r->aliases = calloc(1, sizeof *r->aliases);
    if (!r->aliases)
        return SNOW_ENOMEM;
    if (is_full(r->aliases))
        return SNOW_ELIMIT;
    return addr ? add_start(r->aliases, *addr, target)
                : add_waiting(r->aliases, owner, target, rec);
}

int import_take_record(struct import_reader *r, const struct import_record *rec)
{
    struct import_ptr p = { .status = SNOW_PTR_NAME,
                            .seen_utc_s = rec->seen_utc_s };
    bool is_addr = import_addr(&p.addr, rec->owner, rec->owner_len) == 0;

    if (is_addr && !rec->is_alias)
        return import_give(r, &p, rec->target, rec->target_len);
    return wait_for_end(r, rec, is_addr ? &p.addr : NULL);
}

/* --- the end --- */

/* Whatever a name owns goes to an address. A step that leads back or nowhere
 * ends by itself. */
static int follow(struct import_reader *r, struct import_ptr *p,
                  const char *name, unsigned steps)
{
    struct aliases *a = r->aliases;
    const uint64_t *first = map_get(&a->owners, name, strlen(name));
    int code = 0;

    for (uint64_t at = first ? *first : 0; !code && at > 0;
         at = a->records[at - 1].next) {
        struct waiting *w = &a->records[at - 1];
        const char *target = a->text.data + w->text;

        w->is_used = true;
        p->seen_utc_s = w->seen_utc_s;
        if (!w->is_alias)
            code = import_give(r, p, target, strlen(target));
        else if (steps < STEPS_MAX)
            code = follow(r, p, target, steps + 1);
    }
    return code == SNOW_ESYNTAX ? 0 : code;
}

static bool take_number(const char **at, unsigned most, unsigned *out)
{
    const char *from = *at;

    for (*out = 0; text_is_digit(**at) && *out <= most; (*at)++)
        *out = *out * 10 + (unsigned)(**at - '0');
    return *at > from && *out <= most;
}

/* "5.0/26.2.0.192.in-addr.arpa" or "5.0-63.…", where 5 lies in what the
 * second label says. */
static bool tells_addr(const char *owner, struct snow_addr *out)
{
    char plain[SNOW_NAME_MAX];
    const char *at = owner;
    unsigned octet, first, second, last;
    char sign;

    if (!take_number(&at, 255, &octet) || *at++ != '.' ||
        !take_number(&at, 255, &first) || (*at != '/' && *at != '-'))
        return false;
    sign = *at++;
    if (!take_number(&at, 255, &second) || *at != '.')
        return false;
    if (sign == '/' && (second < 24 || second > 32))
        return false;
    last = sign == '-' ? second : first + (1u << (32 - second)) - 1;
    if (octet < first || octet > last)
        return false;
    snprintf(plain, sizeof plain, "%u%s", octet, at);
    return import_addr(out, plain, strlen(plain)) == 0;
}

int import_end_records(struct import_reader *r)
{
    struct aliases *a = r->aliases;
    struct import_ptr p = { .status = SNOW_PTR_NAME };
    const char *owner;
    size_t at = 0, len;
    uint64_t first;
    int code = 0;

    for (size_t i = 0; a && !code && i < a->n_starts; i++) {
        p.addr = a->starts[i].addr;
        code = follow(r, &p, a->text.data + a->starts[i].text, 1);
    }
    while (a && !code && map_next(&a->owners, &at, &owner, &len, &first))
        if (!a->records[first - 1].is_used && tells_addr(owner, &p.addr))
            code = follow(r, &p, owner, 1);
    return code;
}
