#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "report_store.h"

#include "base/records.h"
#include "base/text.h"

static int64_t new_scan(struct snow_store *s)
{
    int64_t id = 0;
    struct snow_scan scan = { .targets = "192.0.2.0-192.0.2.255",
                              .settings = "{}",
                              .created_utc_s = 1526810000,
                              .now_utc_s = 1526814153,
                              .finished_utc_s = SNOW_TIME_UNKNOWN };

    assert_int_equal(snow_store_add_scan(s, &scan, &id, NULL), 0);
    return id;
}

static void put(struct snow_store *s, const struct snow_record *r)
{
    struct snow_error err = { 0 };

    if (snow_store_put(s, r, &err))
        fail_msg("put: %s", err.text);
}

/* clang-format off */
static const struct {
    unsigned at;
    uint8_t status;
    const char *names;
    unsigned n;
} outcomes[] = {
    { 16, SNOW_PTR_NAME, "commercieopard.example", 1 },
    { 17, SNOW_PTR_NAME, "other.example\0iclide.commercieopard.example", 2 },
    { 18, SNOW_PTR_NXDOMAIN, NULL, 0 },
    { 19, SNOW_PTR_NAME, "a\\.b.c.commercieopard.example", 1 },
    { 20, SNOW_PTR_TIMEOUT, NULL, 0 },
    { 21, SNOW_PTR_PRUNED, NULL, 0 },
    { 22, SNOW_PTR_OUTSIDE, NULL, 0 },
    { 64, SNOW_PTR_NAME, "=cmd.example", 1 },
    { 65, SNOW_PTR_NAME, "r\x1b[31med.example", 1 },
    { 66, SNOW_PTR_SERVFAIL, NULL, 0 },
};

static const struct {
    const char *addr, *banner, *capabilities;
    uint8_t status;
    uint16_t code;
} greetings[] = {
    { "192.0.2.16", "220-one, \"two\"\n220 \xff\x1b[2J", "PIPELINING\nSIZE 1",
      SNOW_SMTP_OPEN, 220 },
    { "192.0.2.17", "", "", SNOW_SMTP_REFUSED, 0 },
    { "192.0.2.18", "220 mail.other.example ESMTP PowerMTA(TM) v5.0r1",
      "XACK", SNOW_SMTP_OPEN, 220 },
    { "192.0.2.19", "220-commercieopard.example ESMTP Exim 4.96 #2\n220 hi",
      "", SNOW_SMTP_OPEN, 220 },
    { "192.0.2.65", "220 *************", "", SNOW_SMTP_OPEN, 220 },
    { "192.0.2.99", "220 in no finding", "", SNOW_SMTP_OPEN, 220 },
};
/* clang-format on */

static void put_probes(struct snow_store *s, int64_t scan)
{
    for (size_t i = 0; i < COUNT_OF(greetings); i++) {
        struct snow_probe p = {
            .port = 25,
            .status = greetings[i].status,
            .code = greetings[i].code,
            .ehlo_status =
                greetings[i].code ? SNOW_EHLO_OK : SNOW_EHLO_NOT_ASKED,
            .seen_utc_s = 1526814000,
            .banner = greetings[i].banner,
            .banner_len = strlen(greetings[i].banner),
            .hello = "mail",
            .hello_len = 4,
            .capabilities = greetings[i].capabilities,
            .capabilities_len = strlen(greetings[i].capabilities),
        };

        if (i == 0) { /* the others have not been asked, */
            p.tls_status = SNOW_TLS_OK;
            p.tls = (struct snow_tls){ .spki_sha256 = "00",
                                       .subject = "=mx.example",
                                       .subject_len = 11 };
        }
        if (i == 1) /* or in vain */
            p.tls_status = SNOW_TLS_NOT_OFFERED;

        assert_int_equal(snow_addr_parse(&p.addr, greetings[i].addr), 0);
        put(s, &(struct snow_record){
                   .kind = SNOW_RECORD_PROBE, .scan = scan, .probe = &p });
    }
}

/* What registries said: all of it, nothing but "registered", no answer. */
static const struct snow_registration registrations[] = {
    { .status = SNOW_REGISTRATION_REGISTERED,
      .http_code = 200,
      .created_utc_s = 1509696942,
      .domain = "commercieopard.example",
      .statuses = "client transfer prohibited;active",
      .source = "https://rdap.example/domain/commercieopard.example" },
    { .status = SNOW_REGISTRATION_REGISTERED,
      .created_utc_s = SNOW_TIME_UNKNOWN,
      .domain = "one.example" },
    { .status = SNOW_REGISTRATION_LIMITED,
      .http_code = 429,
      .created_utc_s = SNOW_TIME_UNKNOWN,
      .domain = "r\x1b[31med.example",
      .source = "https://rdap.example/domain/red.example" },
};

static void put_registrations(struct snow_store *s, int64_t scan)
{
    for (size_t i = 0; i < COUNT_OF(registrations); i++) {
        struct snow_registration g = registrations[i];
        struct buf json = { 0 };
        struct snow_evidence e = { .subject = g.domain,
                                   .kind = "registration",
                                   .source = g.source,
                                   .observed_utc_s = 1526814100 };

        g.expires_utc_s = g.updated_utc_s = SNOW_TIME_UNKNOWN;
        g.seen_utc_s = e.observed_utc_s;
        record_registration_format_json(&json, &g);
        e.data = json.data;
        e.data_len = json.len;
        put(s, &(struct snow_record){ .kind = SNOW_RECORD_EVIDENCE,
                                      .scan = scan,
                                      .evidence = &e });
        buf_fini(&json);
    }
}

/* Where names lead: back to one of two rows, nowhere, no answer. */
static const char *const forwards[][2] = {
    { "commercieopard.example",
      "{\"status\":\"name\",\"a\":[\"192.0.2.16\",\"198.51.100.1\"]}" },
    { "iclide.commercieopard.example", "{\"status\":\"nxdomain\",\"a\":[]}" },
    { "mail.other.example", "{\"status\":\"timeout\",\"a\":[]}" },
};

static void put_forwards(struct snow_store *s, int64_t scan)
{
    for (size_t i = 0; i < COUNT_OF(forwards); i++) {
        struct snow_evidence e = { .subject = forwards[i][0],
                                   .kind = "forward",
                                   .source = "dns",
                                   .observed_utc_s = 1526814100,
                                   .data = forwards[i][1],
                                   .data_len = strlen(forwards[i][1]) };

        put(s, &(struct snow_record){ .kind = SNOW_RECORD_EVIDENCE,
                                      .scan = scan,
                                      .evidence = &e });
    }
}

/* Mail set-up: any octets in the record, none of it, no answer, damage. */
static const char *const mails[][2] = {
    { "commercieopard.example",
      "{\"mx\":{\"status\":\"name\",\"hosts\":[{\"preference\":10,\"host\":"
      "\"mail.one.example\"},{\"preference\":20,\"host\":\"=x.example\"}]},"
      "\"txt\":{\"status\":\"name\",\"spf\":\"v=spf1 \\\\027[31m,\\\"\\\\255 "
      "-all\"}}" },
    { "bridgewdable.example", "{\"mx\":{\"status\":\"timeout\"},"
                              "\"txt\":{\"status\":\"servfail\"}}" },
    { "r\033[31med.example",
      "{\"mx\":{\"status\":\"nodata\"},\"txt\":{\"status\":\"name\"}}" },
    { "old.example", "{\"mx\":7}" },
    { "one.example", "{" },
};

static void put_mails(struct snow_store *s, int64_t scan)
{
    for (size_t i = 0; i < COUNT_OF(mails); i++) {
        struct snow_evidence e = { .subject = mails[i][0],
                                   .kind = "mail",
                                   .source = "dns",
                                   .observed_utc_s = 1526814100,
                                   .data = mails[i][1],
                                   .data_len = strlen(mails[i][1]) };

        put(s, &(struct snow_record){ .kind = SNOW_RECORD_EVIDENCE,
                                      .scan = scan,
                                      .evidence = &e });
    }
}

/* What was seen of websites: one there, one not, one not told. */
static const char *const websites[][2] = {
    { "commercieopard.example",
      "{\"status\":\"parked\",\"names_company\":\"no\"}" },
    { "one.example", "{\"status\":\"timeout\",\"names_company\":\"unknown\"}" },
    { "two.example", "{\"status\":" },
    { "bridgewdable.example",
      "{\"status\":\"content\",\"names_company\":\"yes\"}" },
};

static void put_websites(struct snow_store *s, int64_t scan)
{
    for (size_t i = 0; i < COUNT_OF(websites); i++) {
        struct snow_evidence e = { .subject = websites[i][0],
                                   .kind = "web",
                                   .source = "http",
                                   .observed_utc_s = 1526814100,
                                   .data = websites[i][1],
                                   .data_len = strlen(websites[i][1]) };

        put(s, &(struct snow_record){ .kind = SNOW_RECORD_EVIDENCE,
                                      .scan = scan,
                                      .evidence = &e });
    }
}

static const struct {
    const char *addr;
    uint8_t nibbles, status, n;
    const char *names;
} ipv6_names[] = {
    { "2001:db8::", 8, SNOW_PTR_NAME, 0, "" }, /* no address: no row */
    { "2001:db8::1", 32, SNOW_PTR_NAME, 2, "a.example\0b.example" },
    { "2001:db8::2", 32, SNOW_PTR_TIMEOUT, 0, "" },
};

static void put_ipv6_names(struct snow_store *s, int64_t scan)
{
    for (size_t i = 0; i < COUNT_OF(ipv6_names); i++) {
        struct snow_name name = { .nibbles = ipv6_names[i].nibbles,
                                  .status = ipv6_names[i].status,
                                  .n_names = ipv6_names[i].n,
                                  .seen_utc_s = 1526813100,
                                  .names = ipv6_names[i].names };

        assert_int_equal(snow_addr_parse(&name.addr, ipv6_names[i].addr), 0);
        put(s, &(struct snow_record){
                   .kind = SNOW_RECORD_NAME, .scan = scan, .name = &name });
    }
}

struct snow_store *small_store(int64_t *scan)
{
    struct snow_store *s = NULL;
    struct snow_block b;
    struct snow_addr first;
    struct snow_error err = { 0 };

    if (snow_store_open(&s, "memory:", SNOW_STORE_CREATE, &err))
        fail_msg("%s", err.text);
    *scan = new_scan(s);
    assert_int_equal(snow_addr_parse(&first, "192.0.2.0"), 0);
    snow_block_init(&b, first);
    for (size_t i = 0; i < COUNT_OF(outcomes); i++)
        assert_int_equal(snow_block_set(&b, outcomes[i].at, outcomes[i].status,
                                        1526813000 + (int64_t)i,
                                        outcomes[i].names, outcomes[i].n),
                         0);
    assert_int_equal(snow_store_begin(s, NULL), 0);
    put(s, &(struct snow_record){
               .kind = SNOW_RECORD_TAIL, .scan = *scan, .block = &b });
    put_probes(s, *scan);
    put_registrations(s, *scan);
    put_forwards(s, *scan);
    put_mails(s, *scan);
    put_websites(s, *scan);
    put_ipv6_names(s, *scan);
    assert_int_equal(snow_store_commit(s, NULL), 0);
    snow_block_fini(&b);
    return s;
}
