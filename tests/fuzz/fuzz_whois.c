/* What any answer says is sane, and neither capitals nor ends of lines change
 * it. */
#include <assert.h>

#include "registration/whois.h"

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);

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
    struct snow_registration r, s;
    const unsigned char *at = (const unsigned char *)r.registrar;

    read_as(&r, octets, len, false);
    read_as(&s, octets, len, true);
    assert(r.status != SNOW_REGISTRATION_PENDING &&
           r.status != SNOW_REGISTRATION_ERROR && r.status == s.status);
    for (size_t i = 0; i < 3; i++) { /* 1985 to 2100, and a zone's hours */
        int64_t t = (&r.created_utc_s)[i];

        assert(t == (&s.created_utc_s)[i]);
        assert(t == SNOW_TIME_UNKNOWN ||
               (r.status == SNOW_REGISTRATION_REGISTERED && t > 473299200 &&
                t < 4102531200));
    }
    for (size_t step; *at; at += step)
        assert((step = text_utf8(at, strlen((const char *)at))) > 0);
    assert(r.created_is_date_only == s.created_is_date_only &&
           r.registrar_iana_id == s.registrar_iana_id &&
           strcmp(r.nameservers, s.nameservers) == 0);
    return 0;
}
