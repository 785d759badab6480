/* report/mime.h: fields that nothing breaks out of, bodies that arrive as they
 * were. */
#include "report/mime.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define A40 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define A75 A40 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

/* clang-format off */
static const struct {
    const char *why, *value, *field;
} fields[] = {
    { "plain", "a few words", "Subject: a few words\r\n" },
    { "nothing", "", "Subject:\r\n" },
    { "folded at a space", A40 " " A40, "Subject: " A40 "\r\n " A40 "\r\n" },
    { "a word that is too long stays whole", A75 A40,
      "Subject:\r\n " A75 A40 "\r\n" },
    { "no line of its own", "a\r\nBcc: x@y.example\r\n\r\nbody",
      "Subject: a\\x0D\\x0ABcc: x@y.example\\x0D\\x0A\\x0D\\x0Abody\r\n" },
    { "no octets beyond ASCII", "na\xc3\xafve\x7f",
      "Subject: na\\xC3\\xAFve\\x7F\r\n" },
};

static const struct {
    const char *why, *phrase, *address, *field;
} mailboxes[] = {
    { "an address alone", "", "a@b.example", "To: <a@b.example>\r\n" },
    { "with a name", "Abuse Desk", "a@b.example",
      "To: \"Abuse Desk\" <a@b.example>\r\n" },
    { "quotes are quoted", "a \"b\" \\ c", "a@b.example",
      "To: \"a \\\"b\\\" \\\\ c\" <a@b.example>\r\n" },
    { "a comma makes no second address", "x@y.example, <z@y.example>",
      "a@b.example", "To: \"x@y.example, <z@y.example>\" <a@b.example>\r\n" },
    { "no line of its own", "a\r\nBcc: x@y.example", "a@b.example",
      "To: \"a\\\\x0D\\\\x0ABcc: x@y.example\" <a@b.example>\r\n" },
    { "other letters are encoded", "B\xc3\xbcro", "a@b.example",
      "To: =?utf-8?B?QsO8cm8=?= <a@b.example>\r\n" },
    { "and so are all words with them, cut between characters",
      A40 "a\xc3\xbc.", "a@b.example",
      "To: =?utf-8?B?YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFh"
      "YWFhYWFhYWFhYWE=?=\r\n =?utf-8?B?w7wu?= <a@b.example>\r\n" },
    { "no line with them is longer than 76", A40 "\xc3\xbc", "a@b.example",
      "To: =?utf-8?B?YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFh"
      "YWFhYWFhYWFhYcO8?=\r\n <a@b.example>\r\n" },
    { "nor is one they end on", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\xc3\xbc.",
      "a@b.example", "To: =?utf-8?B?YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFh"
      "YcO8Lg==?=\r\n <a@b.example>\r\n" },
    { "octets that are no text", "\xff", "a@b.example",
      "To: \"\\\\xFF\" <a@b.example>\r\n" },
    { "an address that is none is left out", "", "a@b.example>\r\nBcc: <c@d.e",
      "To: <>\r\n" },
};

#define PLAIN                                                              \
    "Content-Type: text/plain; charset=us-ascii\r\n"                       \
    "Content-Transfer-Encoding: 7bit\r\n\r\n"
#define QUOTED                                                             \
    "Content-Type: text/plain; charset=utf-8\r\n"                          \
    "Content-Transfer-Encoding: quoted-printable\r\n\r\n"

static const struct {
    const char *why, *text, *part;
} texts[] = {
    { "as it is", "one\n\n  two = 2\n", PLAIN "one\r\n\r\n  two = 2\r\n" },
    { "the longest line that is", A75 "b\n", PLAIN A75 "b\r\n" },
    { "one more", A75 "bc\n", QUOTED A75 "=\r\nbc\r\n" },
    { "other letters", "\xc3\xbc = u\n", QUOTED "=C3=BC =3D u\r\n" },
    { "a space at an end", "a \nb\n", QUOTED "a=20\r\nb\r\n" },
    { "what an mbox would quote", "From x\n", QUOTED "=46rom x\r\n" },
    { "only at a line's beginning", " From x\n", PLAIN " From x\r\n" },
    { "what would end the part", "--=_0\n", QUOTED "--=3D_0\r\n" },
    { "nor where a line was broken", A75 "From x\n",
      QUOTED A75 "=\r\n=46rom x\r\n" },
    { "no bare CR", "a\rb\n", QUOTED "a=0Db\r\n" },
    { "an octet is not torn apart", A40 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
      "\xc3\xbc\n",
      QUOTED A40 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa=\r\n=C3=BC\r\n" },
};

static const struct {
    const char *why;
    int64_t utc_s;
    const char *date, *line;
} moments[] = {
    { "the first", 0, "Date: Thu, 1 Jan 1970 00:00:00 +0000\r\n",
      "From a@b.example Thu Jan  1 00:00:00 1970\n" },
    { "a leap day", 1709210096, "Date: Thu, 29 Feb 2024 12:34:56 +0000\r\n",
      "From a@b.example Thu Feb 29 12:34:56 2024\n" },
    { "before the first", -1, "Date: Wed, 31 Dec 1969 23:59:59 +0000\r\n",
      "From a@b.example Wed Dec 31 23:59:59 1969\n" },
};
/* clang-format on */

static void check(const char *why, struct buf *got, const char *want)
{
    if (got->failed || strcmp(got->data, want) != 0)
        fail_msg("%s:\n%s\nfor\n%s", why, got->data, want);
    buf_fini(got);
}

static void fields_are_one_field(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(fields); i++) {
        struct buf got = { 0 };

        mime_field(&got, "Subject", fields[i].value);
        check(fields[i].why, &got, fields[i].field);
    }
}

static void mailboxes_are_one_mailbox(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(mailboxes); i++) {
        struct buf got = { 0 };

        mime_mailbox(&got, "To", mailboxes[i].phrase, mailboxes[i].address);
        check(mailboxes[i].why, &got, mailboxes[i].field);
    }
}

static void texts_are_encoded_where_they_must(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        struct buf text = { 0 }, got = { 0 };

        buf_add_text(&text, texts[i].text);
        mime_text(&got, &text);
        check(texts[i].why, &got, texts[i].part);
        buf_fini(&text);
    }
}

static void moments_are_told(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(moments); i++) {
        struct buf got = { 0 };

        mime_date(&got, moments[i].utc_s);
        check(moments[i].why, &got, moments[i].date);
        mime_mbox_line(&got, "a@b.example", moments[i].utc_s);
        check(moments[i].why, &got, moments[i].line);
    }
}

static void attachments_are_folded(void **state)
{
    struct buf octets = { 0 }, got = { 0 };

    (void)state;
    for (int i = 0; i < 58; i++)
        buf_add_char(&octets, '\0');
    mime_attachment(&got, "text/csv; charset=utf-8", "a.csv", &octets);
    check("57 octets a line", &got,
          "Content-Type: text/csv; charset=utf-8\r\n"
          "Content-Disposition: attachment; filename=\"a.csv\"\r\n"
          "Content-Transfer-Encoding: base64\r\n\r\n"
          "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
          "AAAAAAAAAAAA\r\nAA==\r\n");
    buf_fini(&octets);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_are_one_field),
        cmocka_unit_test(mailboxes_are_one_mailbox),
        cmocka_unit_test(texts_are_encoded_where_they_must),
        cmocka_unit_test(moments_are_told),
        cmocka_unit_test(attachments_are_folded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
