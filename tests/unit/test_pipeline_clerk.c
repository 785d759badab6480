/* The clerk: jobs in order, tried again while the server is away, each done
 * once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/text.h"
#include "pipeline/clerk.h"

/** A job that tells of itself. */
struct told {
    struct clerk_job job;
    char name;
    int away; /* times that the server is, for this job */
    int code; /* what it comes to at last */
    struct buf *out;
};

static int work(struct clerk_job *j, struct snow_store *s,
                struct snow_error *err)
{
    struct told *t = j->arg;

    (void)s;
    if (t->away-- > 0)
        return snow_fail(err, SNOW_EAWAY, "away");
    return t->code;
}

static void done(struct clerk_job *j)
{
    struct told *t = j->arg;

    buf_printf(t->out, "%c%d ", t->name, j->code);
}

static void ask(struct clerk *c, struct told *t)
{
    t->job = (struct clerk_job){ .work = work, .done = done, .arg = t };
    clerk_do(c, &t->job);
}

static void on_timer(uv_timer_t *t)
{
    (void)t;
}

static void run_until(uv_loop_t *loop, const struct buf *out, size_t len)
{
    uv_timer_t keep; /* the clerk alone keeps no loop alive */

    assert_int_equal(uv_timer_init(loop, &keep), 0);
    uv_timer_start(&keep, on_timer, 10, 10);
    while (out->len < len)
        uv_run(loop, UV_RUN_ONCE);
    uv_close((uv_handle_t *)&keep, NULL);
}

static void jobs_are_done_in_order(void **state)
{
    struct buf out = { 0 };
    struct told a = { .name = 'a', .away = 2, .out = &out };
    struct told b = { .name = 'b', .code = SNOW_EDONE, .out = &out };
    struct clerk *c;
    uv_loop_t loop;

    (void)state;
    assert_int_equal(uv_loop_init(&loop), 0);
    assert_int_equal(clerk_new(&c, &loop, NULL), 0);
    ask(c, &a);
    ask(c, &b);
    run_until(&loop, &out, strlen("a0 b-14 "));
    assert_string_equal(out.data, "a0 b-14 ");
    clerk_close(c);
    uv_run(&loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&loop), 0);
    buf_fini(&out);
}

/* One that waits for its server is not waited for. */
static void a_closed_clerk_does_no_more(void **state)
{
    struct buf out = { 0 };
    struct told a = { .name = 'a', .away = 1000000, .out = &out };
    struct told b = { .name = 'b', .out = &out };
    char note[64] = "";
    struct clerk *c;
    uv_loop_t loop;

    (void)state;
    assert_int_equal(uv_loop_init(&loop), 0);
    assert_int_equal(clerk_new(&c, &loop, NULL), 0);
    ask(c, &a);
    ask(c, &b);
    while (!note[0])
        clerk_waits(c, note, sizeof note);
    assert_string_equal(note, "away");
    clerk_close(c);
    assert_string_equal(out.data, "a-18 b-12 ");
    uv_run(&loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&loop), 0);
    buf_fini(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(jobs_are_done_in_order),
        cmocka_unit_test(a_closed_clerk_does_no_more),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
