#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <uv.h>

#include "base/text.h"
#include "dns/engine.h"
#include "snowline/addr.h"
#include "support/dns_fixture.h"
#include "support/nsd.h"

#define MANY 1000
#define N_STATUSES 16

/* An engine on its own loop, what it asks, and what it hears. */
struct run {
    uv_loop_t loop;
    struct dns_engine *engine;
    struct snow_addr first;
    unsigned n, handed_out;     /* addresses from first on */
    unsigned pause_at;          /* here next() waits for a kick */
    unsigned drain_at, stop_at; /* after so many answers */
    bool has_started;
    unsigned n_answers, n_again, n_done, n_twice, n_forged;
    unsigned by_status[N_STATUSES];
    uint8_t answered[4 * MANY];
    int code;
    char names[4096]; /* of the last answer, lines */
    struct dns_stats stats;
};

static int on_next(void *arg, uint64_t now_us, struct dns_question *out,
                   uint64_t *wait_us)
{
    struct run *r = arg;

    (void)now_us;
    assert_true(r->has_started);
    if (r->handed_out == r->n)
        return SNOW_EDONE;
    if (r->pause_at && r->handed_out == r->pause_at) {
        *wait_us = UINT64_MAX;
        return SNOW_EAGAIN;
    }
    out->step =
        (struct snow_step){ .addr = snow_addr_add(r->first, r->handed_out),
                            .lane = r->handed_out };
    r->handed_out++;
    return 0;
}

static void on_again(void *arg, const struct dns_question *q)
{
    struct run *r = arg;

    assert_true(q->step.lane < r->n);
    r->n_again++;
}

static void keep_names(struct run *r, const struct dns_answer *a)
{
    const char *at = a->names;
    struct buf lines = { 0 };

    for (unsigned i = 0; i < a->n_names; i++) {
        buf_printf(&lines, "%s%s", i > 0 ? "\n" : "", at);
        at += strlen(at) + 1;
    }
    assert_true(a->n_names == 0 ||
                at == a->names + a->names_len); /* every NUL counted */
    text_copy(r->names, sizeof r->names, lines.data ? lines.data : "");
    buf_fini(&lines);
}

static void on_answer(void *arg, const struct dns_question *q,
                      const struct dns_answer *a)
{
    const struct snow_step *step = &q->step;
    struct run *r = arg;

    assert_int_equal(
        snow_addr_compare(step->addr, snow_addr_add(r->first, step->lane)), 0);
    r->n_twice += r->answered[step->lane]++ > 0;
    r->by_status[a->status]++;
    r->n_answers++;
    keep_names(r, a);
    r->n_forged += strncmp(r->names, "forged", 6) == 0;
    if (r->n_answers == r->drain_at)
        dns_engine_drain(r->engine);
    if (r->n_answers == r->stop_at)
        dns_engine_stop(r->engine);
}

static void on_done(void *arg, int code)
{
    struct run *r = arg;

    r->n_done++;
    r->code = code;
    dns_engine_stats(r->engine, &r->stats);
    dns_engine_close(r->engine);
}

static void open_run(struct run *r, const char *first, unsigned n,
                     const struct dns_config *cfg, const struct clock *clock)
{
    struct dns_hooks hooks = { .next = on_next,
                               .again = on_again,
                               .answer = on_answer,
                               .done = on_done,
                               .arg = r };
    struct snow_error err = { 0 };

    memset(r, 0, sizeof *r);
    assert_int_equal(uv_loop_init(&r->loop), 0);
    assert_int_equal(snow_addr_parse(&r->first, first), 0);
    r->n = n;
    if (dns_engine_new(&r->engine, &r->loop, cfg, &hooks, clock, &err))
        fail_msg("%s", err.text);
}

/* To the end, with nothing left behind. */
static void finish_run(struct run *r)
{
    uv_run(&r->loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&r->loop), 0);
    assert_int_equal(r->n_done, 1);
    assert_int_equal(r->n_twice, 0);
    assert_int_equal(r->n_forged, 0);
    assert_int_equal(r->stats.again, r->n_again);
}

static void start_run(struct run *r)
{
    dns_engine_start(r->engine);
    r->has_started = true; /* no hook may have been called by now */
}

/* --- a real server ------------------------------------------------------ */

#define PAD "a-rather-long-label-that-fills-the-datagram.example."

static const char ipv4_zone[] =
    "1 PTR One.Example.\n"
    "2 PTR b.example.\n2 PTR a.example.\n2 PTR c.example.\n"
    "3 PTR a\\.b\\032c.example.\n"
    "4 TXT \"no name\"\n"
    "5 CNAME 5.0-127.2.0.192.in-addr.arpa.\n"
    "5.0-127 PTR delegated.example.\n"
    "6 PTR n01-" PAD "\n6 PTR n02-" PAD "\n6 PTR n03-" PAD "\n"
    "6 PTR n04-" PAD "\n6 PTR n05-" PAD "\n6 PTR n06-" PAD "\n"
    "6 PTR n07-" PAD "\n6 PTR n08-" PAD "\n6 PTR n09-" PAD "\n"
    "6 PTR n10-" PAD "\n6 PTR n11-" PAD "\n6 PTR n12-" PAD "\n";

/* As many names as a message holds, and more. */
#define HUGE 1150
#define TOO_MANY 1300
static char huge_zone[2 * (HUGE + TOO_MANY) * 64];

static const struct nsd_zone zones[] = {
    { "113.0.203.in-addr.arpa", huge_zone },
    { "2.0.192.in-addr.arpa", ipv4_zone },
    { "8.b.d.0.1.0.0.2.ip6.arpa",
      "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0 PTR six.example.\n" },
    { "0.10.in-addr.arpa", "*.0 PTR wild.example.\n*.1 PTR wild.example.\n"
                           "*.2 PTR wild.example.\n*.3 TXT \"none\"\n" },
};

#define P4(n)                                                                  \
    "n0" n "-"                                                                 \
    "a-rather-long-label-that-fills-the-datagram.example"
#define P5(n)                                                                  \
    "n1" n "-"                                                                 \
    "a-rather-long-label-that-fills-the-datagram.example"

/* clang-format off */
static const struct {
    const char *why, *addr;
    unsigned status;
    const char *names;
    unsigned over_tcp;
} asked[] = {
    { "a name", "192.0.2.1", SNOW_PTR_NAME, "one.example", 0 },
    { "several", "192.0.2.2", SNOW_PTR_NAME,
      "a.example\nb.example\nc.example", 0 },
    { "odd octets", "192.0.2.3", SNOW_PTR_NAME, "a\\.b\\032c.example", 0 },
    { "no PTR", "192.0.2.4", SNOW_PTR_NODATA, "", 0 },
    { "delegated (RFC 2317)", "192.0.2.5", SNOW_PTR_NAME,
      "delegated.example", 0 },
    { "more than a datagram holds", "192.0.2.6", SNOW_PTR_NAME,
      P4("1") "\n" P4("2") "\n" P4("3") "\n" P4("4") "\n" P4("5") "\n"
      P4("6") "\n" P4("7") "\n" P4("8") "\n" P4("9") "\n" P5("0") "\n"
      P5("1") "\n" P5("2"), 1 },
    { "no such name", "192.0.2.7", SNOW_PTR_NXDOMAIN, "", 0 },
    { "IPv6", "2001:db8::1", SNOW_PTR_NAME, "six.example", 0 },
    { "no IPv6 name", "2001:db8::2", SNOW_PTR_NXDOMAIN, "", 0 },
    { "not its zone", "198.51.100.1", SNOW_PTR_REFUSED, "", 0 },
};
/* clang-format on */

static void write_huge_zone(void)
{
    struct buf text;

    buf_init_in(&text, huge_zone, sizeof huge_zone);
    for (unsigned i = 0; i < HUGE + TOO_MANY; i++)
        buf_printf(&text,
                   "%u PTR n%04u-and-a-label-of-some-forty-octets.example.\n",
                   i < HUGE ? 1 : 2, i < HUGE ? i : i - HUGE);
    assert_true(text.data == huge_zone);
}

static int start_nsd(void **state)
{
    static struct nsd n;

    write_huge_zone();
    *state = &n;
    return nsd_start(&n, zones, COUNT_OF(zones));
}

static int stop_nsd(void **state)
{
    nsd_stop(*state);
    return 0;
}

static struct dns_config config_for(const struct nsd *n)
{
    return (struct dns_config){
        .servers = &n->addr, .n_servers = 1, .timeout_ms = 2000, .tries = 4
    };
}

static void a_real_server_is_understood(void **state)
{
    struct dns_config cfg = config_for(*state);

    for (size_t i = 0; i < COUNT_OF(asked); i++) {
        struct run r;

        open_run(&r, asked[i].addr, 1, &cfg, &clock_system);
        start_run(&r);
        finish_run(&r);
        if (r.code || r.by_status[asked[i].status] != 1 ||
            strcmp(r.names, asked[i].names) != 0)
            fail_msg("%s: code %d, names '%s'", asked[i].why, r.code, r.names);
        if (r.stats.over_tcp != asked[i].over_tcp)
            fail_msg("%s: %d over TCP", asked[i].why, (int)r.stats.over_tcp);
    }
}

/* Of 1,150 names in one answer near 64 KiB sixteen are kept; more than that no
 * answer holds, even over TCP. */
static void a_huge_answer_is_read(void **state)
{
    struct dns_config cfg = config_for(*state);
    struct run r;

    open_run(&r, "203.0.113.1", 2, &cfg, &clock_system);
    start_run(&r);
    finish_run(&r);
    assert_int_equal(r.code, 0);
    assert_int_equal(r.by_status[SNOW_PTR_NAME], 1);
    assert_int_equal(r.by_status[SNOW_PTR_ERROR], 1);
}

static void sweep_range(const struct nsd *n, enum dns_gso gso)
{
    struct dns_config cfg = config_for(n);
    static struct run r;

    cfg.gso = gso;
    open_run(&r, "10.0.0.0", 4 * MANY, &cfg, &clock_system);
    start_run(&r);
    finish_run(&r);
    assert_int_equal(r.code, 0);
    assert_int_equal(r.n_answers, 4 * MANY);
    assert_int_equal(r.by_status[SNOW_PTR_NAME], 3 * 256);
    assert_int_equal(r.by_status[SNOW_PTR_NODATA], 256);
    assert_int_equal(r.by_status[SNOW_PTR_NXDOMAIN], 4 * MANY - 4 * 256);
    assert_int_equal(r.stats.by_status[SNOW_PTR_NAME], 3 * 256);
    assert_int_equal(r.stats.in_flight, 0);
}

static void a_range_is_swept(void **state)
{
    static const enum dns_gso ways[] = { DNS_GSO_AUTO, DNS_GSO_ON,
                                         DNS_GSO_OFF };

    for (size_t i = 0; i < COUNT_OF(ways); i++)
        sweep_range(*state, ways[i]);
}

static void draining_answers_what_was_asked(void **state)
{
    struct dns_config cfg = config_for(*state);
    static struct run r;

    open_run(&r, "10.0.0.0", 4 * MANY, &cfg, &clock_system);
    r.drain_at = 50;
    start_run(&r);
    finish_run(&r);
    assert_int_equal(r.code, 0);
    assert_int_equal(r.n_answers, r.handed_out);
    assert_in_range(r.n_answers, 50, 4 * MANY - 1);
}

static void stopping_leaves_the_rest(void **state)
{
    struct dns_config cfg = config_for(*state);
    static struct run r;

    open_run(&r, "10.0.0.0", 4 * MANY, &cfg, &clock_system);
    r.stop_at = 50;
    start_run(&r);
    finish_run(&r);
    assert_int_equal(r.code, SNOW_ECANCELED);
    assert_int_equal(r.n_answers, 50);
}

static void stopped_at_once_it_asks_nothing(void **state)
{
    struct dns_config cfg = config_for(*state);
    static struct run r;

    open_run(&r, "10.0.0.0", MANY, &cfg, &clock_system);
    start_run(&r);
    dns_engine_stop(r.engine);
    assert_int_equal(r.n_done, 0); /* later, from the loop */
    finish_run(&r);
    assert_int_equal(r.code, SNOW_ECANCELED);
    assert_int_equal(r.handed_out, 0);
}

static void never_started_it_can_be_closed(void **state)
{
    struct dns_config cfg = config_for(*state);
    static struct run r;

    open_run(&r, "10.0.0.0", MANY, &cfg, &clock_system);
    dns_engine_close(r.engine);
    uv_run(&r.loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&r.loop), 0);
    assert_int_equal(r.n_done, 0);
}

static void on_kick(uv_timer_t *timer)
{
    struct run *r = timer->data;

    if (r->n_answers < r->pause_at)
        return;
    r->pause_at = 0;
    dns_engine_kick(r->engine);
    uv_close((uv_handle_t *)timer, NULL);
}

static void a_kick_wakes_it(void **state)
{
    struct dns_config cfg = config_for(*state);
    static struct run r;
    uv_timer_t timer;

    open_run(&r, "10.0.0.0", 100, &cfg, &clock_system);
    r.pause_at = 40;
    uv_timer_init(&r.loop, &timer);
    timer.data = &r;
    uv_timer_start(&timer, on_kick, 1, 1);
    start_run(&r);
    finish_run(&r);
    assert_int_equal(r.code, 0);
    assert_int_equal(r.n_answers, 100);
}

static uint64_t read_hand(void *arg)
{
    return *(uint64_t *)arg;
}

static void turn_for_ms(struct run *r, unsigned ms)
{
    for (unsigned i = 0; i < ms; i++) {
        uv_sleep(1);
        uv_run(&r->loop, UV_RUN_NOWAIT);
    }
}

/* While the clock stands still, a burst leaves and no more. */
static void the_rate_is_kept(void **state)
{
    uint64_t hand_us = 1000000;
    struct clock clock = { .mono_us = read_hand, .arg = &hand_us };
    struct dns_config cfg = config_for(*state);
    static struct run r;

    cfg.rate_qps = 1000;
    open_run(&r, "10.0.0.0", 100, &cfg, &clock);
    start_run(&r);
    turn_for_ms(&r, 30);
    assert_int_equal(r.handed_out, 10);
    hand_us += 5000;
    turn_for_ms(&r, 30);
    assert_int_equal(r.handed_out, 15);
    dns_engine_drain(r.engine);
    finish_run(&r);
    assert_int_equal(r.n_answers, 15);
}

static void the_window_is_kept(void **state)
{
    struct dns_fixture_plan plan = { .silent_first = UINT32_MAX };
    struct dns_fixture f;
    struct dns_config cfg = config_for(*state);
    static struct run r;

    assert_int_equal(dns_fixture_start(&f, &plan), 0);
    cfg.servers = &f.addr;
    cfg.window_max = 7;
    open_run(&r, "10.0.0.0", 100, &cfg, &clock_system);
    start_run(&r);
    turn_for_ms(&r, 30);
    assert_int_equal(r.handed_out, 7);
    dns_engine_stop(r.engine);
    finish_run(&r);
    dns_fixture_stop(&f);
}

/* --- servers as they should not be -------------------------------------- */

#define ALL SNOW_PTR_NAME
#define NOBODY 0

#define OVER_TCP(behaviour) .tcp = DNS_TCP_##behaviour
#define RECORDS(n, octets)                                                     \
    .n_records = n, .records = octets, .records_len = sizeof octets - 1

#define OWNER "\300\014"
#define PTR_TTL "\000\014\000\001\000\000\016\020"
#define CNAME_TTL "\000\005\000\001\000\000\016\020"
#define LONG                                                                   \
    "\077"                                                                     \
    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcde"

/* clang-format off */
static const struct {
    const char *why;
    struct dns_fixture_plan plans[2];
    unsigned n_servers, n, timeout_ms, tries;
    int code;
    unsigned status;   /* of every answer but one, at most */
    unsigned n_least, n_most; /* answers of that status */
    unsigned odd;      /* the status of that one; 0: there is none */
} faults[] = {
    { "rubbish and forgeries before each answer", { { .is_junky = true } },
      1, MANY, 1000, 4, 0, ALL, MANY, MANY, 0 },
    { "a third is lost", { { .drops_percent = 30 } },
      1, MANY, 100, 16, 0, ALL, MANY, MANY, 0 },
    { "SERVFAIL", { { .rcode = 2 } },
      1, 200, 1000, 4, 0, SNOW_PTR_SERVFAIL, 200, 200, 0 },
    { "REFUSED", { { .rcode = 5 } },
      1, 200, 1000, 4, 0, SNOW_PTR_REFUSED, 200, 200, 0 },
    { "NOTIMP", { { .rcode = 4 } },
      1, 200, 1000, 4, 0, SNOW_PTR_ERROR, 200, 200, 0 },
    { "SERVFAIL from one of two", { { .rcode = 2 }, { .rcode = 0 } },
      2, 200, 1000, 4, 0, ALL, 200, 200, 0 },
    { "truncated, and no TCP", { { .is_truncating = true } },
      1, 100, 1000, 4, 0, SNOW_PTR_ERROR, 100, 100, 0 },
    { "never a word", { { .silent_first = UINT32_MAX } },
      1, MANY, 50, 2, SNOW_ETIMEOUT, NOBODY, 0, 0, 0 },
    { "never a word, one try", { { .silent_first = UINT32_MAX } },
      1, MANY, 50, 1, SNOW_ETIMEOUT, NOBODY, 0, 0, 0 },
    { "it dies in the middle", { { .dies_after = 300 } },
      1, MANY, 100, 2, SNOW_ETIMEOUT, ALL, 1, 300, 0 },
    { "it dies in the middle, one try", { { .dies_after = 300 } },
      1, MANY, 100, 1, SNOW_ETIMEOUT, ALL, 1, 300, 0 },
    { "it comes back in time", { { .silent_first = 66 } },
      1, MANY, 200, 8, 0, ALL, MANY, MANY, 0 },
    { "one of two is dead", { { .silent_first = UINT32_MAX }, { .rcode = 0 } },
      2, MANY, 200, 4, 0, ALL, MANY, MANY, 0 },
    { "one of two is dead, one try",
      { { .silent_first = UINT32_MAX }, { .rcode = 0 } },
      2, MANY, 200, 1, 0, ALL, MANY, MANY, 0 },
    { "one of two dies in the middle", { { .dies_after = 100 }, { .rcode = 0 } },
      2, MANY, 200, 4, 0, ALL, MANY, MANY, 0 },
    { "one of two is not there", { { .is_closed = true }, { .rcode = 0 } },
      2, MANY, 1000, 4, 0, ALL, MANY, MANY, 0 },
    { "none of two is there", { { .is_closed = true }, { .is_closed = true } },
      2, MANY, 20000, 4, SNOW_ETIMEOUT, NOBODY, 0, 0, 0 },
    { "it is not there", { { .is_closed = true } },
      1, MANY, 20000, 4, SNOW_ETIMEOUT, NOBODY, 0, 0, 0 },
    { "silent about one address", { { .mute_about = 77 } },
      1, 200, 200, 2, 0, ALL, 199, 199, SNOW_PTR_TIMEOUT },
    { "silent about the only address", { { .mute_about = 77 } },
      1, 78, 200, 2, 0, ALL, 77, 77, SNOW_PTR_TIMEOUT },

    { "forgeries from elsewhere", { { .is_spoofed = true } },
      1, MANY, 1000, 4, 0, ALL, MANY, MANY, 0 },
    { "forgeries from elsewhere alone",
      { { .is_spoofed = true, .is_truncating = true } },
      1, 100, 1000, 4, 0, SNOW_PTR_ERROR, 100, 100, 0 },
    { "65,535 records promised, none there", { { RECORDS(65535, "") } },
      1, 100, 1000, 4, 0, SNOW_PTR_ERROR, 100, 100, 0 },
    { "65,535 records promised, one there", { { RECORDS(65535,
      OWNER PTR_TTL "\000\010\006forged\000") } },
      1, 100, 1000, 4, 0, SNOW_PTR_ERROR, 100, 100, 0 },
    { "an alias of itself", { { RECORDS(1, OWNER CNAME_TTL "\000\002" OWNER) } },
      1, 100, 1000, 4, 0, SNOW_PTR_NODATA, 100, 100, 0 },
    { "two aliases of each other", { { RECORDS(2, OWNER CNAME_TTL
      "\000\003\001x\000" "\001x\000" CNAME_TTL "\000\002" OWNER) } },
      1, 100, 1000, 4, 0, SNOW_PTR_NODATA, 100, 100, 0 },
    { "a name of somebody else", { { RECORDS(1,
      "\001x\000" PTR_TTL "\000\010\006forged\000") } },
      1, 100, 1000, 4, 0, SNOW_PTR_NODATA, 100, 100, 0 },
    { "a pointer past the end", { { RECORDS(1,
      OWNER PTR_TTL "\000\002\377\377") } },
      1, 100, 1000, 4, 0, SNOW_PTR_ERROR, 100, 100, 0 },
    { "a pointer into the header", { { RECORDS(1,
      OWNER PTR_TTL "\000\002\300\000") } },
      1, 100, 1000, 4, 0, SNOW_PTR_ERROR, 100, 100, 0 },
    { "an owner without an end", { { RECORDS(1, LONG LONG LONG LONG LONG) } },
      1, 100, 1000, 4, 0, SNOW_PTR_ERROR, 100, 100, 0 },
    { "a name too long", { { RECORDS(1, OWNER PTR_TTL
      "\001\001" LONG LONG LONG LONG "\000") } },
      1, 100, 1000, 4, 0, SNOW_PTR_ERROR, 100, 100, 0 },

    { "over TCP, all good", { { .is_truncating = true, OVER_TCP(GOOD) } },
      1, 300, 5000, 4, 0, ALL, 300, 300, 0 },
    { "over TCP, one good", { { .truncates_about = 77, OVER_TCP(GOOD) } },
      1, 200, 5000, 4, 0, ALL, 200, 200, 0 },
    { "over TCP, closed after each answer",
      { { .is_truncating = true, OVER_TCP(CLOSING) } },
      1, 300, 5000, 4, 0, ALL, 300, 300, 0 },
#define ONE_TCP(why, behaviour)                                                \
    { "over TCP, " why, { { .truncates_about = 77, OVER_TCP(behaviour) } },    \
      1, 200, 400, 4, 0, ALL, 199, 199, SNOW_PTR_ERROR }
#define ALL_TCP(why, behaviour)                                                \
    { "over TCP, all: " why,                                                   \
      { { .is_truncating = true, OVER_TCP(behaviour) } },                      \
      1, 50, 400, 4, 0, SNOW_PTR_ERROR, 50, 50, 0 }
    ONE_TCP("nobody there", REFUSED),
    ONE_TCP("silence", SILENT),
    ONE_TCP("closed at once", HANGING_UP),
    ONE_TCP("closed after an octet", ONE_OCTET),
    ONE_TCP("a message of no octets", EMPTY),
    ONE_TCP("truncated, too", TRUNCATED),
    ONE_TCP("another question's answer", OTHER),
    ONE_TCP("fewer octets than promised", PROMISING),
    ONE_TCP("more octets than said", UNDERSTATING),
    ONE_TCP("64 KiB of junk", JUNK),
    ONE_TCP("64 KiB of junk behind the question", JUNK_BEHIND),
    ALL_TCP("silence", SILENT),
    ALL_TCP("closed at once", HANGING_UP),
    ALL_TCP("closed after an octet", ONE_OCTET),
    ALL_TCP("a message of no octets", EMPTY),
    ALL_TCP("truncated, too", TRUNCATED),
    ALL_TCP("another question's answer", OTHER),
    ALL_TCP("fewer octets than promised", PROMISING),
    ALL_TCP("more octets than said", UNDERSTATING),
    ALL_TCP("64 KiB of junk", JUNK),
    ALL_TCP("64 KiB of junk behind the question", JUNK_BEHIND),
};
/* clang-format on */

/* The kernel kept them out, so that there was nothing for us to drop. */
static void check_spoofs(size_t i, const struct run *r,
                         const struct dns_fixture *f)
{
    if (f->spoofs < 2 * faults[i].n)
        fail_msg("%s: %u sent", faults[i].why, f->spoofs);
    if (r->stats.dropped > 0)
        fail_msg("%s: %d came in", faults[i].why, (int)r->stats.dropped);
}

static void check_fault(size_t i, const struct run *r)
{
    unsigned n_odd = faults[i].odd ? 1 : 0;
    unsigned n = r->by_status[faults[i].status];

    if (r->code != faults[i].code)
        fail_msg("%s: %s", faults[i].why, snow_strerror(r->code));
    if (n < faults[i].n_least || n > faults[i].n_most)
        fail_msg("%s: %u of status %u", faults[i].why, n, faults[i].status);
    if (r->n_answers != n + n_odd ||
        (n_odd && r->by_status[faults[i].odd] != n_odd))
        fail_msg("%s: %u answers", faults[i].why, r->n_answers);
    if (r->stats.in_flight > 0 && r->code == 0)
        fail_msg("%s: something is still open", faults[i].why);
}

static void faults_are_borne(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(faults); i++) {
        struct dns_fixture fixtures[2] = { 0 };
        struct sockaddr_storage servers[2];
        struct dns_config cfg = { .servers = servers,
                                  .n_servers = faults[i].n_servers,
                                  .timeout_ms = faults[i].timeout_ms,
                                  .tries = faults[i].tries };
        static struct run r;

        for (unsigned s = 0; s < faults[i].n_servers; s++) {
            assert_int_equal(
                dns_fixture_start(&fixtures[s], &faults[i].plans[s]), 0);
            servers[s] = fixtures[s].addr;
        }
        open_run(&r, "192.0.2.0", faults[i].n, &cfg, &clock_system);
        start_run(&r);
        finish_run(&r);
        for (unsigned s = 0; s < faults[i].n_servers; s++)
            dns_fixture_stop(&fixtures[s]);
        check_fault(i, &r);
        if (faults[i].plans[0].is_spoofed)
            check_spoofs(i, &r, &fixtures[0]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_real_server_is_understood),
        cmocka_unit_test(a_huge_answer_is_read),
        cmocka_unit_test(a_range_is_swept),
        cmocka_unit_test(draining_answers_what_was_asked),
        cmocka_unit_test(stopping_leaves_the_rest),
        cmocka_unit_test(stopped_at_once_it_asks_nothing),
        cmocka_unit_test(never_started_it_can_be_closed),
        cmocka_unit_test(a_kick_wakes_it),
        cmocka_unit_test(the_rate_is_kept),
        cmocka_unit_test(the_window_is_kept),
        cmocka_unit_test(faults_are_borne),
    };

    return cmocka_run_group_tests(tests, start_nsd, stop_nsd);
}
