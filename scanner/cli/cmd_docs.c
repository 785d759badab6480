/* Commands that speak of the program: help, version, completion, manual. */
#include <unistd.h>

#include "cli/docs.h"
#include "cli/terminal.h"

#define HELP_LEAST 40 /* columns; narrower, and words stand alone */
#define HELP_MOST 110 /* wider lines are hard to read */

static size_t help_width(int fd)
{
    unsigned width = isatty(fd) ? terminal_width(fd) : 80;

    if (width == 0)
        return 80;
    return width < HELP_LEAST  ? HELP_LEAST
           : width > HELP_MOST ? HELP_MOST
                               : width;
}

static int print(struct buf *text, struct snow_error *err)
{
    struct report_fd fd = { .fd = STDOUT_FILENO };
    struct report_out out = report_to_fd(&fd);
    int code =
        text->failed ? SNOW_ENOMEM : out.write(out.arg, text->data, text->len);

    buf_fini(text);
    if (code && fd.reader_is_gone)
        return 0; /* a quiet end */
    return code ? snow_fail(err, code, "%s", snow_strerror(code)) : 0;
}

static int no_more_than(const struct snow_config *cfg, size_t n,
                        struct snow_error *err)
{
    if (cfg->targets.n <= n)
        return 0;
    return snow_fail(err, SNOW_EINVAL, "'%s' is one argument too many",
                     cfg->targets.at[n]);
}

int cmd_help(struct snow_config *cfg, struct outcome *o, struct snow_error *err)
{
    struct buf text = { 0 };
    const struct command *c = NULL;
    int code = no_more_than(cfg, 1, err);

    (void)o;
    if (!code && cfg->targets.n > 0)
        code = command_find(&c, cfg->targets.at[0], err);
    if (code)
        return code;
    if (c)
        docs_help_command(&text, c, help_width(STDOUT_FILENO));
    else
        docs_help(&text, help_width(STDOUT_FILENO));
    return print(&text, err);
}

int cmd_version(struct snow_config *cfg, struct outcome *o,
                struct snow_error *err)
{
    struct buf text = { 0 };
    int code = no_more_than(cfg, 0, err);

    (void)o;
    if (code)
        return code;
    buf_add_text(&text, "snowline " SNOW_VERSION "\n");
    return print(&text, err);
}

int cmd_completion(struct snow_config *cfg, struct outcome *o,
                   struct snow_error *err)
{
    struct buf text = { 0 };
    int code = no_more_than(cfg, 1, err);

    (void)o;
    if (code)
        return code;
    if (cfg->targets.n == 0)
        return snow_fail(err, SNOW_EINVAL, "for which shell? " DOCS_SHELLS);
    if (docs_completion(&text, cfg->targets.at[0]))
        return snow_fail(err, SNOW_EINVAL,
                         "no completion for '%s'; there is " DOCS_SHELLS,
                         cfg->targets.at[0]);
    return print(&text, err);
}

int cmd_manual(struct snow_config *cfg, struct outcome *o,
               struct snow_error *err)
{
    struct buf text = { 0 };
    int code = no_more_than(cfg, 0, err);

    (void)o;
    if (code)
        return code;
    docs_manual(&text);
    return print(&text, err);
}
