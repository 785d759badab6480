/* Complaints in a folder: whole or not there, and in no other's file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "cli/letters.h"

#define NAME "_a_b@net.example-0123456789abcdef.eml"

static const struct report_letter letter = { .id = "0123456789abcdef",
                                             .message_id = "id@scan.example",
                                             .recipient = "/a/b@net.example",
                                             .octets = "To: you\r\n",
                                             .len = 9 };

struct place {
    char folder[32], named[80], part[96], other[48];
    struct letters l;
};

static void place_make(struct place *p)
{
    *p = (struct place){ .folder = "/tmp/snowline-XXXXXX" };
    assert_non_null(mkdtemp(p->folder));
    snprintf(p->named, sizeof p->named, "%s/" NAME, p->folder);
    snprintf(p->part, sizeof p->part, "%s.part", p->named);
    snprintf(p->other, sizeof p->other, "%s/other", p->folder);
    assert_int_equal(letters_open(&p->l, p->folder, NULL), 0);
    assert_true(p->l.report.is_alone);
}

static void place_clear(struct place *p)
{
    letters_fini(&p->l);
    unlink(p->named);
    unlink(p->part);
    unlink(p->other);
    assert_int_equal(rmdir(p->folder), 0);
}

static bool is_there(const char *path)
{
    struct stat st;

    return lstat(path, &st) == 0;
}

static void files_appear_when_published(void **state)
{
    struct place p;

    (void)state;
    place_make(&p);
    assert_int_equal(p.l.report.take(p.l.report.arg, &letter), 0);
    assert_false(is_there(p.named));
    assert_int_equal(letters_publish(&p.l, NULL), 0);
    assert_true(is_there(p.named));
    assert_false(is_there(p.part));
    place_clear(&p);
}

static void unpublished_leaves_nothing(void **state)
{
    struct place p;

    (void)state;
    place_make(&p);
    assert_int_equal(p.l.report.take(p.l.report.arg, &letter), 0);
    assert_true(is_there(p.part));
    place_clear(&p); /* fails on what is left */
}

/* A folder may be one that others write to. */
static void links_are_not_followed(void **state)
{
    struct place p;

    (void)state;
    place_make(&p);
    assert_int_equal(symlink(p.other, p.part), 0);
    assert_int_equal(p.l.report.take(p.l.report.arg, &letter), SNOW_EIO);
    assert_non_null(strstr(p.l.why.text, NAME));
    assert_false(is_there(p.other));
    place_clear(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_appear_when_published),
        cmocka_unit_test(unpublished_leaves_nothing),
        cmocka_unit_test(links_are_not_followed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
