/* Ask again, or is that the answer? Pure. */
#ifndef DNS_POLICY_H
#define DNS_POLICY_H

#include <stdbool.h>
#include <stdint.h>

/** What is known of a question when one of its tries has ended. */
struct dns_case {
    unsigned status;    /**< of this try; SNOW_PTR_TIMEOUT: no answer */
    unsigned tries;     /**< that counted so far, this one included */
    unsigned tries_max; /**< 1 … */
    unsigned failures;  /**< answers that helped nobody, this included */
    bool has_other;     /**< a live server has not failed this question */
};

/**
 * May a try that timed out be counted?
 *
 * Only if the server that was asked has answered something, anything, in the
 * second half of the wait: then it was there, and kept silent about this
 * address. Otherwise it may just be dead, which says nothing of the address.
 */
bool dns_policy_counts(uint64_t sent_us, uint64_t heard_us,
                       uint64_t timeout_us);

/** Is the status of this try the final answer? */
bool dns_policy_is_final(const struct dns_case *c);

#endif
