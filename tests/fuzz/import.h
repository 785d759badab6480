/* What the fuzz targets of import/ share: a file is read line by line, and what
 * is handed in is looked at. */
#ifndef FUZZ_IMPORT_H
#define FUZZ_IMPORT_H

#include <assert.h>

#include "import/format.h"
#include "import/name.h"

/* A name reads back as itself; only a name has one. */
static int import_see(void *arg, const struct import_ptr *p)
{
    char name[SNOW_NAME_MAX];

    ++*(size_t *)arg;
    assert((p->status == SNOW_PTR_NAME) == (p->name != NULL));
    assert(p->status != SNOW_PTR_PENDING);
    assert(!p->name || (import_name(name, p->name, strlen(p->name)) == 0 &&
                        strcmp(name, p->name) == 0));
    return 0;
}

static int import_see_probe(void *arg, const struct snow_probe *p)
{
    ++*(size_t *)arg;
    assert(p->port > 0 && p->status != SNOW_SMTP_PENDING);
    return 0;
}

static int import_see_evidence(void *arg, const struct snow_evidence *e)
{
    ++*(size_t *)arg;
    assert(e->data_len > 0 && e->data[0] == '{' && strchr(e->subject, '.'));
    return 0;
}

/* @return how much was handed in */
static size_t import_all_lines(const struct import_format *f,
                               const uint8_t *octets, size_t len)
{
    size_t n = 0;
    struct import_taker to = { import_see, import_see_probe,
                               import_see_evidence, &n };
    struct import_reader r = { .to = &to, .origin = "2.0.192.in-addr.arpa" };
    char *text = malloc(len + 1), *line = text, *end = text + len;

    memcpy(text, octets, len);
    *end = '\0';
    while (line < end) {
        char *next = memchr(line, '\n', (size_t)(end - line));

        next = next ? next : end;
        *next = '\0';
        f->detect(line, (size_t)(next - line));
        import_take(&r, f, line, (size_t)(next - line));
        line = next + 1;
    }
    if (f->finish)
        f->finish(&r);
    import_reader_fini(&r);
    free(text);
    return n;
}

#endif
