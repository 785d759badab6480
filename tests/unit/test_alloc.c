/* Running out of memory: every open fails each of its allocations once, says
 * so, and leaves nothing behind (what it does leave, the sanitizer tells). And
 * using little of it: a sweep allocates no more for many addresses than for
 * few. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>
#include <uv.h>

#include <cmocka.h>

#include "analysis/origin.h"
#include "analysis/own.h"
#include "dns/engine.h"
#include "dns/resolve.h"
#include "dns/tree.h"
#include "import/import.h"
#include "loop/http.h"
#include "netblock/announced.h"
#include "netblock/irr.h"
#include "netblock/pfx2as.h"
#include "pipeline/cuts.h"
#include "registration/client.h"
#include "report/complaint.h"
#include "report/report.h"
#include "smtp/probe.h"
#include "snowline/asns.h"
#include "snowline/store.h"
#include "snowline/targets.h"
#include "store/sink.h"
#include "support/nsd.h"
#include "support/report_fixture.h"
#include "support/report_store.h"

#define FOREVER SIZE_MAX
#define ALLOCATIONS_MAX 2000

/* The linker sends the library's calls here (--wrap in the Makefile). */
void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *old, size_t size);
char *__real_strdup(const char *text);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *old, size_t size);
char *__wrap_strdup(const char *text);

static size_t left = FOREVER; /* allocations until one fails */
static bool has_failed;
static size_t n_calls;

static bool fails(void)
{
    n_calls++;
    if (left == FOREVER || left-- > 0)
        return false;
    left = FOREVER;
    has_failed = true;
    return true;
}

void *__wrap_malloc(size_t size)
{
    return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t n, size_t size)
{
    return fails() ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *old, size_t size)
{
    return fails() ? NULL : __real_realloc(old, size);
}

char *__wrap_strdup(const char *text)
{
    return fails() ? NULL : __real_strdup(text);
}

static uv_loop_t loop;

/* Each opens something, closes it if that went well, and says how it went. */

static int open_walk(void)
{
    struct snow_ranges *set = NULL;
    struct snow_targets *t = NULL;
    struct snow_walk_config cfg = { .lanes = 4 };
    const uint64_t half[4] = { UINT64_MAX };
    struct snow_step step;
    uint64_t wait_us;
    int code = snow_ranges_new(&set);

    if (!code)
        code = snow_ranges_read(set, "127.0.0.0/22", NULL);
    if (!code)
        code = snow_targets_new(&t, set, &cfg);
    if (!code)
        code = snow_targets_resume(t, snow_addr_from_ipv4(0x7f000100), half);
    if (!code)
        code = snow_targets_skip(t, snow_addr_from_ipv4(0x7f000000));
    if (!code)
        code = snow_targets_next(t, 0, &step, &wait_us);
    snow_targets_free(t);
    snow_ranges_free(set);
    return code;
}

/* One name, found in the end. */
static int walk_tree(struct dns_tree *t)
{
    struct snow_walk changes;
    struct dns_node node;
    int code = dns_tree_begin(t);

    while (!code && (code = dns_tree_next(t, &node)) == 0) {
        bool exists = node.addr.hi << 32 == 0 && node.addr.lo == 0;

        code = dns_tree_answer(t, &node,
                               exists ? SNOW_PTR_NODATA : SNOW_PTR_NXDOMAIN);
        if (!code)
            code = dns_tree_changes(t, &changes);
    }
    return code == SNOW_EDONE ? 0 : code;
}

static int open_tree(void)
{
    struct snow_ranges *set = NULL;
    struct dns_tree_config cfg = { .seed = 1 };
    struct dns_tree *t = NULL;
    int code = snow_ranges_new(&set);

    if (!code)
        code = snow_ranges_read(set, "2001:db8::/32", NULL);
    if (!code)
        code = dns_tree_new(&t, set, &cfg);
    if (!code)
        code = walk_tree(t);
    dns_tree_free(t);
    snow_ranges_free(set);
    return code;
}

static int write_store(struct snow_store *s)
{
    struct snow_scan scan = { .targets = "", .settings = "{}" };
    struct snow_block b;
    struct snow_record r = { .kind = SNOW_RECORD_TAIL, .block = &b };
    int code = snow_store_add_scan(s, &scan, &r.scan, NULL);

    snow_block_init(&b, snow_addr_from_ipv4(0x7f000000));
    if (!code)
        code = snow_block_set(&b, 1, SNOW_PTR_NAME, 1, "a.example", 1);
    if (!code)
        code = snow_store_begin(s, NULL);
    if (!code && (code = snow_store_put(s, &r, NULL)) == 0)
        code = snow_store_commit(s, NULL);
    if (!code)
        code = snow_store_get_scan(s, 0, &scan, NULL);
    snow_block_fini(&b);
    return code;
}

static int open_store(void)
{
    struct snow_store *s = NULL;
    int code = snow_store_open(&s, "memory:", SNOW_STORE_CREATE, NULL);

    if (!code)
        code = write_store(s);
    snow_store_close(s);
    return code;
}

static void on_drained(void *arg)
{
    (void)arg;
}

static int open_sink(void)
{
    struct snow_store *s = NULL;
    struct sink *k = NULL;
    int code = snow_store_open(&s, "memory:", SNOW_STORE_CREATE, NULL);

    if (!code)
        code = sink_new(&k, &loop, s,
                        &(struct sink_hooks){ .drained = on_drained });
    if (!code)
        code = sink_close(k, NULL);
    uv_run(&loop, UV_RUN_DEFAULT);
    snow_store_close(s);
    return code;
}

static struct sockaddr_storage server(void)
{
    struct sockaddr_storage s = { .ss_family = AF_INET };
    struct sockaddr_in *in = (struct sockaddr_in *)&s;

    in->sin_port = htons(9); /* nothing is ever sent there */
    in->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return s;
}

static int open_dns(void)
{
    struct sockaddr_storage s = server();
    struct dns_config cfg = { .servers = &s,
                              .n_servers = 1,
                              .window_max = 64,
                              .timeout_ms = 1000,
                              .tries = 2 };
    struct dns_hooks hooks = { 0 };
    struct dns_engine *e = NULL;
    int code = dns_engine_new(&e, &loop, &cfg, &hooks, &clock_system, NULL);

    if (!code)
        dns_engine_close(e);
    uv_run(&loop, UV_RUN_DEFAULT);
    return code;
}

static int open_smtp(void)
{
    struct smtp_config cfg = { .ehlo = "probe.example",
                               .port = 25,
                               .concurrency = 4,
                               .connect_timeout_ms = 1,
                               .banner_timeout_ms = 1,
                               .total_timeout_ms = 1,
                               .says_starttls = true };
    struct smtp_hooks hooks = { 0 };
    struct smtp_engine *e = NULL;
    int code = smtp_engine_new(&e, &loop, &cfg, &hooks, &clock_system, NULL);

    if (!code)
        smtp_engine_close(e);
    uv_run(&loop, UV_RUN_DEFAULT);
    return code;
}

static int open_registration(void)
{
    struct http_config http = { .user_agent = "test",
                                .timeout_ms = 1000,
                                .parallel = 2 };
    struct talk_config talk = { .timeout_ms = 1000, .parallel = 2 };
    static const char *const servers[] = { "com=http://rdap.example/",
                                           "192.0.2.0/24=http://net.example" };
    static const char *const whois_servers[] = { "com=whois.example" };
    struct registration_config cfg = { .bootstrap = "http://127.0.0.1:1/a.json",
                                       .servers = servers,
                                       .n_servers = 2,
                                       .whois_servers = whois_servers,
                                       .n_whois_servers = 1,
                                       .cache_path = "" };
    struct registration_client *c = NULL;
    int code = http_new(&cfg.http, &loop, &http);

    if (!code)
        code = talk_new(&cfg.talk, &loop, &talk);
    if (!code)
        code = registration_client_new(&c, &loop, &cfg, &clock_system, NULL);
    registration_client_close(c);
    http_close(cfg.http);
    talk_close(cfg.talk);
    uv_run(&loop, UV_RUN_DEFAULT);
    return code;
}

static int open_resolver(void)
{
    struct sockaddr_storage s = server();
    struct dns_resolver *r = NULL;
    int code = dns_resolver_new(&r, &loop, &s, 1, 1000, 2);

    dns_resolver_close(r);
    uv_run(&loop, UV_RUN_DEFAULT);
    return code;
}

/* What three sources say, as evidence and back. */
static int keep_routes(const struct netblock_routes *r)
{
    struct analysis_origin o = { .asn = r->asn, .set = r->set };
    struct snow_evidence e = { .subject = "AS64500" };
    struct buf json = { 0 };
    int code;

    analysis_origin_format_json(&json, &o);
    e.data = json.data;
    e.data_len = json.len;
    code = json.failed ? SNOW_ENOMEM : analysis_origin_parse(&o, &e);
    if (!code)
        snow_ranges_free(o.set);
    buf_fini(&json);
    return code;
}

static int read_routes(void)
{
    static const char said[] = "A13\n192.0.2.0/24\nC\n";
    static const char line[] = "203.0.113.0\t24\t64500";
    static const char document[] =
        "{\"status\":\"ok\",\"data\":{\"resource\":\"64500\","
        "\"prefixes\":[{\"prefix\":\"198.51.100.0/24\"}]}}";
    struct netblock_routes r = { .asn = 64500 };
    struct netblock_wanted w = { .at = &r, .n = 1 };
    struct snow_asns asns = { 0 };
    struct netblock_irr irr;
    int code = snow_ranges_new(&r.set);

    netblock_irr_init(&irr, &r);
    if (!code)
        code = snow_ranges_read_asns(r.set, &asns, "AS64500", NULL);
    if (!code)
        code = netblock_irr_feed(&irr, said, sizeof said - 1, NULL);
    if (!code)
        code = netblock_pfx2as_line(&w, line, sizeof line - 1);
    if (!code)
        code =
            netblock_announced_parse(&r, document, sizeof document - 1, NULL);
    if (!code)
        code = keep_routes(&r);
    snow_asns_fini(&asns);
    snow_ranges_free(r.set);
    return code;
}

static void write_list(char *path, const char *text, size_t len)
{
    int fd = mkstemp(path);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, len), len);
    close(fd);
}

static int read_lists(void)
{
    static const char reports[] = "ip,reporters\n192.0.2.1,3\n";
    static const char allow[] =
        "cidr_or_domain,reason\nexample.com,a\n192.0.2.0/24,b\n";
    static const char allocations[] = "cidr,customer\n192.0.2.0/24,c\n";
    char at[3][32] = { "/tmp/snow-list-XXXXXX", "/tmp/snow-list-XXXXXX",
                       "/tmp/snow-list-XXXXXX" };
    struct own_paths paths = { at[0], at[1], at[2] };
    struct own own;
    int code;

    write_list(at[0], reports, sizeof reports - 1);
    write_list(at[1], allow, sizeof allow - 1);
    write_list(at[2], allocations, sizeof allocations - 1);
    code = own_read(&own, &paths, NULL);
    if (!code)
        own_fini(&own);
    for (size_t i = 0; i < 3; i++)
        unlink(at[i]);
    return code;
}

/* A /24 of a scan: the four neighbours from each of these on have names of a
 * domain. */
struct put {
    const char *domain;
    unsigned first;
};

static int put_names(struct snow_store *s, const struct put *runs, size_t n)
{
    struct snow_scan scan = { .targets = "10.0.0.0-10.0.0.255",
                              .settings = "{}" };
    struct snow_block b;
    struct snow_record r = { .kind = SNOW_RECORD_BLOCK, .block = &b };
    int code = snow_store_add_scan(s, &scan, &r.scan, NULL);

    snow_block_init(&b, snow_addr_from_ipv4(0x0a000000));
    memset(b.status, SNOW_PTR_NXDOMAIN, sizeof b.status);
    for (unsigned i = 0; i < 4 * n && !code; i++) {
        char name[32];

        snprintf(name, sizeof name, "tlad%c.%s", 'a' + i % 4,
                 runs[i / 4].domain);
        code = snow_block_set(&b, runs[i / 4].first + i % 4, SNOW_PTR_NAME, 1,
                              name, 1);
    }
    if (!code)
        code = snow_store_begin(s, NULL);
    if (!code && (code = snow_store_put(s, &r, NULL)) == 0)
        code = snow_store_commit(s, NULL);
    snow_block_fini(&b);
    return code;
}

/* A run stays, one goes, one comes; a domain moves. */
static int compare_scans(void)
{
    static const struct put runs[2][3] = {
        { { "a.com", 0 }, { "b.com", 8 }, { "c.com", 16 } },
        { { "a.com", 0 }, { "d.com", 8 }, { "c.com", 24 } },
    };
    struct snow_analysis_config cfg = { .gap_max = 1 };
    struct snow_diff d = { NULL, 1, 2, &cfg, &cfg };
    struct snow_scan scan = { .id = 1 };
    struct buf out = { 0 };
    struct report_changes r = { .format = REPORT_CHANGES_CSV,
                                .to = report_to_buf(&out),
                                .least = SNOW_TIER_CONTEXT };
    int code = snow_store_open(&d.store, "memory:", SNOW_STORE_CREATE, NULL);

    for (size_t i = 0; i < 2 && !code; i++)
        code = put_names(d.store, runs[i], 3);
    if (!code)
        code = report_changes_begin(&r, &scan, &scan);
    if (!code)
        code = snow_diff(&d, report_change, &r, NULL);
    code = report_changes_end(&r, code);
    snow_store_close(d.store);
    buf_fini(&out);
    return code;
}

/* Names and what leads to them, a record of each kind, all of it written. */
static int import_files(struct snow_store *s, const char *path[2])
{
    struct snow_scan scan = { .targets = "", .settings = "{}" };
    const struct import_how how = { .origin = "" };
    struct import_total total = { .n_names = 0 };
    struct import_file told;
    struct import *m = NULL;
    int64_t id = 0;
    int code = snow_store_add_scan(s, &scan, &id, NULL);

    if (!code)
        code = import_new(&m, s, id, NULL);
    for (size_t i = 0; !code && i < 2; i++)
        code = import_read(m, path[i], &how, &told, NULL);
    if (!code)
        code = import_finish(m, &total, NULL);
    buf_fini(&total.targets);
    import_free(m);
    return code;
}

static int open_import(void)
{
    char at[2][32] = { "/tmp/snow-import-XXXXXX", "/tmp/snow-import-XXXXXX" };
    const char *path[2] = { at[0], at[1] };
    struct snow_store *s = NULL;
    int code = snow_store_open(&s, "memory:", SNOW_STORE_CREATE, NULL);

    for (size_t i = 0; i < 2; i++) {
        static const char *const text[] = {
            "$ORIGIN 2.0.192.in-addr.arpa.\n1 CNAME a\na PTR b.example.\n"
            "$GENERATE 5-6 $ PTR c$.example.\n",
            "{\"ip\":\"2001:db8::1\",\"status\":\"name\",\"names\":[\"d.e\"]}\n"
            "{\"ip\":\"192.0.2.1\",\"port\":25,\"status\":\"open\"}\n"
            "{\"domain\":\"d.e\",\"status\":\"registered\",\"spf\":\"x\","
            "\"web\":\"none\",\"mx\":[\"f.g\"],\"statuses\":[\"ok\"]}\n"
        };
        int fd = mkstemp(at[i]);

        assert_true(fd >= 0 && write(fd, text[i], strlen(text[i])) > 0);
        close(fd);
    }
    if (!code)
        code = import_files(s, path);
    snow_store_close(s);
    unlink(at[0]);
    unlink(at[1]);
    return code;
}

/* Where others take findings in by, and a page for people: but for xarf, whose
 * evidence leaves out a fingerprint that there is no memory for. */
static int share_findings(void)
{
    static const char *const formats[] = { "stix", "misp", "html" };
    const struct report_identity us = { .reporter_org = "Desk",
                                        .reporter_contact = "a@desk.example",
                                        .reporter_domain = "desk.example",
                                        .sender_org = "Desk",
                                        .sender_contact = "a@desk.example",
                                        .sender_domain = "desk.example" };
    size_t before = left;
    struct fixture f;
    struct buf out = { 0 };
    struct report_out to = report_to_buf(&out);
    struct report_request q = { .findings = &f.findings,
                                .identity = &us,
                                .least = SNOW_TIER_CONTEXT };
    int code = 0;

    left = FOREVER; /* the store is not what is tested */
    fixture_init(&f);
    q.store = small_store(&q.scan);
    left = before;
    for (size_t i = 0; i < COUNT_OF(formats) && !code; i++)
        code = report_write(&to, report_format_find(formats[i]), &q, NULL);
    snow_store_close(q.store);
    buf_fini(&out);
    return code;
}

static int take_letter(void *arg, const struct report_letter *l)
{
    struct snow_record r = { .kind = SNOW_RECORD_COMPLAINT, .scan = 1 };
    struct snow_complaint c = { .message_id = l->message_id,
                                .recipient = l->recipient,
                                .finding_id = l->told[0].finding_id,
                                .data = l->told[0].data,
                                .data_len = l->told[0].data_len };
    size_t before = left;
    int code;

    left = FOREVER;
    r.complaint = &c;
    code = snow_store_put(arg, &r, NULL);
    left = before;
    return code;
}

/* One named address, of whose network the abuse contact is known. */
static struct snow_store *named_store(void)
{
    static const char json[] =
        "{\"status\":\"registered\",\"first\":\"192.0.2.0\",\"last\":"
        "\"192.0.2.255\",\"abuse_email\":\"a@b.example\"}";
    struct snow_evidence e = { "n", "netblock", "", 0, json, sizeof json - 1 };
    struct snow_scan scan = { .targets = "", .settings = "{}" };
    struct snow_block b;
    struct snow_store *s;

    assert_int_equal(snow_store_open(&s, "memory:", SNOW_STORE_CREATE, NULL),
                     0);
    snow_block_init(&b, snow_addr_from_ipv4(0xc0000200));
    snow_block_set(&b, 16, SNOW_PTR_NAME, 1, "commercieopard.example", 1);
    snow_store_add_scan(s, &scan, &scan.id, NULL);
    snow_store_put(s,
                   &(struct snow_record){
                       .kind = SNOW_RECORD_BLOCK, .scan = 1, .block = &b },
                   NULL);
    snow_store_put(s,
                   &(struct snow_record){ .kind = SNOW_RECORD_EVIDENCE,
                                          .scan = 1,
                                          .evidence = &e },
                   NULL);
    snow_block_fini(&b);
    return s;
}

/* Written, remembered, and read again. */
static int complain(void)
{
    const struct report_identity us = { .reporter_org = "B\xc3\xbcro",
                                        .reporter_contact = "a@desk.example",
                                        .reporter_domain = "desk.example",
                                        .sender_org = "Desk",
                                        .sender_contact = "b@desk.example",
                                        .sender_domain = "desk.example" };
    size_t before = left;
    struct fixture f;
    struct report_letters to = { .take = take_letter };
    struct report_request q = { .findings = &f.findings,
                                .identity = &us,
                                .scan = 1,
                                .least = SNOW_TIER_REVIEW };
    struct analysis_complaints read = { .n = 0 };
    int code;

    left = FOREVER; /* the store is not what is tested */
    fixture_init(&f);
    to.arg = q.store = named_store();
    left = before;
    code = report_each_letter(&q, &to, NULL);
    if (!code)
        code = analysis_complaints_load(&read, q.store, NULL);
    analysis_complaints_fini(&read);
    snow_store_close(q.store);
    return code;
}

/* Every list of findings, some of them allowed. */
static int write_lists(void)
{
    static const char *const formats[] = { "cidr", "rbldnsd", "rpz", "nft",
                                           "postfix" };
    const struct report_identity id = { .list_zone = "bl.example",
                                        .reporter_contact = "a@b.example",
                                        .list_expiry_s = 1 };
    struct fixture f;
    struct report_request q = { .findings = &f.findings,
                                .identity = &id,
                                .least = SNOW_TIER_CONTEXT };
    int code = 0;

    fixture_init(&f);
    f.all[2].allowed = (char *)"a friend";
    for (size_t i = 0; i < COUNT_OF(formats) && !code; i++) {
        struct buf got = { 0 };
        struct report_out out = report_to_buf(&got);

        code = report_write(&out, report_format_find(formats[i]), &q, NULL);
        buf_fini(&got);
    }
    return code;
}

static const struct {
    const char *what;
    int (*open)(void);
} opens[] = {
    { "walk", open_walk },
    { "tree", open_tree },
    { "store", open_store },
    { "sink", open_sink },
    { "DNS engine", open_dns },
    { "SMTP engine", open_smtp },
    { "registration", open_registration },
    { "resolver", open_resolver },
    { "routes", read_routes },
    { "lists of one's own", read_lists },
    { "comparison", compare_scans },
    { "import", open_import },
    { "findings for others", share_findings },
    { "lists of findings", write_lists },
    { "complaints", complain },
};

static void each_allocation_may_fail(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof opens / sizeof *opens; i++) {
        size_t n = 0;

        assert_int_equal(opens[i].open(), 0);
        for (;; n++) {
            int code;

            left = n;
            has_failed = false;
            code = opens[i].open();
            left = FOREVER;
            if (!has_failed)
                break;
            if (code == 0 || n > ALLOCATIONS_MAX)
                fail_msg("%s: allocation %zu failed, and open gave %d",
                         opens[i].what, n, code);
        }
        if (n == 0)
            fail_msg("%s: nothing was allocated through us", opens[i].what);
    }
}

/* --- a look-up ---------------------------------------------------------- */

#define FEW 512
#define MANY 4096
#define SPARE 8 /* buffers and ranges may have grown a little further */

/* Of 16 /24s 13 have names, or a record, in one place or everywhere; 3 are not
 * there and may be skipped. */
static const struct nsd_zone zone = {
    "0.10.in-addr.arpa",
    "*.0 PTR wild.example.\n7.1 PTR one.example.\n"
    "*.2 TXT none\n7.3 PTR a.example.\n7.3 PTR b.example.\n"
    "*.5 PTR wild.example.\n7.6 PTR one.example.\n"
    "*.7 PTR wild.example.\n7.9 PTR a\\.b\\032c.example.\n"
    "*.10 PTR wild.example.\n7.11 PTR one.example.\n"
    "*.12 TXT none\n7.14 PTR one.example.\n*.15 PTR wild.example.\n"
};

/** A walk, its gate, the engine, and a line for each answer. */
struct sweep {
    struct snow_targets *walk;
    struct cuts cuts;
    struct dns_engine *engine;
    struct buf line;
    unsigned n_answers, n_pruned, n_names;
    int code;
};

static int on_next(void *arg, uint64_t now_us, struct dns_question *out,
                   uint64_t *wait_us)
{
    struct sweep *w = arg;
    int code;

    if (cuts_next(&w->cuts, out))
        return 0;
    code = snow_targets_next(w->walk, now_us, &out->step, wait_us);
    return code && cuts_next(&w->cuts, out) ? 0 : code;
}

static void on_again(void *arg, const struct dns_question *q)
{
    struct sweep *w = arg;

    if (!cuts_is_own(q))
        snow_targets_charge(w->walk, q->step.lane);
}

static void on_answer(void *arg, const struct dns_question *q,
                      const struct dns_answer *a)
{
    struct sweep *w = arg;
    struct report_ptr line = { .addr = q->step.addr,
                               .status = a->status,
                               .n_names = a->n_names,
                               .ttl = a->ttl,
                               .names = a->names,
                               .resolver = "127.0.0.1:53",
                               .seen_utc_s = 1526810400 };

    if (cuts_is_own(q)) {
        cuts_answer(&w->cuts, q, a);
        return;
    }
    buf_clear(&w->line);
    report_ptr_ndjson(&w->line, &line);
    w->n_answers++;
    w->n_names += a->n_names;
    snow_targets_finish(w->walk, &q->step);
}

static int on_pruned(void *arg, struct snow_addr block, int checked)
{
    struct sweep *w = arg;

    (void)block;
    (void)checked;
    w->n_pruned++;
    return 0;
}

static void on_done(void *arg, int code)
{
    struct sweep *w = arg;

    w->code = code;
    dns_engine_close(w->engine);
}

/* @return how often memory was asked for between start and end */
static size_t count_calls(struct sweep *w, const struct nsd *nsd,
                          const char *targets)
{
    struct dns_config dns = {
        .servers = &nsd->addr, .n_servers = 1, .timeout_ms = 2000, .tries = 8
    };
    struct dns_hooks hooks = { .next = on_next,
                               .again = on_again,
                               .answer = on_answer,
                               .done = on_done,
                               .arg = w };
    struct snow_walk_config walk = { .lanes = 16,
                                     .gate = cuts_gate,
                                     .gate_arg = &w->cuts };
    struct snow_ranges *set;

    *w = (struct sweep){ .code = -1 };
    assert_int_equal(snow_ranges_new(&set), 0);
    assert_int_equal(snow_ranges_read(set, targets, NULL), 0);
    assert_int_equal(snow_targets_new(&w->walk, set, &walk), 0);
    w->cuts = (struct cuts){ .walk = w->walk,
                             .targets = set,
                             .is_pruning = true,
                             .pruned = on_pruned,
                             .arg = w };
    assert_int_equal(cuts_init(&w->cuts), 0);
    assert_int_equal(
        dns_engine_new(&w->engine, &loop, &dns, &hooks, &clock_system, NULL),
        0);
    n_calls = 0;
    dns_engine_start(w->engine);
    uv_run(&loop, UV_RUN_DEFAULT);
    assert_int_equal(w->code, 0);
    assert_int_equal(snow_targets_left(w->walk), 0);
    assert_false(w->line.failed);
    buf_fini(&w->line);
    cuts_fini(&w->cuts);
    snow_targets_free(w->walk);
    snow_ranges_free(set);
    return n_calls;
}

static void a_look_up_allocates_nothing(void **state)
{
    struct sweep few, many;
    size_t n_few, n_many;
    struct nsd nsd;

    (void)state;
    assert_int_equal(nsd_start(&nsd, &zone, 1), 0);
    n_few = count_calls(&few, &nsd, "10.0.0.0/23");
    n_many = count_calls(&many, &nsd, "10.0.0.0/20");
    nsd_stop(&nsd);
    assert_int_equal(few.n_answers, FEW);
    assert_int_equal(few.n_names, 256 + 1);
    assert_int_equal(many.n_answers, MANY - 3 * 256);
    assert_int_equal(many.n_pruned, 3);
    assert_int_equal(many.n_names, 5 * 256 + 7);
    assert_in_range(n_few, 1, 64);
    assert_in_range(n_many, 1, n_few + SPARE);
}

static int make_loop(void **state)
{
    (void)state;
    return uv_loop_init(&loop);
}

static int close_loop(void **state)
{
    (void)state;
    return uv_loop_close(&loop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_allocation_may_fail, make_loop,
                                        close_loop),
        cmocka_unit_test_setup_teardown(a_look_up_allocates_nothing, make_loop,
                                        close_loop),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
