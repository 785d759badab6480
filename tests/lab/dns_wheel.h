/* A timing wheel: answers that leave later, in slots of a millisecond. All its
 * memory is there from the start. */
#ifndef LAB_DNS_WHEEL_H
#define LAB_DNS_WHEEL_H

#include <netinet/in.h>

#include "lab/dns_reply.h"

#define DNS_WHEEL_SLOTS 16384  /* so many ms ahead, at most */
#define DNS_WHEEL_ITEMS 262144 /* 100,000 a second for 2.6 s */

struct dns_item {
    uint32_t next;
    uint32_t len;
    struct sockaddr_in peer;
    uint8_t said[DNS_MESSAGE_MAX];
};

struct dns_wheel {
    struct dns_item *items;
    uint32_t free;    /**< a list; its last ends in the untouched ones */
    uint32_t touched; /**< items used ever: memory not needed is never there */
    uint32_t n;       /**< waiting */
    uint64_t at_ms;   /**< all that was due until then is out */
    uint32_t first[DNS_WHEEL_SLOTS], last[DNS_WHEEL_SLOTS];
};

int dns_wheel_init(struct dns_wheel *w); /**< 0, or -1: out of memory */
void dns_wheel_fini(struct dns_wheel *w);

/** Borrow an item; NULL when all are taken. */
struct dns_item *dns_wheel_get(struct dns_wheel *w);
void dns_wheel_put(struct dns_wheel *w, struct dns_item *item);

/** Let @p item wait until @p due_ms; no earlier than the next slot. */
void dns_wheel_add(struct dns_wheel *w, struct dns_item *item, uint64_t due_ms);

/** Take one that is due at @p now_ms; NULL if none is. The first call of a
 * millisecond turns the wheel. */
struct dns_item *dns_wheel_due(struct dns_wheel *w, uint64_t now_ms);

#endif
