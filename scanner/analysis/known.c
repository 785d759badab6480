#include "analysis/known.h"

#include <string.h>

#include "base/text.h"

/*
 * Domains under which large senders name their servers, and what they are
 * known for. Chosen from the targets that SPF records of the whole DNS include
 * most often: whoever is included by millions of domains sends for others. A
 * run of these is a pool of theirs, whatever else it looks like.
 */
/* clang-format off */
static const struct {
    const char *domain, *why;
} senders[] = {
    { "amazonaws.com",          "cloud and its mail service" },
    { "amazonses.com",          "mail of customers" },
    { "aruba.it",               "hosting and its mail" },
    { "barracudanetworks.com",  "mail filter" },
    { "bluehost.com",           "hosting and its mail" },
    { "elasticemail.com",       "mail of customers" },
    { "emailsrvr.com",          "mailboxes of customers" },
    { "exacttarget.com",        "marketing mail of customers" },
    { "gandi.net",              "registrar and its mail" },
    { "google.com",             "mailboxes" },
    { "googlemail.com",         "mailboxes" },
    { "hostinger.com",          "hosting and its mail" },
    { "hotmail.com",            "mailboxes" },
    { "hubspotemail.net",       "marketing mail of customers" },
    { "infomaniak.ch",          "hosting and its mail" },
    { "mailchannels.net",       "mail of hosting companies" },
    { "mailgun.net",            "mail of customers" },
    { "mailgun.org",            "mail of customers" },
    { "mailjet.com",            "mail of customers" },
    { "mailspamprotection.com", "mail filter of hosting companies" },
    { "mandrillapp.com",        "mail of customers" },
    { "mcdlv.net",              "marketing mail of customers" },
    { "mcsv.net",               "marketing mail of customers" },
    { "messagelabs.com",        "mail filter" },
    { "mimecast.com",           "mail filter" },
    { "mktomail.com",           "marketing mail of customers" },
    { "mlsend.com",             "marketing mail of customers" },
    { "mtasv.net",              "mail of customers" },
    { "outlook.com",            "mailboxes" },
    { "ovh.com",                "hosting and its mail" },
    { "ovh.net",                "hosting and its mail" },
    { "pardot.com",             "marketing mail of customers" },
    { "pphosted.com",           "mail filter" },
    { "qq.com",                 "mailboxes" },
    { "registrar-servers.com",  "registrar and its mail" },
    { "rsgsv.net",              "marketing mail of customers" },
    { "salesforce.com",         "mail of customers" },
    { "secureserver.net",       "hosting and its mail" },
    { "sendgrid.net",           "mail of customers" },
    { "sendinblue.com",         "marketing mail of customers" },
    { "sparkpostmail.com",      "mail of customers" },
    { "websitewelcome.com",     "hosting and its mail" },
    { "yahoo.com",              "mailboxes" },
    { "zendesk.com",            "mail of customers" },
    { "zoho.com",               "mailboxes" },
    { "zohomail.com",           "mailboxes" },
};

/* The same companies as holders of netblocks. A word of one of these in an
 * organisation's name is enough. */
static const char *const sender_orgs[] = {
    "sendgrid", "twilio", "mailgun", "sinch", "mailjet", "mailchimp",
    "rocket science group", "mandrill", "sparkpost", "messagebird", "postmark",
    "activecampaign", "sendinblue", "brevo", "elastic email", "elasticemail",
    "mailerlite", "hubspot", "marketo", "salesforce", "exacttarget", "mimecast",
    "proofpoint", "messagelabs", "mailchannels", "constant contact",
};

/* IANA's registrar IDs. They sell to companies that ask for many names at
 * once, one day, by contract: no throwaway names come from there. */
static const struct {
    uint32_t iana_id;
    const char *word; /* of their names, where no number is told */
} corporate_registrars[] = {
    { 292, "markmonitor" },
    { 299, "csc corporate domains" },
    { 447, "safenames" },
    { 470, "com laude" },
};
/* clang-format on */

/* Does @p domain end in @p parent, at a label? */
static bool is_within(const char *domain, const char *parent)
{
    size_t n = strlen(domain), of = strlen(parent);

    return n >= of && strcmp(domain + n - of, parent) == 0 &&
           (n == of || domain[n - of - 1] == '.');
}

const char *analysis_known_sender(const char *domain)
{
    for (size_t i = 0; i < COUNT_OF(senders); i++)
        if (is_within(domain, senders[i].domain))
            return senders[i].why;
    return NULL;
}

static bool begins_with_fold(const char *text, const char *words)
{
    while (*words && text_lower(*text) == *words) {
        text++;
        words++;
    }
    return *words == '\0' && !text_is_alnum(*text);
}

/* Do the words, in lower case, stand in the text as whole words? */
static bool has_words(const char *text, const char *words)
{
    bool is_inside = false; /* of a word */

    for (; *text; text++) {
        if (!is_inside && begins_with_fold(text, words))
            return true;
        is_inside = text_is_alnum(*text);
    }
    return false;
}

bool analysis_known_sender_org(const char *organisation)
{
    for (size_t i = 0; i < COUNT_OF(sender_orgs); i++)
        if (has_words(organisation, sender_orgs[i]))
            return true;
    return false;
}

bool analysis_known_corporate_registrar(uint32_t iana_id, const char *name)
{
    for (size_t i = 0; i < COUNT_OF(corporate_registrars); i++)
        if (iana_id > 0 ? iana_id == corporate_registrars[i].iana_id
                        : has_words(name, corporate_registrars[i].word))
            return true;
    return false;
}
