/*
 * Conversations of tests/replay/ played against the dialogue, with a clock of
 * their own: no sockets, no sleep.
 *
 *   # text       why this conversation is here; "# in one piece": their octets
 *                must come as they stand (else each file is played once more,
 *                octet by octet); "# no starttls", "# tls at once": so are we
 *                told
 *   S-connect    the connection is made; S-eof S-reset S-refused S-unreachable
 *                S-timeout S-local: it ends, or fails
 *   S: text      they say this and CRLF; S+ text: without CRLF; S*9: text,
 *                S*9+ text: nine times; \r \n \xHH are octets
 *   C: text      we must say this and CRLF, before they go on
 *   tls done     the handshake that is due succeeds; tls failed: it does not
 *   T: 31s       time passes; also 500ms
 *   = key word … what must have come of it, we having hung up
 *   =key text    the same for text: banner, hello, capabilities
 */
#include "smtp/dialog.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <glob.h>

#include "base/text.h"

#define LEAST_FILES 25
#define LINE_CAP 2048
#define MS 1000u

static const struct smtp_dialog_config config = {
    .ehlo = "probe.example",
    .connect_timeout_ms = 10000,
    .banner_timeout_ms = 30000,
    .total_timeout_ms = 60000,
    .says_starttls = true,
};

struct play {
    const char *path;
    struct smtp_dialog_config config;
    unsigned line;
    bool is_split; /* octet by octet */
    uint64_t now_us;
    struct buf said; /* and not heard yet by a C: line */
    struct smtp_dialog d;
};

#define fail_play(p, ...)                                                      \
    do {                                                                       \
        print_error("%s:%u%s: ", (p)->path, (p)->line,                         \
                    (p)->is_split ? " (octet by octet)" : "");                 \
        fail_msg(__VA_ARGS__);                                                 \
    } while (0)

static void listen_to_us(struct play *p)
{
    buf_add(&p->said, p->d.say, p->d.say_len);
    p->d.say_len = 0;
}

/* Turn escapes into octets, in place. */
static size_t unescape(char *text)
{
    char *to = text;

    for (char *c = text; *c; c++) {
        if (*c != '\\') {
            *to++ = *c;
        } else if (*++c == 'x') {
            *to++ = (char)(text_hex(c[1]) * 16 + text_hex(c[2]));
            c += 2;
        } else {
            *to++ = *c == 'r' ? '\r' : '\n';
        }
    }
    return (size_t)(to - text);
}

static void hear(struct play *p, const char *octets, size_t len)
{
    size_t step = p->is_split ? 1 : len;

    for (size_t at = 0; at < len; at += step) {
        smtp_dialog_octets(&p->d, p->now_us, octets + at, step);
        listen_to_us(p);
    }
}

/* "S: text", "S+ text", "S*9: text", "S*9+ text" */
static void they_say(struct play *p, char *line)
{
    unsigned long times = line[1] == '*' ? strtoul(line + 2, NULL, 10) : 1;
    char *text = line + strcspn(line, ":+");
    bool is_raw = *text == '+';
    size_t len;

    text += text[1] ? 2 : 1;
    len = unescape(text);
    if (!is_raw) {
        text[len++] = '\r';
        text[len++] = '\n';
    }
    if (p->said.len > 0)
        fail_play(p, "unexpected: %.*s", (int)p->said.len, p->said.data);
    for (unsigned long i = 0; i < times; i++)
        hear(p, text, len);
}

static const struct {
    const char *word;
    enum smtp_end how;
} ends[] = {
    { "S-eof", SMTP_END_EOF },
    { "S-reset", SMTP_END_RESET },
    { "S-refused", SMTP_END_REFUSED },
    { "S-unreachable", SMTP_END_UNREACHABLE },
    { "S-timeout", SMTP_END_TIMEOUT },
    { "S-local", SMTP_END_LOCAL },
};

static void heed(struct play *p, const char *line)
{
    if (strcmp(line, "# no starttls") == 0)
        p->config.says_starttls = false;
    if (strcmp(line, "# tls at once") == 0)
        p->config.has_tls_at_once = true;
}

static void shake_hands(struct play *p, const char *line)
{
    if (p->d.state != SMTP_STATE_TLS || p->said.len > 0)
        fail_play(p, "no handshake is due");
    if (strcmp(line, "tls done") == 0)
        smtp_dialog_tls_done(&p->d, p->now_us);
    else
        smtp_dialog_tls_failed(&p->d, p->now_us);
    listen_to_us(p);
}

static void they_act(struct play *p, const char *line)
{
    if (strcmp(line, "S-connect") == 0) {
        smtp_dialog_connected(&p->d, p->now_us);
        return;
    }
    for (size_t i = 0; i < COUNT_OF(ends); i++) {
        if (strcmp(line, ends[i].word) != 0)
            continue;
        smtp_dialog_ended(&p->d, p->now_us, ends[i].how);
        listen_to_us(p);
        return;
    }
    fail_play(p, "not understood: %s", line);
}

static void we_say(struct play *p, const char *line)
{
    struct buf want = { 0 };

    buf_printf(&want, "%s\r\n", line + 3);
    if (want.len != p->said.len ||
        memcmp(want.data, p->said.data, want.len) != 0)
        fail_play(p, "expected '%s', got '%.*s'", line + 3, (int)p->said.len,
                  p->said.len ? p->said.data : "");
    buf_fini(&want);
    buf_clear(&p->said);
}

static void time_passes(struct play *p, const char *line)
{
    char *unit;
    uint64_t n = strtoul(line + 3, &unit, 10);
    uint64_t to_us = p->now_us + n * (strcmp(unit, "s") == 0 ? 1000 * MS : MS);

    while (p->d.state != SMTP_STATE_DONE && p->d.deadline_us <= to_us) {
        p->now_us = p->d.deadline_us;
        smtp_dialog_tick(&p->d, p->now_us);
        listen_to_us(p);
    }
    p->now_us = to_us;
    smtp_dialog_tick(&p->d, p->now_us);
}

static void format_value(const struct snow_probe *r, const char *key,
                         char out[32])
{
    const char *word = "no such key";

    if (strcmp(key, "status") == 0)
        word = snow_smtp_status_word(r->status);
    if (strcmp(key, "ehlo") == 0)
        word = snow_ehlo_status_word(r->ehlo_status);
    if (strcmp(key, "tls") == 0)
        word = snow_tls_status_word(r->tls_status);
    if (strcmp(key, "blocked") == 0)
        word = r->client_blocked ? "yes" : "no";
    snprintf(out, 32, "%s", word);
    if (strcmp(key, "code") == 0)
        snprintf(out, 32, "%u", r->code);
    if (strcmp(key, "greeting_ms") == 0)
        snprintf(out, 32, "%u", r->greeting_ms);
}

static void check_words(struct play *p, const struct snow_probe *r,
                        const char *line)
{
    char key[32], want[32], got[32];
    int n;

    for (; sscanf(line, " %31s %31s%n", key, want, &n) == 2; line += n) {
        format_value(r, key, got);
        if (strcmp(got, want) != 0)
            fail_play(p, "%s is %s, not %s", key, got, want);
    }
}

static void check_text(struct play *p, const struct snow_probe *r, char *line)
{
    const struct {
        const char *key, *text;
        size_t len;
    } texts[] = {
        { "banner", r->banner, r->banner_len },
        { "hello", r->hello, r->hello_len },
        { "capabilities", r->capabilities, r->capabilities_len },
    };
    char *want = line + strcspn(line, " ");
    size_t len;

    want += *want ? 1 : 0;
    len = unescape(want);
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        size_t n = strlen(texts[i].key);

        if (strncmp(line, texts[i].key, n) != 0)
            continue;
        if (len != texts[i].len || memcmp(want, texts[i].text, len) != 0)
            fail_play(p, "%s is '%.*s'", texts[i].key, (int)texts[i].len,
                      texts[i].text);
        return;
    }
    fail_play(p, "not understood: =%s", line);
}

static void check(struct play *p, char *line)
{
    struct snow_probe r;

    if (p->d.state != SMTP_STATE_DONE)
        fail_play(p, "not done");
    if (p->said.len > 0)
        fail_play(p, "unexpected: %.*s", (int)p->said.len, p->said.data);
    smtp_dialog_record(&p->d, &r);
    if (*line == ' ')
        check_words(p, &r, line);
    else
        check_text(p, &r, line);
}

static void play_line(struct play *p, char *line)
{
    switch (line[0]) {
    case '#':
        heed(p, line);
        break;
    case 't':
        shake_hands(p, line);
        break;
    case '=':
        check(p, line + 1);
        break;
    case 'C':
        we_say(p, line);
        break;
    case 'T':
        time_passes(p, line);
        break;
    default:
        if (line[0] == 'S' && line[1] == '-')
            they_act(p, line);
        else
            they_say(p, line);
    }
}

/* Returns whether the file may be played octet by octet. */
static bool play_file(const char *path, bool is_split)
{
    struct play p = {
        .path = path, .config = config, .is_split = is_split, .now_us = 77
    };
    char line[LINE_CAP];
    FILE *f = fopen(path, "r");
    bool may_split = true, has_end = false;

    assert_non_null(f);
    smtp_dialog_init(&p.d, &p.config, p.now_us);
    while (fgets(line, (int)sizeof line - 4, f)) {
        p.line++;
        line[strcspn(line, "\n")] = '\0';
        may_split &= strcmp(line, "# in one piece") != 0;
        has_end |= line[0] == '=';
        play_line(&p, line);
    }
    if (!has_end)
        fail_play(&p, "nothing is checked");
    fclose(f);
    buf_fini(&p.said);
    return may_split;
}

static void conversations_go_as_written(void **state)
{
    glob_t files;

    (void)state;
    assert_int_equal(glob("tests/replay/*.txt", 0, NULL, &files), 0);
    assert_true(files.gl_pathc >= LEAST_FILES);
    for (size_t i = 0; i < files.gl_pathc; i++)
        if (play_file(files.gl_pathv[i], false))
            play_file(files.gl_pathv[i], true);
    globfree(&files);
}

static void say_long(struct smtp_dialog *d, const char *code, unsigned n,
                     size_t len)
{
    char line[1100];

    for (unsigned i = 0; i < n; i++) {
        memset(line, 'x', sizeof line);
        memcpy(line, code, 4);
        line[len - 1] = '\n';
        smtp_dialog_octets(d, 0, line, len);
    }
}

/* After the longest greeting there is still room for the answers to EHLO. */
static void the_longest_greeting_leaves_room(void **state)
{
    static struct smtp_dialog d;
    struct snow_probe r;

    (void)state;
    smtp_dialog_init(&d, &config, 0);
    smtp_dialog_connected(&d, 0);
    say_long(&d, "220-", 15, 1024);
    smtp_dialog_octets(&d, 0, "220 x\r\n", 7);
    assert_int_equal(d.state, SMTP_STATE_EHLO);
    smtp_dialog_octets(&d, 0, "250-mx\r\n250-STARTTLS\r\n", 22);
    say_long(&d, "250-", 10, 1100);
    smtp_dialog_octets(&d, 0, "250 x\r\n", 7);
    assert_int_equal(d.state, SMTP_STATE_STARTTLS);
    smtp_dialog_octets(&d, 0, "220 x\r\n", 7);
    smtp_dialog_tls_done(&d, 0);
    assert_int_equal(d.state, SMTP_STATE_TLS_EHLO);
    smtp_dialog_octets(&d, 0, "250-in.tls\r\n", 12);
    say_long(&d, "250-", 10, 1100);
    smtp_dialog_octets(&d, 0, "250 x\r\n", 7);
    assert_int_equal(d.state, SMTP_STATE_QUIT);
    smtp_dialog_octets(&d, 0, "221 x\r\n", 7);
    smtp_dialog_record(&d, &r);
    assert_int_equal(r.banner_len, 15 * 1024 + 5);
    assert_memory_equal(r.banner, "220-x", 5);
    assert_memory_equal(r.banner + r.banner_len - 5, "220 x", 5);
    assert_int_equal(r.ehlo_status, SNOW_EHLO_OK);
    assert_int_equal(r.tls_status, SNOW_TLS_OK);
    assert_memory_equal(r.hello, "in.tls", 6);
    assert_true(r.capabilities_len > 2000);
    assert_true(r.capabilities + r.capabilities_len <= d.text + SMTP_TEXT_MAX);
}

/* A name of the greatest length fits into the command. */
static void the_longest_name_is_said(void **state)
{
    static struct smtp_dialog d;
    char name[SMTP_EHLO_MAX + 1];
    struct smtp_dialog_config cfg = config;

    (void)state;
    memset(name, 'n', SMTP_EHLO_MAX);
    name[SMTP_EHLO_MAX] = '\0';
    cfg.ehlo = name;
    smtp_dialog_init(&d, &cfg, 0);
    smtp_dialog_connected(&d, 0);
    smtp_dialog_octets(&d, 0, "220\n", 4);
    assert_int_equal(d.say_len, 5 + SMTP_EHLO_MAX + 2);
    assert_memory_equal(d.say + d.say_len - 3, "n\r\n", 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(conversations_go_as_written),
        cmocka_unit_test(the_longest_greeting_leaves_room),
        cmocka_unit_test(the_longest_name_is_said),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
