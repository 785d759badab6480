/* 0xff ends a piece of what they say, and the octet behind it says what comes
 * next; the length of a piece is how a handshake goes. Each command is said
 * once at most, EHLO once more inside TLS, none before the greeting. */
#include <assert.h>

#include "smtp/dialog.h"

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
    struct smtp_dialog_config cfg = { "us", 10000, 30000, 60000, true, false };
    static struct smtp_dialog d;
    unsigned n_said[2][256] = { { 0 } };
    bool is_tls = false;
    struct snow_probe r;
    uint64_t now = 0;

    cfg.has_tls_at_once = len % 2;
    smtp_dialog_init(&d, &cfg, now);
    smtp_dialog_connected(&d, now);
    for (size_t at = 0, n; d.state != SMTP_STATE_DONE; at += n) {
        const uint8_t *end = at < len ? memchr(octets + at, 0xff, len - at) : 0;
        enum smtp_state was = d.state;

        n = at < len ? (end ? (size_t)(end - octets) : len) - at : 0;
        if (was == SMTP_STATE_TLS && n % 2)
            smtp_dialog_tls_failed(&d, now);
        else if (was == SMTP_STATE_TLS && n % 4)
            smtp_dialog_tls_done(&d, now);
        else
            smtp_dialog_octets(&d, now, (const char *)octets + at, n);
        is_tls |= was == SMTP_STATE_TLS && d.state != SMTP_STATE_DONE && n % 4;
        assert(!d.say_len || d.greeting.state == SMTP_REPLY_DONE);
        assert(!d.say_len || n_said[is_tls][(uint8_t)d.say[0]]++ == 0);
        assert(!d.say_len || d.state != SMTP_STATE_TLS);
        n += 1;
        now += at + n < len ? octets[at + n] * 10000u : 60000000;
        smtp_dialog_tick(&d, now);
    }
    smtp_dialog_record(&d, &r);
    assert(r.status && d.text <= r.banner && r.banner_len <= SMTP_REPLY_MAX);
    assert(is_tls == (r.tls_status == SNOW_TLS_OK));
    assert(n_said[0]['S'] + n_said[1]['S'] <= !cfg.has_tls_at_once);
    return 0;
}
