/* The subcommands. Each returns 0 or a SNOW_E… with its sentence in err; main
 * alone speaks of errors and chooses the exit code. */
#ifndef CLI_COMMANDS_H
#define CLI_COMMANDS_H

#include "analysis/own.h"
#include "pipeline/config.h"
#include "report/report.h"
#include "snowline/store.h"

/** What a command leaves behind for main. */
struct outcome {
    int signal;     /**< that ended it early, 0 none */
    bool is_worker; /**< of many: what is found is others' to show */
};

typedef int (*command_fn)(struct snow_config *cfg, struct outcome *o,
                          struct snow_error *err);

/** What one wants of a command; the order in which they are shown. */
enum command_group {
    GROUP_SCAN,
    GROUP_LOOK,
    GROUP_SHARE,
    GROUP_STAGE,
    GROUP_CARE,
    GROUP_HELP,
    N_COMMAND_GROUPS
};

/** A subcommand. */
struct command {
    enum command_group group;
    const char *name, *argument;
    const char *about;    /**< one line of help */
    const char *examples; /**< lines, those with a # before what they are for */
    const char *more;     /**< and what the one line leaves out */
    const char *formats;  /**< "a|b|c" of --format, the default first; NULL:
                               it takes none */
    unsigned bit;         /**< enum cli_command */
    command_fn run;
};

/** The table, [*n]. */
const struct command *cli_commands(size_t *n);
const struct command *cli_command_find(const char *name); /**< or NULL */

const struct command *cli_command_of(unsigned bit); /**< enum cli_command */

/** The command that a person has named. @return 0; SNOW_EINVAL, with the one
 * that may be meant */
int command_find(const struct command **out, const char *name,
                 struct snow_error *err);

/** The heading of a group. */
const char *cli_group_title(enum command_group group);

/** Is its --format one of the command's? The default is filled in.
 * @return 0, SNOW_EINVAL, SNOW_ENOMEM */
int command_check_format(const struct command *c, struct snow_config *cfg,
                         struct snow_error *err);

int cmd_scan(struct snow_config *cfg, struct outcome *o,
             struct snow_error *err);
int cmd_work(struct snow_config *cfg, struct outcome *o,
             struct snow_error *err);
int cmd_resume(struct snow_config *cfg, struct outcome *o,
               struct snow_error *err);
int cmd_status(struct snow_config *cfg, struct outcome *o,
               struct snow_error *err);
int cmd_findings(struct snow_config *cfg, struct outcome *o,
                 struct snow_error *err);
int cmd_export(struct snow_config *cfg, struct outcome *o,
               struct snow_error *err);
int cmd_ptr(struct snow_config *cfg, struct outcome *o, struct snow_error *err);
int cmd_probe(struct snow_config *cfg, struct outcome *o,
              struct snow_error *err);
int cmd_domain(struct snow_config *cfg, struct outcome *o,
               struct snow_error *err);
int cmd_targets(struct snow_config *cfg, struct outcome *o,
                struct snow_error *err);
int cmd_report(struct snow_config *cfg, struct outcome *o,
               struct snow_error *err);
int cmd_diff(struct snow_config *cfg, struct outcome *o,
             struct snow_error *err);
int cmd_import(struct snow_config *cfg, struct outcome *o,
               struct snow_error *err);
int cmd_purge(struct snow_config *cfg, struct outcome *o,
              struct snow_error *err);
int cmd_check(struct snow_config *cfg, struct outcome *o,
              struct snow_error *err);

int cmd_help(struct snow_config *cfg, struct outcome *o,
             struct snow_error *err);
int cmd_version(struct snow_config *cfg, struct outcome *o,
                struct snow_error *err);
int cmd_completion(struct snow_config *cfg, struct outcome *o,
                   struct snow_error *err);
int cmd_manual(struct snow_config *cfg, struct outcome *o,
               struct snow_error *err);

/** The store that a reading command was given as its one argument. */
int only_store(const struct snow_config *cfg, const char **url,
               struct snow_error *err);

/** Standard output, or the file of -o. */
struct task;
struct output {
    struct report_fd fd;
    struct task *task;              /**< is told how far it is; NULL: nobody */
    char *path, *temporary;         /**< NULL for standard output */
    struct report_letters *letters; /**< where complaints go besides, or NULL */
};
int output_open(struct output *o, const struct snow_config *cfg,
                struct snow_error *err);

/** A file appears under its name only when it is whole.
 * @param code  how the writing went @return code, or what closing said */
int output_close(struct output *o, int code, struct snow_error *err);

/** `diff --complaints` */
int cmd_complaints(struct snow_config *cfg, struct snow_error *err);

/** `export --format complaint` */
int cmd_complain(struct snow_config *cfg, struct snow_error *err);

/** Say on standard error what the AS numbers of a plan stand for. */
struct plan;
void tell_origins(const struct plan *p);

/** The lists of the user's own that the options name. */
struct own_paths lists_paths(const struct snow_config *cfg);

/** Are they still where a scan remembers them? @return 0, SNOW_EIO */
int lists_find(const struct snow_config *cfg, struct snow_error *err);

/** And will they be understood when they are needed, hours later? @return 0,
 * or as own_check() */
int lists_check(const struct snow_config *cfg, struct snow_error *err);

/** Analyse a scan and write it in a format of report.h.
 * @param to  closed by the caller @return as report_write() */
struct snow_store;
struct snow_scan;
int print_findings(struct snow_store *s, const struct snow_scan *scan,
                   const struct snow_config *cfg, const char *format,
                   struct output *to, struct snow_error *err);

#endif
