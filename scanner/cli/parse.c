/* The command line, the environment and the config file, by the table. */
#include <errno.h>
#include <getopt.h>

#include "base/json.h"
#include "cli/options.h"
#include "snowline/records.h"

#define ENVIRONMENT_PREFIX "SNOWLINE_"

/* What getopt_long() is to accept: the command's own part of the table, and
 * --help and --config, which belong to all. */
struct accepted {
    struct option longs[SNOW_OPTIONS_MAX];
    const struct cli_option *of[SNOW_OPTIONS_MAX];
    char shorts[2 * SNOW_OPTIONS_MAX + 2];
    size_t n;
};

enum { HELP = 1000, CONFIG };

static void accept_all(struct accepted *a, unsigned command)
{
    size_t n, at = 0;
    const struct cli_option *table = cli_options(&n);

    *a = (struct accepted){ 0 };
    a->shorts[at++] = ':'; /* a missing value is told from an unknown name */
    a->shorts[at++] = 'h';
    for (size_t i = 0; i < n && a->n < SNOW_OPTIONS_MAX - 3; i++) {
        const struct cli_option *o = &table[i];

        if (!(o->commands & command))
            continue;
        a->of[a->n] = o;
        a->longs[a->n] = (struct option){
            o->name, o->kind == CLI_FLAG ? no_argument : required_argument,
            NULL, (int)a->n + 1
        };
        a->n++;
        if (o->letter) {
            a->shorts[at++] = o->letter;
            a->shorts[at++] = ':';
        }
    }
    a->longs[a->n] = (struct option){ "help", no_argument, NULL, HELP };
    a->longs[a->n + 1] =
        (struct option){ "config", required_argument, NULL, CONFIG };
}

static const struct cli_option *accepted_option(const struct accepted *a, int c)
{
    for (size_t i = 0; i < a->n; i++)
        if (c == (int)i + 1 || (c < 256 && a->of[i]->letter == c && c > 0))
            return a->of[i];
    return NULL;
}

/* A list from a stronger origin replaces that of a weaker one. */
static void forget_list(struct snow_config *cfg, const struct cli_option *o)
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

/* What somebody wrote counts for more than what a stored scan remembers. */
static int give(struct snow_config *cfg, const struct cli_option *o,
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

static int wrong(int c, char **argv, struct snow_error *err)
{
    const char *name = argv[optind - 1];

    if (c == ':')
        return snow_fail(err, SNOW_EINVAL, "%s needs a value", name);
    return snow_fail(err, SNOW_EINVAL, "unknown option '%s'; see --help", name);
}

/* --help and --config count wherever they stand, and before all others. */
static int first_pass(struct snow_config *cfg, struct accepted *a,
                      unsigned command, int argc, char **argv,
                      struct snow_error *err)
{
    int c, code = 0;

    optind = 0; /* glibc: start anew */
    opterr = 0;
    while (!code &&
           (c = getopt_long(argc, argv, a->shorts, a->longs, NULL)) != -1) {
        if (c == '?' || c == ':')
            return wrong(c, argv, err);
        if (c == HELP || c == 'h')
            return SNOW_EDONE;
        if (c == CONFIG)
            code = cli_config_file(cfg, optarg, err);
    }
    return code ? code : cli_config_environment(cfg, command, err);
}

int cli_parse(struct snow_config *cfg, unsigned command, int argc, char **argv,
              struct snow_error *err)
{
    struct accepted a;
    bool is_given[SNOW_OPTIONS_MAX] = { 0 };
    int c, code;

    accept_all(&a, command);
    code = first_pass(cfg, &a, command, argc, argv, err);
    optind = 0;
    while (!code &&
           (c = getopt_long(argc, argv, a.shorts, a.longs, NULL)) != -1) {
        const struct cli_option *o = accepted_option(&a, c);
        size_t i = 0;

        if (!o)
            continue; /* --config */
        while (a.of[i] != o)
            i++;
        if (o->kind == CLI_LIST && !is_given[i])
            forget_list(cfg, o);
        is_given[i] = true;
        code = give(cfg, o, o->kind == CLI_FLAG ? "yes" : optarg, "--", err);
    }
    for (int i = optind; !code && i < argc; i++)
        code = cli_add_target(cfg, argv[i]);
    return code;
}

/* --- the config file and the environment --- */

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

static int config_line(struct snow_config *cfg, char *line, const char *where,
                       struct snow_error *err)
{
    char *equals, *name;
    const struct cli_option *o;

    line[strcspn(line, "\n")] = '\0';
    name = trim(line);
    if (*name == '\0' || *name == '#')
        return 0;
    equals = strchr(name, '=');
    if (!equals)
        return snow_fail(err, SNOW_ESYNTAX, "%sexpected NAME = VALUE", where);
    *equals = '\0';
    name = trim(name);
    o = cli_option_find(name);
    if (!o || o->commands == 0)
        return snow_fail(err, SNOW_EINVAL, "%sunknown key '%s'", where, name);
    return give(cfg, o, trim(equals + 1), where, err);
}

int cli_config_file(struct snow_config *cfg, const char *path,
                    struct snow_error *err)
{
    FILE *f = fopen(path, "r");
    char *line = NULL, where[300];
    size_t cap = 0;
    int code = 0;

    if (!f)
        return snow_fail(err, SNOW_EINVAL, "%s: %s", path, strerror(errno));
    for (unsigned n = 1; !code && getline(&line, &cap, f) >= 0; n++) {
        snprintf(where, sizeof where, "%s:%u: ", path, n);
        code = config_line(cfg, line, where, err);
    }
    free(line);
    fclose(f);
    return code;
}

int cli_config_environment(struct snow_config *cfg, unsigned command,
                           struct snow_error *err)
{
    size_t n;
    const struct cli_option *table = cli_options(&n);
    int code = 0;

    for (size_t i = 0; !code && i < n; i++) {
        char name[64] = ENVIRONMENT_PREFIX;
        size_t at = sizeof ENVIRONMENT_PREFIX - 1;
        const char *value;

        for (const char *s = table[i].name; *s && at < sizeof name - 1; s++)
            name[at++] = *s == '-'           ? '_'
                         : text_is_alpha(*s) ? (char)(*s - 'a' + 'A')
                                             : *s;
        value = table[i].commands & command ? getenv(name) : NULL;
        if (!value)
            continue;
        if (table[i].kind == CLI_LIST)
            forget_list(cfg, &table[i]);
        code = give(cfg, &table[i], value, ENVIRONMENT_PREFIX, err);
    }
    return code;
}

/* --- the settings that a scan is known by --- */

static void format_word(struct buf *to, const char *words, uint64_t i)
{
    for (; i > 0; i--)
        words += strcspn(words, "|") + 1;
    text_json(to, words, strcspn(words, "|"));
}

static void format_list(struct buf *to, const struct text_list *list)
{
    buf_add_char(to, '[');
    for (size_t i = 0; i < list->n; i++) {
        if (i > 0)
            buf_add_char(to, ',');
        text_json(to, list->at[i], strlen(list->at[i]));
    }
    buf_add_char(to, ']');
}

static void format_value(struct buf *to, const struct cli_option *o,
                         const void *at)
{
    char time[TEXT_TIME_MAX];

    switch (o->kind) {
    case CLI_FLAG:
        buf_printf(to, "\"%s\"", *(const bool *)at ? "yes" : "no");
        break;
    case CLI_COUNT:
        buf_printf(to, "\"%llu\"", *(const unsigned long long *)at);
        break;
    case CLI_RATE:
    case CLI_SHARE:
    case CLI_SECONDS:
        buf_printf(to, "\"%.10g\"", *(const double *)at);
        break;
    case CLI_TEXT:
        text_json(to, *(char *const *)at, strlen(*(char *const *)at));
        break;
    case CLI_LIST:
        format_list(to, at);
        break;
    case CLI_WORD:
        format_word(to, o->words, *(const uint64_t *)at);
        break;
    case CLI_TIME:
        text_format_time(*(const int64_t *)at, time);
        buf_printf(to, "\"%s\"", time);
        break;
    }
}

void cli_settings_format(struct buf *to, const struct snow_config *cfg)
{
    size_t n;
    const struct cli_option *table = cli_options(&n);
    const char *between = "{";

    for (size_t i = 0; i < n; i++) {
        if (!table[i].is_recorded)
            continue;
        buf_printf(to, "%s\"%s\":", between, table[i].name);
        format_value(to, &table[i], (const char *)cfg + table[i].at);
        between = ",";
    }
    buf_add_char(to, '}');
}

static int parse_setting(struct snow_config *cfg, const struct cli_option *o,
                         const struct doc *value, struct snow_error *err)
{
    const char *text = doc_text(value);
    int code = 0;

    if (o->kind == CLI_LIST)
        forget_list(cfg, o);
    for (size_t i = 0; !code && i < doc_n(value); i++)
        code = doc_text(doc_at(value, i))
                   ? cli_option_set(cfg, o, doc_text(doc_at(value, i)),
                                    "stored setting ", err)
                   : SNOW_ESTORE;
    if (!code && text && (*text || o->kind != CLI_TIME))
        code = cli_option_set(cfg, o, text, "stored setting ", err);
    return code;
}

int cli_settings_restore(struct snow_config *cfg, const char *json,
                         struct snow_error *err)
{
    size_t n;
    const struct cli_option *table = cli_options(&n);
    struct doc *root;
    const struct doc *value;
    const char *name;
    void *at = NULL;
    int code = 0;

    if (doc_parse(&root, json, strlen(json)))
        return snow_fail(err, SNOW_ESTORE, "the scan's settings are damaged");
    while (!code && doc_next(root, &at, &name, &value)) {
        const struct cli_option *o = cli_option_find(name);

        if (o && o->is_recorded && !cfg->is_given[o - table])
            code = parse_setting(cfg, o, value, err);
    }
    doc_free(root);
    return code;
}
