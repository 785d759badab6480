/* A line is one object, its members lie in it in order, and none of them
 * overlaps another. */
#include <assert.h>

#include "import/members.h"

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
    const char *line = (const char *)octets, *at = line;
    struct members_value object, key, v;
    struct members m;
    struct buf text = { 0 };

    if (members_line(&object, line, len))
        return 0;
    members_begin(&m, &object);
    while (members_next(&m, &key, &v) > 0) {
        assert(key.at >= at && v.at >= key.at + key.len);
        at = v.at + v.len;
        assert(at <= line + len);
        members_text(&text, &v, MEMBERS_CHARACTERS);
    }
    assert(text.len <= len);
    buf_fini(&text);
    return 0;
}
