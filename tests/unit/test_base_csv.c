/* Tables that people hand over: RFC 4180 and what spreadsheets make of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/csv.h"

static const struct csv_column columns[] = { { "domain", true },
                                             { "created", false } };

/* Each record as "LINE=domain|created;"; an error's text behind the last. */
/* clang-format off */
static const struct {
    const char *why, *text, *records;
} cases[] = {
    { "plain", "domain,created\na.example,2018\nb.example,2019\n",
      "2=a.example|2018;3=b.example|2019;" },
    { "CRLF, no end behind the last", "domain,created\r\na.example,2018\r\nb,9",
      "2=a.example|2018;3=b|9;" },
    { "another order, more columns", "x,Created,y,DOMAIN\n1,2018,2,a\n",
      "2=a|2018;" },
    { "an optional column is missing", "domain\na\n", "2=a|;" },
    { "short and long records", "domain,created\na\nb,1,2,3\n", "2=a|;3=b|1;" },
    { "a mark, blanks, empty lines",
      "\xef\xbb\xbf domain , created\n\n  a ,\t2018 \n\n", "3=a|2018;" },
    { "quotes", "domain,created\n\"a,b\",\"say \"\"x\"\"\"\n",
      "2=a,b|say \"x\";" },
    { "a line end in quotes", "domain,created\n\"a\nb\",1\nc,2\n",
      "2=a\nb|1;4=c|2;" },
    { "many line ends in quotes", "domain\n\"a\n\"\"\n\n\"\nb\n",
      "2=a\n\"|;6=b|;" },
    { "octets that are no text", "domain,created\n\xff\x01,\x80\n",
      "2=\xff\x01|\x80;" },
    { "the first of two columns of a name", "domain,domain\na,b\n", "2=a|;" },
    { "nothing but a header", "domain\n", "" },
    { "no header", "", "T: empty; it needs a header" },
    { "no such column", "name,created\n",
      "T: its header has no column 'domain'" },
    { "an open quote", "domain\na\n\"b\nc\n",
      "2=a|;T:3: a quote that is never closed" },
};
/* clang-format on */

static void write_file(const char *path, const void *octets, size_t len)
{
    FILE *f = fopen(path, "w");

    assert_non_null(f);
    assert_int_equal(fwrite(octets, 1, len, f), len);
    fclose(f);
}

static void read_all(struct buf *to, const char *path)
{
    struct snow_error err = { 0 };
    struct csv c;
    int code = csv_open(&c, path, columns, COUNT_OF(columns), &err);

    while (!code && (code = csv_next(&c, &err)) == 0)
        buf_printf(to, "%llu=%s|%s;", (unsigned long long)c.line,
                   csv_get(&c, 0), csv_get(&c, 1));
    if (code != SNOW_ENOTFOUND) {
        const char *text = err.text;

        assert_true(strncmp(text, path, strlen(path)) == 0);
        buf_printf(to, "T%s", text + strlen(path));
    }
    csv_close(&c);
}

static void tables_are_read(void **state)
{
    char path[] = "/tmp/snow-csv-XXXXXX";

    (void)state;
    close(mkstemp(path));
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct buf got = { 0 };

        write_file(path, cases[i].text, strlen(cases[i].text));
        read_all(&got, path);
        if (strcmp(got.data ? got.data : "", cases[i].records) != 0)
            fail_msg("%s: gave '%s'", cases[i].why, got.data);
        buf_fini(&got);
    }
    unlink(path);
}

static void what_is_no_text_is_refused(void **state)
{
    char path[] = "/tmp/snow-csv-XXXXXX";
    char *big = malloc(CSV_RECORD_MAX + 16);
    struct buf got = { 0 };

    (void)state;
    close(mkstemp(path));
    write_file(path, "domain\na\0b\n", 11);
    read_all(&got, path);
    assert_string_equal(got.data, "T:2: a NUL; this is no text");
    memset(big, 'x', CSV_RECORD_MAX + 16);
    memcpy(big, "domain\n", 7);
    write_file(path, big, CSV_RECORD_MAX + 16);
    buf_clear(&got);
    read_all(&got, path);
    assert_string_equal(got.data, "T:2: longer than 1 MiB");
    unlink(path);
    buf_clear(&got);
    read_all(&got, path);
    assert_string_equal(got.data, "T: No such file or directory");
    buf_fini(&got);
    free(big);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables_are_read),
        cmocka_unit_test(what_is_no_text_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
