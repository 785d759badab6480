/* What goes through the batches comes out as it went in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <uv.h>

#include <cmocka.h>

#include "base/text.h"
#include "store/sink.h"

#define NODES 1000

static void on_drained(void *arg)
{
    ++*(unsigned *)arg;
}

static int add_name(void *arg, const struct snow_name *name)
{
    const char *at = name->names;

    buf_printf(arg, "%u %u %lld", name->nibbles, name->status,
               (long long)name->seen_utc_s);
    for (unsigned i = 0; i < name->n_names; i++, at += strlen(at) + 1)
        buf_printf(arg, " %s", at);
    buf_add_text(arg, ";");
    return 0;
}

static int sum_node(void *arg, const struct snow_node *n)
{
    *(uint64_t *)arg += n->addr.lo + n->ask + n->open + n->nibbles;
    return 0;
}

static int add_probe(void *arg, const struct snow_probe *p)
{
    const struct snow_tls *t = &p->tls;

    buf_printf(arg, "%.*s,%.*s,%.*s,", (int)p->banner_len, p->banner,
               (int)p->hello_len, p->hello, (int)p->capabilities_len,
               p->capabilities);
    buf_printf(arg, "%s,%.*s,%.*s,%.*s,%lld;", t->version, (int)t->subject_len,
               t->subject, (int)t->names_len, t->names, (int)t->issuer_len,
               t->issuer,
               t->spki_sha256[0] ? (long long)t->not_after_utc_s : -1);
    return 0;
}

static void put_probe(struct sink *k)
{
    char text[] = "abcdefghijk";
    struct snow_probe p = { .port = 25,
                            .banner = text,
                            .banner_len = 1,
                            .hello = text + 1,
                            .hello_len = 2,
                            .capabilities = text + 3,
                            .capabilities_len = 3,
                            .tls = { .version = "TLSv1.2",
                                     .spki_sha256 = "00",
                                     .not_after_utc_s = 9,
                                     .subject = text + 6,
                                     .subject_len = 1,
                                     .names = text + 7,
                                     .names_len = 3,
                                     .issuer = text + 10,
                                     .issuer_len = 1 } };
    struct snow_record r = { .kind = SNOW_RECORD_PROBE,
                             .scan = 1,
                             .probe = &p };

    assert_int_equal(sink_put(k, &r), 0);
    memset(text, 'x', sizeof text);
    p = (struct snow_probe){ .port = 26 };
    assert_int_equal(sink_put(k, &r), 0);
}

/* Everything is copied: the records change as soon as they are put. */
static void put_all(struct sink *k)
{
    char names[] = "a.example\0bb.example";
    struct snow_name name = { .nibbles = 32,
                              .status = SNOW_PTR_NAME,
                              .n_names = 2,
                              .seen_utc_s = 7,
                              .names = names };
    struct snow_record r = { .kind = SNOW_RECORD_NAME,
                             .scan = 1,
                             .name = &name };
    static struct snow_node nodes[NODES];
    struct snow_walk walk = { { 5 }, nodes, NODES };

    assert_int_equal(sink_put(k, &r), 0);
    name = (struct snow_name){ .addr = { 1, 0 },
                               .nibbles = 9,
                               .status = SNOW_PTR_TIMEOUT };
    assert_int_equal(sink_put(k, &r), 0);
    memset(names, 'x', sizeof names - 1);
    for (unsigned i = 0; i < NODES; i++)
        nodes[i] = (struct snow_node){ { 0, i * 16u }, 31, 1, 0 };
    r = (struct snow_record){ .kind = SNOW_RECORD_WALK,
                              .scan = 1,
                              .walk = &walk };
    assert_int_equal(sink_put(k, &r), 0);
    memset(nodes, 0, sizeof nodes);
    assert_int_equal(sink_put(k, &r), 0); /* one node, not there: no matter */
}

static void records_are_copied(void **state)
{
    struct snow_scan scan = { .targets = "", .settings = "{}" };
    struct snow_store *s = NULL;
    struct sink *k = NULL;
    struct buf out = { 0 };
    unsigned n_drained = 0;
    const struct sink_hooks hooks = { .drained = on_drained,
                                      .arg = &n_drained };
    uint64_t sum = 0;
    uv_loop_t loop;
    int64_t id;

    (void)state;
    assert_int_equal(uv_loop_init(&loop), 0);
    assert_int_equal(snow_store_open(&s, "memory:", SNOW_STORE_CREATE, NULL),
                     0);
    assert_int_equal(snow_store_add_scan(s, &scan, &id, NULL), 0);
    assert_int_equal(sink_new(&k, &loop, s, &hooks), 0);
    put_all(k);
    put_probe(k);
    assert_int_equal(sink_close(k, NULL), 0);
    uv_run(&loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&loop), 0);

    assert_int_equal(snow_store_each_name(s, id, add_name, &out, NULL), 0);
    assert_string_equal(out.data, "32 1 7 a.example bb.example;9 6 0;");
    assert_int_equal(snow_store_each_node(s, id, sum_node, &sum, NULL), 0);
    assert_int_equal(sum, 16u * NODES * (NODES - 1) / 2 + NODES * 32u);
    buf_clear(&out);
    assert_int_equal(snow_store_each_probe(s, id, add_probe, &out, NULL), 0);
    assert_string_equal(out.data, "a,bc,def,TLSv1.2,g,hij,k,9;,,,,,,,-1;");
    buf_fini(&out);
    snow_store_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_are_copied),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
