/* What became of complaints, one a line. */
#include "report/columns.h"
#include "report/layout.h"
#include "report/writers.h"

#define STATE 12
#define DAYS 12
#define WHERE 34
#define COUNTED 12
#define RECIPIENT 32

/* How long after it the later scan was; the day it was made while there is
 * none. */
static void add_days(struct buf *to, const struct analysis_complaint *told)
{
    char text[32];

    if (told->state == ANALYSIS_COMPLAINT_NOT_ASKED) {
        text_format_time(told->made_utc_s, text);
        text[strcspn(text, "T")] = '\0';
    } else {
        snprintf(text, sizeof text, "%.0f days",
                 (double)(told->seen_utc_s - told->made_utc_s) / 86400);
    }
    layout_pad(to, text, DAYS);
}

static void add_counts(struct buf *to, const struct analysis_complaint *told)
{
    char text[64];

    if (told->state == ANALYSIS_COMPLAINT_NOT_ASKED)
        snprintf(text, sizeof text, "- of %llu", (unsigned long long)told->n);
    else
        snprintf(text, sizeof text, "%llu of %llu",
                 (unsigned long long)told->same, (unsigned long long)told->n);
    layout_pad(to, text, COUNTED);
}

static void add_domains(struct buf *to, const struct report_told_row *row)
{
    const char *domain = row->all->text.data + row->told->domains;

    for (uint32_t i = 0; i < row->told->n_domains; i++) {
        buf_add_text(to, i > 0 ? ", " : "");
        text_escape(to, domain, strlen(domain));
        domain += strlen(domain) + 1;
    }
}

static void add_line(struct buf *to, const struct report_told_row *row)
{
    const char *text = row->all->text.data;

    layout_pad(to, analysis_complaint_word(row->told->state), STATE);
    add_days(to, row->told);
    layout_pad(to, text + row->told->range, WHERE);
    add_counts(to, row->told);
    layout_pad(to, text + row->told->recipient, RECIPIENT);
    buf_add_char(to, ' ');
    add_domains(to, row);
    buf_add_char(to, '\n');
}

static void add_foot(struct buf *to, const uint64_t n[], uint64_t all)
{
    buf_printf(to, "%llu complaint%s", (unsigned long long)all,
               all == 1 ? "" : "s");
    for (unsigned i = 0, told = 0; i < ANALYSIS_N_COMPLAINT_STATES; i++)
        if (n[i] > 0)
            buf_printf(to, "%s %llu %s", told++ == 0 ? ":" : ",",
                       (unsigned long long)n[i], analysis_complaint_word(i));
    buf_add_text(to, ".\n");
}

static void add_row(struct buf *to, const struct report_told_row *row,
                    enum report_changes_format format)
{
    if (format == REPORT_CHANGES_TEXT)
        add_line(to, row);
    if (format == REPORT_CHANGES_CSV)
        report_csv_row(to, &report_kind_complaint, row);
    if (format == REPORT_CHANGES_NDJSON)
        report_ndjson_row(to, &report_kind_complaint, row);
}

int report_complaints(const struct report_out *to,
                      const struct analysis_complaints *all,
                      int64_t until_utc_s, enum report_changes_format format)
{
    uint64_t n[ANALYSIS_N_COMPLAINT_STATES] = { 0 }, shown = 0;
    struct buf out = { 0 };
    int code = 0;

    if (format == REPORT_CHANGES_CSV)
        report_csv_header(&out, &report_kind_complaint);
    for (size_t i = 0; i < all->n && !code; i++) {
        struct report_told_row row = { all, &all->all[i] };

        if (row.told->made_utc_s > until_utc_s)
            continue;
        add_row(&out, &row, format);
        n[row.told->state]++;
        shown++;
        code = report_emit_full(to, &out);
    }
    if (format == REPORT_CHANGES_TEXT)
        add_foot(&out, n, shown);
    if (!code)
        code = report_emit(to, &out);
    buf_fini(&out);
    return code;
}
