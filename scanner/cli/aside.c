#include "cli/aside.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <unistd.h>

#define UNSENT_MAX (64u << 10)

/* Where poll() says so, a pipe takes PIPE_BUF octets without a wait
 * (POSIX write()). @return whether anything could be sent */
static bool send_some(struct aside *a, int wait_ms)
{
    struct pollfd p = { .fd = STDERR_FILENO, .events = POLLOUT };
    size_t len = a->unsent.len < PIPE_BUF ? a->unsent.len : PIPE_BUF;
    ssize_t n;

    if (poll(&p, 1, wait_ms) <= 0)
        return errno == EINTR && wait_ms < 0;
    n = write(STDERR_FILENO, a->unsent.data, len);
    if (n < 0 && (errno == EINTR || errno == EAGAIN))
        return wait_ms < 0;
    a->is_gone = n < 0;
    if (n > 0)
        buf_drop_front(&a->unsent, (size_t)n);
    return n > 0;
}

static void send_what_goes(struct aside *a)
{
    while (!a->is_gone && a->unsent.len > 0 && send_some(a, 0))
        ;
}

void aside_say(struct aside *a, const char *text, size_t len)
{
    if (a->is_gone || a->unsent.len + len > UNSENT_MAX)
        return;
    buf_add(&a->unsent, text, len);
    a->is_gone = a->unsent.failed;
    send_what_goes(a);
}

bool aside_is_free(struct aside *a)
{
    send_what_goes(a);
    return !a->is_gone && a->unsent.len == 0;
}

void aside_end(struct aside *a)
{
    while (!a->is_gone && a->unsent.len > 0)
        send_some(a, -1);
    buf_fini(&a->unsent);
    *a = (struct aside){ .is_gone = a->is_gone };
}
