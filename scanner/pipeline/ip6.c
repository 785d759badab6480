#include "pipeline/ip6.h"

#include "base/clock.h"

/* A lane for each length of what is checked. */
#define LANES (UINT32_MAX - 64)

static void note(struct ip6 *w, const struct dns_node *node, unsigned status)
{
    if (w->n_notes < PROGRESS_NOTES)
        w->notes[w->n_notes] = (struct progress_note){
            .prefix = { node->addr, 4u * node->nibbles },
            .status = (uint8_t)status,
        };
    w->n_notes++;
}

static int keep_name(const struct ip6 *w, const struct snow_name *name)
{
    struct snow_record r = { .kind = SNOW_RECORD_NAME,
                             .scan = w->scan,
                             .lease = w->lease,
                             .name = name };

    return w->scan ? sink_put(w->run->sink, &r) : 0;
}

static void on_synthesised(void *arg, const struct dns_node *node,
                           unsigned status)
{
    struct ip6 *w = arg;
    struct snow_name name = { .addr = node->addr,
                              .nibbles = node->nibbles,
                              .status = (uint8_t)status,
                              .seen_utc_s = clock_utc_s(w->run->clock) };
    int code = keep_name(w, &name);

    w->code = w->code ? w->code : code;
    note(w, node, status);
}

/* --- where an earlier run has left it --- */

static int add_node(void *arg, const struct snow_node *node)
{
    return dns_tree_add(((struct ip6 *)arg)->tree, node);
}

static int add_name(void *arg, const struct snow_name *name)
{
    struct ip6 *w = arg;
    struct dns_node node = { .addr = name->addr, .nibbles = name->nibbles };

    if (name->nibbles < 32 && !snow_ptr_status_is_failure(name->status))
        note(w, &node, name->status);
    if (!w->is_retry || !snow_ptr_status_is_failure(name->status))
        return 0;
    return dns_tree_retry(w->tree, &node, name->status);
}

static int take_up(struct ip6 *w, struct snow_store *s, struct snow_error *err)
{
    struct snow_walk walk;
    int code = snow_store_get_walk(s, w->scan, &walk, err);

    if (code == SNOW_ENOTFOUND)
        return dns_tree_begin(w->tree);
    if (!code)
        code = dns_tree_resume(w->tree, &walk);
    if (!code)
        code = snow_store_each_node(s, w->scan, add_node, w, err);
    if (!code)
        code = snow_store_each_name(s, w->scan, add_name, w, err);
    return code;
}

static bool has_ipv6(const struct snow_ranges *targets)
{
    for (size_t i = 0; i < snow_ranges_n(targets); i++)
        if (!snow_addr_is_ipv4(snow_ranges_at(targets, i).first))
            return true;
    return false;
}

int ip6_init(struct ip6 *w, const struct snow_ranges *targets, uint64_t seed,
             struct snow_store *s, struct snow_error *err)
{
    struct dns_tree_config cfg = { .seed = seed,
                                   .synthesised = on_synthesised,
                                   .arg = w };
    int code;

    if (!has_ipv6(targets))
        return 0;
    code = dns_tree_new(&w->tree, targets, &cfg);
    if (!code)
        code = s ? take_up(w, s, err) : dns_tree_begin(w->tree);
    if (code == SNOW_ENOMEM)
        snow_fail(err, code, "out of memory");
    return code;
}

void ip6_fini(struct ip6 *w)
{
    dns_tree_free(w->tree);
    *w = (struct ip6){ 0 };
}

/* --- questions and answers --- */

int ip6_next(struct ip6 *w, struct dns_question *out)
{
    struct dns_node node;
    int code = w->tree ? dns_tree_next(w->tree, &node) : SNOW_EDONE;

    if (code)
        return code;
    *out = (struct dns_question){ .step = { node.addr, LANES + node.below },
                                  .labels = node.nibbles };
    return 0;
}

bool ip6_is_own(const struct dns_question *q)
{
    return q->step.lane >= LANES && q->step.lane <= LANES + 32;
}

/* Names are kept, and what could not be learnt; what is learnt at the second
 * attempt takes its failure away. */
static int keep_answer(struct ip6 *w, const struct snow_name *name,
                       const struct dns_answer *a)
{
    bool is_failure = snow_ptr_status_is_failure(name->status);
    bool is_name = name->nibbles == 32 && name->status == SNOW_PTR_NAME;
    struct snow_name gone = *name;
    int code = 0;

    if (is_name || is_failure)
        code = keep_name(w, name);
    else if (w->is_retry) {
        gone.status = SNOW_PTR_PENDING;
        code = keep_name(w, &gone);
    }
    if (!code && w->answer && name->nibbles == 32)
        code = w->answer(w->arg, name, a);
    return code;
}

int ip6_answer(struct ip6 *w, const struct dns_question *q,
               const struct dns_answer *a)
{
    struct dns_node node = { .addr = q->step.addr,
                             .nibbles = q->labels,
                             .below = (uint8_t)(q->step.lane - LANES) };
    struct snow_name name = { .addr = q->step.addr,
                              .nibbles = q->labels,
                              .status = a->status,
                              .n_names = a->n_names,
                              .seen_utc_s = clock_utc_s(w->run->clock),
                              .names = a->names };
    int code = 0;

    if (a->is_alias && a->status == SNOW_PTR_NXDOMAIN)
        name.status = SNOW_PTR_NODATA; /* the alias itself exists */
    if (node.below == 0)
        code = keep_answer(w, &name, a);
    if (!code)
        code = dns_tree_answer(w->tree, &node, name.status);
    return code ? code : w->code;
}

int ip6_keep(struct ip6 *w)
{
    struct snow_walk walk;
    struct snow_record r = { .kind = SNOW_RECORD_WALK,
                             .scan = w->scan,
                             .lease = w->lease,
                             .walk = &walk };
    int code;

    if (!w->tree || !w->scan)
        return 0;
    code = dns_tree_changes(w->tree, &walk);
    return code ? code : sink_put(w->run->sink, &r);
}

uint64_t ip6_left(const struct ip6 *w)
{
    struct dns_tree_stats stats = { .pending = 0 };

    if (w->tree)
        dns_tree_stats(w->tree, &stats);
    return stats.pending;
}

void ip6_add_stats(const struct ip6 *w, struct progress *p)
{
    struct dns_tree_stats stats;

    if (!w->tree)
        return;
    dns_tree_stats(w->tree, &stats);
    for (unsigned i = 1; i < 16; i++) {
        p->sweep.by_status[i] += stats.by_status[i];
        p->sweep.targets += stats.by_status[i];
    }
    p->sweep.targets += stats.pending;
    p->sweep.pending += stats.pending;
    memcpy(p->notes, w->notes, sizeof p->notes);
    p->n_notes = w->n_notes;
}
