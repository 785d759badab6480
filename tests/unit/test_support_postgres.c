/* The server that tests of the shared store ask: it starts, forgets, comes
 * back and leaves nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <unistd.h>

#include <cmocka.h>

#include "support/postgres.h"

static void test_one_server(void **state)
{
    struct postgres p;
    char dir[sizeof p.dir];
    pid_t first;

    (void)state;
    assert_int_equal(postgres_start(&p), 0);
    memcpy(dir, p.dir, sizeof dir);
    first = p.pid;
    assert_int_equal(postgres_sql(&p, "CREATE TABLE t(a int)"), 0);
    assert_int_equal(postgres_restart(&p), 0);
    assert_int_not_equal(p.pid, first);
    assert_int_equal(postgres_sql(&p, "INSERT INTO t VALUES(1)"), 0);
    assert_int_equal(postgres_empty(&p), 0);
    assert_int_equal(postgres_sql(&p, "CREATE TABLE t(a int)"), 0);
    postgres_stop(&p);
    assert_int_equal(access(dir, F_OK), -1);
    postgres_stop(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_server),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
