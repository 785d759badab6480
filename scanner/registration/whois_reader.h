/* What is known while an answer is being read, and how values enter the
 * record. Of whois.c and whois_values.c alone. Pure. */
#ifndef REGISTRATION_WHOIS_READER_H
#define REGISTRATION_WHOIS_READER_H

#include "registration/fields.h"
#include "registration/whois_words.h"

/** What lines are about. */
enum whois_about {
    ABOUT_DOMAIN,
    ABOUT_REGISTRAR,
    ABOUT_SERVERS,
    ABOUT_OTHERS, /* people, hosts, other domains: nothing here counts */
};

/** How well a text names the registrar. */
enum whois_rank {
    RANK_NONE,
    RANK_HANDLE,
    RANK_RESELLER,
    RANK_NAME,
    RANK_ORGANISATION,
};

/* What the answer has shown of a registered domain. */
enum {
    HAS_DATE = 1,
    HAS_REGISTRAR = 2,
    HAS_SERVERS = 4,
    HAS_PEOPLE = 8,
    HAS_STATUS = 16,
    HAS_EXPIRY = 32, /* alone it shows an application */
};

struct whois_reader {
    struct snow_registration *r;
    struct whois_dates dates;
    bool is_utf8;
    bool is_ours;     /* an object of the domain asked for was seen */
    bool is_dated;    /* this paragraph has a date of change */
    bool is_another;  /* … or one of another domain */
    unsigned shown;   /* HAS_… */
    uint8_t says;     /* a status that tells: enum snow_registration_status */
    uint8_t rank;     /* enum whois_rank of the registrar so far */
    uint8_t about;    /* enum whois_about */
    bool is_object;   /* … until the end of the paragraph */
    bool is_indented; /* … and lines further right than its heading */
    bool is_sticky;   /* … until the next heading of the same kind */
    uint8_t awaited;  /* meaning whose value is on the next line */
    unsigned indent;  /* of the heading, or of the label without its value */
    bool has_servers; /* of a whole object: another adds none */
    struct fields_hosts hosts;
};

/** Take a value for what its label means; a domain's name is the reader's
 * own affair. What makes no sense is passed over. */
void whois_take_value(struct whois_reader *rd, uint8_t meaning,
                      struct whois_text value);

/** Take a name for the registrar if it is better than the one there is.
 * @param rank  enum whois_rank */
void whois_take_registrar(struct whois_reader *rd, struct whois_text value,
                          uint8_t rank);

/** Take a host name with at most its addresses behind it. @return false for
 * anything else */
bool whois_take_server(struct whois_reader *rd, struct whois_text value);

bool whois_read_date(const struct whois_reader *rd, struct whois_text text,
                     int64_t *utc_s, bool *is_date_only);

/** Copy as UTF-8 with an end: what an answer in no UTF-8 holds is taken for
 * ISO 8859-1, what is no letter there becomes U+FFFD. */
void whois_copy_text(const struct whois_reader *rd, char *to, size_t cap,
                     struct whois_text from);

struct whois_text whois_first_word(struct whois_text text);

/** What stands before a mark, or all of it. */
struct whois_text whois_before(struct whois_text text, const char *mark);

#endif
