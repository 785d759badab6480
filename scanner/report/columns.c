#include "report/columns.h"

#include <math.h>

#define X(name, word) word,
static const char *const type_words[] = { REPORT_TYPES(X) };
#undef X

static const struct report_kind *const kinds[] = {
    &report_kind_finding, &report_kind_evidence,  &report_kind_name,
    &report_kind_change,  &report_kind_complaint, &report_kind_ptr,
    &report_kind_probe,   &report_kind_domain,
};

void report_cell_absent(struct report_cell *to)
{
    to->state = REPORT_ABSENT;
}

void report_cell_text(struct report_cell *to, const void *octets, size_t len)
{
    if (len == 0) {
        report_cell_absent(to);
        return;
    }
    to->state = REPORT_KNOWN;
    buf_add(&to->text, octets, len);
}

void report_cell_element(struct report_cell *to, const void *octets, size_t len)
{
    const char *at = octets;

    to->state = REPORT_KNOWN;
    for (size_t i = 0; i < len; i++) /* NUL ends an element */
        if (at[i] == '\0')
            len = i;
    buf_add(&to->text, octets, len);
    buf_add_char(&to->text, '\0');
}

void report_cell_split(struct report_cell *to, const char *text, size_t len,
                       char separator)
{
    report_cell_absent(to);
    for (size_t i = 0; i < len;) {
        const char *end = memchr(text + i, separator, len - i);
        size_t n = end ? (size_t)(end - text) - i : len - i;
        size_t skip = 0;

        while (skip < n && text[i + skip] == ' ')
            skip++;
        if (n > skip)
            report_cell_element(to, text + i + skip, n - skip);
        i += n + 1;
    }
}

void report_cell_addr(struct report_cell *to, struct snow_addr a)
{
    char text[SNOW_ADDR_TEXT_MAX];

    snow_addr_format(a, text);
    report_cell_text(to, text, strlen(text));
}

void report_cell_ranges(struct report_cell *to, const struct snow_range *ranges,
                        size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct snow_range left = ranges[i];
        struct snow_prefix p;
        char text[SNOW_PREFIX_TEXT_MAX];
        bool has_more = true;

        while (has_more) {
            has_more = snow_range_next_prefix(&left, &p);
            snow_prefix_format(p, text);
            report_cell_element(to, text, strlen(text));
        }
    }
}

void report_cell_count(struct report_cell *to, uint64_t count)
{
    to->state = REPORT_KNOWN;
    buf_add_u64(&to->text, count);
}

void report_cell_number(struct report_cell *to, double number, int decimals)
{
    if (!isfinite(number))
        return;
    to->state = REPORT_KNOWN;
    buf_add_fixed(&to->text, number, decimals);
}

void report_cell_time(struct report_cell *to, int64_t utc_s)
{
    char text[TEXT_TIME_MAX];

    text_format_time(utc_s, text);
    if (*text)
        report_cell_text(to, text, strlen(text));
}

void report_cell_flag(struct report_cell *to, bool value)
{
    report_cell_text(to, value ? "1" : "0", 1);
}

void report_get_nothing(struct report_cell *to, const void *record, size_t at)
{
    (void)to;
    (void)record;
    (void)at;
}

/* The list a;b;c. It is quoted by all means: some spreadsheets split cells at
 * ';' too, and would take what follows for a formula. */
static void add_csv_list(struct buf *to, const struct buf *elements)
{
    char room[REPORT_CELL_ROOM];
    struct buf joined;

    buf_init_in(&joined, room, sizeof room);
    if (elements->len > 0)
        buf_add(&joined, elements->data, elements->len - 1);
    for (size_t i = 0; i < joined.len; i++)
        if (joined.data[i] == '\0')
            joined.data[i] = ';';
    if (!joined.failed)
        text_csv_quoted(to, joined.data, joined.len);
    to->failed |= joined.failed;
    buf_fini(&joined);
}

static void add_csv_cell(struct buf *to, enum report_type type,
                         const struct report_cell *c)
{
    if (c->state == REPORT_ABSENT)
        buf_add_char(to, '-');
    if (c->state != REPORT_KNOWN)
        return;
    if (type == REPORT_LIST && memchr(c->text.data, '\0', c->text.len - 1))
        add_csv_list(to, &c->text);
    else if (type == REPORT_LIST)
        text_csv(to, c->text.data, c->text.len - 1);
    else if (type == REPORT_TEXT)
        text_csv(to, c->text.data, c->text.len);
    else /* written by ourselves: no formula, not even with a minus */
        buf_add(to, c->text.data, c->text.len);
}

/* Fetch a value; the memory of the one before is used again. */
static void get(struct report_cell *c, const struct report_column *column,
                const void *record)
{
    buf_clear(&c->text);
    c->state = REPORT_NOT_ASKED;
    column->get(c, record, column->at);
    if (c->text.failed)
        c->state = REPORT_NOT_ASKED;
}

void report_csv_header(struct buf *to, const struct report_kind *kind)
{
    for (size_t i = 0; i < kind->n; i++)
        buf_printf(to, "%s%s", i > 0 ? "," : "", kind->columns[i].name);
    buf_add_text(to, "\r\n");
}

void report_csv_row(struct buf *to, const struct report_kind *kind,
                    const void *record)
{
    struct report_cell c;

    buf_init_in(&c.text, c.room, sizeof c.room);
    for (size_t i = 0; i < kind->n; i++) {
        get(&c, &kind->columns[i], record);
        if (i > 0)
            buf_add_char(to, ',');
        add_csv_cell(to, kind->columns[i].type, &c);
        to->failed |= c.text.failed;
    }
    buf_add_text(to, "\r\n");
    buf_fini(&c.text);
}

static void add_json_list(struct buf *to, const struct buf *elements)
{
    buf_add_char(to, '[');
    for (size_t i = 0; i < elements->len;) {
        size_t len = strlen(elements->data + i);

        if (i > 0)
            buf_add_char(to, ',');
        text_json(to, elements->data + i, len);
        i += len + 1;
    }
    buf_add_char(to, ']');
}

static void add_json_value(struct buf *to, enum report_type type,
                           const struct report_cell *c)
{
    bool is_none = c->state != REPORT_KNOWN;

    if (c->state == REPORT_NOT_ASKED)
        buf_add_text(to, "null");
    else if (type == REPORT_LIST)
        add_json_list(to, &c->text);
    else if (type == REPORT_TEXT)
        text_json(to, is_none ? "" : c->text.data, c->text.len);
    else if (is_none)
        buf_add_text(to, "null");
    else if (type == REPORT_TIME)
        text_json(to, c->text.data, c->text.len);
    else if (type == REPORT_FLAG)
        buf_add_text(to, c->text.data[0] == '1' ? "true" : "false");
    else
        buf_add(to, c->text.data, c->text.len);
}

/* The object a column lies in: the length of the part before the dot, 0 for
 * the record itself. */
static size_t object_of(const struct report_column *c)
{
    const char *dot = strchr(c->name, '.');

    return dot ? (size_t)(dot - c->name) : 0;
}

/* "name": with the braces that close and open objects before it. @p before is
 * the object of the column before. @return its own */
static size_t add_json_key(struct buf *to, const struct report_kind *kind,
                           size_t i, size_t before)
{
    const struct report_column *c = &kind->columns[i];
    size_t object = object_of(c);
    bool is_inside = object > 0 && object == before &&
                     strncmp(c->name, c[-1].name, object) == 0;

    if (before > 0 && !is_inside)
        buf_add_char(to, '}');
    if (i > 0)
        buf_add_char(to, ',');
    if (object > 0 && !is_inside)
        buf_printf(to, "\"%.*s\":{", (int)object, c->name);
    buf_add_char(to, '"');
    buf_add_text(to, object > 0 ? c->name + object + 1 : c->name);
    buf_add(to, "\":", 2);
    return object;
}

void report_json_object(struct buf *to, const struct report_kind *kind,
                        const void *record)
{
    struct report_cell c;
    size_t object = 0;

    buf_init_in(&c.text, c.room, sizeof c.room);
    buf_add_char(to, '{');
    for (size_t i = 0; i < kind->n; i++) {
        get(&c, &kind->columns[i], record);
        object = add_json_key(to, kind, i, object);
        add_json_value(to, kind->columns[i].type, &c);
        to->failed |= c.text.failed;
    }
    if (object > 0)
        buf_add_char(to, '}');
    buf_add_char(to, '}');
    buf_fini(&c.text);
}

static void add_parts(struct buf *to)
{
    buf_add_text(to, "### Parts of a score\n\n"
                     "| part | weight | what it claims |\n|---|---|---|\n");
#define X(id, weight, name, claim)                                             \
    buf_add_text(to, "| `" name "` | " #weight " | " claim " |\n");
    SNOW_SCORE_PARTS(X)
#undef X
}

void report_columns_markdown(struct buf *to)
{
    add_parts(to);
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        buf_printf(to, "\n### %s\n\n%s\n\n", kinds[i]->name, kinds[i]->about);
        buf_add_text(to, "| column | type | meaning |\n|---|---|---|\n");
        for (size_t c = 0; c < kinds[i]->n; c++)
            buf_printf(to, "| `%s` | %s | %s |\n", kinds[i]->columns[c].name,
                       type_words[kinds[i]->columns[c].type],
                       kinds[i]->columns[c].meaning);
    }
}
