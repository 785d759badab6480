/* What the zones of domains say of mail, as far as exports print it. */
#ifndef REPORT_MAILS_H
#define REPORT_MAILS_H

#include "base/map.h"
#include "report/report.h"

/** Zeroed memory knows of no domain. */
struct report_mails {
    struct map by_domain; /**< 1 + where it begins in kept */
    struct buf kept;
};

/** Of one domain. */
struct report_mail {
    uint8_t mx_status, txt_status; /**< enum snow_ptr_status */
    const char *mx;                /**< hosts, ';' between, [mx_len] */
    const char *spf;               /**< record of any octets, [spf_len] */
    size_t mx_len, spf_len;
};

/** @return  0, SNOW_ENOMEM, SNOW_ESTORE
 *  @owner   the caller, with report_mails_fini() */
int report_mails_load(struct report_mails *out, const struct report_request *q,
                      struct snow_error *err);
void report_mails_fini(struct report_mails *m);

/** What is known of a domain; false when it was not asked. Borrowed. */
bool report_mails_get(const struct report_mails *m, const char *domain,
                      struct report_mail *out);

#endif
