/* Findings and records on their way out: to people, spreadsheets, programs.
 * The module's README is the first comment of report.c. */
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include "base/text.h"
#include "snowline/diff.h"

/** Where a report goes. One call is one record or several, whole; it returns 0,
 * SNOW_EIO or SNOW_EFULL, and anything but 0 ends the report and is returned
 * from it. */
struct report_out {
    int (*write)(void *arg, const char *octets, size_t len);
    void *arg;
};

/** A descriptor to write to. */
struct report_fd {
    int fd;
    bool reader_is_gone; /**< set with SNOW_EIO when it is a closed pipe */
};

/** Writes to @p fd, which must outlive it; SIGPIPE must be ignored. */
struct report_out report_to_fd(struct report_fd *fd);

/** Appends to @p b, which must outlive it. */
struct report_out report_to_buf(struct buf *b);

/** Who we are in what others read. Texts are "" where nobody told: what is not
 * known is not made up. */
struct report_identity {
    const char *reporter_org, *reporter_contact, *reporter_domain;
    const char *sender_org, *sender_contact, *sender_domain; /**< the
                                    reporter's own, unless others are told */
    const char *list_zone;    /**< that a list is served as, no dot behind */
    int64_t list_expiry_s;    /**< how long a list counts, from made_utc_s */
    const char *scan_contact; /**< that the scan showed to those it asked */
};

/** What of it a format cannot do without. */
enum report_need {
    REPORT_NEEDS_REPORTER = 1 << 0, /**< org, contact and domain */
    REPORT_NEEDS_ZONE = 1 << 1,
};

struct report_letters;

/** What to write. */
struct report_request {
    const struct report_identity *identity; /**< NULL: a format that needs none
                                                 of it */
    int64_t made_utc_s;                     /**< when it is written */
    const struct snow_findings *findings;   /**< NULL where not needed */
    struct snow_store *store; /**< NULL where not needed; csv, json and ndjson
                                   use it, if given, to tell a registrar that
                                   was asked for in vain from one that was
                                   not asked for */
    int64_t scan;
    const struct given *given; /**< registrations that count for more than the
                                    stored ones; NULL: none */
    const struct own *own; /**< what the user alone knows, as it was analysed
                                with; NULL: nothing */
    const char *psl_path;  /**< html only: the suffix list it was analysed with;
                                NULL or "": the system's */
    bool by_customer; /**< table only: what belongs to one customer together */
    enum snow_tier least; /**< shown at least; review unless somebody asks for
                               more. What belongs to a shown campaign or strip
                               is shown with it, whatever its own tier */
    unsigned width;       /**< columns of the terminal; 0: 100 */
    bool colour;          /**< table only */
    struct report_letters *letters; /**< complaint only: who takes the messages,
                                         and is told how many; NULL: nobody */
};

/** One way to write a report. */
struct report_format {
    const char *name;
    const char *about; /**< one line of help */
    bool needs_findings, needs_store;
    unsigned needs;       /**< enum report_need */
    bool is_for_machines; /**< it acts on what it reads: high alone, unless
                               somebody asks for more */
    int (*write)(const struct report_out *to, const struct report_request *q,
                 struct snow_error *err);
};

/** The format of that name, or NULL. */
const struct report_format *report_format_find(const char *name);

/** All formats, [*n]. */
const struct report_format *report_format_list(size_t *n);

/**
 * Write a report.
 *
 * @return 0; SNOW_EIO or SNOW_EFULL from the output; SNOW_ESTORE; SNOW_ENOMEM
 */
int report_write(const struct report_out *to, const struct report_format *f,
                 const struct report_request *q, struct snow_error *err);

/**
 * Tell how one finding came by its score, part by part.
 *
 * @param q   as for a table; `least` does not matter
 * @param id  the finding's id
 * @return    as report_write(); SNOW_ENOTFOUND when no finding has this id
 */
int report_explain(const struct report_out *to, const struct report_request *q,
                   const char *id, struct snow_error *err);

/** How `diff` prints; the order of its words. */
enum report_changes_format {
    REPORT_CHANGES_TEXT,
    REPORT_CHANGES_CSV,
    REPORT_CHANGES_NDJSON,
};

/** The format of that name; "text" for any other. */
enum report_changes_format report_changes_format(const char *name);

/** Changes on their way out. Zeroed, but for what a caller sets. */
struct report_changes {
    enum report_changes_format format;
    struct report_out to;
    enum snow_tier least; /**< findings that are below it in both scans are
                               counted, not shown */
    unsigned width;       /**< of text; 0: 100 */
    /* its own */
    struct buf out;
    int subject; /**< of the last line of text, -1: none */
    uint64_t n[SNOW_N_CHANGE_SUBJECTS][SNOW_N_CHANGES], n_hidden;
};

/** What stands before the changes. @return 0, or as the output says */
int report_changes_begin(struct report_changes *r,
                         const struct snow_scan *older,
                         const struct snow_scan *newer);

/** One change. @p arg is a struct report_changes. */
int report_change(void *arg, const struct snow_change *change);

/** What stands behind them; releases all. @param code  how it went so far
 * @return code, or as the output says */
int report_changes_end(struct report_changes *r, int code);

struct analysis_complaints;

/** Print what became of complaints, as `diff` prints.
 * @param until_utc_s  those made later are left out
 * @return 0, SNOW_ENOMEM, or as the output says */
int report_complaints(const struct report_out *to,
                      const struct analysis_complaints *all,
                      int64_t until_utc_s, enum report_changes_format format);

/** The answer about one address, as `ptr` prints it. */
struct report_ptr {
    struct snow_addr addr;
    uint8_t status;       /**< enum snow_ptr_status */
    uint8_t n_names;      /**< 0 unless status is NAME */
    uint32_t ttl;         /**< meaningful with a name */
    const char *names;    /**< each NUL-terminated, one behind the other */
    const char *resolver; /**< who answered; "" for nobody */
    int64_t seen_utc_s;
};

struct analysis_mail_setup;
struct analysis_website;

/** All that was learnt of a domain, as `domain` prints it. NULL: not asked. */
struct report_domain {
    const char *domain;
    const struct snow_registration *registration;
    const struct analysis_mail_setup *mail;
    const struct analysis_website *website;
};

/* Append one record as exactly one line of JSON. */
void report_ptr_ndjson(struct buf *to, const struct report_ptr *p);
void report_probe_ndjson(struct buf *to, const struct snow_probe *p);
void report_domain_ndjson(struct buf *to, const struct report_domain *d);

/** Append the Markdown of results/README.md that names every column. */
void report_columns_markdown(struct buf *to);

#endif
