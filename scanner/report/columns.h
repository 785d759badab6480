/* Columns: one list per kind of record, from which CSV, JSON and
 * results/README.md come. */
#ifndef REPORT_COLUMNS_H
#define REPORT_COLUMNS_H

#include "analysis/complaints.h"
#include "report/pasts.h"
#include "report/websites.h"
#include "snowline/diff.h"

/** Each type with the word that results/README.md uses. */
/* clang-format off */
#define REPORT_TYPES(X)                    \
    X(TEXT,   "text")                      \
    X(LIST,   "list")                      \
    X(COUNT,  "count")                     \
    X(NUMBER, "number")                    \
    X(TIME,   "time")                      \
    X(FLAG,   "flag")
/* clang-format on */

#define X(name, word) REPORT_##name,
enum report_type { REPORT_TYPES(X) };
#undef X

enum report_state {
    REPORT_NOT_ASKED, /**< CSV: empty */
    REPORT_ABSENT,    /**< asked, and there is none; CSV: "-" */
    REPORT_KNOWN
};

#define REPORT_CELL_ROOM 512

/** One value of one record. */
struct report_cell {
    enum report_state state;
    struct buf text; /**< the value as text; of a LIST, elements each ended
                          by NUL; of a FLAG, "1" or "0" */
    char room[REPORT_CELL_ROOM]; /**< where most values fit */
};

/* What a getter calls: at most one of these (cell_element() many times). A
 * getter that calls none says "not asked". */
void report_cell_absent(struct report_cell *to);
void report_cell_text(struct report_cell *to, const void *octets, size_t len);
void report_cell_element(struct report_cell *to, const void *octets,
                         size_t len);
/** Elements separated by @p separator in @p text; absent when it is empty. */
void report_cell_split(struct report_cell *to, const char *text, size_t len,
                       char separator);
void report_cell_addr(struct report_cell *to, struct snow_addr a);
/** The smallest exact cover of each range, as elements. */
void report_cell_ranges(struct report_cell *to, const struct snow_range *ranges,
                        size_t n);
void report_cell_count(struct report_cell *to, uint64_t count);
/** @param decimals  behind the point; what is not finite is not told */
void report_cell_number(struct report_cell *to, double number, int decimals);
void report_cell_time(struct report_cell *to, int64_t utc_s);
void report_cell_flag(struct report_cell *to, bool value);

/** A named value of a record. A name "a.b" is member b of the object a in
 * JSON; columns of one object are neighbours. */
struct report_column {
    const char *name;
    enum report_type type;
    void (*get)(struct report_cell *to, const void *record, size_t at);
    size_t at;           /**< handed to get: an offset, an index */
    const char *meaning; /**< one sentence, Markdown */
};

/** A kind of record. */
struct report_kind {
    const char *name;
    const char *about; /**< which command writes it; Markdown */
    const struct report_column *columns;
    size_t n;
};

/** struct report_finding_row */
extern const struct report_kind report_kind_finding;
/** struct report_evidence_row */
extern const struct report_kind report_kind_evidence;
/** struct report_name_row */
extern const struct report_kind report_kind_name;
/** struct snow_change */
extern const struct report_kind report_kind_change;
/** struct report_told_row */
extern const struct report_kind report_kind_complaint;
/** struct report_ptr */
extern const struct report_kind report_kind_ptr;
/** struct snow_probe */
extern const struct report_kind report_kind_probe;
/** struct report_domain */
extern const struct report_kind report_kind_domain;

/** A column that nothing measures yet: always "not asked". */
void report_get_nothing(struct report_cell *to, const void *record, size_t at);

struct report_holders;
struct report_finding_row {
    const struct snow_finding *finding;
    bool has_registration; /**< a registry answered about one of its domains */
    const struct report_holders *holders;
    const struct snow_calibration *calibration; /**< NULL: none */
    const struct own *own; /**< NULL: no list of the user's own */
    struct report_website_counts web;
};

struct analysis_forward;
struct analysis_mta;
struct report_mail;

/** One address of a finding. */
struct report_evidence_row {
    const struct snow_finding *finding;
    uint64_t seq; /**< 1 … within the finding */
    struct snow_addr addr;
    uint8_t ptr_status;
    uint8_t n_names;
    const char *names;
    int64_t ptr_seen_utc_s; /**< or SNOW_TIME_UNKNOWN */
    const char *name;       /**< the one that belongs to the finding */
    const char *domain;     /**< of that name; NULL when there is none */
    const struct snow_probe *probe;               /**< NULL: not greeted */
    const struct analysis_mta *mta;               /**< likewise */
    const struct snow_registration *registration; /**< NULL: not asked */
    const struct analysis_forward *forward; /**< of the name; NULL: not asked */
    const struct analysis_forward
        *banner_forward;            /**< of the greeting's host */
    const struct report_mail *mail; /**< of the domain; NULL: not asked */
    const char *web;                /**< of the domain; NULL: not asked */
    struct report_past past;        /**< of the address, in other scans */
    const struct own *own;          /**< NULL: no list of the user's own */
    bool is_allowed;   /**< it lies in a finding that the user allows, if not
                            in this one */
    int64_t now_utc_s; /**< what an age is measured against */
};

/** One name of one address; an address without a name has one row, too. */
struct report_name_row {
    struct snow_addr addr;
    uint8_t status;
    const char *name; /**< NULL when there is none */
    int64_t seen_utc_s;
};

/** What became of one complaint. */
struct report_told_row {
    const struct analysis_complaints *all; /**< holds its texts */
    const struct analysis_complaint *told;
};

/* One record as one line: with CRLF (RFC 4180 §2), or as a JSON object without
 * a line end. */
void report_csv_header(struct buf *to, const struct report_kind *kind);
void report_csv_row(struct buf *to, const struct report_kind *kind,
                    const void *record);
void report_json_object(struct buf *to, const struct report_kind *kind,
                        const void *record);
void report_ndjson_row(struct buf *to, const struct report_kind *kind,
                       const void *record); /**< with its line end */

#endif
