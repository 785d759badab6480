#include "addr/arpa.h"

#include <string.h>

#include "addr/octet.h"
#include "base/text.h"
#include "snowline/error.h"

static unsigned nibble(struct snow_addr a, unsigned i)
{
    return (unsigned)((i < 16 ? a.lo >> (4 * i) : a.hi >> (4 * (i - 16))) & 15);
}

void addr_arpa_format(struct snow_addr a, char out[ADDR_ARPA_TEXT_MAX])
{
    addr_arpa_format_part(a, 32, out);
}

void addr_arpa_format_part(struct snow_addr a, unsigned labels,
                           char out[ADDR_ARPA_TEXT_MAX])
{
    bool is_ipv4 = snow_addr_is_ipv4(a);
    unsigned all = is_ipv4 ? 4 : 32;

    for (unsigned i = labels < all ? all - labels : 0; i < all; i++) {
        if (is_ipv4)
            out = addr_put_octet(out, snow_addr_ipv4(a) >> (8 * i) & 255);
        else
            *out++ = "0123456789abcdef"[nibble(a, i)];
        *out++ = '.';
    }
    memcpy(out, is_ipv4 ? "in-addr.arpa" : "ip6.arpa",
           is_ipv4 ? sizeof "in-addr.arpa" : sizeof "ip6.arpa");
}

static unsigned char *put_label(unsigned char *at, unsigned octet)
{
    unsigned char *end = (unsigned char *)addr_put_octet((char *)at + 1, octet);

    *at = (unsigned char)(end - at - 1);
    return end;
}

int addr_arpa_wire_part(struct snow_addr a, unsigned labels,
                        unsigned char out[ADDR_ARPA_WIRE_MAX])
{
    unsigned all = snow_addr_is_ipv4(a) ? 4 : 32;
    unsigned skipped = labels < all ? all - labels : 0;
    static const char v4_end[] = "\7in-addr\4arpa", v6_end[] = "\3ip6\4arpa";
    unsigned char *at = out;

    if (snow_addr_is_ipv4(a)) {
        for (unsigned i = skipped; i < 4; i++)
            at = put_label(at, snow_addr_ipv4(a) >> (8 * i) & 255);
        memcpy(at, v4_end, sizeof v4_end);
        return (int)(at - out + (int)sizeof v4_end);
    }
    for (unsigned i = skipped; i < 32; i++) {
        *at++ = 1;
        *at++ = (unsigned char)"0123456789abcdef"[nibble(a, i)];
    }
    memcpy(at, v6_end, sizeof v6_end);
    return (int)(at - out + (int)sizeof v6_end);
}

static int parse_v6(struct snow_addr *out, const char *text, size_t len)
{
    struct snow_addr a = { 0, 0 };

    if (len != 64)
        return SNOW_ESYNTAX;
    for (unsigned i = 0; i < 32; i++) {
        int digit = text_hex(text[2 * i]);

        if (digit < 0 || text[2 * i + 1] != '.')
            return SNOW_ESYNTAX;
        if (i < 16)
            a.lo |= (uint64_t)digit << (4 * i);
        else
            a.hi |= (uint64_t)digit << (4 * (i - 16));
    }
    *out = a;
    return 0;
}

/* The octets come last first: turned around, then read as an address. */
static int parse_v4(struct snow_addr *out, const char *text, size_t len)
{
    char turned[SNOW_ADDR_TEXT_MAX];
    size_t at = 0;

    if (len == 0 || len >= sizeof turned || text[len - 1] != '.')
        return SNOW_ESYNTAX;
    for (size_t end = len - 1;; end--) {
        size_t start = end;

        while (start > 0 && text[start - 1] != '.')
            start--;
        memcpy(turned + at, text + start, end - start);
        at += end - start;
        turned[at] = start > 0 ? '.' : '\0';
        at++;
        if (start == 0)
            break;
        end = start;
    }
    return snow_addr_parse(out, turned);
}

int addr_arpa_parse(struct snow_addr *out, const char *text)
{
    static const char v4_end[] = "in-addr.arpa", v6_end[] = "ip6.arpa";
    char name[ADDR_ARPA_TEXT_MAX + 1];
    size_t len = strlen(text);

    if (len > 0 && text[len - 1] == '.')
        len--;
    if (len >= sizeof name)
        return SNOW_ESYNTAX;
    memcpy(name, text, len);
    name[len] = '\0';
    if (len >= sizeof v6_end &&
        text_equal_fold(name + len - (sizeof v6_end - 1), v6_end))
        return parse_v6(out, name, len - (sizeof v6_end - 1));
    if (len >= sizeof v4_end &&
        text_equal_fold(name + len - (sizeof v4_end - 1), v4_end))
        return parse_v4(out, name, len - (sizeof v4_end - 1));
    return SNOW_ESYNTAX;
}
