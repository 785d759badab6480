/* Each line of the input answers one question: an evaluation keeps its limits,
 * comes to an end, and what is kept of it reads the same. */
#include <assert.h>

#include "analysis/spf_json.h"

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);

/* A name, a text or an address; "!" for none, "?" for silence. */
static void answer(struct spf_eval *e, const char *line, uint16_t len)
{
    struct snow_addr addr = { 0 };
    struct analysis_answer a = { .status = SNOW_PTR_NAME,
                                 .names = &line,
                                 .lens = &len,
                                 .n_names = 1,
                                 .addrs = &addr };

    a.n_addrs = snow_addr_parse(&addr, line) == 0;
    if (*line == '!' || *line == '?')
        a = (struct analysis_answer){ .status = *line == '!'
                                                    ? SNOW_PTR_NXDOMAIN
                                                    : SNOW_PTR_TIMEOUT };
    analysis_spf_answer(e, &a);
}

static void check_kept(const struct analysis_spf *spf)
{
    static struct analysis_spf back;
    struct buf json = { 0 }, again = { 0 };
    struct doc *root;

    analysis_spf_format_json(&json, spf, 8192);
    assert(!json.failed && json.len <= 8192);
    assert(doc_parse(&root, json.data, json.len) == 0);
    assert(analysis_spf_parse_json(&back, root) == 0);
    analysis_spf_format_json(&again, &back, 8192);
    assert(strcmp(json.data, again.data) == 0);
    analysis_spf_covers(&back, snow_addr_from_ipv4(0xcb007105));
    doc_free(root);
    buf_fini(&json);
    buf_fini(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
    static struct spf_eval e;
    static char text[4096];
    char *at = text, *end;
    unsigned asked = 0;

    len = len < sizeof text - 1 ? len : sizeof text - 1;
    memcpy(text, octets, len);
    text[len] = '\0';
    analysis_spf_start(&e, "x.test", SPF_IPV4 | SPF_IPV6);
    while (analysis_spf_question(&e)) {
        assert(++asked <= SPF_QUESTIONS_MAX && e.depth <= SPF_DEPTH_MAX);
        end = at + strcspn(at, "\n");
        *end = '\0';
        answer(&e, *at ? at : "!", (uint16_t)(end - at));
        at = end < text + len ? end + 1 : end;
    }
    assert(e.result.status != SPF_STATUS_NOT_ASKED);
    check_kept(&e.result);
    return 0;
}
