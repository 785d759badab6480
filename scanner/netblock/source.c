#include "netblock/source.h"

#define RIPESTAT "https://stat.ripe.net/data/"

/* What stands behind "NAME:", or "" for NAME alone; NULL for another name. */
static const char *behind(const char *text, const char *name)
{
    size_t len = strlen(name);

    if (strncmp(text, name, len) != 0)
        return NULL;
    if (text[len] == ':')
        return text + len + 1;
    return text[len] == '\0' ? text + len : NULL;
}

static bool is_printable(const char *text, const char *but)
{
    for (; *text; text++)
        if (*text <= ' ' || *text > '~' || strchr(but, *text))
            return false;
    return true;
}

static bool read_url(struct netblock_source *s, const char *url)
{
    size_t len = strlen(url);
    bool is_http =
        strncmp(url, "http://", 7) == 0 || strncmp(url, "https://", 8) == 0;

    if (!is_http || len > sizeof s->where - 2 || !is_printable(url, "?#\"\\<>"))
        return false;
    snprintf(s->where, sizeof s->where, "%s%s", url,
             url[len - 1] == '/' ? "" : "/");
    return true;
}

/* "HOST", "HOST:PORT", "[ADDR]:PORT"; more than one colon is an address. */
static bool read_host(struct netblock_source *s, const char *text)
{
    bool is_bracketed = text[0] == '[';
    const char *host = text + is_bracketed;
    size_t len = strcspn(host, is_bracketed ? "]" : ":");
    const char *rest = host + len + is_bracketed;
    uint64_t port = NETBLOCK_IRR_PORT;

    if (is_bracketed && host[len] != ']')
        return false;
    if (!is_bracketed && *rest && strchr(rest + 1, ':')) {
        len = strlen(host);
        rest = host + len;
    }
    if (len == 0 || len >= sizeof s->host || (*rest && *rest != ':'))
        return false;
    if (*rest && (text_parse_u64(&port, rest + 1, 65535) || port == 0))
        return false;
    memcpy(s->host, host, len);
    s->host[len] = '\0';
    s->port = (unsigned)port;
    return is_printable(s->host, "/?#\"\\<>@[]");
}

int netblock_source_parse(struct netblock_source *out, const char *text,
                          struct snow_error *err)
{
    struct netblock_source s = { .how = NETBLOCK_RIPESTAT };
    const char *rest = behind(text, "ripestat");

    if (rest && read_url(&s, *rest || strchr(text, ':') ? rest : RIPESTAT)) {
        *out = s;
        return 0;
    }
    s.how = NETBLOCK_IRR;
    rest = behind(text, "irr");
    if (rest && read_host(&s, rest)) {
        *out = s;
        return 0;
    }
    s.how = NETBLOCK_PFX2AS;
    rest = behind(text, "pfx2as");
    if (rest && *rest && strlen(rest) < sizeof s.where) {
        text_copy(s.where, sizeof s.where, rest);
        *out = s;
        return 0;
    }
    return snow_fail(err, SNOW_EINVAL,
                     "--as-source '%.200s' is none of ripestat[:URL], "
                     "irr:HOST[:PORT], pfx2as:FILE",
                     text);
}

void netblock_source_format(struct buf *to, const struct netblock_source *s,
                            uint32_t asn)
{
    bool is_ip6 = strchr(s->host, ':') != NULL;

    switch (s->how) {
    case NETBLOCK_RIPESTAT:
        buf_printf(to,
                   "%sannounced-prefixes/data.json?resource=AS%lu"
                   "&sourceapp=snowline",
                   s->where, (unsigned long)asn);
        break;
    case NETBLOCK_IRR:
        buf_printf(to, "irr:%s%s%s:%u", is_ip6 ? "[" : "", s->host,
                   is_ip6 ? "]" : "", s->port);
        break;
    case NETBLOCK_PFX2AS:
        buf_printf(to, "pfx2as:%s", s->where);
        break;
    }
}
