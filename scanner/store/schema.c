#include "store/schema.h"

/* Larger pages make the file a little smaller and the writes three times as
 * many when /24s arrive scattered. */
const char schema_pragmas[] = "PRAGMA page_size = 4096;"
                              "PRAGMA journal_mode = WAL;";

/* FULL costs nothing measurable at one commit a second, and keeps what is
 * committed through a power loss. The WAL is folded back every 16 MiB. Rows are
 * written once and in a few thousand places at a time: a small cache does.
 * What is deleted or replaced is overwritten where that costs no page more. */
const char schema_connection[] = "PRAGMA synchronous = FULL;"
                                 "PRAGMA wal_autocheckpoint = 4000;"
                                 "PRAGMA cache_size = -2048;"
                                 "PRAGMA foreign_keys = ON;"
                                 "PRAGMA secure_delete = FAST;";

/* clang-format off */
#define WALK_TABLES                                                            \
    /* addr: the 128-bit key, big-endian; names: each with its NUL */          \
    "CREATE TABLE name("                                                       \
    " scan INTEGER NOT NULL REFERENCES scan,"                                  \
    " addr BLOB NOT NULL,"                                                     \
    " nibbles INTEGER NOT NULL,"                                               \
    " status INTEGER NOT NULL,"                                                \
    " seen INTEGER NOT NULL,"                                                  \
    " names BLOB NOT NULL,"                                                    \
    " PRIMARY KEY(scan, addr, nibbles)) WITHOUT ROWID;"                        \
    /* ask, open: the children, bit i for nibble i */                          \
    "CREATE TABLE node("                                                       \
    " scan INTEGER NOT NULL REFERENCES scan,"                                  \
    " addr BLOB NOT NULL,"                                                     \
    " nibbles INTEGER NOT NULL,"                                               \
    " ask INTEGER NOT NULL,"                                                   \
    " open INTEGER NOT NULL,"                                                  \
    " PRIMARY KEY(scan, addr, nibbles)) WITHOUT ROWID;"                        \
    /* how many nodes have that status */                                      \
    "CREATE TABLE walk("                                                       \
    " scan INTEGER NOT NULL REFERENCES scan,"                                  \
    " status INTEGER NOT NULL,"                                                \
    " n INTEGER NOT NULL,"                                                     \
    " PRIMARY KEY(scan, status)) WITHOUT ROWID;"                               \
    "PRAGMA user_version = 2;"

/* As of struct snow_tls; empty where there was no handshake */
#define TLS_COLUMNS                                                            \
    "ALTER TABLE probe ADD COLUMN tls_version TEXT NOT NULL DEFAULT '';"       \
    "ALTER TABLE probe ADD COLUMN tls_cipher TEXT NOT NULL DEFAULT '';"        \
    "ALTER TABLE probe ADD COLUMN tls_subject BLOB NOT NULL DEFAULT x'';"      \
    "ALTER TABLE probe ADD COLUMN tls_names BLOB NOT NULL DEFAULT x'';"        \
    "ALTER TABLE probe ADD COLUMN tls_issuer BLOB NOT NULL DEFAULT x'';"       \
    "ALTER TABLE probe ADD COLUMN tls_not_before INTEGER;"                     \
    "ALTER TABLE probe ADD COLUMN tls_not_after INTEGER;"                      \
    "ALTER TABLE probe ADD COLUMN tls_spki_sha256 TEXT NOT NULL DEFAULT '';"   \
    "ALTER TABLE probe ADD COLUMN tls_self_signed INTEGER NOT NULL DEFAULT 0;" \
    "PRAGMA user_version = 3;"

/* scan refers to nothing: what was written to others is remembered when the
 * scan is forgotten. data: JSON, of one finding */
#define COMPLAINT_TABLE                                                        \
    "CREATE TABLE complaint("                                                  \
    " message TEXT NOT NULL,"                                                  \
    " finding TEXT NOT NULL,"                                                  \
    " scan INTEGER NOT NULL,"                                                  \
    " made INTEGER NOT NULL,"                                                  \
    " recipient TEXT NOT NULL,"                                                \
    " data TEXT NOT NULL,"                                                     \
    " PRIMARY KEY(message, finding)) WITHOUT ROWID;"                           \
    "PRAGMA user_version = 4;"

const char schema_from_1[] = "BEGIN IMMEDIATE;" WALK_TABLES "COMMIT;";

const char schema_from_2[] = "BEGIN IMMEDIATE;" TLS_COLUMNS "COMMIT;";

const char schema_from_3[] = "BEGIN IMMEDIATE;" COMPLAINT_TABLE "COMMIT;";

const char schema_sql[] =
    "BEGIN;"
    "CREATE TABLE scan("
    " id INTEGER PRIMARY KEY,"
    " targets TEXT NOT NULL,"
    " settings TEXT NOT NULL,"
    " seed INTEGER NOT NULL,"
    " created INTEGER NOT NULL,"
    " now INTEGER NOT NULL,"
    " finished INTEGER,"
    " version TEXT NOT NULL);"
    /* key: scan << 24 | the /24's number; data: see store/block.h */
    "CREATE TABLE block("
    " key INTEGER PRIMARY KEY,"
    " data BLOB NOT NULL);"
    "CREATE TABLE tail("
    " scan INTEGER NOT NULL REFERENCES scan,"
    " block INTEGER NOT NULL,"
    " seq INTEGER NOT NULL,"
    " data BLOB NOT NULL,"
    " PRIMARY KEY(scan, block, seq)) WITHOUT ROWID;"
    /* addr: the 128-bit key, big-endian */
    "CREATE TABLE probe("
    " scan INTEGER NOT NULL REFERENCES scan,"
    " addr BLOB NOT NULL,"
    " port INTEGER NOT NULL,"
    " status INTEGER NOT NULL,"
    " code INTEGER NOT NULL,"
    " greeting_ms INTEGER NOT NULL,"
    " ehlo_status INTEGER NOT NULL,"
    " tls_status INTEGER NOT NULL,"
    " client_blocked INTEGER NOT NULL,"
    " seen INTEGER NOT NULL,"
    " banner BLOB NOT NULL,"
    " hello BLOB NOT NULL,"
    " capabilities BLOB NOT NULL,"
    " PRIMARY KEY(scan, addr, port)) WITHOUT ROWID;"
    "CREATE TABLE evidence("
    " scan INTEGER NOT NULL REFERENCES scan,"
    " kind TEXT NOT NULL,"
    " subject TEXT NOT NULL,"
    " source TEXT NOT NULL,"
    " observed INTEGER NOT NULL,"
    " data TEXT NOT NULL,"
    " PRIMARY KEY(scan, kind, subject)) WITHOUT ROWID;"
    "PRAGMA application_id = 1397641047;"
    WALK_TABLES
    TLS_COLUMNS
    COMPLAINT_TABLE
    "COMMIT;";
/* clang-format on */
