/* JSON lines that tell an address and its names, and little else: dnsx, Sonar,
 * the Common Output Format of passive DNS. Pure. */
#include "import/json_formats.h"
#include "import/members.h"
#include "import/name.h"

/** Where each of them keeps what. */
struct shape {
    const char *addr, *names, *type, *status;
    const char *times[2]; /**< the first that is there counts */
};

/* clang-format off */
static const struct shape
    dnsx  = { "host",   "ptr",   NULL,     "status_code",
              { "timestamp", "timestamp" } },
    sonar = { "name",   "value", "type",   NULL,
              { "timestamp", "timestamp" } },
    /* draft-dulaunoy-dnsop-passive-dns-cof §2.2: rdata is a text or a list */
    cof   = { "rrname", "rdata", "rrtype", NULL,
              { "time_last", "zone_time_last" } };
/* clang-format on */

/** What stands in a line. */
struct found {
    struct members_value addr, names, type, status, times[2];
};

static int find(struct found *f, const struct shape *s, const char *line,
                size_t len)
{
    struct members_value object;
    const struct members_want wants[] = {
        { s->addr, &f->addr },
        { s->names, &f->names },
        { s->times[0], &f->times[0] },
        { s->times[1], &f->times[1] },
        { s->type ? s->type : "", &f->type },
        { s->status ? s->status : "", &f->status },
    };

    if (members_line(&object, line, len))
        return SNOW_ESYNTAX;
    return members_get(&object, wants, COUNT_OF(wants));
}

static bool detect(const struct shape *s, const char *line, size_t len)
{
    struct found f;

    if (find(&f, s, line, len) || f.addr.kind != MEMBERS_TEXT)
        return false;
    return (s->type
                ? f.type.kind == MEMBERS_TEXT && f.names.kind != MEMBERS_NONE
                : f.names.kind == MEMBERS_ARRAY ||
                      f.status.kind == MEMBERS_TEXT);
}

static bool is_ptr(const struct members_value *type)
{
    return type->len == 3 && text_lower(type->at[0]) == 'p' &&
           text_lower(type->at[1]) == 't' && text_lower(type->at[2]) == 'r';
}

static int give_text(struct import_reader *r, struct import_ptr *p,
                     const struct members_value *name)
{
    import_clear(r, &r->text);
    if (name->kind != MEMBERS_TEXT ||
        members_text(&r->text, name, MEMBERS_CHARACTERS))
        return SNOW_ESYNTAX;
    return import_give(r, p, r->text.data, r->text.len);
}

/* One name, a list of them, or none, which only a status explains. */
static int give_names(struct import_reader *r, struct import_ptr *p,
                      const struct members_value *names)
{
    struct members m;
    struct members_value name;
    bool has_one = false;
    int more, code = 0;

    if (names->kind == MEMBERS_TEXT)
        return give_text(r, p, names);
    members_begin(&m, names);
    while (!code && (more = members_next(&m, NULL, &name)) != 0) {
        code = more < 0 ? SNOW_ESYNTAX : give_text(r, p, &name);
        has_one = true;
    }
    return code || has_one ? code : import_give(r, p, NULL, 0);
}

static int take(struct import_reader *r, const struct shape *s,
                const char *line, size_t len)
{
    struct import_ptr p = { .status = SNOW_PTR_NAME };
    struct found f;

    if (find(&f, s, line, len) || f.addr.kind != MEMBERS_TEXT)
        return SNOW_ESYNTAX;
    if (s->type && !is_ptr(&f.type))
        return 0; /* forward records are often beside them */
    if (import_addr(&p.addr, f.addr.at, f.addr.len))
        return SNOW_ESYNTAX;
    p.seen_utc_s =
        members_time(&f.times[f.times[0].kind != MEMBERS_NONE ? 0 : 1]);
    if (s->status && f.status.kind == MEMBERS_TEXT)
        p.status = import_status(f.status.at, f.status.len);
    else if (f.names.kind != MEMBERS_TEXT && f.names.kind != MEMBERS_ARRAY)
        return SNOW_ESYNTAX;
    return p.status == SNOW_PTR_NAME ? give_names(r, &p, &f.names)
                                     : import_give(r, &p, NULL, 0);
}

bool import_dnsx_detect(const char *line, size_t len)
{
    return detect(&dnsx, line, len);
}

bool import_sonar_detect(const char *line, size_t len)
{
    return detect(&sonar, line, len);
}

bool import_cof_detect(const char *line, size_t len)
{
    return detect(&cof, line, len);
}

int import_dnsx_take(struct import_reader *r, char *line, size_t len)
{
    return take(r, &dnsx, line, len);
}

int import_sonar_take(struct import_reader *r, char *line, size_t len)
{
    return take(r, &sonar, line, len);
}

int import_cof_take(struct import_reader *r, char *line, size_t len)
{
    return take(r, &cof, line, len);
}
