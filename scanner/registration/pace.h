/* How often one RDAP host is asked, and when it is left alone. Pure: time is
 * an argument. */
#ifndef REGISTRATION_PACE_H
#define REGISTRATION_PACE_H

#include "loop/pacer.h"

#define PACE_BURST 3           /**< questions saved up at most */
#define PACE_PARALLEL 2        /**< connections to one host */
#define PACE_RETRY_DEFAULT_S 5 /**< doubled each time nothing else is said */
#define PACE_RETRY_MAX_S 300   /**< longest time that is waited out */
#define PACE_FAILURES 5        /**< in a row: the host is dead for now */
#define PACE_LIMITED 9 /**< in a row, whatever is asked: it has had enough */

/** A host. Zeroed memory after registration_pace_init(). */
struct registration_pace {
    struct pacer pacer;
    double rate;              /**< what was configured; 0: no limit */
    uint64_t resume_us;       /**< no question before this */
    uint64_t slowed_us;       /**< when it last asked for fewer questions */
    uint64_t restored_us;     /**< when it last was allowed some more */
    unsigned limited, failed; /**< answers of the kind in a row */
    unsigned closed_status;   /**< what its questions get while closed */
    uint64_t closed_until_us;
};

/**
 * How long to wait after a "too many" answer.
 *
 * @param retry_after  the header: seconds, or one of the three dates of
 *                     RFC 9110 §5.6.7; "" if none
 * @param limited      how many such answers in a row have come before
 * @return             seconds, 1 … PACE_RETRY_MAX_S: what the header says, or
 *                     the default, doubled each time
 */
unsigned registration_retry_s(const char *retry_after, int64_t now_utc_s,
                              unsigned limited);

void registration_pace_init(struct registration_pace *p, double rate,
                            uint64_t now_us);

/** May a question be sent now? True takes its token. */
bool registration_pace_take(struct registration_pace *p, uint64_t now_us);

/** How long until it is worth asking again. */
uint64_t registration_pace_wait_us(struct registration_pace *p,
                                   uint64_t now_us);

/** It answered: the rate is slowly restored, over minutes and however many
 * answers, as the limits of registries are by the minute or longer. */
void registration_pace_answered(struct registration_pace *p, uint64_t now_us);

/**
 * It asked for fewer questions: all wait, and the rate is halved; once for all
 * that were under way when it first said so.
 *
 * @param sent_us  when the question was sent
 */
void registration_pace_limited(struct registration_pace *p, unsigned wait_s,
                               uint64_t sent_us, uint64_t now_us);

/** Nothing came: refused, timed out, no address. */
void registration_pace_failed(struct registration_pace *p, uint64_t now_us);

/**
 * A host that failed PACE_FAILURES times, or was limited PACE_LIMITED times in
 * a row, is closed for PACE_RETRY_MAX_S: its questions are answered at once.
 * After that a single question tries it; one more of the kind closes it again.
 *
 * @return 0 for open, else the status that every question gets
 */
unsigned registration_pace_closed(const struct registration_pace *p,
                                  uint64_t now_us);

#endif
