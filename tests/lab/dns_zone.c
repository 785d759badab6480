#include "lab/dns_zone.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define LABEL_MAX 63
#define V4_DEPTH 4
#define V6_DEPTH 32

static const uint8_t v4_root[] = "\7in-addr\4arpa";
static const uint8_t v6_root[] = "\3ip6\4arpa";

/* A name below one of the roots, from the root on: octets or nibbles. */
struct branch {
    uint8_t depth; /* of an address: V4_DEPTH or V6_DEPTH; 0: outside */
    uint8_t n;
    bool is_odd; /* has labels that no address has */
    uint8_t digits[V6_DEPTH];
};

struct entry {
    struct branch at;
    size_t name; /* offset of its wire form in `names` */
};

struct dns_zone {
    struct entry *entries; /* sorted: a branch lies before what is on it */
    size_t n, cap;
    struct buf names;
    uint8_t apex[DNS_NAME_MAX];
    size_t apex_len; /* 0: the root of the tree */
    bool hides_nonterminals;
};

size_t dns_wire_name(uint8_t to[DNS_NAME_MAX], const char *text)
{
    size_t at = 0;

    while (*text && strcmp(text, ".") != 0) {
        size_t n = strcspn(text, ".");

        if (n == 0 || n > LABEL_MAX || at + n + 2 > DNS_NAME_MAX)
            return 0;
        to[at] = (uint8_t)n;
        memcpy(to + at + 1, text, n);
        at += n + 1;
        text += n + (text[n] == '.');
    }
    to[at] = 0;
    return at + 1;
}

static bool is_same(const uint8_t *a, const uint8_t *b, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (text_lower((char)a[i]) != text_lower((char)b[i]))
            return false;
    return true;
}

/* Is @p upper an ancestor of @p name, or the same? */
static bool is_above(const uint8_t *upper, size_t upper_len,
                     const uint8_t *name, size_t len)
{
    while (len > upper_len) {
        len -= 1U + *name;
        name += 1U + *name;
    }
    return len == upper_len && is_same(upper, name, len);
}

static int octet(const uint8_t *label)
{
    int value = 0;

    if (label[0] > 3 || (label[0] > 1 && label[1] == '0'))
        return -1;
    for (unsigned i = 1; i <= label[0]; i++) {
        if (!text_is_digit((char)label[i]))
            return -1;
        value = value * 10 + label[i] - '0';
    }
    return value <= 255 ? value : -1;
}

static int digit(const uint8_t *label, unsigned depth)
{
    if (depth == V4_DEPTH)
        return octet(label);
    return label[0] == 1 ? text_hex((char)label[1]) : -1;
}

static void parse_branch(struct branch *b, const uint8_t *name, size_t len)
{
    const uint8_t *labels[DNS_NAME_MAX], *end;
    size_t n = 0;

    memset(b, 0, sizeof *b);
    if (is_above(v4_root, sizeof v4_root, name, len))
        b->depth = V4_DEPTH;
    else if (is_above(v6_root, sizeof v6_root, name, len))
        b->depth = V6_DEPTH;
    else
        return;
    end = name + len - (b->depth == V4_DEPTH ? sizeof v4_root : sizeof v6_root);
    for (; name < end; name += 1U + *name)
        labels[n++] = name;
    b->is_odd = n > b->depth;
    while (n > 0 && !b->is_odd) {
        int value = digit(labels[--n], b->depth);

        b->is_odd = value < 0;
        b->digits[b->n++] = (uint8_t)value;
    }
}

static int compare(const void *left, const void *right)
{
    const struct entry *a = left, *b = right;
    int order = (a->at.depth > b->at.depth) - (a->at.depth < b->at.depth);

    if (order == 0)
        order = memcmp(a->at.digits, b->at.digits, sizeof a->at.digits);
    return order ? order : (a->name > b->name) - (a->name < b->name);
}

/* The first entry that is not before @p key. */
static size_t lower_bound(const struct dns_zone *z, const struct branch *key)
{
    const struct entry wanted = { .at = *key };
    size_t from = 0, to = z->n;

    while (from < to) {
        size_t half = from + (to - from) / 2;

        if (compare(&z->entries[half], &wanted) < 0)
            from = half + 1;
        else
            to = half;
    }
    return from;
}

static bool is_on(const struct branch *b, const struct dns_zone *z, size_t i)
{
    return i < z->n && z->entries[i].at.depth == b->depth &&
           memcmp(z->entries[i].at.digits, b->digits, b->n) == 0;
}

static void set_apex(const struct dns_zone *z, const struct branch *b,
                     struct dns_zone_found *found)
{
    bool is_v4 = b->depth == V4_DEPTH;

    found->apex = is_v4 ? v4_root : v6_root;
    found->apex_len = is_v4 ? sizeof v4_root : sizeof v6_root;
    if (z->apex_len == 0)
        return;
    found->apex = z->apex;
    found->apex_len = z->apex_len;
}

void dns_zone_find(const struct dns_zone *z, const uint8_t *wire_name,
                   size_t len, struct dns_zone_found *found)
{
    struct branch b;
    bool is_node, is_root;

    parse_branch(&b, wire_name, len);
    is_root = b.n == 0 && !b.is_odd;
    *found = (struct dns_zone_found){ .place = DNS_ZONE_OUTSIDE };
    if (b.depth == 0)
        return;
    set_apex(z, &b, found);
    found->first = b.is_odd ? z->n : lower_bound(z, &b);
    while (b.n == b.depth && is_on(&b, z, found->first + found->n))
        found->n++;
    is_node = is_on(&b, z, found->first) ||
              is_above(wire_name, len, found->apex, found->apex_len);
    found->is_apex =
        len == found->apex_len && is_same(wire_name, found->apex, len);
    found->place = DNS_ZONE_ABSENT;
    if (found->n > 0)
        found->place = DNS_ZONE_NAMED;
    else if (found->is_apex || is_root || (is_node && !z->hides_nonterminals))
        found->place = DNS_ZONE_EMPTY;
}

const uint8_t *dns_zone_name(const struct dns_zone *z, size_t i, size_t *len)
{
    const uint8_t *name = (const uint8_t *)z->names.data + z->entries[i].name;

    *len = strlen((const char *)name) + 1;
    return name;
}

static int parse_address(struct branch *b, const char *text)
{
    uint8_t octets[16];

    memset(b, 0, sizeof *b);
    if (inet_pton(AF_INET, text, b->digits) == 1) {
        b->depth = b->n = V4_DEPTH;
        return 0;
    }
    if (inet_pton(AF_INET6, text, octets) != 1)
        return -1;
    b->depth = b->n = V6_DEPTH;
    for (unsigned i = 0; i < V6_DEPTH; i++)
        b->digits[i] = i % 2 ? octets[i / 2] & 15 : octets[i / 2] >> 4;
    return 0;
}

static int grow(struct dns_zone *z)
{
    struct entry *more;

    if (z->n < z->cap)
        return 0;
    z->cap = z->cap ? 2 * z->cap : 1024;
    more = realloc(z->entries, z->cap * sizeof *more);
    if (!more)
        return -1;
    z->entries = more;
    return 0;
}

static int add_line(struct dns_zone *z, char *line)
{
    static const char space[] = " \t\r\n";
    char *rest, *address, *name;
    uint8_t wire[DNS_NAME_MAX];
    size_t len;

    line[strcspn(line, "#")] = 0;
    address = strtok_r(line, space, &rest);
    if (!address)
        return 0;
    name = strtok_r(NULL, space, &rest);
    len = name ? dns_wire_name(wire, name) : 0;
    if (len == 0 || grow(z) || parse_address(&z->entries[z->n].at, address))
        return -1;
    z->entries[z->n++].name = z->names.len;
    buf_add(&z->names, wire, len);
    return z->names.failed ? -1 : 0;
}

static int read_list(struct dns_zone *z, const char *path)
{
    FILE *f = fopen(path, "r");
    char *line = NULL;
    size_t cap = 0, number = 0;
    int code = f ? 0 : -1;

    if (!f)
        fprintf(stderr, "dns-fixture: %s: %s\n", path, strerror(errno));
    while (code == 0 && getline(&line, &cap, f) >= 0) {
        number++;
        code = add_line(z, line);
        if (code)
            fprintf(stderr, "dns-fixture: %s:%zu: not \"ADDRESS NAME\"\n", path,
                    number);
    }
    free(line);
    if (f)
        fclose(f);
    return code;
}

int dns_zone_open(struct dns_zone **out, const struct dns_zone_config *cfg)
{
    struct dns_zone *z = calloc(1, sizeof *z);

    if (!z)
        return -1;
    z->hides_nonterminals = cfg->hides_nonterminals;
    if (cfg->apex)
        z->apex_len = dns_wire_name(z->apex, cfg->apex);
    if (cfg->apex && z->apex_len == 0)
        fprintf(stderr, "dns-fixture: %s: not a name\n", cfg->apex);
    if ((cfg->apex && z->apex_len == 0) || read_list(z, cfg->path)) {
        dns_zone_close(z);
        return -1;
    }
    if (z->n > 0)
        qsort(z->entries, z->n, sizeof *z->entries, compare);
    *out = z;
    return 0;
}

void dns_zone_close(struct dns_zone *z)
{
    if (!z)
        return;
    buf_fini(&z->names);
    free(z->entries);
    free(z);
}
