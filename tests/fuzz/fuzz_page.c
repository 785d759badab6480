/* No page has more text than octets, its title is text, and what is cut off
 * takes no link. */
#include <assert.h>

#include "base/text.h"
#include "web/page.h"

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
    struct page_answer a = { .domain = "a.example",
                             .host = len % 3 ? "a.example" : "b.example",
                             .path = "/",
                             .status = 200,
                             .content_type = len % 2 ? "text/html" : "",
                             .body = (const char *)octets,
                             .len = len };
    struct page all, part;
    size_t n = 0, at = 0;

    assert(page_judge(&all, &a) == 0);
    assert(all.text_octets <= len + len / 2); /* UTF-16 may grow by so much */
    while (all.title[at] && (n = text_utf8((uint8_t *)all.title + at, 4)))
        at += n;
    assert(all.title[at] == '\0' && at < PAGE_TITLE_MAX);
    a.len = len / 2;
    assert(page_judge(&part, &a) == 0);
    assert(part.links_own <= all.links_own && part.forms <= all.forms);
    return 0;
}
