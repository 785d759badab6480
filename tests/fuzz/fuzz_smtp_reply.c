/* Two fragments parse as one; what is read out stays inside the text. */
#include <assert.h>

#include "smtp/reply.h"

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
    static char a[SMTP_REPLY_MAX], b[SMTP_REPLY_MAX];
    size_t cut = len > 0 ? octets[0] % len : 0, n, m;
    const char *in = (const char *)octets;
    struct smtp_reply whole, parts;
    struct smtp_hello h;

    smtp_reply_init(&whole, a, sizeof a);
    smtp_reply_init(&parts, b, sizeof b);
    n = smtp_reply_feed(&whole, in, len);
    m = smtp_reply_feed(&parts, in, cut);
    m += smtp_reply_feed(&parts, in + m, len - m);
    assert(n == m && whole.state == parts.state && whole.code == parts.code);
    assert(whole.text_len == parts.text_len && whole.text_len <= n);
    assert(memcmp(a, b, whole.text_len) == 0);
    smtp_reply_split(&whole, &h);
    assert(h.word_len + h.list_len <= whole.text_len);
    smtp_hello_offers(&h, "STARTTLS");
    return 0;
}
