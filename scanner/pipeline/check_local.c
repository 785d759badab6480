#include "pipeline/check_local.h"

#include <errno.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/text.h"
#include "pipeline/greet.h"
#include "pipeline/ownname.h"

#define DESCRIPTORS_MIN 128
#define BUILT_UTC_S INT64_C(1704067200) /* 2024-01-01: before this program */
#define FREE_MIN (UINT64_C(100) << 20)

void check_descriptors(struct check_item *item, const struct snow_config *cfg)
{
    char name[OWN_NAME_MAX];
    struct smtp_config smtp;
    struct rlimit limit;
    uint64_t wished = greet_wished(cfg);

    (void)!greet_config(&smtp, name, cfg, NULL); /* it raises the limit */
    if (getrlimit(RLIMIT_NOFILE, &limit)) {
        check_item_say(item, CHECK_WARN, NULL, "their limit cannot be read");
        return;
    }
    if (limit.rlim_cur < DESCRIPTORS_MIN)
        check_item_say(item, CHECK_FAIL, "raise the limit: ulimit -n",
                       "%llu are too few to work with",
                       (unsigned long long)limit.rlim_cur);
    else if (smtp.concurrency < wished)
        check_item_say(item, CHECK_WARN,
                       "raise the limit (ulimit -n), or lower "
                       "--smtp-concurrency",
                       "%llu serve %u conversations at once; %llu are wished",
                       (unsigned long long)limit.rlim_cur, smtp.concurrency,
                       (unsigned long long)wished);
    else
        check_item_say(
            item, CHECK_OK, NULL, "%llu serve %llu conversations at once",
            (unsigned long long)limit.rlim_cur, (unsigned long long)wished);
}

void check_clock(struct check_item *item, const struct clock *clock,
                 uint64_t began_us)
{
    int64_t utc_s = clock_utc_s(clock);
    char time[TEXT_TIME_MAX];

    text_format_time(utc_s, time);
    if (utc_s < BUILT_UTC_S)
        check_item_say(item, CHECK_FAIL, "set it: what is new is told by it",
                       "it is not %s", time);
    else if (clock_mono_us(clock) < began_us)
        check_item_say(item, CHECK_FAIL, "look at this machine's clock source",
                       "the monotonic clock goes back");
    else
        check_item_say(item, CHECK_OK, NULL, "%s", time);
}

void check_list(struct check_item *item)
{
    struct snow_error err = { 0 };
    struct snow_ranges *set = NULL;
    int code = snow_ranges_new(&set);

    if (!code)
        code = plan_read_list(set, item->subject, &err);
    if (code)
        check_item_say(item, CHECK_FAIL,
                       "nothing is sent without it: mend it, or install it "
                       "again",
                       "%s", err.text[0] ? err.text : snow_strerror(code));
    else
        check_item_say(item, CHECK_OK, NULL, "%zu ranges to be left alone",
                       snow_ranges_n(set));
    snow_ranges_free(set);
}

void check_folder(struct check_item *item)
{
    const char *path = item->subject;
    struct stat st;
    struct statvfs fs;
    bool is_there = stat(path, &st) == 0;
    uint64_t n_free = 0;

    if (is_there && !S_ISDIR(st.st_mode))
        errno = ENOTDIR;
    if ((is_there && !S_ISDIR(st.st_mode)) ||
        access(is_there ? path : ".", W_OK | X_OK)) {
        check_item_say(item, CHECK_FAIL, "name a store with scan -o",
                       "cannot be written to: %s", strerror(errno));
        return;
    }
    if (statvfs(is_there ? path : ".", &fs) == 0)
        n_free = (uint64_t)fs.f_bavail * fs.f_frsize;
    if (n_free < FREE_MIN)
        check_item_say(item, CHECK_WARN, "make room, or name a store with -o",
                       "%llu MB are free", (unsigned long long)n_free >> 20);
    else
        check_item_say(item, CHECK_OK, NULL, "%s, %llu MB are free",
                       is_there ? "can be written to" : "can be made",
                       (unsigned long long)n_free >> 20);
}
