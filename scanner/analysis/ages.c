#include "analysis/ages.h"

#include <math.h>
#include <string.h>

#include "base/text.h"
#include "snowline/error.h"

/* A registrar that nobody else in the scan uses still has some customers. */
#define SHARE_MIN .002

/* With fewer domains outside of runs, all domains tell how common a set of
 * name servers is. */
#define NAMESERVERS_MIN 50

#define NAMESERVERS_TEXT_MAX 1024

void analysis_ages_fini(struct ages *a)
{
    for (size_t i = 0; i < a->n_registrars; i++)
        free(a->registrars[i].name);
    free(a->registrars);
    map_fini(&a->registrar_ids);
    map_fini(&a->nameserver_df);
    free(a->all);
    free(a->of);
    free(a->dates);
    free(a->left_out);
    *a = (struct ages){ 0 };
}

/* The key is the IANA number; where there is none, the name, folded. */
static void registrar_key(char out[300], const struct snow_registration *r)
{
    if (r->registrar_iana_id) {
        snprintf(out, 300, "#%lu", (unsigned long)r->registrar_iana_id);
        return;
    }
    text_copy(out, 300, r->registrar);
    for (char *c = out; *c; c++)
        *c = text_lower(*c);
}

static int put_registrar(struct ages *a, const struct snow_registration *r,
                         uint32_t *index)
{
    char key[300];
    uint64_t *at;

    *index = 0;
    registrar_key(key, r);
    if (!*key)
        return 0;
    at = map_put(&a->registrar_ids, key, strlen(key));
    if (!at)
        return SNOW_ENOMEM;
    if (*at == 0) {
        size_t cap = a->registrars_cap ? a->registrars_cap * 2 : 16;
        struct registrar *all = a->registrars;
        char *name;

        if (a->n_registrars == a->registrars_cap) {
            all = realloc(all, cap * sizeof *all);
            if (!all)
                return SNOW_ENOMEM;
            a->registrars = all;
            a->registrars_cap = cap;
        }
        name = strdup(r->registrar);
        if (!name)
            return SNOW_ENOMEM;
        all[a->n_registrars] =
            (struct registrar){ .iana_id = r->registrar_iana_id, .name = name };
        *at = ++a->n_registrars;
    }
    *index = (uint32_t)*at;
    return 0;
}

static int compare_lines(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Hash of the sorted set; a server within the domain itself counts by its
 * label, so that ns1.a.com of a.com and ns1.b.com of b.com are alike. */
static uint64_t nameserver_hash(const struct snow_registration *r)
{
    char text[NAMESERVERS_TEXT_MAX], *servers[32], *rest = text;
    size_t n = 0, domain_len = strlen(r->domain);
    uint64_t hash = 0;

    text_copy(text, sizeof text, r->nameservers);
    for (char *c = text; *c; c++)
        *c = text_lower(*c);
    while (rest && *rest && n < COUNT_OF(servers)) {
        char *server = strsep(&rest, ";");
        size_t len = strlen(server);

        if (len > 0 && server[len - 1] == '.')
            server[--len] = '\0';
        if (len > domain_len && server[len - domain_len - 1] == '.' &&
            strcmp(server + len - domain_len, r->domain) == 0)
            server[len - domain_len] = '\0';
        if (*server)
            servers[n++] = server;
    }
    qsort(servers, n, sizeof *servers, compare_lines);
    for (size_t i = 0; i < n; i++)
        hash = (hash ^ map_hash(servers[i], strlen(servers[i]))) * 31 + 1;
    return n ? hash | 1 : 0;
}

static int room_for_one(struct ages *a)
{
    size_t cap = a->cap ? a->cap * 2 : 256;
    struct age *all;

    if (!a->of)
        a->of = calloc(a->facts->n + 1, sizeof *a->of);
    if (!a->of)
        return SNOW_ENOMEM;
    if (a->n < a->cap)
        return 0;
    all = realloc(a->all, cap * sizeof *all);
    if (!all)
        return SNOW_ENOMEM;
    a->all = all;
    a->cap = cap;
    return 0;
}

int analysis_ages_add(struct ages *a, const struct snow_registration *r)
{
    struct age age = {
        .created_utc_s = r->created_utc_s,
        .sighted_utc_s = SNOW_TIME_UNKNOWN,
        .is_date_only = r->created_is_date_only,
    };
    int code;

    if (r->status != SNOW_REGISTRATION_REGISTERED ||
        !analysis_facts_find(a->facts, r->domain, &age.domain))
        return 0;
    code = room_for_one(a);
    if (code || a->of[age.domain])
        return code;
    code = put_registrar(a, r, &age.registrar);
    if (code)
        return code;
    age.nameservers = nameserver_hash(r);
    a->all[a->n] = age;
    a->of[age.domain] = (uint32_t)++a->n;
    return 0;
}

struct age *analysis_ages_get(const struct ages *a, uint32_t domain)
{
    return a->of && a->of[domain] ? &a->all[a->of[domain] - 1] : NULL;
}

static int compare_dates(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

static void sort_dates(int64_t *dates, size_t n)
{
    if (n > 0)
        qsort(dates, n, sizeof *dates, compare_dates);
}

static int list_dates(struct ages *a)
{
    a->dates = calloc(a->n + 1, sizeof *a->dates);
    a->left_out = calloc(a->n + 1, sizeof *a->left_out);
    if (!a->dates || !a->left_out)
        return SNOW_ENOMEM;
    for (size_t i = 0; i < a->n; i++)
        if (a->all[i].created_utc_s != SNOW_TIME_UNKNOWN)
            a->dates[a->n_dated++] = a->all[i].created_utc_s;
    sort_dates(a->dates, a->n_dated);
    return 0;
}

void analysis_ages_count(struct ages *a)
{
    a->n_sold = 0;
    for (size_t i = 0; i < a->n_registrars; i++)
        a->registrars[i].n_dated = 0;
    for (size_t i = 0; i < a->n; i++) {
        const struct age *age = &a->all[i];

        if (age->created_utc_s == SNOW_TIME_UNKNOWN || age->registrar == 0)
            continue;
        a->registrars[age->registrar - 1].n_dated++;
        a->n_sold++;
    }
}

static int count_nameservers(struct ages *a, bool runs_too)
{
    map_fini(&a->nameserver_df);
    a->n_nameservers = 0;
    for (size_t i = 0; i < a->n; i++) {
        const struct age *age = &a->all[i];
        bool is_in_run = a->facts->domains[age->domain].flags & DOMAIN_IN_RUN;
        uint64_t *df;

        if (age->nameservers == 0 || (is_in_run && !runs_too))
            continue;
        df = map_put(&a->nameserver_df, &age->nameservers,
                     sizeof age->nameservers);
        if (!df)
            return SNOW_ENOMEM;
        ++*df;
        a->n_nameservers++;
    }
    return 0;
}

int analysis_ages_settle(struct ages *a)
{
    int code = list_dates(a);

    analysis_ages_count(a);

    if (!code)
        code = count_nameservers(a, false);
    if (!code && a->n_nameservers < NAMESERVERS_MIN)
        code = count_nameservers(a, true);
    return code;
}

double analysis_ages_days(const struct ages *a, uint32_t domain)
{
    const struct age *age = analysis_ages_get(a, domain);

    if (!age || age->created_utc_s == SNOW_TIME_UNKNOWN)
        return NAN;
    return ((double)a->now_utc_s - (double)age->created_utc_s) / 86400;
}

double analysis_ages_days_new(const struct ages *a, uint32_t domain)
{
    const struct age *age = analysis_ages_get(a, domain);
    double now = analysis_ages_days(a, domain), then;

    if (isnan(now) || age->sighted_utc_s == SNOW_TIME_UNKNOWN ||
        age->sighted_utc_s < age->created_utc_s)
        return now;
    then = (double)(age->sighted_utc_s - age->created_utc_s) / 86400;
    return then < now && now - then <= AGE_SIGHTED_DAYS ? then : now;
}

bool analysis_ages_is_old(const struct ages *a, uint32_t domain)
{
    return analysis_ages_days(a, domain) > AGE_OLD_DAYS;
}

void analysis_ages_test(struct ages *a, const uint32_t *domains, size_t n)
{
    a->tested = domains;
    a->n_tested = n;
    a->n_left_out = 0;
    for (size_t i = 0; i < n; i++) {
        const struct age *age = analysis_ages_get(a, domains[i]);

        if (age && age->created_utc_s != SNOW_TIME_UNKNOWN)
            a->left_out[a->n_left_out++] = age->created_utc_s;
    }
    sort_dates(a->left_out, a->n_left_out);
}

struct burst_background analysis_ages_background(const struct ages *a)
{
    return (struct burst_background){ .created_utc_s = a->dates,
                                      .n = a->n_dated,
                                      .now_utc_s = a->now_utc_s,
                                      .left_out = a->left_out,
                                      .n_left_out = a->n_left_out };
}

double analysis_ages_registrar_share(const struct ages *a, uint32_t registrar)
{
    uint64_t n = a->n_sold, have_it = a->registrars[registrar - 1].n_dated;
    double share;

    for (size_t i = 0; i < a->n_tested; i++) {
        const struct age *age = analysis_ages_get(a, a->tested[i]);

        if (!age || age->created_utc_s == SNOW_TIME_UNKNOWN ||
            age->registrar == 0)
            continue;
        n--;
        have_it -= age->registrar == registrar;
    }
    share = ((double)have_it + 1) / ((double)n + (double)a->n_registrars);
    return share < SHARE_MIN ? SHARE_MIN : share > 1 ? 1 : share;
}

double analysis_idf(uint64_t df, uint64_t n)
{
    double idf;

    if (df == 0 || df > n || df * 2 > n || (df > 20 && df * 50 > n))
        return 0;
    idf = log10((double)n / (double)df);
    return idf < 3 ? idf : 3;
}

double analysis_ages_nameserver_idf(const struct ages *a, uint64_t nameservers)
{
    const uint64_t *df =
        map_get(&a->nameserver_df, &nameservers, sizeof nameservers);

    return analysis_idf((df ? *df : 0) + 1, a->n_nameservers + 1);
}
