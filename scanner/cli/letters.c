#include "cli/letters.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/room.h"

#define CONTACT_MAX 120 /* octets of it in a file's name */
#define PART ".part"

static bool is_folder(const char *path)
{
    size_t len = strlen(path);
    struct stat st;

    if (len > 0 && path[len - 1] == '/')
        return true;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* The contact, as far as it may stand in a file's name, and the message's id:
 * two contacts that look alike here have two ids. */
static void name_file(struct buf *to, const struct report_letter *l)
{
    for (size_t i = 0; l->recipient[i] && i < CONTACT_MAX; i++) {
        char c = l->recipient[i];
        bool is_safe = text_is_alnum(c) || c == '@' || c == '_' ||
                       (i > 0 && (c == '.' || c == '-' || c == '+'));

        buf_add_char(to, is_safe ? c : '_');
    }
    buf_printf(to, "-%s.eml", l->id);
}

static int write_whole(const char *path, const struct report_letter *l)
{
    struct report_fd fd = {
        .fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
                   0666),
    };
    struct report_out out = report_to_fd(&fd);
    int code;

    if (fd.fd < 0)
        return SNOW_EIO;
    code = out.write(out.arg, l->octets, l->len);
    if (!code && fsync(fd.fd))
        code = errno == ENOSPC || errno == EDQUOT ? SNOW_EFULL : SNOW_EIO;
    if (close(fd.fd) && !code)
        code = SNOW_EIO;
    return code;
}

static int add_name(struct letters *l, const char *name)
{
    char **names =
        room_for_one(l->names, l->n_names, &l->cap_names, sizeof *names);

    if (!names)
        return SNOW_ENOMEM;
    l->names = names;
    names[l->n_names] = strdup(name);
    return names[l->n_names++] ? 0 : SNOW_ENOMEM;
}

static int write_file(struct letters *l, const struct report_letter *letter)
{
    struct buf name = { 0 }, path = { 0 };
    int code = SNOW_ENOMEM;

    name_file(&name, letter);
    if (!name.failed)
        buf_printf(&path, "%s/%s" PART, l->folder, name.data);
    if (!name.failed && !path.failed)
        code = add_name(l, name.data);
    if (!code && l->n_names == 1 && mkdir(l->folder, 0777) && errno != EEXIST)
        code =
            snow_fail(&l->why, SNOW_EIO, "%s: %s", l->folder, strerror(errno));
    if (!code && (code = write_whole(path.data, letter)))
        snow_fail(&l->why, code, "%s: %s", path.data, strerror(errno));
    buf_fini(&name);
    buf_fini(&path);
    return code;
}

static int add_record(struct letters *l, const struct report_letter *letter,
                      const struct report_told *told)
{
    struct letter_record *r =
        room_for_one(l->records, l->n_records, &l->cap_records, sizeof *r);

    if (!r)
        return SNOW_ENOMEM;
    l->records = r;
    r += l->n_records++;
    *r = (struct letter_record){
        .message_id = strdup(letter->message_id),
        .recipient = strdup(letter->recipient),
        .finding_id = strdup(told->finding_id),
    };
    buf_add(&r->data, told->data, told->data_len);
    return r->message_id && r->recipient && r->finding_id && !r->data.failed
               ? 0
               : SNOW_ENOMEM;
}

static int take(void *arg, const struct report_letter *letter)
{
    struct letters *l = arg;
    int code = l->folder ? write_file(l, letter) : 0;

    for (size_t i = 0; i < letter->n_told && !code; i++)
        code = add_record(l, letter, &letter->told[i]);
    return code;
}

int letters_open(struct letters *l, const char *output, struct snow_error *err)
{
    *l = (struct letters){ .report = { .take = take, .arg = l } };
    if (*output == '\0' || !is_folder(output))
        return 0;
    l->report.is_alone = true;
    l->folder = strdup(output);
    if (!l->folder)
        return snow_fail(err, SNOW_ENOMEM, "out of memory");
    return 0;
}

/* The names are on disk before anything is remembered of them. */
static int sync_folder(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int code = fd < 0 || fsync(fd) ? SNOW_EIO : 0;

    if (fd >= 0)
        close(fd);
    return code;
}

static int publish(const struct letters *l, const char *name)
{
    struct buf from = { 0 }, to = { 0 };
    int code;

    buf_printf(&from, "%s/%s" PART, l->folder, name);
    buf_printf(&to, "%s/%s", l->folder, name);
    if (from.failed || to.failed)
        code = SNOW_ENOMEM;
    else
        code = rename(from.data, to.data) ? SNOW_EIO : 0;
    buf_fini(&from);
    buf_fini(&to);
    return code;
}

int letters_publish(struct letters *l, struct snow_error *err)
{
    int code = 0;

    if (!l->folder || l->n_names == 0)
        return 0;
    for (size_t i = 0; i < l->n_names && !code; i++)
        code = publish(l, l->names[i]);
    if (!code)
        code = sync_folder(l->folder);
    return code ? snow_fail(err, code, "%s: %s", l->folder, strerror(errno))
                : 0;
}

int letters_record(const struct letters *l, struct snow_store *s, int64_t scan,
                   struct snow_error *err)
{
    int code = snow_store_begin(s, err);

    for (size_t i = 0; i < l->n_records && !code; i++) {
        const struct letter_record *kept = &l->records[i];
        struct snow_complaint c = { .scan = scan,
                                    .message_id = kept->message_id,
                                    .recipient = kept->recipient,
                                    .finding_id = kept->finding_id,
                                    .made_utc_s = l->report.made_utc_s,
                                    .data = kept->data.data,
                                    .data_len = kept->data.len };
        struct snow_record r = { .kind = SNOW_RECORD_COMPLAINT,
                                 .scan = scan,
                                 .complaint = &c };

        code = snow_store_put(s, &r, err);
    }
    if (!code)
        code = snow_store_commit(s, err);
    if (code)
        snow_store_rollback(s);
    return code;
}

static void forget_file(const struct letters *l, const char *name)
{
    struct buf path = { 0 };

    buf_printf(&path, "%s/%s" PART, l->folder, name ? name : "");
    if (!path.failed && name)
        unlink(path.data); /* gone already once it has its name */
    buf_fini(&path);
}

void letters_fini(struct letters *l)
{
    for (size_t i = 0; i < l->n_names; i++) {
        forget_file(l, l->names[i]);
        free(l->names[i]);
    }
    for (size_t i = 0; i < l->n_records; i++) {
        free(l->records[i].message_id);
        free(l->records[i].recipient);
        free(l->records[i].finding_id);
        buf_fini(&l->records[i].data);
    }
    free(l->names);
    free(l->records);
    free(l->folder);
    *l = (struct letters){ .folder = NULL };
}
