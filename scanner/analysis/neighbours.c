#include "analysis/neighbours.h"

#include "analysis/names.h"
#include "base/text.h"

/* One numbered template on so many addresses of a /24 is a counter … */
#define SEQUENCE_ADDRS 8
/* … when its number goes one way in nine of ten steps. */
#define SEQUENCE_STEPS 10

/* How far to either side neighbours speak for one of several names. */
#define REACH 2

struct place {
    int64_t seen_utc_s;
    bool is_present, is_unknown, is_unasked;
    uint8_t n;
    struct host_name names[SNOW_BLOCK_NAMES_MAX];
};

struct plot {
    struct snow_addr first;
    bool is_used;
    /* Labels of its longest suffix: in the first pass found, in the second
     * known. 0: all its names are generic, and none is read. */
    unsigned suffix_labels;
    struct place places[SNOW_BLOCK_SIZE];
};

/* A numbered name of a block, for sorting into templates. */
struct counter {
    struct host_name *name;
    unsigned at;
};

struct neighbours {
    struct facts *facts;
    struct analysis_psl *psl;
    verdict_fn fn;
    void *arg;
    struct plot plots[3]; /* before, now, after: which is which turns */
    unsigned before, now, after;
    struct counter counters[SNOW_BLOCK_SIZE * SNOW_BLOCK_NAMES_MAX];
};

struct analysis_seen analysis_seen_in(const struct snow_block *block,
                                      unsigned i)
{
    struct analysis_seen seen = {
        .addr = snow_addr_add(block->first, i),
        .status = block->status[i],
        .n_names = block->n_names[i],
        .names = snow_block_names(block, i),
        .seen_utc_s = block->seen_utc_s[i],
    };

    if (!seen.names)
        seen.n_names = 0;
    return seen;
}

int analysis_neighbours_new(struct neighbours **out, struct facts *facts,
                            struct analysis_psl *psl, verdict_fn fn, void *arg)
{
    struct neighbours *n = calloc(1, sizeof *n);

    if (!n)
        return SNOW_ENOMEM;
    n->facts = facts;
    n->psl = psl;
    n->fn = fn;
    n->arg = arg;
    n->now = 1;
    n->after = 2;
    *out = n;
    return 0;
}

void analysis_neighbours_free(struct neighbours *n)
{
    free(n);
}

/* A host part of one label that only few would choose. */
static uint64_t rare_label(const char *host, size_t len)
{
    if (len < 3 || memchr(host, '.', len) ||
        analysis_label_is_common(host, len))
        return 0;
    return map_hash(host, len) | 1;
}

static size_t host_octets(const char *name, const char *domain)
{
    return domain > name ? (size_t)(domain - name) - 1 : 0;
}

static int domain_id(struct neighbours *n, const struct analysis_split *s,
                     const char *domain, uint32_t *id)
{
    if (n->fn) /* all domains are known by now, but for a store that grows */
        return analysis_facts_find(n->facts, domain, id) ? 0 : SNOW_ENOTFOUND;
    if (s->is_private && domain == s->domain)
        return analysis_facts_private(n->facts, domain, s->suffix,
                                      s->icann ? s->icann : s->suffix, id);
    return analysis_facts_domain(n->facts, domain, id);
}

/* Take one name apart. SNOW_ENOTFOUND: it names nobody. */
static int read_name(struct neighbours *n, struct host_name *out,
                     const char *name, struct snow_addr addr)
{
    struct plot *p = &n->plots[n->after];
    struct analysis_template t;
    struct analysis_split s;
    const char *domain;
    size_t host_len;
    bool is_generic;

    if (!analysis_psl_split(&s, n->psl, name,
                            n->fn ? p->suffix_labels : ANALYSIS_SUFFIX_MAX))
        return SNOW_ENOTFOUND;
    if (s.suffix_labels > p->suffix_labels)
        p->suffix_labels = s.suffix_labels;
    if (!s.domain && !s.icann)
        return SNOW_ENOTFOUND;
    host_len = host_octets(name, s.icann ? s.icann : s.domain);
    is_generic = !s.domain ||
                 (s.is_private && analysis_name_embeds(name, host_len, addr));
    domain = is_generic && s.icann ? s.icann : s.domain;
    host_len = host_octets(name, domain);
    analysis_name_template(&t, name, host_len);
    *out = (struct host_name){
        .skeleton = t.skeleton,
        .number = t.number,
        .hash = n->fn ? map_hash(name, strlen(name)) : 0,
        .label = rare_label(name, host_len),
        .extra_labels = (uint8_t)analysis_extra_labels(name, domain),
        .is_generic =
            is_generic || analysis_name_is_generic(name, host_len, addr),
        .is_numbered = t.is_numbered && !t.is_mail,
        .is_esp = analysis_name_is_esp(name, host_len),
    };
    return domain_id(n, &s, domain, &out->domain);
}

static int compare_text(const void *a, const void *b)
{
    return strcmp(a, b);
}

static int read_names(struct neighbours *n, struct place *p,
                      const struct analysis_seen *seen)
{
    char names[SNOW_BLOCK_NAMES_MAX][ANALYSIS_NAME_MAX];
    const char *raw = seen->names;
    size_t n_names = 0;

    for (unsigned i = 0; i < seen->n_names && i < SNOW_BLOCK_NAMES_MAX; i++) {
        n_names += analysis_name_normalise(names[n_names], raw);
        raw += strlen(raw) + 1;
    }
    /* the order in which a server lists its records means nothing */
    if (n_names > 1)
        qsort(names, n_names, sizeof names[0], compare_text);
    for (size_t i = 0; i < n_names; i++) {
        int code = read_name(n, &p->names[p->n], names[i], seen->addr);

        if (code == SNOW_ENOMEM)
            return code;
        if (code == 0)
            p->n++;
    }
    return 0;
}

static void read_place(struct place *p, const struct analysis_seen *seen)
{
    p->is_present = true;
    p->seen_utc_s = seen->seen_utc_s;
    p->is_unasked = seen->status == SNOW_PTR_OUTSIDE;
    p->is_unknown = p->is_unasked || seen->status == SNOW_PTR_PENDING ||
                    snow_ptr_status_is_failure(seen->status);
}

static int compare_counters(const void *a, const void *b)
{
    const struct counter *x = a, *y = b;

    if (x->name->domain != y->name->domain)
        return x->name->domain < y->name->domain ? -1 : 1;
    if (x->name->skeleton != y->name->skeleton)
        return x->name->skeleton < y->name->skeleton ? -1 : 1;
    return x->at != y->at ? (x->at < y->at ? -1 : 1)
                          : (x->name > y->name) - (x->name < y->name);
}

/* Does the number of one template go one way, address for address? */
static bool is_sequence(const struct counter *c, size_t n)
{
    size_t steps = 0, up = 0, down = 0;

    for (size_t i = 1; i < n; i++) {
        if (c[i].at == c[i - 1].at)
            continue;
        steps++;
        up += c[i].name->number > c[i - 1].name->number;
        down += c[i].name->number < c[i - 1].name->number;
    }
    return steps + 1 >= SEQUENCE_ADDRS &&
           ((steps - up) * SEQUENCE_STEPS <= steps ||
            (steps - down) * SEQUENCE_STEPS <= steps);
}

/* Most blocks have one template, in the order of its addresses already. */
static void sort_counters(struct counter *c, size_t n)
{
    for (size_t i = 1; i < n; i++)
        if (compare_counters(&c[i - 1], &c[i]) > 0) {
            qsort(c, n, sizeof *c, compare_counters);
            return;
        }
}

/* Find counters: their names are generic, whatever their words. */
static void mark_sequences(struct counter *c, struct plot *p)
{
    size_t n = 0;

    for (unsigned i = 0; i < SNOW_BLOCK_SIZE; i++)
        for (unsigned k = 0; k < p->places[i].n; k++)
            if (p->places[i].names[k].is_numbered)
                c[n++] = (struct counter){ &p->places[i].names[k], i };
    sort_counters(c, n);
    for (size_t i = 0, len; i < n; i += len) {
        for (len = 1; i + len < n &&
                      c[i].name->domain == c[i + len].name->domain &&
                      c[i].name->skeleton == c[i + len].name->skeleton;)
            len++;
        if (!is_sequence(c + i, len))
            continue;
        for (size_t k = 0; k < len; k++)
            c[i + k].name->is_generic = true;
    }
}

static int learn(struct neighbours *n, const struct plot *p)
{
    bool has_own = false;

    for (unsigned i = 0; i < SNOW_BLOCK_SIZE; i++) {
        const struct place *place = &p->places[i];
        struct facts_name names[SNOW_BLOCK_NAMES_MAX];

        for (unsigned k = 0; k < place->n; k++) {
            has_own |= !place->names[k].is_generic;
            names[k] = (struct facts_name){
                .domain = place->names[k].domain,
                .skeleton = place->names[k].skeleton,
                .label = place->names[k].label,
                .is_generic = place->names[k].is_generic,
                .is_numbered = place->names[k].is_numbered,
            };
        }
        if (analysis_facts_learn(n->facts, names, place->n))
            return SNOW_ENOMEM;
    }
    return has_own ? marks_raise(&n->facts->suffix_labels, p->first,
                                 p->suffix_labels)
                   : 0;
}

static const struct place *place_at(const struct neighbours *n,
                                    struct snow_addr addr)
{
    struct snow_addr block = snow_addr_block(addr);

    for (unsigned i = 0; i < 3; i++)
        if (n->plots[i].is_used &&
            snow_addr_compare(n->plots[i].first, block) == 0)
            return &n->plots[i].places[addr.lo & (SNOW_BLOCK_SIZE - 1)];
    return NULL;
}

static bool is_usable(const struct neighbours *n, const struct host_name *name)
{
    return !name->is_generic &&
           analysis_facts_is_usable(n->facts, name->domain);
}

static bool has_domain(const struct neighbours *n, const struct place *p,
                       uint32_t domain)
{
    for (unsigned i = 0; p && i < p->n; i++)
        if (p->names[i].domain == domain && is_usable(n, &p->names[i]))
            return true;
    return false;
}

/* How much the neighbours speak for a domain; the nearer, the louder. */
static unsigned support(const struct neighbours *n, struct snow_addr addr,
                        uint32_t domain)
{
    unsigned sum = 0;

    for (unsigned d = 1; d <= REACH; d++) {
        struct snow_addr left = { addr.hi - (addr.lo < d), addr.lo - d };

        sum += has_domain(n, place_at(n, left), domain) * (REACH + 1 - d);
        sum += has_domain(n, place_at(n, snow_addr_add(addr, d)), domain) *
               (REACH + 1 - d);
    }
    return sum;
}

static const struct host_name *
choose(const struct neighbours *n, const struct place *p, struct snow_addr addr)
{
    const struct host_name *best = NULL;
    unsigned best_support = 0;

    for (unsigned i = 0; i < p->n; i++) {
        unsigned s;

        if (!is_usable(n, &p->names[i]))
            continue;
        s = p->n > 1 ? support(n, addr, p->names[i].domain) : 0;
        if (!best || s > best_support) {
            best = &p->names[i];
            best_support = s;
        }
    }
    return best;
}

static int hand_out(struct neighbours *n, const struct plot *p)
{
    for (unsigned i = 0; i < SNOW_BLOCK_SIZE; i++) {
        const struct place *place = &p->places[i];
        struct verdict v = { .addr = snow_addr_add(p->first, i),
                             .is_unasked = place->is_unasked,
                             .seen_utc_s = place->seen_utc_s };
        int code;

        if (!place->is_present)
            continue;
        v.name = choose(n, place, v.addr);
        if (!v.name && !place->is_unknown)
            continue;
        code = n->fn(n->arg, &v);
        if (code)
            return code;
    }
    return 0;
}

/* The block in `after` is complete. The first pass learns it at once; the
 * second hands out the one before it, whose neighbours are known now. */
static int turn(struct neighbours *n)
{
    struct plot *after = &n->plots[n->after];
    unsigned freed = n->before;
    int code = 0;

    if (after->is_used && after->suffix_labels > 0)
        mark_sequences(n->counters, after);
    if (!n->fn && after->is_used)
        code = learn(n, after);
    if (!code && n->fn && n->plots[n->now].is_used)
        code = hand_out(n, &n->plots[n->now]);
    n->before = n->now;
    n->now = n->after;
    n->after = freed;
    n->plots[n->after].is_used = false;
    return code;
}

/* Names need no clearing: n says how many there are. A generic name is nobody's
 * and speaks for nobody: the second pass does not need to know of it. */
static void clear(struct neighbours *n, struct plot *p, struct snow_addr first)
{
    p->is_used = true;
    p->suffix_labels = n->fn ? marks_get(&n->facts->suffix_labels, first) : 0;
    if (p->suffix_labels > ANALYSIS_SUFFIX_MAX)
        p->suffix_labels = ANALYSIS_SUFFIX_MAX; /* IPv6: not known */
    p->first = first;
    for (unsigned i = 0; i < SNOW_BLOCK_SIZE; i++) {
        p->places[i].n = 0;
        p->places[i].is_present = false;
        p->places[i].is_unknown = false;
    }
}

int analysis_neighbours_add(struct neighbours *n,
                            const struct analysis_seen *seen)
{
    struct snow_addr block = snow_addr_block(seen->addr);
    struct plot *p = &n->plots[n->after];
    struct place *place;

    if (p->is_used && snow_addr_compare(p->first, block) != 0) {
        int code = turn(n);

        if (code)
            return code;
        p = &n->plots[n->after];
    }
    if (!p->is_used)
        clear(n, p, block);
    place = &p->places[seen->addr.lo & (SNOW_BLOCK_SIZE - 1)];
    read_place(place, seen);
    if (seen->status != SNOW_PTR_NAME || (n->fn && p->suffix_labels == 0))
        return 0;
    return read_names(n, place, seen);
}

int analysis_neighbours_finish(struct neighbours *n)
{
    int code = turn(n);

    return code ? code : turn(n);
}
