/* Words and hosts that tell what a page is: one table, searched for at once.
 * Pure. */
#ifndef WEB_SIGNS_H
#define WEB_SIGNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WEB_SIGN_MAX 96 /**< octets of the longest, folded */

/** Where a sign counts; bits. */
enum web_where {
    WEB_TEXT = 1,        /**< in what is seen, from a word's beginning */
    WEB_TEXT_ALL = 2,    /**< all that is seen is this */
    WEB_TITLE = 4,       /**< the title is this */
    WEB_TITLE_BEGIN = 8, /**< the title begins with this */
    WEB_LINK = 16,       /**< in the address or text of a link to itself */
    WEB_SCRIPT = 32,     /**< in a script */
    WEB_PLACE = 64,      /**< in the address that it came from, of a frame, a
                              script or a refresh */
    WEB_DIGIT = 128,     /**< a number must stand beside it */
    WEB_TITLE_IN = 256,  /**< somewhere in the title */
};

/** What a sign tells. */
enum web_means {
    WEB_SERVER,    /**< nobody has replaced the server's own page */
    WEB_PANEL,     /**< the same of a hosting panel */
    WEB_FRESH,     /**< or of a content management system */
    WEB_SUSPENDED, /**< switched off by its host */
    WEB_SOON,      /**< it announces itself */
    WEB_FOR_SALE,
    WEB_NAME_FOR_SALE, /**< the same, if the domain is named there */
    WEB_HELD,          /**< parked, or held by a registrar */
    WEB_EXPIRED,       /**< its registration has ended */
    WEB_NOT_FOR_SALE,  /**< takes back what the two above tell */
    WEB_CHALLENGE,     /**< shown to what may be no person */
    WEB_NUMBER,        /**< of a company: registration, tax; strongest first */
    WEB_IMPRINT,
    WEB_ADDRESS,
    WEB_COMPANY, /**< its legal form */
    WEB_PHONE,
    WEB_MAIL,
    WEB_CONTACT, /**< a page about it, or how to reach it */
    WEB_N_MEANS,
};

struct web_sign {
    uint16_t where;
    uint8_t means;
    uint16_t text_max; /**< octets of text that a page may have for it to
                            count, in 64s; 0: any number */
    const char *words; /**< folded as by glyph_fold(), single spaces */
};

/** The table made ready for searching. */
struct web_index {
    uint16_t heads[1024]; /**< 1 + the first row whose words hash to it */
    uint16_t next[512];
    uint8_t len[512]; /**< octets of the words of each row */
};

void web_index_init(struct web_index *ix);

/** Signs that were found, the one that allows most text for each meaning. */
struct web_found {
    const struct web_sign *of[WEB_N_MEANS];
};

/** Folded text being searched. */
struct web_text {
    const char *at;
    size_t len;
    size_t from, to; /**< where signs may begin; the rest is beside them */
};

/** Note the signs of the text that count at @p where. */
void web_search(struct web_found *f, const struct web_index *ix,
                const struct web_text *t, unsigned where);

/** Note a sign for which no words stand: a link of a kind. */
void web_found_note(struct web_found *f, const struct web_sign *s);

/** Note the signs that are all of the text. */
void web_search_whole(struct web_found *f, const struct web_index *ix,
                      const char *text, unsigned where);

/**
 * The service that parks or sells domains to which a host belongs.
 *
 * @param host  lower case
 * @return      its name in the table, or NULL
 */
const char *web_parking_host(const char *host, size_t len);

#endif
