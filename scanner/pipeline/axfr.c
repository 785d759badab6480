#include "pipeline/axfr.h"

#include "base/clock.h"
#include "base/random.h"
#include "base/text.h"
#include "dns/resolve.h"
#include "pipeline/run.h"

#define SCHEME "axfr:"

struct fetch {
    struct stage stage;
    struct run run;
    const char *source;
    struct snow_error *err;
    bool is_over;
    struct snow_error reason; /**< of the parser */

    uv_tcp_t tcp;
    uv_timer_t timer; /**< for octets */
    uint64_t patience_ms;
    uv_connect_t connect;
    uv_write_t write;
    unsigned char query[DNS_AXFR_QUERY_MAX];
    size_t query_len;
    char in[65536];
    struct dns_axfr axfr;
};

bool axfr_is_source(const char *text)
{
    return strncmp(text, SCHEME, sizeof SCHEME - 1) == 0;
}

/* --- the end, one for all --- */

static void finish(struct fetch *f, int code, const char *reason)
{
    if (f->is_over)
        return;
    f->is_over = true;
    if (code && code != SNOW_ECANCELED)
        snow_fail(f->err, code, "%s: %s", f->source, reason);
    uv_close((uv_handle_t *)&f->tcp, NULL);
    uv_close((uv_handle_t *)&f->timer, NULL);
    run_stage_done(&f->run, &f->stage, code);
}

static void on_stop(struct stage *s)
{
    finish((struct fetch *)s, SNOW_ECANCELED, "");
}

static void add_stats(struct stage *s, struct progress *p)
{
    (void)s;
    p->queries++;
}

static void on_late(uv_timer_t *t)
{
    finish(t->data, SNOW_ETIMEOUT, "no answer in time");
}

static void fail_uv(struct fetch *f, int status)
{
    finish(f, status == UV_ECONNREFUSED ? SNOW_EREFUSED : SNOW_EIO,
           uv_strerror(status));
}

/* --- the conversation --- */

static void on_room(uv_handle_t *h, size_t suggested, uv_buf_t *out)
{
    struct fetch *f = h->data;

    (void)suggested;
    *out = uv_buf_init(f->in, sizeof f->in);
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *octets)
{
    struct fetch *f = stream->data;
    int code;

    if (n == UV_EOF) {
        finish(f, SNOW_EIO, "it hung up before the zone was whole");
        return;
    }
    if (n < 0) {
        fail_uv(f, (int)n);
        return;
    }
    uv_timer_start(&f->timer, on_late, f->patience_ms, 0);
    code = dns_axfr_feed(&f->axfr, (unsigned char *)octets->base, (size_t)n,
                         &f->reason);
    if (code == SNOW_EDONE)
        finish(f, 0, "");
    else if (code)
        finish(f, code == SNOW_ESYNTAX ? SNOW_EIO : code,
               f->reason.text[0] ? f->reason.text : snow_strerror(code));
}

static void on_written(uv_write_t *w, int status)
{
    struct fetch *f = w->data;

    if (status && !f->is_over)
        fail_uv(f, status);
}

static void on_connected(uv_connect_t *c, int status)
{
    struct fetch *f = c->data;
    uv_buf_t octets = uv_buf_init((char *)f->query, (unsigned)f->query_len);

    if (f->is_over)
        return;
    if (!status)
        status = uv_read_start((uv_stream_t *)&f->tcp, on_room, on_read);
    if (!status)
        status =
            uv_write(&f->write, (uv_stream_t *)&f->tcp, &octets, 1, on_written);
    if (status)
        fail_uv(f, status);
}

static void start(struct fetch *f, const struct sockaddr_storage *server)
{
    int status;

    uv_tcp_init(&f->run.loop, &f->tcp);
    uv_timer_init(&f->run.loop, &f->timer);
    f->tcp.data = f->timer.data = f->connect.data = f->write.data = f;
    uv_timer_start(&f->timer, on_late, f->patience_ms, 0);
    run_add(&f->run, &f->stage);
    status = uv_tcp_connect(&f->connect, &f->tcp,
                            (const struct sockaddr *)server, on_connected);
    if (status)
        fail_uv(f, status);
}

/* --- who, and which zone --- */

static int parse(struct fetch *f, struct sockaddr_storage *server)
{
    const char *zone = f->source + sizeof SCHEME - 1;
    const char *at = strrchr(zone, '@');
    char name[1024];
    size_t len = at ? (size_t)(at - zone) : 0;

    if (len == 0 || len >= sizeof name)
        return SNOW_EINVAL;
    memcpy(name, zone, len);
    name[len] = '\0';
    if (dns_axfr_init(&f->axfr, name, (uint16_t)random_u64()))
        return SNOW_EINVAL;
    return dns_server_parse(server, at + 1);
}

static int fetch(struct fetch *f, const struct snow_config *cfg, int *signal)
{
    struct sockaddr_storage server;
    struct snow_error ending = { 0 };
    int code;

    if (parse(f, &server))
        return snow_fail(f->err, SNOW_EINVAL,
                         "'%s' is no axfr:ZONE@ADDR[:PORT]; names of servers "
                         "are not looked up",
                         f->source);
    f->stage = (struct stage){
        .on = { [STAGE_DRAIN] = on_stop, [STAGE_STOP] = on_stop },
        .stats = add_stats,
    };
    f->patience_ms = (uint64_t)(cfg->dns_timeout_s * 1000) * cfg->dns_tries;
    f->query_len = dns_axfr_query(&f->axfr, f->query);
    code = run_init(&f->run, cfg, &clock_system, f->err);
    if (code)
        return code;
    start(f, &server);
    run_stages(&f->run, &ending);
    *signal = f->run.signal;
    code = f->stage.code;
    run_fini(&f->run);
    return code;
}

int axfr_fetch(const struct snow_config *cfg, const char *source,
               dns_axfr_fn fn, void *arg, int *signal, struct snow_error *err)
{
    struct fetch *f = calloc(1, sizeof *f);
    int code;

    if (!f)
        return snow_fail(err, SNOW_ENOMEM, "out of memory");
    f->source = source;
    f->err = err;
    f->axfr.fn = fn;
    f->axfr.arg = arg;
    code = fetch(f, cfg, signal);
    free(f);
    return code;
}
