#include "registration/wire.h"

#include "base/text.h"
#include "loop/http.h"
#include "loop/talk.h"
#include "registration/whois.h"

#define REDIRECTS 5

/* --- RDAP ---------------------------------------------------------------- */

static void on_http(void *arg, const struct http_answer *from)
{
    struct registration_wire *w = arg;
    struct registration_answer a = {
        .code = from->code,
        .is_whole = true,
        .source = from->code == 0 || from->code == SNOW_ELIMIT ? from->url : "",
        .reply = { .status = from->status,
                   .retry_after = from->retry_after,
                   .body = from->body,
                   .body_len = from->body_len },
    };

    w->done(w, &a);
}

/* RFC 7480 §4.2; some servers know the general type alone. */
static int send_rdap(struct registration_wire *w,
                     const struct registration_wires *all, const char *question)
{
    struct buf url = { 0 };
    struct http_request r = {
        .accept = "application/rdap+json, application/json;q=0.9",
        .body_max = RDAP_BODY_MAX,
        .redirects = REDIRECTS,
        .done = on_http,
        .arg = w,
    };
    int code = SNOW_ENOMEM;

    buf_printf(&url, "%s%s", w->server.where, question);
    r.url = url.data;
    if (!url.failed)
        code = http_get(all->http, &r);
    buf_fini(&url);
    return code;
}

/* What stands between "//" and the path. */
static void host_of_url(char out[WIRE_HOST_MAX],
                        const struct registration_server *s)
{
    const char *at = strstr(s->where, "//");
    size_t n = 0;

    at = at ? at + 2 : s->where;
    for (; at[n] && at[n] != '/' && n < WIRE_HOST_MAX - 1; n++)
        out[n] = text_lower(at[n]);
    out[n] = '\0';
}

/* --- WHOIS --------------------------------------------------------------- */

static void write_host(char out[WIRE_HOST_MAX], const char *host, unsigned port)
{
    bool is_ip6 = strchr(host, ':') != NULL;
    int n = snprintf(out, WIRE_HOST_MAX, is_ip6 ? "whois://[%s]" : "whois://%s",
                     host);

    if (port != WHOIS_PORT && n < WIRE_HOST_MAX)
        snprintf(out + n, WIRE_HOST_MAX - (size_t)n, ":%u", port);
}

static void whois_host(char out[WIRE_HOST_MAX],
                       const struct registration_server *s)
{
    write_host(out, s->where, s->port);
}

/* Octets up to the end of the last whole line: half a date is worse than
 * none. */
static size_t whole_lines(const char *octets, size_t len)
{
    while (len > 0 && octets[len - 1] != '\n')
        len--;
    return len;
}

/* An answer that was cut off, by whomever, counts for what was said before. */
static void on_talk(void *arg, const struct talk_answer *from)
{
    struct registration_wire *w = arg;
    char source[WIRE_HOST_MAX];
    struct registration_answer a = {
        .code = from->code,
        .is_whole = from->code == 0 && !from->is_cut && !from->is_reset,
        .source = source,
        .reply = { .retry_after = "",
                   .body = from->octets,
                   .body_len = from->len },
    };

    if (!a.is_whole)
        a.reply.body_len = whole_lines(from->octets, from->len);
    if (a.reply.body_len > 0 && from->code == SNOW_ETIMEOUT)
        a.code = 0;
    if (a.reply.body_len == 0 && from->is_cut)
        a.code = SNOW_ELIMIT;
    write_host(source, from->host, from->port); /* w's may be gone */
    if (a.code && a.code != SNOW_ELIMIT)
        *source = '\0';
    w->done(w, &a);
}

static int send_whois(struct registration_wire *w,
                      const struct registration_wires *all,
                      const char *question)
{
    struct talk_request r = { .host = w->server.where,
                              .port = w->server.port,
                              .octets = question,
                              .len = strlen(question),
                              .answer_max = WHOIS_ANSWER_MAX,
                              .done = on_talk,
                              .arg = w };

    return talk_ask(all->talk, &r);
}

/* --- either -------------------------------------------------------------- */

static const struct {
    int (*send)(struct registration_wire *w,
                const struct registration_wires *all, const char *question);
    void (*host)(char out[WIRE_HOST_MAX], const struct registration_server *s);
} protocols[REGISTRATION_PROTOCOLS] = {
    [REGISTRATION_OVER_RDAP] = { send_rdap, host_of_url },
    [REGISTRATION_OVER_WHOIS] = { send_whois, whois_host },
};

int registration_wire_send(struct registration_wire *w,
                           const struct registration_wires *all,
                           const char *question)
{
    return protocols[w->server.protocol].send(w, all, question);
}

void registration_wire_host(char out[WIRE_HOST_MAX],
                            const struct registration_server *s)
{
    protocols[s->protocol].host(out, s);
}
