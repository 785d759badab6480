/* Text that fits a terminal: pieces that the table and the explanation share.
 * Foreign octets are escaped in here. */
#ifndef REPORT_LAYOUT_H
#define REPORT_LAYOUT_H

#include "report/report.h"

/** The width asked for, kept to 80 … 160 columns. */
size_t layout_width(const struct report_request *q);

/** Columns that a text takes. */
size_t layout_columns(const char *text, size_t len);

/** Append @p text, cut to @p columns with "…" where it is longer. */
void layout_fit(struct buf *to, const char *text, size_t columns);

/** The same, filled up with spaces. */
void layout_pad(struct buf *to, const char *text, size_t columns);

/** Append items between ", ", broken at @p width; lines after the first are
 * indented. @param indent  columns already used on the first line */
void layout_wrap(struct buf *to, const char *const *items, size_t n,
                 size_t indent, size_t width);

/** Append the words of a text, broken at @p width; lines after the first are
 * indented, and a word that is longer than a line stands alone.
 * @param used  columns already used on the first line */
void layout_words(struct buf *to, const char *text, size_t used, size_t indent,
                  size_t width);

/** Where it lies: "192.0.2.0/30", "192.0.2.1–.6", "3 ranges". */
void layout_addresses(struct buf *to, const struct snow_finding *f);

/** One range: "192.0.2.0/30", "192.0.2.1–.6". */
void layout_range(struct buf *to, struct snow_range r);

/** As many items as fit, and how many more there are. */
void layout_some(struct buf *to, const char *const *items, size_t n,
                 size_t columns);

/** As many domains as fit, and how many more there are. */
void layout_domains(struct buf *to, const struct snow_finding *f,
                    size_t columns);

/** "created 2017-09-12 to 2018-01-05; Example Registrar (IANA 64500)". */
void layout_registration(struct buf *to, const struct snow_finding *f);

/** Names of customers, "A, B", or "none known". */
void layout_customers(struct buf *to, const struct snow_finding *f);

/** "4 addresses, median 19, most 29; spread 0.25 of the mean inside a run". */
void layout_reporters(struct buf *to, const struct snow_finding *f);

/** "0/4" speak SMTP of those greeted; "-" when nobody was. */
void layout_smtp(struct buf *to, const struct snow_finding *f);

/** Append a tier, coloured if that is asked for, filled up to @p columns. */
void layout_tier(struct buf *to, enum snow_tier tier, size_t columns,
                 bool colour);

#endif
