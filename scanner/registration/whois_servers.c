#include "registration/whois_servers.h"

/* Rows are sorted by suffix. A host of NULL is whois.nic.SUFFIX, "" nobody. */
static const struct {
    const char *suffix, *host;
} servers[] = {
#include "registration/whois_servers.inc"
};

/* Hosts that want more than the name. */
static const struct {
    const char *host, *query;
} forms[] = {
    { "ccwhois.verisign-grs.com", "domain %s" }, /* else hosts match, too */
    { "whois.denic.de", "-T dn,ace %s" },
    { "whois.jprs.jp", "%s/e" }, /* in English */
    { "whois.nic.ad.jp", "%s/e" },
    { "whois.punktum.dk", "--charset=utf-8 %s" },
    { "whois.verisign-grs.com", "domain %s" },
};

static int find(const char *suffix)
{
    int low = 0, high = (int)COUNT_OF(servers);

    while (low < high) {
        int middle = (low + high) / 2;
        int order = strcasecmp(servers[middle].suffix, suffix);

        if (order == 0)
            return middle;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return -1;
}

void registration_whois_server_named(struct whois_server *out, const char *host)
{
    *out = (struct whois_server){ .query = "%s" };
    text_copy(out->host, sizeof out->host, host);
    for (size_t i = 0; i < COUNT_OF(forms); i++)
        if (text_equal_fold(forms[i].host, host))
            out->query = forms[i].query;
}

static void name_server(struct whois_server *out, const char *host,
                        const char *suffix)
{
    char name[sizeof out->host];

    if (!host) {
        snprintf(name, sizeof name, "whois.nic.%s", suffix);
        host = name;
    }
    registration_whois_server_named(out, host);
}

bool registration_whois_server(struct whois_server *out, const char *domain)
{
    const char *suffix = strchr(domain, '.'), *last = NULL;

    for (; suffix; suffix = strchr(suffix, '.')) {
        int i = find(++suffix);

        last = suffix;
        if (i < 0)
            continue;
        name_server(out, servers[i].host, servers[i].suffix);
        return true;
    }
    if (!last || strlen(last) < 3 || strlen(last) > 63)
        return false;
    name_server(out, NULL, last);
    out->is_a_guess = true;
    return true;
}

size_t registration_whois_question(char out[WHOIS_QUESTION_MAX],
                                   const struct whois_server *server,
                                   const char *domain)
{
    const char *mark = strstr(server->query, "%s");
    int n;

    if (domain[0] == '\0' || domain[0] == '-')
        return 0;
    for (const char *c = domain; *c; c++)
        if (!text_is_alnum(*c) && *c != '-' && *c != '.' && *c != '_')
            return 0;
    n = snprintf(out, WHOIS_QUESTION_MAX, "%.*s%s%s\r\n",
                 (int)(mark - server->query), server->query, domain, mark + 2);
    return n > 0 && n < WHOIS_QUESTION_MAX ? (size_t)n : 0;
}
