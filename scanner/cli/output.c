#include <errno.h>
#include <fcntl.h>
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

int output_open(struct output *o, const struct snow_config *cfg,
                struct snow_error *err)
{
    size_t len = strlen(cfg->output);

    *o = (struct output){ .fd = { .fd = STDOUT_FILENO } };
    if (len == 0 || strcmp(cfg->output, "-") == 0)
        return 0;
    if (is_device(cfg->output))
        return open_device(o, cfg->output, err);
    o->path = strdup(cfg->output);
    o->temporary = malloc(len + 8);
    if (!o->path || !o->temporary) {
        output_close(o, SNOW_ENOMEM, NULL);
        return snow_fail(err, SNOW_ENOMEM, "out of memory");
    }
    snprintf(o->temporary, len + 8, "%s.part", cfg->output);
    o->fd.fd =
        open(o->temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (o->fd.fd < 0) {
        snow_fail(err, SNOW_EIO, "%s: %s", o->temporary, strerror(errno));
        free(o->path);
        free(o->temporary);
        *o = (struct output){ 0 };
        return SNOW_EIO;
    }
    return 0;
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
    if (o->fd.fd > STDERR_FILENO)
        close(o->fd.fd);
    if (code && o->temporary)
        unlink(o->temporary);
    free(o->path);
    free(o->temporary);
    *o = (struct output){ 0 };
    return code;
}
