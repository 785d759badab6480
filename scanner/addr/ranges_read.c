/* Targets as people write them. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "snowline/asns.h"
#include "snowline/ranges.h"

#define LINE_MAX_OCTETS 512

/* Where a target stands: "" on the command line, "FILE:7: " in a file. */
static int malformed(int code, const char *where, const char *text,
                     const char *what, struct snow_error *err)
{
    return snow_fail(err, code, "%s'%.80s' %s", where, text, what);
}

static int add_prefix(struct snow_ranges *set, const char *text,
                      const char *where, struct snow_error *err)
{
    struct snow_prefix p;
    int code = snow_prefix_parse(&p, text);

    if (code == SNOW_ERANGE)
        return malformed(code, where, text,
                         "has a prefix length past the end of its family", err);
    if (code == SNOW_EINVAL)
        return malformed(code, where, text,
                         "has bits set behind the prefix: give the first "
                         "address of the netblock",
                         err);
    if (code)
        return malformed(code, where, text, "is no address, CIDR or range",
                         err);
    return snow_ranges_add(set, snow_prefix_range(p));
}

static int add_range(struct snow_ranges *set, const char *text, size_t dash,
                     const char *where, struct snow_error *err)
{
    char first[SNOW_ADDR_TEXT_MAX];
    struct snow_range r;

    if (dash >= sizeof first)
        return malformed(SNOW_ESYNTAX, where, text, "is no range", err);
    memcpy(first, text, dash);
    first[dash] = '\0';
    if (snow_addr_parse(&r.first, first) ||
        snow_addr_parse(&r.last, text + dash + 1))
        return malformed(SNOW_ESYNTAX, where, text,
                         "is no range of two addresses", err);
    if (snow_addr_is_ipv4(r.first) != snow_addr_is_ipv4(r.last))
        return malformed(SNOW_EINVAL, where, text,
                         "mixes IPv4 and IPv6 in one range", err);
    if (snow_addr_compare(r.first, r.last) > 0)
        return malformed(SNOW_EINVAL, where, text, "ends before it begins",
                         err);
    return snow_ranges_add(set, r);
}

static int add_asn(struct snow_asns *asns, const char *text, const char *where,
                   struct snow_error *err)
{
    const char *why;
    uint32_t asn;
    int code = snow_asn_parse(&asn, text, &why);

    if (code)
        return malformed(code, where, text, why, err);
    if (!asns)
        return malformed(SNOW_EINVAL, where, text,
                         "is an AS number: here addresses are wanted", err);
    return snow_asns_add(asns, asn);
}

/* What targets are read into. */
struct into {
    struct snow_ranges *set;
    struct snow_asns *asns; /**< NULL: they are refused */
};

static int add_one(const struct into *to, const char *text, const char *where,
                   struct snow_error *err)
{
    size_t dash = strcspn(text, "-");

    if (snow_asn_is_meant(text))
        return add_asn(to->asns, text, where, err);
    if (text[dash] == '-')
        return add_range(to->set, text, dash, where, err);
    return add_prefix(to->set, text, where, err);
}

/* What stands on a line before a comment; NULL when that is nothing. */
static char *trim(char *line)
{
    size_t len;

    line[strcspn(line, "#\n")] = '\0';
    while (text_is_space(*line))
        line++;
    len = strlen(line);
    while (len > 0 && text_is_space(line[len - 1]))
        line[--len] = '\0';
    return len > 0 ? line : NULL;
}

static int add_line(const struct into *to, char *line, size_t len,
                    const char *where, size_t *n, struct snow_error *err)
{
    char *text;

    if (len > LINE_MAX_OCTETS || memchr(line, '\0', len))
        return snow_fail(err, SNOW_ESYNTAX,
                         "%sno line of text of at most %d octets", where,
                         LINE_MAX_OCTETS);
    text = trim(line);
    if (!text)
        return 0;
    ++*n;
    return add_one(to, text, where, err);
}

static int add_stream(const struct into *to, FILE *f, const char *name,
                      size_t *n, struct snow_error *err)
{
    char *line = NULL, where[300];
    size_t cap = 0;
    ssize_t len;
    int code = 0;

    for (unsigned i = 1; !code && (len = getline(&line, &cap, f)) >= 0; i++) {
        snprintf(where, sizeof where, "%.250s:%u: ", name, i);
        code = add_line(to, line, (size_t)len, where, n, err);
    }
    free(line);
    if (!code && ferror(f))
        code = snow_fail(err, SNOW_EIO, "%s: %s", name, strerror(errno));
    return code;
}

static int add_file(const struct into *to, const char *path, size_t *n,
                    struct snow_error *err)
{
    FILE *f = fopen(path, "r");
    int code;

    *n = 0;
    if (!f)
        return snow_fail(err, errno == ENOENT ? SNOW_ENOTFOUND : SNOW_EIO,
                         "%s: %s", path, strerror(errno));
    code = add_stream(to, f, path, n, err);
    fclose(f);
    return code;
}

int snow_ranges_read_list(struct snow_ranges *set, const char *path,
                          struct snow_error *err)
{
    struct into to = { .set = set };
    size_t n;

    return add_file(&to, path, &n, err);
}

int snow_ranges_read(struct snow_ranges *set, const char *target,
                     struct snow_error *err)
{
    return snow_ranges_read_asns(set, NULL, target, err);
}

int snow_ranges_read_asns(struct snow_ranges *set, struct snow_asns *asns,
                          const char *target, struct snow_error *err)
{
    struct into to = { .set = set, .asns = asns };
    bool is_stdin = strcmp(target, "-") == 0;
    const char *name = is_stdin ? "standard input" : target + 1;
    size_t n = 0;
    int code;

    if (!is_stdin && target[0] != '@')
        return add_one(&to, target, "", err);
    code = is_stdin ? add_stream(&to, stdin, name, &n, err)
                    : add_file(&to, name, &n, err);
    if (!code && n == 0)
        code = snow_fail(err, SNOW_EINVAL, "%s: no target in it", name);
    return code;
}
