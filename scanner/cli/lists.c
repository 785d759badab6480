/* Lists of the user's own: which files the options name. */
#include <errno.h>
#include <unistd.h>

#include "cli/commands.h"

struct own_paths lists_paths(const struct snow_config *cfg)
{
    return (struct own_paths){ .reporters = cfg->reports,
                               .allow = cfg->allow,
                               .allocations = cfg->allocations };
}

/* What a scan remembers is a path: the file may have moved since. */
int lists_find(const struct snow_config *cfg, struct snow_error *err)
{
    const struct {
        const char *option, *path;
    } lists[] = { { "reports", cfg->reports },
                  { "allow", cfg->allow },
                  { "allocations", cfg->allocations } };

    for (size_t i = 0; i < COUNT_OF(lists); i++) {
        if (*lists[i].path == '\0' || access(lists[i].path, R_OK) == 0)
            continue;
        return snow_fail(err, SNOW_EIO,
                         "%s: %s; name it with --%s FILE, or --%s '' for none",
                         lists[i].path, strerror(errno), lists[i].option,
                         lists[i].option);
    }
    return 0;
}

int lists_check(const struct snow_config *cfg, struct snow_error *err)
{
    const struct own_paths paths = lists_paths(cfg);
    int code = lists_find(cfg, err);

    return code ? code : own_check(&paths, cfg->psl, err);
}
