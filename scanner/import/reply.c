/* Replies of the DNS as JSON, one a line: massdns -o J, zdns of both
 * generations. Pure. */
#include "import/json_formats.h"
#include "import/members.h"
#include "import/name.h"

/** One reply, and the question it belongs to. */
struct reply {
    struct members_value name, type, status, error, data, rx_ts, timestamp;
};

static int find_reply(struct reply *p, const struct members_value *object)
{
    const struct members_want wants[] = {
        { "name", &p->name },           { "type", &p->type },
        { "status", &p->status },       { "error", &p->error },
        { "data", &p->data },           { "rx_ts", &p->rx_ts },
        { "timestamp", &p->timestamp },
    };

    return members_get(object, wants, COUNT_OF(wants));
}

/* A PTR record in whatever answer belongs to the question: behind a CNAME its
 * owner is another one (RFC 2317 §4). massdns says "data", zdns "answer". */
static int take_record(struct import_reader *r, struct import_ptr *p,
                       const struct members_value *record, bool *has_one)
{
    struct members_value type, data, answer;
    const struct members_want wants[] = { { "type", &type },
                                          { "data", &data },
                                          { "answer", &answer } };
    const struct members_value *name = &data;

    if (members_get(record, wants, COUNT_OF(wants)))
        return SNOW_ESYNTAX;
    if (!members_is(&type, "PTR"))
        return 0;
    if (answer.kind == MEMBERS_TEXT)
        name = &answer;
    import_clear(r, &r->text);
    if (name->kind != MEMBERS_TEXT ||
        members_text(&r->text, name, MEMBERS_CHARACTERS))
        return SNOW_ESYNTAX;
    *has_one = true;
    return import_give(r, p, r->text.data, r->text.len);
}

static int take_answers(struct import_reader *r, struct import_ptr *p,
                        const struct members_value *data)
{
    struct members_value answers, record;
    const struct members_want want = { "answers", &answers };
    struct members m;
    bool has_one = false;
    int more, code = members_get(data, &want, 1);

    if (code)
        return code;
    members_begin(&m, &answers);
    while (!code && (more = members_next(&m, NULL, &record)) != 0)
        code = more < 0 ? SNOW_ESYNTAX : take_record(r, p, &record, &has_one);
    return code || has_one ? code : import_give(r, p, NULL, 0);
}

static int take_reply(struct import_reader *r, struct import_ptr *p,
                      const struct reply *reply)
{
    const struct members_value *status =
        reply->status.kind == MEMBERS_TEXT ? &reply->status : &reply->error;

    if (status->kind != MEMBERS_TEXT)
        return SNOW_ESYNTAX;
    p->status = import_status(status->at, status->len);
    p->seen_utc_s = members_time(
        reply->rx_ts.kind != MEMBERS_NONE ? &reply->rx_ts : &reply->timestamp);
    if (p->status != SNOW_PTR_NAME)
        return import_give(r, p, NULL, 0);
    return take_answers(r, p, &reply->data);
}

static int find_addr(struct import_ptr *p, const struct members_value *name)
{
    if (name->kind != MEMBERS_TEXT)
        return SNOW_ESYNTAX;
    return import_addr(&p->addr, name->at, name->len);
}

/* --- massdns, and zdns before its second version --- */

static bool detect_flat(const char *line, size_t len, struct reply *reply)
{
    struct members_value object;
    struct import_ptr p;

    return members_line(&object, line, len) == 0 &&
           find_reply(reply, &object) == 0 &&
           find_addr(&p, &reply->name) == 0 &&
           (reply->status.kind == MEMBERS_TEXT ||
            reply->error.kind == MEMBERS_TEXT);
}

/* massdns alone tells the type of the question. */
bool import_massdns_json_detect(const char *line, size_t len)
{
    struct reply reply;

    return detect_flat(line, len, &reply) && reply.type.kind == MEMBERS_TEXT;
}

bool import_zdns1_detect(const char *line, size_t len)
{
    struct reply reply;

    return detect_flat(line, len, &reply);
}

int import_reply_take(struct import_reader *r, char *line, size_t len)
{
    struct members_value object;
    struct reply reply;
    struct import_ptr p = { .name = NULL };

    if (members_line(&object, line, len) || find_reply(&reply, &object) ||
        (reply.type.kind == MEMBERS_TEXT && !members_is(&reply.type, "PTR")))
        return SNOW_ESYNTAX;
    return find_addr(&p, &reply.name) ? SNOW_ESYNTAX
                                      : take_reply(r, &p, &reply);
}

/* --- zdns: the results of each module below "results" --- */

static int find_results(const char *line, size_t len,
                        struct members_value *name,
                        struct members_value *results)
{
    struct members_value object;
    const struct members_want wants[] = { { "name", name },
                                          { "results", results } };

    if (members_line(&object, line, len) || members_get(&object, wants, 2) ||
        results->kind != MEMBERS_OBJECT)
        return SNOW_ESYNTAX;
    return 0;
}

bool import_zdns_detect(const char *line, size_t len)
{
    struct members_value name, results;

    return find_results(line, len, &name, &results) == 0;
}

int import_zdns_take(struct import_reader *r, char *line, size_t len)
{
    struct members_value name, results, ptr;
    const struct members_want want = { "PTR", &ptr };
    struct import_ptr p = { .name = NULL };
    struct reply reply;

    if (find_results(line, len, &name, &results) ||
        members_get(&results, &want, 1))
        return SNOW_ESYNTAX;
    if (ptr.kind == MEMBERS_NONE)
        return 0; /* other modules alone were asked */
    if (find_addr(&p, &name) || find_reply(&reply, &ptr))
        return SNOW_ESYNTAX;
    return take_reply(r, &p, &reply);
}
