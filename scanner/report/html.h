/* The pieces of the HTML report. The module's README is the first comment of
 * html.c. */
#ifndef REPORT_HTML_H
#define REPORT_HTML_H

#include "base/map.h"
#include "report/tree.h"
#include "report/writers.h"

/** What the sweep of a scan came to. IPv6 is counted by names alone: nobody
 * walks all of it. */
struct html_sweep {
    struct snow_ranges *targets, *ipv4; /**< all; of these, IPv4 */
    struct snow_ranges *own;  /**< addresses with a name of their own */
    struct snow_ranges *mail; /**< addresses that take mail */
    uint64_t by_status[16];   /**< of IPv4 addresses that were asked */
    uint64_t n_asked, n_pending, n_greeted;
    uint64_t n_ipv6_names, n_ipv6_pending;
    bool is_imported; /**< nobody is to be asked for the rest */
};

/** A report on its way out. */
struct html {
    const struct report_out *to;
    const struct report_request *q;
    struct snow_error *err;
    struct buf out;
    bool is_data; /**< inside of the JSON: no octet of it ends an element */
    uint64_t written;
    struct report_tree tree;
    struct html_sweep sweep;
    struct buf scan_text; /**< targets, NUL, settings, NUL of the scan */
    struct snow_scan scan;
    struct snow_ranges *found; /**< what findings shown cover */
    size_t n_left_out;  /**< findings that would be shown, were there room */
    size_t *shown;      /**< [tree.n] place among the findings that are shown */
    struct map domains; /**< of the findings shown, to 1 + place */
    struct map words;   /**< of the data, to 1 + place */
    struct buf words_json;
};

/** Write what has been gathered. @return 0, SNOW_ENOMEM, or as the output */
int html_flush(struct html *h);

/** The same once there is enough of it. */
int html_flush_full(struct html *h);

/** Append foreign octets as text of an element or a quoted attribute; what
 * turns text around or is not seen is shown by its number. */
void html_add(struct buf *to, const void *octets, size_t len);
void html_add_text(struct buf *to, const char *text);

/** Append JSON so that it can stand in a script element: "<", ">" and "&" by
 * their numbers, which JSON has in strings alone (HTML §4.12.1.3). */
void html_add_json(struct buf *to, const char *json, size_t len);

/** Append a time for people, "-" when it is not known. */
void html_add_time(struct buf *to, int64_t utc_s);

/** The place of a word in the data's list of words. */
size_t html_word(struct html *h, const char *word);

/** @return 0, SNOW_ENOMEM, SNOW_ESTORE, SNOW_EIO
 * @owner  the caller, with html_sweep_fini() */
int html_sweep_load(struct html_sweep *s, const struct report_request *q,
                    const struct snow_scan *scan, struct snow_error *err);
void html_sweep_fini(struct html_sweep *s); /**< zeroed is fine */

/* Elements of the page, each where page.html names it.
 * @return 0, SNOW_ENOMEM, SNOW_ESTORE, or as the output says */
int html_title(struct html *h);
int html_summary(struct html *h);
int html_tiers(struct html *h);
int html_settings(struct html *h);
int html_table(struct html *h);
int html_data(struct html *h);

/* Members of the data, without the comma behind. */
int html_map(struct html *h);
int html_domains(struct html *h);
int html_addresses(struct html *h);

#endif
