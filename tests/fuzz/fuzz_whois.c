/* What any answer says is sane, and neither capitals nor ends of lines change
 * it. */
#include <assert.h>

#include "registration/whois.h"

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);

static void check(const struct snow_registration *r, int64_t utc_s)
{
    assert(r->status != SNOW_REGISTRATION_PENDING &&
           r->status != SNOW_REGISTRATION_ERROR);
    if (utc_s != SNOW_TIME_UNKNOWN) /* 1985 to 2100, and a zone's hours */
        assert(r->status == SNOW_REGISTRATION_REGISTERED && utc_s > 473299200 &&
               utc_s < 4102531200);
}

static void check_text(const char *text)
{
    const unsigned char *s = (const unsigned char *)text;

    for (size_t n = strlen(text), step; n > 0; n -= step, s += step)
        assert((step = text_utf8(s, n)) > 0);
}

static void read_as(struct snow_registration *r, const uint8_t *octets,
                    size_t len, bool is_changed)
{
    char *text = malloc(len * 2 + 1);
    size_t n = 0;

    assert(text);
    for (size_t i = 0; i < len; i++) {
        char c = (char)octets[i];

        if (is_changed && c == '\n' && (i == 0 || octets[i - 1] != '\r'))
            text[n++] = '\r';
        text[n++] = is_changed && c >= 'a' && c <= 'z' ? (char)(c - 32) : c;
    }
    registration_record_init(r, "cheap-meds.com");
    registration_whois_read(r, "", text, n);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
    struct snow_registration r, again;

    read_as(&r, octets, len, false);
    read_as(&again, octets, len, true);
    check(&r, r.created_utc_s);
    check(&r, r.expires_utc_s);
    check(&r, r.updated_utc_s);
    check_text(r.registrar);
    check_text(r.statuses);
    assert(r.status == again.status && r.created_utc_s == again.created_utc_s &&
           r.created_is_date_only == again.created_is_date_only &&
           r.expires_utc_s == again.expires_utc_s &&
           r.updated_utc_s == again.updated_utc_s &&
           r.registrar_iana_id == again.registrar_iana_id &&
           strcmp(r.nameservers, again.nameservers) == 0);
    return 0;
}
