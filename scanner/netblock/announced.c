#include "netblock/announced.h"

#include "base/json.h"
#include "base/text.h"
#include "snowline/asns.h"
#include "snowline/records.h"

/* The last text of the first message of that kind, or NULL. */
static const char *message(const struct doc *root, const char *kind)
{
    const struct doc *messages = doc_get(root, "messages");

    for (size_t i = 0; i < doc_n(messages); i++) {
        const struct doc *m = doc_at(messages, i);
        const char *word = doc_text(doc_at(m, 0));

        if (word && text_equal_fold(word, kind))
            return doc_text(doc_at(m, 1));
    }
    return NULL;
}

static int check_status(const struct doc *root, struct snow_error *err)
{
    const char *status = doc_text(doc_get(root, "status"));
    const char *reason = message(root, "error");

    if (!status)
        return snow_fail(err, SNOW_ESYNTAX, "no RIPEstat document");
    if (strcmp(status, "ok") == 0)
        return 0;
    return snow_fail(err, SNOW_EREFUSED, "it says '%.40s'%s%.200s", status,
                     reason ? ": " : "", reason ? reason : "");
}

/* "64500", with or without "AS", or a number. */
static bool read_asn(uint64_t *out, const struct doc *v)
{
    const char *text = doc_text(v);
    int64_t number;

    if (doc_integer(v, &number)) {
        *out = (uint64_t)number;
        return number >= 0;
    }
    if (text && snow_asn_is_meant(text))
        text += 2;
    return text && text_parse_u64(out, text, UINT32_MAX) == 0;
}

static int check_resource(const struct netblock_routes *r,
                          const struct doc *data, struct snow_error *err)
{
    uint64_t asn;

    if (!doc_is_array(doc_get(data, "prefixes")) ||
        !read_asn(&asn, doc_get(data, "resource")))
        return snow_fail(err, SNOW_ESYNTAX, "no list of announced prefixes");
    if (asn != r->asn)
        return snow_fail(err, SNOW_EINVAL, "it is about AS%llu",
                         (unsigned long long)asn);
    return 0;
}

static int64_t read_time(const struct doc *object, const char *key)
{
    const char *text = doc_text(doc_get(object, key));
    int64_t utc_s;

    return text && text_parse_time(&utc_s, NULL, text) == 0 ? utc_s
                                                            : SNOW_TIME_UNKNOWN;
}

/* The end of the window; the routes themselves may be known for less of it. */
static int64_t read_end(const struct doc *data)
{
    int64_t asked = read_time(data, "query_endtime");
    int64_t latest = read_time(data, "latest_time");

    if (asked == SNOW_TIME_UNKNOWN)
        return latest;
    return latest != SNOW_TIME_UNKNOWN && latest < asked ? latest : asked;
}

static bool is_withdrawn(const struct doc *prefix, int64_t end)
{
    const struct doc *timelines = doc_get(prefix, "timelines");
    int64_t last = SNOW_TIME_UNKNOWN;

    for (size_t i = 0; i < doc_n(timelines); i++) {
        int64_t t = read_time(doc_at(timelines, i), "endtime");

        if (t > last)
            last = t;
    }
    return last != SNOW_TIME_UNKNOWN && last < end;
}

static int take(struct netblock_routes *r, const struct doc *data)
{
    const struct doc *prefixes = doc_get(data, "prefixes");
    int64_t end = read_end(data);
    int code = 0;

    for (size_t i = 0; !code && i < doc_n(prefixes); i++) {
        const struct doc *p = doc_at(prefixes, i);
        const char *text = doc_text(doc_get(p, "prefix"));

        if (is_withdrawn(p, end))
            netblock_routes_withdrawn(r);
        else
            code = netblock_routes_add(r, text ? text : "");
    }
    return code;
}

int netblock_announced_parse(struct netblock_routes *r, const char *octets,
                             size_t len, struct snow_error *err)
{
    struct doc *root;
    const struct doc *data;
    int code = doc_parse(&root, octets, len);

    if (code == SNOW_ESYNTAX)
        return snow_fail(err, code, "no JSON");
    if (code)
        return snow_fail(err, code, "out of memory");
    data = doc_get(root, "data");
    if ((code = check_status(root, err)) == 0 &&
        (code = check_resource(r, data, err)) == 0 && (code = take(r, data)))
        netblock_routes_fail(err, code);
    doc_free(root);
    return code;
}
