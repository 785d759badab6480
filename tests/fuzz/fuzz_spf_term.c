/* A term that can be read is written so that it reads the same. */
#include <assert.h>

#include "analysis/spf_term.h"

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
    struct buf text = { 0 }, again = { 0 };
    const char *token = (const char *)octets;
    struct spf_term t, back;

    if (analysis_spf_term_parse(&t, token, len))
        return 0;
    analysis_spf_term_format(&text, &t);
    assert(!text.failed && text.len > 0);
    assert(analysis_spf_term_parse(&back, text.data, text.len) == 0);
    assert(t.kind == back.kind && t.qualifier == back.qualifier);
    assert(t.cidr4 == back.cidr4 && t.cidr6 == back.cidr6);
    assert(t.value_len == back.value_len && t.has_macro == back.has_macro);
    assert(snow_addr_compare(t.addr, back.addr) == 0);
    analysis_spf_term_format(&again, &back);
    assert(strcmp(text.data, again.data) == 0);
    buf_fini(&text);
    buf_fini(&again);
    return 0;
}
