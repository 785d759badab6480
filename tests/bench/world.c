/* A made-up scan to measure the analysis with; nothing is asked of anybody.
 *
 * usage: world STORE names N        N addresses of a hoster, each with a name
 *        world STORE candidates N   N domains with four addresses each, what
 *                                   registries and mail servers say of them,
 *                                   and N / 50 domains around them
 *
 * One domain in twenty belongs to a batch of twelve neighbours: one registrar,
 * one day, one set of name servers. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "base/records.h"
#include "snowline/store.h"

#define FIRST (UINT32_C(10) << 24)
#define NOW INT64_C(1790000000)
#define DAY 86400
#define BATCH 12
#define BATCH_EVERY 240 /* domains: twelve of them are one in twenty */
#define RUN 4           /* addresses of a candidate */

static const char *const tops[] = { "com", "net", "org",  "info",
                                    "top", "xyz", "shop", "online" };
static const char *const hosts[] = { "", "mail.", "smtp.", "mx1." };

struct world {
    struct snow_store *store;
    int64_t scan;
    struct snow_block block;
    struct snow_error err;
};

static void check(const struct world *w, int code)
{
    if (code == 0)
        return;
    fprintf(stderr, "world: %s\n", w->err.text);
    exit(1);
}

/* A number that belongs to a thing and a use of it. */
static uint64_t roll(uint64_t thing, uint64_t use, uint64_t sides)
{
    return random_mix(thing * 64 + use) % sides;
}

static void domain_of(char out[64], uint64_t n)
{
    static const char syllables[][4] = { "ba",  "ne",  "ti",  "ro",
                                         "lu",  "ka",  "mes", "dor",
                                         "vin", "pal", "sun", "gre",
                                         "far", "log", "bit", "win" };
    uint64_t bits = random_mix(n + 7);

    snprintf(out, 64, "%s%s%s%llu.%s", syllables[bits & 15],
             syllables[bits >> 4 & 15], syllables[bits >> 8 & 15],
             (unsigned long long)n, tops[bits >> 12 & 7]);
}

/* Neighbours of one batch, or nobody: 0. */
static uint64_t batch_of(uint64_t domain)
{
    return domain % BATCH_EVERY < BATCH ? domain / BATCH_EVERY + 1 : 0;
}

static void put(struct world *w, const struct snow_record *r)
{
    check(w, snow_store_put(w->store, r, &w->err));
}

static void put_block(struct world *w)
{
    struct snow_record r = { .kind = SNOW_RECORD_BLOCK,
                             .scan = w->scan,
                             .block = &w->block };

    put(w, &r);
}

/* The next address, in ascending order. */
static void add_name(struct world *w, uint32_t at, const char *name)
{
    uint32_t a = FIRST + at;

    if (at % SNOW_BLOCK_SIZE == 0)
        snow_block_reset(&w->block, snow_addr_from_ipv4(a));
    check(w, snow_block_set(&w->block, a % SNOW_BLOCK_SIZE, SNOW_PTR_NAME,
                            NOW - 3600, name, 1));
    if (at % SNOW_BLOCK_SIZE == SNOW_BLOCK_SIZE - 1)
        put_block(w);
}

static void pool_name(char out[256], uint32_t at)
{
    uint32_t a = FIRST + at;

    snprintf(out, 256, "%u-%u-%u-%u.static.example-hoster.net", a >> 24,
             a >> 16 & 255, a >> 8 & 255, a & 255);
}

/* Of eight neighbours five eighths are a pool, one quarter customers with one
 * server each, one eighth a run. */
static void add_hoster(struct world *w, uint32_t n)
{
    char name[256], domain[64];

    for (uint32_t at = 0; at < n; at++) {
        uint64_t kind = roll(at / 8, 1, 8);

        domain_of(domain, kind == 7 ? at / 8 + n : at);
        if (kind < 5)
            pool_name(name, at);
        else
            snprintf(name, sizeof name, "%s%s",
                     hosts[kind == 7 ? at % RUN : roll(at, 2, RUN)], domain);
        add_name(w, at, name);
    }
}

/* --- candidates --- */

static void registration_of(struct snow_registration *r, uint64_t n)
{
    uint64_t batch = batch_of(n), by = batch ? batch + (1 << 30) : n;
    double far = (double)roll(by, 3, 10000) / 10000;

    memset(r, 0, sizeof *r);
    r->status = SNOW_REGISTRATION_REGISTERED;
    domain_of(r->domain, n);
    r->registrar_iana_id =
        (uint32_t)(1000 + roll(by, 4, 40) * roll(by, 5, 40) / 40);
    snprintf(r->registrar, sizeof r->registrar, "Registrar %u",
             (unsigned)r->registrar_iana_id);
    r->created_utc_s = NOW - DAY - (int64_t)(far * far * 3650 * DAY) -
                       (int64_t)roll(n, 6, DAY / 2);
    r->expires_utc_s = r->updated_utc_s = SNOW_TIME_UNKNOWN;
    r->seen_utc_s = NOW;
    snprintf(r->nameservers, sizeof r->nameservers,
             "ns1.dns%llu.example;ns2.dns%llu.example",
             (unsigned long long)(batch ? by : roll(n, 7, 500)),
             (unsigned long long)(batch ? by : roll(n, 7, 500)));
    snprintf(r->source, sizeof r->source, "https://rdap.example/");
}

static void add_registration(struct world *w, uint64_t n)
{
    static struct snow_registration r;
    struct buf json = { 0 };
    struct snow_evidence e = { .subject = r.domain,
                               .kind = "registration",
                               .source = r.source,
                               .observed_utc_s = NOW };
    struct snow_record record = { .kind = SNOW_RECORD_EVIDENCE,
                                  .scan = w->scan,
                                  .evidence = &e };

    registration_of(&r, n);
    record_registration_format_json(&json, &r);
    e.data = json.data;
    e.data_len = json.len;
    check(w, json.failed ? SNOW_ENOMEM : 0);
    put(w, &record);
    buf_fini(&json);
}

static void add_probe(struct world *w, uint32_t at, uint64_t n)
{
    static const char caps[] = "PIPELINING\nSIZE 10240000\n8BITMIME";
    char banner[160], domain[64];
    struct snow_probe p = { .addr = snow_addr_from_ipv4(FIRST + at),
                            .port = 25,
                            .status = SNOW_SMTP_OPEN,
                            .code = 220,
                            .seen_utc_s = NOW,
                            .tls.not_before_utc_s = SNOW_TIME_UNKNOWN,
                            .tls.not_after_utc_s = SNOW_TIME_UNKNOWN,
                            .banner = banner,
                            .capabilities = caps,
                            .capabilities_len = sizeof caps - 1 };
    struct snow_record r = { .kind = SNOW_RECORD_PROBE,
                             .scan = w->scan,
                             .probe = &p };

    domain_of(domain, n);
    p.banner_len = (size_t)snprintf(
        banner, sizeof banner, "220 %s ESMTP build %llu ready", domain,
        (unsigned long long)(batch_of(n) ? batch_of(n) : roll(n, 8, 30)));
    put(w, &r);
}

/* Two of three neighbours are candidates' addresses. */
static uint32_t add_candidates(struct world *w, uint64_t n)
{
    char name[256], domain[64];
    uint32_t at = 0;

    for (uint64_t i = 0; i < n; i++) {
        domain_of(domain, i);
        for (unsigned k = 0; k < RUN; k++) {
            snprintf(name, sizeof name, "%s%s", hosts[k], domain);
            if (k == 1)
                add_probe(w, at, i);
            add_name(w, at++, name);
        }
        for (uint64_t k = roll(i, 9, RUN + 1); k > 0; k--) {
            pool_name(name, at);
            add_name(w, at++, name);
        }
    }
    for (uint64_t i = 0; i < n / 50; i++) {
        domain_of(domain, n + i);
        snprintf(name, sizeof name, "www.%s", domain);
        add_name(w, at++, name);
    }
    for (uint64_t i = 0; i < n + n / 50; i++)
        add_registration(w, i);
    return at;
}

/* The last block has to be whole, too. */
static void fill_up(struct world *w, uint32_t at)
{
    char name[256];

    while (at % SNOW_BLOCK_SIZE != 0) {
        pool_name(name, at);
        add_name(w, at++, name);
    }
}

static void open_scan(struct world *w, const char *path)
{
    struct snow_scan scan = { .targets = "10.0.0.0/8",
                              .settings = "{}",
                              .seed = 1,
                              .created_utc_s = NOW,
                              .now_utc_s = NOW,
                              .finished_utc_s = SNOW_TIME_UNKNOWN };

    check(w, snow_store_open(&w->store, path, SNOW_STORE_CREATE, &w->err));
    check(w, snow_store_add_scan(w->store, &scan, &w->scan, &w->err));
    snow_block_init(&w->block, snow_addr_from_ipv4(FIRST));
    check(w, snow_store_begin(w->store, &w->err));
}

int main(int argc, char **argv)
{
    struct world w = { 0 };
    unsigned long n = argc == 4 ? strtoul(argv[3], NULL, 10) : 0;

    if (n == 0 || n > 4000000)
        return 2;
    open_scan(&w, argv[1]);
    if (strcmp(argv[2], "names") == 0) {
        add_hoster(&w, (uint32_t)n);
        fill_up(&w, (uint32_t)n);
    } else {
        fill_up(&w, add_candidates(&w, n));
    }
    check(&w, snow_store_commit(w.store, &w.err));
    check(&w, snow_store_finish_scan(w.store, w.scan, NOW, &w.err));
    snow_block_fini(&w.block);
    snow_store_close(w.store);
    return 0;
}
