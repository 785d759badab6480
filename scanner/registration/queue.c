#include "registration/queue.h"

#include "registration/ask.h"

void registration_queue_push(struct registration_queue *q,
                             struct registration_ask *a)
{
    a->next = NULL;
    if (q->last)
        q->last->next = a;
    else
        q->first = a;
    q->last = a;
}

void registration_queue_push_front(struct registration_queue *q,
                                   struct registration_ask *a)
{
    a->next = q->first;
    q->first = a;
    if (!q->last)
        q->last = a;
}

struct registration_ask *registration_queue_pop(struct registration_queue *q)
{
    struct registration_ask *a = q->first;

    if (!a)
        return NULL;
    q->first = a->next;
    if (!q->first)
        q->last = NULL;
    return a;
}

void registration_queue_join(struct registration_queue *to,
                             struct registration_queue *from)
{
    if (!from->first)
        return;
    from->last->next = to->first;
    to->first = from->first;
    if (!to->last)
        to->last = from->last;
    *from = (struct registration_queue){ 0 };
}

void registration_queue_drop(struct registration_queue *q)
{
    struct registration_ask *a;

    while ((a = registration_queue_pop(q)))
        registration_ask_free(a);
}
