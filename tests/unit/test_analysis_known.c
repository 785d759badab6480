/* Whom the trade knows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "analysis/known.h"
#include "base/text.h"

static const struct {
    const char *why, *domain;
    bool is_known;
} domains[] = {
    { "a sender's own", "sendgrid.net", true },
    { "made registrable by a PRIVATE suffix",
      "ec2-1-2-3-4.us-west-2.compute.amazonaws.com", true },
    { "the last of the table", "zohomail.com", true },
    { "ends like one", "notsendgrid.net", false },
    { "one's name elsewhere", "sendgrid.net.example", false },
    { "anybody's", "example.com", false },
    { "empty", "", false },
};

static const struct {
    const char *why, *text;
    bool is_known;
} orgs[] = {
    { "a word of it", "SendGrid, Inc.", true },
    { "two words", "The Rocket Science Group, LLC", true },
    { "at the end", "Twilio SENDGRID", true },
    { "inside a word", "Postmarketing GmbH", false },
    { "behind letters", "Rebrevo", false },
    { "a hosting company", "Example Hosting B.V.", false },
    { "empty", "", false },
};

static const struct {
    const char *why;
    uint32_t id;
    const char *name;
    bool is_corporate;
} registrars[] = {
    { "by number", 292, "", true },
    { "by name", 0, "MarkMonitor Inc.", true },
    { "by name, several words", 0, "Nom-iq Ltd. dba COM LAUDE", true },
    { "the number counts for more", 146, "MarkMonitor look-alike", false },
    { "a shop", 1068, "NameCheap, Inc.", false },
    { "nothing known", 0, "", false },
};

static void senders_are_known(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(domains); i++)
        if ((analysis_known_sender(domains[i].domain) != NULL) !=
            domains[i].is_known)
            fail_msg("%s: '%s'", domains[i].why, domains[i].domain);
    for (size_t i = 0; i < COUNT_OF(orgs); i++)
        if (analysis_known_sender_org(orgs[i].text) != orgs[i].is_known)
            fail_msg("%s: '%s'", orgs[i].why, orgs[i].text);
}

static void corporate_registrars_are_known(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(registrars); i++)
        if (analysis_known_corporate_registrar(registrars[i].id,
                                               registrars[i].name) !=
            registrars[i].is_corporate)
            fail_msg("%s: %u '%s'", registrars[i].why, registrars[i].id,
                     registrars[i].name);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(senders_are_known),
        cmocka_unit_test(corporate_registrars_are_known),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
