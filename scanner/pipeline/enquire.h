/* Enquiries about domains: the registration client on a run. */
#ifndef PIPELINE_ENQUIRE_H
#define PIPELINE_ENQUIRE_H

#include "pipeline/reach.h"
#include "registration/client.h"

typedef int (*enquire_fn)(void *arg, const struct snow_registration *r);

struct enquire {
    struct stage stage;
    struct run *run;
    struct reach *reach;
    struct registration_client *client;
    uint64_t n_targets; /**< domains of the scan, with those learnt before */
    uint64_t by_status[16]; /**< with those of earlier runs */
    size_t open;            /**< asked and not answered */
    struct fed *fed;        /**< of these, those that were fed */
    bool is_fed;            /**< more domains may come while it runs */
    enum registration_gate (*gate)(void *arg, const char *host); /**< or NULL */
    void *gate_arg;
    void (*answered)(
        void *arg, void *owner, uint64_t ticket,
        const struct snow_registration *r); /**< of enquire_feed()*/
    enquire_fn answer;
    void *arg;
    int code;
};

/**
 * Put enquiries on a run.
 *
 * @param q        zeroed but for answer, answered, arg, n_targets,
 *                 by_status, is_fed, gate, gate_arg
 * @param domains  [n] to ask about; borrowed until enquire_end()
 * @return         0, SNOW_ENOMEM, SNOW_ESYNTAX, SNOW_EIO
 */
int enquire_start(struct enquire *q, struct run *run, struct reach *reach,
                  char *const *domains, size_t n, struct snow_error *err);

/** Ask about one more domain, with is_fed: answered() is told whose it was.
 * @param domain  borrowed until then @return 0, SNOW_ENOMEM */
int enquire_feed(struct enquire *q, const char *domain, void *owner,
                 uint64_t ticket);
void enquire_over(struct enquire *q); /**< no more domains come */

/** As greet_is_final(), of enum snow_registration_status. */
bool enquire_is_final(unsigned status, bool is_retry);

/** Tell how far they are; also of some that were never started. */
void enquire_count(const struct enquire *q, struct progress_stage *to);

void enquire_end(struct enquire *q); /**< before reach_close(); zeroed is
                                          fine */

/** Where registrations are cached if the user does not say. */
void enquire_cache_path(char *out, size_t cap, const struct snow_config *cfg);

#endif
