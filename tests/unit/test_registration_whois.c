/* registration/whois.h: the answers in tests/registry, each with what is to be
 * read of it in front: labels as in corpus_fields[], a blank line, and then the
 * answer, octet for octet. What is not named stays unknown or empty; a date
 * without a time of day says that none was published. */
#include "registration/whois.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "registration/whois_words.h"
#include "snowline/error.h"

#define FOLDER "tests/registry"
#define LEAST 120 /* answers that must be there */

struct expected {
    char why[128], domain[SNOW_DOMAIN_MAX], server[80], status[16];
    char created[32], expires[32], updated[32], registrar[256];
    char iana[16], statuses[512], nameservers[2048];
};

/* clang-format off */
#define TO(member) offsetof(struct expected, member), \
                   sizeof ((struct expected *)0)->member
static const struct {
    const char *name;
    size_t at, size;
} corpus_fields[] = {
    { "why", TO(why) },               { "domain", TO(domain) },
    { "server", TO(server) },         { "status", TO(status) },
    { "created", TO(created) },       { "expires", TO(expires) },
    { "updated", TO(updated) },       { "registrar", TO(registrar) },
    { "iana", TO(iana) },             { "statuses", TO(statuses) },
    { "nameservers", TO(nameservers) },
};
/* clang-format on */

static void take_expected(struct expected *e, const char *file, char *line)
{
    char *value = strstr(line, ": ");

    if (!value)
        fail_msg("%s: '%s'", file, line);
    *value = '\0';
    for (size_t i = 0; i < COUNT_OF(corpus_fields); i++)
        if (strcmp(line, corpus_fields[i].name) == 0) {
            text_copy((char *)e + corpus_fields[i].at, corpus_fields[i].size,
                      value + 2);
            return;
        }
    fail_msg("%s: no field '%s'", file, line);
}

/* Take the lines in front off; what is behind them is the answer. */
static char *take_header(struct expected *e, const char *file, char *text)
{
    *e = (struct expected){ 0 };
    while (*text != '\n') {
        char *end = strchr(text, '\n');

        assert_non_null(end);
        *end = '\0';
        take_expected(e, file, text);
        text = end + 1;
    }
    return text + 1;
}

static void check_text(const char *file, const char *what, const char *is,
                       const char *wanted)
{
    if (strcmp(is, wanted) != 0)
        fail_msg("%s: %s is '%s', not '%s'", file, what, is, wanted);
}

static void check_time(const char *file, const char *what, int64_t is,
                       const char *wanted)
{
    char text[TEXT_TIME_MAX];

    text_format_time(is, text);
    if (strlen(wanted) == 10)
        text[10] = '\0';
    check_text(file, what, text, wanted);
}

static void check(const char *file, const struct snow_registration *r,
                  const struct expected *e)
{
    char iana[16] = "";

    if (r->registrar_iana_id)
        snprintf(iana, sizeof iana, "%u", (unsigned)r->registrar_iana_id);
    check_text(file, "status", snow_registration_status_word(r->status),
               e->status);
    check_time(file, "created", r->created_utc_s, e->created);
    if (r->created_is_date_only != (strlen(e->created) == 10))
        fail_msg("%s: created_is_date_only", file);
    check_time(file, "expires", r->expires_utc_s, e->expires);
    check_time(file, "updated", r->updated_utc_s, e->updated);
    check_text(file, "registrar", r->registrar, e->registrar);
    check_text(file, "iana", iana, e->iana);
    check_text(file, "statuses", r->statuses, e->statuses);
    check_text(file, "nameservers", r->nameservers, e->nameservers);
    check_text(file, "domain", r->domain, e->domain);
}

static size_t read_file(const char *name, char *to, size_t cap)
{
    char path[512];
    size_t n;
    FILE *f;

    snprintf(path, sizeof path, FOLDER "/%s", name);
    f = fopen(path, "rb");
    if (!f)
        fail_msg("%s: cannot be read", path);
    n = fread(to, 1, cap - 1, f);
    fclose(f);
    to[n] = '\0';
    return n;
}

/* Also without the NUL behind it, which the reader must not need. */
static void read_exactly(struct snow_registration *r, const struct expected *e,
                         const char *octets, size_t len)
{
    char *copy = malloc(len > 0 ? len : 1);

    assert_non_null(copy);
    memcpy(copy, octets, len);
    registration_record_init(r, e->domain);
    registration_whois_read(r, e->server, copy, len);
    free(copy);
}

static void answers_are_read(void **state)
{
    static char file[WHOIS_ANSWER_MAX * 2];
    struct dirent *entry;
    size_t n = 0;
    DIR *folder = opendir(FOLDER);

    (void)state;
    assert_non_null(folder);
    while ((entry = readdir(folder))) {
        struct snow_registration r;
        struct expected e;
        size_t len;
        char *answer;

        if (entry->d_name[0] == '.')
            continue;
        len = read_file(entry->d_name, file, sizeof file);
        answer = take_header(&e, entry->d_name, file);
        read_exactly(&r, &e, answer, len - (size_t)(answer - file));
        check(entry->d_name, &r, &e);
        n++;
    }
    closedir(folder);
    if (n < LEAST)
        fail_msg("%zu answers only", n);
}

/* An answer of any size takes its first octets' meaning. */
static void long_answers_are_cut(void **state)
{
    static const char head[] =
        "Domain Name: cheap-meds.com\nCreation Date: 2017-11-03\n";
    static char big[WHOIS_ANSWER_MAX + 4096];
    struct snow_registration r;

    (void)state;
    memset(big, 'x', sizeof big);
    memcpy(big, head, sizeof head - 1);
    memcpy(big + sizeof big - 64, "\nRegistrar: Too Late\n", 21);
    registration_record_init(&r, "cheap-meds.com");
    registration_whois_read(&r, "", big, sizeof big);
    assert_int_equal(r.status, SNOW_REGISTRATION_REGISTERED);
    assert_string_equal(r.registrar, "");
}

/* What others have filled in stays. */
static void source_and_time_stay(void **state)
{
    struct snow_registration r;

    (void)state;
    registration_record_init(&r, "cheap-meds.com");
    r.seen_utc_s = 1526814153;
    text_copy(r.source, sizeof r.source, "whois.verisign-grs.com");
    registration_whois_read(&r, "", "No match for cheap-meds.com", 27);
    assert_int_equal(r.status, SNOW_REGISTRATION_NOT_FOUND);
    assert_int_equal(r.seen_utc_s, 1526814153);
    assert_string_equal(r.source, "whois.verisign-grs.com");
}

static const struct {
    const char *why, *answer, *host; /* NULL: none */
} referrals[] = {
    { "refer comes first",
      "% IANA\n\nrefer:        whois.nic.live\n\ndomain:       LIVE\n",
      "whois.nic.live" },
    { "whois alone, in capitals", "domain: DE\nwhois: WHOIS.DENIC.DE\r\n",
      "whois.denic.de" },
    { "a top-level domain without a server",
      "domain:       PH\nstatus: ACTIVE\nwhois:\n", NULL },
    { "in a comment it is none", "% refer: whois.nic.live\n", NULL },
    { "no host name", "refer: whois nic live\n", NULL },
    { "nor is this", "refer: whois.example; rm -rf\n", NULL },
    { "nothing", "", NULL },
};

static void referrals_are_found(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(referrals); i++) {
        char host[SNOW_DOMAIN_MAX] = "";
        bool is_found = registration_whois_referral(
            host, referrals[i].answer, strlen(referrals[i].answer));

        if (is_found != (referrals[i].host != NULL) ||
            (is_found && strcmp(host, referrals[i].host) != 0))
            fail_msg("%s: '%s'", referrals[i].why, host);
    }
}

/* Looked up by halves: each label must find itself. */
static void labels_find_themselves(void **state)
{
    static const char *const labels[] = {
#define ROW(label, meaning, flags) label,
#include "registration/whois_labels.inc"
#undef ROW
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(labels); i++) {
        const struct whois_word *w = whois_word(labels[i], strlen(labels[i]));

        if (!w || strcmp(w->label, labels[i]) != 0)
            fail_msg("'%s' is not found", labels[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_are_read),
        cmocka_unit_test(long_answers_are_cut),
        cmocka_unit_test(source_and_time_stay),
        cmocka_unit_test(referrals_are_found),
        cmocka_unit_test(labels_find_themselves),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
