/* A question on its way to its answer. */
#ifndef DNS_SLOT_H
#define DNS_SLOT_H

#include "dns/answer.h"

struct dns_tcp;
struct dns_doubt;

/** In flight, waiting to be asked again, or with c-ares: always in exactly
 * one list (or in the unsent batch of a socket). */
struct dns_slot {
    struct dns_slot *prev, *next;
    struct dns_question question;
    uint64_t sent_us;
    uint64_t avoid;  /**< servers better not asked now, a bit each */
    uint64_t failed; /**< servers whose answer was no help */
    uint16_t id;     /**< of the present try, network order */
    uint16_t rcode;  /**< of the last answer that was no help */
    uint8_t status;  /**< of that answer; 0: there was none */
    uint8_t server;  /**< asked last */
    uint8_t tries;   /**< that counted */
    uint8_t failures;
    uint8_t said_by; /**< server of status */
    bool was_asked;
    bool is_overdue; /**< the server's window is not filled by it any more */
    uint8_t query_len;
    unsigned char query[DNS_QUERY_MAX];
    struct dns_doubt *doubt; /**< its answer is being checked; or NULL */
    struct dns_tcp *tcp;     /**< who asks it over TCP */
    unsigned tcp_answered;   /**< by its server over TCP, when it was asked */
    unsigned char *reply;    /**< over TCP, not read yet; NULL: it failed */
    size_t reply_len;
};

struct dns_list {
    struct dns_slot *first, *last;
};

static inline void dns_list_append(struct dns_list *l, struct dns_slot *s)
{
    s->prev = l->last;
    s->next = NULL;
    if (l->last)
        l->last->next = s;
    else
        l->first = s;
    l->last = s;
}

static inline void dns_list_remove(struct dns_list *l, struct dns_slot *s)
{
    if (s->prev)
        s->prev->next = s->next;
    else
        l->first = s->next;
    if (s->next)
        s->next->prev = s->prev;
    else
        l->last = s->prev;
}

static inline struct dns_slot *dns_list_take(struct dns_list *l)
{
    struct dns_slot *s = l->first;

    if (s)
        dns_list_remove(l, s);
    return s;
}

#endif
