#include "analysis/website.h"

#include <math.h>
#include <string.h>

#include "base/json.h"
#include "snowline/error.h"

static const char *const status_words[WEBSITE_N_STATUSES] = {
#define X(id, word) [WEBSITE_##id] = (word),
    WEBSITE_STATUSES(X)
#undef X
};

static const char *const company_words[] = {
    [PAGE_COMPANY_UNKNOWN] = "unknown",
    [PAGE_COMPANY_NO] = "no",
    [PAGE_COMPANY_YES] = "yes",
};

const char *analysis_website_status_word(enum website_status status)
{
    return status_words[status];
}

void analysis_website_from_page(struct analysis_website *w,
                                const struct page *p)
{
    static const enum website_status of_kind[PAGE_N_KINDS] = {
        [PAGE_CONTENT] = WEBSITE_CONTENT,
        [PAGE_DEFAULT] = WEBSITE_DEFAULT,
        [PAGE_PARKED] = WEBSITE_PARKED,
        [PAGE_ERROR] = WEBSITE_ERROR,
    };

    w->status = of_kind[p->kind];
    text_copy(w->detail, sizeof w->detail, page_detail_word(p->detail));
    text_copy(w->sign, sizeof w->sign, p->sign);
    text_copy(w->title, sizeof w->title, p->title);
    text_copy(w->company_sign, sizeof w->company_sign, p->company_sign);
    w->company = p->company;
    w->text_octets = p->text_octets;
}

/* --- kept and read back --- */

/* clang-format off */
static const struct {
    const char *key;
    size_t at, cap;
} texts[] = {
#define TEXT(member) offsetof(struct analysis_website, member), \
                     sizeof(((struct analysis_website *)0)->member)
    { "detail",       TEXT(detail) },
    { "sign",         TEXT(sign) },
    { "url",          TEXT(url) },
    { "redirects_to", TEXT(redirects_to) },
    { "address",      TEXT(address) },
    { "title",        TEXT(title) },
    { "company_sign", TEXT(company_sign) },
#undef TEXT
};
/* clang-format on */

void analysis_website_format_json(struct buf *to,
                                  const struct analysis_website *w)
{
    buf_printf(to, "{\"status\":\"%s\"", status_words[w->status]);
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        const char *text = (const char *)w + texts[i].at;

        if (text[0] == '\0')
            continue;
        buf_printf(to, ",\"%s\":", texts[i].key);
        text_json(to, text, strlen(text));
    }
    buf_printf(to,
               ",\"http_status\":%u,\"redirects\":%u,\"octets\":%llu,"
               "\"text_octets\":%llu,\"is_cut\":%s,\"names_company\":\"%s\"}",
               w->http_status, w->redirects, (unsigned long long)w->octets,
               (unsigned long long)w->text_octets, w->is_cut ? "true" : "false",
               company_words[w->company]);
}

/* @return the place of a word, or n */
static size_t find(const char *const *words, size_t n, const char *word)
{
    for (size_t i = 0; word && i < n; i++)
        if (strcmp(words[i], word) == 0)
            return i;
    return n;
}

static uint64_t count_of(const struct doc *root, const char *key, int64_t max)
{
    int64_t n = 0;

    if (!doc_integer(doc_get(root, key), &n) || n < 0 || n > max)
        return 0;
    return (uint64_t)n;
}

/* A sequence that text_copy() has cut in two is no text. */
static void drop_half(char *text)
{
    size_t at = 0, len = strlen(text);

    while (at < len) {
        size_t n = text_utf8((unsigned char *)text + at, len - at);

        if (n == 0) {
            text[at] = '\0';
            return;
        }
        at += n;
    }
}

static int read_members(struct analysis_website *w, const struct doc *root)
{
    size_t status = find(status_words, WEBSITE_N_STATUSES,
                         doc_text(doc_get(root, "status")));
    size_t company = find(company_words, COUNT_OF(company_words),
                          doc_text(doc_get(root, "names_company")));

    if (status == WEBSITE_N_STATUSES || company == COUNT_OF(company_words))
        return SNOW_ESYNTAX;
    w->status = (enum website_status)status;
    w->company = (enum page_company)company;
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        const char *text = doc_text(doc_get(root, texts[i].key));
        char *to = (char *)w + texts[i].at;

        text_copy(to, texts[i].cap, text ? text : "");
        drop_half(to);
    }
    w->http_status = (unsigned)count_of(root, "http_status", 999);
    w->redirects = (unsigned)count_of(root, "redirects", 99);
    w->octets = count_of(root, "octets", INT64_MAX);
    w->text_octets = count_of(root, "text_octets", INT64_MAX);
    w->is_cut = doc_is_true(doc_get(root, "is_cut"));
    return 0;
}

int analysis_website_parse_json(struct analysis_website *out,
                                const char *octets, size_t len)
{
    struct analysis_website w = { .status = WEBSITE_NONE };
    struct doc *root;
    int code = doc_parse(&root, octets, len);

    if (code)
        return code;
    code = read_members(&w, root);
    doc_free(root);
    if (!code)
        *out = w;
    return code;
}

/* --- what it means --- */

bool analysis_website_is_none(const struct analysis_website *w)
{
    return w->status == WEBSITE_NONE || w->status == WEBSITE_REFUSED ||
           w->status == WEBSITE_DEFAULT || w->status == WEBSITE_PARKED;
}

double analysis_website_absence(const struct analysis_website *w)
{
    static const struct {
        const char *detail;
        double absence;
    } contents[] = {
        { "site", 0 }, { "listing", 0 }, { "file", 0 }, { "thin", .5 }
    };

    if (analysis_website_is_none(w))
        return 1;
    for (size_t i = 0; w->status == WEBSITE_CONTENT && i < COUNT_OF(contents);
         i++)
        if (strcmp(contents[i].detail, w->detail) == 0)
            return contents[i].absence;
    return (double)NAN;
}

bool analysis_website_is_failure(const struct analysis_website *w)
{
    return w->status == WEBSITE_TIMEOUT || w->status == WEBSITE_ERROR;
}
