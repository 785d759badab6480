/* Everything a person can set. Filled once by the option table, checked once,
 * constant from then on; each module is handed its own part. */
#ifndef PIPELINE_CONFIG_H
#define PIPELINE_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** What may be given more than once. */
struct text_list {
    char **at; /**< [n], each owned */
    size_t n;
};

/** Whom to greet; the order of the words of --smtp. */
enum smtp_whom { SMTP_CANDIDATES, SMTP_NAMED, SMTP_ALL, SMTP_NONE };

/** How to learn about domains; the order of the words of --registration. */
enum registration_how {
    REGISTRATION_AUTO,
    REGISTRATION_RDAP,
    REGISTRATION_WHOIS,
    REGISTRATION_NONE
};

/** Whether to look; the order of the words of --mail and --web. */
enum look { LOOK_CHECK, LOOK_NONE };

#define SNOW_OPTIONS_MAX 128

struct snow_config {
    /** Which options somebody has set, by their place in the table: these
     * count for more than what a stored scan remembers. */
    bool is_given[SNOW_OPTIONS_MAX];

    /* targets */
    struct text_list targets, excludes;
    bool include_reserved, yes_large, i_own_this_network;
    char *contact;

    /* sweep */
    struct text_list resolvers;
    double dns_rate, dns_block_rate, dns_timeout_s;
    uint64_t dns_window, dns_tries;
    uint64_t gso; /**< enum dns_gso */
    bool no_prune, authoritative;

    /* greeting */
    uint64_t smtp; /**< enum smtp_whom */
    uint64_t candidates_max, smtp_port, smtp_concurrency, smtp_per_block;
    double smtp_rate, smtp_block_rate;
    double connect_timeout_s, banner_timeout_s, smtp_timeout_s;
    char *ehlo, *source_ip;
    struct text_list
        smtp_controls; /**< "HOST[:PORT]" that are known to greet */
    bool no_starttls;

    /* registration */
    uint64_t registration; /**< enum registration_how */
    char *rdap_bootstrap, *registration_cache, *ca_file;
    struct text_list rdap_servers, whois_servers;
    double registration_rate, http_timeout_s;
    uint64_t background;

    /* what else is known of a domain, and of addresses */
    uint64_t mail, web; /**< enum look */
    uint64_t http_port;
    char *domains; /**< file of registrations of one's own */
    char *reports, *allow, *allocations; /**< more of them, of addresses */
    char *as_source; /**< where an AS number's prefixes come from */
    struct text_list known_origins; /**< "AS64500=A-B;C-D": what a resumed
                                         scan has learnt of AS numbers */

    /* import */
    struct text_list imported; /**< what the scan's names were read from;
                                    empty for a scan that asked itself */
    char *origin;              /**< of the relative names of a zone file */

    /* analysis */
    char *psl;
    uint64_t decoys;   /**< shuffles of the scan that are scored, too */
    double fdr;        /**< share of chance in the high tier, by the decoys */
    int64_t now_utc_s; /**< SNOW_TIME_UNKNOWN: the clock */

    /* the run */
    char *output;  /**< -o */
    uint64_t seed; /**< 0: pick one */
    double max_time_s;
    uint64_t lease_s; /**< how long a worker of a shared store may be silent */
    uint64_t max_queries, progress;
    bool dry_run;

    /* commands that read a store */
    uint64_t scan, retry, tier;
    char *format; /**< one of the command's own */
    uint64_t by;  /**< order of the table: 0 score, 1 customer */
    char *explain;

    /* who we are in what others read; "": not told, and never made up */
    char *reporter_org, *reporter_contact, *reporter_domain;
    char *sender_org, *sender_contact, *sender_domain;
    char *list_zone;
    uint64_t list_expiry_days;

    /* complaints */
    bool no_record, complaints;
    uint64_t after_days, older_than_days;
    bool unfinished; /**< scans that never ended are forgotten, too */
};

#endif
