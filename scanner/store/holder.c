#include "store/holder.h"

#include <stdbool.h>
#include <stdio.h>
#include <sys/sysmacros.h>

/* What lies in layers or on Btrfs has numbers of its own for stat(); those have
 * no major number, and the inode has to do. */
static bool is_same_device(unsigned major_no, unsigned minor_no, dev_t device)
{
    if (major_no == 0 && major(device) == 0)
        return true;
    return major_no == major(device) && minor_no == minor(device);
}

int64_t holder_of_line(const char *line, const struct stat *file)
{
    unsigned major_no, minor_no;
    unsigned long long inode;
    long long pid;

    if (sscanf(line, "%*u: FLOCK %*s WRITE %lld %x:%x:%llu", &pid, &major_no,
               &minor_no, &inode) != 4)
        return 0;
    return inode == file->st_ino && pid > 0 &&
                   is_same_device(major_no, minor_no, file->st_dev)
               ? pid
               : 0;
}

int64_t holder_of(const char *path)
{
    char line[256];
    struct stat file;
    int64_t pid = 0;
    FILE *f = stat(path, &file) == 0 ? fopen("/proc/locks", "re") : NULL;

    if (!f)
        return 0;
    while (pid == 0 && fgets(line, sizeof line, f))
        pid = holder_of_line(line, &file);
    fclose(f);
    return pid;
}
