#include "report/columns.h"
#include "report/layout.h"
#include "report/writers.h"

/* Changes may be as many as addresses: whole records are gathered up to this
 * many octets. */
#define GATHERED 32768

#define LABEL 14 /* columns of the change */
#define WHERE 34 /* columns of the addresses */

/* --- text --- */

static void add_head(struct report_changes *r, const struct snow_scan *older,
                     const struct snow_scan *newer)
{
    char from[TEXT_TIME_MAX], to[TEXT_TIME_MAX];

    text_format_time(older->now_utc_s, from);
    text_format_time(newer->now_utc_s, to);
    buf_printf(&r->out, "scan %lld of %s, then scan %lld of %s: %.0f days\n",
               (long long)older->id, from, (long long)newer->id, to,
               (double)(newer->now_utc_s - older->now_utc_s) / 86400);
}

static void add_names(struct buf *to, const struct snow_change_side *s)
{
    const char *name = s->names;

    for (unsigned i = 0; i < s->n_names; i++) {
        buf_add_text(to, i > 0 ? ", " : "");
        text_escape(to, name, strlen(name));
        name += strlen(name) + 1;
    }
}

static void add_name(struct report_changes *r, const struct snow_change *c)
{
    char addr[SNOW_ADDR_TEXT_MAX];

    snow_addr_format(c->first, addr);
    buf_printf(&r->out, "%-*s", WHERE, addr);
    add_names(&r->out, &c->older);
    if (c->kind == SNOW_CHANGE_CHANGED)
        buf_add_text(&r->out, " -> ");
    add_names(&r->out, &c->newer);
}

/* Where it is: "192.0.2.0/30", "3 ranges". */
static void add_where(struct buf *to, const struct snow_change_side *s)
{
    struct buf text = { 0 };

    if (s->n_ranges == 1)
        layout_range(&text, s->ranges[0]);
    else
        buf_printf(&text, "%zu ranges", s->n_ranges);
    layout_pad(to, text.failed ? "" : text.data, WHERE);
    to->failed |= text.failed;
    buf_fini(&text);
}

static size_t room_behind(const struct report_changes *r, size_t used)
{
    size_t width = layout_width(&(struct report_request){ .width = r->width });

    return width > used + 24 ? width - used : 24;
}

static void add_domains(struct report_changes *r,
                        const struct snow_change_side *s, size_t used)
{
    layout_some(&r->out, s->domains, s->n_domains, room_behind(r, used));
}

static void add_run(struct report_changes *r, const struct snow_change *c)
{
    bool is_gone = c->kind == SNOW_CHANGE_GONE;

    add_where(&r->out, is_gone ? &c->older : &c->newer);
    buf_printf(&r->out,
               "%llu of %llu addresses: ", (unsigned long long)c->changed,
               (unsigned long long)c->ip_count);
    add_domains(r, is_gone ? &c->older : &c->newer, LABEL + WHERE + 32);
    if (is_gone)
        return;
    buf_add_text(&r->out, c->older.n_domains > 0 ? " (before: " : "");
    add_domains(r, &c->older, LABEL + WHERE + 32);
    buf_add_text(&r->out, c->older.n_domains > 0 ? ")" : "");
}

static void add_domain(struct report_changes *r, const struct snow_change *c)
{
    struct buf from = { 0 };

    add_where(&r->out, &c->newer);
    add_where(&from, &c->older);
    while (from.len > 0 && from.data[from.len - 1] == ' ')
        from.data[--from.len] = '\0';
    add_domains(r, &c->newer, LABEL + WHERE);
    buf_printf(&r->out, ", before on %s", from.failed ? "" : from.data);
    r->out.failed |= from.failed;
    buf_fini(&from);
}

static void add_finding(struct report_changes *r, const struct snow_change *c)
{
    const struct snow_finding *older = c->older.finding;
    const struct snow_finding *f = c->newer.finding ? c->newer.finding : older;
    struct buf tier = { 0 };

    if (older && older != f && older->tier != f->tier)
        buf_printf(&tier, "%s, was %s", snow_tier_word(f->tier),
                   snow_tier_word(older->tier));
    else
        buf_add_text(&tier, snow_tier_word(f->tier));
    add_where(&r->out, c->newer.finding ? &c->newer : &c->older);
    buf_printf(&r->out, "%s %s, %s %.1f", snow_finding_kind_word(f->kind),
               f->id, tier.failed ? "" : tier.data, f->score);
    if (c->kind == SNOW_CHANGE_PERSISTING)
        buf_printf(&r->out, ", after %.0f days", c->days);
    if (c->kind == SNOW_CHANGE_NEW && c->answered == 0)
        buf_add_text(&r->out, ", not known before");
    buf_printf(&r->out, "\n%*s", LABEL + WHERE, "");
    layout_domains(&r->out, f, room_behind(r, LABEL + WHERE));
    r->out.failed |= tier.failed;
    buf_fini(&tier);
}

/* clang-format off */
static const struct {
    const char *title;
    void (*add)(struct report_changes *r, const struct snow_change *c);
} sections[] = {
    [SNOW_CHANGE_OF_NAME]    = { "names",    add_name },
    [SNOW_CHANGE_OF_RUN]     = { "runs",     add_run },
    [SNOW_CHANGE_OF_DOMAIN]  = { "domains",  add_domain },
    [SNOW_CHANGE_OF_FINDING] = { "findings", add_finding },
};
/* clang-format on */

static void add_text_line(struct report_changes *r, const struct snow_change *c)
{
    if (r->subject != (int)c->subject)
        buf_printf(&r->out, "\n%s\n", sections[c->subject].title);
    r->subject = (int)c->subject;
    buf_printf(&r->out, "  %-*s", LABEL - 2, snow_change_word(c->kind));
    sections[c->subject].add(r, c);
    buf_add_char(&r->out, '\n');
}

/* "3 names appeared, 1 changed, 2 vanished" */
static void add_sum(struct report_changes *r, enum snow_change_subject subject)
{
    bool is_first = true;

    for (unsigned k = 0; k < SNOW_N_CHANGES; k++) {
        uint64_t n = r->n[subject][k];

        if (n == 0)
            continue;
        if (is_first)
            buf_printf(&r->out, "%llu %s%s %s", (unsigned long long)n,
                       snow_change_subject_word(subject), text_plural(n),
                       snow_change_word(k));
        else
            buf_printf(&r->out, ", %llu %s", (unsigned long long)n,
                       snow_change_word(k));
        is_first = false;
    }
    buf_add_text(&r->out, is_first ? "" : "\n");
}

static void add_foot(struct report_changes *r)
{
    size_t before;

    buf_add_char(&r->out, '\n');
    before = r->out.len;
    for (unsigned s = 0; s < SNOW_N_CHANGE_SUBJECTS; s++)
        add_sum(r, s);
    if (r->out.len == before)
        buf_add_text(&r->out, "Nothing has changed.\n");
    if (r->n_hidden > 0)
        buf_printf(&r->out,
                   "%llu finding%s of lower tier not shown (--tier context "
                   "shows all).\n",
                   (unsigned long long)r->n_hidden, text_plural(r->n_hidden));
}

/* --- all formats --- */

static int flush(struct report_changes *r, size_t least)
{
    return r->out.failed || r->out.len >= least ? report_emit(&r->to, &r->out)
                                                : 0;
}

enum report_changes_format report_changes_format(const char *name)
{
    return strcmp(name, "csv") == 0      ? REPORT_CHANGES_CSV
           : strcmp(name, "ndjson") == 0 ? REPORT_CHANGES_NDJSON
                                         : REPORT_CHANGES_TEXT;
}

int report_changes_begin(struct report_changes *r,
                         const struct snow_scan *older,
                         const struct snow_scan *newer)
{
    r->subject = -1;
    if (r->format == REPORT_CHANGES_TEXT)
        add_head(r, older, newer);
    if (r->format == REPORT_CHANGES_CSV)
        report_csv_header(&r->out, &report_kind_change);
    return flush(r, 0);
}

/* Below the tier in both scans. */
static bool is_hidden(const struct report_changes *r,
                      const struct snow_change *c)
{
    const struct snow_finding *older = c->older.finding;
    const struct snow_finding *newer = c->newer.finding;

    return (older || newer) && !(older && older->tier <= r->least) &&
           !(newer && newer->tier <= r->least);
}

int report_change(void *arg, const struct snow_change *c)
{
    struct report_changes *r = arg;

    if (is_hidden(r, c)) {
        r->n_hidden++;
        return 0;
    }
    r->n[c->subject][c->kind]++;
    if (r->format == REPORT_CHANGES_TEXT)
        add_text_line(r, c);
    if (r->format == REPORT_CHANGES_CSV)
        report_csv_row(&r->out, &report_kind_change, c);
    if (r->format == REPORT_CHANGES_NDJSON)
        report_ndjson_row(&r->out, &report_kind_change, c);
    return flush(r, GATHERED);
}

int report_changes_end(struct report_changes *r, int code)
{
    if (!code && r->format == REPORT_CHANGES_TEXT)
        add_foot(r);
    if (!code)
        code = flush(r, 0);
    buf_fini(&r->out);
    return code;
}
