/* What an SPF record allows, worked out step by step: it says what it needs to
 * know and is told. Pure. */
#ifndef ANALYSIS_SPF_H
#define ANALYSIS_SPF_H

#include "analysis/answer.h"
#include "analysis/spf_term.h"

#define SPF_NAME_MAX 256
#define SPF_ENTRIES_MAX 256
#define SPF_LOOKUPS_MAX 10   /**< terms that ask (RFC 7208 §4.6.4) */
#define SPF_VOIDS_MAX 2      /**< answers that hold nothing (ibid.) */
#define SPF_HOSTS_MAX 10     /**< of one mx (ibid.) */
#define SPF_QUESTIONS_MAX 64 /**< of ours, lest a record keep us busy */
#define SPF_TEXT_MAX 16384   /**< octets of records open at once */
#define SPF_DEPTH_MAX (SPF_LOOKUPS_MAX + 1)

/* clang-format off */
#define SPF_STATUSES(X)                                                     \
    X(NOT_ASKED, "not-asked")                                               \
    X(NONE,      "none")      /* no record */                               \
    X(OK,        "ok")                                                      \
    X(PERMERROR, "permerror") /* a bad record, or one without target */     \
    X(TEMPERROR, "temperror") /* somebody did not answer */                 \
    X(TOO_MANY,  "too-many")  /* more look-ups than receivers allow */
/* clang-format on */

#define X(name, word) SPF_STATUS_##name,
enum spf_status { SPF_STATUSES(X) };
#undef X

const char *analysis_spf_status_word(enum spf_status status);

enum { SPF_IPV4 = 1, SPF_IPV6 = 2 };

/** One step of a check: what an address in the prefix leads to. */
struct spf_entry {
    struct snow_prefix prefix; /**< of length 0: every address */
    char qualifier;   /**< + - ~ ?: the result; !: an error; 0: see next */
    uint8_t families; /**< addresses it is about */
    bool is_unknown;  /**< exists, ptr or a macro: nobody knows whom it holds */
    uint8_t leaves;   /**< while it is made: the include that it ends */
    uint16_t next;    /**< where the check goes on when an include ends without
                           a pass; entries in between are passed over */
};

/** What came of it. */
struct analysis_spf {
    uint8_t status;      /**< enum spf_status */
    char all;            /**< qualifier of `all`, 0 when there is none */
    bool is_cut;         /**< entries or questions were more than are kept */
    uint8_t n_lookups;   /**< terms that ask */
    uint8_t n_questions; /**< put to the DNS */
    uint8_t n_includes;
    uint16_t n_entries;
    char problem[64]; /**< what is wrong, in words; "" when nothing is */
    char includes[SPF_LOOKUPS_MAX][SPF_NAME_MAX]; /**< redirect's, too */
    struct spf_entry entries[SPF_ENTRIES_MAX];    /**< in a check's order */
};

/** What it asks. */
enum spf_type { SPF_ASK_TXT, SPF_ASK_MX, SPF_ASK_A, SPF_ASK_AAAA };
struct spf_question {
    enum spf_type type;
    char name[SPF_NAME_MAX]; /**< in lower case */
};

/** A record that is being read. */
struct spf_frame {
    size_t text_at, text_len, at;
    char domain[SPF_NAME_MAX];
    char qualifier; /**< of the include that leads here */
    uint16_t from;  /**< its first entry */
};

/** An evaluation; large, so let it lie on the heap. */
struct spf_eval {
    struct analysis_spf result;
    struct spf_question question;
    bool is_asking;
    bool is_redirect; /**< the TXT asked for takes the place of its record */
    unsigned families, ended; /**< wanted; those with too many voids */
    unsigned n_voids[2];
    unsigned depth; /**< of frames */
    struct spf_frame frames[SPF_DEPTH_MAX];
    struct spf_term term; /**< that is waited for */
    char hosts[SPF_HOSTS_MAX][SPF_NAME_MAX];
    size_t n_hosts, host;
    char text[SPF_TEXT_MAX];
    size_t text_len;
};

/**
 * Begin with a domain.
 *
 * @param families  SPF_IPV4, SPF_IPV6 or both: whose addresses to ask for
 */
void analysis_spf_start(struct spf_eval *e, const char *domain,
                        unsigned families);

/** What to ask next; NULL: it is over, see result. */
const struct spf_question *analysis_spf_question(const struct spf_eval *e);

/** The answer to that. */
void analysis_spf_answer(struct spf_eval *e, const struct analysis_answer *a);

enum spf_cover { SPF_COVER_NO, SPF_COVER_PASS, SPF_COVER_UNKNOWN };

/**
 * Does it let an address send? As check_host() does: the first entry that
 * holds it decides.
 *
 * @return  _UNKNOWN where it depends on what was not evaluated
 * @source  RFC 7208 §4.6, §5.2
 */
enum spf_cover analysis_spf_covers(const struct analysis_spf *spf,
                                   struct snow_addr a);

#endif
