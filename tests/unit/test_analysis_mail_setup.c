#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "analysis/mail_setup.h"
#include "snowline/error.h"

/* clang-format off */
static const struct {
    const char *why, *record, *policy;
} policies[] = {
    { "the usual", "v=DMARC1; p=reject; rua=mailto:x@d.test", "reject" },
    { "the least", "v=DMARC1;p=none", "none" },
    { "blanks wherever they may be", "v=DMARC1 ; p\t= quarantine ;", "quarantine" },
    { "any case of letters", "v=DMARC1; P=Reject", "reject" },
    { "that of subdomains is another", "v=DMARC1; sp=reject", "" },
    { "none", "v=DMARC1", "" },
    { "a word that is none", "v=DMARC1; p=refuse", "" },
    { "a long word", "v=DMARC1; p=rejectrejectreject", "" },
    { "nothing", "v=DMARC1; p=", "" },
    { "no version", "p=reject", "" },
    { "another", "v=DMARC10; p=reject", "" },
    { "a version in lower case", "v=dmarc1; p=reject", "" },
    { "a version that is not first", "p=reject; v=DMARC1", "" },
    { "no tags but semicolons", "v=DMARC1;;;;p=none", "none" },
};
/* clang-format on */

static void policies_are_told(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(policies); i++) {
        const char *got = analysis_dmarc_policy(policies[i].record,
                                                strlen(policies[i].record));

        if (strcmp(got, policies[i].policy) != 0)
            fail_msg("%s: '%s'", policies[i].why, got);
    }
}

/* An answer of up to 32 names or addresses, written with blanks between. */
struct told {
    char room[8192];
    const char *names[32];
    uint16_t lens[32], preferences[32];
    struct snow_addr addrs[32];
    struct analysis_answer answer;
};

static const struct analysis_answer *tell(struct told *t, const char *text)
{
    char *at = t->room;

    memset(t, 0, sizeof *t);
    text_copy(t->room, sizeof t->room, text);
    t->answer = (struct analysis_answer){ .status = SNOW_PTR_NAME,
                                          .names = t->names,
                                          .lens = t->lens,
                                          .preferences = t->preferences,
                                          .addrs = t->addrs,
                                          .serial = 7 };
    for (size_t i = 0; *at; i++) {
        size_t len = strcspn(at, " ");
        bool is_last = at[len] == '\0';

        at[len] = '\0';
        t->preferences[i] = (uint16_t)strtoul(at, NULL, 10);
        t->names[i] = strchr(at, '/') ? strchr(at, '/') + 1 : at;
        t->lens[i] = (uint16_t)strlen(t->names[i]);
        t->answer.n_addrs += snow_addr_parse(&t->addrs[i], at) == 0;
        t->answer.n_names++;
        at += is_last ? len : len + 1;
    }
    return &t->answer;
}

static struct analysis_mail_setup *new_setup(void)
{
    struct analysis_mail_setup *m = calloc(1, sizeof *m);

    assert_non_null(m);
    return m;
}

static char *json_of(const struct analysis_mail_setup *m)
{
    struct buf json = { 0 };

    analysis_mail_format_json(&json, m);
    assert_false(json.failed);
    assert_true(json.len <= MAIL_JSON_MAX);
    return json.data;
}

/* clang-format off */
static const struct {
    const char *why;
    enum mail_question question;
    const char *said, *kept; /* the member of the question */
} answers[] = {
    { "MX by preference, then name", MAIL_MX, "20/a.test 10/c.test 10/b.test",
      "\"mx\":{\"status\":\"name\",\"hosts\":["
      "{\"preference\":10,\"host\":\"b.test\"},"
      "{\"preference\":10,\"host\":\"c.test\"},"
      "{\"preference\":20,\"host\":\"a.test\"}]}" },
    { "no mail", MAIL_MX, "0/.", "\"mx\":{\"status\":\"name\",\"hosts\":["
      "{\"preference\":0,\"host\":\".\"}]}" },
    { "ten hosts, the first in order", MAIL_MX, "12/l.test 11/k.test 10/j.test "
      "9/i.test 8/h.test 7/g.test 6/f.test 5/e.test 4/d.test 3/c.test 2/b.test "
      "1/a.test", "{\"preference\":9,\"host\":\"i.test\"},"
      "{\"preference\":10,\"host\":\"j.test\"}]}" },
    { "name servers, sorted", MAIL_NS, "ns2.test ns1.test",
      "\"ns\":{\"status\":\"name\",\"hosts\":[\"ns1.test\",\"ns2.test\"]}" },
    { "the start of authority", MAIL_SOA, "ns.test root.test",
      "\"soa\":{\"status\":\"name\",\"server\":\"ns.test\","
      "\"mailbox\":\"root.test\",\"serial\":7}" },
    { "addresses, sorted", MAIL_A, "192.0.2.2 192.0.2.1",
      "\"a\":{\"status\":\"name\",\"addrs\":[\"192.0.2.1\",\"192.0.2.2\"]}" },
    { "of IPv6", MAIL_AAAA, "2001:db8::1",
      "\"aaaa\":{\"status\":\"name\",\"addrs\":[\"2001:db8::1\"]}" },
    { "the SPF record among texts", MAIL_TXT, "hello v=spf1 v=spf10",
      "\"txt\":{\"status\":\"name\",\"spf\":\"v=spf1\"}" },
    { "no such text", MAIL_TXT, "hello", "\"txt\":{\"status\":\"name\"}" },
    { "DMARC", MAIL_DMARC, "hello v=DMARC1;p=none",
      "\"dmarc\":{\"status\":\"name\",\"records\":1,\"policy\":\"none\","
      "\"text\":\"v=DMARC1;p=none\"}" },
    { "two of them are none", MAIL_DMARC, "v=DMARC1;p=none v=DMARC1;p=reject",
      "\"records\":2,\"policy\":\"\",\"text\":\"v=DMARC1;p=none\"}" },
};
/* clang-format on */

static void answers_are_kept(void **state)
{
    struct told t;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(answers); i++) {
        struct analysis_mail_setup *m = new_setup();
        char *json;

        analysis_mail_take(m, answers[i].question, tell(&t, answers[i].said));
        json = json_of(m);
        if (!strstr(json, answers[i].kept))
            fail_msg("%s: %s", answers[i].why, json);
        free(json);
        free(m);
    }
}

static void check_round(const struct analysis_mail_setup *m)
{
    struct analysis_mail_setup *back = new_setup();
    char *json = json_of(m), *again;

    if (analysis_mail_parse_json(back, json, strlen(json)))
        fail_msg("does not parse: %s", json);
    again = json_of(back);
    assert_string_equal(json, again);
    assert_int_equal(back->spf_len, m->spf_len);
    assert_memory_equal(back->spf_text, m->spf_text, m->spf_len);
    free(again);
    free(json);
    free(back);
}

/* Every octet of a text survives, and all questions beside. */
static void what_is_written_is_read(void **state)
{
    struct analysis_mail_setup *m = new_setup();
    char text[300] = "v=spf1 ";
    const char *texts[] = { text };
    uint16_t len = 7 + 256;
    struct analysis_answer txt = {
        .status = SNOW_PTR_NAME, .names = texts, .lens = &len, .n_names = 1
    };
    struct told t;

    (void)state;
    check_round(m);
    for (unsigned i = 0; i < 256; i++)
        text[7 + i] = (char)(unsigned char)i;
    for (unsigned i = 0; i < COUNT_OF(answers); i++)
        analysis_mail_take(m, answers[i].question, tell(&t, answers[i].said));
    m->spf_len = 0;
    analysis_mail_take(m, MAIL_TXT, &txt);
    assert_int_equal(m->spf_len, len);
    analysis_mail_take_host(&m->mx[0], tell(&t, "192.0.2.9 192.0.2.8"));
    analysis_mail_take_host(
        &m->mx[1], &(struct analysis_answer){ .status = SNOW_PTR_TIMEOUT });
    m->spf.status = SPF_STATUS_OK;
    m->spf.all = '-';
    check_round(m);
    free(m);
}

/* The largest record there can be still fits. */
static void a_record_is_bounded(void **state)
{
    struct analysis_mail_setup *m = new_setup();
    struct snow_addr a = { UINT64_MAX, UINT64_MAX };
    char *json;

    (void)state;
    memset(m->status, SNOW_PTR_NAME, sizeof m->status);
    for (m->n_mx = 0; m->n_mx < MAIL_MX_MAX; m->n_mx++) {
        struct mail_mx *mx = &m->mx[m->n_mx];

        memset(mx->host, '\\', MAIL_NAME_MAX / 2 - 1);
        mx->status = SNOW_PTR_SERVFAIL;
        mx->preference = UINT16_MAX;
        for (; mx->n_addrs < MAIL_HOST_ADDRS_MAX; mx->n_addrs++)
            mx->addrs[mx->n_addrs] = a;
    }
    for (m->n_ns = 0; m->n_ns < MAIL_NS_MAX; m->n_ns++)
        memset(m->ns[m->n_ns], 'n', MAIL_NAME_MAX - 1);
    memset(m->soa_server, 's', MAIL_NAME_MAX - 1);
    memset(m->soa_mailbox, 's', MAIL_NAME_MAX - 1);
    for (m->a.n = m->aaaa.n = 0; m->a.n < MAIL_ADDRS_MAX; m->a.n++)
        m->a.at[m->a.n] = m->aaaa.at[m->aaaa.n++] = a;
    m->spf_len = MAIL_SPF_TEXT_MAX; /* zeros, \\000 each */
    m->dmarc_len = MAIL_DMARC_TEXT_MAX;
    m->n_dmarc = 1;
    for (; m->spf.n_includes < SPF_LOOKUPS_MAX; m->spf.n_includes++)
        memset(m->spf.includes[m->spf.n_includes], 'i', SPF_NAME_MAX - 1);
    for (; m->spf.n_entries < SPF_ENTRIES_MAX; m->spf.n_entries++)
        m->spf.entries[m->spf.n_entries] = (struct spf_entry){
            .prefix = { a, 128 }, .qualifier = '+', .families = SPF_IPV6
        };
    json = json_of(m);
    assert_non_null(strstr(json, "\"cut\":true"));
    free(json);
    check_round(m);
    free(m);
}

static void failures_are_told(void **state)
{
    struct analysis_mail_setup *m = new_setup();
    struct told t;

    (void)state;
    for (unsigned i = 0; i < MAIL_QUESTIONS; i++) {
        memset(m->status, SNOW_PTR_NXDOMAIN, sizeof m->status);
        assert_false(analysis_mail_is_failure(m));
        m->status[i] = SNOW_PTR_SERVFAIL;
        assert_true(analysis_mail_is_failure(m));
    }
    memset(m->status, SNOW_PTR_NODATA, sizeof m->status);
    analysis_mail_take(m, MAIL_MX, tell(&t, "1/a.test"));
    assert_false(analysis_mail_is_failure(m));
    analysis_mail_take_host(
        &m->mx[0], &(struct analysis_answer){ .status = SNOW_PTR_REFUSED });
    assert_true(analysis_mail_is_failure(m));
    m->mx[0].status = SNOW_PTR_NAME;
    m->spf.status = SPF_STATUS_TEMPERROR;
    assert_true(analysis_mail_is_failure(m));
    free(m);
}

/* clang-format off */
static const struct {
    const char *why, *json;
    int code;
} damaged[] = {
    { "nothing is known", "{}", 0 },
    { "no object", "[]", SNOW_ESYNTAX },
    { "no JSON", "{", SNOW_ESYNTAX },
    { "a status that is none", "{\"mx\":{\"status\":\"fine\"}}", SNOW_ESYNTAX },
    { "a preference too large", "{\"mx\":{\"status\":\"name\",\"hosts\":"
      "[{\"preference\":65536,\"host\":\"a.test\"}]}}", SNOW_ESYNTAX },
    { "eleven hosts", "{\"mx\":{\"hosts\":[{},{},{},{},{},{},{},{},{},{},{}]}}",
      SNOW_ESYNTAX },
    { "an address that is none", "{\"a\":{\"addrs\":[\"x\"]}}", SNOW_ESYNTAX },
    { "a number for one", "{\"aaaa\":{\"addrs\":[1]}}", SNOW_ESYNTAX },
    { "an escape cut short", "{\"txt\":{\"spf\":\"\\\\12\"}}", SNOW_ESYNTAX },
    { "an escape too large", "{\"txt\":{\"spf\":\"\\\\256\"}}", SNOW_ESYNTAX },
    { "a serial that is a text", "{\"soa\":{\"serial\":\"1\"}}", 0 },
    { "a bad list of SPF", "{\"spf\":{\"status\":\"ok\",\"list\":[1]}}",
      SNOW_ESYNTAX },
};
/* clang-format on */

static void damaged_records_are_refused(void **state)
{
    struct analysis_mail_setup *m = new_setup();

    (void)state;
    for (size_t i = 0; i < COUNT_OF(damaged); i++)
        if (analysis_mail_parse_json(
                m, damaged[i].json, strlen(damaged[i].json)) != damaged[i].code)
            fail_msg("%s", damaged[i].why);
    free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(policies_are_told),
        cmocka_unit_test(answers_are_kept),
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(a_record_is_bounded),
        cmocka_unit_test(failures_are_told),
        cmocka_unit_test(damaged_records_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
