#include "report/observations.h"

#include "analysis/given.h"
#include "analysis/infra.h"
#include "analysis/mail_setup.h"
#include "analysis/names.h"
#include "analysis/runs.h"
#include "analysis/website.h"
#include "base/records.h"
#include "report/layout.h"

#define TEXT_MAX 1400
/* Lines sort by their text: the number in front keeps addresses in order. */
#define ORDER "%016llx%016llx "
#define ORDER_LEN 33
#define LINES_MAX 4096 /* kept of a kind; more are counted, not kept */

static const struct {
    enum snow_score_part part;
    unsigned least; /* how often a line must have been seen; 0: all are told */
    const char *before;
    size_t skip; /* octets that only bring lines into order */
} kinds[] = {
#define X(id, part, least, before, skip)                                       \
    { SNOW_PART_##part, least, before, skip },
    REPORT_OBSERVATIONS(X)
#undef X
};

/** While it is filled. */
struct search {
    struct report_observations *to;
    const struct report_request *q;
    const struct snow_finding *f;
    struct map domains; /* of the finding */
    struct map labels;  /* with their domains: each pair counts once */
    struct run *own;    /* [f->n_ranges] its ranges, as runs */
    uint32_t *all;      /* [f->n_ranges] 0, 1, 2 … */
};

static int add(struct search *s, enum report_observation kind,
               const char *format, ...) __attribute__((format(printf, 3, 4)));

static int add(struct search *s, enum report_observation kind,
               const char *format, ...)
{
    struct map *lines = &s->to->of[kind];
    char text[TEXT_MAX];
    va_list args;
    uint64_t *n;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (lines->n >= LINES_MAX && !map_get(lines, text, strlen(text)))
        return 0;
    n = map_put(lines, text, strlen(text));
    if (!n)
        return SNOW_ENOMEM;
    ++*n;
    return 0;
}

static bool is_of_finding(const struct search *s, const char *domain)
{
    return map_get(&s->domains, domain, strlen(domain)) != NULL;
}

/* The range that holds an address, or the next one. */
static size_t range_at(const struct snow_finding *f, struct snow_addr a)
{
    size_t low = 0, high = f->n_ranges;

    while (low < high) {
        size_t mid = low + (high - low) / 2;

        if (snow_addr_compare(f->ranges[mid].last, a) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

static bool is_inside(const struct snow_finding *f, struct snow_addr a)
{
    size_t i = range_at(f, a);

    return i < f->n_ranges && snow_addr_compare(f->ranges[i].first, a) <= 0;
}

/* --- names and greetings --- */

/* Below which of the domains is it? NULL: none. */
static const char *domain_of(const struct search *s, const char *name)
{
    while (name && !is_of_finding(s, name)) {
        const char *dot = strchr(name, '.');

        name = dot ? dot + 1 : NULL;
    }
    return name;
}

/* The first label of a host, where it is one that few would choose. */
static int add_label(struct search *s, const char *name)
{
    const char *domain = domain_of(s, name);
    size_t len = strcspn(name, ".");
    char pair[SNOW_NAME_MAX];
    uint64_t *seen;

    if (!domain || domain == name || analysis_label_is_common(name, len))
        return 0;
    snprintf(pair, sizeof pair, "%.*s %s", (int)len, name, domain);
    seen = map_put(&s->labels, pair, strlen(pair));
    if (!seen)
        return SNOW_ENOMEM;
    return ++*seen == 1 ? add(s, REPORT_OBSERVED_LABEL, "%.*s", (int)len, name)
                        : 0;
}

static int add_names(struct search *s, const struct snow_block *b, unsigned i)
{
    struct snow_addr a = snow_addr_add(b->first, i);
    const char *names = snow_block_names(b, i);
    char addr[SNOW_ADDR_TEXT_MAX];
    int code = 0;

    if (!names || !is_inside(s->f, a))
        return 0;
    snow_addr_format(a, addr);
    for (unsigned k = 0; !code && k < b->n_names[i]; k++) {
        code = add_label(s, names);
        names += strlen(names) + 1;
    }
    names = snow_block_names(b, i);
    return code ? code
                : add(s, REPORT_OBSERVED_NAME, ORDER "%s %s%s",
                      (unsigned long long)a.hi, (unsigned long long)a.lo, addr,
                      names, b->n_names[i] > 1 ? " and others" : "");
}

static int on_block(void *arg, const struct snow_block *b, bool is_closed)
{
    struct search *s = arg;
    size_t at = range_at(s->f, b->first);
    int code = 0;

    (void)is_closed;
    if (at == s->f->n_ranges ||
        snow_addr_compare(s->f->ranges[at].first,
                          snow_addr_add(b->first, SNOW_BLOCK_SIZE - 1)) > 0)
        return 0;
    for (unsigned i = 0; !code && i < SNOW_BLOCK_SIZE; i++)
        code = add_names(s, b, i);
    return code;
}

static int on_probe(void *arg, const struct snow_probe *p)
{
    struct search *s = arg;
    char addr[SNOW_ADDR_TEXT_MAX];
    int code, len = p->banner_len < 200 ? (int)p->banner_len : 200;

    if (!is_inside(s->f, p->addr))
        return 0;
    snow_addr_format(p->addr, addr);
    code = add(s, REPORT_OBSERVED_GREETING, ORDER "%s %s%s%.*s",
               (unsigned long long)p->addr.hi, (unsigned long long)p->addr.lo,
               addr, snow_smtp_status_word(p->status), len > 0 ? ": " : "", len,
               len > 0 ? p->banner : "");
    if (!code && p->tls.spki_sha256[0])
        code = add(s, REPORT_OBSERVED_KEY, "%s", p->tls.spki_sha256);
    return code;
}

/* --- registrations --- */

static int add_registration(struct search *s, const struct snow_registration *r)
{
    char created[TEXT_TIME_MAX], id[32] = "";
    int code = 0;

    if (r->status != SNOW_REGISTRATION_REGISTERED)
        return 0;
    text_format_time(r->created_utc_s, created);
    if (r->created_is_date_only)
        created[strcspn(created, "T")] = '\0';
    if (r->registrar_iana_id)
        snprintf(id, sizeof id, " (IANA %lu)",
                 (unsigned long)r->registrar_iana_id);
    if (*created)
        code = add(s, REPORT_OBSERVED_CREATED, "%s %s%s%.100s", created,
                   r->domain, r->registrar[0] ? ", " : "", r->registrar);
    if (!code && (r->registrar[0] || *id))
        code = add(s, REPORT_OBSERVED_REGISTRAR, "%s%s", r->registrar, id);
    if (!code && r->nameservers[0])
        code = add(s, REPORT_OBSERVED_NS, "%s", r->nameservers);
    return code;
}

static int on_registration(void *arg, const struct snow_evidence *e)
{
    struct search *s = arg;
    struct snow_registration *r;
    int code;

    if (!is_of_finding(s, e->subject) ||
        (s->q->given && given_has(s->q->given, e->subject)))
        return 0;
    r = malloc(sizeof *r);
    if (!r)
        return SNOW_ENOMEM;
    code = record_registration_parse_json(r, e->data, e->data_len);
    if (!code)
        code = add_registration(s, r);
    free(r);
    return code == SNOW_ESYNTAX ? 0 : code;
}

static int add_given(struct search *s)
{
    struct snow_registration r;
    int code = 0;

    for (size_t i = 0; s->q->given && !code && i < s->f->n_domains; i++)
        if (given_get(s->q->given, s->f->domains[i], &r))
            code = add_registration(s, &r);
    return code;
}

/* --- mail and web --- */

static int add_spf(struct search *s, const char *domain,
                   const struct analysis_mail_setup *m)
{
    const struct infra_owner owner = {
        .name = domain, .all = s->own, .runs = s->all, .n_runs = s->f->n_ranges
    };
    struct buf form = { 0 };
    int code;

    if (m->spf_len == 0)
        return 0;
    code = add(s, REPORT_OBSERVED_SPF, "%s: %.*s", domain, (int)m->spf_len,
               m->spf_text);
    analysis_infra_spf(&form, &owner, m);
    if (form.failed)
        code = SNOW_ENOMEM;
    if (!code)
        code = add(s, REPORT_OBSERVED_SPF_FORM, "%s", form.data);
    buf_fini(&form);
    return code;
}

static int add_mail(struct search *s, const char *domain,
                    const struct analysis_mail_setup *m)
{
    int code = add_spf(s, domain, m);

    if (!code && m->n_mx > 0)
        code = add(s, REPORT_OBSERVED_MX, "%s: mail goes to %s%s", domain,
                   m->mx[0].host, m->n_mx > 1 ? " and others" : "");
    if (!code && m->soa_mailbox[0])
        code =
            add(s, REPORT_OBSERVED_SOA, "%s %s", m->soa_server, m->soa_mailbox);
    return code;
}

static int on_mail(void *arg, const struct snow_evidence *e)
{
    struct search *s = arg;
    struct analysis_mail_setup *m;
    int code;

    if (!is_of_finding(s, e->subject))
        return 0;
    m = malloc(sizeof *m);
    if (!m)
        return SNOW_ENOMEM;
    code = analysis_mail_parse_json(m, e->data, e->data_len);
    if (!code)
        code = add_mail(s, e->subject, m);
    free(m);
    return code == SNOW_ESYNTAX ? 0 : code;
}

static int on_website(void *arg, const struct snow_evidence *e)
{
    struct search *s = arg;
    struct analysis_website w;
    int code;

    if (!is_of_finding(s, e->subject))
        return 0;
    code = analysis_website_parse_json(&w, e->data, e->data_len);
    if (code)
        return code == SNOW_ESYNTAX ? 0 : code;
    code = add(s, REPORT_OBSERVED_WEBSITE, "%s: %s%s%s%s%s", e->subject,
               analysis_website_status_word(w.status), w.detail[0] ? ", " : "",
               w.detail, w.title[0] ? ", titled " : "", w.title);
    if (!code && w.status == WEBSITE_CONTENT && w.title[0])
        code = add(s, REPORT_OBSERVED_TITLE, "%s", w.title);
    return code;
}

/* --- all of it --- */

static int search_init(struct search *s)
{
    const struct snow_finding *f = s->f;

    s->own = calloc(f->n_ranges + 1, sizeof *s->own);
    s->all = calloc(f->n_ranges + 1, sizeof *s->all);
    if (!s->own || !s->all)
        return SNOW_ENOMEM;
    for (size_t i = 0; i < f->n_ranges; i++) {
        s->own[i].first = f->ranges[i].first;
        s->own[i].last = f->ranges[i].last;
        s->all[i] = (uint32_t)i;
    }
    for (size_t i = 0; i < f->n_domains; i++)
        if (!map_put(&s->domains, f->domains[i], strlen(f->domains[i])))
            return SNOW_ENOMEM;
    return 0;
}

static int read_store(struct search *s, struct snow_error *err)
{
    static const struct {
        const char *kind;
        int (*fn)(void *arg, const struct snow_evidence *e);
    } evidence[] = {
        { "registration", on_registration },
        { "mail", on_mail },
        { "web", on_website },
    };
    struct snow_store *store = s->q->store;
    int code = snow_store_each_block(store, s->q->scan, on_block, s, err);

    if (!code)
        code = snow_store_each_probe(store, s->q->scan, on_probe, s, err);
    for (size_t i = 0; !code && i < COUNT_OF(evidence); i++)
        code = snow_store_each_evidence(store, s->q->scan, evidence[i].kind,
                                        evidence[i].fn, s, err);
    return code;
}

int report_observations_load(struct report_observations *out,
                             const struct report_request *q,
                             const struct snow_finding *f,
                             struct snow_error *err)
{
    struct search s = { .to = out, .q = q, .f = f };
    int code;

    *out = (struct report_observations){ 0 };
    if (!q->store)
        return 0;
    code = search_init(&s);
    if (!code)
        code = add_given(&s);
    if (!code)
        code = read_store(&s, err);
    map_fini(&s.domains);
    map_fini(&s.labels);
    free(s.own);
    free(s.all);
    if (code)
        report_observations_fini(out);
    return code;
}

void report_observations_fini(struct report_observations *o)
{
    for (size_t i = 0; i < REPORT_N_OBSERVATIONS; i++)
        map_fini(&o->of[i]);
}

/* --- printing --- */

struct line {
    const char *text;
    uint64_t n; /* 0 where lines are not counted */
};

static int compare_lines(const void *a, const void *b)
{
    const struct line *x = a, *y = b;

    if (x->n != y->n)
        return x->n > y->n ? -1 : 1;
    return strcmp(x->text, y->text);
}

/* The lines of a kind that are worth telling, the first ones first. */
static struct line *sort_lines(const struct map *lines, unsigned least,
                               size_t *n)
{
    struct line *sorted = calloc(lines->n + 1, sizeof *sorted);
    const char *text;
    uint64_t seen;

    *n = 0;
    for (size_t at = 0, len;
         sorted && map_next(lines, &at, &text, &len, &seen);)
        if (seen >= least)
            sorted[(*n)++] = (struct line){ text, least > 0 ? seen : 0 };
    if (*n > 0)
        qsort(sorted, *n, sizeof *sorted, compare_lines);
    return sorted;
}

static void print_kind(struct buf *to, const struct report_observations *o,
                       unsigned kind, size_t indent, size_t width)
{
    size_t n;
    struct line *lines = sort_lines(&o->of[kind], kinds[kind].least, &n);
    size_t shown = n < REPORT_OBSERVATION_LINES ? n : REPORT_OBSERVATION_LINES;

    to->failed |= !lines;
    for (size_t i = 0; lines && i < shown; i++) {
        struct buf line = { 0 };

        if (lines[i].n > 0)
            buf_printf(&line, "%llu x ", (unsigned long long)lines[i].n);
        buf_add_text(&line, kinds[kind].before);
        buf_add_text(&line, lines[i].text + kinds[kind].skip);
        buf_printf(to, "%*s", (int)indent, "");
        layout_fit(to, line.failed ? "" : line.data, width - indent);
        buf_add_char(to, '\n');
        to->failed |= line.failed;
        buf_fini(&line);
    }
    if (n > shown)
        buf_printf(to, "%*sand %zu more\n", (int)indent, "", n - shown);
    free(lines);
}

void report_observations_print(struct buf *to,
                               const struct report_observations *o,
                               enum snow_score_part part, size_t indent,
                               size_t width)
{
    for (unsigned i = 0; i < REPORT_N_OBSERVATIONS; i++)
        if (kinds[i].part == part)
            print_kind(to, o, i, indent, width);
}
