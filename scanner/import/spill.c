#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "import/gather.h"

#define OUT_BUFFER (256u << 10)
#define IN_BUFFER (16u << 10) /* of each run; holds the longest item */

/** What stands in the file before each name. */
struct head {
    uint64_t hi, lo;
    uint32_t seen_utc_s;
    uint16_t len;
    uint8_t status, zero;
};

/** A run while it is read. */
struct spill_run {
    uint64_t at, end; /**< in the file: what is not in the buffer yet */
    char *in;         /**< [IN_BUFFER] */
    size_t from, to;  /**< what is left in it */
    struct head head; /**< of the item that is next */
};

struct spill {
    int fd;
    uint64_t len, run_from;
    struct buf out;
    struct spill_run *runs; /**< [n]; a heap while they are read */
    size_t n, cap;
    bool is_reading;
    bool has_taken; /**< the run at the top has given its item away */
};

/* A file without a name, where large ones may be. */
static int open_unnamed(struct snow_error *err)
{
    const char *folder = getenv("TMPDIR");
    char path[4096];
    int fd;

    if (!folder || !*folder)
        folder = access("/var/tmp", W_OK) == 0 ? "/var/tmp" : "/tmp";
    snprintf(path, sizeof path, "%s/snowline-XXXXXX", folder);
    fd = mkostemp(path, O_CLOEXEC);
    if (fd < 0)
        return snow_fail(err, SNOW_EIO,
                         "%s: %s; TMPDIR names another place for what does "
                         "not fit in memory",
                         path, strerror(errno));
    unlink(path);
    return fd;
}

int spill_new(struct spill **out, struct snow_error *err)
{
    struct spill *s = calloc(1, sizeof *s);

    if (!s)
        return snow_fail(err, SNOW_ENOMEM, "out of memory");
    s->fd = open_unnamed(err);
    if (s->fd < 0) {
        int code = s->fd;

        free(s);
        return code;
    }
    *out = s;
    return 0;
}

void spill_free(struct spill *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < s->n; i++)
        free(s->runs[i].in);
    free(s->runs);
    buf_fini(&s->out);
    close(s->fd);
    free(s);
}

/* --- writing --- */

static int flush(struct spill *s, struct snow_error *err)
{
    size_t done = 0;

    if (s->out.failed)
        return snow_fail(err, SNOW_ENOMEM, "out of memory");
    while (done < s->out.len) {
        ssize_t n = write(s->fd, s->out.data + done, s->out.len - done);

        if (n < 0 && errno != EINTR)
            return snow_fail(err, errno == ENOSPC ? SNOW_EFULL : SNOW_EIO,
                             "what does not fit in memory: %s; TMPDIR names "
                             "another place for it",
                             strerror(errno));
        done += n > 0 ? (size_t)n : 0;
    }
    s->len += s->out.len;
    buf_clear(&s->out);
    return 0;
}

int spill_put(struct spill *s, const struct gather_item *item,
              struct snow_error *err)
{
    struct head h = { .hi = item->addr.hi,
                      .lo = item->addr.lo,
                      .seen_utc_s = item->seen_utc_s,
                      .len = item->len,
                      .status = item->status };

    buf_add(&s->out, &h, sizeof h);
    buf_add(&s->out, item->name, item->len);
    return s->out.len < OUT_BUFFER ? 0 : flush(s, err);
}

int spill_end_run(struct spill *s, struct snow_error *err)
{
    int code = flush(s, err);

    if (!code && s->n == s->cap) {
        size_t cap = s->cap ? s->cap * 2 : 16;
        struct spill_run *more = realloc(s->runs, cap * sizeof *more);

        if (!more)
            return snow_fail(err, SNOW_ENOMEM, "out of memory");
        s->runs = more;
        s->cap = cap;
    }
    if (code)
        return code;
    s->runs[s->n++] = (struct spill_run){ .at = s->run_from, .end = s->len };
    s->run_from = s->len;
    return 0;
}

/* --- reading --- */

static size_t left(const struct spill_run *r)
{
    return r->to - r->from;
}

static int refill(const struct spill *s, struct spill_run *r,
                  struct snow_error *err)
{
    memmove(r->in, r->in + r->from, left(r));
    r->to = left(r);
    r->from = 0;
    while (r->at < r->end && r->to < IN_BUFFER) {
        size_t want = IN_BUFFER - r->to;
        ssize_t n;

        if (want > r->end - r->at)
            want = (size_t)(r->end - r->at);
        n = pread(s->fd, r->in + r->to, want, (off_t)r->at);
        if (n <= 0 && !(n < 0 && errno == EINTR))
            return snow_fail(err, SNOW_EIO, "what was spilled to disk: %s",
                             n < 0 ? strerror(errno) : "it is cut off");
        r->at += n > 0 ? (uint64_t)n : 0;
        r->to += n > 0 ? (size_t)n : 0;
    }
    return 0;
}

/* Make the next item of a run ready. @return 0, SNOW_ENOTFOUND at its end */
static int ready(const struct spill *s, struct spill_run *r,
                 struct snow_error *err)
{
    int code = 0;

    if (left(r) < sizeof r->head + SNOW_NAME_MAX && r->at < r->end)
        code = refill(s, r, err);
    if (code)
        return code;
    if (left(r) < sizeof r->head)
        return SNOW_ENOTFOUND;
    memcpy(&r->head, r->in + r->from, sizeof r->head);
    return 0;
}

static bool is_before(const struct spill_run *a, const struct spill_run *b)
{
    return a->head.hi != b->head.hi ? a->head.hi < b->head.hi
                                    : a->head.lo < b->head.lo;
}

static void sink_down(struct spill *s, size_t i)
{
    for (;;) {
        size_t least = i, child = 2 * i + 1;
        struct spill_run swap;

        if (child < s->n && is_before(&s->runs[child], &s->runs[least]))
            least = child;
        if (child + 1 < s->n && is_before(&s->runs[child + 1], &s->runs[least]))
            least = child + 1;
        if (least == i)
            return;
        swap = s->runs[i];
        s->runs[i] = s->runs[least];
        s->runs[least] = swap;
        i = least;
    }
}

static int begin_reading(struct spill *s, struct snow_error *err)
{
    int code = 0;

    s->is_reading = true;
    buf_fini(&s->out);
    for (size_t i = 0; !code && i < s->n; i++) {
        s->runs[i].in = malloc(IN_BUFFER);
        code = s->runs[i].in ? ready(s, &s->runs[i], err)
                             : snow_fail(err, SNOW_ENOMEM, "out of memory");
    }
    for (size_t i = s->n / 2; !code && i-- > 0;)
        sink_down(s, i);
    return code;
}

/* The run at the top goes on, or is over. */
static int go_on(struct spill *s, struct snow_error *err)
{
    struct spill_run *top = &s->runs[0];
    int code;

    top->from += sizeof top->head + top->head.len;
    code = ready(s, top, err);
    if (code == SNOW_ENOTFOUND) {
        free(top->in);
        *top = s->runs[--s->n];
        code = 0;
    }
    sink_down(s, 0);
    return code;
}

int spill_next(struct spill *s, struct gather_item *out, struct snow_error *err)
{
    const struct spill_run *top;
    int code = s->is_reading ? 0 : begin_reading(s, err);

    if (!code && s->has_taken)
        code = go_on(s, err);
    if (code)
        return code;
    s->has_taken = s->n > 0;
    if (s->n == 0)
        return SNOW_ENOTFOUND;
    top = &s->runs[0];
    *out =
        (struct gather_item){ .addr = { top->head.hi, top->head.lo },
                              .seen_utc_s = top->head.seen_utc_s,
                              .status = top->head.status,
                              .len = top->head.len,
                              .name = top->in + top->from + sizeof top->head };
    return 0;
}
