/* A name server that does what no real one does: loses, lies, dies. */
#ifndef SUPPORT_DNS_FIXTURE_H
#define SUPPORT_DNS_FIXTURE_H

#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

/** What it does with a query over TCP. */
enum dns_fixture_tcp {
    DNS_TCP_REFUSED,      /**< nobody listens */
    DNS_TCP_GOOD,         /**< answers */
    DNS_TCP_CLOSING,      /**< answers, and closes after each answer */
    DNS_TCP_SILENT,       /**< reads on */
    DNS_TCP_HANGING_UP,   /**< closes at once */
    DNS_TCP_ONE_OCTET,    /**< closes after one octet */
    DNS_TCP_EMPTY,        /**< a message of no octets */
    DNS_TCP_TRUNCATED,    /**< is truncated here, too */
    DNS_TCP_OTHER,        /**< the answer to another question */
    DNS_TCP_PROMISING,    /**< says 65,535 octets, sends few, closes */
    DNS_TCP_UNDERSTATING, /**< says fewer octets than it sends */
    DNS_TCP_JUNK,         /**< 65,535 octets that mean nothing */
    DNS_TCP_JUNK_BEHIND,  /**< the same with the right id and question */
};

/** How it behaves. A good answer to a PTR query is "host.example". */
struct dns_fixture_plan {
    bool is_closed;  /**< nobody listens at the port */
    bool is_junky;   /**< rubbish and forgeries before each answer */
    bool is_spoofed; /**< forgeries from another port and another
                          address before each answer */
    bool is_truncating;
    int truncates_about; /**< a.b.c.N only; 0: nothing, or everything */
    enum dns_fixture_tcp tcp;
    const char *records; /**< of every answer, instead of the good one */
    size_t records_len;
    unsigned n_records;     /**< it says so; 0: the good one */
    unsigned drops_percent; /**< queries lost */
    unsigned rcode;         /**< of every answer */
    unsigned silent_first;  /**< so many queries get no answer */
    unsigned dies_after;    /**< so many answers; 0: never */
    int mute_about;         /**< never answers about addresses a.b.c.N */
};

struct dns_fixture {
    struct dns_fixture_plan plan;
    struct sockaddr_storage addr;
    int fd;
    int tcp;      /**< listens; -1 */
    int spoof[2]; /**< neither is connected with the asker */
    pthread_t thread, tcp_thread;
    atomic_bool is_stopping;
    atomic_uint queries, answers, spoofs, over_tcp;
};

/** @return 0, or -1 @owner the caller, with dns_fixture_stop() */
int dns_fixture_start(struct dns_fixture *f,
                      const struct dns_fixture_plan *plan);
void dns_fixture_stop(struct dns_fixture *f); /**< zeroed is fine */

#endif
