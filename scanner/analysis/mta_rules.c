#include "analysis/mta_rules.h"

#include "base/text.h"

static const struct {
    const char *name;
    enum analysis_mta_kind kind;
} families[] = {
#define X(id, kind, name) { name, ANALYSIS_MTA_##kind },
    MTA_FAMILIES(X)
#undef X
};

const char *mta_family_name(enum mta_family family)
{
    return families[family].name;
}

enum analysis_mta_kind mta_family_kind(enum mta_family family)
{
    return families[family].kind;
}

/* Names that are words of the language, or that people drop in prose, stand
 * where software names itself (^); of two that begin at the same word, the
 * first in the table. Services that name no software are told by the domain
 * that their operator owns. */
/* clang-format off */
static const struct mta_rule greetings[] = {
    { MTA_POSTFIX,     1, "^Postfix", NULL, NULL },
    { MTA_POSTFIX,     0, "^Postcow", NULL, NULL },      /* mailcow */
    { MTA_POSTFIX,     0, "Mail-in-a-Box", NULL, NULL },
    { MTA_EXIM,        1, "^Exim", NULL, NULL },
    { MTA_SENDMAIL,    2, "^Sendmail", NULL, NULL },
    { MTA_EXO,         0, "<Microsoft ESMTP MAIL Service", "outlook.com",
      NULL },
    { MTA_EXO,         0, "<Microsoft ESMTP MAIL Service", "office365.com",
      NULL },
    { MTA_EXCHANGE,    2, "<Microsoft ESMTP MAIL Service", NULL, NULL },
    { MTA_EXCHANGE,    1, "Microsoft Exchange Internet Mail Service", NULL,
      NULL },
    { MTA_EXCHANGE,    1, "Microsoft Exchange Internet Mail Connector", NULL,
      NULL },
    { MTA_EXCHANGE,    0, "^Microsoft SMTP MAIL", NULL, NULL },
    { MTA_EXCHANGE,    0, "^Microsoft Exchange", NULL, NULL },
    { MTA_POWERMTA,    2, "^PowerMTA", NULL, NULL },
    { MTA_OPENSMTPD,   1, "^OpenSMTPD", NULL, NULL },
    { MTA_HARAKA,      1, "^Haraka", NULL, NULL },
    { MTA_NETQMAIL,    1, "^netqmail*", NULL, NULL },
    { MTA_NOTQMAIL,    1, "^notqmail*", NULL, NULL },
    { MTA_QMAIL,       2, "Qmail Toaster", NULL, NULL },
    { MTA_QMAIL,       1, "^qmail", NULL, NULL },
    { MTA_QMAIL,       0, "^qmail-ldap", NULL, NULL },
    { MTA_QMAIL,       1, "^s qmail", NULL, NULL },      /* s/qmail */
    { MTA_INDIMAIL,    1, "^IndiMail*", NULL, NULL },
    { MTA_ZIMBRA,      1, "^Zimbra", NULL, NULL },
    { MTA_ZIMBRA,      1, "^Carbonio", NULL, NULL },
    { MTA_MAILENABLE,  3, "<MailEnable Service", NULL, NULL },
    { MTA_MAILENABLE,  1, "^MailEnable", NULL, NULL },
    { MTA_HMAIL,       1, "^hMailServer", NULL, NULL },
    { MTA_GREENARROW,  2, "^GreenArrow", NULL, NULL },
    { MTA_MOMENTUM,    1, "^ecelerity", NULL, NULL },
    { MTA_MOMENTUM,    1, "^Momentum", NULL, NULL },
    { MTA_KUMOMTA,     1, "^KumoMTA", NULL, NULL },
    { MTA_MAILERQ,     2, "^MailerQ", NULL, NULL },
    { MTA_MDAEMON,     2, "^MDaemon", NULL, NULL },
    { MTA_SECURITYGW,  1, "^SecurityGateway", NULL, NULL },
    { MTA_ICEWARP,     1, "^IceWarp", NULL, NULL },
    { MTA_ICEWARP,     1, "^Merak", NULL, NULL },        /* its old name */
    { MTA_HALON,       3, "^Halon", NULL, NULL },
    { MTA_POSTAL,      0, "^Postal", NULL, NULL },       /* / and a trace id */
    { MTA_COURIER,     1, "^Courier", NULL, NULL },
    { MTA_KERIO,       1, "Kerio Connect", NULL, NULL },
    { MTA_KERIO,       1, "Kerio MailServer", NULL, NULL },
    { MTA_COMMUNIGATE, 1, "CommuniGate Pro", NULL, NULL },
    { MTA_DOMINO,      1, "Domino Release", NULL, NULL },
    { MTA_DOMINO,      2, "^Lotus Domino", NULL, NULL },
    { MTA_DOMINO,      0, "Lotus SMTP MTA", NULL, NULL },
    { MTA_GROUPWISE,   1, "GroupWise Internet Agent", NULL, NULL },
    { MTA_GROUPWISE,   1, "^GroupWise", NULL, NULL },
    { MTA_SMARTERMAIL, 2, "UTC SmarterMail", NULL, NULL },
    { MTA_SMARTERMAIL, 2, "^SmarterMail", NULL, NULL },
    { MTA_MIMECAST,    0, "^ESMTP", "mimecast.com", NULL },
    { MTA_PROOFPOINT,  0, "^mfa-*", "pphosted.com", NULL },
    { MTA_PROOFPOINT,  1, "^Proofpoint", NULL, NULL },
    { MTA_IRONPORT,    0, "^ESMTP", "iphmx.com", NULL },
    { MTA_IRONPORT,    1, "^IronPort", NULL, NULL },
    { MTA_BARRACUDA,   0, "^ESMTP ~$", NULL, NULL },
    { MTA_BARRACUDA,   0, "^ESMTP", "barracudanetworks.com", NULL },
    { MTA_BARRACUDA,   3, "^Barracuda", NULL, NULL },
    { MTA_GOOGLE,      0, "gsmtp$", NULL, NULL },
    { MTA_NAVER,       0, "nsmtp$", NULL, NULL },
    { MTA_JAMES,       1, "JAMES SMTP Server", NULL, NULL },
    { MTA_JAMES,       0, "Apache JAMES", NULL, NULL },
    { MTA_JAMES,       0, "^JAMES", NULL, NULL },
    { MTA_STALWART,    1, "^Stalwart", NULL, NULL },
    { MTA_MADDY,       1, "^maddy", NULL, NULL },
    { MTA_CYRUS,       1, "^Cyrus", NULL, NULL },
    { MTA_DOVECOT,     0, "^Dovecot", NULL, NULL },
    { MTA_MOX,         1, "^mox", NULL, NULL },
    { MTA_CHASQUID,    0, "^chasquid", NULL, NULL },
    { MTA_CITADEL,     0, "^Citadel", NULL, NULL },
    { MTA_META1,       1, "^MeTA1", NULL, NULL },
    { MTA_MASQMAIL,    1, "^MasqMail", NULL, NULL },
    { MTA_ZMAILER,     2, "^ZMailer", NULL, NULL },
    { MTA_XMAIL,       0, "XMail % ESMTP", NULL, NULL },
    { MTA_IMAIL,       0, "IMail %", NULL, NULL },
    { MTA_MERCURY,     1, "Mercury 32", NULL, NULL },
    { MTA_AXIGEN,      1, "^Axigen", NULL, NULL },
    { MTA_SURGEMAIL,   2, "^SurgeSMTP", NULL, NULL },
    { MTA_MAILSITE,    0, "MailSite ESMTP Receiver Version %", NULL, NULL },
    { MTA_MAILSITE,    0, "MailSite SMTP Receiver Version %", NULL, NULL },
    { MTA_ARGOSOFT,    3, "<ArGoSoft Mail Server", NULL, NULL },
    { MTA_EIMS,        2, "Eudora Internet Mail Server", NULL, NULL },
    { MTA_FIRSTCLASS,  3, "<FirstClass SMTP", NULL, NULL },
    { MTA_FIRSTCLASS,  3, "<FirstClass ESMTP", NULL, NULL },
    { MTA_SCALIX,      3, "^Scalix", NULL, NULL },
    { MTA_MESSAGING,   1, "Oracle Communications Messaging Server", NULL,
      NULL },
    { MTA_MESSAGING,   1, "Oracle Communications Messaging Exchange Server",
      NULL, NULL },
    { MTA_MESSAGING,   1, "System Messaging Server", NULL, NULL }, /* Sun */
    { MTA_MESSAGING,   1, "iPlanet Messaging Server", NULL, NULL },
    { MTA_PMDF,        0, "PMDF %", NULL, NULL },
    { MTA_INTERMAIL,   0, "InterMail %", NULL, NULL },
    { MTA_POST_OFFICE, 0, "Post.Office %", NULL, NULL },
    { MTA_CRITICAL,    0, "^ESMTP Service % ready", NULL, NULL },
    { MTA_MIRAPOINT,   1, "^Mirapoint", NULL, NULL },
    { MTA_NTMAIL,      1, "^NTMail", NULL, NULL },
    { MTA_MAILTRAQ,    1, "^Mailtraq", NULL, NULL },
    { MTA_VPOP3,       0, "^VPOP3", NULL, NULL },
    { MTA_DAVID,       0, "Tobit.Software", NULL, NULL },
    { MTA_COREMAIL,    0, "Coremail System", NULL, NULL },
    { MTA_FORTIMAIL,   0, "^ESMTP Smtpd", NULL, NULL },
    { MTA_FORTIMAIL,   1, "^FortiMail*", NULL, NULL },
    { MTA_SYMANTEC,    1, "Symantec Messaging Gateway", NULL, NULL },
    { MTA_INTERSCAN,   0, "Trend Micro", NULL, NULL },
    { MTA_INTERSCAN,   5, "^InterScan", NULL, NULL },
    { MTA_WEBSHIELD,   0, "WebShield SMTP %", NULL, NULL },
    { MTA_MAILSWEEPER, 0, "MAILsweeper ESMTP Receiver Version %", NULL,
      NULL },
    { MTA_MAILCLEANER, 0, "^MailCleaner", NULL, NULL },
    { MTA_PROXMOX,     0, "^Proxmox", NULL, NULL },
    { MTA_SPAMD,       0, "^spamd IP-based SPAM blocker", NULL, NULL },
    { MTA_CLOUDMARK,   0, "^cmsmtp", NULL, NULL },
    { MTA_CLOUDMARK,   0, "^bizsmtp", NULL, NULL },
    { MTA_CLOUDFLARE,  0, "Cloudflare Email ESMTP Service", NULL, NULL },
    { MTA_FORCEPOINT,  0, "^MailControl", NULL, NULL },
    { MTA_MESSAGELABS, 0, "^ESMTP", "messagelabs.com", NULL },
    { MTA_ICLOUD,      0, "iSCREAM SMTP", NULL, NULL },
    { MTA_NEMESIS,     0, "Nemesis ESMTP Service", NULL, NULL },
    { MTA_QQ,          0, "QQ Mail Server", NULL, NULL },
    { MTA_YAHOO,       0, "^ESMTP ready", "yahoo.com", NULL },
    { MTA_YANDEX,      0, "Want to use Yandex.Mail", NULL, NULL },
    { MTA_YANDEX,      0, "^Ok", "yandex.net", NULL },
    { MTA_ZOHO,        0, "^SMTP Server ready", "zoho.com", NULL },
    { MTA_ZOHO,        0, "^SMTP Server ready", "zohomail.com", NULL },
    { MTA_SES,         0, "^SimpleEmailService*", NULL, NULL },
    { MTA_SENDGRID,    0, "<SG ESMTP service ready at", NULL, NULL },
    { MTA_MAILGUN,     0, "<Mailgun Influx ready", NULL, NULL },
    { MTA_MAILJET,     0, "^Mailjet", NULL, NULL },
    { MTA_LISTMANAGER, 1, "Lyris ListManager", NULL, NULL },
    { MTA_STRONGMAIL,  3, "^StrongMail", NULL, NULL },
    { MTA_HURRICANE,   0, "Hurricane Server ESMTP", NULL, NULL },
    { MTA_ZONEMTA,     1, "^ZoneMTA*", NULL, NULL },
    { MTA_PYTHON,      3, "^Python SMTP", NULL, NULL },
    { MTA_SUBETHA,     1, "^SubEthaSMTP", NULL, NULL },
    { MTA_MAILHOG,     0, "^MailHog", NULL, NULL },
    { MTA_MAILPIT,     0, "^Mailpit", NULL, NULL },
    { MTA_INETSIM,     0, "^INetSim", NULL, NULL },
};

static const struct mta_rule hellos[] = {
    { MTA_HARAKA,      0, "Haraka is at your service", NULL, NULL },
    { MTA_STALWART,    0, "you had me at EHLO", NULL, NULL },
    { MTA_MOMENTUM,    0, "says EHLO to", NULL, NULL },
    { MTA_MAILENABLE,  0, "this server offers", NULL, NULL },
    { MTA_GOOGLE,      0, "at your service", "google.com", NULL },
};

/* The order is that of the program's own source or of many servers seen; what
 * two programs share is left out. */
static const struct mta_rule capabilities[] = {
    { MTA_PIX,       0, NULL, NULL, "XXXXXXXA" }, /* a STARTTLS masked out */
    { MTA_COURIER,   0, NULL, NULL, "XVERP=Courier" },
    { MTA_POWERMTA,  0, NULL, NULL, "XACK XMRG" },
    { MTA_EXCHANGE,  0, NULL, NULL, "X-ANONYMOUSTLS" },
    { MTA_EXCHANGE,  0, NULL, NULL, "X-EXPS" },
    { MTA_EXCHANGE,  0, NULL, NULL, "XEXCH50" },
    { MTA_EXCHANGE,  0, NULL, NULL, "8BITMIME BINARYMIME CHUNKING VRFY OK" },
    { MTA_EXCHANGE,  0, NULL, NULL,
      "=SIZE PIPELINING DSN ENHANCEDSTATUSCODES ?STARTTLS ?AUTH 8BITMIME "
      "BINARYMIME CHUNKING ?SMTPUTF8" },
    { MTA_POSTFIX,   0, NULL, NULL,
      "=PIPELINING SIZE ?VRFY ?ETRN ?STARTTLS ?AUTH ?AUTH ?XVERP ?XCLIENT "
      "?XFORWARD ENHANCEDSTATUSCODES 8BITMIME ?DSN ?SMTPUTF8 ?CHUNKING" },
    { MTA_EXIM,      0, NULL, NULL,
      "=SIZE ?LIMITS 8BITMIME ?DSN ?ETRN ?EXPN PIPELINING ?X_PIPE_CONNECT "
      "?PIPE_CONNECT ?PIPECONNECT ?AUTH ?CHUNKING ?STARTTLS ?PRDR ?SMTPUTF8 "
      "HELP" },
    { MTA_SENDMAIL,  0, NULL, NULL,
      "=ENHANCEDSTATUSCODES ?PIPELINING ?EXPN ?VERB 8BITMIME ?SIZE ?DSN ?ETRN "
      "?AUTH ?STARTTLS DELIVERBY HELP" },
    { MTA_OPENSMTPD, 0, NULL, NULL,
      "=8BITMIME ENHANCEDSTATUSCODES SIZE ?DSN ?STARTTLS ?AUTH HELP" },
    { MTA_HARAKA,    0, NULL, NULL,
      "=PIPELINING 8BITMIME SMTPUTF8 SIZE STARTTLS ?AUTH" },
    { MTA_NODEMAILER, 0, NULL, NULL,
      "=PIPELINING 8BITMIME SMTPUTF8 ?AUTH STARTTLS SIZE" },
    { MTA_GO_SMTP,   0, "^ESMTP Service Ready$", NULL,
      "=PIPELINING 8BITMIME ENHANCEDSTATUSCODES CHUNKING ?STARTTLS ?AUTH "
      "?SMTPUTF8 ?REQUIRETLS ?BINARYMIME ?DSN SIZE ?LIMITS" },
    { MTA_QMAIL,     0, "^ESMTP$", NULL,
      "=?AUTH ?AUTH ?STARTTLS PIPELINING 8BITMIME ?SIZE ?AUTH ?AUTH" },
    { MTA_HMAIL,     0, "^ESMTP$", NULL, "=SIZE ?STARTTLS AUTH HELP" },
    { MTA_IRONPORT,  0, "^ESMTP$", NULL, "=8BITMIME SIZE STARTTLS" },
};
/* clang-format on */

const struct mta_rules mta_greeting_rules = { greetings, COUNT_OF(greetings) };
const struct mta_rules mta_hello_rules = { hellos, COUNT_OF(hellos) };
const struct mta_rules mta_capability_rules = { capabilities,
                                                COUNT_OF(capabilities) };
