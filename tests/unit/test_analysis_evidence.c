/* What is stored beside names finds its way into the findings. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "analysis/mail_setup.h"
#include "analysis/website.h"
#include "base/text.h"
#include "support/analysis_lab.h"

#define DOMAINS 10

/* Ten new domains of four addresses each, side by side, and 40 old ones with
 * two that lie apart. */
static void build(struct lab *l)
{
    lab_init(l, "2018-05-15T12:00:00Z");
    for (unsigned i = 0; i < DOMAINS + 40; i++) {
        bool is_new = i < DOMAINS;
        char domain[32], name[64], addr[32];

        snprintf(domain, sizeof domain, "d%c%c.com", 'a' + i % 26,
                 'a' + i / 26);
        for (unsigned k = 0; k < (is_new ? 4 : 2); k++) {
            snprintf(name, sizeof name, "%s%s",
                     k == 0   ? ""
                     : k == 1 ? "one."
                     : k == 2 ? "two."
                              : "three.",
                     domain);
            snprintf(addr, sizeof addr, "192.0.%u.%u", is_new ? 2 : 3 + i,
                     is_new ? 16 + 4 * i + k : k);
            lab_name(l, addr, name);
        }
        lab_register(l, domain,
                     is_new ? lab_time("2018-03-01T10:00:00Z") + i * 60
                            : lab_time("2009-03-01") + i * 86400 * 7,
                     is_new ? 9990 : 9991 + i % 5);
    }
}

static void domain_name(char out[32], unsigned i)
{
    snprintf(out, 32, "d%c%c.com", 'a' + i % 26, 'a' + i / 26);
}

static void no_change(struct analysis *a)
{
    (void)a;
}

static void add_mail(struct analysis *a)
{
    struct analysis_mail_setup *m = calloc(1, sizeof *m);

    assert_non_null(m);
    for (unsigned i = 0; i < DOMAINS + 40; i++) {
        char domain[32], json[512];

        domain_name(domain, i);
        snprintf(json, sizeof json,
                 "{\"mx\":{\"status\":\"name\",\"hosts\":[{\"preference\":1,"
                 "\"host\":\"x.%s\",\"status\":\"name\",\"addrs\":"
                 "[\"192.0.2.%u\"]}]},\"txt\":{\"status\":\"name\",\"spf\":"
                 "\"v=spf1 ip4:192.0.2.%u/30 %s -all\"},\"spf\":{\"status\":"
                 "\"ok\",\"list\":[\"+192.0.2.%u/30\",\"-all\"]}}",
                 domain, 16 + 4 * (i % DOMAINS), 16 + 4 * (i % DOMAINS),
                 i < DOMAINS ? "a:x.net"
                 : i % 2     ? "a"
                             : "mx",
                 16 + 4 * (i % DOMAINS));
        assert_int_equal(analysis_mail_parse_json(m, json, strlen(json)), 0);
        assert_int_equal(analysis_add_mail(a, domain, m), 0);
    }
    free(m);
}

static void add_websites(struct analysis *a, enum website_status status)
{
    struct analysis_website *w = calloc(1, sizeof *w);

    assert_non_null(w);
    w->status = status;
    text_copy(w->detail, sizeof w->detail, "site");
    for (unsigned i = 0; i < DOMAINS; i++) {
        char domain[32];

        domain_name(domain, i);
        assert_int_equal(analysis_add_website(a, domain, w), 0);
    }
    free(w);
}

static void parked(struct analysis *a)
{
    add_websites(a, WEBSITE_PARKED);
}

static void real_sites(struct analysis *a)
{
    add_websites(a, WEBSITE_CONTENT);
}

static void greet(struct analysis *a)
{
    for (unsigned i = 0; i < DOMAINS + 40; i++) {
        char addr[32], banner[64];
        struct snow_probe p = { .port = 25,
                                .status = SNOW_SMTP_OPEN,
                                .code = 220,
                                .tls_status = SNOW_TLS_OK,
                                .banner = banner };
        bool is_new = i < DOMAINS;

        snprintf(addr, sizeof addr, "192.0.%u.%u", is_new ? 2 : 3 + i,
                 is_new ? 16 + 4 * i : 0);
        snow_addr_parse(&p.addr, addr);
        snprintf(banner, sizeof banner, "220 mail ESMTP Thing%c", 'a' + i % 4);
        p.banner_len = strlen(banner);
        snprintf(p.tls.spki_sha256, sizeof p.tls.spki_sha256, "%064x",
                 is_new ? 7 : i);
        assert_int_equal(analysis_add_probe(a, &p), 0);
    }
}

static void add_network(struct analysis *a, const char *first, const char *last,
                        const char *organisation)
{
    struct snow_network n = { .status = SNOW_REGISTRATION_REGISTERED };

    snow_addr_parse(&n.first, first);
    snow_addr_parse(&n.last, last);
    text_copy(n.organisation, sizeof n.organisation, organisation);
    analysis_add_netblock(a, &n);
}

static void a_senders_net(struct analysis *a)
{
    add_network(a, "192.0.2.0", "192.0.2.255", "SendGrid, Inc.");
}

static void another_senders_net(struct analysis *a)
{
    add_network(a, "192.0.0.0", "192.0.1.255", "SendGrid, Inc.");
}

static void a_hosters_net(struct analysis *a)
{
    add_network(a, "192.0.2.0", "192.0.2.255", "Some Hosting Ltd");
}

/* clang-format off */
static const struct {
    const char *why;
    void (*add)(struct analysis *a);
    enum snow_score_part part;
    double measured, value; /* at least */
    const char *reason, *lacks; /* in the part's reason or the caveats */
} cases[] = {
    { "nobody was greeted", no_change, SNOW_PART_MAIL, 0, 0, "no mail server",
      NULL },
    { "SPF and MX", add_mail, SNOW_PART_MAIL, .4, 1,
      "10 of 10 may send by SPF, 10 of 10 have MX inside", NULL },
    { "a policy of one making", add_mail, SNOW_PART_SHARED, .3, .3,
      "mail records 1.", NULL },
    { "servers that greet", greet, SNOW_PART_MAIL, .45, .6, "10 of 10 speak",
      "no mail server" },
    { "one key", greet, SNOW_PART_SHARED, .2, .3, "mail servers 1.", NULL },
    { "nobody looked for a website", no_change, SNOW_PART_WEB, 0, 0, NULL,
      "website" },
    { "parked", parked, SNOW_PART_WEB, 1, 1, "0 of 10 domain(s)", NULL },
    { "with sites they are not tied by their dates", real_sites, SNOW_PART_WEB, 1,
      0, "1 of 1 domain(s)", NULL },
    { "in a sender's net", a_senders_net, SNOW_PART_NEW, 1, 1, "large sender",
      NULL },
    { "beside one", another_senders_net, SNOW_PART_NEW, 1, 1, NULL,
      "large sender" },
    { "in a hoster's", a_hosters_net, SNOW_PART_NEW, 1, 1, NULL,
      "large sender" },
};
/* clang-format on */

static void evidence_counts(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct snow_score *part;
        struct snow_findings f;
        struct analysis *a;
        struct lab l;

        build(&l);
        a = lab_analyse(&l);
        cases[i].add(a);
        assert_int_equal(analysis_findings(&f, a), 0);
        part = &f.all[0].parts[cases[i].part];
        if (f.all[0].kind !=
            (cases[i].add == real_sites ? SNOW_RUN : SNOW_CAMPAIGN))
            fail_msg("%s: %s", cases[i].why,
                     snow_finding_kind_word(f.all[0].kind));
        if (part->measured < cases[i].measured - 1e-9 ||
            (cases[i].measured <= 0 && part->measured > 0) ||
            part->value < cases[i].value - 1e-9)
            fail_msg("%s: %f of %f, %s", cases[i].why, part->value,
                     part->measured, part->reason);
        if (cases[i].reason && !strstr(part->reason, cases[i].reason) &&
            !strstr(f.all[0].caveats, cases[i].reason))
            fail_msg("%s: %s; %s", cases[i].why, part->reason,
                     f.all[0].caveats);
        if (cases[i].lacks && strstr(f.all[0].caveats, cases[i].lacks))
            fail_msg("%s: %s", cases[i].why, f.all[0].caveats);
        snow_findings_fini(&f);
        analysis_free(a);
        lab_fini(&l);
    }
}

/* A minute apart, times of day known: a bulk registration. */
static void bulk_registrations_are_told(void **state)
{
    (void)state;
    for (unsigned date_only = 0; date_only < 2; date_only++) {
        struct snow_findings f;
        struct lab l;

        build(&l);
        for (unsigned i = 0; i < DOMAINS; i++)
            lab_registration(&l, i)->created_is_date_only = date_only;
        lab_findings(&l, &f);
        assert_int_equal(f.all[0].n_domains, DOMAINS);
        assert_int_equal(strstr(f.all[0].reasons, "bulk10;batch5m") == NULL,
                         date_only);
        snow_findings_fini(&f);
        lab_fini(&l);
    }
}

/* 16 … 19 is a /30, and so on; two of the old ones are too few to tell. */
static void aligned_runs_are_counted(void **state)
{
    struct snow_findings f;
    struct lab l;

    (void)state;
    build(&l);
    lab_findings(&l, &f);
    assert_int_equal(f.all[0].aligned_runs, DOMAINS);
    for (size_t i = 0; i < f.n; i++)
        if (f.all[i].kind == SNOW_RUN && f.all[i].ip_count == 2)
            assert_int_equal(f.all[i].aligned_runs, 0);
    snow_findings_fini(&f);
    lab_fini(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(evidence_counts),
        cmocka_unit_test(bulk_registrations_are_told),
        cmocka_unit_test(aligned_runs_are_counted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
