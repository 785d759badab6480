#include "snowline/asns.h"

#include "base/text.h"

/* Nobody announces a route from these. */
/* clang-format off */
static const struct {
    uint32_t first, last;
    const char *why;
} reserved[] = {
    { 0, 0, "is no AS: 0 stands for none (RFC 7607)" },
    { 23456, 23456, "stands for numbers of 32 bits (RFC 6793), it is no AS" },
    { 64512, 65534, "is for private use (RFC 6996): give its prefixes" },
    { 65535, 65535, "is reserved (RFC 7300), it is no AS" },
    { UINT32_C(4200000000), UINT32_C(4294967294),
      "is for private use (RFC 6996): give its prefixes" },
    { UINT32_MAX, UINT32_MAX, "is reserved (RFC 7300), it is no AS" },
};
/* clang-format on */

/* The first place whose number is not less. */
static size_t lower_bound(const struct snow_asns *list, uint32_t asn)
{
    size_t from = 0, to = list->n;

    while (from < to) {
        size_t mid = from + (to - from) / 2;

        if (list->at[mid] < asn)
            from = mid + 1;
        else
            to = mid;
    }
    return from;
}

int snow_asns_add(struct snow_asns *list, uint32_t asn)
{
    size_t i = lower_bound(list, asn);

    if (i < list->n && list->at[i] == asn)
        return 0;
    if (list->n == list->cap) {
        size_t cap = list->cap ? 2 * list->cap : 8;
        uint32_t *at = realloc(list->at, cap * sizeof *at);

        if (!at)
            return SNOW_ENOMEM;
        list->at = at;
        list->cap = cap;
    }
    memmove(list->at + i + 1, list->at + i, (list->n - i) * sizeof *list->at);
    list->at[i] = asn;
    list->n++;
    return 0;
}

void snow_asns_fini(struct snow_asns *list)
{
    free(list->at);
    *list = (struct snow_asns){ 0 };
}

size_t snow_asns_find(const struct snow_asns *list, uint32_t asn)
{
    size_t i = lower_bound(list, asn);

    return i < list->n && list->at[i] == asn ? i : SIZE_MAX;
}

bool snow_asn_is_meant(const char *text)
{
    return text_lower(text[0]) == 'a' && text_lower(text[1]) == 's' &&
           text_is_digit(text[2]);
}

int snow_asn_parse(uint32_t *out, const char *text, const char **why)
{
    uint64_t asn;
    int code = snow_asn_is_meant(text)
                   ? text_parse_u64(&asn, text + 2, UINT32_MAX)
                   : SNOW_ESYNTAX;

    if (code == SNOW_ERANGE)
        *why = "is past the last AS number, 4294967295";
    else if (code)
        *why = "is no AS number such as AS64500";
    if (code)
        return code;
    for (size_t i = 0; i < COUNT_OF(reserved); i++) {
        if (asn < reserved[i].first || asn > reserved[i].last)
            continue;
        *why = reserved[i].why;
        return SNOW_EINVAL;
    }
    *out = (uint32_t)asn;
    return 0;
}
