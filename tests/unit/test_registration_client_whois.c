/* registration/client.h over WHOIS, and networks over RDAP: servers are played
 * on the test's own loop, under a clock of our own. */
#include "registration/client.h"

#include <setjmp.h>
#include <stdarg.h>
#include <unistd.h>

#include <cmocka.h>

#include "../support/folder.h"
#include "../support/teller.h"
#include "base/text.h"

#define S 1000000ull
#define NOW 1526815353  /* 2018-05-20 */
#define BORN 1526601600 /* 2018-05-18 */
#define CALM_MS 10000   /* a deadline that only a broken test meets */
#define SHORT_MS 500    /* one that is meant to be met */
#define ASKED_MAX 8

struct fixture {
    uv_loop_t loop;
    struct http *http;
    struct talk *talk;
    struct teller whois, rdap, root;
    uint64_t now_us;
    int64_t now_utc_s;
    char dir[64], cache[96], given[4][96];
    const char *servers[2], *whois_servers[2];
    struct registration_config cfg;
    struct registration_client *client;
    char resolved[64]; /* the last name asked for */
    struct snow_registration last;
    struct snow_network network;
    size_t n_answers, n_nudges, by_status[8];
    uint64_t asked_us[ASKED_MAX]; /* when, of run_slowly() */
};

static uint64_t mono_us(void *arg)
{
    return ((struct fixture *)arg)->now_us;
}

static int64_t utc_s(void *arg)
{
    return ((struct fixture *)arg)->now_utc_s;
}

static void resolve(void *arg, const char *host, struct http_lookup *l)
{
    struct fixture *f = arg;

    text_copy(f->resolved, sizeof f->resolved, host);
    http_lookup_done(l, NULL, 0);
}

static bool allow(void *arg, struct snow_addr a)
{
    (void)arg;
    return snow_addr_compare(a, snow_addr_from_ipv4(0x7f000001)) == 0;
}

/* --- what they say ------------------------------------------------------- */

#define REGISTERED(name)                                                       \
    "Domain Name: " name "\r\nRegistrar: Example Names\r\n"                    \
    "Creation Date: 2018-05-18T00:00:00Z\r\n"

/* clang-format off */
static const struct {
    const char *question;
    struct teller_answer answer;
} whois_answers[] = {
    { "ok.zz\r\n", { false, { REGISTERED("ok.zz") }, TELLER_CLOSE } },
    { "domain ok.com\r\n", { false, { REGISTERED("ok.com") }, TELLER_CLOSE } },
    { "free.zz\r\n",
      { false, { "No match for \"FREE.ZZ\".\r\n" }, TELLER_CLOSE } },
    { "limited.zz\r\n",
      { false, { "Query rate limit exceeded.\r\n" }, TELLER_CLOSE } },
    { "empty.zz\r\n", { false, { NULL }, TELLER_CLOSE } },
    { "reset.zz\r\n", { false, { NULL }, TELLER_RESET } },
    { "late.zz\r\n", { false, { REGISTERED("late.zz") }, TELLER_RESET } },
    { "half.zz\r\n",
      { false, { "Domain Name: half.zz\r\nRegistrar: Example Names\r\n"
                 "Registry Expiry Date: 2019-05-18T00:00:00Z\r\n"
                 "Creation Date: 2018-05-1" }, TELLER_RESET } },
    { "held.zz\r\n", { false, { REGISTERED("held.zz") }, TELLER_STAY } },
    { "silent.zz\r\n", { false, { NULL }, TELLER_STAY } },
    { "stuck.zz\r\n", { false, { "Domain Na" }, TELLER_STAY } },
    { "odd.zz\r\n", { false, { "220 mail.test ESMTP\r\n" }, TELLER_CLOSE } },
};

static const struct {
    const char *question;
    struct teller_answer answer;
} rdap_answers[] = {
    { "GET /domain/ok.zz HTTP",
      { false, { "HTTP/1.0 500 Oops\r\n\r\n" }, TELLER_CLOSE } },
    { "GET /domain/odd.zz HTTP",
      { false, { "HTTP/1.0 500 Oops\r\n\r\n" }, TELLER_CLOSE } },
    { "GET /domain/silent.zz HTTP",
      { false, { "HTTP/1.0 500 Oops\r\n\r\n" }, TELLER_CLOSE } },
    { "GET /domain/free.zz HTTP",
      { false, { "HTTP/1.0 404 No\r\n\r\n" }, TELLER_CLOSE } },
    { "GET /domain/limited.zz HTTP",
      { false, { "HTTP/1.0 429 No\r\nRetry-After: 1\r\n\r\n" },
        TELLER_CLOSE } },
    { "GET /ip/192.0.2.",
      { false, { "HTTP/1.0 200 OK\r\n\r\n"
                 "{\"objectClassName\":\"ip network\",\"handle\":\"NET-1\","
                 "\"name\":\"EXAMPLE-1\",\"startAddress\":\"192.0.2.0\","
                 "\"endAddress\":\"192.0.2.127\"}" }, TELLER_CLOSE } },
    { "GET /ip/198.51.100.",
      { false, { "HTTP/1.0 404 No\r\n\r\n" }, TELLER_CLOSE } },
};

static const struct teller_answer nothing = { false, { NULL }, TELLER_CLOSE };

static const struct teller_answer referral =
    { false, { "refer:        whois.zz.test\n\ndomain: ZZ\n" }, TELLER_CLOSE };
static const struct teller_answer no_referral =
    { false, { "domain:       YY\n\nstatus: ACTIVE\n" }, TELLER_CLOSE };
/* clang-format on */

static const struct teller_answer *say_whois(void *arg, const char *question)
{
    (void)arg;
    for (size_t i = 0; i < COUNT_OF(whois_answers); i++)
        if (strcmp(whois_answers[i].question, question) == 0)
            return &whois_answers[i].answer;
    return &nothing;
}

static const struct teller_answer *say_rdap(void *arg, const char *question)
{
    (void)arg;
    for (size_t i = 0; i < COUNT_OF(rdap_answers); i++)
        if (strncmp(rdap_answers[i].question, question,
                    strlen(rdap_answers[i].question)) == 0)
            return &rdap_answers[i].answer;
    return &nothing;
}

static const struct teller_answer *say_root(void *arg, const char *question)
{
    (void)arg;
    return strcmp(question, "zz\r\n") == 0   ? &referral
           : strcmp(question, "yy\r\n") == 0 ? &no_referral
                                             : &nothing;
}

/* --- our side ------------------------------------------------------------ */

static void on_answer(void *arg, const struct snow_registration *r)
{
    struct fixture *f = arg;

    f->n_answers++;
    f->by_status[r->status & 7]++;
    f->last = *r;
}

static void on_network(void *arg, const struct snow_network *n)
{
    struct fixture *f = arg;

    f->n_answers++;
    f->by_status[n->status & 7]++;
    f->network = *n;
}

static struct registration_client *new_client(struct fixture *f)
{
    static struct clock clock;
    struct registration_client *c = NULL;
    struct snow_error err = { .code = 0 };

    clock = (struct clock){ mono_us, utc_s, f };
    f->cfg.http = f->http;
    f->cfg.talk = f->talk;
    f->cfg.bootstrap = "";
    if (registration_client_new(&c, &f->loop, &f->cfg, &clock, &err))
        fail_msg("no client: %s", err.text);
    return c;
}

static void open_client(struct fixture *f)
{
    f->n_answers = 0;
    memset(f->by_status, 0, sizeof f->by_status);
    f->client = new_client(f);
}

static void ask(struct fixture *f, const char *domain)
{
    assert_int_equal(registration_client_ask(f->client, domain, on_answer, f),
                     0);
}

/* UV_RUN_ONCE would wait for a caller after the timer that answers. */
static void turn(struct fixture *f)
{
    uv_run(&f->loop, UV_RUN_NOWAIT);
    usleep(100);
}

static void run_until_answered(struct fixture *f, size_t n)
{
    while (f->n_answers < n)
        turn(f);
    assert_int_equal(f->n_answers, n);
}

static void close_client(struct fixture *f)
{
    registration_client_close(f->client);
    f->client = NULL;
    for (int i = 0; i < 10; i++)
        uv_run(&f->loop, UV_RUN_NOWAIT);
}

static struct registration_stats stats(const struct fixture *f)
{
    struct registration_stats s;

    registration_client_stats(f->client, &s);
    return s;
}

static void give_whois(struct fixture *f, const char *suffix)
{
    snprintf(f->given[0], sizeof f->given[0], "%s=127.0.0.1:%u", suffix,
             f->whois.port);
    f->whois_servers[f->cfg.n_whois_servers++] = f->given[0];
    f->cfg.whois_servers = f->whois_servers;
}

static void give_rdap(struct fixture *f, unsigned port)
{
    snprintf(f->given[1], sizeof f->given[1], "*=http://127.0.0.1:%u/", port);
    snprintf(f->given[3], sizeof f->given[3], "0.0.0.0/0=http://127.0.0.1:%u/",
             port);
    f->servers[0] = f->given[1];
    f->servers[1] = f->given[3];
    f->cfg.servers = f->servers;
    f->cfg.n_servers = 2;
}

static void give_root(struct fixture *f)
{
    snprintf(f->given[2], sizeof f->given[2], ".=127.0.0.1:%u", f->root.port);
    f->whois_servers[f->cfg.n_whois_servers++] = f->given[2];
    f->cfg.whois_servers = f->whois_servers;
}

#define REG SNOW_REGISTRATION_REGISTERED
#define NOT SNOW_REGISTRATION_NOT_FOUND
#define UNK SNOW_REGISTRATION_UNKNOWN
#define LIM SNOW_REGISTRATION_LIMITED

/* clang-format off */
static const struct {
    const char *why, *domain;
    unsigned status;
    bool is_dated, has_source;
    bool is_kept; /* in the cache */
} cases[] = {
    { "registered", "ok.zz", REG, true, true, true },
    { "not registered", "free.zz", NOT, false, true, true },
    { "registered, and reset behind it", "late.zz", REG, true, true, false },
    { "reset within the date", "half.zz", REG, false, true, false },
    { "an end that never comes", "held.zz", REG, true, true, false },
    { "silence", "silent.zz", UNK, false, false, false },
    { "half a line, then silence", "stuck.zz", UNK, false, false, false },
    { "not WHOIS at all", "odd.zz", UNK, false, true, false },
    { "what cannot be asked", "-x.zz", UNK, false, false, false },
};
/* clang-format on */

static void domains_get_their_status(void **state)
{
    struct fixture *f = *state;
    char source[64];

    give_whois(f, "zz");
    f->cfg.cache_path = f->cache;
    snprintf(source, sizeof source, "whois://127.0.0.1:%u", f->whois.port);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct snow_registration *r = &f->last;

        open_client(f);
        ask(f, cases[i].domain);

        run_until_answered(f, 1);
        if (r->status != cases[i].status || r->http_code != 0 ||
            strcmp(r->domain, cases[i].domain) != 0 || r->seen_utc_s != NOW)
            fail_msg("%s: %u, %s", cases[i].why, r->status, r->domain);
        if (strcmp(r->source, cases[i].has_source ? source : "") != 0)
            fail_msg("%s: said by '%s'", cases[i].why, r->source);
        if (r->created_utc_s != (cases[i].is_dated ? BORN : SNOW_TIME_UNKNOWN))
            fail_msg("%s: created", cases[i].why);
        ask(f, cases[i].domain);
        run_until_answered(f, 2);
        if (stats(f).from_cache != cases[i].is_kept)
            fail_msg("%s: kept", cases[i].why);
        assert_int_equal(stats(f).asked_rdap, 0);
        close_client(f);
    }
    assert_false(f->whois.was_half_closed);
}

static void on_nudge(void *arg, const struct snow_registration *r)
{
    (void)r;
    ((struct fixture *)arg)->n_nudges++;
}

/* Let time go by, a tenth of a second at a time, and make the client look at
 * the clock, until there are so many answers. */
static void run_slowly(struct fixture *f, size_t n)
{
    while (f->n_answers < n) {
        size_t nudges = f->n_nudges;
        uint64_t asked = stats(f).asked_whois + stats(f).asked_rdap;

        f->now_us += S / 10;
        assert_int_equal(
            registration_client_ask(f->client, "no/domain", on_nudge, f), 0);
        while (f->n_nudges == nudges)
            turn(f);
        if (stats(f).asked_whois + stats(f).asked_rdap > asked &&
            asked < ASKED_MAX)
            f->asked_us[asked] = f->now_us;
        turn(f); /* for what is under way */
    }
    assert_int_equal(f->n_answers, n);
}

static const char *const refusals[] = { "limited.zz", "empty.zz", "reset.zz" };

/* Words, an empty answer and a reset all mean it: the wait is doubled each
 * time, and after three the domain stays limited. */
static void too_many_is_obeyed(void **state)
{
    struct fixture *f = *state;

    give_whois(f, "zz");
    for (size_t i = 0; i < COUNT_OF(refusals); i++) {
        open_client(f);
        ask(f, refusals[i]);
        run_slowly(f, 1);
        if (f->last.status != LIM || stats(f).asked_whois != 3)
            fail_msg("%s: %u after %llu", refusals[i], f->last.status,
                     (unsigned long long)stats(f).asked_whois);
        if (f->asked_us[1] - f->asked_us[0] < 5 * S ||
            f->asked_us[2] - f->asked_us[1] < 10 * S)
            fail_msg("%s: asked again too soon", refusals[i]);
        close_client(f);
    }
}

/* clang-format off */
static const struct {
    const char *why, *domain;
    bool is_dead; /* the RDAP server */
    unsigned status, http_code;
    uint64_t asked_rdap, asked_whois;
} tries[] = {
    { "an error over RDAP", "ok.zz", false, REG, 0, 1, 1 },
    { "nobody there over RDAP", "ok.zz", true, REG, 0, 1, 1 },
    { "not registered", "free.zz", false, NOT, 404, 1, 0 },
    { "too many", "limited.zz", false, LIM, 429, 3, 0 },
    { "nonsense over WHOIS", "odd.zz", false, UNK, 0, 1, 1 },
    { "nothing over WHOIS: what RDAP has said stands", "silent.zz", false, UNK,
      500, 1, 1 },
    { "too many, over WHOIS", "empty.zz", true, LIM, 0, 1, 3 },
};
/* clang-format on */

/* Who has an error for us, or is not there, knows nothing: WHOIS is asked
 * once. "Not registered" and "too many" are answers. */
static void whois_is_the_second_try(void **state)
{
    struct fixture *f = *state;

    give_whois(f, "*");
    for (size_t i = 0; i < COUNT_OF(tries); i++) {
        struct registration_stats s;

        give_rdap(f, tries[i].is_dead ? 1 : f->rdap.port);
        open_client(f);
        ask(f, tries[i].domain);
        run_slowly(f, 1);
        s = stats(f);
        if (f->last.status != tries[i].status ||
            f->last.http_code != tries[i].http_code ||
            s.asked_rdap != tries[i].asked_rdap ||
            s.asked_whois != tries[i].asked_whois)
            fail_msg("%s: %u, HTTP %u, %llu and %llu questions", tries[i].why,
                     f->last.status, f->last.http_code,
                     (unsigned long long)s.asked_rdap,
                     (unsigned long long)s.asked_whois);
        close_client(f);
    }
}

static void one_protocol_alone(void **state)
{
    struct fixture *f = *state;

    give_whois(f, "*");
    give_rdap(f, f->rdap.port);
    f->cfg.no_whois = true;
    open_client(f);
    ask(f, "ok.zz");

    run_until_answered(f, 1);
    assert_int_equal(f->last.status, UNK);
    assert_int_equal(f->last.http_code, 500);
    assert_int_equal(stats(f).asked_whois, 0);
    close_client(f);

    f->cfg.no_whois = false;
    f->cfg.no_rdap = true;
    open_client(f);
    ask(f, "ok.zz");

    run_until_answered(f, 1);
    assert_int_equal(f->last.status, REG);
    assert_int_equal(stats(f).asked_rdap, 0);
    close_client(f);
}

/* The root is asked once for a TLD, whatever it says, and not again while the
 * cache has it. Where it leads to nobody is asked here: port 43 is. */
static void the_root_knows_whom_to_ask(void **state)
{
    struct fixture *f = *state;

    give_root(f);
    f->cfg.cache_path = f->cache;
    for (uint64_t i = 0; i < 2; i++) {
        open_client(f);
        ask(f, "a.zz");
        ask(f, "b.zz");
        ask(f, "c.yy");
        ask(f, "d.yy");
        run_slowly(f, 4);
        assert_int_equal(f->by_status[UNK], 4);
        assert_string_equal(f->resolved, "whois.zz.test");
        assert_int_equal(f->root.n_accepted, 2);
        assert_int_equal(stats(f).asked_whois, i == 0 ? 4 : 2);
        close_client(f);
    }
}

/* A root that says nothing has had enough, and so have its domains. */
static void without_the_root_nothing_is_learnt(void **state)
{
    struct fixture *f = *state;

    give_root(f);
    open_client(f);
    ask(f, "a.xx");
    ask(f, "b.xx");
    run_slowly(f, 2);
    assert_int_equal(f->by_status[LIM], 2);
    assert_int_equal(f->root.n_accepted, 3);
    ask(f, "c.xx");
    run_slowly(f, 3);
    assert_int_equal(f->root.n_accepted, 3); /* not for a while */
    close_client(f);
}

static void a_host_has_one_pace(void **state)
{
    struct fixture *f = *state;

    give_whois(f, "*");
    f->cfg.rate = 1;
    open_client(f);
    for (size_t i = 0; i < 7; i++)
        ask(f, i % 2 ? "ok.zz" : "ok.com"); /* one host, two TLDs */
    run_slowly(f, 7);
    assert_true(f->asked_us[6] - f->asked_us[0] >= 4 * S); /* burst of three */
    assert_true(f->whois.n_open_most <= 2);
    close_client(f);
}

/* Two processes with one cache: each domain is asked about by one of them. */
static void the_work_is_shared(void **state)
{
    static const char *const domains[] = { "ok.zz", "free.zz" };
    struct fixture *f = *state;
    struct registration_client *other;

    give_whois(f, "*");
    f->cfg.cache_path = f->cache;
    open_client(f);
    other = new_client(f);
    for (size_t i = 0; i < COUNT_OF(domains); i++) {
        ask(f, domains[i]);
        assert_int_equal(
            registration_client_ask(other, domains[i], on_answer, f), 0);
    }
    while (f->n_answers < 4) {
        f->now_us += S / 1000;
        turn(f);
    }
    assert_int_equal(f->whois.n_accepted, 2);
    assert_int_equal(f->by_status[REG], 2);
    assert_int_equal(f->by_status[NOT], 2);
    registration_client_close(other);
    close_client(f);
}

static void ask_network(struct fixture *f, const char *text)
{
    struct snow_addr a;

    assert_int_equal(snow_addr_parse(&a, text), 0);
    assert_int_equal(
        registration_client_ask_network(f->client, a, on_network, f), 0);
}

static void a_network_answers_for_its_addresses(void **state)
{
    struct fixture *f = *state;

    give_rdap(f, f->rdap.port);
    f->cfg.cache_path = f->cache;
    open_client(f);
    ask_network(f, "192.0.2.1");

    run_until_answered(f, 1);
    assert_int_equal(f->network.status, REG);
    assert_string_equal(f->network.name, "EXAMPLE-1");
    assert_int_equal(snow_addr_ipv4(f->network.first), 0xc0000200);
    assert_int_equal(f->network.seen_utc_s, NOW);
    assert_non_null(strstr(f->network.source, "/ip/192.0.2.1"));
    ask_network(f, "192.0.2.77");
    run_until_answered(f, 2);
    assert_string_equal(f->network.name, "EXAMPLE-1");
    assert_int_equal(stats(f).asked_rdap, 1);
    assert_int_equal(stats(f).from_cache, 1);

    ask_network(f, "192.0.2.200"); /* the server errs: it is not in there */
    run_until_answered(f, 3);
    assert_int_equal(f->network.status, UNK);
    assert_int_equal(snow_addr_ipv4(f->network.first), 0xc00002c8);
    ask_network(f, "198.51.100.1");
    run_until_answered(f, 4);
    assert_int_equal(f->network.status, NOT);
    assert_int_equal(stats(f).asked_rdap, 3);
    close_client(f);
}

static void nobody_knows_the_network(void **state)
{
    struct fixture *f = *state;

    give_whois(f, "*"); /* of no use for it */
    open_client(f);
    ask_network(f, "192.0.2.1");

    run_until_answered(f, 1);
    assert_int_equal(f->network.status, UNK);
    assert_string_equal(f->network.source, "");
    assert_int_equal(stats(f).asked_whois, 0);
    close_client(f);
}

/* Each time further on: nobody is answered, nothing is left behind. */
static void closing_answers_nobody(void **state)
{
    struct fixture *f = *state;

    give_whois(f, "zz");
    give_root(f);
    give_rdap(f, 1);
    for (int turns = 0; turns < 30; turns++) {
        open_client(f);
        ask(f, "ok.zz");
        ask(f, "limited.zz");
        ask(f, "a.xx");
        ask_network(f, "192.0.2.1");
        for (int i = 0; i < turns; i++)
            uv_run(&f->loop, UV_RUN_NOWAIT);
        f->n_answers = 0;
        close_client(f);
        assert_int_equal(f->n_answers, 0);
    }
}

/* --- set-up -------------------------------------------------------------- */

static void open_wires(struct fixture *f)
{
    struct http_config http = { .user_agent = "snowline-test",
                                .timeout_ms = CALM_MS,
                                .parallel = 8,
                                .resolve = resolve,
                                .allow = allow,
                                .arg = f };
    struct talk_config talk = { .timeout_ms = SHORT_MS,
                                .parallel = 8,
                                .resolve = resolve,
                                .allow = allow,
                                .arg = f };

    assert_int_equal(http_new(&f->http, &f->loop, &http), 0);
    assert_int_equal(talk_new(&f->talk, &f->loop, &talk), 0);
}

static int set_up(void **state)
{
    static struct fixture f;

    f = (struct fixture){ .now_us = S,
                          .now_utc_s = NOW,
                          .dir = "/tmp/snow-whois-XXXXXX",
                          .whois = { .answer = say_whois },
                          .rdap = { .answer = say_rdap },
                          .root = { .answer = say_root } };
    assert_non_null(mkdtemp(f.dir));
    snprintf(f.cache, sizeof f.cache, "%s/cache.db", f.dir);
    assert_int_equal(uv_loop_init(&f.loop), 0);
    teller_open(&f.whois, &f.loop);
    teller_open(&f.rdap, &f.loop);
    teller_open(&f.root, &f.loop);
    open_wires(&f);
    *state = &f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    http_close(f->http);
    talk_close(f->talk);
    teller_close(&f->whois);
    teller_close(&f->rdap);
    teller_close(&f->root);
    uv_run(&f->loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&f->loop), 0);
    return folder_remove(f->dir);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(domains_get_their_status),
        TEST(too_many_is_obeyed),
        TEST(whois_is_the_second_try),
        TEST(one_protocol_alone),
        TEST(the_root_knows_whom_to_ask),
        TEST(without_the_root_nothing_is_learnt),
        TEST(a_host_has_one_pace),
        TEST(the_work_is_shared),
        TEST(a_network_answers_for_its_addresses),
        TEST(nobody_knows_the_network),
        TEST(closing_answers_nobody),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
