#include "golden.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

void golden_read(struct buf *to, const char *path)
{
    char octets[4096];
    FILE *file = fopen(path, "rb");
    size_t n;

    if (!file)
        fail_msg("%s cannot be read", path);
    while ((n = fread(octets, 1, sizeof octets, file)) > 0)
        buf_add(to, octets, n);
    fclose(file);
}

static void write_file(const char *path, const struct buf *got)
{
    FILE *file = fopen(path, "wb");

    if (!file || fwrite(got->data, 1, got->len, file) != got->len ||
        fclose(file) != 0)
        fail_msg("%s cannot be written", path);
}

void golden_check(const char *path, const struct buf *got)
{
    struct buf want = { 0 };
    size_t at = 0, line = 1;

    assert_false(got->failed);
    if (getenv("GOLDEN_UPDATE"))
        write_file(path, got);
    golden_read(&want, path);
    while (at < want.len && at < got->len && want.data[at] == got->data[at])
        line += want.data[at++] == '\n';
    if (want.len != got->len || at < want.len)
        fail_msg("%s:%zu differs: want \"%.60s\", got \"%.60s\"; "
                 "GOLDEN_UPDATE=1 writes it anew",
                 path, line, want.data + at, got->data + at);
    buf_fini(&want);
}
