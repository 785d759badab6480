/* The table behind analysis/mta.h: families, and the words that tell them.
 * Pure. */
#ifndef ANALYSIS_MTA_RULES_H
#define ANALYSIS_MTA_RULES_H

#include "analysis/mta.h"

/* clang-format off */
#define MTA_FAMILIES(X)                                       \
    X(ARGOSOFT,    SERVER,  "ArGoSoft")                       \
    X(AXIGEN,      SERVER,  "Axigen")                         \
    X(BARRACUDA,   GATEWAY, "Barracuda")                      \
    X(CHASQUID,    SERVER,  "chasquid")                       \
    X(CITADEL,     SERVER,  "Citadel")                        \
    X(CLOUDFLARE,  SERVICE, "Cloudflare Email")               \
    X(CLOUDMARK,   GATEWAY, "Cloudmark Gateway")              \
    X(COMMUNIGATE, SERVER,  "CommuniGate Pro")                \
    X(COREMAIL,    SERVER,  "Coremail")                       \
    X(COURIER,     SERVER,  "Courier")                        \
    X(CRITICAL,    SERVER,  "Critical Path")                  \
    X(CYRUS,       SERVER,  "Cyrus")                          \
    X(DAVID,       SERVER,  "Tobit David")                    \
    X(DOMINO,      SERVER,  "Lotus Domino")                   \
    X(DOVECOT,     SERVER,  "Dovecot")                        \
    X(EIMS,        SERVER,  "Eudora Internet Mail Server")    \
    X(EXCHANGE,    SERVER,  "Microsoft Exchange")             \
    X(EXIM,        SERVER,  "Exim")                           \
    X(EXO,         SERVICE, "Exchange Online")                \
    X(FIRSTCLASS,  SERVER,  "FirstClass")                     \
    X(FORCEPOINT,  SERVICE, "Forcepoint")                     \
    X(FORTIMAIL,   GATEWAY, "FortiMail")                      \
    X(GO_SMTP,     TOOL,    "go-smtp")                        \
    X(GOOGLE,      SERVICE, "Google")                         \
    X(GREENARROW,  BULK,    "GreenArrow")                     \
    X(GROUPWISE,   SERVER,  "GroupWise")                      \
    X(HALON,       GATEWAY, "Halon")                          \
    X(HARAKA,      SERVER,  "Haraka")                         \
    X(HMAIL,       SERVER,  "hMailServer")                    \
    X(HURRICANE,   BULK,    "Hurricane MTA")                  \
    X(ICEWARP,     SERVER,  "IceWarp")                        \
    X(ICLOUD,      SERVICE, "Apple iCloud")                   \
    X(IMAIL,       SERVER,  "IMail")                          \
    X(INDIMAIL,    SERVER,  "IndiMail")                       \
    X(INETSIM,     TOOL,    "INetSim")                        \
    X(INTERMAIL,   SERVER,  "InterMail")                      \
    X(INTERSCAN,   GATEWAY, "Trend Micro")                    \
    X(IRONPORT,    GATEWAY, "Cisco IronPort")                 \
    X(JAMES,       SERVER,  "Apache James")                   \
    X(KERIO,       SERVER,  "Kerio")                          \
    X(KUMOMTA,     BULK,    "KumoMTA")                        \
    X(LISTMANAGER, BULK,    "ListManager")                    \
    X(MADDY,       SERVER,  "Maddy")                          \
    X(MAILCLEANER, GATEWAY, "MailCleaner")                    \
    X(MAILENABLE,  SERVER,  "MailEnable")                     \
    X(MAILERQ,     BULK,    "MailerQ")                        \
    X(MAILGUN,     SERVICE, "Mailgun")                        \
    X(MAILHOG,     TOOL,    "MailHog")                        \
    X(MAILJET,     SERVICE, "Mailjet")                        \
    X(MAILPIT,     TOOL,    "Mailpit")                        \
    X(MAILSITE,    SERVER,  "MailSite")                       \
    X(MAILSWEEPER, GATEWAY, "MAILsweeper")                    \
    X(MAILTRAQ,    SERVER,  "Mailtraq")                       \
    X(MASQMAIL,    SERVER,  "MasqMail")                       \
    X(MDAEMON,     SERVER,  "MDaemon")                        \
    X(MERCURY,     SERVER,  "Mercury")                        \
    X(MESSAGELABS, SERVICE, "MessageLabs")                    \
    X(MESSAGING,   SERVER,  "Oracle Messaging Server")        \
    X(META1,       SERVER,  "MeTA1")                          \
    X(MIMECAST,    SERVICE, "Mimecast")                       \
    X(MIRAPOINT,   SERVER,  "Mirapoint")                      \
    X(MOMENTUM,    BULK,    "Momentum")                       \
    X(MOX,         SERVER,  "mox")                            \
    X(NAVER,       SERVICE, "Naver")                          \
    X(NEMESIS,     SERVICE, "Nemesis")                        \
    X(NETQMAIL,    SERVER,  "netqmail")                       \
    X(NODEMAILER,  TOOL,    "Nodemailer")                     \
    X(NOTQMAIL,    SERVER,  "notqmail")                       \
    X(NTMAIL,      SERVER,  "NTMail")                         \
    X(OPENSMTPD,   SERVER,  "OpenSMTPD")                      \
    X(PIX,         MIDDLEBOX, "Cisco PIX or ASA")             \
    X(PMDF,        SERVER,  "PMDF")                           \
    X(POST_OFFICE, SERVER,  "Post.Office")                    \
    X(POSTAL,      BULK,    "Postal")                         \
    X(POSTFIX,     SERVER,  "Postfix")                        \
    X(POWERMTA,    BULK,    "PowerMTA")                       \
    X(PROOFPOINT,  SERVICE, "Proofpoint")                     \
    X(PROXMOX,     GATEWAY, "Proxmox Mail Gateway")           \
    X(PYTHON,      TOOL,    "Python smtpd")                   \
    X(QMAIL,       SERVER,  "qmail")                          \
    X(QQ,          SERVICE, "QQ Mail")                        \
    X(SCALIX,      SERVER,  "Scalix")                         \
    X(SECURITYGW,  GATEWAY, "SecurityGateway")                \
    X(SENDGRID,    SERVICE, "SendGrid")                       \
    X(SENDMAIL,    SERVER,  "Sendmail")                       \
    X(SES,         SERVICE, "Amazon SES")                     \
    X(SMARTERMAIL, SERVER,  "SmarterMail")                    \
    X(SPAMD,       GATEWAY, "OpenBSD spamd")                  \
    X(STALWART,    SERVER,  "Stalwart")                       \
    X(STRONGMAIL,  BULK,    "StrongMail")                     \
    X(SUBETHA,     TOOL,    "SubEthaSMTP")                    \
    X(SURGEMAIL,   SERVER,  "SurgeMail")                      \
    X(SYMANTEC,    GATEWAY, "Symantec Messaging Gateway")     \
    X(VPOP3,       SERVER,  "VPOP3")                          \
    X(WEBSHIELD,   GATEWAY, "WebShield")                      \
    X(XMAIL,       SERVER,  "XMail")                          \
    X(YAHOO,       SERVICE, "Yahoo")                          \
    X(YANDEX,      SERVICE, "Yandex")                         \
    X(ZIMBRA,      SERVER,  "Zimbra")                         \
    X(ZMAILER,     SERVER,  "ZMailer")                        \
    X(ZOHO,        SERVICE, "Zoho")                           \
    X(ZONEMTA,     BULK,    "ZoneMTA")
/* clang-format on */

#define X(id, kind, name) MTA_##id,
enum mta_family { MTA_FAMILIES(X) MTA_N_FAMILIES };
#undef X

/**
 * What tells a family. All that is given must hold.
 *
 * `words` are compared with words of one line, whole and in any case, one
 * behind the other:
 *
 *   ^    in front: behind the host name and words such as ESMTP alone
 *   <    in front: anywhere, and even where the host name is to stand
 *   $    behind: the last of the line
 *   abc* a word that begins so; a version may be its rest
 *   %    a version
 *   ~    an identifier of 16 hexadecimal digits or more
 *
 * `capabilities` are keywords in the order in which they are offered. Others
 * may stand between them unless "=" is in front; "?" marks one that may be
 * missing. A keyword with "=" in it is compared as a whole.
 */
struct mta_rule {
    enum mta_family family;
    unsigned version_in; /**< the version is one of so many words behind */
    const char *words, *host, *capabilities; /**< host: a domain it is under */
};

struct mta_rules {
    const struct mta_rule *all;
    size_t n;
};

extern const struct mta_rules mta_greeting_rules; /**< words: of any line */
extern const struct mta_rules mta_hello_rules;
extern const struct mta_rules mta_capability_rules; /**< words: of the
                                                         greeting's first */

const char *mta_family_name(enum mta_family family);
enum analysis_mta_kind mta_family_kind(enum mta_family family);

#endif
