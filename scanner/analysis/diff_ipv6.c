/*
 * Names below ip6.arpa in two scans.
 *
 * What has no name there is not kept: an address that one scan knows and the
 * other does not has none in the other, if that one has walked all of the
 * network around it.
 */
#include "analysis/diff_internal.h"

struct stream {
    struct snow_names *names;
    const struct snow_name *now; /* NULL: no more */
    struct snow_ranges *walked;  /* targets of a finished scan */
    struct snow_addr hidden;     /* up to here it has no answer */
    bool is_hiding;
};

static int next_name(struct stream *s, struct snow_error *err)
{
    return snow_names_next(s->names, &s->now, err);
}

/* "A-B;C-D", as a scan keeps its targets. */
static int read_targets(struct snow_ranges *to, const char *text,
                        struct snow_error *err)
{
    int code = 0;

    while (*text && !code) {
        char one[2 * SNOW_ADDR_TEXT_MAX + 1];
        size_t len = strcspn(text, ";");

        snprintf(one, sizeof one, "%.*s", (int)len, text);
        code = snow_ranges_read(to, one, err);
        text += len + (text[len] == ';');
    }
    return code;
}

static int open_stream(struct stream *s, const struct analysis_place *from)
{
    struct snow_scan scan;
    int code = snow_ranges_new(&s->walked);

    if (!code)
        code = snow_store_get_scan(from->store, from->scan, &scan, from->err);
    if (!code && scan.finished_utc_s != SNOW_TIME_UNKNOWN)
        code = read_targets(s->walked, scan.targets, from->err);
    if (!code)
        code = snow_store_names(&s->names, from->store, from->scan, from->err);
    return code ? code : next_name(s, from->err);
}

static void close_stream(struct stream *s)
{
    snow_names_close(s->names);
    snow_ranges_free(s->walked);
}

/* Of two rows the one with the lower address; of one address the shorter
 * prefix: it may hide what comes. */
static int compare_rows(const struct snow_name *a, const struct snow_name *b)
{
    int order;

    if (!a || !b)
        return a ? -1 : 1;
    order = snow_addr_compare(a->addr, b->addr);
    return order ? order : (int)a->nibbles - (int)b->nibbles;
}

/* A prefix of which nothing more is known hides the addresses in it. */
static void hide(struct stream *s)
{
    struct snow_prefix p = { s->now->addr, 4u * s->now->nibbles };
    struct snow_addr last = snow_prefix_range(p).last;

    if (s->now->status == SNOW_PTR_NODATA)
        return;
    if (!s->is_hiding || snow_addr_compare(last, s->hidden) > 0)
        s->hidden = last;
    s->is_hiding = true;
}

static bool knows(const struct stream *s, struct snow_addr addr)
{
    return snow_ranges_contains(s->walked, addr) &&
           !(s->is_hiding && snow_addr_compare(addr, s->hidden) <= 0);
}

static struct diff_names names_of(const struct snow_name *name)
{
    return (struct diff_names){ name->names, name->n_names, name->seen_utc_s };
}

/* One address, as one of the scans has it, or both. */
static int compare_one(struct diff *d, const struct stream *s, int turn)
{
    const struct snow_name *older = turn <= 0 ? s[OLDER].now : NULL;
    const struct snow_name *newer = turn >= 0 ? s[NEWER].now : NULL;
    struct snow_addr addr = older ? older->addr : newer->addr;
    struct diff_names was = { .seen_utc_s = SNOW_TIME_UNKNOWN }, is = was;

    if ((older && older->status != SNOW_PTR_NAME) ||
        (newer && newer->status != SNOW_PTR_NAME))
        return 0;
    if ((!older && !knows(&s[OLDER], addr)) ||
        (!newer && !knows(&s[NEWER], addr)))
        return 0;
    if (older)
        was = names_of(older);
    if (newer)
        is = names_of(newer);
    return analysis_names_are_same(was.all, was.n, is.all, is.n)
               ? 0
               : diff_tell_name(d, addr, &was, &is);
}

static int take_rows(struct diff *d, struct stream *s)
{
    int turn = compare_rows(s[OLDER].now, s[NEWER].now), code = 0;
    bool is_address = (turn <= 0 ? s[OLDER].now : s[NEWER].now)->nibbles == 32;

    if (is_address)
        code = compare_one(d, s, turn);
    if (!is_address && turn <= 0)
        hide(&s[OLDER]);
    if (!is_address && turn >= 0)
        hide(&s[NEWER]);
    if (!code && turn <= 0)
        code = next_name(&s[OLDER], d->err);
    if (!code && turn >= 0)
        code = next_name(&s[NEWER], d->err);
    return code;
}

int diff_compare_ipv6(struct diff *d)
{
    struct stream s[2] = { 0 };
    int code = open_stream(&s[OLDER], &d->side[OLDER].from);

    if (!code)
        code = open_stream(&s[NEWER], &d->side[NEWER].from);
    while (!code && (s[OLDER].now || s[NEWER].now))
        code = take_rows(d, s);
    close_stream(&s[OLDER]);
    close_stream(&s[NEWER]);
    return code;
}
