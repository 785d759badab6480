#include "import/zone.h"

#include "import/name.h"
#include "import/text_formats.h"

/* --- lines to parts --- */

static int add_part(struct zone *z, const char *at, size_t len)
{
    if (z->n == ZONE_PARTS_MAX)
        return 0; /* of long ones, as keys, only the beginning is looked at */
    if (z->parts.len + len > ZONE_RECORD_MAX)
        return SNOW_ESYNTAX;
    buf_add(&z->parts, at, len);
    buf_add_char(&z->parts, '\0');
    z->n++;
    return z->parts.failed ? SNOW_ENOMEM : 0;
}

static bool is_end(char c)
{
    return c == '\0' || c == ' ' || c == '\t' || c == ';' || c == '(' ||
           c == ')' || c == '"';
}

/* Behind a quoted string, or NULL when it is not closed. */
static const char *quoted(const char *at)
{
    for (at++; *at != '"'; at++) {
        if (*at == '\\' && at[1])
            at++;
        if (*at == '\0')
            return NULL;
    }
    return at + 1;
}

static const char *word(const char *at)
{
    while (!is_end(*at)) {
        if (*at == '\\' && at[1])
            at++;
        at++;
    }
    return at;
}

/* Take the parts off one line; brackets let a record go on in the next. */
static int split_line(struct zone *z, const char *at, uint64_t line)
{
    int code = 0;

    while (!code && *at && *at != ';') {
        const char *end = at + 1;

        if (*at == '(') {
            z->open_line = z->depth++ > 0 ? z->open_line : line;
        } else if (*at == ')') {
            if (z->depth-- == 0)
                return SNOW_ESYNTAX;
        } else if (*at == '"') {
            end = quoted(at);
            if (!end)
                return SNOW_ESYNTAX;
            code = add_part(z, at + 1, (size_t)(end - at) - 2);
        } else if (!is_end(*at)) {
            end = word(at);
            code = add_part(z, at, (size_t)(end - at));
        }
        at = end;
    }
    return code;
}

static void forget(struct zone *z)
{
    z->depth = 0;
    z->n = 0;
    buf_clear(&z->parts);
}

/* --- names --- */

/* Complete a name with the origin. */
static int absolute(const struct zone *z, char out[SNOW_NAME_MAX],
                    const char *name)
{
    char whole[2 * SNOW_NAME_MAX];
    size_t len = strlen(name), origin = strlen(z->origin);
    bool is_whole =
        len > 0 && name[len - 1] == '.' && (len < 2 || name[len - 2] != '\\');

    if (is_whole)
        return import_name(out, name, len);
    if (origin == 0 || len >= SNOW_NAME_MAX)
        return SNOW_ESYNTAX;
    if (strcmp(name, "@") == 0)
        return import_name(out, z->origin, origin);
    memcpy(whole, name, len);
    if (strcmp(z->origin, ".") == 0)
        return import_name(out, whole, len);
    whole[len++] = '.';
    memcpy(whole + len, z->origin, origin);
    return import_name(out, whole, len + origin);
}

int zone_take_record(struct import_reader *r, const struct zone_record *rec)
{
    bool is_ptr = text_equal_fold(rec->type, "PTR");
    char owner[SNOW_NAME_MAX], target[SNOW_NAME_MAX];
    struct import_record record = { .owner = owner,
                                    .target = target,
                                    .is_alias = !is_ptr,
                                    .seen_utc_s = SNOW_TIME_UNKNOWN };

    if (!is_ptr && !text_equal_fold(rec->type, "CNAME"))
        return 0;
    if (!rec->target || absolute(r->zone, owner, rec->owner) ||
        absolute(r->zone, target, rec->target))
        return SNOW_ESYNTAX;
    record.owner_len = strlen(owner);
    record.target_len = strlen(target);
    return import_take_record(r, &record);
}

/* --- records --- */

static const char *next_part(const char *part)
{
    return part + strlen(part) + 1;
}

/* "3600", "1h30m": RFC 2308 §4 and the habit of BIND. */
static bool is_ttl(const char *part)
{
    if (!text_is_digit(*part))
        return false;
    for (; *part; part++)
        if (!text_is_digit(*part) && !strchr("smhdwSMHDW", *part))
            return false;
    return true;
}

static bool is_class(const char *part)
{
    return text_equal_fold(part, "IN") || text_equal_fold(part, "CH") ||
           text_equal_fold(part, "HS");
}

static int set_origin(struct zone *z, const char *name)
{
    char origin[SNOW_NAME_MAX];

    if (absolute(z, origin, name))
        return SNOW_ESYNTAX;
    text_copy(z->origin, sizeof z->origin, origin);
    return 0;
}

/* What begins with a dollar sign. Another file is not read: whoever wants it
 * names it. */
static int directive(struct import_reader *r, const char *part)
{
    struct zone *z = r->zone;
    const char *value = next_part(part);

    if (text_equal_fold(part, "$TTL"))
        return z->n == 2 && is_ttl(value) ? 0 : SNOW_ESYNTAX;
    if (text_equal_fold(part, "$ORIGIN"))
        return z->n == 2 ? set_origin(z, value) : SNOW_ESYNTAX;
    if (text_equal_fold(part, "$GENERATE"))
        return zone_generate(r, value, z->n - 1);
    return SNOW_ESYNTAX;
}

/* The owner is kept as it is completed now: the origin may change. */
static int take_owner(struct zone *z, const char *part)
{
    char owner[SNOW_NAME_MAX];

    if (absolute(z, owner, part))
        return SNOW_ESYNTAX;
    snprintf(z->owner, sizeof z->owner, "%.*s", (int)sizeof z->owner - 1,
             owner);
    return 0;
}

static int take_parts(struct import_reader *r)
{
    struct zone *z = r->zone;
    const char *part = z->parts.data;
    size_t n = z->n;
    char owner[SNOW_NAME_MAX + 1];
    struct zone_record rec = { .owner = owner };

    if (!z->begins_blank && *part == '$')
        return directive(r, part);
    if (!z->begins_blank) {
        if (take_owner(z, part))
            return SNOW_ESYNTAX;
        part = next_part(part);
        n--;
    }
    if (z->owner[0] == '\0')
        return SNOW_ESYNTAX;
    for (; n > 0 && (is_ttl(part) || is_class(part)); n--)
        part = next_part(part);
    if (n == 0)
        return SNOW_ESYNTAX;
    rec.type = part;
    /* more behind it: a bracket that took in the records that follow */
    rec.target = n == 2 ? next_part(part) : NULL;
    snprintf(owner, sizeof owner, "%s%s", z->owner,
             strcmp(z->owner, ".") == 0 ? "" : ".");
    return zone_take_record(r, &rec);
}

static int begin(struct import_reader *r)
{
    struct zone *z;

    if (r->zone)
        return 0;
    z = r->zone = calloc(1, sizeof *z);
    if (!z)
        return SNOW_ENOMEM;
    if (r->origin && *r->origin &&
        import_name(z->origin, r->origin, strlen(r->origin)))
        z->origin[0] = '\0';
    return 0;
}

int import_zone_take(struct import_reader *r, char *line, size_t len)
{
    struct zone *z;
    int code = begin(r);

    if (code)
        return code;
    z = r->zone;
    if (z->depth == 0)
        z->begins_blank = *line == ' ' || *line == '\t';
    code =
        memchr(line, '\0', len) ? SNOW_ESYNTAX : split_line(z, line, r->line);
    if (!code && z->depth > 0)
        return 0;
    if (!code && z->n > 0)
        code = take_parts(r);
    forget(z);
    return code;
}

/* All behind a bracket that stays open was taken for one record. */
int import_zone_finish(struct import_reader *r)
{
    if (r->zone && r->zone->depth > 0)
        return SNOW_ESYNTAX;
    return import_end_records(r);
}

/* --- is it one? --- */

#define DETECT_MAX 2048 /* octets of a first line */

static bool is_known_type(const char *part)
{
    static const char *const types[] = { "SOA",  "NS",  "PTR",   "CNAME",
                                         "TXT",  "A",   "AAAA",  "MX",
                                         "DS",   "RP",  "DNAME", "DNSKEY",
                                         "NSEC", "LOC", "RRSIG", "CAA",
                                         "SRV",  "CDS", "HINFO", "NSEC3" };

    for (size_t i = 0; i < COUNT_OF(types); i++)
        if (text_equal_fold(part, types[i]))
            return true;
    return false;
}

static bool looks_like_record(const struct zone *z)
{
    const char *part = z->parts.data;
    size_t n = z->n;

    if (n > 0 && *part == '$')
        return text_equal_fold(part, "$TTL") ||
               text_equal_fold(part, "$ORIGIN") ||
               text_equal_fold(part, "$GENERATE");
    for (size_t i = 1; i < n && i <= 3; i++) {
        part = next_part(part);
        if (is_known_type(part))
            return i + 1 < n;
        if (!is_ttl(part) && !is_class(part))
            return false;
    }
    return false;
}

bool import_zone_detect(const char *line, size_t len)
{
    char copy[DETECT_MAX + 1], room[2 * DETECT_MAX + 2];
    struct zone z = { .n = 0 };
    bool is_one;

    if (len == 0 || len > DETECT_MAX || memchr(line, '\0', len) ||
        (!text_is_alnum(*line) && !strchr("$@*_\\ \t", *line)))
        return false;
    memcpy(copy, line, len);
    copy[len] = '\0';
    buf_init_in(&z.parts, room, sizeof room); /* where all of it fits */
    is_one = split_line(&z, copy, 1) == 0 && looks_like_record(&z);
    buf_fini(&z.parts);
    return is_one;
}
