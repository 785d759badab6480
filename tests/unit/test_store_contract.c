/* What every backend promises, asked of each. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/text.h"
#include "snowline/store.h"
#include "support/postgres.h"

static struct snow_addr addr(uint32_t i)
{
    return snow_addr_from_ipv4(0x7f140000 + i);
}

static struct postgres server;

static struct snow_store *open_new(const char *scheme, char *folder)
{
    struct snow_error err = { 0 };
    struct snow_store *s;
    char url[128];

    snprintf(url, sizeof url, "%s:%s/contract.db", scheme, mkdtemp(folder));
    if (strcmp(scheme, "postgresql") == 0) {
        snprintf(url, sizeof url, "%s", server.url);
        assert_int_equal(postgres_empty(&server), 0);
    }
    if (snow_store_open(&s, url, SNOW_STORE_CREATE, &err))
        fail_msg("%s: %s", url, err.text);
    return s;
}

static void put(struct snow_store *s, struct snow_record r)
{
    struct snow_error err = { 0 };

    assert_int_equal(snow_store_begin(s, &err), 0);
    assert_int_equal(snow_store_put(s, &r, &err), 0);
    assert_int_equal(snow_store_commit(s, &err), 0);
}

static void put_outcome(struct snow_store *s, enum snow_record_kind kind,
                        uint32_t block, unsigned i, const char *name)
{
    struct snow_block b;

    snow_block_init(&b, addr(block << 8));
    if (kind == SNOW_RECORD_BLOCK)
        memset(b.status, SNOW_PTR_NXDOMAIN, sizeof b.status);
    assert_int_equal(snow_block_set(&b, i, SNOW_PTR_NAME, 1000 + i, name, 1),
                     0);
    put(s, (struct snow_record){ .kind = kind, .scan = 1, .block = &b });
    snow_block_fini(&b);
}

/* Blocks as text: "3c:7=name" is block 3, closed, address 7. */
static int add_block(void *arg, const struct snow_block *b, bool is_closed)
{
    struct buf *out = arg;

    buf_printf(out, "%u%c:", (unsigned)(b->first.lo >> 8 & 255),
               is_closed ? 'c' : 'o');
    for (unsigned i = 0; i < SNOW_BLOCK_SIZE; i++)
        if (b->status[i] == SNOW_PTR_NAME)
            buf_printf(out, "%u=%s@%u ", i, snow_block_names(b, i),
                       b->seen_utc_s[i]);
    return 0;
}

static void blocks_are(struct snow_store *s, const char *expected)
{
    struct buf out = { 0 };
    struct snow_error err = { 0 };

    buf_add_text(&out, "");
    assert_int_equal(snow_store_each_block(s, 1, add_block, &out, &err), 0);
    assert_string_equal(out.data, expected);
    buf_fini(&out);
}

static void scans_are_kept(struct snow_store *s)
{
    struct snow_scan in = { .targets = "127.0.0.0-127.0.0.255",
                            .settings = "{\"seed\":\"1\"}",
                            .seed = 77,
                            .created_utc_s = 5,
                            .now_utc_s = 6,
                            .finished_utc_s = SNOW_TIME_UNKNOWN };
    const struct snow_scan first = in;
    struct snow_scan out;
    int64_t id;

    assert_int_equal(snow_store_get_scan(s, 0, &out, NULL), SNOW_ENOTFOUND);
    assert_int_equal(snow_store_add_scan(s, &in, &id, NULL), 0);
    assert_int_equal(id, 1);
    assert_int_equal(snow_store_add_scan(s, &in, &id, NULL), 0);
    assert_int_equal(snow_store_get_scan(s, 0, &out, NULL), 0);
    assert_int_equal(out.id, 2);
    assert_int_equal(snow_store_get_scan(s, 1, &out, NULL), 0);
    assert_string_equal(out.targets, in.targets);
    assert_string_equal(out.settings, in.settings);
    assert_int_equal(out.seed, 77);
    assert_int_equal(out.now_utc_s, 6);
    assert_true(out.finished_utc_s == SNOW_TIME_UNKNOWN);
    in.id = 1;
    in.targets = "192.0.2.0-192.0.2.9";
    in.settings = "{}";
    in.now_utc_s = 8;
    in.created_utc_s = in.finished_utc_s = 99; /* not what is replaced */
    assert_int_equal(snow_store_update_scan(s, &in, NULL), 0);
    assert_int_equal(snow_store_get_scan(s, 1, &out, NULL), 0);
    assert_string_equal(out.targets, in.targets);
    assert_string_equal(out.settings, "{}");
    assert_int_equal(out.now_utc_s, 8);
    assert_int_equal(out.created_utc_s, 5);
    assert_true(out.finished_utc_s == SNOW_TIME_UNKNOWN);
    assert_int_equal(snow_store_get_scan(s, 2, &out, NULL), 0);
    assert_int_equal(out.now_utc_s, 6);
    in = first;
    in.id = 1;
    assert_int_equal(snow_store_update_scan(s, &in, NULL), 0);
    assert_int_equal(snow_store_finish_scan(s, 1, 9, NULL), 0);
    assert_int_equal(snow_store_get_scan(s, 1, &out, NULL), 0);
    assert_int_equal(out.finished_utc_s, 9);
    assert_int_equal(snow_store_finish_scan(s, 1, SNOW_TIME_UNKNOWN, NULL), 0);
    assert_int_equal(snow_store_get_scan(s, 3, &out, NULL), SNOW_ENOTFOUND);
}

static void tails_are_merged(struct snow_store *s)
{
    blocks_are(s, "");
    put_outcome(s, SNOW_RECORD_TAIL, 5, 1, "a.example");
    put_outcome(s, SNOW_RECORD_TAIL, 3, 2, "b.example");
    put_outcome(s, SNOW_RECORD_TAIL, 5, 3, "c.example");
    blocks_are(s, "3o:2=b.example@1002 5o:1=a.example@1001 3=c.example@1003 ");
    put_outcome(s, SNOW_RECORD_BLOCK, 5, 1, "d.example"); /* ends its tail */
    put_outcome(s, SNOW_RECORD_BLOCK, 4, 0, "e.example");
    blocks_are(s, "3o:2=b.example@1002 4c:0=e.example@1000 "
                  "5c:1=d.example@1001 ");
    put_outcome(s, SNOW_RECORD_TAIL, 5, 1, "f.example"); /* asked again */
    put_outcome(s, SNOW_RECORD_TAIL, 5, 1, "g.example");
    blocks_are(s, "3o:2=b.example@1002 4c:0=e.example@1000 "
                  "5c:1=g.example@1001 ");
}

/* Two scans side by side, and blocks that nobody wants passed over. */
static void scans_are_read_side_by_side(struct snow_store *s)
{
    struct snow_block b;
    struct snow_blocks *one, *two;
    const struct snow_block *x, *y;
    bool is_closed;

    snow_block_init(&b, addr(4 << 8));
    assert_int_equal(snow_block_set(&b, 9, SNOW_PTR_NAME, 7, "z.example", 1),
                     0);
    put(s, (struct snow_record){
               .kind = SNOW_RECORD_TAIL, .scan = 2, .block = &b });
    snow_block_fini(&b);
    assert_int_equal(snow_store_blocks(&one, s, 1, NULL), 0);
    assert_int_equal(snow_store_blocks(&two, s, 2, NULL), 0);
    assert_int_equal(snow_blocks_next(one, addr(0x401), &x, &is_closed, NULL),
                     0);
    assert_int_equal(snow_addr_compare(x->first, addr(4 << 8)), 0);
    assert_true(is_closed);
    assert_int_equal(snow_blocks_next(two, addr(0), &y, &is_closed, NULL), 0);
    assert_false(is_closed);
    assert_string_equal(snow_block_names(x, 0), "e.example");
    assert_string_equal(snow_block_names(y, 9), "z.example");
    assert_int_equal(snow_blocks_next(two, addr(0), &y, &is_closed, NULL), 0);
    assert_null(y);
    snow_blocks_close(two);
    assert_int_equal(snow_blocks_next(one, addr(0), &x, &is_closed, NULL), 0);
    assert_int_equal(snow_addr_compare(x->first, addr(5 << 8)), 0);
    assert_int_equal(
        snow_blocks_next(one, (struct snow_addr){ 1, 0 }, &x, &is_closed, NULL),
        0);
    assert_null(x);
    snow_blocks_close(one);
    assert_int_equal(snow_store_blocks(&one, s, 1, NULL), 0);
    assert_int_equal(snow_blocks_next(one, addr(5 << 8), &x, &is_closed, NULL),
                     0);
    assert_int_equal(snow_addr_compare(x->first, addr(5 << 8)), 0);
    snow_blocks_close(one);
    snow_blocks_close(NULL);
}

static void add_told(void *arg, const struct snow_progress *p)
{
    assert_null(p->stage); /* that is for whoever reads to say */
    buf_printf(arg, "%s %llu/%llu;", p->unit, (unsigned long long)p->done,
               (unsigned long long)p->of);
}

static void told_is(const struct buf *told, const char *expected)
{
    assert_string_equal(told->data ? told->data : "", expected);
}

/* Of blocks 3, 4 and 5 the first has but a tail, which is not counted. */
static void readers_are_watched(struct snow_store *s)
{
    struct buf told = { 0 }, out = { 0 };
    const struct snow_block *b;
    struct snow_blocks *c;
    bool is_closed;

    snow_store_watch(s, add_told, &told);
    assert_int_equal(snow_store_each_block(s, 1, add_block, &out, NULL), 0);
    told_is(&told, "blocks 1/2;blocks 2/2;blocks 3/2;");
    buf_clear(&told);
    assert_int_equal(snow_store_blocks(&c, s, 1, NULL), 0);
    assert_int_equal(snow_blocks_next(c, addr(5 << 8), &b, &is_closed, NULL),
                     0);
    snow_blocks_close(c);
    told_is(&told, "blocks 1/0;"); /* who passes over some reads not all */
    buf_clear(&told);
    snow_store_watch(s, NULL, NULL);
    assert_int_equal(snow_store_each_block(s, 1, add_block, &out, NULL), 0);
    told_is(&told, "");
    buf_fini(&told);
    buf_fini(&out);
}

static int add_scan_line(void *arg, const struct snow_scan *scan)
{
    buf_printf(arg, "%lld %s %s %d;", (long long)scan->id, scan->targets,
               scan->settings, scan->finished_utc_s == SNOW_TIME_UNKNOWN);
    return 0;
}

static int stop_at_scan(void *arg, const struct snow_scan *scan)
{
    (void)arg;
    (void)scan;
    return SNOW_EDONE;
}

static void scans_are_listed(struct snow_store *s)
{
    struct buf out = { 0 };

    assert_int_equal(snow_store_each_scan(s, add_scan_line, &out, NULL), 0);
    assert_string_equal(out.data,
                        "1 127.0.0.0-127.0.0.255 {\"seed\":\"1\"} 1;"
                        "2 127.0.0.0-127.0.0.255 {\"seed\":\"1\"} 1;");
    assert_int_equal(snow_store_each_scan(s, stop_at_scan, NULL, NULL),
                     SNOW_EDONE);
    buf_fini(&out);
}

static void what_is_rolled_back_was_never_there(struct snow_store *s)
{
    struct snow_evidence e = {
        "x.example", "registration", "test", 1, "{}", 2
    };
    struct snow_record r = { .kind = SNOW_RECORD_EVIDENCE,
                             .scan = 1,
                             .evidence = &e };
    struct buf out = { 0 };

    assert_int_equal(snow_store_begin(s, NULL), 0);
    assert_int_equal(snow_store_put(s, &r, NULL), 0);
    snow_store_rollback(s);
    buf_fini(&out);
}

static void add_tls(struct buf *out, const struct snow_tls *t)
{
    buf_printf(out, " %s %s %.4s %d [", t->version, t->cipher, t->spki_sha256,
               t->is_self_signed);
    text_escape(out, t->subject, t->subject_len);
    buf_add_text(out, "] [");
    text_escape(out, t->names, t->names_len);
    buf_add_text(out, "] [");
    text_escape(out, t->issuer, t->issuer_len);
    buf_add_text(out, "]");
    if (t->spki_sha256[0])
        buf_printf(out, " %lld %d", (long long)t->not_before_utc_s,
                   t->not_after_utc_s == SNOW_TIME_UNKNOWN);
    buf_add_char(out, '\n');
}

static int add_probe(void *arg, const struct snow_probe *p)
{
    struct buf *out = arg;
    char text[SNOW_ADDR_TEXT_MAX];

    snow_addr_format(p->addr, text);
    buf_printf(out, "%s:%u %u %u %u %d [", text, p->port, p->status, p->code,
               p->greeting_ms, p->client_blocked);
    text_escape(out, p->banner, p->banner_len);
    buf_printf(out, "] [%.*s] [%.*s]", (int)p->hello_len, p->hello,
               (int)p->capabilities_len, p->capabilities);
    add_tls(out, &p->tls);
    return 0;
}

static void probes_are_kept(struct snow_store *s)
{
    struct snow_probe p = { .addr = addr(9),
                            .port = 25,
                            .status = SNOW_SMTP_OPEN,
                            .code = 220,
                            .greeting_ms = 70000,
                            .client_blocked = true,
                            .banner = "220 a\0b",
                            .banner_len = 7,
                            .hello = "mx",
                            .hello_len = 2,
                            .capabilities = "SIZE",
                            .capabilities_len = 4,
                            .tls = { .version = "TLSv1.3",
                                     .cipher = "TLS_AES_256_GCM_SHA384",
                                     .spki_sha256 = "abcd",
                                     .is_self_signed = true,
                                     .not_before_utc_s = -1,
                                     .not_after_utc_s = SNOW_TIME_UNKNOWN,
                                     .subject = "a\0b",
                                     .subject_len = 3,
                                     .names = "c\nd",
                                     .names_len = 3,
                                     .issuer = "e",
                                     .issuer_len = 1 } };
    struct snow_record r = { .kind = SNOW_RECORD_PROBE,
                             .scan = 1,
                             .probe = &p };
    struct buf out = { 0 };

    put(s, r);
    p.addr = addr(8);
    p.banner = p.hello = p.capabilities = NULL;
    p.banner_len = p.hello_len = p.capabilities_len = 0;
    p.tls = (struct snow_tls){ 0 };
    put(s, r);
    p.status = SNOW_SMTP_SILENT; /* replaces */
    put(s, r);
    assert_int_equal(snow_store_each_probe(s, 1, add_probe, &out, NULL), 0);
    assert_string_equal(out.data,
                        "127.20.0.8:25 7 220 70000 1 [] [] []    0 [] [] []\n"
                        "127.20.0.9:25 1 220 70000 1 [220 a\\x00b] [mx] "
                        "[SIZE] TLSv1.3 TLS_AES_256_GCM_SHA384 abcd 1 "
                        "[a\\x00b] [c\\x0Ad] [e] -1 1\n");
    buf_fini(&out);
}

static int add_evidence(void *arg, const struct snow_evidence *e)
{
    buf_printf(arg, "%s %s %lld %.*s;", e->subject, e->source,
               (long long)e->observed_utc_s, (int)e->data_len, e->data);
    return 0;
}

static int stop_at_once(void *arg, const struct snow_evidence *e)
{
    (void)e;
    ++*(int *)arg;
    return SNOW_ECANCELED;
}

static void evidence_is_kept(struct snow_store *s)
{
    struct snow_evidence e = { "b.example", "registration", "one",
                               3,           "{\"a\":1}",    7 };
    struct snow_record r = { .kind = SNOW_RECORD_EVIDENCE,
                             .scan = 1,
                             .evidence = &e };
    struct buf out = { 0 };
    int n = 0;

    put(s, r);
    e.subject = "a.example";
    put(s, r);
    e.source = "two"; /* replaces */
    put(s, r);
    e.kind = "other";
    put(s, r);
    assert_int_equal(snow_store_each_evidence(s, 1, "registration",
                                              add_evidence, &out, NULL),
                     0);
    assert_string_equal(out.data, "a.example two 3 {\"a\":1};"
                                  "b.example one 3 {\"a\":1};");
    assert_int_equal(
        snow_store_each_evidence(s, 1, "registration", stop_at_once, &n, NULL),
        SNOW_ECANCELED);
    assert_int_equal(n, 1);
    buf_fini(&out);
}

static int add_name(void *arg, const struct snow_name *name)
{
    char text[SNOW_ADDR_TEXT_MAX];
    const char *at = name->names;

    snow_addr_format(name->addr, text);
    buf_printf(arg, "%s/%u %s@%lld", text, 4u * name->nibbles,
               snow_ptr_status_word(name->status), (long long)name->seen_utc_s);
    for (unsigned i = 0; i < name->n_names; i++, at += strlen(at) + 1)
        buf_printf(arg, " %s", at);
    buf_add_text(arg, ";");
    return 0;
}

static void names_are(struct snow_store *s, const char *expected)
{
    struct buf out = { 0 };

    buf_add_text(&out, "");
    assert_int_equal(snow_store_each_name(s, 1, add_name, &out, NULL), 0);
    assert_string_equal(out.data, expected);
    buf_fini(&out);
}

static struct snow_addr ipv6(const char *text)
{
    struct snow_addr a = { 0, 0 };

    assert_int_equal(snow_addr_parse(&a, text), 0);
    return a;
}

static void names_are_kept(struct snow_store *s)
{
    struct snow_name name = { .addr = ipv6("2001:db8::2"),
                              .nibbles = 32,
                              .status = SNOW_PTR_NAME,
                              .n_names = 2,
                              .seen_utc_s = 5,
                              .names = "a.example\0b.example" };
    struct snow_record r = { .kind = SNOW_RECORD_NAME,
                             .scan = 1,
                             .name = &name };

    names_are(s, "");
    put(s, r);
    name.addr = ipv6("2001:db8::1");
    name.n_names = 1;
    put(s, r);
    name.addr = ipv6("2001:db8::");
    name.nibbles = 8; /* a prefix below which everything has a name */
    name.n_names = 0;
    put(s, r);
    name.addr = ipv6("2001:db8:1::");
    name.nibbles = 12;
    name.status = SNOW_PTR_TIMEOUT;
    put(s, r);
    names_are(s, "2001:db8::/32 name@5;2001:db8::1/128 name@5 a.example;"
                 "2001:db8::2/128 name@5 a.example b.example;"
                 "2001:db8:1::/48 timeout@5;");
    name.seen_utc_s = 6;
    put(s, r); /* replaces */
    name.addr = ipv6("2001:db8::2");
    name.nibbles = 32;
    name.status = SNOW_PTR_PENDING;
    put(s, r); /* takes away */
    put(s, r); /* what is not there */
    names_are(s, "2001:db8::/32 name@5;2001:db8::1/128 name@5 a.example;"
                 "2001:db8:1::/48 timeout@6;");
}

static int add_node(void *arg, const struct snow_node *n)
{
    char text[SNOW_ADDR_TEXT_MAX];

    snow_addr_format(n->addr, text);
    buf_printf(arg, "%s/%u %04x %04x;", text, 4u * n->nibbles, n->ask, n->open);
    return 0;
}

static void nodes_are(struct snow_store *s, const char *expected)
{
    struct buf out = { 0 };

    buf_add_text(&out, "");
    assert_int_equal(snow_store_each_node(s, 1, add_node, &out, NULL), 0);
    assert_string_equal(out.data, expected);
    buf_fini(&out);
}

static int refuse_node(void *arg, const struct snow_node *n)
{
    (void)arg;
    (void)n;
    return SNOW_ENOTFOUND;
}

static void walks_are_kept(struct snow_store *s)
{
    struct snow_node nodes[] = { { ipv6("2001:db8::"), 8, 0xffff, 0 },
                                 { ipv6("2001:db8::"), 7, 0, 0x8001 },
                                 { ipv6("2a00::"), 31, 1, 0 } };
    struct snow_walk walk = { { 3, 1, 2 }, nodes, 3 }, out;
    struct snow_record r = { .kind = SNOW_RECORD_WALK,
                             .scan = 1,
                             .walk = &walk };

    assert_int_equal(snow_store_get_walk(s, 1, &out, NULL), SNOW_ENOTFOUND);
    nodes_are(s, "");
    put(s, r);
    nodes_are(s, "2001:db8::/28 0000 8001;2001:db8::/32 ffff 0000;"
                 "2a00::/124 0001 0000;");
    nodes[0].ask = 0; /* done */
    nodes[2].ask = 2; /* replaces */
    walk.by_status[2] = 0;
    assert_int_equal(snow_store_begin(s, NULL), 0);
    assert_int_equal(snow_store_put(s, &r, NULL), 0);
    snow_store_rollback(s);
    nodes_are(s, "2001:db8::/28 0000 8001;2001:db8::/32 ffff 0000;"
                 "2a00::/124 0001 0000;");
    put(s, r);
    nodes_are(s, "2001:db8::/28 0000 8001;2a00::/124 0002 0000;");
    assert_int_equal(snow_store_get_walk(s, 1, &out, NULL), 0);
    assert_int_equal(out.by_status[0], 3);
    assert_int_equal(out.by_status[1], 1);
    assert_int_equal(out.by_status[2], 0);
    assert_int_equal(out.n_nodes, 0);
    assert_int_equal(snow_store_get_walk(s, 2, &out, NULL), SNOW_ENOTFOUND);
    assert_int_equal(snow_store_each_node(s, 1, refuse_node, NULL, NULL),
                     SNOW_ENOTFOUND);
}

static int add_complaint(void *arg, const struct snow_complaint *c)
{
    buf_printf(arg, "%lld %s %s %s %lld %.*s;", (long long)c->made_utc_s,
               c->message_id, c->finding_id, c->recipient, (long long)c->scan,
               (int)c->data_len, c->data);
    return 0;
}

static void complaints_are(struct snow_store *s, const char *expected)
{
    struct buf out = { 0 };

    buf_add_text(&out, "");
    assert_int_equal(snow_store_each_complaint(s, add_complaint, &out, NULL),
                     0);
    assert_string_equal(out.data, expected);
    buf_fini(&out);
}

static void put_complaint(struct snow_store *s, const char *finding,
                          int64_t made_utc_s, const char *data)
{
    struct snow_complaint c = { .message_id = "1@us.example",
                                .recipient = "abuse@them.example",
                                .finding_id = finding,
                                .made_utc_s = made_utc_s,
                                .data = data,
                                .data_len = strlen(data) };

    put(s, (struct snow_record){
               .kind = SNOW_RECORD_COMPLAINT, .scan = 1, .complaint = &c });
}

static void complaints_are_kept(struct snow_store *s)
{
    complaints_are(s, "");
    put_complaint(s, "r-b", 20, "{}");
    put_complaint(s, "r-a", 30, "old");
    put_complaint(s, "r-a", 10, "new"); /* replaces */
    complaints_are(s, "10 1@us.example r-a abuse@them.example 1 new;"
                      "20 1@us.example r-b abuse@them.example 1 {};");
}

/* Last of all: the first scan goes, with all that it has, and nothing else. */
static void a_scan_is_forgotten(struct snow_store *s)
{
    struct snow_forgotten n = { 0 };
    struct snow_scan scan = { .targets = "", .settings = "{}" }, got;
    struct snow_error err = { 0 };
    uint64_t freed;

    assert_int_equal(snow_store_get_scan(s, 2, &got, &err), 0);
    assert_int_equal(snow_store_begin(s, &err), 0);
    assert_int_equal(snow_store_forget_scan(s, 1, &n, &err), 0);
    snow_store_rollback(s);
    assert_int_equal(snow_store_get_scan(s, 1, &got, &err), 0);
    assert_int_equal(snow_store_begin(s, &err), 0);
    assert_int_equal(snow_store_forget_scan(s, 1, &n, &err), 0);
    assert_int_equal(snow_store_commit(s, &err), 0);
    assert_true(n.blocks > 0 && n.names > 0 && n.probes > 0 && n.evidence > 0);
    assert_int_equal(snow_store_get_scan(s, 1, &got, NULL), SNOW_ENOTFOUND);
    assert_int_equal(snow_store_get_scan(s, 2, &got, &err), 0);
    blocks_are(s, "");
    nodes_are(s, "");
    complaints_are(s, "10 1@us.example r-a abuse@them.example 1 new;"
                      "20 1@us.example r-b abuse@them.example 1 {};");
    assert_int_equal(snow_store_compact(s, true, &freed, &err), 0);
    assert_int_equal(snow_store_add_scan(s, &scan, &got.id, &err), 0);
    assert_true(got.id > 1);
    for (int64_t id = 2; id <= got.id; id++)
        assert_int_equal(snow_store_forget_scan(s, id, &n, &err), 0);
    /* complaints speak of scan 1: another is not called so */
    assert_int_equal(snow_store_add_scan(s, &scan, &got.id, &err), 0);
    assert_int_equal(got.id, 2);
}

static void contract_holds(void **state)
{
    char folder[] = "/tmp/snowline-store.XXXXXX", path[64];
    struct snow_store *s = open_new(*state, folder);

    scans_are_kept(s);
    scans_are_listed(s);
    tails_are_merged(s);
    scans_are_read_side_by_side(s);
    readers_are_watched(s);
    what_is_rolled_back_was_never_there(s);
    probes_are_kept(s);
    evidence_is_kept(s);
    names_are_kept(s);
    walks_are_kept(s);
    complaints_are_kept(s);
    a_scan_is_forgotten(s);
    snow_store_close(s);
    snprintf(path, sizeof path, "%s/contract.db", folder);
    unlink(path);
    assert_int_equal(rmdir(folder), 0); /* nothing else was left there */
}

/* By what they call now; of two with one now the later, of unfinished none. */
static void the_newest_are_found(void **state)
{
    static const struct {
        int64_t now_utc_s;
        bool is_finished;
        int64_t newest[2], n; /* from here on */
    } scans[] = { { 40, false, { 0, 0 }, 0 }, { 20, true, { 2, 0 }, 1 },
                  { 10, true, { 2, 3 }, 2 },  { 30, true, { 4, 2 }, 3 },
                  { 20, true, { 4, 5 }, 4 },  { 5, true, { 4, 5 }, 5 },
                  { 30, true, { 7, 4 }, 6 } };
    struct snow_store *s;

    (void)state;
    assert_int_equal(snow_store_open(&s, "memory:", SNOW_STORE_CREATE, NULL),
                     0);
    for (size_t i = 0; i < COUNT_OF(scans); i++) {
        struct snow_scan scan = { .targets = "x",
                                  .settings = "{}",
                                  .now_utc_s = scans[i].now_utc_s,
                                  .finished_utc_s = SNOW_TIME_UNKNOWN };
        struct snow_scan newest[2];
        uint64_t n;
        int64_t id;

        assert_int_equal(snow_store_add_scan(s, &scan, &id, NULL), 0);
        if (scans[i].is_finished)
            assert_int_equal(snow_store_finish_scan(s, id, 50, NULL), 0);
        assert_int_equal(snow_store_newest(s, newest, &n, NULL), 0);
        assert_int_equal(n, scans[i].n);
        assert_int_equal(newest[0].id, scans[i].newest[0]);
        assert_int_equal(newest[1].id, scans[i].newest[1]);
        assert_null(newest[0].targets);
    }
    snow_store_close(s);
}

static int start_server(void **state)
{
    (void)state;
    return postgres_start(&server);
}

static int stop_server(void **state)
{
    (void)state;
    postgres_stop(&server);
    return 0;
}

int main(void)
{
    static char sqlite[] = "sqlite", memory[] = "memory";
    static char postgresql[] = "postgresql";
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_prestate(contract_holds, sqlite),
        cmocka_unit_test_prestate(contract_holds, memory),
        cmocka_unit_test_prestate(contract_holds, postgresql),
        cmocka_unit_test(the_newest_are_found),
    };

    return cmocka_run_group_tests(tests, start_server, stop_server);
}
