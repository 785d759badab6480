/* What comparing two scans of a store costs: N named addresses each, one in
 * ten with another name in the second.
 *
 * usage: build/release/bench/diff [NAMES [FOLDER]]
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/random.h"
#include "report/report.h"

#define FIRST 0x7f000000u /* 127.0.0.0 */

static const char *const hosts[] = { "mail", "www", "caruk", "tlad", "ns7" };

/* Every second /24 is the provider's, all others are customers': with one
 * address each, in one /24 of 32 with four. */
static void name_of(char out[96], uint32_t addr, unsigned version)
{
    unsigned a = addr >> 24, b = addr >> 16 & 255, c = addr >> 8 & 255,
             d = addr & 255;
    uint64_t state = (addr >> (c % 32 == 1 ? 2 : 0)) * 2654435761u + version;
    uint64_t r = random_next(&state);

    if (c % 2 == 0)
        snprintf(out, 96, "%u-%u-%u-%u.pool%u.bench-provider.net", a, b, c, d,
                 version);
    else
        snprintf(out, 96, "%s.c%llx.%s", hosts[addr % 5],
                 (unsigned long long)(r & 0xfffffff),
                 r >> 40 & 1 ? "com" : "net");
}

static void put_scan(struct snow_store *s, unsigned n_names, unsigned version)
{
    struct snow_scan scan = { .targets = "127.0.0.0-127.255.255.255",
                              .settings = "{}",
                              .created_utc_s = 1526810000 + version * 864000,
                              .now_utc_s = 1526810000 + version * 864000,
                              .finished_utc_s = 1526810000 + version * 864000 };
    struct snow_block b;
    struct snow_record r = { .kind = SNOW_RECORD_BLOCK, .block = &b };

    snow_block_init(&b, snow_addr_from_ipv4(FIRST));
    if (snow_store_add_scan(s, &scan, &r.scan, NULL) ||
        snow_store_begin(s, NULL))
        abort();
    for (uint32_t i = 0; i < n_names; i++) {
        char name[96];

        if (i % 256 == 0)
            snow_block_reset(&b, snow_addr_from_ipv4(FIRST + i));
        name_of(name, FIRST + i, (i / 8) % 10 == 3 ? version : 0);
        snow_block_set(&b, i % 256, SNOW_PTR_NAME, scan.now_utc_s + i % 3600,
                       name, 1);
        if (i % 256 == 255 && snow_store_put(s, &r, NULL))
            abort();
    }
    if (snow_store_commit(s, NULL))
        abort();
    snow_block_fini(&b);
}

static int count_lines(void *arg, const char *octets, size_t len)
{
    for (size_t i = 0; i < len; i++)
        *(unsigned long *)arg += octets[i] == '\n';
    return 0;
}

static double cpu_s(void)
{
    return (double)clock() / CLOCKS_PER_SEC;
}

static int measure(struct snow_store *s, unsigned n_names)
{
    unsigned long lines = 0;
    struct report_changes r = { .format = REPORT_CHANGES_CSV,
                                .to = { count_lines, &lines },
                                .least = SNOW_TIER_REVIEW };
    struct snow_analysis_config older = { .now_utc_s = 1526810000,
                                          .gap_max = 1 },
                                newer = { .now_utc_s = 1527674000,
                                          .gap_max = 1 };
    struct snow_diff d = { s, 1, 2, &older, &newer };
    struct snow_scan scan = { .id = 1 };
    struct snow_error err = { 0 };
    struct rusage usage;
    double begun = cpu_s(), took;
    int code = report_changes_begin(&r, &scan, &scan);

    if (!code)
        code = snow_diff(&d, report_change, &r, &err);
    code = report_changes_end(&r, code);
    took = cpu_s() - begun;
    getrusage(RUSAGE_SELF, &usage);
    if (code)
        fprintf(stderr, "diff: %s\n", err.text);
    printf("diff: %u named addresses in both scans, %lu changes: %.2f CPU-s, "
           "%.0f addresses per CPU-second, peak RSS %.0f MiB\n",
           n_names, lines - 1, took, n_names / took,
           (double)usage.ru_maxrss / 1024);
    return code != 0 || lines < n_names / 20;
}

int main(int argc, char **argv)
{
    unsigned n = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 1u << 20;
    char folder[256], path[300];
    struct snow_store *s;
    int code;

    n &= ~255u;
    snprintf(folder, sizeof folder, "%s/snowline-bench.XXXXXX",
             argc > 2 ? argv[2] : "/tmp");
    if (n == 0 || !mkdtemp(folder))
        return 1;
    snprintf(path, sizeof path, "%s/diff.db", folder);
    if (snow_store_open(&s, path, SNOW_STORE_CREATE, NULL))
        return 1;
    put_scan(s, n, 0);
    put_scan(s, n, 1);
    code = measure(s, n);
    snow_store_close(s);
    unlink(path);
    rmdir(folder);
    return code;
}
