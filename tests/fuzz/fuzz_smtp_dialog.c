/* 0xff ends a piece of what they say, and the octet behind it says what comes
 * next. Each command is said once at most, and never before the greeting. */
#include <assert.h>

#include "smtp/dialog.h"

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
    static const struct smtp_dialog_config cfg = { "us", 10000, 30000, 60000 };
    static struct smtp_dialog d;
    unsigned n_said[256] = { 0 };
    struct snow_probe r;
    uint64_t now = 0;

    smtp_dialog_init(&d, &cfg, now);
    smtp_dialog_connected(&d, now);
    for (size_t at = 0, n; d.state != SMTP_STATE_DONE; at += n) {
        const uint8_t *end = at < len ? memchr(octets + at, 0xff, len - at) : 0;

        n = at < len ? (end ? (size_t)(end - octets) : len) - at : 0;
        smtp_dialog_octets(&d, now, (const char *)octets + at, n);
        assert(!d.say_len || d.greeting.state == SMTP_REPLY_DONE);
        assert(!d.say_len || n_said[(uint8_t)d.say[0]]++ == 0);
        n += 1;
        now += at + n < len ? octets[at + n] * 10000u : 60000000;
        smtp_dialog_tick(&d, now);
    }
    smtp_dialog_record(&d, &r);
    assert(r.status && d.text <= r.banner && r.banner_len <= SMTP_REPLY_MAX);
    return 0;
}
