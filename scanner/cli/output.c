#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/commands.h"

int only_store(const struct snow_config *cfg, const char **url,
               struct snow_error *err)
{
    if (cfg->targets.n != 1)
        return snow_fail(err, SNOW_EINVAL, "one store is needed; see --help");
    *url = cfg->targets.at[0];
    return 0;
}

/* A device or a pipe: written to as it is, never renamed over. */
static bool is_device(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode);
}

static int open_device(struct output *o, const char *path,
                       struct snow_error *err)
{
    o->fd.fd = open(path, O_WRONLY | O_CLOEXEC);
    if (o->fd.fd < 0)
        return snow_fail(err, SNOW_EIO, "%s: %s", path, strerror(errno));
    return 0;
}

/* What a scan has gathered in hours is not replaced by a list made of it. */
static bool is_database(const char *path)
{
    static const char magic[] = "SQLite format 3"; /* its NUL counts */
    char start[sizeof magic];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool is_one = fd >= 0 && read(fd, start, sizeof start) == sizeof start &&
                  memcmp(start, magic, sizeof magic) == 0;

    if (fd >= 0)
        close(fd);
    return is_one;
}

/* Does the name still lead to what was opened? */
static bool is_still(const char *path, int fd)
{
    struct stat name, file;

    return stat(path, &name) == 0 && fstat(fd, &file) == 0 &&
           name.st_dev == file.st_dev && name.st_ino == file.st_ino;
}

/* Two that write into one file would make of it what neither has written. What
 * a killed one left behind is taken over. */
static int open_alone(const char *path, struct snow_error *err)
{
    int fd;

    for (;;) {
        fd = open(path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0666);
        if (fd < 0)
            break;
        if (flock(fd, LOCK_EX | LOCK_NB) && errno == EWOULDBLOCK) {
            close(fd);
            return snow_fail(err, SNOW_EIO, "%s: another process is writing it",
                             path);
        }
        if (is_still(path, fd)) {
            if (ftruncate(fd, 0) == 0)
                return fd;
            break;
        }
        close(fd); /* the other has just given it its name */
    }
    snow_fail(err, SNOW_EIO, "%s: %s", path, strerror(errno));
    if (fd >= 0)
        close(fd);
    return SNOW_EIO;
}

static int open_file(struct output *o, const char *path, struct snow_error *err)
{
    size_t len = strlen(path);
    int fd;

    if (is_database(path))
        return snow_fail(err, SNOW_EINVAL,
                         "%s: is a store, or another database, and would be "
                         "lost: name another file",
                         path);
    o->path = strdup(path);
    o->temporary = malloc(len + sizeof ".part");
    if (!o->path || !o->temporary)
        return snow_fail(err, SNOW_ENOMEM, "out of memory");
    snprintf(o->temporary, len + sizeof ".part", "%s.part", path);
    fd = open_alone(o->temporary, err);
    if (fd < 0)
        return fd;
    o->fd.fd = fd;
    return 0;
}

int output_open(struct output *o, const struct snow_config *cfg,
                struct snow_error *err)
{
    int code;

    *o = (struct output){ .fd = { .fd = STDOUT_FILENO } };
    if (cfg->output[0] == '\0' || strcmp(cfg->output, "-") == 0)
        return 0;
    if (is_device(cfg->output))
        return open_device(o, cfg->output, err);
    code = open_file(o, cfg->output, err);
    if (code) { /* the temporary file, if there is one, is another's */
        free(o->path);
        free(o->temporary);
        *o = (struct output){ 0 };
    }
    return code;
}

int output_close(struct output *o, int code, struct snow_error *err)
{
    if (!o->path) {
        code = o->fd.reader_is_gone ? 0 : code; /* a quiet end */
        if (o->fd.fd > STDERR_FILENO)
            close(o->fd.fd);
        *o = (struct output){ 0 };
        return code;
    }
    if (!code && (fsync(o->fd.fd) || rename(o->temporary, o->path)))
        code = snow_fail(err, SNOW_EIO, "%s: %s", o->path, strerror(errno));
    if (code && o->temporary)
        unlink(o->temporary);
    if (o->fd.fd > STDERR_FILENO)
        close(o->fd.fd); /* from here on others may write */
    free(o->path);
    free(o->temporary);
    *o = (struct output){ 0 };
    return code;
}
