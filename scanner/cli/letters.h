/* Where complaints go: a file each in a folder, or an mbox; and that they are
 * remembered once they are there. */
#ifndef CLI_LETTERS_H
#define CLI_LETTERS_H

#include "report/complaint.h"
#include "snowline/store.h"

/** What is to be remembered of one finding in one message. */
struct letter_record {
    char *message_id, *recipient, *finding_id;
    struct buf data;
};

struct letters {
    struct report_letters report; /**< for a report_request */
    char *folder;                 /**< NULL: an mbox, which others write */
    char **names;                 /**< [n_names] of files in it */
    size_t n_names, cap_names;
    struct letter_record *records; /**< [n_records] */
    size_t n_records, cap_records;
    struct snow_error why; /**< a message could not be written */
};

/**
 * @p output is a folder when it ends in / or is one: made for the first message
 * where it is not there.
 *
 * @return 0, SNOW_ENOMEM @owner the caller, with letters_fini()
 */
int letters_open(struct letters *l, const char *output, struct snow_error *err);

/** Give the files their names: they appear when all of them are whole. */
int letters_publish(struct letters *l, struct snow_error *err);

/** Remember what was told to whom, all or nothing.
 * @param scan  that it is about */
int letters_record(const struct letters *l, struct snow_store *s, int64_t scan,
                   struct snow_error *err);

/** What has no name yet is taken away. Zeroed is fine. */
void letters_fini(struct letters *l);

#endif
