/*
 * The command line, by the table.
 *
 * Not by getopt_long(): that takes any unique beginning of a name for the name,
 * and what a script has cut short would fail, or mean something else, once
 * there is another option.
 */
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/suggest.h"

enum arg_kind { ARG_TARGET, ARG_OPTION, ARG_CONFIG, ARG_HELP };

/* One thing that stands on the command line. */
struct arg {
    enum arg_kind kind;
    const struct cli_option *o; /* ARG_OPTION */
    const char *value;          /* NULL for a flag and --help */
};

/* Where on it we are. */
struct walk {
    unsigned command;
    int argc, at; /* argv[at] is the next */
    char **argv;
    bool is_over; /* "--" was seen: no more options */
};

void cli_forget_list(struct snow_config *cfg, const struct cli_option *o)
{
    struct text_list *list = (void *)((char *)cfg + o->at);

    for (size_t i = 0; i < list->n; i++)
        free(list->at[i]);
    free(list->at);
    *list = (struct text_list){ 0 };
}

int cli_add_target(struct snow_config *cfg, const char *text)
{
    static const struct cli_option target = { .name = "target",
                                              .kind = CLI_LIST,
                                              .at = offsetof(struct snow_config,
                                                             targets) };

    return cli_option_set(cfg, &target, text, "", NULL);
}

int cli_add_known_origin(struct snow_config *cfg, const char *text)
{
    static const struct cli_option known = { .name = "known-origin",
                                             .kind = CLI_LIST,
                                             .at = offsetof(struct snow_config,
                                                            known_origins) };

    return cli_option_set(cfg, &known, text, "", NULL);
}

int cli_give(struct snow_config *cfg, const struct cli_option *o,
             const char *value, const char *where, struct snow_error *err)
{
    size_t n;

    cfg->is_given[o - cli_options(&n)] = true;
    return cli_option_set(cfg, o, value, where, err);
}

bool cli_is_given(const struct snow_config *cfg, const char *name)
{
    size_t n;

    return cfg->is_given[cli_option_find(name) - cli_options(&n)];
}

/* --- what is none of the command's options --- */

/* "--smtp is of scan, resume and status, not of export". */
static int of_others(const struct cli_option *o, unsigned command,
                     struct snow_error *err)
{
    size_t n;
    const struct command *all = cli_commands(&n);
    struct buf owners = { 0 };
    unsigned left = o->commands;
    int code;

    for (size_t i = 0; i < n; i++) {
        if (!(all[i].bit & left))
            continue;
        left &= ~all[i].bit;
        buf_printf(&owners, "%s%s",
                   owners.len == 0 ? ""
                   : left          ? ", "
                                   : " and ",
                   all[i].name);
    }
    code = snow_fail(err, SNOW_EINVAL, "--%s is of %s, not of %s", o->name,
                     owners.failed ? "others" : owners.data,
                     cli_command_of(command)->name);
    buf_fini(&owners);
    return code;
}

/* @param typed  "--formt" @param name  of the option in it, "formt" */
static int unknown(unsigned command, const char *typed, const char *name,
                   struct snow_error *err)
{
    size_t n;
    const struct cli_option *table = cli_options(&n);
    const struct cli_option *o = cli_option_find(name);
    struct suggestion near = { .word = name };

    if (o && o->commands && !(o->commands & command))
        return of_others(o, command, err);
    for (size_t i = 0; i < n; i++)
        if (table[i].commands & command)
            suggest_offer(&near, table[i].name);
    suggest_offer(&near, "help");
    if (!(command & CLI_TALKS))
        suggest_offer(&near, "config");
    if (near.nearest)
        return snow_fail(err, SNOW_EINVAL,
                         "unknown option '%s'; did you mean --%s?", typed,
                         near.nearest);
    return snow_fail(err, SNOW_EINVAL,
                     "unknown option '%s'; see snowline %s --help", typed,
                     cli_command_of(command)->name);
}

/* --- one argument after the other --- */

static const struct cli_option *option_of(unsigned command, const char *name)
{
    const struct cli_option *o = cli_option_find(name);

    return o && (o->commands & command) ? o : NULL;
}

/* A value in the next argument; one that looks like an option is none. */
static int value_behind(struct walk *w, struct arg *a, const char *typed,
                        struct snow_error *err)
{
    const char *next = w->at < w->argc ? w->argv[w->at] : "--";

    if (strncmp(next, "--", 2) == 0)
        return snow_fail(err, SNOW_EINVAL, "%s needs a value", typed);
    a->value = next;
    w->at++;
    return 0;
}

/* "name" or "name=value", without the hyphens. */
static int take_long(struct walk *w, struct arg *a, const char *text,
                     struct snow_error *err)
{
    char name[SUGGEST_LEN_MAX + 1], typed[SUGGEST_LEN_MAX + 3];
    size_t len = strcspn(text, "=");
    bool has_value = text[len] == '=';

    snprintf(name, sizeof name, "%.*s", (int)len, text);
    snprintf(typed, sizeof typed, "--%s", name);
    a->o = len < sizeof name ? option_of(w->command, name) : NULL;
    a->kind = ARG_OPTION;
    if (strcmp(name, "help") == 0)
        a->kind = ARG_HELP;
    else if (strcmp(name, "config") == 0 && !(w->command & CLI_TALKS))
        a->kind = ARG_CONFIG;
    else if (!a->o)
        return unknown(w->command, typed, name, err);
    if (a->kind == ARG_HELP || (a->o && a->o->kind == CLI_FLAG))
        return has_value
                   ? snow_fail(err, SNOW_EINVAL, "%s takes no value", typed)
                   : 0;
    if (!has_value)
        return value_behind(w, a, typed, err);
    a->value = text + len + 1;
    return 0;
}

/* "-o" with its value in the same argument or the next; "-h". */
static int take_short(struct walk *w, struct arg *a, const char *text,
                      struct snow_error *err)
{
    size_t n;
    const struct cli_option *table = cli_options(&n);
    char typed[] = { '-', text[1], '\0' };

    a->kind = strcmp(text, "-h") == 0 ? ARG_HELP : ARG_OPTION;
    if (a->kind == ARG_HELP)
        return 0;
    if (option_of(w->command, text + 1))
        return snow_fail(err, SNOW_EINVAL,
                         "unknown option '%s'; did you mean -%s?", text, text);
    for (size_t i = 0; i < n && !a->o; i++)
        if (table[i].letter == text[1])
            a->o = &table[i];
    if (!a->o)
        return unknown(w->command, text, text + 1, err);
    if (!(a->o->commands & w->command))
        return of_others(a->o, w->command, err);
    a->value = text + 2;
    return text[2] ? 0 : value_behind(w, a, typed, err);
}

/* The next argument, which w->at is on; it is passed by all means. */
static int take(struct walk *w, struct arg *a, struct snow_error *err)
{
    const char *text = w->argv[w->at++];

    *a = (struct arg){ .kind = ARG_TARGET, .value = text };
    if (w->is_over || text[0] != '-' || text[1] == '\0')
        return 0;
    a->value = NULL;
    return text[1] == '-' ? take_long(w, a, text + 2, err)
                          : take_short(w, a, text, err);
}

static bool is_at_end(struct walk *w)
{
    if (!w->is_over && w->at < w->argc && strcmp(w->argv[w->at], "--") == 0) {
        w->is_over = true;
        w->at++;
    }
    return w->at >= w->argc;
}

/* --help and --config count wherever they stand, and before all others; what
 * is wrong is told by the second pass. */
static int first_pass(struct snow_config *cfg, struct walk w,
                      struct snow_error *err)
{
    bool is_configured = false;
    struct arg a;
    int code = 0;

    while (!code && !is_at_end(&w)) {
        if (take(&w, &a, NULL))
            continue;
        if (a.kind == ARG_HELP)
            return SNOW_EDONE;
        if (a.kind != ARG_CONFIG)
            continue;
        is_configured = true;
        code = cli_config_file(cfg, w.command, a.value, err);
    }
    if (!code)
        code = cli_config_environment(cfg, w.command, is_configured, err);
    return code;
}

int cli_parse(struct snow_config *cfg, unsigned command, int argc, char **argv,
              struct snow_error *err)
{
    struct walk w = { .command = command, .argc = argc, .at = 1, .argv = argv };
    bool is_given[SNOW_OPTIONS_MAX] = { 0 };
    struct arg a;
    size_t n;
    int code = first_pass(cfg, w, err);

    while (!code && !is_at_end(&w)) {
        code = take(&w, &a, err);
        if (!code && a.kind == ARG_TARGET)
            code = cli_add_target(cfg, a.value);
        if (code || a.kind != ARG_OPTION)
            continue;
        /* a list from a stronger origin replaces that of a weaker one */
        if (a.o->kind == CLI_LIST && !is_given[a.o - cli_options(&n)])
            cli_forget_list(cfg, a.o);
        is_given[a.o - cli_options(&n)] = true;
        code = cli_give(cfg, a.o, a.value ? a.value : "yes", "--", err);
    }
    return code;
}
