/* A config file is taken or refused in one line that names it, and what it has
 * set is the same once a store has remembered it. */
#include <assert.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cli/options.h"

/* What a scan remembers of @p json. */
static void remember(struct buf *to, const char *json)
{
    struct snow_config cfg;

    assert(cli_config_init(&cfg) == 0);
    assert(cli_settings_restore(&cfg, json, NULL) == 0);
    cli_settings_format(to, &cfg);
    cli_config_fini(&cfg);
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
    struct buf at[3] = { { 0 }, { 0 }, { 0 } };
    struct snow_config cfg;
    struct snow_error err = { 0 };
    char path[32];
    int fd = memfd_create("config", 0);

    assert(write(fd, octets, len) == (ssize_t)len);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    assert(cli_config_init(&cfg) == 0);
    if (cli_config_file(&cfg, CLI_SCAN, path, &err))
        assert(strncmp(err.text, path, strlen(path)) == 0 &&
               !strchr(err.text, '\n'));
    cli_settings_format(&at[0], &cfg);
    for (int i = 1; i < 3; i++)
        remember(&at[i], at[i - 1].data);
    assert(strcmp(at[1].data, at[2].data) == 0);
    for (int i = 0; i < 3; i++)
        buf_fini(&at[i]);
    cli_config_fini(&cfg);
    close(fd);
    return 0;
}
