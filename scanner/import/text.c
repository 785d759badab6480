/* One record a line, its parts between blanks: massdns -o S with whatever
 * flags, hakrevdns and its like. Pure. */
#include "import/aliases.h"
#include "import/name.h"
#include "import/text_formats.h"

#define PARTS_MAX 8

/** A part of a line, borrowed. */
struct part {
    const char *at;
    size_t len;
};

static size_t split(const char *line, size_t len, struct part parts[PARTS_MAX])
{
    const char *at = line, *end = line + len;
    size_t n = 0;

    while (n < PARTS_MAX) {
        while (at < end && (*at == ' ' || *at == '\t'))
            at++;
        if (at == end)
            break;
        parts[n].at = at;
        while (at < end && *at != ' ' && *at != '\t')
            at++;
        parts[n].len = (size_t)(at - parts[n].at);
        n++;
    }
    return n;
}

static bool is_word(const struct part *p, const char *word)
{
    size_t len = strlen(word);

    for (size_t i = 0; i < len; i++)
        if (p->len != len || text_lower(p->at[i]) != word[i])
            return false;
    return true;
}

static bool is_number(const struct part *p)
{
    for (size_t i = 0; i < p->len; i++)
        if (!text_is_digit(p->at[i]))
            return false;
    return p->len > 0;
}

/* The letters and digits of a type, as "PTR" or "TYPE65". */
static bool is_type(const struct part *p)
{
    for (size_t i = 0; i < p->len; i++)
        if (!text_is_alnum(p->at[i]))
            return false;
    return p->len > 0 && text_is_alpha(p->at[0]);
}

/* --- massdns --- */

/* A line about the reply itself, for the records that follow it: "SERVER:PORT
 * TIME RCODE NAME [CLASS] TYPE". */
static bool is_reply(const struct part *p, size_t n, struct snow_addr *addr)
{
    return (n == 5 || n == 6) && is_number(&p[1]) && is_type(&p[2]) &&
           is_word(&p[n - 1], "ptr") && memchr(p[0].at, ':', p[0].len) &&
           import_addr(addr, p[3].at, p[3].len) == 0;
}

/* A reply without an error and without records: there is no name. */
static int end_reply(struct import_reader *r)
{
    int code = r->is_asked ? import_give(r, &r->asked, NULL, 0) : 0;

    r->is_asked = false;
    return code;
}

static int take_reply(struct import_reader *r, const struct part *p,
                      struct snow_addr addr)
{
    int code = end_reply(r);

    r->asked = (struct import_ptr){ .addr = addr };
    r->asked.status = import_status(p[2].at, p[2].len);
    r->asked.seen_utc_s = import_time(p[1].at, p[1].len);
    r->is_asked = r->asked.status == SNOW_PTR_NAME;
    if (code || r->is_asked)
        return code;
    return import_give(r, &r->asked, NULL, 0);
}

/* Where the type of a record is: behind its owner, or behind class and TTL.
 * 0: it is no record. */
static size_t find_type(const struct part *p, size_t n)
{
    if (n >= 5 && ((is_word(&p[1], "in") && is_number(&p[2])) ||
                   (is_number(&p[1]) && is_word(&p[2], "in"))))
        return 3;
    return n >= 3 && is_type(&p[1]) && !is_word(&p[1], "in") ? 1 : 0;
}

/* The question as it was put: "NAME [CLASS] TYPE". */
static bool is_question(const struct part *p, size_t n)
{
    return (n == 2 || (n == 3 && is_word(&p[1], "in"))) && is_type(&p[n - 1]);
}

bool import_massdns_detect(const char *line, size_t len)
{
    struct part p[PARTS_MAX];
    size_t n = split(line, len, p), type = find_type(p, n);
    struct snow_addr addr;

    if (is_reply(p, n, &addr))
        return true;
    if (n == 0 || p[0].at[p[0].len - 1] != '.')
        return false;
    if (is_question(p, n))
        return is_word(&p[n - 1], "ptr");
    return type > 0 && n == type + 2 &&
           (is_word(&p[type], "ptr") || is_word(&p[type], "cname"));
}

int import_massdns_take(struct import_reader *r, char *line, size_t len)
{
    struct part p[PARTS_MAX];
    size_t n = split(line, len, p), type = find_type(p, n);
    struct import_record rec;
    struct snow_addr addr;

    if (is_reply(p, n, &addr))
        return take_reply(r, p, addr);
    if (type == 0)
        return is_question(p, n) ? 0 : SNOW_ESYNTAX;
    r->is_asked = false;
    if (!is_word(&p[type], "ptr") && !is_word(&p[type], "cname"))
        return 0;
    if (n != type + 2)
        return SNOW_ESYNTAX;
    rec = (struct import_record){ .owner = p[0].at,
                                  .owner_len = p[0].len,
                                  .target = p[type + 1].at,
                                  .target_len = p[type + 1].len,
                                  .is_alias = is_word(&p[type], "cname"),
                                  .seen_utc_s = SNOW_TIME_UNKNOWN };
    if (r->asked.seen_utc_s != 0)
        rec.seen_utc_s = r->asked.seen_utc_s;
    return import_take_record(r, &rec);
}

int import_massdns_finish(struct import_reader *r)
{
    int code = end_reply(r);

    return code ? code : import_end_records(r);
}

/* --- an address and its name --- */

/* Also what nmap's list scan prints: "Host: ADDRESS (NAME) Status: …". */
static bool find_pair(const struct part *p, size_t n, struct import_ptr *to,
                      struct part *name)
{
    bool is_nmap = n >= 3 && is_word(&p[0], "host:");

    if (!is_nmap && n != 2)
        return false;
    *name = p[is_nmap ? 2 : 1];
    if (is_nmap) {
        if (name->len < 2 || *name->at != '(' || name->at[name->len - 1] != ')')
            return false;
        name->at++;
        name->len -= 2;
    }
    return import_addr(&to->addr, p[is_nmap].at, p[is_nmap].len) == 0;
}

bool import_blanks_detect(const char *line, size_t len)
{
    struct part p[PARTS_MAX], name;
    struct import_ptr to;
    char text[SNOW_NAME_MAX];

    return find_pair(p, split(line, len, p), &to, &name) &&
           (name.len == 0 || import_name(text, name.at, name.len) == 0);
}

int import_blanks_take(struct import_reader *r, char *line, size_t len)
{
    struct part p[PARTS_MAX], name;
    struct import_ptr to = { .status = SNOW_PTR_NAME,
                             .seen_utc_s = SNOW_TIME_UNKNOWN };

    if (*line == '#')
        return 0;
    if (!find_pair(p, split(line, len, p), &to, &name))
        return SNOW_ESYNTAX;
    if (name.len == 0)
        return 0; /* not told why */
    return import_give(r, &to, name.at, name.len);
}
