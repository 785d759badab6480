/* Tables: comma-separated values and their like, with a header whose words
 * are known, or the two columns of old without one. Pure. */
#include "base/csv.h"
#include "import/name.h"
#include "import/text_formats.h"

enum column { ADDR, NAME, STATUS, TIME, COLUMNS };

/* What a column may be called, the surest word first. */
/* clang-format off */
static const char *const words[COLUMNS][16] = {
    [ADDR] = { "ip", "ip_address", "ipaddress", "address", "addr", "ip_addr",
               "ipv4", "ipv6", "rrname", "qname", "query", "host", "name" },
    [NAME] = { "ptr", "ptr_name", "names", "hostname", "rdns", "reverse",
               "reverse_name", "rdata", "value", "answer", "target", "name",
               "host" },
    [STATUS] = { "status", "rcode", "status_code" },
    [TIME] = { "time", "timestamp", "seen", "last_seen", "time_last",
               "observed", "date" },
};
/* clang-format on */

static const char separators[] = ",\t;|";

static size_t find_column(const char *const *fields, size_t n,
                          enum column column, size_t taken)
{
    for (size_t w = 0; w < COUNT_OF(words[0]) && words[column][w]; w++)
        for (size_t i = 0; i < n; i++)
            if (i + 1 != taken && text_equal_fold(fields[i], words[column][w]))
                return i + 1;
    return 0;
}

/* "ip,name" and perhaps a time, which old sets have without a header. */
static bool is_headless(const char *const *fields, size_t n)
{
    struct snow_addr addr;
    char name[SNOW_NAME_MAX];

    return (n == 2 || n == 3) &&
           import_addr(&addr, fields[0], strlen(fields[0])) == 0 &&
           import_name(name, fields[1], strlen(fields[1])) == 0 &&
           (n == 2 ||
            import_time(fields[2], strlen(fields[2])) != SNOW_TIME_UNKNOWN);
}

static bool find_columns(size_t place[IMPORT_COLUMNS], char *line,
                         char separator, bool *is_header)
{
    const char *fields[CSV_FIELDS_MAX];
    size_t n = csv_split(line, separator, fields, CSV_FIELDS_MAX);

    memset(place, 0, IMPORT_COLUMNS * sizeof *place);
    *is_header = !is_headless(fields, n);
    if (!*is_header) {
        place[ADDR] = 1;
        place[NAME] = 2;
        place[TIME] = n == 3 ? 3 : 0;
        return true;
    }
    place[ADDR] = find_column(fields, n, ADDR, 0);
    for (enum column c = NAME; c < COLUMNS; c++)
        place[c] = find_column(fields, n, c, place[ADDR]);
    return place[ADDR] > 0 && place[NAME] > 0;
}

/* A byte order mark before the first line. */
static size_t skip_mark(const char *line, size_t *len)
{
    size_t n = *len >= 3 && memcmp(line, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;

    *len -= n;
    return n;
}

/* The first separator that makes columns of the line counts.
 * @return it, or 0 */
static char begin(size_t place[IMPORT_COLUMNS], const char *line, size_t len,
                  bool *is_header)
{
    char copy[1024];

    line += skip_mark(line, &len);
    if (len >= sizeof copy || memchr(line, '\0', len))
        return 0;
    for (const char *s = separators; *s; s++) {
        memcpy(copy, line, len);
        copy[len] = '\0';
        if (find_columns(place, copy, *s, is_header))
            return *s;
    }
    return 0;
}

bool import_table_detect(const char *line, size_t len)
{
    size_t place[IMPORT_COLUMNS];
    bool is_header;

    return begin(place, line, len, &is_header) != 0;
}

/* --- records --- */

/* The quote that our own exports put before what a spreadsheet would take for
 * a formula. */
static const char *bare(const char *cell)
{
    return cell[0] == '\'' && cell[1] && strchr("=+-@\t\r", cell[1]) ? cell + 1
                                                                     : cell;
}

static int give_names(struct import_reader *r, struct import_ptr *p,
                      const char *cell)
{
    bool is_list = r->separator != ';';
    int code = 0;

    while (!code && *cell) {
        size_t len = is_list ? strcspn(cell, ";") : strlen(cell);

        code = import_give(r, p, cell, len);
        cell += len + (cell[len] == ';');
    }
    return code;
}

/* An empty cell: nobody asked; "-": there is none. */
static int give(struct import_reader *r, struct import_ptr *p, const char *name,
                const char *status)
{
    bool is_absent = strcmp(name, "-") == 0;
    bool has_name = *name && !is_absent;

    p->status = has_name    ? SNOW_PTR_NAME
                : is_absent ? SNOW_PTR_NODATA
                            : SNOW_PTR_PENDING;
    if (*status)
        p->status = import_status(status, strlen(status));
    if (p->status != SNOW_PTR_NAME)
        return import_give(r, p, NULL, 0);
    if (!has_name) /* NOERROR alone: there is no name */
        return text_equal_fold(status, "name") ? SNOW_ESYNTAX
                                               : import_give(r, p, NULL, 0);
    return give_names(r, p, bare(name));
}

int import_table_take(struct import_reader *r, char *line, size_t len)
{
    const char *fields[CSV_FIELDS_MAX];
    const char *cell[COLUMNS];
    struct import_ptr p = { .seen_utc_s = SNOW_TIME_UNKNOWN };
    bool is_header = false;
    size_t n;

    if (!r->separator) {
        r->separator = begin(r->place, line, len, &is_header);
        if (!r->separator)
            return SNOW_ESYNTAX;
        if (is_header)
            return 0;
        line += skip_mark(line, &len);
    }
    if (memchr(line, '\0', len))
        return SNOW_ESYNTAX;
    n = csv_split(line, r->separator, fields, CSV_FIELDS_MAX);
    for (enum column c = ADDR; c < COLUMNS; c++)
        cell[c] =
            r->place[c] > 0 && r->place[c] <= n ? fields[r->place[c] - 1] : "";
    if (import_addr(&p.addr, cell[ADDR], strlen(cell[ADDR])))
        return SNOW_ESYNTAX;
    p.seen_utc_s = import_time(cell[TIME], strlen(cell[TIME]));
    return give(r, &p, cell[NAME], cell[STATUS]);
}
