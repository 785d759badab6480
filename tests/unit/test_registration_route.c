/* registration/route.h: whom to ask; nobody is asked here. */
#include "registration/route.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "base/text.h"

#define NOW 1526815353 /* 2018-05-20 */
#define S 1000000ull

static uint64_t now_us;

static uint64_t mono_us(void *arg)
{
    (void)arg;
    return now_us;
}

static int64_t utc_s(void *arg)
{
    (void)arg;
    return NOW;
}

static const struct clock fixed = { mono_us, utc_s, NULL };

struct fixture {
    struct registration_directory directory;
    struct registration_routes routes;
};

static int open_routes(struct fixture *f, const struct registration_config *cfg,
                       struct snow_error *err)
{
    *f = (struct fixture){ .directory = { .clock = &fixed } };
    f->routes.clock = &fixed;
    f->routes.directory = &f->directory;
    assert_int_equal(registration_directory_init(&f->directory, cfg, err), 0);
    return registration_routes_init(&f->routes, cfg, err);
}

static void close_routes(struct fixture *f)
{
    registration_routes_fini(&f->routes);
    registration_directory_fini(&f->directory);
}

enum { BOTH = 0, NO_RDAP = 1, NO_WHOIS = 2, SECOND = 4 };

/* clang-format off */
static const struct {
    const char *why, *rdap[2], *whois[2];
    int how;
    const char *domain;
    const char *way; /* of WHOIS "HOST PORT QUERY"; NULL: none */
    int code;
} cases[] = {
    { "nothing is said: our own table, and a question of its own form",
      { NULL }, { NULL }, BOTH, "x.com",
      "whois.verisign-grs.com 43 domain %s", 0 },
    { "an RDAP server is named",
      { "com=http://r.test/" }, { NULL }, BOTH, "x.com", "http://r.test/", 0 },
    { "a WHOIS server is named",
      { NULL }, { "com=w.test" }, BOTH, "x.com", "w.test 43 %s", 0 },
    { "with its port",
      { NULL }, { "com=w.test:4343" }, BOTH, "x.com", "w.test 4343 %s", 0 },
    { "an address",
      { NULL }, { "com=192.0.2.1:44" }, BOTH, "x.com", "192.0.2.1 44 %s", 0 },
    { "an IPv6 address",
      { NULL }, { "com=2001:db8::1" }, BOTH, "x.com", "2001:db8::1 43 %s", 0 },
    { "in brackets",
      { NULL }, { "com=[2001:db8::1]" }, BOTH, "x.com",
      "2001:db8::1 43 %s", 0 },
    { "in brackets, with its port",
      { NULL }, { "com=[2001:db8::1]:44" }, BOTH, "x.com",
      "2001:db8::1 44 %s", 0 },
    { "a known host is asked in its own way",
      { NULL }, { "test=whois.denic.de" }, BOTH, "x.test",
      "whois.denic.de 43 -T dn,ace %s", 0 },
    { "both are named: RDAP",
      { "com=http://r.test/" }, { "com=w.test" }, BOTH, "x.com",
      "http://r.test/", 0 },
    { "both are named for all: RDAP",
      { "*=http://r.test/" }, { "*=w.test" }, BOTH, "x.com",
      "http://r.test/", 0 },
    { "WHOIS for this one, RDAP for all",
      { "*=http://r.test/" }, { "com=w.test" }, BOTH, "x.com",
      "w.test 43 %s", 0 },
    { "the same, another TLD",
      { "*=http://r.test/" }, { "com=w.test" }, BOTH, "x.net",
      "http://r.test/", 0 },
    { "RDAP for this one, WHOIS for all",
      { "com=http://r.test/" }, { "*=w.test" }, BOTH, "x.com",
      "http://r.test/", 0 },
    { "the same, another TLD",
      { "com=http://r.test/" }, { "*=w.test" }, BOTH, "x.net",
      "w.test 43 %s", 0 },
    { "the longer suffix",
      { NULL }, { "uk=w1.test", "co.uk=w2.test" }, BOTH, "x.co.uk",
      "w2.test 43 %s", 0 },
    { "the shorter one where the longer does not fit",
      { NULL }, { "uk=w1.test", "co.uk=w2.test" }, BOTH, "x.org.uk",
      "w1.test 43 %s", 0 },
    { "half a label is no suffix",
      { NULL }, { "om=w.test" }, BOTH, "x.com",
      "whois.verisign-grs.com 43 domain %s", 0 },
    { "a dot in front, large letters",
      { NULL }, { ".COM=w.test" }, BOTH, "X.Com", "w.test 43 %s", 0 },
    { "the first of two that are the same",
      { NULL }, { "com=w1.test", "com=w2.test" }, BOTH, "x.com",
      "w1.test 43 %s", 0 },
    { "RDAP alone: whoever is named for WHOIS is not asked",
      { NULL }, { "com=w.test" }, NO_WHOIS, "x.com", NULL, SNOW_ENOTFOUND },
    { "RDAP alone, for all",
      { "*=http://r.test/" }, { "com=w.test" }, NO_WHOIS, "x.com",
      "http://r.test/", 0 },
    { "WHOIS alone: whoever is named for RDAP is not asked",
      { "com=http://r.test/" }, { NULL }, NO_RDAP, "x.com",
      "whois.verisign-grs.com 43 domain %s", 0 },
    { "RDAP was of no use",
      { "com=http://r.test/" }, { NULL }, SECOND, "x.com",
      "whois.verisign-grs.com 43 domain %s", 0 },
    { "nobody answers on port 43",
      { NULL }, { NULL }, BOTH, "x.es", NULL, SNOW_ENOTFOUND },
    { "unless somebody is named",
      { NULL }, { "es=w.test" }, BOTH, "x.es", "w.test 43 %s", 0 },
    { "a TLD of a country that nothing is known of",
      { NULL }, { NULL }, BOTH, "x.zz", NULL, SNOW_EAGAIN },
    { "another TLD that nothing is known of: no guess yet",
      { NULL }, { NULL }, BOTH, "x.snowline", NULL, SNOW_EAGAIN },
    { "no domain", { NULL }, { "*=w.test" }, BOTH, "a/../b.com", NULL,
      SNOW_ENOTFOUND },
    { "no domain, but two lines", { NULL }, { "*=w.test" }, BOTH,
      "a.com\r\nb.com", NULL, SNOW_ENOTFOUND },
};
/* clang-format on */

static size_t count(const char *const *texts)
{
    return texts[0] ? texts[1] ? 2 : 1 : 0;
}

static void write_way(char out[128], const struct registration_route *way)
{
    if (way->server.protocol == REGISTRATION_OVER_RDAP)
        snprintf(out, 128, "%s", way->server.where);
    else
        snprintf(out, 128, "%.60s %u %s", way->server.where, way->server.port,
                 way->query);
}

static void the_way_is_found(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct registration_config cfg = {
            .bootstrap = "",
            .no_rdap = cases[i].how & NO_RDAP,
            .no_whois = cases[i].how & NO_WHOIS,
            .servers = cases[i].rdap,
            .n_servers = count(cases[i].rdap),
            .whois_servers = cases[i].whois,
            .n_whois_servers = count(cases[i].whois),
        };
        struct fixture f;
        struct registration_route way;
        struct registration_referral *referral;
        char text[128] = "";
        int code;

        if (open_routes(&f, &cfg, NULL))
            fail_msg("%s: not taken", cases[i].why);
        code = registration_routes_find(&f.routes, cases[i].domain,
                                        cases[i].how & SECOND, &way, &referral);
        if (code == 0)
            write_way(text, &way);
        if (code != cases[i].code ||
            (cases[i].way && strcmp(text, cases[i].way) != 0))
            fail_msg("%s: %d '%s'", cases[i].why, code, text);
        if ((code == SNOW_EAGAIN) != (referral != NULL))
            fail_msg("%s: what to wait for", cases[i].why);
        close_routes(&f);
    }
}

static const struct {
    const char *why, *text;
} malformed[] = {
    { "no host", "com=" },
    { "no TLD", "=w.test" },
    { "no '='", "w.test" },
    { "no port behind the colon", "com=w.test:" },
    { "port 0", "com=w.test:0" },
    { "a port past the end", "com=w.test:65536" },
    { "a service", "com=w.test:whois" },
    { "a bracket that stays open", "com=[::1" },
    { "a name in brackets", "com=[w.test]" },
    { "an IPv4 address in brackets", "com=[192.0.2.1]" },
    { "half an IPv6 address", "com=2001:db8:1" },
    { "a URL", "com=whois://w.test" },
    { "a blank", "com=w test" },
    { "a TLD that is none", "c om=w.test" },
};

static void what_names_no_server_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(malformed); i++) {
        const char *list[] = { "net=w.test", malformed[i].text };
        struct registration_config cfg = { .bootstrap = "",
                                           .whois_servers = list,
                                           .n_whois_servers = 2 };
        struct snow_error err = { .code = 0 };
        struct fixture f;
        int code = open_routes(&f, &cfg, &err);

        if (code != SNOW_ESYNTAX || !strstr(err.text, malformed[i].text))
            fail_msg("%s: %d '%s'", malformed[i].why, code, err.text);
        close_routes(&f);
    }
}

static int find(struct fixture *f, const char *domain, char text[128],
                struct registration_referral **referral)
{
    struct registration_route way;
    int code =
        registration_routes_find(&f->routes, domain, false, &way, referral);

    *text = '\0';
    if (code == 0)
        write_way(text, &way);
    return code;
}

static void what_the_root_says_is_remembered(void **state)
{
    struct registration_config cfg = { .bootstrap = "" };
    struct registration_referral *zz, *yy, *again;
    struct fixture f;
    char text[128];

    (void)state;
    now_us = S;
    assert_int_equal(open_routes(&f, &cfg, NULL), 0);
    assert_int_equal(find(&f, "a.zz", text, &zz), SNOW_EAGAIN);
    assert_string_equal(zz->tld, "zz");
    assert_int_equal(zz->state, REFERRAL_UNASKED);
    assert_int_equal(find(&f, "b.ZZ", text, &again), SNOW_EAGAIN);
    assert_ptr_equal(again, zz); /* one for all of its domains */
    registration_referral_take(&f.routes, zz, "whois.test", 0);
    assert_int_equal(find(&f, "a.zz", text, &again), 0);
    assert_string_equal(text, "whois.test 43 %s");

    assert_int_equal(find(&f, "a.yy", text, &yy), SNOW_EAGAIN);
    registration_referral_take(&f.routes, yy, "", 0);
    assert_int_equal(find(&f, "a.yy", text, &again), SNOW_ENOTFOUND);
    assert_int_equal(again->state, REFERRAL_KNOWN);
    close_routes(&f);
}

static void a_root_that_is_silent_is_asked_again_later(void **state)
{
    struct registration_config cfg = { .bootstrap = "" };
    struct registration_referral *zz, *snowline, *again;
    struct fixture f;
    char text[128];

    (void)state;
    now_us = S;
    assert_int_equal(open_routes(&f, &cfg, NULL), 0);
    assert_int_equal(find(&f, "a.zz", text, &zz), SNOW_EAGAIN);
    registration_referral_take(&f.routes, zz, NULL, SNOW_REGISTRATION_LIMITED);
    assert_int_equal(find(&f, "a.zz", text, &again), SNOW_ENOTFOUND);
    assert_int_equal(again->state, REFERRAL_FAILED);
    assert_int_equal(again->failed_status, SNOW_REGISTRATION_LIMITED);

    /* there is a rule for names of TLDs that are no country's */
    assert_int_equal(find(&f, "a.snowline", text, &snowline), SNOW_EAGAIN);
    registration_referral_take(&f.routes, snowline, NULL,
                               SNOW_REGISTRATION_UNKNOWN);
    assert_int_equal(find(&f, "a.snowline", text, &again), 0);
    assert_string_equal(text, "whois.nic.snowline 43 %s");

    now_us += 300 * S;
    assert_int_equal(find(&f, "a.zz", text, &again), SNOW_EAGAIN);
    assert_int_equal(again->state, REFERRAL_UNASKED);
    close_routes(&f);
}

static void the_root_may_be_another(void **state)
{
    const char *list[] = { "*=w.test", ".=root.test:4343" };
    struct registration_config cfg = { .bootstrap = "" };
    struct registration_route way;
    struct fixture f;
    char text[128];

    (void)state;
    for (size_t n = 0; n <= 2; n += 2) {
        cfg.whois_servers = list;
        cfg.n_whois_servers = n;
        assert_int_equal(open_routes(&f, &cfg, NULL), 0);
        registration_routes_root(&f.routes, &way);
        write_way(text, &way);
        assert_string_equal(text,
                            n ? "root.test 4343 %s" : "whois.iana.org 43 %s");
        close_routes(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_way_is_found),
        cmocka_unit_test(what_names_no_server_is_refused),
        cmocka_unit_test(what_the_root_says_is_remembered),
        cmocka_unit_test(a_root_that_is_silent_is_asked_again_later),
        cmocka_unit_test(the_root_may_be_another),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
