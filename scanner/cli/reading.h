/* A store that is read, and one scan of it. */
#ifndef CLI_READING_H
#define CLI_READING_H

#include "cli/commands.h"
#include "cli/task.h"
#include "snowline/store.h"

struct reading {
    struct snow_store *store;
    struct snow_scan scan;
    struct output to;
    struct task task; /**< how far the reading is */
};

/** Open the store and the scan that the options name; the scan's settings
 * count where nobody has set others.
 * @owner the caller: the store is closed by reading_close(), or by hand */
int reading_open(struct reading *r, struct snow_config *cfg,
                 enum snow_store_mode mode, struct snow_error *err);

/** The same to read, with an output, and its progress told.
 * @param name  the command's @owner the caller, with reading_close() */
int reading_begin(struct reading *r, const char *name, struct snow_config *cfg,
                  struct snow_error *err);

/** Say on standard error that a scan has not ended: what is made of it may be
 * far from whole. */
void reading_warn(const struct reading *r);

/** @param code  how it went @return code, or what closing said */
int reading_close(struct reading *r, int code, struct snow_error *err);

#endif
