/* The controller against name servers that are only simulated: a clock of our
 * own, ticks of 1 ms as the engine's, chance from fixed seeds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "base/random.h"
#include "base/text.h"
#include "dns/policy.h"
#include "dns/servers.h"
#include "snowline/records.h"

#define NAMES_MAX 65536
#define TRIES_MAX (4 * NAMES_MAX)
#define TICK_US 1000
#define SENT_A_TICK 200 /* what a processor manages: 200,000/s */
#define TIMEOUT_US 2000000
#define BEGUN_US 1000000
#define SLOTS_MS 4096
#define NOBODY UINT32_MAX
#define FOR_EVER_S 1000

/* 0 where something does not happen */
struct plan {
    unsigned served_qps;   /**< from its buffer */
    unsigned buffer;       /**< questions that it holds; 0: any number */
    unsigned policed_qps;  /**< more is dropped ... */
    unsigned burst;        /**< ... when so many have been saved up */
    unsigned lost_percent; /**< whatever we do */
    unsigned refused_percent;
    unsigned delay_min_ms, delay_max_ms;
    unsigned stall_every_ms, stall_ms; /**< it is not on the processor */
    unsigned dies_ms, revives_ms;
};

/* One try: sent, and perhaps to be answered. */
struct attempt {
    uint64_t sent_us;
    uint32_t name;
    uint32_t next; /**< to be answered in the same tick */
    bool is_overdue, has_landed, is_refused;
};

struct name {
    uint8_t tries, failures;
};

struct sim {
    struct plan plan;
    struct dns_health health;
    uint64_t now_us, chance;
    unsigned n, tries_max;
    struct name names[NAMES_MAX];
    unsigned n_fresh, n_final, n_unanswered;
    uint32_t again[TRIES_MAX]; /**< names to be asked once more */
    unsigned n_again, again_at;
    struct attempt attempts[TRIES_MAX];
    unsigned n_attempts, timely, oldest;
    uint32_t due[SLOTS_MS]; /**< the first attempt answered in this tick */

    uint64_t left_us[TRIES_MAX]; /**< its buffer */
    unsigned n_entered, n_left;
    uint64_t free_ns; /**< for the next one */
    struct pacer police;
    bool is_canary_out;
    unsigned window_most;
};

static struct sim sim;

/* --- the server --------------------------------------------------------- */

static bool happens(struct sim *s, unsigned percent)
{
    return random_next(&s->chance) % 100 < percent;
}

static bool is_dead(const struct sim *s)
{
    uint64_t ms = (s->now_us - BEGUN_US) / 1000;

    return s->plan.dies_ms && ms >= s->plan.dies_ms && ms < s->plan.revives_ms;
}

static uint64_t after_stall(const struct sim *s, uint64_t ns)
{
    uint64_t every_ns = s->plan.stall_every_ms * UINT64_C(1000000);
    uint64_t stall_ns = s->plan.stall_ms * UINT64_C(1000000);

    if (every_ns && ns % every_ns < stall_ns)
        return ns - ns % every_ns + stall_ns;
    return ns;
}

/* @return when it has been served; 0: the buffer was full */
static uint64_t serve(struct sim *s)
{
    uint64_t begin_ns = s->now_us * 1000;

    if (s->plan.served_qps == 0)
        return s->now_us;
    while (s->n_left < s->n_entered && s->left_us[s->n_left] <= s->now_us)
        s->n_left++;
    if (s->plan.buffer && s->n_entered - s->n_left >= s->plan.buffer)
        return 0;
    if (begin_ns < s->free_ns)
        begin_ns = s->free_ns;
    s->free_ns = after_stall(s, begin_ns) + 1000000000 / s->plan.served_qps;
    s->left_us[s->n_entered++] = s->free_ns / 1000;
    return s->free_ns / 1000;
}

static bool is_dropped(struct sim *s)
{
    if (is_dead(s) || happens(s, s->plan.lost_percent))
        return true;
    return s->plan.policed_qps && !pacer_take(&s->police, s->now_us);
}

/* An attempt arrives. */
static void hear(struct sim *s, uint32_t at)
{
    uint64_t answer_us = is_dropped(s) ? 0 : serve(s), slot_ms;
    unsigned span_ms = s->plan.delay_max_ms - s->plan.delay_min_ms;

    if (answer_us == 0)
        return;
    answer_us += s->plan.delay_min_ms * 1000;
    answer_us += random_next(&s->chance) % (span_ms * 1000 + 1);
    if (answer_us < s->now_us + TICK_US)
        answer_us = s->now_us + TICK_US;
    slot_ms = (answer_us + 999) / 1000 % SLOTS_MS;
    s->attempts[at].is_refused = happens(s, s->plan.refused_percent);
    s->attempts[at].next = s->due[slot_ms];
    s->due[slot_ms] = at;
}

/* --- the engine, as far as it matters here ------------------------------ */

static void ask_again(struct sim *s, uint32_t name)
{
    s->again[s->n_again++ % TRIES_MAX] = name;
}

static void land(struct sim *s, struct attempt *a)
{
    a->has_landed = true;
    dns_health_landed(&s->health);
}

static void on_answer(struct sim *s, struct attempt *a)
{
    struct name *name = &s->names[a->name];

    if (a->has_landed)
        return;
    land(s, a);
    dns_health_answered(&s->health, a->sent_us, a->is_overdue, s->now_us);
    dns_health_failed(&s->health,
                      a->is_refused ? SNOW_PTR_REFUSED : SNOW_PTR_NAME);
    if (a->is_refused && ++name->failures < 2 && name->tries < s->tries_max)
        ask_again(s, a->name);
    else
        s->n_final++;
}

static void on_timeout(struct sim *s, struct attempt *a)
{
    struct name *name = &s->names[a->name];

    land(s, a);
    if (!dns_policy_counts(a->sent_us, s->health.heard_us, TIMEOUT_US)) {
        dns_health_silent(&s->health);
        name->tries--;
    }
    if (name->tries < s->tries_max) {
        ask_again(s, a->name);
        return;
    }
    s->n_final++;
    s->n_unanswered++;
}

static void receive(struct sim *s)
{
    uint32_t *due = &s->due[s->now_us / 1000 % SLOTS_MS];

    for (uint32_t at = *due; at != NOBODY; at = s->attempts[at].next)
        on_answer(s, &s->attempts[at]);
    *due = NOBODY;
    if (s->is_canary_out && !is_dead(s))
        dns_health_heard(&s->health, s->now_us);
    s->is_canary_out = false;
}

static void expire(struct sim *s)
{
    for (; s->timely < s->n_attempts; s->timely++) {
        struct attempt *a = &s->attempts[s->timely];

        if (a->has_landed)
            continue;
        if (!dns_health_is_overdue(&s->health, a->sent_us, s->now_us))
            break;
        a->is_overdue = true;
        dns_health_overdue(&s->health, a->sent_us);
    }
    for (; s->oldest < s->n_attempts; s->oldest++) {
        struct attempt *a = &s->attempts[s->oldest];

        if (!a->has_landed && s->now_us - a->sent_us < TIMEOUT_US)
            break;
        if (!a->has_landed)
            on_timeout(s, a);
    }
}

static uint32_t next_name(struct sim *s)
{
    if (s->again_at < s->n_again)
        return s->again[s->again_at++ % TRIES_MAX];
    return s->n_fresh < s->n ? s->n_fresh++ : NOBODY;
}

static void ask(struct sim *s)
{
    uint64_t oldest_us =
        s->oldest < s->n_attempts ? s->attempts[s->oldest].sent_us : 0;

    if (dns_health_wants_canary(&s->health, oldest_us, false, s->now_us)) {
        s->health.canary_us = s->now_us;
        s->is_canary_out = true;
    }
    for (unsigned i = 0; i < SENT_A_TICK; i++) {
        uint32_t name;

        if (!dns_health_has_room(&s->health, s->now_us))
            return;
        name = next_name(s);
        if (name == NOBODY)
            return;
        if (s->n_attempts == TRIES_MAX)
            fail_msg("too many questions");
        s->names[name].tries++;
        s->attempts[s->n_attempts] =
            (struct attempt){ .sent_us = s->now_us, .name = name };
        dns_health_claim(&s->health, s->now_us);
        hear(s, s->n_attempts++);
    }
}

static void simulate(struct sim *s, const struct plan *plan, unsigned n,
                     unsigned tries, uint64_t seed)
{
    memset(s, 0, sizeof *s);
    memset(s->due, 0xff, sizeof s->due);
    s->plan = *plan;
    s->n = n;
    s->tries_max = tries;
    s->chance = seed;
    s->now_us = BEGUN_US;
    dns_health_init(&s->health, 0, TIMEOUT_US);
    pacer_init(&s->police, plan->policed_qps, plan->burst, s->now_us);
    while (s->n_final < n && s->now_us < FOR_EVER_S * UINT64_C(1000000)) {
        receive(s);
        expire(s);
        dns_health_judge(&s->health, s->now_us);
        ask(s);
        if (!s->health.is_paced && s->health.window > s->window_most)
            s->window_most = s->health.window;
        s->now_us += TICK_US;
    }
}

/* --- what is asked of it ------------------------------------------------ */

#define SEEDS 4 /* no case may hang on one run of luck */
#define MANY NAMES_MAX
#define BUFFER 270 /* 212,992 octets */

/* clang-format off */
static const struct {
    const char *why;
    struct plan plan;
    unsigned n, tries;
    unsigned unanswered_most;
    double asked_most;   /* questions a name */
    double seconds_most; /* the last timeouts included */
    unsigned window_least, window_most; /* the largest, not paced */
    bool is_paced;       /* at the end */
} cases[] = {
    { "near, faster than we are", { .served_qps = 400000 },
      MANY, 4, 0, 1.0, .6, 200, 1000, false },
    { "near, as slow as a busy machine", { .served_qps = 50000 },
      MANY, 4, 0, 1.0, 2, 64, 500, false },
    { "the usual buffer", { .served_qps = 150000, .buffer = BUFFER },
      MANY, 4, 0, 1.005, 3.2, 128, 500, false },
    { "the usual buffer, slow", { .served_qps = 20000, .buffer = BUFFER },
      MANY, 4, 0, 1.005, 6, 64, 400, false },
    { "the usual buffer, stalls of 8 ms",
      { .served_qps = 150000, .buffer = BUFFER,
        .stall_every_ms = 40, .stall_ms = 8 },
      MANY, 4, 0, 1.005, 4, 64, 400, false },
    { "the usual buffer, stalls of 60 ms",
      { .served_qps = 150000, .buffer = BUFFER,
        .stall_every_ms = 300, .stall_ms = 60 },
      MANY, 4, 0, 1.005, 4.5, 64, 400, false },
    { "a tiny buffer", { .served_qps = 20000, .buffer = 48 },
      MANY, 4, 0, 1.02, 8, 64, 400, false },
    { "2000/s", { .policed_qps = 2000, .burst = 40 },
      MANY, 4, 0, 1.05, 40, 64, 1000, true },
    { "2000/s, hardly a burst", { .policed_qps = 2000, .burst = 4 },
      MANY, 4, 0, 1.15, 50, 64, 1000, true },
    { "2000/s, a burst of a second", { .policed_qps = 2000, .burst = 2000 },
      MANY, 4, 0, 1.08, 40, 64, 1000, true },
    { "2000/s, a burst of five seconds",
      { .policed_qps = 2000, .burst = 10000 },
      MANY, 4, 0, 1.1, 36, 64, 1000, true },
    { "2000/s, 20 ms away",
      { .policed_qps = 2000, .burst = 40,
        .delay_min_ms = 15, .delay_max_ms = 25 },
      MANY, 4, 0, 1.05, 40, 64, 1000, false }, /* the window will do */
    { "2000/s, a bad line",
      { .policed_qps = 2000, .burst = 40, .lost_percent = 5 },
      MANY, 6, 0, 1.2, 46, 64, 1000, true },
    { "500/s", { .policed_qps = 500, .burst = 10 },
      MANY / 8, 4, 0, 1.1, 24, 64, 1000, true },
    { "50/s", { .policed_qps = 50, .burst = 5 },
      1024, 4, 0, 1.3, 35, 64, 1000, true },
    { "20,000/s", { .policed_qps = 20000, .burst = 400 },
      MANY, 4, 0, 1.1, 7, 64, 1000, true },
    { "one in a hundred is lost", { .served_qps = 150000, .lost_percent = 1 },
      MANY, 4, 0, 1.02, 8, 64, 1000, false },
    { "one in a hundred is lost, 20 ms away",
      { .lost_percent = 1, .delay_min_ms = 15, .delay_max_ms = 25 },
      MANY, 4, 0, 1.02, 9, 512, 8192, false },
    { "a tenth is lost", { .served_qps = 150000, .lost_percent = 10 },
      MANY, 6, 1, 1.13, 15, 64, 1000, false },
    { "a tenth is lost, 20 ms away",
      { .lost_percent = 10, .delay_min_ms = 15, .delay_max_ms = 25 },
      MANY, 6, 1, 1.13, 20, 64, 8192, false },
    { "three tenths are lost", { .served_qps = 150000, .lost_percent = 30 },
      MANY, 16, 0, 1.45, 32, 64, 1000, false },
    { "half is refused", { .served_qps = 150000, .refused_percent = 50 },
      MANY, 4, 0, 1.51, 10, 32, 128, false },
    { "all is refused", { .served_qps = 150000, .refused_percent = 100 },
      MANY, 4, 0, 2.0, 10, 32, 128, false },
    { "20 ms away", { .delay_min_ms = 15, .delay_max_ms = 25 },
      MANY, 4, 0, 1.0, 1.2, 1500, 8192, false },
    { "20 ms away, the usual buffer",
      { .served_qps = 150000, .buffer = BUFFER,
        .delay_min_ms = 15, .delay_max_ms = 25 },
      MANY, 4, 0, 1.01, 6, 512, 8192, false },
    { "a cold resolver", { .delay_min_ms = 80, .delay_max_ms = 300 },
      MANY, 4, 0, 1.0, 5, 4000, 8192, false },
    { "it is away for five seconds",
      { .served_qps = 150000, .dies_ms = 100, .revives_ms = 5100 },
      MANY, 4, 0, 1.01, 10, 200, 1000, false },
    { "2000/s, and away for five seconds",
      { .policed_qps = 2000, .burst = 40, .dies_ms = 3000,
        .revives_ms = 8000 },
      MANY, 4, 0, 1.06, 48, 64, 1000, true },
};
/* clang-format on */

static bool is_right(const struct sim *s, size_t i)
{
    double asked = (double)s->n_attempts / cases[i].n;
    double seconds = (double)(s->now_us - BEGUN_US) / 1e6;

    if (s->n_final == cases[i].n &&
        s->n_unanswered <= cases[i].unanswered_most &&
        asked <= cases[i].asked_most && seconds <= cases[i].seconds_most &&
        s->window_most >= cases[i].window_least &&
        s->window_most <= cases[i].window_most &&
        s->health.is_paced == cases[i].is_paced)
        return true;
    print_message("%s: %u of %u final, %u unanswered, %.4f a name, %.2f s, "
                  "window to %u, now %u, paced at %.0f\n",
                  cases[i].why, s->n_final, cases[i].n, s->n_unanswered, asked,
                  seconds, s->window_most, s->health.window,
                  s->health.is_paced ? s->health.rate : 0);
    return false;
}

static void servers_are_used_well(void **state)
{
    unsigned n_wrong = 0;

    (void)state;
    for (size_t i = 0; i < SEEDS * COUNT_OF(cases); i++) {
        size_t at = i % COUNT_OF(cases);

        simulate(&sim, &cases[at].plan, cases[at].n, cases[at].tries,
                 1 + i / COUNT_OF(cases));
        n_wrong += !is_right(&sim, at);
    }
    assert_int_equal(n_wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(servers_are_used_well),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
