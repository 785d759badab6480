/* A made-up network for tests of the analysis: addresses with names, domains
 * with registrations, mail servers with greetings, fed to the core. */
#ifndef SUPPORT_ANALYSIS_LAB_H
#define SUPPORT_ANALYSIS_LAB_H

#include "analysis/core.h"

/** One address; at most 4 names. */
struct lab_place {
    struct snow_addr addr;
    unsigned status, n_names;
    char names[4 * 128];
    size_t names_len;
    size_t order; /* of two entries the later one counts */
};

struct lab {
    struct lab_place *places;
    size_t n, cap;
    struct snow_registration *registrations;
    size_t n_registrations, registrations_cap;
    struct snow_analysis_config cfg;
    char psl_path[64];
    struct analysis_psl *psl;
    const struct snow_network *holder; /**< of the network; NULL: not known */
    bool mail_is_open; /**< every named address greets with its name */
};

/** An empty network; a short suffix list of its own, so that results do not
 * depend on the machine's. Fails the test when it cannot. */
void lab_init(struct lab *l, const char *now);
void lab_fini(struct lab *l);

/** Give an address a name; a second call adds another one. */
void lab_name(struct lab *l, const char *addr, const char *name);
void lab_name_at(struct lab *l, struct snow_addr addr, const char *name);

/** An address whose question ended otherwise. */
void lab_outcome(struct lab *l, const char *addr, unsigned status);

/** Register a domain; an IANA number of 0 leaves the registrar unknown. */
void lab_register(struct lab *l, const char *domain, int64_t created_utc_s,
                  unsigned iana_id);
struct snow_registration *lab_registration(struct lab *l, size_t i);

/** Seconds of a date. */
int64_t lab_time(const char *text);

/** Passes 1 and 2, and what is added after them. */
struct analysis *lab_analyse(struct lab *l);

/** Run all passes, and add what else there is between them. */
struct analysis *lab_analyse(struct lab *l);
void lab_findings(struct lab *l, struct snow_findings *out);
void lab_candidates(struct lab *l, struct snow_candidates *out);

/** Write the short suffix list and open it. */
struct analysis_psl *lab_open_psl(char path[64]);

#endif
