/* The form of a policy is the same in whatever case it is written, short, and
 * without the domain's own name. */
#include <assert.h>
#include <string.h>

#include "analysis/infra.h"
#include "analysis/mail_setup.h"
#include "base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
    static struct analysis_mail_setup m;
    const struct infra_owner owner = { .name = "own.test" };
    struct buf form = { 0 }, folded = { 0 };

    m.a.n = 1; /* 0.0.0.0 */
    m.spf_len = (uint16_t)(len < sizeof m.spf_text ? len : sizeof m.spf_text);
    memcpy(m.spf_text, octets, m.spf_len);
    analysis_infra_spf(&form, &owner, &m);
    for (size_t i = 0; i < m.spf_len; i++)
        m.spf_text[i] = text_lower(m.spf_text[i]);
    analysis_infra_spf(&folded, &owner, &m);
    assert(!form.failed && form.len <= m.spf_len);
    assert(form.len == folded.len);
    assert(!form.len || memcmp(form.data, folded.data, form.len) == 0);
    assert(!form.len || !memmem(form.data, form.len, "own.test", 8));
    buf_fini(&form);
    buf_fini(&folded);
    return 0;
}
