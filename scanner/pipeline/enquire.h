/* Enquiries about domains: the registration client on a run, with HTTP and the
 * resolver that its names go through. */
#ifndef PIPELINE_ENQUIRE_H
#define PIPELINE_ENQUIRE_H

#include "dns/resolve.h"
#include "loop/http.h"
#include "pipeline/plan.h"
#include "pipeline/run.h"
#include "registration/client.h"

typedef int (*enquire_fn)(void *arg, const struct snow_registration *r);

struct enquire {
    struct stage stage;
    struct run *run;
    const struct plan *plan;
    struct dns_resolver *resolver;
    struct http *http;
    struct registration_client *client;
    uint64_t n_targets; /**< domains of the scan, with those learnt before */
    uint64_t by_status[16]; /**< with those of earlier runs */
    size_t open;            /**< asked and not answered */
    enquire_fn answer;
    void *arg;
    int code;
    char user_agent[320];
};

/**
 * Put enquiries on a run.
 *
 * @param q        zeroed but for answer, arg, n_targets, by_status
 * @param domains  [n] to ask about; borrowed until enquire_end()
 * @return         0, SNOW_ENOMEM, SNOW_ESYNTAX, SNOW_EIO
 */
int enquire_start(struct enquire *q, struct run *run, const struct plan *plan,
                  char *const *domains, size_t n, struct snow_error *err);
void enquire_end(struct enquire *q); /**< zeroed is fine */

/** Where registrations are cached if the user does not say. */
void enquire_cache_path(char *out, size_t cap, const struct snow_config *cfg);

#endif
