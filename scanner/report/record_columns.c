#include "report/columns.h"

#include "analysis/mta.h"

static void add_text(struct report_cell *to, const char *text)
{
    report_cell_text(to, text, strlen(text));
}

/* ---- one name of one address ---- */

#define NAME(record) ((const struct report_name_row *)(record))

static void name_addr(struct report_cell *to, const void *record, size_t at)
{
    (void)at;
    report_cell_addr(to, NAME(record)->addr);
}

static void name_status(struct report_cell *to, const void *record, size_t at)
{
    (void)at;
    add_text(to, snow_ptr_status_word(NAME(record)->status));
}

/* A failure proves nothing: its cell stays empty. */
static void name_name(struct report_cell *to, const void *record, size_t at)
{
    (void)at;
    if (NAME(record)->name)
        add_text(to, NAME(record)->name);
    else if (!snow_ptr_status_is_failure(NAME(record)->status))
        report_cell_absent(to);
}

static void name_seen(struct report_cell *to, const void *record, size_t at)
{
    (void)at;
    report_cell_time(to, NAME(record)->seen_utc_s);
}

/* clang-format off */
static const struct report_column name_columns[] = {
    { "ip", REPORT_TEXT, name_addr, 0, "The address." },
    { "status", REPORT_TEXT, name_status, 0,
      "`name`, `nxdomain`, `nodata`, `servfail`, `refused`, `timeout`, "
      "`pruned` or `error`." },
    { "name", REPORT_TEXT, name_name, 0,
      "Reverse name in lower case without the final dot; `-` when there is "
      "none, empty when that could not be learnt." },
    { "seen", REPORT_TIME, name_seen, 0, "When that was seen." },
};
/* clang-format on */

const struct report_kind report_kind_name = {
    "Names",
    "`export --format names`: one row a name; an address without one has one "
    "row, but an IPv6 address only where there was no answer about it",
    name_columns, COUNT_OF(name_columns)
};

/* ---- ptr ---- */

#define PTR(record) ((const struct report_ptr *)(record))

static void ptr_addr(struct report_cell *to, const void *record, size_t at)
{
    (void)at;
    report_cell_addr(to, PTR(record)->addr);
}

static void ptr_status(struct report_cell *to, const void *record, size_t at)
{
    (void)at;
    add_text(to, snow_ptr_status_word(PTR(record)->status));
}

static void ptr_names(struct report_cell *to, const void *record, size_t at)
{
    const char *name = PTR(record)->names;

    (void)at;
    report_cell_absent(to);
    for (unsigned i = 0; i < PTR(record)->n_names; i++) {
        report_cell_element(to, name, strlen(name));
        name += strlen(name) + 1;
    }
}

static void ptr_ttl(struct report_cell *to, const void *record, size_t at)
{
    (void)at;
    if (PTR(record)->n_names > 0)
        report_cell_count(to, PTR(record)->ttl);
}

static void ptr_resolver(struct report_cell *to, const void *record, size_t at)
{
    (void)at;
    if (PTR(record)->resolver && *PTR(record)->resolver)
        add_text(to, PTR(record)->resolver);
}

static void ptr_time(struct report_cell *to, const void *record, size_t at)
{
    (void)at;
    report_cell_time(to, PTR(record)->seen_utc_s);
}

/* clang-format off */
static const struct report_column ptr_columns[] = {
    { "ip", REPORT_TEXT, ptr_addr, 0, "The address." },
    { "status", REPORT_TEXT, ptr_status, 0,
      "`name`, `nxdomain`, `nodata`, `servfail`, `refused`, `timeout`, "
      "`pruned` or `error`." },
    { "names", REPORT_LIST, ptr_names, 0, "Reverse names; always a list." },
    { "ttl", REPORT_COUNT, ptr_ttl, 0, "Their time to live in seconds." },
    { "resolver", REPORT_TEXT, ptr_resolver, 0,
      "Who answered; null when nobody did." },
    { "time", REPORT_TIME, ptr_time, 0, "When." },
};
/* clang-format on */

const struct report_kind report_kind_ptr = { "ptr", "`ptr`, NDJSON or CSV",
                                             ptr_columns,
                                             COUNT_OF(ptr_columns) };

/* ---- probe ---- */

#define PROBE(record) ((const struct snow_probe *)(record))
#define TLS(member) offsetof(struct snow_tls, member)

static void probe_addr(struct report_cell *to, const void *record, size_t at)
{
    (void)at;
    report_cell_addr(to, PROBE(record)->addr);
}

static void probe_port(struct report_cell *to, const void *record, size_t at)
{
    (void)at;
    report_cell_count(to, PROBE(record)->port);
}

static void probe_status(struct report_cell *to, const void *record, size_t at)
{
    (void)at;
    add_text(to, snow_smtp_status_word(PROBE(record)->status));
}

/* True once a connection stood, so that a greeting could come. */
static bool was_connected(const struct snow_probe *p)
{
    return p->status != SNOW_SMTP_PENDING && p->status != SNOW_SMTP_REFUSED &&
           p->status != SNOW_SMTP_UNREACHABLE &&
           p->status != SNOW_SMTP_TIMEOUT &&
           p->status != SNOW_SMTP_LOCAL_ERROR &&
           p->status != SNOW_SMTP_EXCLUDED;
}

static void probe_banner(struct report_cell *to, const void *record, size_t at)
{
    (void)at;
    if (was_connected(PROBE(record)))
        report_cell_text(to, PROBE(record)->banner, PROBE(record)->banner_len);
}

static void probe_code(struct report_cell *to, const void *record, size_t at)
{
    (void)at;
    if (PROBE(record)->code > 0)
        report_cell_count(to, PROBE(record)->code);
}

static void probe_greeting_ms(struct report_cell *to, const void *record,
                              size_t at)
{
    (void)at;
    if (PROBE(record)->banner_len > 0)
        report_cell_count(to, PROBE(record)->greeting_ms);
}

static void probe_ehlo_status(struct report_cell *to, const void *record,
                              size_t at)
{
    (void)at;
    add_text(to, snow_ehlo_status_word(PROBE(record)->ehlo_status));
}

static void probe_hello(struct report_cell *to, const void *record, size_t at)
{
    (void)at;
    if (PROBE(record)->ehlo_status != SNOW_EHLO_NOT_ASKED)
        report_cell_text(to, PROBE(record)->hello, PROBE(record)->hello_len);
}

static void probe_capabilities(struct report_cell *to, const void *record,
                               size_t at)
{
    (void)at;
    report_cell_split(to, PROBE(record)->capabilities,
                      PROBE(record)->capabilities_len, '\n');
}

static void probe_tls_status(struct report_cell *to, const void *record,
                             size_t at)
{
    (void)at;
    add_text(to, snow_tls_status_word(PROBE(record)->tls_status));
}

/* Text of a handshake that is empty without one. */
static void probe_tls_text(struct report_cell *to, const void *record,
                           size_t at)
{
    const char *text = (const char *)&PROBE(record)->tls + at;

    if (*text)
        add_text(to, text);
}

static bool has_certificate(const void *record)
{
    return PROBE(record)->tls.spki_sha256[0] != '\0';
}

static void probe_tls_subject(struct report_cell *to, const void *record,
                              size_t at)
{
    (void)at;
    if (has_certificate(record))
        report_cell_text(to, PROBE(record)->tls.subject,
                         PROBE(record)->tls.subject_len);
}

static void probe_tls_issuer(struct report_cell *to, const void *record,
                             size_t at)
{
    (void)at;
    if (has_certificate(record))
        report_cell_text(to, PROBE(record)->tls.issuer,
                         PROBE(record)->tls.issuer_len);
}

static void probe_tls_names(struct report_cell *to, const void *record,
                            size_t at)
{
    (void)at;
    report_cell_split(to, PROBE(record)->tls.names,
                      PROBE(record)->tls.names_len, '\n');
}

static void probe_tls_time(struct report_cell *to, const void *record,
                           size_t at)
{
    int64_t utc_s;

    memcpy(&utc_s, (const char *)&PROBE(record)->tls + at, sizeof utc_s);
    if (has_certificate(record))
        report_cell_time(to, utc_s);
}

static void probe_tls_self_signed(struct report_cell *to, const void *record,
                                  size_t at)
{
    (void)at;
    if (has_certificate(record))
        report_cell_flag(to, PROBE(record)->tls.is_self_signed);
}

static void probe_blocked(struct report_cell *to, const void *record, size_t at)
{
    (void)at;
    report_cell_flag(to, PROBE(record)->client_blocked);
}

static void probe_time(struct report_cell *to, const void *record, size_t at)
{
    (void)at;
    report_cell_time(to, PROBE(record)->seen_utc_s);
}

static void probe_mta(struct report_cell *to, const void *record, size_t at)
{
    struct analysis_mta m;

    (void)at;
    if (!was_connected(PROBE(record)))
        return;
    report_cell_absent(to);
    if (analysis_mta_tell(&m, record))
        add_text(to, m.family);
}

static void probe_mta_version(struct report_cell *to, const void *record,
                              size_t at)
{
    struct analysis_mta m;

    (void)at;
    if (!was_connected(PROBE(record)))
        return;
    analysis_mta_tell(&m, record);
    add_text(to, m.version);
}

/* clang-format off */
static const struct report_column probe_columns[] = {
    { "ip", REPORT_TEXT, probe_addr, 0, "The address." },
    { "port", REPORT_COUNT, probe_port, 0, "The port." },
    { "status", REPORT_TEXT, probe_status, 0,
      "How the greeting ended: `open` (220), `rejected` (5xx), `busy` "
      "(4xx), `refused` (RST), `unreachable` (ICMP), `timeout` (no "
      "connection), `silent`, `closed`, `reset`, `partial`, `not-smtp`, "
      "`tarpit`, `local-error` (our own fault), `excluded`." },
    { "banner", REPORT_TEXT, probe_banner, 0,
      "Every octet of the greeting, lines joined by a line feed; null "
      "without a connection." },
    { "code", REPORT_COUNT, probe_code, 0, "Reply code of the greeting." },
    { "greeting_ms", REPORT_COUNT, probe_greeting_ms, 0,
      "Milliseconds from the connection to the end of the greeting." },
    { "ehlo.status", REPORT_TEXT, probe_ehlo_status, 0,
      "Answer to EHLO: `ok`, `helo` (only HELO was accepted), `rejected`, "
      "`closed`, `timeout`, `not-asked`." },
    { "ehlo.hello", REPORT_TEXT, probe_hello, 0, "The name it answers with." },
    { "ehlo.capabilities", REPORT_LIST, probe_capabilities, 0,
      "What it offers; always a list. Inside TLS, where it was asked there." },
    { "tls.status", REPORT_TEXT, probe_tls_status, 0,
      "STARTTLS: `ok`, `refused`, `failed` (the handshake, or no answer), "
      "`injection` (more in the clear behind its 220: RFC 3207 §6), "
      "`not-offered`, `not-asked`. On port 465 TLS itself: `ok`, `failed`." },
    { "tls.version", REPORT_TEXT, probe_tls_text, TLS(version),
      "`TLSv1`, `TLSv1.1`, `TLSv1.2` or `TLSv1.3`: the newest that both speak." },
    { "tls.cipher", REPORT_TEXT, probe_tls_text, TLS(cipher),
      "Cipher suite, as IANA calls it." },
    { "tls.subject", REPORT_TEXT, probe_tls_subject, 0,
      "Common name of the certificate, which nobody has checked." },
    { "tls.names", REPORT_LIST, probe_tls_names, 0,
      "DNS names it is for, in lower case: the first 64, 4 KiB at most; "
      "always a list." },
    { "tls.issuer", REPORT_TEXT, probe_tls_issuer, 0,
      "Common name of who has signed it." },
    { "tls.not_before", REPORT_TIME, probe_tls_time, TLS(not_before_utc_s),
      "When it begins to be valid." },
    { "tls.not_after", REPORT_TIME, probe_tls_time, TLS(not_after_utc_s),
      "When it ends to be." },
    { "tls.spki_sha256", REPORT_TEXT, probe_tls_text, TLS(spki_sha256),
      "SHA-256 of its public key (SubjectPublicKeyInfo), in hexadecimal "
      "digits: stays the same when a certificate is renewed." },
    { "tls.self_signed", REPORT_FLAG, probe_tls_self_signed, 0,
      "True when its own key has signed it." },
    { "client_blocked", REPORT_FLAG, probe_blocked, 0,
      "True when it says that our own address is on a list: the rest then "
      "tells of us, not of it." },
    { "time", REPORT_TIME, probe_time, 0, "When." },
    { "mta", REPORT_TEXT, probe_mta, 0,
      "Software that it seems to be, by its greeting, else by its answer to "
      "EHLO; a claim, which can be false. Null without a connection." },
    { "mta_version", REPORT_TEXT, probe_mta_version, 0,
      "Version of that, as it is said." },
};
/* clang-format on */

const struct report_kind report_kind_probe = {
    "probe", "`probe`, NDJSON or CSV", probe_columns, COUNT_OF(probe_columns)
};
