#include "import/format.h"

#include "import/aliases.h"
#include "import/json_formats.h"
#include "import/name.h"
#include "import/text_formats.h"
#include "import/zone.h"

/* clang-format off */
static const struct import_format formats[] = {
    { "snowline", "ptr, probe and domain of this program, NDJSON",
      import_own_detect, import_own_take, NULL },
    { "zdns", "zdns 2 and later, NDJSON", import_zdns_detect, import_zdns_take,
      NULL },
    { "massdns-json", "massdns -o J", import_massdns_json_detect,
      import_reply_take, NULL },
    { "zdns1", "zdns before 2, NDJSON", import_zdns1_detect, import_reply_take,
      NULL },
    { "cof", "Common Output Format of passive DNS, NDJSON", import_cof_detect,
      import_cof_take, NULL },
    { "sonar", "Rapid7 Sonar rdns_v2, NDJSON", import_sonar_detect,
      import_sonar_take, NULL },
    { "dnsx", "dnsx -json", import_dnsx_detect, import_dnsx_take, NULL },
    { "massdns", "massdns -o S", import_massdns_detect, import_massdns_take,
      import_massdns_finish },
    { "zone", "a reverse zone's master file, or dig's answer",
      import_zone_detect, import_zone_take, import_zone_finish },
    { "csv", "a table with a header: ip, ptr, and perhaps status, time",
      import_table_detect, import_table_take, NULL },
    { "pairs", "an address and its name, as hakrevdns prints",
      import_blanks_detect, import_blanks_take, NULL },
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
    if (r->zone)
        buf_fini(&r->zone->parts);
    free(r->zone);
    aliases_free(r->aliases);
    *r = (struct import_reader){ 0 };
}

void import_clear(struct import_reader *r, struct buf *scratch)
{
    r->has_failed |= scratch->failed;
    buf_clear(scratch);
}

int import_take(struct import_reader *r, const struct import_format *f,
                char *line, size_t len)
{
    int code = f->take(r, line, len);

    return r->has_failed || r->text.failed || r->more.failed ? SNOW_ENOMEM
                                                             : code;
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
