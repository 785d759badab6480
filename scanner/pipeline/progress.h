/* How far a scan is: a snapshot that is handed to whoever shows it. */
#ifndef PIPELINE_PROGRESS_H
#define PIPELINE_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "snowline/addr.h"
#include "snowline/progress.h"

/** One stage: targets = sum of by_status[1…] + excluded + pending. */
struct progress_stage {
    uint64_t targets, excluded, pending;
    uint64_t by_status[16]; /**< [0] is unused */
    bool is_known;          /**< the targets of later stages come late */
    double rate_per_s;      /**< of answers, smoothed; 0 with nothing pending */
    double left_s;          /**< < 0 unknown; 0 when nothing is pending */
};

/** Every stage, by its word in all that is told of it. */
/* clang-format off */
#define PROGRESS_STAGES(X)                                               \
    X(sweep) X(probe) X(registration)                                      \
    X(forward) X(mail) X(web) X(netblock) /* look-ups */
/* clang-format on */
#define X(name) STAGE_OF_##name,
enum progress_stage_number { PROGRESS_STAGES(X) PROGRESS_N_STAGES };
#undef X

struct progress_server {
    char name[64];
    uint64_t sent, again, answered, timeouts;
    uint64_t by_status[16]; /**< final answers that it gave */
    unsigned window, in_flight;
    double rate_qps;         /**< it is held to this; 0: to its window alone */
    unsigned checked, wrong; /**< answers held against another resolver's */
    bool is_alive, is_doubtful, is_inventing, is_dropped;
};

/** An IPv6 prefix that was not walked, since everything below it exists:
 * with a name each (NAME), or none (NODATA). */
struct progress_note {
    struct snow_prefix prefix;
    uint8_t status;
};

#define PROGRESS_SERVERS 8
#define PROGRESS_NOTES 8

/** Many workers on one scan; zeroed where there is one. */
struct progress_fleet {
    unsigned n_workers;
    double share;                  /**< of the scan's rates, ours */
    uint64_t finished, unfinished; /**< shards */
    char note[160]; /**< why the store is waited for; "" while it is not */
};

struct progress {
    struct progress_stage sweep, probe, registration, forward, mail, web,
        netblock;
    struct snow_progress between; /**< what goes on while no stage runs; its
                                       stage is NULL where one does */
    uint64_t queries, queries_again, connections, http_requests;
    uint64_t whois_questions;
    uint64_t fallen_back; /**< asked of the resolvers, as a zone's own servers
                               did not help */
    double elapsed_s;
    double rate_per_s; /**< of answers, in the last second */
    double left_s;     /**< of the running stages, which run side by side, as
                            far as it is known; < 0 unknown */
    struct progress_server servers[PROGRESS_SERVERS]; /**< the first ones */
    size_t n_servers;
    struct progress_note notes[PROGRESS_NOTES]; /**< the first ones */
    size_t n_notes;
    char odd_name[256];     /**< that EHLO says, once it is known not to resolve
                                 to us and back; else "" */
    char rdap_missed[256];  /**< bootstrap document that did not come: */
    char rdap_snapshot[12]; /**< the snapshot of that day served; else "" */
    struct progress_fleet fleet;
    bool is_last;
};

/** Stage @p i, 0 … PROGRESS_N_STAGES - 1, and its word. */
struct progress_stage *progress_stage_at(struct progress *p, size_t i);
const struct progress_stage *progress_stage_of(const struct progress *p,
                                               size_t i);
const char *progress_stage_word(size_t i);

/** Targets of a stage that have an outcome. */
uint64_t progress_answered(const struct progress_stage *s);

typedef void (*progress_fn)(void *arg, const struct progress *p);

#endif
