#include "support/folder.h"

#include <ftw.h>
#include <stdio.h>

#define DESCRIPTORS 16

static int remove_one(const char *path, const struct stat *st, int kind,
                      struct FTW *ftw)
{
    (void)st;
    (void)kind;
    (void)ftw;
    return remove(path);
}

int folder_remove(const char *path)
{
    return nftw(path, remove_one, DESCRIPTORS, FTW_DEPTH | FTW_PHYS);
}
