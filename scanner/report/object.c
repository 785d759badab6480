#include "report/object.h"

/* 5c67d4ec-c977-4825-935b-b8b43588c639, drawn once by chance; never changed, or
 * all that others have stored would be reported anew. */
static const unsigned char space[DIGEST_UUID_LEN] = {
    0x5c, 0x67, 0xd4, 0xec, 0xc9, 0x77, 0x48, 0x25,
    0x93, 0x5b, 0xb8, 0xb4, 0x35, 0x88, 0xc6, 0x39,
};

static void add_comma(struct buf *to)
{
    if (to->len > 0 && !strchr("{[:\n", to->data[to->len - 1]))
        buf_add_char(to, ',');
}

void report_object_open(struct buf *to, char bracket)
{
    add_comma(to);
    buf_add_char(to, bracket);
}

void report_object_key(struct buf *to, const char *key)
{
    report_object_element(to, key);
    buf_add_char(to, ':');
}

void report_object_octets(struct buf *to, const char *key, const void *octets,
                          size_t len)
{
    report_object_key(to, key);
    text_json(to, octets, len);
}

void report_object_text(struct buf *to, const char *key, const char *text)
{
    report_object_octets(to, key, text, strlen(text));
}

void report_object_count(struct buf *to, const char *key, uint64_t count)
{
    report_object_key(to, key);
    buf_add_u64(to, count);
}

void report_object_time(struct buf *to, const char *key, int64_t utc_s)
{
    char text[TEXT_TIME_MAX];

    text_format_time(utc_s, text);
    report_object_text(to, key, text);
}

void report_object_element(struct buf *to, const char *text)
{
    add_comma(to);
    text_json(to, text, strlen(text));
}

void report_object_uuid(char out[DIGEST_UUID_TEXT_MAX], const struct buf *name)
{
    digest_uuid(out, space, name->data ? name->data : "", name->len);
}
