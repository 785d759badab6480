#include "import/format.h"

#include "import/name.h"

/* clang-format off */
static const struct import_format formats[] = {
    { "snowline", "ptr, probe and domain of this program, NDJSON",
      import_own_detect, import_own_take, NULL },
};
/* clang-format on */

const struct import_format *import_formats(size_t *n)
{
    *n = COUNT_OF(formats);
    return formats;
}

const struct import_format *import_detect(const char *line, size_t len)
{
    for (size_t i = 0; i < COUNT_OF(formats); i++)
        if (formats[i].detect(line, len))
            return &formats[i];
    return NULL;
}

const struct import_format *import_format_find(const char *name)
{
    for (size_t i = 0; i < COUNT_OF(formats); i++)
        if (strcmp(formats[i].name, name) == 0)
            return &formats[i];
    return NULL;
}

void import_reader_fini(struct import_reader *r)
{
    buf_fini(&r->text);
    buf_fini(&r->more);
    *r = (struct import_reader){ 0 };
}

int import_give(struct import_reader *r, struct import_ptr *p, const char *name,
                size_t len)
{
    char text[SNOW_NAME_MAX];
    struct import_ptr one = *p;

    if (one.status == SNOW_PTR_PENDING)
        return 0; /* nobody asked */
    if (one.status == SNOW_PTR_NAME && !name)
        one.status = SNOW_PTR_NODATA;
    if (one.status == SNOW_PTR_NAME) {
        if (import_name(text, name, len))
            return SNOW_ESYNTAX;
        one.name = text;
    }
    if (one.seen_utc_s == SNOW_TIME_UNKNOWN)
        one.seen_utc_s = r->default_utc_s;
    return r->to->ptr(r->to->arg, &one);
}
