#include "netblock/pfx2as.h"

#include "base/text.h"

/* A decimal number at *at, which moves behind it. */
static bool read_number(const char **at, uint64_t max, uint64_t *out)
{
    const char *from = *at;
    uint64_t value = 0;

    for (; text_is_digit(**at); ++*at) {
        value = value * 10 + (uint64_t)(**at - '0');
        if (value > max)
            return false;
    }
    *out = value;
    return *at > from;
}

static struct netblock_routes *find(const struct netblock_wanted *w,
                                    uint64_t asn)
{
    size_t from = 0, to = w->n;

    while (from < to) {
        size_t mid = from + (to - from) / 2;

        if (w->at[mid].asn < asn)
            from = mid + 1;
        else
            to = mid;
    }
    return from < w->n && w->at[from].asn == asn ? &w->at[from] : NULL;
}

/* "1_2,3": every origin, before anything is taken. */
static bool are_origins(const char *at)
{
    uint64_t asn;

    while (read_number(&at, UINT32_MAX, &asn)) {
        if (*at == '\0')
            return true;
        if (*at != '_' && *at != ',')
            return false;
        at++;
    }
    return false;
}

static int take(struct netblock_wanted *w, const char *origins,
                const char *prefix)
{
    uint64_t asn;
    int code = 0;

    while (!code && read_number(&origins, UINT32_MAX, &asn)) {
        struct netblock_routes *r = find(w, asn);

        code = r ? netblock_routes_add(r, prefix) : 0;
        origins += *origins != '\0';
    }
    return code;
}

/* "192.0.2.0 TAB 24 TAB" becomes "192.0.2.0/24". @return where the origins
 * begin, NULL for what is no prefix */
static const char *read_prefix(char out[SNOW_PREFIX_TEXT_MAX], const char *line)
{
    size_t len = strcspn(line, "\t");
    const char *at = line + len + 1;
    struct snow_prefix p;
    uint64_t bits;

    if (line[len] != '\t' || len >= SNOW_ADDR_TEXT_MAX ||
        memchr(line, '/', len) || !read_number(&at, 128, &bits) || *at != '\t')
        return NULL;
    snprintf(out, SNOW_PREFIX_TEXT_MAX, "%.*s/%u", (int)len, line,
             (unsigned)bits);
    return snow_prefix_parse(&p, out) ? NULL : at + 1;
}

int netblock_pfx2as_line(struct netblock_wanted *w, const char *line,
                         size_t len)
{
    char prefix[SNOW_PREFIX_TEXT_MAX];
    const char *origins;

    if (len == 0 || line[0] == '#')
        return 0;
    origins = strlen(line) == len ? read_prefix(prefix, line) : NULL;
    if (!origins || !are_origins(origins)) {
        w->n_bad++;
        return 0;
    }
    w->n_lines++;
    return take(w, origins, prefix);
}
