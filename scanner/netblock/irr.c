#include "netblock/irr.h"

#include "base/text.h"

void netblock_irr_init(struct netblock_irr *p, struct netblock_routes *routes)
{
    *p = (struct netblock_irr){ .routes = routes };
}

static void keep(struct netblock_irr *p, char c)
{
    if (p->len < sizeof p->text - 1)
        p->text[p->len] = c;
    p->len++;
}

/* Ends what was kept. @return false when it did not fit whole */
static bool close_text(struct netblock_irr *p)
{
    bool is_whole = p->len < sizeof p->text;

    p->text[is_whole ? p->len : sizeof p->text - 1] = '\0';
    p->len = 0;
    return is_whole;
}

/* One word of the data, if there is one. */
static int take_word(struct netblock_irr *p)
{
    if (p->len == 0)
        return 0;
    return netblock_routes_add(p->routes, close_text(p) ? p->text : "");
}

static int read_data(struct netblock_irr *p, char c, struct snow_error *err)
{
    int code = 0;

    if (text_is_space(c))
        code = take_word(p);
    else
        keep(p, c);
    if (--p->data_left == 0 && !code)
        code = take_word(p); /* the length may count no line end */
    return code ? netblock_routes_fail(err, code) : 0;
}

/* "A" and the octets of the data that follows. */
static int begin_data(struct netblock_irr *p, const char *digits,
                      struct snow_error *err)
{
    uint64_t len;
    int code = text_parse_u64(&len, digits, UINT64_MAX);

    if (code == SNOW_ESYNTAX)
        return snow_fail(err, code, "no IRRd reply: '%.80s'", p->text);
    if (code || len > NETBLOCK_IRR_MAX)
        return snow_fail(err, SNOW_ELIMIT, "an answer of '%.40s' octets",
                         digits);
    p->data_left = len;
    p->is_behind_data = true;
    return 0;
}

static int read_line(struct netblock_irr *p, struct snow_error *err)
{
    bool is_whole = close_text(p);
    size_t len = strlen(p->text);

    if (len > 0 && p->text[len - 1] == '\r')
        p->text[--len] = '\0';
    if (p->text[0] == 'F' && (len == 1 || p->text[1] == ' '))
        return snow_fail(err, SNOW_EREFUSED, "it says '%.160s'",
                         len > 2 ? p->text + 2 : "F");
    if (is_whole && p->text[0] == 'A' && !p->is_behind_data)
        return begin_data(p, p->text + 1, err);
    /* C: done. D: no such key. E: more than one of it. */
    if (len != 1 || !strchr("CDE", p->text[0]) ||
        (p->is_behind_data && p->text[0] != 'C'))
        return snow_fail(err, SNOW_ESYNTAX, "no IRRd reply: '%.80s'", p->text);
    p->is_behind_data = false;
    p->n_replies++;
    return 0;
}

int netblock_irr_feed(struct netblock_irr *p, const char *octets, size_t len,
                      struct snow_error *err)
{
    int code = 0;

    for (size_t i = 0; !code && i < len; i++) {
        if (p->data_left > 0)
            code = read_data(p, octets[i], err);
        else if (octets[i] == '\n')
            code = read_line(p, err);
        else
            keep(p, octets[i]);
    }
    return code;
}

bool netblock_irr_is_at_end(const struct netblock_irr *p)
{
    return p->len == 0 && p->data_left == 0 && !p->is_behind_data;
}

/* "!!" has no reply. */
void netblock_irr_query(char out[NETBLOCK_IRR_QUERY_MAX], uint32_t asn)
{
    snprintf(out, NETBLOCK_IRR_QUERY_MAX,
             "!!\n!nsnowline-%.16s\n!gAS%lu\n!6AS%lu\n!q\n", SNOW_VERSION,
             (unsigned long)asn, (unsigned long)asn);
}
