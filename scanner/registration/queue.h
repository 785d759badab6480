/* Questions in the order they came. */
#ifndef REGISTRATION_QUEUE_H
#define REGISTRATION_QUEUE_H

struct registration_ask;

/** First in, first out; zeroed memory is an empty one. */
struct registration_queue {
    struct registration_ask *first, *last;
};

void registration_queue_push(struct registration_queue *q,
                             struct registration_ask *a);
void registration_queue_push_front(struct registration_queue *q,
                                   struct registration_ask *a);
/** @return NULL when it is empty */
struct registration_ask *registration_queue_pop(struct registration_queue *q);

/** Put all of @p from in front of @p to. */
void registration_queue_join(struct registration_queue *to,
                             struct registration_queue *from);

/** Free what is in it, unanswered. */
void registration_queue_drop(struct registration_queue *q);

#endif
