/* What lists for machines cost: N runs of a domain each, a hundred to a
 * campaign, written as each format.
 *
 * usage: build/release/bench/lists [RUNS]
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "base/text.h"
#include "report/report.h"

#define PER_CAMPAIGN 100

static const char *const formats[] = { "cidr", "rbldnsd", "rpz", "nft",
                                       "postfix" };

struct world {
    size_t n_runs, n_campaigns;
    struct snow_finding *all; /* campaigns, then runs */
    struct snow_range *ranges;
    char (*names)[40];
    char **domains;
};

/* Runs of 4 to 8 addresses that begin anywhere, a gap between two. */
static void make_run(struct world *w, size_t i)
{
    struct snow_finding *f = &w->all[w->n_campaigns + i];
    uint32_t first = 0x0a000000u + (uint32_t)i * 16 + (uint32_t)(i * 7 % 5);

    w->ranges[i].first = snow_addr_from_ipv4(first);
    w->ranges[i].last = snow_addr_from_ipv4(first + 3 + (uint32_t)(i % 5));
    snprintf(w->names[i], sizeof w->names[i], "bench-%06zu.example", i);
    w->domains[i] = w->names[i];
    *f = (struct snow_finding){ .kind = SNOW_RUN,
                                .tier = SNOW_TIER_CONTEXT,
                                .ranges = &w->ranges[i],
                                .n_ranges = 1,
                                .domains = &w->domains[i],
                                .n_domains = 1 };
    snprintf(f->id, sizeof f->id, "r%016zx", i);
    snprintf(f->parent_id, sizeof f->parent_id, "c%016zx", i / PER_CAMPAIGN);
}

static void make_campaign(struct world *w, size_t i)
{
    size_t from = i * PER_CAMPAIGN;
    size_t n =
        w->n_runs - from < PER_CAMPAIGN ? w->n_runs - from : PER_CAMPAIGN;

    w->all[i] = (struct snow_finding){ .kind = SNOW_CAMPAIGN,
                                       .tier = SNOW_TIER_HIGH,
                                       .ranges = &w->ranges[from],
                                       .n_ranges = n,
                                       .domains = &w->domains[from],
                                       .n_domains = n };
    snprintf(w->all[i].id, sizeof w->all[i].id, "c%016zx", i);
}

static void make_world(struct world *w, size_t n_runs)
{
    w->n_runs = n_runs;
    w->n_campaigns = (n_runs + PER_CAMPAIGN - 1) / PER_CAMPAIGN;
    w->all = calloc(w->n_runs + w->n_campaigns, sizeof *w->all);
    w->ranges = calloc(n_runs, sizeof *w->ranges);
    w->names = calloc(n_runs, sizeof *w->names);
    w->domains = calloc(n_runs, sizeof *w->domains);
    if (!w->all || !w->ranges || !w->names || !w->domains)
        abort();
    for (size_t i = 0; i < n_runs; i++)
        make_run(w, i);
    for (size_t i = 0; i < w->n_campaigns; i++)
        make_campaign(w, i);
}

static int count(void *arg, const char *octets, size_t len)
{
    (void)octets;
    *(uint64_t *)arg += len;
    return 0;
}

static void usage_now(double *cpu_s, long *peak_kib)
{
    struct rusage u;

    getrusage(RUSAGE_SELF, &u);
    *cpu_s = (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
             (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
    *peak_kib = u.ru_maxrss;
}

static void measure(const struct snow_findings *f, const char *format)
{
    const struct report_identity id = { .list_zone = "bl.example",
                                        .reporter_contact = "",
                                        .list_expiry_s = 14 * 86400 };
    struct report_request q = { .findings = f,
                                .identity = &id,
                                .made_utc_s = 1526814153 };
    uint64_t octets = 0;
    struct report_out out = { count, &octets };
    double before_s, after_s;
    long before_kib, after_kib;

    usage_now(&before_s, &before_kib);
    if (report_write(&out, report_format_find(format), &q, NULL))
        abort();
    usage_now(&after_s, &after_kib);
    printf("%-8s %8.3f CPU-s %6.1f MiB written, peak %ld MiB (%ld before)\n",
           format, after_s - before_s, (double)octets / (1 << 20),
           after_kib >> 10, before_kib >> 10);
}

int main(int argc, char **argv)
{
    struct world w;
    struct snow_findings f = { 0 };

    make_world(&w, argc > 1 ? strtoul(argv[1], NULL, 10) : 100000);
    f.all = w.all;
    f.n = w.n_campaigns + w.n_runs;
    printf("%zu runs in %zu campaigns\n", w.n_runs, w.n_campaigns);
    for (size_t i = 0; i < COUNT_OF(formats); i++)
        measure(&f, formats[i]);
    free(w.all);
    free(w.ranges);
    free(w.names);
    free(w.domains);
    return 0;
}
