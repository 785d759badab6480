#include <errno.h>
#include <zlib.h>

#include "base/text.h"
#include "netblock/pfx2as.h"

#define READ_AT_ONCE 65536

/** A file being read, plain or gzip as its first octets say. */
struct reading {
    struct netblock_wanted *wanted;
    char line[NETBLOCK_LINE_MAX];
    size_t len; /**< of the line, with what did not fit */
};

static int end_line(struct reading *r)
{
    size_t len = r->len;

    r->len = 0;
    if (len >= sizeof r->line) {
        r->wanted->n_bad++;
        return 0;
    }
    if (len > 0 && r->line[len - 1] == '\r')
        len--;
    r->line[len] = '\0';
    return netblock_pfx2as_line(r->wanted, r->line, len);
}

static int take(struct reading *r, const char *octets, size_t n)
{
    int code = 0;

    for (size_t i = 0; !code && i < n; i++) {
        if (octets[i] == '\n')
            code = end_line(r);
        else if (r->len++ < sizeof r->line)
            r->line[r->len - 1] = octets[i];
    }
    return code;
}

/* What zlib says of a file that has been read to its end. */
static int check_end(gzFile f, const char *path, struct snow_error *err)
{
    int number;
    const char *reason = gzerror(f, &number);

    if (number == Z_OK || number == Z_STREAM_END)
        return 0;
    if (number == Z_ERRNO)
        return snow_fail(err, SNOW_EIO, "%s: %s", path, strerror(errno));
    if (number == Z_BUF_ERROR)
        reason = "it is cut off";
    return snow_fail(err, SNOW_EIO, "%s: %s: fetch it again", path, reason);
}

static int read_all(struct reading *r, gzFile f, const char *path,
                    struct snow_error *err)
{
    char octets[READ_AT_ONCE];
    int n, code = 0;

    while (!code && (n = gzread(f, octets, sizeof octets)) > 0)
        code = take(r, octets, (size_t)n);
    if (!code && r->len > 0)
        code = end_line(r);
    if (code)
        return netblock_routes_fail(err, code);
    return check_end(f, path, err);
}

int netblock_pfx2as_read(struct netblock_wanted *w, const char *path,
                         struct snow_error *err)
{
    struct reading r = { .wanted = w };
    gzFile f = gzopen(path, "rb");
    int code;

    if (!f)
        return snow_fail(err, errno == ENOENT ? SNOW_ENOTFOUND : SNOW_EIO,
                         "%s: %s", path, strerror(errno));
    code = read_all(&r, f, path, err);
    gzclose_r(f);
    if (!code && w->n_lines == 0)
        code = snow_fail(err, SNOW_ESYNTAX,
                         "%s: no line in it is \"PREFIX LENGTH AS\"", path);
    return code;
}
