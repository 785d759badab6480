#include "report/sharing.h"

#include "analysis/forward.h"
#include "report/object.h"
#include "report/report.h"

/* As many whole ranges as there is room for. */
static void copy_targets(char out[REPORT_SHARING_TARGETS_MAX], const char *all)
{
    static const char more[] = " and more";
    size_t room = REPORT_SHARING_TARGETS_MAX - sizeof more;

    text_copy(out, REPORT_SHARING_TARGETS_MAX, all);
    if (strlen(all) < REPORT_SHARING_TARGETS_MAX)
        return;
    while (room > 0 && all[room] != ';')
        room--;
    memcpy(out + room, more, sizeof more);
}

int report_sharing_init(struct report_sharing *s,
                        const struct report_request *q, struct snow_error *err)
{
    int code;

    *s = (struct report_sharing){ .q = q };
    code = snow_store_get_scan(q->store, q->scan, &s->scan, err);
    if (code)
        return code;
    copy_targets(s->targets, s->scan.targets);
    s->scan.targets = s->scan.settings = NULL;
    code = report_tree_init(&s->tree, q->findings, q->least);
    if (code == 0)
        code = report_holders_load(&s->holders, q, err);
    return code ? code : report_allowed_ranges(&s->allowed, q->findings);
}

void report_sharing_fini(struct report_sharing *s)
{
    report_tree_fini(&s->tree);
    report_holders_fini(&s->holders);
    snow_ranges_free(s->allowed);
    map_fini(&s->seen);
    *s = (struct report_sharing){ .q = NULL };
}

const struct snow_finding *report_sharing_parent(const struct report_sharing *s,
                                                 const struct snow_finding *f)
{
    const struct snow_finding *all = s->q->findings->all;
    size_t parent = s->tree.nodes[f - all].parent;

    if (parent == REPORT_NONE || !s->tree.nodes[parent].is_shown ||
        all[parent].allowed)
        return NULL;
    return &all[parent];
}

bool report_sharing_is_root(const struct report_sharing *s,
                            const struct snow_finding *f)
{
    return !f->allowed && !report_sharing_parent(s, f);
}

int report_sharing_prefixes(struct report_cell *to,
                            const struct report_sharing *s,
                            const struct snow_finding *f)
{
    struct snow_ranges *set = NULL;
    int code = snow_ranges_new(&set);

    for (size_t i = 0; i < f->n_ranges && code == 0; i++)
        code = snow_ranges_add(set, f->ranges[i]);
    if (code == 0)
        code = snow_ranges_subtract(set, s->allowed);
    for (size_t i = 0; code == 0 && i < snow_ranges_n(set); i++) {
        struct snow_range r = snow_ranges_at(set, i);

        report_cell_ranges(to, &r, 1);
    }
    snow_ranges_free(set);
    return code;
}

void report_sharing_asns(struct report_cell *to, const struct report_sharing *s,
                         struct snow_addr addr)
{
    struct snow_range one = { addr, addr };
    const struct snow_finding f = { .ranges = &one, .n_ranges = 1 };

    report_holders_asns(to, &s->holders, &f);
}

static bool lies_in(const char *name, const char *domain)
{
    size_t len = strlen(name), of = strlen(domain);

    return len >= of && strcmp(name + len - of, domain) == 0 &&
           (len == of || name[len - of - 1] == '.');
}

const char *report_sharing_name(const struct report_evidence_row *row,
                                const char *before)
{
    const char *name = row->names;

    for (unsigned i = 0; i < row->n_names; i++, name += strlen(name) + 1)
        if ((!before || name > before) && analysis_forward_is_fit(name) &&
            lies_in(name, row->domain))
            return name;
    return NULL;
}

bool report_sharing_is_first(struct report_sharing *s, const char *text,
                             struct buf *failing)
{
    uint64_t *seen = map_put(&s->seen, text, strlen(text));

    failing->failed |= !seen;
    return !seen || (*seen)++ == 0;
}

void report_sharing_uuid(char out[DIGEST_UUID_TEXT_MAX],
                         const struct report_sharing *s, const char *what,
                         const char *a, const char *b)
{
    char room[512];
    struct buf name;

    buf_init_in(&name, room, sizeof room);
    buf_printf(&name, "%s %lld %s %s", what, (long long)s->scan.created_utc_s,
               a, b);
    report_object_uuid(out, &name);
    buf_fini(&name);
}

void report_sharing_words(struct buf *to, const struct snow_finding *f)
{
    buf_printf(to,
               "%s %s, tier %s: resembles the pattern by %.0f of 100, with "
               "%.0f%% of it measured.",
               snow_finding_kind_word(f->kind), f->id, snow_tier_word(f->tier),
               f->score, 100 * f->coverage);
    for (unsigned i = 0; i < SNOW_N_SCORE_PARTS; i++) {
        const struct snow_score *part = &f->parts[i];

        if (part->measured <= 0 || part->reason[0] == '\0')
            continue;
        buf_printf(to, "\n%s: ", snow_score_part_word(i));
        text_escape(to, part->reason, strlen(part->reason));
    }
    if (f->caveats[0]) {
        buf_add_text(to, "\nCaveats: ");
        text_escape(to, f->caveats, strlen(f->caveats));
    }
    buf_add_text(to, "\nFor inspection; nobody has reviewed it, and it is not "
                     "shown that mail was sent or that anybody did wrong.");
}
