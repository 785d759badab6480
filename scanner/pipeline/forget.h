/* What is kept no longer: old scans, and what mail servers said word by word.
 */
#ifndef PIPELINE_FORGET_H
#define PIPELINE_FORGET_H

#include "snowline/store.h"

/** Why a scan stays, or that it goes. */
enum forget_verdict {
    FORGET_IT,
    FORGET_YOUNG,      /**< it has not ended before that time */
    FORGET_NEWEST,     /**< the newest finished one: what it found stands */
    FORGET_LAST,       /**< the last of the store: what commands show */
    FORGET_UNFINISHED, /**< begun before it, to be resumed still */
};

/** Of a store's scans: which one goes? */
struct forget_plan {
    int64_t before_utc_s;
    bool takes_unfinished; /**< also scans that never ended */
    int64_t newest, last;  /**< 0: none; by forget_look() */
};

/** Find the newest and the last scan. */
int forget_look(struct forget_plan *p, struct snow_store *s,
                struct snow_error *err);

/** Pure, but for what forget_look() has found. */
enum forget_verdict forget_judge(const struct forget_plan *p,
                                 const struct snow_scan *scan);

/**
 * Reduce greetings that were heard before @p before_utc_s, and answers to EHLO,
 * to their wording (analysis_banner_redact()); the findings stay the same.
 * Several transactions: what is done is done.
 *
 * @param n  mail servers whose words were reduced
 * @return   0, SNOW_ENOMEM, SNOW_EIO (no suffix list), as snow_store_put()
 */
int forget_greetings(struct snow_store *s, int64_t scan, int64_t before_utc_s,
                     const char *psl_path, uint64_t *n, struct snow_error *err);

#endif
