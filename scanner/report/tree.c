#include "report/tree.h"

#include "base/map.h"

/* A parent is of a larger kind than its members, so there are no circles. */
static size_t parent_of(const struct map *by_id, const struct snow_findings *f,
                        size_t i)
{
    const char *id = f->all[i].parent_id;
    const uint64_t *at = *id ? map_get(by_id, id, strlen(id)) : NULL;

    if (!at || f->all[*at].kind <= f->all[i].kind)
        return REPORT_NONE;
    return (size_t)*at;
}

/* Members are hung in from the last to the first, so that they come out in the
 * order of the findings. */
static void link_nodes(struct report_tree *t, const struct snow_findings *f,
                       const struct map *by_id)
{
    for (size_t i = 0; i < t->n; i++)
        t->nodes[i].child = REPORT_NONE;
    for (size_t i = t->n; i-- > 0;) {
        size_t parent = parent_of(by_id, f, i);

        t->nodes[i].parent = parent;
        t->nodes[i].next = REPORT_NONE;
        if (parent == REPORT_NONE)
            continue;
        t->nodes[i].next = t->nodes[parent].child;
        t->nodes[parent].child = i;
    }
}

static void choose_shown(struct report_tree *t, const struct snow_findings *f,
                         enum snow_tier least)
{
    for (size_t i = 0; i < t->n; i++) {
        bool is_shown = false;

        for (size_t a = i; a != REPORT_NONE; a = t->nodes[a].parent)
            is_shown |= f->all[a].tier <= least;
        t->nodes[i].is_shown = is_shown;
        t->n_shown += is_shown;
    }
}

int report_tree_init(struct report_tree *t, const struct snow_findings *f,
                     enum snow_tier least)
{
    struct map by_id = { 0 };

    *t = (struct report_tree){ .n = f->n };
    t->nodes = calloc(f->n + 1, sizeof *t->nodes);
    if (!t->nodes)
        goto fail;
    for (size_t i = 0; i < f->n; i++) {
        uint64_t *at = map_put(&by_id, f->all[i].id, strlen(f->all[i].id));

        if (!at)
            goto fail;
        *at = i;
    }
    link_nodes(t, f, &by_id);
    choose_shown(t, f, least);
    map_fini(&by_id);
    return 0;

fail:
    map_fini(&by_id);
    report_tree_fini(t);
    return SNOW_ENOMEM;
}

void report_tree_fini(struct report_tree *t)
{
    free(t->nodes);
    *t = (struct report_tree){ 0 };
}

bool report_tree_is_root(const struct report_tree *t, size_t i)
{
    size_t parent = t->nodes[i].parent;

    return t->nodes[i].is_shown &&
           (parent == REPORT_NONE || !t->nodes[parent].is_shown);
}

int report_allowed_ranges(struct snow_ranges **out,
                          const struct snow_findings *f)
{
    struct snow_ranges *set = NULL;
    int code = snow_ranges_new(&set);

    for (size_t i = 0; i < f->n; i++)
        for (size_t r = 0; f->all[i].allowed && r < f->all[i].n_ranges; r++)
            if (code == 0)
                code = snow_ranges_add(set, f->all[i].ranges[r]);
    if (code) {
        snow_ranges_free(set);
        return code;
    }
    *out = set;
    return 0;
}
