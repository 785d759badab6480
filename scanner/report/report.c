/*
 * report – findings and records on their way out.
 *
 *   report.c             the formats, and where their octets go
 *   columns.c            a record to a CSV row, a JSON object, Markdown
 *   *_columns.c          the columns: name, type, meaning, value
 *   csv.c ndjson.c       findings, evidence, names; records one a line
 *   evidence.c           every address of every finding, joined from the store
 *   xarf.c               a report on each address, for abuse desks
 *   stix.c misp.c        what is shared among those who watch over networks
 *   sharing.c            which findings these two name, and in what words
 *   object.c             JSON objects by hand, and their UUIDs
 *   table.c explain.c    for a terminal
 *   layout.c glyphs.c    how much fits into a line of it
 *   html*.c page/        a page for a browser, see html.c
 *   changes.c            what differs between two scans
 *   lists.c              what lists for machines name, and whom they spare
 *   list_files.c         lists that are loaded: prefixes, Postfix, nftables
 *   list_zones.c         lists that are served: rbldnsd, response policies
 *   decoys.c             what chance scores, under the table
 *   own_columns.c        what the user's own lists say
 *   tree.c               members of campaigns and strips; who is shown
 *   registrations.c      what registries said of the domains shown
 *   forwards.c mails.c   where names lead; MX and SPF of domains
 *   pasts.c              what other scans saw of addresses
 *   complaint.c …_text.c mime.c   messages to those who hold the addresses
 *   websites.c           what was seen of the websites of domains
 *
 * Always    foreign octets pass text_escape(), text_csv() or text_json();
 *           a write holds whole records, and its failure ends the report.
 * Never     a verdict: a finding resembles the pattern, it accuses nobody.
 * Start at  the table of formats below; a new column is one row in a
 *           *_columns.c, and results/README.md is made from it.
 * Sources   RFC 4180 (CSV), RFC 8259 (JSON).
 */
#include "report/writers.h"

#include <errno.h>
#include <unistd.h>

#define EMIT_LEN 32768 /* octets that are worth a system call */

/* clang-format off */
static const struct report_format formats[] = {
    { "table", "findings for a terminal", true, false, 0, false,
      report_table },
    { "csv", "findings, one row each", true, false, 0, false,
      report_csv },
    { "json", "findings as one JSON array", true, false, 0, false,
      report_json },
    { "ndjson", "findings, one JSON object a line", true, false, 0, false,
      report_ndjson },
    { "evidence-csv", "every address of every finding", true, true, 0, false,
      report_evidence_csv },
    { "names", "every reverse name of the scan", false, true, 0, false,
      report_names_csv },
    { "cidr", "addresses, one prefix a line", true, false, 0, true,
      report_cidr },
    { "rbldnsd", "addresses and domains, for rbldnsd", true, false,
      REPORT_NEEDS_ZONE, true, report_rbldnsd },
    { "rpz", "domains, a response policy zone", true, false,
      REPORT_NEEDS_ZONE, true, report_rpz },
    { "nft", "addresses, sets of nftables", true, false, 0, true,
      report_nft },
    { "postfix", "addresses, a table of Postfix", true, false, 0, true,
      report_postfix },
    { "xarf", "a report on each address (XARF v4), one JSON object a line",
      true, true, REPORT_NEEDS_REPORTER, true, report_xarf },
    { "stix", "addresses, names and reasons as a bundle (STIX 2.1)", true,
      true, 0, true, report_stix },
    { "misp", "the same as an event (MISP)", true, true, 0, true,
      report_misp },
    { "complaint", "a message to each abuse contact, as an mbox", true, true,
      REPORT_NEEDS_REPORTER, true, report_complaint },
    { "html", "a page for a browser", true, true, 0, false, report_html },
};
/* clang-format on */

const struct report_format *report_format_find(const char *name)
{
    for (size_t i = 0; i < COUNT_OF(formats); i++)
        if (strcmp(formats[i].name, name) == 0)
            return &formats[i];
    return NULL;
}

const struct report_format *report_format_list(size_t *n)
{
    *n = COUNT_OF(formats);
    return formats;
}

int report_write(const struct report_out *to, const struct report_format *f,
                 const struct report_request *q, struct snow_error *err)
{
    struct snow_error told = { 0 };
    int code = f->write(to, q, &told);

    if (code && told.code == 0)
        return snow_fail(err, code, "%s report: %s", f->name,
                         snow_strerror(code));
    if (code && err)
        *err = told;
    return code;
}

static int write_to_fd(void *arg, const char *octets, size_t len)
{
    struct report_fd *fd = arg;

    while (len > 0) {
        ssize_t n = write(fd->fd, octets, len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            fd->reader_is_gone = errno == EPIPE;
            return errno == ENOSPC || errno == EDQUOT || errno == EFBIG
                       ? SNOW_EFULL
                       : SNOW_EIO;
        }
        octets += n;
        len -= (size_t)n;
    }
    return 0;
}

struct report_out report_to_fd(struct report_fd *fd)
{
    return (struct report_out){ .write = write_to_fd, .arg = fd };
}

static int write_to_buf(void *arg, const char *octets, size_t len)
{
    struct buf *b = arg;

    buf_add(b, octets, len);
    return b->failed ? SNOW_ENOMEM : 0;
}

struct report_out report_to_buf(struct buf *b)
{
    return (struct report_out){ .write = write_to_buf, .arg = b };
}

int report_emit(const struct report_out *to, struct buf *b)
{
    int code = b->failed ? SNOW_ENOMEM : 0;

    if (code == 0 && b->len > 0)
        code = to->write(to->arg, b->data, b->len);
    buf_clear(b);
    return code;
}

int report_emit_full(const struct report_out *to, struct buf *b)
{
    return b->failed || b->len >= EMIT_LEN ? report_emit(to, b) : 0;
}
