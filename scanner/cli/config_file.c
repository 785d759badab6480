/*
 * The config file and the environment, by the table of options.
 *
 * A file is read only when it is named, by --config or SNOWLINE_CONFIG: what a
 * script does is not to depend on what lies in somebody's home. It may hold the
 * keys of all commands; those of others are checked, and passed over.
 */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/options.h"
#include "cli/suggest.h"

#define PREFIX "SNOWLINE_"
#define LINE_MAX_LEN 4096 /* octets; a longer line is no setting */
#define BOM "\xef\xbb\xbf"

/* A file that is read, and for whom. */
struct reader {
    struct snow_config *cfg;
    unsigned command;
    const char *path;
    unsigned line; /* 1 … */
    char text[LINE_MAX_LEN + 1];
    size_t len;
};

/* Is it a word of --format of any command, and of this one? */
static bool is_format(unsigned commands, const char *value)
{
    size_t n;
    const struct command *c = cli_commands(&n);
    uint64_t word;

    for (size_t i = 0; i < n; i++)
        if ((c[i].bit & commands) && c[i].formats &&
            cli_find_word(&word, c[i].formats, value) == 0)
            return true;
    return false;
}

static int only_check(const struct cli_option *o, const char *value,
                      const char *where, struct snow_error *err)
{
    struct snow_config scratch = { 0 };
    int code = cli_option_set(&scratch, o, value, where, err);

    cli_config_fini(&scratch);
    return code;
}

/* What was not written for this command alone: each has other options, and
 * other words of --format. */
static int give(struct snow_config *cfg, unsigned command,
                const struct cli_option *o, const char *value,
                const char *where, struct snow_error *err)
{
    if (strcmp(o->name, "format") == 0) {
        if (!is_format(o->commands, value))
            return snow_fail(err, SNOW_EINVAL, "%sno command has a format '%s'",
                             where, value);
        if (!is_format(command, value))
            return 0;
    }
    if (!(o->commands & command))
        return only_check(o, value, where, err);
    return cli_give(cfg, o, value, where, err);
}

/* --- lines --- */

static char *trim(char *text)
{
    size_t len;

    while (text_is_space(*text))
        text++;
    len = strlen(text);
    while (len > 0 && text_is_space(text[len - 1]))
        text[--len] = '\0';
    return text;
}

/* The value in what stands behind "=": in quotes, or up to a comment. */
static int read_value(char **out, char *text, const char *where,
                      struct snow_error *err)
{
    char *end = text;

    while (text_is_space(*text))
        text++;
    if (*text == '"') {
        end = strchr(text + 1, '"');
        if (!end)
            return snow_fail(err, SNOW_ESYNTAX,
                             "%sa quote that is never closed", where);
        *end++ = '\0';
        end = trim(end);
        if (*end && *end != '#')
            return snow_fail(err, SNOW_ESYNTAX,
                             "%s'%s' stands behind a closing quote", where,
                             end);
        *out = text + 1;
        return 0;
    }
    for (; *end; end++)
        if (*end == '#' && text_is_space(end[-1]))
            *end-- = '\0';
    *out = trim(text);
    return 0;
}

static const struct cli_option *key_of(char *name)
{
    const struct cli_option *o;

    for (char *s = name; *s; s++)
        if (*s == '_')
            *s = '-';
    o = cli_option_find(name);
    return o && o->commands ? o : NULL;
}

static int unknown_key(const char *name, const char *where,
                       struct snow_error *err)
{
    size_t n;
    const struct cli_option *o = cli_options(&n);
    struct suggestion near = { .word = name };

    for (size_t i = 0; i < n; i++)
        if (o[i].commands)
            suggest_offer(&near, o[i].name);
    return snow_fail(err, SNOW_EINVAL, "%sunknown key '%s'%s%s%s", where, name,
                     near.nearest ? "; did you mean " : "",
                     near.nearest ? near.nearest : "", near.nearest ? "?" : "");
}

static int config_line(struct reader *r, const char *where,
                       struct snow_error *err)
{
    char *name = trim(r->text), *equals = strchr(name, '='), *value = NULL;
    const struct cli_option *o;
    int code;

    if (*name == '\0' || *name == '#')
        return 0;
    if (!equals)
        return snow_fail(err, SNOW_ESYNTAX, "%sexpected NAME = VALUE", where);
    *equals = '\0';
    name = trim(name);
    o = key_of(name);
    if (!o)
        return unknown_key(name, where, err);
    code = read_value(&value, equals + 1, where, err);
    return code ? code : give(r->cfg, r->command, o, value, where, err);
}

/* @return 0; SNOW_EDONE at the end; SNOW_ERANGE, SNOW_ESYNTAX, SNOW_EIO */
static int read_line(struct reader *r, FILE *f)
{
    int c;

    r->len = 0;
    while ((c = getc(f)) != EOF && c != '\n') {
        if (c == '\0')
            return SNOW_ESYNTAX;
        if (r->len == LINE_MAX_LEN)
            return SNOW_ERANGE;
        r->text[r->len++] = (char)c;
        if (r->line == 0 && r->len == sizeof BOM - 1 &&
            memcmp(r->text, BOM, sizeof BOM - 1) == 0)
            r->len = 0; /* a mark at the front is none of the text */
    }
    r->text[r->len] = '\0';
    if (ferror(f))
        return SNOW_EIO;
    if (c == EOF && r->len == 0)
        return SNOW_EDONE;
    r->line++;
    return 0;
}

static int bad_line(const struct reader *r, int code, struct snow_error *err)
{
    if (code == SNOW_EIO)
        return snow_fail(err, SNOW_EINVAL, "%s: %s", r->path, strerror(errno));
    return snow_fail(err, code, "%s:%u: %s", r->path, r->line + 1,
                     code == SNOW_ERANGE ? "the line is too long"
                                         : "a NUL: this is no text");
}

static int read_lines(struct reader *r, FILE *f, struct snow_error *err)
{
    int code;

    while ((code = read_line(r, f)) == 0) {
        char where[300];
        int wrong;

        snprintf(where, sizeof where, "%.200s:%u: ", r->path, r->line);
        wrong = config_line(r, where, err);
        if (wrong)
            return wrong;
    }
    return code == SNOW_EDONE ? 0 : bad_line(r, code, err);
}

int cli_config_file(struct snow_config *cfg, unsigned command, const char *path,
                    struct snow_error *err)
{
    struct reader r = { .cfg = cfg, .command = command, .path = path };
    FILE *f = fopen(path, "re");
    int code;

    if (!f)
        return snow_fail(err, SNOW_EINVAL, "%s: %s", path, strerror(errno));
    code = read_lines(&r, f, err);
    fclose(f);
    return code;
}

/* --- the environment --- */

/* "dns-rate" as "SNOWLINE_DNS_RATE". */
static void variable_of(char out[64], const char *name)
{
    size_t at = sizeof PREFIX - 1;

    memcpy(out, PREFIX, sizeof PREFIX);
    for (; *name && at < 63; name++)
        out[at++] = *name == '-'           ? '_'
                    : text_is_alpha(*name) ? (char)(*name - 'a' + 'A')
                                           : *name;
    out[at] = '\0';
}

int cli_config_environment(struct snow_config *cfg, unsigned command,
                           bool is_configured, struct snow_error *err)
{
    size_t n;
    const struct cli_option *table = cli_options(&n);
    const char *path = getenv(PREFIX "CONFIG");
    int code = 0;

    if (path && *path && !is_configured && !(command & CLI_TALKS))
        code = cli_config_file(cfg, command, path, err);
    for (size_t i = 0; !code && i < n; i++) {
        char name[64], where[68];
        const char *value;

        variable_of(name, table[i].name);
        value = table[i].commands & command ? getenv(name) : NULL;
        if (!value)
            continue;
        if (table[i].kind == CLI_LIST)
            cli_forget_list(cfg, &table[i]);
        snprintf(where, sizeof where, "%s: ", name);
        code = give(cfg, command, &table[i], value, where, err);
    }
    return code;
}

/* A variable is doubted when it is near one of ours; others of that beginning
 * may belong to whatever runs us. */
static void doubt(struct buf *to, const char *variable)
{
    char name[SUGGEST_LEN_MAX + 1], meant[64];
    size_t n, len = strcspn(variable, "=");
    const struct cli_option *o = cli_options(&n);
    struct suggestion near = { .word = name };

    if (len >= sizeof name)
        return;
    for (size_t i = 0; i < len; i++)
        name[i] = variable[i] == '_' ? '-' : text_lower(variable[i]);
    name[len] = '\0';
    for (size_t i = 0; i < n; i++)
        if (o[i].commands)
            suggest_offer(&near, o[i].name);
    suggest_offer(&near, "config");
    if (!near.nearest)
        return;
    variable_of(meant, near.nearest);
    if (strncmp(meant + sizeof PREFIX - 1, variable, len) == 0 &&
        meant[sizeof PREFIX - 1 + len] == '\0')
        return; /* it is one */
    buf_add_text(to, "snowline: warning: " PREFIX);
    text_escape(to, variable, len);
    buf_printf(to, " is no setting; did you mean %s?\n", meant);
}

void cli_config_doubts(struct buf *to)
{
    for (char **v = environ; v && *v; v++)
        if (strncmp(*v, PREFIX, sizeof PREFIX - 1) == 0)
            doubt(to, *v + sizeof PREFIX - 1);
}
