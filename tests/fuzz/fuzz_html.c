/* Whatever the octets: as text of the page they are no markup, no control and
 * UTF-8; as its data they end no element and read as they did before. */
#include <assert.h>

#include "base/json.h"
#include "report/html.h"

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
    struct buf text = { 0 }, json = { 0 }, safe = { 0 };
    struct doc *a = NULL, *b = NULL;

    html_add(&text, octets, len);
    for (size_t i = 0, n; i < text.len; i += n) {
        n = text_utf8((const unsigned char *)text.data + i, text.len - i);
        assert(n > 0 && !strchr("<>\"'\x7f", text.data[i]));
    }
    buf_add_char(&json, '[');
    text_json(&json, octets, len);
    buf_add_char(&json, ']');
    html_add_json(&safe, json.data, json.len);
    assert(!strpbrk(safe.data, "<>&"));
    assert(doc_parse(&a, json.data, json.len) ==
           doc_parse(&b, safe.data, safe.len));
    if (doc_text(doc_at(a, 0)))
        assert(strcmp(doc_text(doc_at(a, 0)), doc_text(doc_at(b, 0))) == 0);
    doc_free(a), doc_free(b);
    buf_fini(&text), buf_fini(&json), buf_fini(&safe);
    return 0;
}
