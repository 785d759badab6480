/*
 * Which process is about to ask what: rows that say so, for a while.
 */
#include "registration/cache_db.h"

#include <errno.h>
#include <signal.h>

#define KEPT_MAX 65536 /* octets of questions whose claims are still to go */

/* 0, SNOW_EBUSY when it is another's, SNOW_EIO */
static int take_claim(struct registration_cache *c, const char *question,
                      int64_t now_utc_s)
{
    sqlite3_stmt *s = c->statements[CLAIM];

    sqlite3_bind_text(s, 1, question, -1, SQLITE_STATIC);
    sqlite3_bind_int64(s, 2, c->owner);
    sqlite3_bind_int64(s, 3, now_utc_s + CACHE_CLAIM_S);
    sqlite3_bind_int64(s, 4, now_utc_s);
    if (registration_cache_finish(s))
        return SNOW_EIO;
    return sqlite3_changes(c->db) > 0 ? 0 : SNOW_EBUSY;
}

static int drop_claim(struct registration_cache *c, const char *question,
                      int64_t owner)
{
    sqlite3_stmt *s = c->statements[RELEASE];

    sqlite3_bind_text(s, 1, question, -1, SQLITE_STATIC);
    sqlite3_bind_int64(s, 2, owner);
    return registration_cache_finish(s);
}

void registration_claims_flush(struct registration_cache *c)
{
    size_t at = 0;

    while (at < c->kept.len && !drop_claim(c, c->kept.data + at, c->owner))
        at += strlen(c->kept.data + at) + 1;
    buf_drop_front(&c->kept, at);
}

/* Whose claim it is; 0: nobody's any more. */
static int64_t owner_of(struct registration_cache *c, const char *question)
{
    sqlite3_stmt *s = c->statements[GET_CLAIM];
    int64_t owner = 0;

    sqlite3_bind_text(s, 1, question, -1, SQLITE_STATIC);
    if (sqlite3_step(s) == SQLITE_ROW)
        owner = sqlite3_column_int64(s, 0);
    sqlite3_reset(s);
    sqlite3_clear_bindings(s);
    return owner;
}

/* One of another machine may be taken for dead: that costs a question. */
static bool is_dead(int64_t owner)
{
    return kill((pid_t)(owner & PID_MASK), 0) != 0 && errno == ESRCH;
}

int registration_cache_claim(struct registration_cache *c, const char *question,
                             int64_t now_utc_s)
{
    int code = take_claim(c, question, now_utc_s);
    int64_t owner;

    if (code == SNOW_EIO)
        return 0; /* a busy file costs a question */
    registration_claims_flush(c);
    if (code == 0)
        return 0;
    owner = owner_of(c, question);
    if (owner && !is_dead(owner))
        return SNOW_EBUSY;
    drop_claim(c, question, owner);
    return take_claim(c, question, now_utc_s) == SNOW_EBUSY ? SNOW_EBUSY : 0;
}

/* What waits here for too long lapses by itself. */
void registration_cache_release(struct registration_cache *c,
                                const char *question)
{
    if (drop_claim(c, question, c->owner) == 0)
        registration_claims_flush(c);
    else if (c->kept.len < KEPT_MAX)
        buf_add(&c->kept, question, strlen(question) + 1);
}
