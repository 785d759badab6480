/* Progress on stderr. */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include "cli/aside.h"
#include "pipeline/config.h"
#include "pipeline/progress.h"

#define PROGRESS_CLEAR "\r\033[K" /**< the line that is there */

enum progress_how {
    PROGRESS_NONE,
    PROGRESS_QUIET, /**< no bar, but what people should know */
    PROGRESS_BAR,
    PROGRESS_JSON,
};

/** What --progress asks for: with auto a bar, if anybody sees it. */
enum progress_how progress_how(const struct snow_config *cfg);

struct progress_shown {
    enum progress_how how;
    struct aside to;
    double told_s; /**< when a line was last printed */
    struct progress last;
    size_t n_notes;   /**< told already */
    uint64_t told_of; /**< doubtful servers, a bit each */
    unsigned smtp_port;
    bool has_told_name, has_told_snapshot;
    bool has_bar; /**< there is a line to be cleared */
};

void progress_init(struct progress_shown *s, const struct snow_config *cfg);

/** A progress_fn; @p arg is a struct progress_shown. */
void progress_show(void *arg, const struct progress *p);

/** Clear the bar, and see that all is read that was said. */
void progress_end(struct progress_shown *s);

/** Say how far it is on one line, in the place of the one before. */
struct bar_part;
void progress_bar(struct aside *to, const struct bar_part *parts, size_t n,
                  double left_s);

/** The counts of the end, of each stage and server, on stderr. */
void progress_summary(const struct progress *p);

/** Does anybody read what is printed for people? */
bool progress_is_for_people(const struct progress_shown *s);

/** The counts as one JSON object, without its last bracket: more may follow. */
void progress_json_open(struct buf *to, const struct progress *p);

/** The counts as lines for a person. */
void progress_text(struct buf *to, const struct progress *p);

#endif
