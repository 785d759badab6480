/* The grammar of replies: every case in every split into two, and octet by
 * octet; the bounds; what is read out of a reply. */
#include "smtp/reply.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "base/text.h"

#define TEXT_MAX (SMTP_REPLY_MAX + 1)
#define LITERAL(text) text, sizeof(text) - 1

/* clang-format off */
static const struct {
    const char *why, *in;
    size_t len;
    enum smtp_reply_state state;
    unsigned code;
    const char *text;
    size_t rest; /* octets that belong to what follows */
} cases[] = {
    { "one line", LITERAL("220 mx.example ESMTP\r\n"),
      SMTP_REPLY_DONE, 220, "220 mx.example ESMTP", 0 },
    { "three lines", LITERAL("220-a\r\n220-b\r\n220 c\r\n"),
      SMTP_REPLY_DONE, 220, "220-a\n220-b\n220 c", 0 },
    { "bare LF", LITERAL("220-a\n220 b\n"),
      SMTP_REPLY_DONE, 220, "220-a\n220 b", 0 },
    { "bare code", LITERAL("220\r\n"), SMTP_REPLY_DONE, 220, "220", 0 },
    { "bare code, bare LF", LITERAL("354\n"), SMTP_REPLY_DONE, 354, "354", 0 },
    { "code and a space", LITERAL("220 \r\n"),
      SMTP_REPLY_DONE, 220, "220 ", 0 },
    { "the last code decides", LITERAL("220-a\r\n554 b\r\n"),
      SMTP_REPLY_DONE, 554, "220-a\n554 b", 0 },
    { "a line without a code goes on",
      LITERAL("250-a\r\nwelcome\r\n250 b\r\n"),
      SMTP_REPLY_DONE, 250, "250-a\nwelcome\n250 b", 0 },
    { "an empty line inside", LITERAL("250-a\r\n\r\n\n250 b\r\n"),
      SMTP_REPLY_DONE, 250, "250-a\n\n\n250 b", 0 },
    { "a bare code ends many lines", LITERAL("250-a\r\n250\r\n"),
      SMTP_REPLY_DONE, 250, "250-a\n250", 0 },
    { "CR inside a line stays", LITERAL("220 a\rb\r\r\n"),
      SMTP_REPLY_DONE, 220, "220 a\rb\r", 0 },
    { "octets of any kind", LITERAL("220 \xff\x1b[1m\r\n"),
      SMTP_REPLY_DONE, 220, "220 \xff\x1b[1m", 0 },
    { "stops behind the final line", LITERAL("220 a\r\n250 b\r\n"),
      SMTP_REPLY_DONE, 220, "220 a", 7 },
    { "not ended", LITERAL("220 mx.exa"),
      SMTP_REPLY_MORE, 220, "220 mx.exa", 0 },
    { "CR is no end", LITERAL("220 a\r"), SMTP_REPLY_MORE, 220, "220 a\r", 0 },
    { "a code cut short", LITERAL("22"), SMTP_REPLY_MORE, 0, "22", 0 },
    { "the code of an unended line",
      LITERAL("220-a\r\n554-"), SMTP_REPLY_MORE, 554, "220-a\n554-", 0 },
    { "nothing", LITERAL(""), SMTP_REPLY_MORE, 0, "", 0 },
    { "ssh", LITERAL("SSH-2.0-OpenSSH_9.2\r\n"),
      SMTP_REPLY_FOREIGN, 0, "SSH-2.0-OpenSSH_9.2", 0 },
    { "http", LITERAL("HTTP/1.1 400 Bad Request\r\nServer: x\r\n"),
      SMTP_REPLY_FOREIGN, 0, "HTTP/1.1 400 Bad Request", 11 },
    { "pop3", LITERAL("+OK ready\r\n"),
      SMTP_REPLY_FOREIGN, 0, "+OK ready", 0 },
    { "imap", LITERAL("* OK ready\r\n"),
      SMTP_REPLY_FOREIGN, 0, "* OK ready", 0 },
    { "tls", LITERAL("\x15\x03\x01"),
      SMTP_REPLY_MORE, 0, "\x15\x03\x01", 0 },
    { "an empty first line", LITERAL("\r\n220 a\r\n"),
      SMTP_REPLY_FOREIGN, 0, "", 7 },
    { "four digits", LITERAL("2200 a\r\n"),
      SMTP_REPLY_FOREIGN, 0, "2200 a", 0 },
    { "two digits", LITERAL("22 a\r\n"), SMTP_REPLY_FOREIGN, 0, "22 a", 0 },
    { "tab behind the code", LITERAL("220\ta\r\n"),
      SMTP_REPLY_FOREIGN, 0, "220\ta", 0 },
    { "letter for a digit", LITERAL("22O a\r\n"),
      SMTP_REPLY_FOREIGN, 0, "22O a", 0 },
};
/* clang-format on */

static void read_whole(struct smtp_reply *r, const char *in, size_t len,
                       size_t step, size_t *rest)
{
    size_t at = 0;

    while (at < len) {
        size_t n = len - at < step ? len - at : step;
        size_t took = smtp_reply_feed(r, in + at, n);

        at += took;
        if (took < n)
            break;
    }
    *rest = len - at;
}

static void check(size_t i, const struct smtp_reply *r, size_t rest, size_t how)
{
    if (r->state != cases[i].state || r->code != cases[i].code ||
        r->text_len != strlen(cases[i].text) ||
        memcmp(r->text, cases[i].text, r->text_len) != 0 ||
        rest != cases[i].rest)
        fail_msg("%s (split %zu): state %d code %u '%.*s' rest %zu",
                 cases[i].why, how, (int)r->state, r->code, (int)r->text_len,
                 r->text, rest);
}

static void replies_are_read_in_every_fragmentation(void **state)
{
    static char text[TEXT_MAX];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct smtp_reply r;
        size_t rest;

        for (size_t step = 1; step <= cases[i].len + 1; step++) {
            smtp_reply_init(&r, text, sizeof text);
            read_whole(&r, cases[i].in, cases[i].len, step, &rest);
            check(i, &r, rest, step);
        }
        for (size_t cut = 0; cut <= cases[i].len; cut++) {
            smtp_reply_init(&r, text, sizeof text);
            rest = cut - smtp_reply_feed(&r, cases[i].in, cut);
            rest += cases[i].len - cut;
            rest -= smtp_reply_feed(&r, cases[i].in + cut, cases[i].len - cut);
            check(i, &r, rest, cut);
        }
    }
}

/* So many lines: how each begins, how many x follow; then the last one. */
/* clang-format off */
static const struct {
    const char *why, *first;
    size_t n_x, n_lines;
    const char *last;
    enum smtp_reply_state state;
} bounds[] = {
    { "a line as long as may be", "220 ", SMTP_LINE_MAX - 5, 1, "",
      SMTP_REPLY_DONE },
    { "a line too long", "220 ", SMTP_LINE_MAX - 4, 1, "",
      SMTP_REPLY_TOO_LONG },
    { "64 lines", "220-", 1, SMTP_LINES_MAX - 1, "220 x\r\n",
      SMTP_REPLY_DONE },
    { "65 lines", "220-", 1, SMTP_LINES_MAX, "220 x\r\n",
      SMTP_REPLY_TOO_LONG },
    { "lines without codes count", "220-x\n", 1, SMTP_LINES_MAX / 2,
      "220 x\r\n", SMTP_REPLY_TOO_LONG },
    { "16 KiB in few lines", "220-", 1000, 16, "220 x\r\n",
      SMTP_REPLY_DONE },
    { "more than 16 KiB in few lines", "220-", 1020, 16, "220 x\r\n",
      SMTP_REPLY_TOO_LONG },
    { "no SMTP and no end", "", SMTP_LINE_MAX, 1, "",
      SMTP_REPLY_FOREIGN },
};
/* clang-format on */

static void build(struct buf *in, size_t i)
{
    for (size_t k = 0; k < bounds[i].n_lines; k++) {
        buf_add_text(in, bounds[i].first);
        for (size_t x = 0; x < bounds[i].n_x; x++)
            buf_add_char(in, 'x');
        buf_add_char(in, '\n');
    }
    buf_add_text(in, bounds[i].last);
}

static void replies_are_bounded(void **state)
{
    static char text[TEXT_MAX];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(bounds); i++) {
        struct buf in = { 0 };
        struct smtp_reply whole, r;
        size_t rest, rest2;

        build(&in, i);
        smtp_reply_init(&whole, text, sizeof text);
        read_whole(&whole, in.data, in.len, in.len, &rest);
        smtp_reply_init(&r, text, sizeof text);
        read_whole(&r, in.data, in.len, 1, &rest2);
        if (whole.state != bounds[i].state || r.state != bounds[i].state ||
            rest != rest2 || whole.text_len != r.text_len)
            fail_msg("%s: state %d and %d", bounds[i].why, (int)whole.state,
                     (int)r.state);
        buf_fini(&in);
    }
}

static void what_does_not_fit_is_read_but_not_kept(void **state)
{
    char text[8];
    struct smtp_reply r;

    (void)state;
    smtp_reply_init(&r, text, sizeof text);
    assert_int_equal(smtp_reply_feed(&r, LITERAL("250-abcdefgh\r\n250 i\r\n")),
                     21);
    assert_int_equal(r.state, SMTP_REPLY_DONE);
    assert_int_equal(r.text_len, sizeof text);
    assert_memory_equal(text, "250-abcd", sizeof text);
    assert_int_equal(smtp_reply_feed(&r, "250 x\r\n", 7), 0);
}

static const struct {
    const char *why, *in, *word, *list;
    bool offers_tls;
} hellos[] = {
    { "as Postfix says it",
      "250-mx.example\r\n250-PIPELINING\r\n250-SIZE 10240000\r\n"
      "250-STARTTLS\r\n250 8BITMIME\r\n",
      "mx.example", "PIPELINING\nSIZE 10240000\nSTARTTLS\n8BITMIME", true },
    { "one line", "250 mx.example at your service\r\n", "mx.example", "",
      false },
    { "a bare code", "250\r\n", "", "", false },
    { "a bare code at the end", "250-a b\r\n250-X\r\n250\r\n", "a", "X\n",
      false },
    { "lower case", "250-a\r\n250 starttls\r\n", "a", "starttls", true },
    { "another keyword", "250-a\r\n250 STARTTLSX\r\n", "a", "STARTTLSX",
      false },
    { "with a parameter", "250-a\r\n250 STARTTLS now\r\n", "a", "STARTTLS now",
      true },
    { "not as a parameter", "250-a\r\n250 XFOO STARTTLS\r\n", "a",
      "XFOO STARTTLS", false },
    { "the greeting line is no extension", "250-STARTTLS hello\r\n250 SIZE\r\n",
      "STARTTLS", "SIZE", false },
    { "lines without codes", "250-a\r\nHELP\r\n250 SIZE\r\n", "a", "HELP\nSIZE",
      false },
    { "a number that is no code", "250-a\r\n250-1234\r\n250 x\r\n", "a",
      "1234\nx", false },
};

static void hellos_are_taken_apart(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(hellos); i++) {
        char text[512];
        struct smtp_reply r;
        struct smtp_hello h;

        smtp_reply_init(&r, text, sizeof text);
        smtp_reply_feed(&r, hellos[i].in, strlen(hellos[i].in));
        smtp_reply_split(&r, &h);
        if (h.word_len != strlen(hellos[i].word) ||
            memcmp(h.word, hellos[i].word, h.word_len) != 0 ||
            h.list_len != strlen(hellos[i].list) ||
            memcmp(h.list, hellos[i].list, h.list_len) != 0 ||
            smtp_hello_offers(&h, "STARTTLS") != hellos[i].offers_tls)
            fail_msg("%s: '%.*s' '%.*s'", hellos[i].why, (int)h.word_len,
                     h.word, (int)h.list_len, h.list);
    }
}

static const struct {
    const char *in;
    bool is_blocked, is_ftp;
} sayings[] = {
    { "554 5.7.1 Service unavailable; client [192.0.2.1] blocked using "
      "zen.spamhaus.org",
      true, false },
    { "550 Your IP is BLACKLISTED", true, false },
    { "554-192.0.2.1 is listed\r\n554 at an RBL", true, false },
    { "421 see https://www.barracudacentral.org/", true, false },
    { "554 poor reputation", true, false },
    { "554 mx.example unlisted", false, false },
    { "554 No SMTP service here", false, false },
    { "554 marble.example", false, false },
    { "421 Too many connections", false, false },
    { "220 (vsFTPd 3.0.3)", false, true },
    { "220 ProFTPD Server (Debian)", false, true },
    { "220 Microsoft FTP Service", false, true },
    { "220---- Welcome to Pure-FTPd [privsep]\r\n220 x", false, true },
    { "220 ftp.example ESMTP", false, false },
    { "220 ftp.example", false, false },
    { "220 mail.example FTP server", false, false },
};

static void words_are_found(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(sayings); i++) {
        char text[512];
        struct smtp_reply r;

        smtp_reply_init(&r, text, sizeof text);
        smtp_reply_feed(&r, sayings[i].in, strlen(sayings[i].in));
        if (smtp_reply_says_blocked(&r) != sayings[i].is_blocked ||
            smtp_reply_says_ftp(&r) != sayings[i].is_ftp)
            fail_msg("'%s'", sayings[i].in);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(replies_are_read_in_every_fragmentation),
        cmocka_unit_test(replies_are_bounded),
        cmocka_unit_test(what_does_not_fit_is_read_but_not_kept),
        cmocka_unit_test(hellos_are_taken_apart),
        cmocka_unit_test(words_are_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
