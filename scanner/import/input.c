#include "import/input.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#define READ_AT_ONCE (256u << 10)

struct input {
    gzFile f;
    const char *path;
    int64_t modified_utc_s;
    uint64_t size; /**< 0: it is no file */
    char *octets;  /**< [READ_AT_ONCE + 1]: what was read last */
    size_t at, n;
    struct buf line; /**< one that did not end in the octets at hand */
    bool is_long;
    bool is_over;
};

static int open_file(struct input *in, struct snow_error *err)
{
    bool is_stdin = strcmp(in->path, "-") == 0;
    int fd =
        is_stdin ? dup(STDIN_FILENO) : open(in->path, O_RDONLY | O_CLOEXEC);
    struct stat st;

    if (fd < 0)
        return snow_fail(err, errno == ENOENT ? SNOW_ENOTFOUND : SNOW_EIO,
                         "%s: %s", in->path, strerror(errno));
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
        in->modified_utc_s = st.st_mtime;
        in->size = (uint64_t)st.st_size;
    }
    in->f = gzdopen(fd, "rb");
    if (in->f)
        return 0;
    close(fd);
    return snow_fail(err, SNOW_ENOMEM, "out of memory");
}

int input_open(struct input **out, const char *path, struct snow_error *err)
{
    struct input *in = calloc(1, sizeof *in);
    int code;

    if (!in)
        return snow_fail(err, SNOW_ENOMEM, "out of memory");
    in->path = path;
    in->modified_utc_s = SNOW_TIME_UNKNOWN;
    in->octets = malloc(READ_AT_ONCE + 1);
    code = in->octets ? open_file(in, err)
                      : snow_fail(err, SNOW_ENOMEM, "out of memory");
    if (code) {
        input_close(in);
        return code;
    }
    gzbuffer(in->f, READ_AT_ONCE);
    *out = in;
    return 0;
}

void input_close(struct input *in)
{
    if (!in)
        return;
    if (in->f)
        gzclose_r(in->f);
    free(in->octets);
    buf_fini(&in->line);
    free(in);
}

int64_t input_modified_utc_s(const struct input *in)
{
    return in->modified_utc_s;
}

void input_position(const struct input *in, uint64_t *at, uint64_t *of)
{
    z_off_t offset = gzoffset(in->f);

    *at = offset > 0 ? (uint64_t)offset : 0;
    *of = in->size;
}

/* What zlib says of a file that has been read to its end. */
static int check_end(struct input *in, struct snow_error *err)
{
    int number;
    const char *reason = gzerror(in->f, &number);

    in->is_over = true;
    if (number == Z_OK || number == Z_STREAM_END)
        return 0;
    if (number == Z_ERRNO)
        reason = strerror(errno);
    if (number == Z_BUF_ERROR)
        reason = "it is cut off";
    return snow_fail(err, SNOW_EIO, "%s: %s", in->path, reason);
}

static int read_more(struct input *in, struct snow_error *err)
{
    int n = gzread(in->f, in->octets, READ_AT_ONCE);

    in->at = 0;
    in->n = n > 0 ? (size_t)n : 0;
    return n > 0 ? 0 : check_end(in, err);
}

/* A part of a line that goes on behind it. */
static void put_aside(struct input *in, size_t n)
{
    in->is_long |= in->line.len + n > IMPORT_LINE_MAX;
    if (!in->is_long)
        buf_add(&in->line, in->octets + in->at, n);
}

static int hand_over(struct input *in, char **line, size_t *len,
                     struct snow_error *err)
{
    char *whole = *line;

    if (in->line.failed)
        return snow_fail(err, SNOW_ENOMEM, "out of memory");
    if (in->line.data && in->line.len > 0) {
        whole = in->line.data;
        *len = in->line.len;
    }
    *line = in->is_long ? NULL : whole;
    if (in->is_long)
        return 0;
    if (*len > 0 && whole[*len - 1] == '\r')
        --*len;
    whole[*len] = '\0';
    return 0;
}

int input_line(struct input *in, char **line, size_t *len,
               struct snow_error *err)
{
    int code = 0;

    buf_clear(&in->line);
    in->is_long = false;
    for (;;) {
        char *from = in->octets + in->at;
        char *end = memchr(from, '\n', in->n - in->at);
        size_t n = end ? (size_t)(end - from) : in->n - in->at;

        if (in->is_over && in->line.len == 0 && !in->is_long)
            return SNOW_ENOTFOUND;
        if (!end && !in->is_over) {
            put_aside(in, n);
            if ((code = read_more(in, err)))
                return code;
            continue;
        }
        /* what was put aside, the rest of it behind */
        if (in->line.len > 0 || in->is_long)
            put_aside(in, n);
        in->at += n + (end != NULL);
        *line = from;
        *len = n;
        return hand_over(in, line, len, err);
    }
}
