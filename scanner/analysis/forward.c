#include "analysis/forward.h"

#include <string.h>

#include "base/json.h"
#include "snowline/error.h"

#define LABEL_MAX 63 /* RFC 1035 §2.3.4 */

bool analysis_forward_is_fit(const char *name)
{
    size_t len = strlen(name), label = 0;
    struct snow_addr a;

    for (size_t i = 0; i < len; i++) {
        if (!text_is_alnum(name[i]) && !strchr("-_.", name[i]))
            return false;
        if (name[i] == '.' && label == 0)
            return false;
        label = name[i] == '.' ? 0 : label + 1;
        if (label > LABEL_MAX)
            return false;
    }
    return len < ANALYSIS_FORWARD_NAME_MAX && label > 0 && strchr(name, '.') &&
           snow_addr_parse(&a, name) != 0;
}

static void add_addrs(struct buf *to, const struct analysis_forward *f,
                      bool of_ipv4)
{
    const char *comma = "";

    for (size_t i = 0; i < f->n; i++) {
        char text[SNOW_ADDR_TEXT_MAX];

        if (snow_addr_is_ipv4(f->addrs[i]) != of_ipv4)
            continue;
        snow_addr_format(f->addrs[i], text);
        buf_printf(to, "%s\"%s\"", comma, text);
        comma = ",";
    }
}

void analysis_forward_format_json(struct buf *to,
                                  const struct analysis_forward *f)
{
    buf_printf(to, "{\"status\":\"%s\",\"a\":[",
               snow_ptr_status_word(f->status));
    add_addrs(to, f, true);
    if (f->status6) {
        buf_printf(to, "],\"aaaa_status\":\"%s\",\"aaaa\":[",
                   snow_ptr_status_word(f->status6));
        add_addrs(to, f, false);
    }
    buf_add_text(to, "]}");
}

static int read_status(uint8_t *out, const char *word)
{
    for (unsigned i = 0; word && i < 16; i++)
        if (strcmp(word, snow_ptr_status_word(i)) == 0) {
            *out = (uint8_t)i;
            return 0;
        }
    return SNOW_ESYNTAX;
}

static int read_addrs(struct analysis_forward *f, const struct doc *list)
{
    int code = 0;

    for (size_t i = 0; !code && i < doc_n(list); i++) {
        const char *text = doc_text(doc_at(list, i));

        if (f->n == ANALYSIS_FORWARD_MAX || !text)
            code = SNOW_ESYNTAX;
        else
            code = snow_addr_parse(&f->addrs[f->n++], text);
    }
    return code;
}

int analysis_forward_parse_json(struct analysis_forward *out,
                                const char *octets, size_t len)
{
    struct analysis_forward f = { 0 };
    struct doc *root;
    int code = doc_parse(&root, octets, len);

    if (code)
        return code;
    code = read_status(&f.status, doc_text(doc_get(root, "status")));
    if (!code)
        code = read_addrs(&f, doc_get(root, "a"));
    if (!code && doc_get(root, "aaaa_status"))
        code = read_status(&f.status6, doc_text(doc_get(root, "aaaa_status")));
    if (!code)
        code = read_addrs(&f, doc_get(root, "aaaa"));
    doc_free(root);
    if (!code)
        *out = f;
    return code;
}

static uint8_t status_for(const struct analysis_forward *f,
                          struct snow_addr addr)
{
    return snow_addr_is_ipv4(addr) ? f->status : f->status6;
}

enum analysis_way_back analysis_forward_judge(const struct analysis_forward *f,
                                              struct snow_addr addr)
{
    uint8_t status;

    if (!f)
        return ANALYSIS_WAY_UNKNOWN;
    for (size_t i = 0; i < f->n; i++)
        if (snow_addr_compare(f->addrs[i], addr) == 0)
            return ANALYSIS_WAY_BACK;
    status = status_for(f, addr);
    if (status == SNOW_PTR_NXDOMAIN || status == SNOW_PTR_NODATA)
        return ANALYSIS_WAY_ELSEWHERE;
    return status == SNOW_PTR_NAME && f->n < ANALYSIS_FORWARD_MAX
               ? ANALYSIS_WAY_ELSEWHERE
               : ANALYSIS_WAY_UNKNOWN;
}

const char *analysis_forward_verdict(const struct analysis_forward *f,
                                     struct snow_addr addr)
{
    static const char *const words[] = {
        [ANALYSIS_WAY_UNKNOWN] = "not_checked",
        [ANALYSIS_WAY_BACK] = "pass",
        [ANALYSIS_WAY_ELSEWHERE] = "fail",
    };

    return words[analysis_forward_judge(f, addr)];
}

const char *analysis_forward_status_word(const struct analysis_forward *f,
                                         struct snow_addr addr)
{
    uint8_t status = f ? status_for(f, addr) : SNOW_PTR_PENDING;

    return status == SNOW_PTR_PENDING ? NULL : snow_ptr_status_word(status);
}
