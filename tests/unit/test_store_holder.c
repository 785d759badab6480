/* Who holds a store: lines of /proc/locks, and the kernel's own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdlib.h>
#include <sys/file.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/text.h"
#include "store/holder.h"

static const struct {
    const char *why, *line;
    unsigned major, minor;
    ino_t inode;
    int64_t pid;
} lines[] = {
    { "ours", "1: FLOCK  ADVISORY  WRITE 31768 fe:00:11354842 0 EOF\n", 0xfe, 0,
      11354842, 31768 },
    { "a large number", "12345: FLOCK  ADVISORY  WRITE 7 08:1f:99 0 EOF\n", 8,
      0x1f, 99, 7 },
    { "another file", "1: FLOCK  ADVISORY  WRITE 7 fe:00:12 0 EOF\n", 0xfe, 0,
      13, 0 },
    { "another disk", "1: FLOCK  ADVISORY  WRITE 7 fe:00:12 0 EOF\n", 8, 0, 12,
      0 },
    { "disks without a number: the inode has to do",
      "1: FLOCK  ADVISORY  WRITE 7 00:2c:12 0 EOF\n", 0, 0x31, 12, 7 },
    { "shared", "1: FLOCK  ADVISORY  READ 7 fe:00:12 0 EOF\n", 0xfe, 0, 12, 0 },
    { "SQLite's own", "1: POSIX  ADVISORY  WRITE 7 fe:00:12 120 120\n", 0xfe, 0,
      12, 0 },
    { "who waits does not hold",
      "1: -> FLOCK  ADVISORY  WRITE 7 fe:00:12 0 EOF\n", 0xfe, 0, 12, 0 },
    { "a process that is not ours to see",
      "1: FLOCK  ADVISORY  WRITE -1 fe:00:12 0 EOF\n", 0xfe, 0, 12, 0 },
    { "cut off", "1: FLOCK  ADVISORY  WRITE 7 fe:", 0xfe, 0, 12, 0 },
    { "empty", "", 0xfe, 0, 12, 0 },
};

static void lines_are_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(lines); i++) {
        struct stat file = { .st_ino = lines[i].inode };
        int64_t pid;

        file.st_dev = makedev(lines[i].major, lines[i].minor);
        pid = holder_of_line(lines[i].line, &file);
        if (pid != lines[i].pid)
            fail_msg("%s: process %lld", lines[i].why, (long long)pid);
    }
}

static void the_kernel_knows(void **state)
{
    char path[] = "/tmp/snowline-holder.XXXXXX";
    int fd = mkstemp(path);

    (void)state;
    assert_true(fd >= 0);
    assert_int_equal(holder_of(path), 0);
    assert_int_equal(flock(fd, LOCK_EX | LOCK_NB), 0);
    assert_int_equal(holder_of(path), getpid());
    close(fd);
    assert_int_equal(holder_of(path), 0);
    unlink(path);
    assert_int_equal(holder_of(path), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_read),
        cmocka_unit_test(the_kernel_knows),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
