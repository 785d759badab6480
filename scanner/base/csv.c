#include "base/csv.h"

#include <errno.h>

/* --- a record's octets --- */

/* Append one line, its end included. @return 0; SNOW_ENOTFOUND at the end */
static int add_line(struct csv *c, struct snow_error *err)
{
    size_t from = c->record.len;
    int octet;

    while ((octet = getc(c->f)) != EOF) {
        if (octet == '\0' || c->record.len >= CSV_RECORD_MAX)
            return snow_fail(err, SNOW_ESYNTAX,
                             octet ? "%s:%llu: longer than 1 MiB"
                                   : "%s:%llu: a NUL; this is no text",
                             c->path, (unsigned long long)c->line);
        buf_add_char(&c->record, (char)octet);
        if (octet == '\n')
            break;
    }
    if (ferror(c->f))
        return snow_fail(err, SNOW_EIO, "%s: %s", c->path, strerror(errno));
    if (c->record.failed)
        return snow_fail(err, SNOW_ENOMEM, "out of memory");
    c->lines++;
    return c->record.len > from ? 0 : SNOW_ENOTFOUND;
}

/* Each quote opens or closes, a doubled one does both: an odd number of them
 * means that the record goes on in the next line. Only the line that is new is
 * looked at: a stray quote makes thousands of lines one record. */
static bool is_open(const struct buf *record, size_t from, bool was_open)
{
    bool open = was_open;

    for (size_t i = from; i < record->len; i++)
        open ^= record->data[i] == '"';
    return open;
}

static int read_record(struct csv *c, struct snow_error *err)
{
    size_t from = 0;
    bool open = false;
    int code;

    buf_clear(&c->record);
    c->line = c->lines + 1;
    code = add_line(c, err);
    while (!code && (open = is_open(&c->record, from, open))) {
        from = c->record.len;
        code = add_line(c, err);
        if (code == SNOW_ENOTFOUND)
            return snow_fail(err, SNOW_ESYNTAX,
                             "%s:%llu: a quote that is never closed", c->path,
                             (unsigned long long)c->line);
    }
    while (!code && c->record.len > 0 &&
           strchr("\r\n", c->record.data[c->record.len - 1]))
        c->record.data[--c->record.len] = '\0';
    return code;
}

/* --- fields --- */

/* Take one field apart in place; returns where the next begins, or NULL. */
static char *take_field(char *at, char separator)
{
    char *to = at;
    bool is_quoted = false;

    for (; *at && (is_quoted || *at != separator); at++) {
        if (*at != '"') {
            *to++ = *at;
        } else if (is_quoted && at[1] == '"') {
            *to++ = '"';
            at++;
        } else {
            is_quoted = !is_quoted;
        }
    }
    if (*at == '\0') {
        *to = '\0';
        return NULL;
    }
    *to = '\0'; /* to <= at: the separator, or before it */
    return at + 1;
}

static const char *trim(char *text)
{
    size_t n;

    while (text_is_space(*text))
        text++;
    n = strlen(text);
    while (n > 0 && text_is_space(text[n - 1]))
        text[--n] = '\0';
    return text;
}

size_t csv_split(char *record, char separator, const char **fields, size_t max)
{
    char *at = record;
    size_t n = 0;

    while (at && n < max) {
        char *field = at;

        at = take_field(at, separator);
        fields[n++] = trim(field);
    }
    return n;
}

static void split(struct csv *c)
{
    c->n_fields = csv_split(c->record.data, ',', c->fields, CSV_FIELDS_MAX);
}

int csv_next(struct csv *c, struct snow_error *err)
{
    int code;

    do
        code = read_record(c, err);
    while (!code && c->record.len == 0);
    if (!code)
        split(c);
    return code;
}

const char *csv_get(const struct csv *c, size_t column)
{
    size_t place = c->place[column];

    return place > 0 && place <= c->n_fields ? c->fields[place - 1] : "";
}

int csv_wrong(const struct csv *c, const char *value, const char *what,
              struct snow_error *err)
{
    return snow_fail(err, SNOW_ESYNTAX, "%s:%llu: '%.80s' is no %s", c->path,
                     (unsigned long long)c->line, value, what);
}

/* --- the header --- */

static void skip_mark(struct csv *c)
{
    static const char mark[] = "\xef\xbb\xbf";

    if (c->record.len >= 3 && memcmp(c->record.data, mark, 3) == 0)
        buf_drop_front(&c->record, 3);
}

static int read_header(struct csv *c, struct snow_error *err)
{
    int code = read_record(c, err);

    if (code == SNOW_ENOTFOUND)
        return snow_fail(err, SNOW_ESYNTAX, "%s: empty; it needs a header",
                         c->path);
    if (code)
        return code;
    skip_mark(c);
    split(c);
    for (size_t i = 0; i < c->n_columns; i++) {
        for (size_t k = c->n_fields; k-- > 0;)
            if (text_equal_fold(c->fields[k], c->columns[i].name))
                c->place[i] = k + 1;
        if (c->columns[i].is_required && c->place[i] == 0)
            return snow_fail(err, SNOW_ESYNTAX,
                             "%s: its header has no column '%s'", c->path,
                             c->columns[i].name);
    }
    return 0;
}

int csv_open(struct csv *c, const char *path, const struct csv_column *columns,
             size_t n, struct snow_error *err)
{
    *c = (struct csv){ .path = path, .columns = columns, .n_columns = n };
    c->f = fopen(path, "r");
    if (!c->f)
        return snow_fail(err, errno == ENOENT ? SNOW_EINVAL : SNOW_EIO,
                         "%s: %s", path, strerror(errno));
    return read_header(c, err);
}

void csv_close(struct csv *c)
{
    if (c->f)
        fclose(c->f);
    buf_fini(&c->record);
    *c = (struct csv){ 0 };
}
