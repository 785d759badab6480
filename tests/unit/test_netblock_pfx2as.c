/* netblock/pfx2as.h: CAIDA's lists, line by line and as files. */
#include "netblock/pfx2as.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <unistd.h>
#include <zlib.h>

#include <cmocka.h>

#include "base/text.h"
#include "support/netblock.h"

/* clang-format off */
static const struct {
    const char *why, *line;
    uint64_t n_lines, n_bad;
    const char *text; /**< of AS64500's routes */
} lines[] = {
    { "its own", "192.0.2.0\t24\t64500", 1, 0, "192.0.2.0/24; 1 taken" },
    { "IPv6", "2001:db8::\t32\t64500", 1, 0, "2001:db8::/32; 1 taken" },
    { "another's", "192.0.2.0\t24\t64499", 1, 0, "" },
    { "a longer number", "192.0.2.0\t24\t645001", 1, 0, "" },
    { "announced by two", "192.0.2.0\t24\t64499_64500", 1, 0,
      "192.0.2.0/24; 1 taken" },
    { "a set", "192.0.2.0\t24\t64500,64499", 1, 0, "192.0.2.0/24; 1 taken" },
    { "both", "192.0.2.0\t24\t1_2,64500", 1, 0, "192.0.2.0/24; 1 taken" },
    { "a default route", "0.0.0.0\t0\t64500", 1, 0, "; 1 short" },
    { "an empty line", "", 0, 0, "" },
    { "a comment", "# 192.0.2.0\t24\t64500", 0, 0, "" },
    { "blanks instead of tabs", "192.0.2.0 24 64500", 0, 1, "" },
    { "no origin", "192.0.2.0\t24\t", 0, 1, "" },
    { "two columns", "192.0.2.0\t24", 0, 1, "" },
    { "one column", "192.0.2.0", 0, 1, "" },
    { "four columns", "192.0.2.0\t24\t64500\t1", 0, 1, "" },
    { "a length past the end", "192.0.2.0\t33\t64500", 0, 1, "" },
    { "a length of many digits", "192.0.2.0\t99999999999999999999\t64500", 0,
      1, "" },
    { "host bits", "192.0.2.1\t24\t64500", 0, 1, "" },
    { "a slash", "192.0.2.0/24\t24\t64500", 0, 1, "" },
    { "AS before the number", "192.0.2.0\t24\tAS64500", 0, 1, "" },
    { "an origin past the end", "192.0.2.0\t24\t64500_4294967296", 0, 1, "" },
    { "a dangling origin", "192.0.2.0\t24\t64500_", 0, 1, "" },
    { "a hole", "192.0.2.0\t24\t64500__64501", 0, 1, "" },
    { "a long address", "1111111111111111111111111111111111111111111111111\t24"
      "\t64500", 0, 1, "" },
};
/* clang-format on */

static void lines_are_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(lines); i++) {
        struct netblock_routes r;
        struct netblock_wanted w = { .at = &r, .n = 1 };
        const char *line = lines[i].line;

        routes_init(&r);
        assert_int_equal(netblock_pfx2as_line(&w, line, strlen(line)), 0);
        if (strcmp(routes_text(&r), lines[i].text) != 0 ||
            w.n_lines != lines[i].n_lines || w.n_bad != lines[i].n_bad)
            fail_msg("%s: '%s', %llu lines, %llu bad", lines[i].why,
                     routes_text(&r), (unsigned long long)w.n_lines,
                     (unsigned long long)w.n_bad);
        routes_fini(&r);
    }
}

static void what_is_no_text_is_no_line(void **state)
{
    static const char line[] = "192.0.2.0\t24\t64500\0_64501";
    struct netblock_routes r;
    struct netblock_wanted w = { .at = &r, .n = 1 };

    (void)state;
    routes_init(&r);
    assert_int_equal(netblock_pfx2as_line(&w, line, sizeof line - 1), 0);
    assert_int_equal(w.n_bad, 1);
    assert_int_equal(r.n_taken, 0);
    routes_fini(&r);
}

static void each_as_gets_its_own(void **state)
{
    struct netblock_routes r[3];
    struct netblock_wanted w = { .at = r, .n = 3 };
    static const char both[] = "192.0.2.0\t24\t64501_64499";
    static const char one[] = "198.51.100.0\t24\t64500";

    (void)state;
    for (uint32_t i = 0; i < 3; i++) {
        routes_init(&r[i]);
        r[i].asn = 64499 + i;
    }
    assert_int_equal(netblock_pfx2as_line(&w, both, sizeof both - 1), 0);
    assert_int_equal(netblock_pfx2as_line(&w, one, sizeof one - 1), 0);
    assert_string_equal(routes_text(&r[0]), "192.0.2.0/24; 1 taken");
    assert_string_equal(routes_text(&r[1]), "198.51.100.0/24; 1 taken");
    assert_string_equal(routes_text(&r[2]), "192.0.2.0/24; 1 taken");
    for (size_t i = 0; i < 3; i++)
        routes_fini(&r[i]);
}

static void write_file(const char *path, const char *octets, size_t len)
{
    FILE *f = fopen(path, "wb");

    assert_non_null(f);
    assert_int_equal(fwrite(octets, 1, len, f), len);
    fclose(f);
}

static int read_file(const char *octets, size_t len, struct netblock_wanted *w,
                     struct snow_error *err)
{
    char path[] = "/tmp/snowline-pfx2as.XXXXXX";
    int fd = mkstemp(path), code;

    assert_true(fd >= 0);
    close(fd);
    write_file(path, octets, len);
    code = netblock_pfx2as_read(w, path, err);
    unlink(path);
    return code;
}

/* A list of many lines, two of them ours, one with nothing but digits. */
static void make_list(struct buf *list)
{
    for (unsigned i = 0; i < 20000; i++)
        buf_printf(list, "%u.%u.0.0\t16\t%u\n", 1 + i / 256 % 200, i % 256,
                   i + 100000);
    buf_add_text(list, "192.0.2.0\t24\t64500\r\n");
    for (unsigned i = 0; i < NETBLOCK_LINE_MAX; i++)
        buf_add_char(list, '1');
    buf_add_text(list, "\n198.51.100.0\t24\t64500"); /* no line end */
}

/* gzip of @p from. */
static void pack(struct buf *to, const struct buf *from)
{
    z_stream z = { .next_in = (Bytef *)from->data,
                   .avail_in = (uInt)from->len };

    assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, 0), Z_OK);
    assert_int_equal(buf_reserve(to, from->len), 0);
    z.next_out = (Bytef *)to->data + to->len;
    z.avail_out = (uInt)from->len;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    to->len += z.total_out;
    deflateEnd(&z);
}

static const char ours[] = "192.0.2.0/24 198.51.100.0/24; 2 taken";

static void files_are_read_plain_and_gzip(void **state)
{
    struct buf list = { 0 }, packed = { 0 };

    (void)state;
    make_list(&list);
    pack(&packed, &list);
    assert_true(packed.len < list.len / 2);
    for (int is_packed = 0; is_packed < 2; is_packed++) {
        const struct buf *b = is_packed ? &packed : &list;
        struct netblock_routes r;
        struct netblock_wanted w = { .at = &r, .n = 1 };
        struct snow_error err = { 0 };

        routes_init(&r);
        assert_int_equal(read_file(b->data, b->len, &w, &err), 0);
        assert_string_equal(routes_text(&r), ours);
        assert_int_equal(w.n_lines, 20002);
        assert_int_equal(w.n_bad, 1);
        routes_fini(&r);
    }
    buf_fini(&list);
    buf_fini(&packed);
}

/* Cut off anywhere, or with an octet changed, it is refused in one line. */
static void broken_gzip_is_refused(void **state)
{
    struct buf list = { 0 }, packed = { 0 };

    (void)state;
    make_list(&list);
    pack(&packed, &list);
    for (size_t cut = 3; cut < packed.len; cut += 1 + cut / 8) {
        struct netblock_routes r;
        struct netblock_wanted w = { .at = &r, .n = 1 };
        struct snow_error err = { 0 };
        int code;

        routes_init(&r);
        code = read_file(packed.data, cut, &w, &err);
        if (code != SNOW_EIO || !strstr(err.text, "fetch it again"))
            fail_msg("%zu of %zu octets: gave %d, '%s'", cut, packed.len, code,
                     err.text);
        routes_fini(&r);
    }
    packed.data[packed.len - 6] ^= 1; /* the check sum */
    {
        struct netblock_wanted w = { 0 };
        struct snow_error err = { 0 };

        assert_int_equal(read_file(packed.data, packed.len, &w, &err),
                         SNOW_EIO);
        assert_non_null(strstr(err.text, "fetch it again"));
    }
    buf_fini(&list);
    buf_fini(&packed);
}

/* clang-format off */
static const struct {
    const char *why, *octets;
    int code;
    const char *says;
} files[] = {
    { "empty", "", SNOW_ESYNTAX, "no line in it" },
    { "comments", "# a\n#b\n", SNOW_ESYNTAX, "no line in it" },
    { "HTML", "<html>\n<body>404</body>\n", SNOW_ESYNTAX, "no line in it" },
    { "of others alone", "192.0.2.0\t24\t1\n", 0, "" },
};
/* clang-format on */

static void files_of_something_else_are_refused(void **state)
{
    struct netblock_wanted none = { 0 };
    struct snow_error err = { 0 };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(files); i++) {
        struct netblock_wanted w = { 0 };
        int code;

        err = (struct snow_error){ 0 };
        code = read_file(files[i].octets, strlen(files[i].octets), &w, &err);
        if (code != files[i].code || !strstr(err.text, files[i].says))
            fail_msg("%s: gave %d, '%s'", files[i].why, code, err.text);
    }
    assert_int_equal(netblock_pfx2as_read(&none, "/nonexistent/list", &err),
                     SNOW_ENOTFOUND);
    assert_int_equal(netblock_pfx2as_read(&none, "/tmp", &err), SNOW_EIO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_read),
        cmocka_unit_test(what_is_no_text_is_no_line),
        cmocka_unit_test(each_as_gets_its_own),
        cmocka_unit_test(files_are_read_plain_and_gzip),
        cmocka_unit_test(broken_gzip_is_refused),
        cmocka_unit_test(files_of_something_else_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
