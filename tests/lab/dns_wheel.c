#include "lab/dns_wheel.h"

#include <stdlib.h>
#include <string.h>

#define NONE UINT32_MAX

int dns_wheel_init(struct dns_wheel *w)
{
    w->items = calloc(DNS_WHEEL_ITEMS, sizeof *w->items);
    w->free = NONE;
    w->touched = w->n = 0;
    w->at_ms = 0;
    memset(w->first, 0xff, sizeof w->first);
    return w->items ? 0 : -1;
}

void dns_wheel_fini(struct dns_wheel *w)
{
    free(w->items);
}

struct dns_item *dns_wheel_get(struct dns_wheel *w)
{
    struct dns_item *item;

    if (w->free == NONE)
        return w->touched < DNS_WHEEL_ITEMS ? &w->items[w->touched++] : NULL;
    item = &w->items[w->free];
    w->free = item->next;
    return item;
}

void dns_wheel_put(struct dns_wheel *w, struct dns_item *item)
{
    item->next = w->free;
    w->free = (uint32_t)(item - w->items);
}

void dns_wheel_add(struct dns_wheel *w, struct dns_item *item, uint64_t due_ms)
{
    uint64_t at = due_ms > w->at_ms ? due_ms : w->at_ms + 1;
    size_t slot = at % DNS_WHEEL_SLOTS;
    uint32_t i = (uint32_t)(item - w->items);

    item->next = NONE;
    if (w->first[slot] == NONE)
        w->first[slot] = i;
    else
        w->items[w->last[slot]].next = i;
    w->last[slot] = i;
    w->n++;
}

struct dns_item *dns_wheel_due(struct dns_wheel *w, uint64_t now_ms)
{
    if (w->n == 0)
        w->at_ms = now_ms;
    for (; w->at_ms < now_ms; w->at_ms++) {
        uint32_t *first = &w->first[(w->at_ms + 1) % DNS_WHEEL_SLOTS];
        struct dns_item *item = *first == NONE ? NULL : &w->items[*first];

        if (!item)
            continue;
        *first = item->next;
        w->n--;
        return item;
    }
    return NULL;
}
