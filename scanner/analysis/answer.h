/* What the DNS said to one question, as the analysis is told. */
#ifndef ANALYSIS_ANSWER_H
#define ANALYSIS_ANSWER_H

#include "snowline/records.h"

/** Borrowed from whoever asked. */
struct analysis_answer {
    uint8_t status;           /**< enum snow_ptr_status */
    const char *const *names; /**< [n_names] hosts of MX and NS; octets of TXT;
                                   of SOA the server, then the mailbox */
    const uint16_t *lens;     /**< of each name */
    const uint16_t *preferences; /**< of each MX */
    size_t n_names;
    const struct snow_addr *addrs; /**< [n_addrs] */
    size_t n_addrs;
    uint32_t serial; /**< of SOA */
};

#endif
