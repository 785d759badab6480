/* The other side of a talk, played on the test's own loop: a server that says
 * what a table tells it to. */
#ifndef TESTS_TELLER_H
#define TESTS_TELLER_H

#include <stdbool.h>
#include <stddef.h>

#include <uv.h>

#define TELLER_PARTS 4
#define TELLER_HEARD_MAX 64

/** How it ends what it says. */
enum teller_ending { TELLER_CLOSE, TELLER_RESET, TELLER_STAY, TELLER_FLOOD };

/** What it says: each part a moment after the one before. */
struct teller_answer {
    bool is_hasty; /**< does not wait for the question, nor read it */
    const char *says[TELLER_PARTS];
    enum teller_ending ending;
};

struct teller_caller;

/** Zeroed memory with answer set is ready for teller_open(). */
struct teller {
    /** What to say to a question; asked with "" for whoever is hasty. */
    const struct teller_answer *(*answer)(void *arg, const char *question);
    void *arg;

    uv_tcp_t listener;
    unsigned port;
    size_t n_accepted, n_open, n_open_most;
    struct teller_caller *callers;
    char heard[TELLER_HEARD_MAX]; /**< from the last caller */
    bool was_half_closed;         /**< a FIN came before all was said */
};

/** Listen on 127.0.0.1. */
void teller_open(struct teller *t, uv_loop_t *loop);

/** Listen no more, and send off whoever is there. */
void teller_close(struct teller *t);

#endif
