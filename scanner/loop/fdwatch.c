#include "loop/fdwatch.h"

#include <uv.h>

#include "snowline/error.h"

struct watch {
    uv_poll_t poll;
    struct fdwatch *owner;
    int fd, events;
};

struct fdwatch {
    struct uv_loop_s *loop;
    fdwatch_fn fn;
    void *arg;
    struct watch **by_fd; /* [n_fds], NULL: not watched */
    size_t n_fds;
    size_t open_handles; /* with those that are closing */
    bool is_closing;
};

int fdwatch_new(struct fdwatch **out, struct uv_loop_s *loop, fdwatch_fn fn,
                void *arg)
{
    struct fdwatch *w = calloc(1, sizeof *w);

    if (!w)
        return SNOW_ENOMEM;
    w->loop = loop;
    w->fn = fn;
    w->arg = arg;
    *out = w;
    return 0;
}

/* The memory outlives the last handle. */
static void free_when_unused(struct fdwatch *w)
{
    if (!w->is_closing || w->open_handles > 0)
        return;
    free(w->by_fd);
    free(w);
}

static void on_closed(uv_handle_t *handle)
{
    struct watch *watch = handle->data;
    struct fdwatch *w = watch->owner;

    free(watch);
    w->open_handles--;
    free_when_unused(w);
}

/* An error on the descriptor is for its owner to find: it reads and writes.
 * libuv stops watching then, but what came before the error may take the owner
 * more than one call to read. */
static void on_poll(uv_poll_t *poll, int status, int events)
{
    const struct watch *watch = poll->data;
    const struct fdwatch *w = watch->owner;

    w->fn(w->arg, watch->fd, status < 0 || events & UV_READABLE,
          status < 0 || events & UV_WRITABLE);
    if (status < 0 && !uv_is_closing((uv_handle_t *)poll))
        uv_poll_start(poll, watch->events, on_poll);
}

static void forget(struct fdwatch *w, int fd)
{
    struct watch *watch = w->by_fd[fd];

    w->by_fd[fd] = NULL;
    if (watch)
        uv_close((uv_handle_t *)&watch->poll, on_closed);
}

static int make_room(struct fdwatch *w, int fd)
{
    size_t n = ((size_t)fd / 64 + 1) * 64;
    struct watch **grown;

    if ((size_t)fd < w->n_fds)
        return 0;
    grown = realloc(w->by_fd, n * sizeof *grown);
    if (!grown)
        return SNOW_ENOMEM;
    memset(grown + w->n_fds, 0, (n - w->n_fds) * sizeof *grown);
    w->by_fd = grown;
    w->n_fds = n;
    return 0;
}

static int add(struct fdwatch *w, int fd)
{
    struct watch *watch;

    if (make_room(w, fd))
        return SNOW_ENOMEM;
    watch = calloc(1, sizeof *watch);
    if (!watch)
        return SNOW_ENOMEM;
    if (uv_poll_init(w->loop, &watch->poll, fd)) {
        free(watch);
        return SNOW_EIO;
    }
    watch->poll.data = watch;
    watch->owner = w;
    watch->fd = fd;
    w->by_fd[fd] = watch;
    w->open_handles++;
    return 0;
}

int fdwatch_set(struct fdwatch *w, int fd, bool readable, bool writable)
{
    int events = (readable ? UV_READABLE : 0) | (writable ? UV_WRITABLE : 0);
    bool is_known = (size_t)fd < w->n_fds && w->by_fd[fd];
    int code;

    if (events == 0) {
        if (is_known)
            forget(w, fd);
        return 0;
    }
    code = is_known ? 0 : add(w, fd);
    if (code)
        return code;
    w->by_fd[fd]->events = events;
    if (uv_poll_start(&w->by_fd[fd]->poll, events, on_poll)) {
        forget(w, fd);
        return SNOW_EIO;
    }
    return 0;
}

void fdwatch_close(struct fdwatch *w)
{
    if (!w)
        return;
    w->is_closing = true;
    for (size_t fd = 0; fd < w->n_fds; fd++)
        forget(w, (int)fd);
    free_when_unused(w);
}
