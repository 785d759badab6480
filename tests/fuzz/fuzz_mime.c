/* A field stays one field; a body has lines of 76, no boundary, no "From ". */
#include <assert.h>

#include "report/mime.h"

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
    struct buf text = { 0 }, out = { 0 };
    const char *line;

    buf_add(&text, octets, len);
    buf_add_char(&text, '\n');
    mime_field(&out, "Subject", text.data);
    mime_mailbox(&out, "To", text.data, text.data);
    assert(strncmp(out.data, "Subject:", 8) == 0);
    for (line = out.data; (line = strstr(line, "\r\n")) && line[2]; line += 2)
        assert(line[2] == ' ' || strncmp(line + 2, "To:", 3) == 0);
    buf_clear(&out);
    if (memchr(octets, 0, len) == NULL)
        mime_text(&out, &text);
    for (line = out.data; line && *line; line = strstr(line, "\r\n") + 2) {
        assert(strcspn(line, "\r\n") <= MIME_LINE_MAX);
        assert(strncmp(line, "From ", 5) && strncmp(line, "--=_", 4));
    }
    buf_fini(&text);
    buf_fini(&out);
    return 0;
}
