/* Complaints: what was observed, told to those who hold the addresses, one
 * message a contact, ready to be sent by the reporter. */
#ifndef REPORT_COMPLAINT_H
#define REPORT_COMPLAINT_H

#include "report/columns.h"
#include "report/report.h"

#define REPORT_LETTER_ADDRESSES                                                \
    1000 /**< after so many a contact gets another                             \
              message for what is left */

/** A finding in a message: what is remembered of having told it. */
struct report_told {
    const char *finding_id;
    const char *data; /**< JSON, of struct snow_complaint */
    size_t data_len;
};

/** One message. */
struct report_letter {
    char id[17];            /**< of the day, the contact and the findings */
    const char *message_id; /**< without its angle brackets */
    const char *recipient;  /**< a plain mailbox */
    const char *octets;     /**< RFC 5322, lines end in CRLF */
    size_t len;
    const struct report_told *told; /**< [n_told] */
    size_t n_told;
};

typedef int (*report_letter_fn)(void *arg, const struct report_letter *l);

/** Who takes the messages. */
struct report_letters {
    report_letter_fn take; /**< anything but 0 ends the report */
    void *arg;
    bool is_alone; /**< nothing goes to the output */
    /* told when all is written */
    int64_t made_utc_s;
    uint64_t n, n_addresses;
    uint64_t unaddressed; /**< addresses in netblocks without a contact */
    uint64_t unaddressed_findings;
};

/** Every message; for the format `complaint`, which writes an mbox.
 * @return as report_write() */
int report_each_letter(const struct report_request *q,
                       struct report_letters *to, struct snow_error *err);

/** A finding's part of one message, while it is gathered. */
struct complaint_part {
    const struct snow_finding *f;
    const char *contact;
    unsigned nth; /**< of a finding that fills several messages, 0 … */
    uint64_t n;   /**< addresses */
    struct snow_addr first, last;
    const char *domain;   /**< told last */
    struct buf addresses; /**< lines of text, a paragraph an address */
    struct buf domains;   /**< lines of text */
    struct buf csv, xarf; /**< rows; objects with commas between */
    struct buf record;    /**< JSON objects with commas between */
};

/** What is sent, and about what. */
struct complaint_letter {
    const struct report_request *q;
    const struct complaint_part *parts; /**< [n] */
    size_t n;
    const char *id;
};

/** An address in plain words, behind those before it. */
void complaint_add_address(struct complaint_part *p,
                           const struct report_evidence_row *row);

/** The text that people read. */
void complaint_text(struct buf *to, const struct complaint_letter *l);

/** "192.0.2.1-192.0.2.7" */
void complaint_range(struct buf *to, const struct complaint_part *p);

#endif
