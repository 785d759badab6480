#include "analysis/forward.h"

#include <string.h>

#include "base/json.h"
#include "snowline/error.h"

#define LABEL_MAX 63 /* RFC 1035 §2.3.4 */
#define NAME_MAX_TEXT 253

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
    return len <= NAME_MAX_TEXT && label > 0 && strchr(name, '.') &&
           snow_addr_parse(&a, name) != 0;
}

void analysis_forward_format_json(struct buf *to,
                                  const struct analysis_forward *f)
{
    buf_printf(to, "{\"status\":\"%s\",\"a\":[",
               snow_ptr_status_word(f->status));
    for (size_t i = 0; i < f->n; i++) {
        char text[SNOW_ADDR_TEXT_MAX];

        snow_addr_format(f->addrs[i], text);
        buf_printf(to, "%s\"%s\"", i > 0 ? "," : "", text);
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

int analysis_forward_parse_json(struct analysis_forward *out,
                                const char *octets, size_t len)
{
    struct analysis_forward f = { 0 };
    struct doc *root;
    const struct doc *a;
    int code = doc_parse(&root, octets, len);

    if (code)
        return code;
    code = read_status(&f.status, doc_text(doc_get(root, "status")));
    a = doc_get(root, "a");
    for (size_t i = 0; !code && i < doc_n(a); i++) {
        const char *text = doc_text(doc_at(a, i));

        if (f.n == ANALYSIS_FORWARD_MAX || !text)
            code = SNOW_ESYNTAX;
        else
            code = snow_addr_parse(&f.addrs[f.n++], text);
    }
    doc_free(root);
    if (!code)
        *out = f;
    return code;
}

const char *analysis_forward_verdict(const struct analysis_forward *f,
                                     struct snow_addr addr)
{
    if (!f || !snow_addr_is_ipv4(addr))
        return "not_checked";
    for (size_t i = 0; i < f->n; i++)
        if (snow_addr_compare(f->addrs[i], addr) == 0)
            return "pass";
    if (f->status == SNOW_PTR_NXDOMAIN || f->status == SNOW_PTR_NODATA)
        return "fail";
    return f->status == SNOW_PTR_NAME && f->n < ANALYSIS_FORWARD_MAX
               ? "fail"
               : "not_checked";
}
