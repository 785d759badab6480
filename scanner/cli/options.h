/* Options: one table parses the command line, the environment and the config
 * file, prints the help and records the run. */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include "base/text.h"
#include "pipeline/config.h"
#include "snowline/error.h"

/** The commands an option belongs to. */
enum cli_command {
    CLI_SCAN = 1 << 0,
    CLI_RESUME = 1 << 1,
    CLI_STATUS = 1 << 2,
    CLI_FINDINGS = 1 << 3,
    CLI_EXPORT = 1 << 4,
    CLI_PTR = 1 << 5,
    CLI_PROBE = 1 << 6,
    CLI_DOMAIN = 1 << 7,
    CLI_TARGETS = 1 << 8,
    CLI_CHECK = 1 << 9,
    CLI_IMPORT = 1 << 10,
    CLI_DIFF = 1 << 11,
    CLI_REPORT = 1 << 12,
    CLI_PURGE = 1 << 13,
    CLI_WORK = 1 << 14,
    CLI_HELP = 1 << 24, /* those that speak of the program: no options */
    CLI_VERSION = 1 << 25,
    CLI_COMPLETION = 1 << 26,
    CLI_MANUAL = 1 << 27,
    CLI_TALKS = CLI_HELP | CLI_VERSION | CLI_COMPLETION | CLI_MANUAL,
};

enum cli_kind {
    CLI_FLAG,    /**< bool */
    CLI_COUNT,   /**< uint64_t, least … most */
    CLI_RATE,    /**< double, >= 0; "/s" may follow */
    CLI_SHARE,   /**< double, least … most */
    CLI_SECONDS, /**< double, > 0; "s" may follow */
    CLI_TEXT,    /**< char *, owned */
    CLI_LIST,    /**< struct text_list; repeatable */
    CLI_WORD,    /**< uint64_t, index into words */
    CLI_TIME,    /**< int64_t UTC seconds */
};

struct cli_option {
    char letter; /**< 0: none */
    const char *name;
    enum cli_kind kind;
    size_t at;            /**< where in struct snow_config */
    const char *fallback; /**< the default, as text; NULL: empty */
    const char *value;    /**< what the help calls the value */
    const char *words;    /**< "a|b|c" for CLI_WORD */
    double least, most;   /**< bounds of numbers */
    unsigned commands;
    bool is_recorded; /**< a setting that a scan is known by */
    const char *group;
    const char *help;
};

/** The table, [*n]. */
const struct cli_option *cli_options(size_t *n);

/** Set every option to its default. @return 0, SNOW_ENOMEM */
int cli_config_init(struct snow_config *cfg);
void cli_config_fini(struct snow_config *cfg); /**< zeroed is fine */

/** Give one option a value. @p where names the origin in errors. */
int cli_option_set(struct snow_config *cfg, const struct cli_option *o,
                   const char *value, const char *where,
                   struct snow_error *err);

/** Give an option a value that a person wrote for this run: it counts for more
 * than what a stored scan remembers. As cli_option_set(). */
int cli_give(struct snow_config *cfg, const struct cli_option *o,
             const char *value, const char *where, struct snow_error *err);

/** Forget the values of a CLI_LIST. */
void cli_forget_list(struct snow_config *cfg, const struct cli_option *o);

/** Has somebody set the option of that name? */
bool cli_is_given(const struct snow_config *cfg, const char *name);

/** Which of "a|b|c" it is. @return 0, SNOW_EINVAL */
int cli_find_word(uint64_t *out, const char *words, const char *value);

/** Add a target, as if it stood on the command line. @return 0, SNOW_ENOMEM */
int cli_add_target(struct snow_config *cfg, const char *text);
void cli_forget_targets(struct snow_config *cfg);

/** Add what a stored scan knows of an AS number, "AS64500=A-B;C-D".
 * @return 0, SNOW_ENOMEM */
int cli_add_known_origin(struct snow_config *cfg, const char *text);

/** The option of that name, or NULL. */
const struct cli_option *cli_option_find(const char *name);

/**
 * Read a command line: options anywhere before "--", the rest into
 * cfg->targets. Config file and environment are read first, so that the order
 * of precedence is flag, environment, file, default. Names are not cut short.
 *
 * @return 0; SNOW_EDONE after --help; SNOW_EINVAL, SNOW_ESYNTAX, SNOW_ERANGE
 */
int cli_parse(struct snow_config *cfg, unsigned command, int argc, char **argv,
              struct snow_error *err);

/** The recorded options as one JSON object. */
void cli_settings_format(struct buf *to, const struct snow_config *cfg);

/** Take over the settings that a scan was known by, but for what is_given. */
int cli_settings_restore(struct snow_config *cfg, const char *json,
                         struct snow_error *err);

/**
 * Read a config file: lines `name = value`, `#` begins a comment, a value may
 * stand in double quotes. Values of other commands' options are checked and
 * passed over, as is a format that @p command does not have.
 *
 * @return 0; SNOW_EINVAL (unreadable, an unknown key, a wrong value),
 *         SNOW_ESYNTAX, SNOW_ERANGE, each with file and line; SNOW_ENOMEM
 */
int cli_config_file(struct snow_config *cfg, unsigned command, const char *path,
                    struct snow_error *err);

/** SNOWLINE_DNS_RATE=… and so on, for the options of @p command; before them
 * the file that SNOWLINE_CONFIG names, unless another @p is_configured. */
int cli_config_environment(struct snow_config *cfg, unsigned command,
                           bool is_configured, struct snow_error *err);

/** Append a line of warning for each variable that looks like a misspelt one
 * of ours. */
void cli_config_doubts(struct buf *to);

#endif
