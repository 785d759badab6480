#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/text.h"
#include "web/page.h"

#define DOMAIN "acme-valves.example"
#define HTML "text/html; charset=utf-8"

/* "~" in a body: some six hundred octets of prose that tell nothing. */
static const char prose[] =
    "<p>Our valves keep water where it belongs. Each is turned from one piece "
    "of bronze, tested twice at double pressure and packed in straw, the way "
    "it has been done since the workshop opened beside the canal. Seals wear "
    "out, so we make them by the thousand and send them in plain envelopes. "
    "Farmers, breweries and two lighthouses rely on them. When the frost "
    "comes early we answer letters at night as well, since a burst pipe does "
    "not wait for the morning. Larger sizes take three weeks, odd threads a "
    "little longer, and nothing leaves the bench before somebody other than "
    "its maker has closed it by hand and listened.</p>";

struct page_case {
    const char *why;
    long status;
    const char *type, *host, *path, *body;
    enum page_detail detail;
    int company; /* an enum page_company */
};

enum { NO = PAGE_COMPANY_NO, YES = PAGE_COMPANY_YES, DUNNO = 0 };

#define OWN DOMAIN, "/"
#define OK 200, HTML, OWN

/* clang-format off */
static const struct page_case cases[] = {
    /* sites */
    { "prose alone", OK, "<title>Valves</title>~", PAGE_SITE, NO },
    { "a German imprint", OK, "~<a href=/impressum.html>Impressum</a>", PAGE_SITE, YES },
    { "an imprint in the address alone", OK, "~<a href='/de/impressum'><img src=i></a>", PAGE_SITE, YES },
    { "a French one, by entities", OK, "~<a href=/ml>Mentions l&eacute;gales</a>", PAGE_SITE, YES },
    { "one in Latin-1", 200, "text/html; charset=iso-8859-1", OWN, "~<a href=/ml>Mentions l\xe9gales</a>", PAGE_SITE, YES },
    { "a VAT number", OK, "~<footer>VAT no. GB 123 4567 89</footer>", PAGE_SITE, YES },
    { "an Italian one", OK, "~P.IVA 01234567890", PAGE_SITE, YES },
    { "a Russian one", OK, "~\xd0\x98\xd0\x9d\xd0\x9d 7701234567", PAGE_SITE, YES },
    { "a Chinese company", OK, "~\xe5\x8c\x97\xe4\xba\xac\xe9\x98\x80\xe9\x97\xa8\xe6\x9c\x89\xe9\x99\x90\xe5\x85\xac\xe5\x8f\xb8", PAGE_SITE, YES },
    { "an English street", OK, "~<address>12 Kiln Street, Upper Canalside</address>", PAGE_SITE, YES },
    { "a German street", OK, "~Hafenstra\xc3\x9f" "e 5, 12345 Wasserburg", PAGE_SITE, YES },
    { "a street without a number is a word", OK, "~<p>the street outside", PAGE_SITE, NO },
    { "a telephone link", OK, "~<a href=tel:+441632960000>Ring</a>", PAGE_SITE, YES },
    { "a telephone number", OK, "~Telefon: 01632 960000", PAGE_SITE, YES },
    { "a mail link", OK, "~<A HREF=\"MAILTO:hans@acme-valves.example\">Hans</A>", PAGE_SITE, YES },
    { "a contact page", OK, "~<a href=/contact-us.php>Write</a>", PAGE_SITE, YES },
    { "a section of the one page", OK, "~<a href=#about>Who</a>", PAGE_SITE, YES },
    { "a contact page of somebody else", OK, "~<a href=//widgets.example/contact>Contact</a>", PAGE_SITE, NO },
    { "the word alone is no contact", OK, "~<p>Keep dry: avoid contact with salt", PAGE_SITE, NO },
    { "nor is a longer word", OK, "~<p>Sizes are imprinted on each valve", PAGE_SITE, NO },
    { "words in a comment are not seen", OK, "~<!-- Impressum, VAT number 5 -->", PAGE_SITE, NO },
    { "words in a script are not seen", OK, "~<script>var x = 'Impressum';</script>", PAGE_SITE, NO },
    { "words in a style are not seen", OK, "~<style>.imprint::after{content:'imprint'}</style>", PAGE_SITE, NO },
    { "a business told to search engines", OK, "~<script type=application/ld+json>{\"@type\": \"LocalBusiness\"}</script>", PAGE_SITE, YES },
    { "a www host is one's own", 200, HTML, "www." DOMAIN, "/", "~<a href=https://" DOMAIN "/about>We</a>", PAGE_SITE, YES },
    { "an unknown character set hides words", 200, "text/html; charset=windows-1251", OWN, "\xcf\xf0\xe8\xe2\xe5\xf2\xcf\xf0\xe8\xe2\xe5\xf2\xcf\xf0\xe8\xe2\xe5\xf2\xcf\xf0\xe8\xe2\xe5\xf2\xcf\xf0\xe8\xe2\xe5\xf2\xcf\xf0\xe8\xe2\xe5\xf2\xcf\xf0\xe8\xe2\xe5\xf2\xcf\xf0\xe8\xe2\xe5\xf2~", PAGE_SITE, DUNNO },
    { "plain text", 200, "text/plain", OWN, "~", PAGE_SITE, NO },
    { "no type", 200, "", OWN, "<!doctype html>~", PAGE_SITE, NO },
    { "little text", OK, "<title>Valves</title><h1>Valves</h1><p>Ask for them.", PAGE_THIN, NO },
    { "a logo and a mail link", OK, "<img src=logo.png><a href=mailto:a@b.example>a</a>", PAGE_THIN, YES },
    { "an image", 200, "image/png", OWN, "\x89PNG\r\n\x1a\n", PAGE_FILE, DUNNO },
    { "JSON", 200, "application/json", OWN, "{\"status\":\"up\"}", PAGE_FILE, DUNNO },
    { "files", OK, "<title>Index of /</title><h1>Index of /</h1><a href=\"?C=N;O=D\">Name</a><a href=\"../\">../</a><a href=\"valves.pdf\">valves.pdf</a>", PAGE_LISTING, DUNNO },
    { "drawn by a script", OK, "<div id=app></div><noscript>You need to enable JavaScript.</noscript><script src=/main.4f.js></script>", PAGE_SCRIPT_ONLY, DUNNO },
    { "and naming who it is", OK, "<div id=app></div><script src=/m.js></script><a href=/imprint>x</a>", PAGE_SCRIPT_ONLY, YES },
    { "a page that goes on to itself", OK, "<meta http-equiv=Refresh content='0; URL=/en/'>", PAGE_SCRIPT_ONLY, DUNNO },
    { "of another domain", 200, HTML, "www.brand.example", "/", "~<a href=/imprint>Imprint</a>", PAGE_ELSEWHERE, DUNNO },
    { "a frame of another domain", OK, "<frameset><frame src=http://shop.brand.example/></frameset>", PAGE_ELSEWHERE, DUNNO },
    { "a refresh to another domain", OK, "<meta http-equiv=refresh content=\"0;url='https://brand.example/'\">", PAGE_ELSEWHERE, DUNNO },
    { "a suffix is not a label", 200, HTML, "not-" DOMAIN, "/", "~", PAGE_ELSEWHERE, DUNNO },

    /* honest ones that sound like others */
    { "not for sale", OK, "<p>Buy this domain? No: this domain is not for sale.</p>~", PAGE_SITE, NO },
    { "nor in German", OK, "<p>Diese Domain steht nicht zum Verkauf.</p>~", PAGE_SITE, NO },
    { "an article on a server's first page", OK, "<title>Welcome to nginx! What it means and what to do</title>~~<h2>Welcome to nginx!</h2>If you see this page, the nginx web server is successfully installed~~", PAGE_SITE, NO },
    { "with that very title", OK, "<title>Welcome to nginx!</title>~~~~~~~~", PAGE_SITE, NO },
    { "a handbook on panels", OK, "~~~~~This page is generated by Plesk, says the page.~~", PAGE_SITE, NO },
    { "a product is coming soon", OK, "~<p>Coming soon: larger valves.", PAGE_SITE, NO },
    { "a dealer in domains", OK, "~~~~~~<p>Valves.example: this domain is for sale.", PAGE_SITE, NO },
    { "a house is for sale", OK, "<title>The mill is for sale</title>~", PAGE_SITE, NO },
    { "it works, says a customer", OK, "<p>It works! Thank you.</p>~", PAGE_SITE, NO },
    { "announced, but with an imprint", OK, "Coming soon. <a href=/i>Imprint</a>", PAGE_THIN, YES },
    { "a link to a market of domains", OK, "<a href=https://sedo.com/>Where we bought ours</a>~", PAGE_SITE, NO },

    /* first pages of servers and panels */
    { "nginx", OK, "<!DOCTYPE html><html><head><title>Welcome to nginx!</title></head><body><h1>Welcome to nginx!</h1><p>If you see this page, ...</p><a href=\"http://nginx.org/\">nginx.org</a></body>", PAGE_SERVER, NO },
    { "nginx of a distribution", OK, "<title>Welcome to nginx on Debian!</title><h1>Hello</h1>", PAGE_SERVER, NO },
    { "nginx in capitals and pieces", OK, "<TITLE>\n  Welcome   to\tNGINX! </TITLE>", PAGE_SERVER, NO },
    { "Apache, bare", OK, "<html><body><h1>It works!</h1></body></html>", PAGE_SERVER, NO },
    { "Apache, longer", OK, "<h1>It works!</h1><p>This is the default web page for this server.</p><p>The web server software is running but no content has been added, yet.</p>", PAGE_SERVER, NO },
    { "Apache of Debian", OK, "<title>Apache2 Debian Default Page: It works</title>~~~<a href=/manual>manual</a>", PAGE_SERVER, NO },
    { "Apache of Ubuntu", OK, "<title>Apache2 Ubuntu Default Page: It works</title>~~~", PAGE_SERVER, NO },
    { "Apache of CentOS, sent as 403", 403, HTML, OWN, "<title>Apache HTTP Server Test Page powered by CentOS</title>~", PAGE_SERVER, NO },
    { "Apache of Red Hat", 403, HTML, OWN, "<title>Test Page for the HTTP Server on Red Hat Enterprise Linux</title>~", PAGE_SERVER, NO },
    { "IIS", OK, "<title>IIS Windows Server</title><a href=\"http://go.microsoft.com/fwlink/\"><img src=iisstart.png></a>", PAGE_SERVER, NO },
    { "lighttpd", OK, "<title>Welcome page</title><h1>Placeholder page</h1><p>The owner of this web site has not put up any web pages yet.", PAGE_SERVER, NO },
    { "Tomcat", OK, "<title>Apache Tomcat/9.0</title><h2>If you're seeing this, you've successfully installed Tomcat. Congratulations!</h2>~", PAGE_SERVER, NO },
    { "LiteSpeed", OK, "<p>Congratulations! You have successfully installed the OpenLiteSpeed Web Server!", PAGE_SERVER, NO },
    { "Caddy", OK, "<title>Caddy works!</title>~", PAGE_SERVER, NO },
    { "Plesk", OK, "<title>Web Server's Default Page</title>~<p>This page is generated by Plesk", PAGE_PANEL, NO },
    { "Plesk, older", OK, "<title>Domain Default page</title>~", PAGE_PANEL, NO },
    { "cPanel", OK, "<title>Default Web Site Page</title>~", PAGE_PANEL, NO },
    { "cPanel by its address", 200, HTML, DOMAIN, "/cgi-sys/defaultwebpage.cgi", "<h1>SORRY!</h1>", PAGE_PANEL, NO },
    { "a Chinese panel", OK, "<h1>\xe6\x81\xad\xe5\x96\x9c, \xe7\xab\x99\xe7\x82\xb9\xe5\x88\x9b\xe5\xbb\xba\xe6\x88\x90\xe5\x8a\x9f\xef\xbc\x81</h1>", PAGE_PANEL, NO },
    { "Hestia", OK, "<h1>Success!</h1><p>Your new web server is ready to use.", PAGE_PANEL, NO },
    { "WordPress as installed", OK, "<title>Acme</title>~<p>Welcome to WordPress. This is your first post. Edit or delete it.", PAGE_FRESH, NO },
    { "a directory of nothing", OK, "<title>Index of /</title><h1>Index of /</h1><a href=\"?C=N;O=D\">Name</a><a href=\"/\">Parent</a><a href=\"cgi-bin/\">cgi-bin/</a>", PAGE_NOTHING, NO },
    { "no octet", OK, "", PAGE_EMPTY, NO },
    { "tags alone", OK, "<html><head></head><body>&nbsp;\n</body></html>", PAGE_EMPTY, NO },
    { "nothing there", 404, HTML, OWN, "<title>404 Not Found</title><h1>Not Found</h1>", PAGE_NOT_FOUND, NO },
    { "a 404 with much to read", 404, HTML, OWN, "~", PAGE_SITE, NO },
    { "announced", OK, "<title>Coming Soon</title><h1>Coming soon</h1>", PAGE_PLACEHOLDER, NO },
    { "announced in German", OK, "<p>Hier entsteht unsere neue Seite", PAGE_PLACEHOLDER, NO },
    { "in Spanish, by numbers", OK, "<p>Sitio en construcci&#243;n", PAGE_PLACEHOLDER, NO },
    { "in Turkish", OK, "<p>Sitemiz yap\xc4\xb1m a\xc5\x9f" "amas\xc4\xb1nda", PAGE_PLACEHOLDER, NO },
    { "in Russian", OK, "\xd0\xa1\xd0\xb0\xd0\xb9\xd1\x82 \xd0\x92 \xd0\xa0\xd0\x90\xd0\x97\xd0\xa0\xd0\x90\xd0\x91\xd0\x9e\xd0\xa2\xd0\x9a\xd0\x95", PAGE_PLACEHOLDER, NO },
    { "switched off", OK, "<title>Account Suspended</title><p>This Account has been suspended.", PAGE_SUSPENDED, NO },

    /* parked */
    { "sent to a market", 200, HTML, "www.hugedomains.com", "/domain_profile.cfm?d=acme", "~~~", PAGE_HELD, NO },
    { "sent to a number", 200, HTML, "ww25." DOMAIN, "/", "<div></div><script src=/js/p.js></script>", PAGE_HELD, NO },
    { "a frame of a parker", OK, "<iframe src=\"//www.sedoparking.com/acme\"></iframe>", PAGE_HELD, NO },
    { "a script of a parker", OK, "<body><script src='https://d38psrni17bvxu.cloudfront.net/x.js'></script>", PAGE_HELD, NO },
    { "paid by a blocker", OK, "<html data-adblockkey=\"MFwwDQYJ\"><body><div id=target></div>", PAGE_HELD, NO },
    { "a lander", OK, "<script>window.onload=function(){window.location.href=\"/lander\"}</script>", PAGE_HELD, NO },
    { "listings", OK, "<p>The Sponsored Listings displayed above are served automatically by a third party.", PAGE_HELD, NO },
    { "held by a registrar", OK, "<p>acme-valves.example is parked free, courtesy of a registrar.", PAGE_HELD, NO },
    { "held in French", OK, "<p>Ce nom de domaine a &eacute;t&eacute; enregistr&eacute;", PAGE_HELD, NO },
    { "for sale", OK, "<h1>acme-valves.example</h1><p>This domain is <b>for</b> sale!", PAGE_FOR_SALE, NO },
    { "for sale by its title", OK, "<title>Acme-Valves.example is for sale</title><form><input name=offer></form>", PAGE_FOR_SALE, NO },
    { "for sale in German", OK, "Diese Domain steht zum Verkauf", PAGE_FOR_SALE, NO },
    { "in French", OK, "Ce nom de domaine est \xc3\xa0 vendre", PAGE_FOR_SALE, NO },
    { "in Dutch, sent as 404", 404, HTML, OWN, "Deze domeinnaam is te koop", PAGE_FOR_SALE, NO },
    { "in Polish", OK, "Ta domena jest na sprzeda\xc5\xbc", PAGE_FOR_SALE, NO },
    { "in Russian", OK, "\xd0\x94\xd0\xbe\xd0\xbc\xd0\xb5\xd0\xbd \xd0\x9f\xd1\x80\xd0\xbe\xd0\xb4\xd0\xb0\xd1\x91\xd1\x82\xd1\x81\xd1\x8f", PAGE_FOR_SALE, NO },
    { "in Chinese", OK, "\xe6\x9c\xac\xe5\x9f\x9f\xe5\x90\x8d\xe5\x87\xba\xe5\x94\xae", PAGE_FOR_SALE, NO },
    { "expired", OK, "This domain has expired. Is it yours? Renew it.", PAGE_EXPIRED, NO },

    /* no sight of it */
    { "are you a person", 403, HTML, OWN, "<title>Just a moment...</title><script>x</script>", PAGE_CHALLENGE, DUNNO },
    { "forbidden", 403, HTML, OWN, "<h1>403 Forbidden</h1><hr>nginx", PAGE_FORBIDDEN, DUNNO },
    { "a password", 401, HTML, OWN, "", PAGE_FORBIDDEN, DUNNO },
    { "too many", 429, HTML, OWN, "", PAGE_BUSY, DUNNO },
    { "out of order", 500, HTML, OWN, "<h1>Internal Server Error</h1>", PAGE_BROKEN, DUNNO },
    { "one redirect too many", 302, HTML, OWN, "", PAGE_REDIRECTS, DUNNO },

    /* hostile */
    { "a tag that never ends", OK, "~<a href=\"", PAGE_SITE, NO },
    { "a tag cut off", OK, "<h1>Hello</h1><im", PAGE_THIN, NO },
    { "a comment that never ends", OK, "Hello<!-- ~~~", PAGE_THIN, NO },
    { "a script that never ends", OK, "Hello<script>~~~", PAGE_SCRIPT_ONLY, DUNNO },
    { "a script with an end in a word", OK, "<script>var a = '</scripted>Impressum';</script>~", PAGE_SITE, NO },
    { "a title that never ends", OK, "<title>Welcome to nginx!", PAGE_SERVER, NO },
    { "two titles", OK, "<title>Valves</title><title>Welcome to nginx!</title>", PAGE_EMPTY, NO },
    { "less than nothing", OK, "<<<>><<a<b>>", PAGE_THIN, NO },
    { "ampersands", OK, "&&&;&#;&#x;&#xffffffffff;&#99999999999;&nosuch;&#0;&#xd800;", PAGE_THIN, NO },
    { "joined by what is not seen", OK, "This do&shy;main is fo\xe2\x80\x8br sale", PAGE_FOR_SALE, NO },
    { "spelt with combining accents", OK, "Sitio en construccio\xcc\x81n", PAGE_PLACEHOLDER, NO },
    { "attributes that repeat", OK, "~<a href=/x href=/impressum>x</a>", PAGE_SITE, NO },
    { "a slash and equals signs in a tag", OK, "~<a / = == href = /imprint / >x</a>", PAGE_SITE, YES },
};
/* clang-format on */

/* Write the body with its prose. @return octets */
static size_t expand(struct buf *to, const char *body)
{
    for (; *body; body++)
        if (*body == '~')
            buf_add_text(to, prose);
        else
            buf_add_char(to, *body);
    return to->len;
}

static struct page_answer answer_of(const struct page_case *c,
                                    const struct buf *body)
{
    return (struct page_answer){ .domain = DOMAIN,
                                 .host = c->host,
                                 .path = c->path,
                                 .status = c->status,
                                 .content_type = c->type,
                                 .body = body->data ? body->data : "",
                                 .len = body->len };
}

static void pages_are_judged(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct page_case *c = &cases[i];
        struct buf body = { 0 };
        struct page_answer a;
        struct page p;

        expand(&body, c->body);
        a = answer_of(c, &body);
        assert_int_equal(page_judge(&p, &a), 0);
        if (p.detail != c->detail || (int)p.company != c->company)
            fail_msg("%s: %s (%s), company %d (%s), %zu octets", c->why,
                     page_detail_word(p.detail), p.sign, p.company,
                     p.company_sign, p.text_octets);
        assert_int_equal(p.kind, page_detail_kind(c->detail));
        buf_fini(&body);
    }
}

/* The same page in other clothes is the same page. */
static void utf16_is_read(void **state)
{
    static const char text[] = "<title>Welcome to nginx!</title>";
    static const char *const types[] = { "text/html; charset=UTF-16LE",
                                         "text/html; charset=utf-16be" };

    (void)state;
    for (size_t order = 0; order < 2; order++) {
        char body[2 * sizeof text] = { 0 };
        struct page_answer a = { .domain = DOMAIN,
                                 .host = DOMAIN,
                                 .path = "/",
                                 .status = 200,
                                 .body = body,
                                 .len = 2 * (sizeof text - 1) };
        struct page p;

        for (size_t i = 0; i < sizeof text - 1; i++)
            body[2 * i + order] = text[i];
        a.content_type = types[order];
        assert_int_equal(page_judge(&p, &a), 0);
        assert_string_equal(p.title, "Welcome to nginx!");
        a.content_type = ""; /* the octets tell */
        assert_int_equal(page_judge(&p, &a), 0);
        assert_int_equal(p.detail, PAGE_SERVER);
    }
}

static void utf16_pairs_are_joined(void **state)
{
    static const char body[] = "\xff\xfe<\0t\0i\0t\0l\0e\0>\0"
                               "\x3d\xd8\x00\xde" /* U+1F600 */
                               "\x00\xdc"         /* the half of one */
                               "\x3d\xd8z\0"      /* the other, alone */
                               "\x3d";            /* half a unit */
    struct page_answer a = { .domain = DOMAIN,
                             .host = DOMAIN,
                             .path = "/",
                             .status = 200,
                             .content_type = HTML,
                             .body = body,
                             .len = sizeof body - 1 };
    struct page p;

    (void)state;
    assert_int_equal(page_judge(&p, &a), 0);
    assert_string_equal(p.title, "\xf0\x9f\x98\x80\xef\xbf\xbd\xef\xbf\xbdz");
}

static const struct {
    const char *why, *body, *title;
} titles[] = {
    { "spaces collapse", "<title> a \n\t b&nbsp;c </title>", "a b c" },
    { "tags in it are text", "<title>a <b>b</b></title>", "a <b>b</b>" },
    { "entities", "<title>Q&amp;A &Uuml;ber &#x4e2d;</title>",
      "Q&A \xc3\x9c"
      "ber \xe4\xb8\xad" },
    { "octets of Latin-1", "<title>Caf\xe9</title>", "Caf\xc3\xa9" },
    { "controls are spaces",
      "<title>a\x1b[31mb\xe2\x80\xae"
      "c\x7f</title>",
      "a [31mb c" },
    { "C1 controls too",
      "<title>a\xc2\x9b"
      "31mb&#155;</title>",
      "a 31mb" },
};

static void titles_are_text(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(titles); i++) {
        struct page_answer a = { .domain = DOMAIN,
                                 .host = DOMAIN,
                                 .path = "/",
                                 .status = 200,
                                 .content_type = HTML,
                                 .body = titles[i].body,
                                 .len = strlen(titles[i].body) };
        struct page p;

        assert_int_equal(page_judge(&p, &a), 0);
        if (strcmp(p.title, titles[i].title) != 0)
            fail_msg("%s: '%s'", titles[i].why, p.title);
    }
}

/* --- bounds --- */

static struct page judge_filled(const char *before, const char *fill, size_t n)
{
    struct buf body = { 0 };
    struct page_answer a = { .domain = DOMAIN,
                             .host = DOMAIN,
                             .path = "/",
                             .status = 200,
                             .content_type = HTML };
    struct page p;

    buf_add_text(&body, before);
    while (body.len < n)
        buf_add_text(&body, fill);
    a.body = body.data;
    a.len = body.len;
    assert_int_equal(page_judge(&p, &a), 0);
    assert_true(strlen(p.title) < PAGE_TITLE_MAX);
    assert_true(p.text_octets <= body.len);
    buf_fini(&body);
    return p;
}

static void pages_of_any_size_end(void **state)
{
    static const struct {
        const char *why, *before, *fill;
    } fills[] = {
        { "one attribute", "<a href=\"", "x" },
        { "many attributes", "<a ", "a=b " },
        { "open tags", "", "<div>" },
        { "half tags", "", "<a" },
        { "opened scripts", "", "<script>" },
        { "nearly closed ones", "<script>", "</script" },
        { "comments", "", "<!--" },
        { "declarations", "", "<!" },
        { "ampersands", "", "&amp" },
        { "entities of no name", "", "&aaaaaaaaaa" },
        { "links", "", "<a href=contact>" },
        { "foreign links", "", "<a href=//x>" },
        { "frames", "", "<iframe src=//x></iframe>" },
        { "titles", "", "<title>x</title>" },
        { "one title", "<title>", "x" },
        { "spaces in one", "<title>", " " },
        { "NULs", "", "\xff" },
        { "signs", "", "for sale domain is " },
        { "the beginning of one", "", "doma " },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(fills); i++)
        judge_filled(fills[i].before, fills[i].fill, 1u << 20);
}

static void what_is_cut_off_is_not_told_as_absent(void **state)
{
    struct page p = judge_filled("", "valve ", 2 * PAGE_BODY_MAX);

    (void)state;
    assert_int_equal(p.detail, PAGE_SITE);
    assert_int_equal(p.company, PAGE_COMPANY_UNKNOWN);
}

/* Across the edge of what is held. */
static void find_at_every_offset(const char *words, const char *sign)
{
    for (size_t n = 3900; n < 4200; n++) {
        struct buf body = { 0 };
        struct page_answer a = { .domain = DOMAIN,
                                 .host = DOMAIN,
                                 .path = "/",
                                 .status = 200,
                                 .content_type = HTML };
        struct page p;

        while (body.len < n)
            buf_add_char(&body, body.len % 7 ? 'x' : ' ');
        buf_add_text(&body, words);
        while (body.len < 2 * n)
            buf_add_char(&body, 'y');
        a.body = body.data;
        a.len = body.len;
        assert_int_equal(page_judge(&p, &a), 0);
        if (strcmp(p.company_sign, sign) != 0)
            fail_msg("%s is not found behind %zu octets", words, n);
        buf_fini(&body);
    }
}

static void signs_are_found_at_every_offset(void **state)
{
    (void)state;
    find_at_every_offset(" 12 Kiln Street ", "address");
    find_at_every_offset(" TVA intracommunautaire ", "number");
}

static void octets_of_nul_are_read(void **state)
{
    static const char body[] = "<title>a\0b</title>\0It\0works\0!";
    struct page_answer a = { .domain = DOMAIN,
                             .host = DOMAIN,
                             .path = "/",
                             .status = 200,
                             .content_type = HTML,
                             .body = body,
                             .len = sizeof body - 1 };
    struct page p;

    (void)state;
    assert_int_equal(page_judge(&p, &a), 0);
    assert_string_equal(p.title, "a b");
    assert_int_equal(p.detail, PAGE_THIN);
}

static void links_are_counted(void **state)
{
    static const char body[] =
        "<a href=/a><a href=b><a href=http://" DOMAIN "/c>"
        "<a href=https://www." DOMAIN "><a href=//other.example>"
        "<a href=http://" DOMAIN ".other.example/><a href=//acme-valves>"
        "<a href=javascript:x()>"
        "<a href=#top><a name=x><a href=mailto:a@b><form><script src=x.js>";
    struct page_answer a = { .domain = DOMAIN,
                             .host = DOMAIN,
                             .path = "/",
                             .status = 200,
                             .content_type = HTML,
                             .body = body,
                             .len = sizeof body - 1 };
    struct page p;

    (void)state;
    assert_int_equal(page_judge(&p, &a), 0);
    assert_int_equal(p.links_own, 4);
    assert_int_equal(p.links_foreign, 3);
    assert_int_equal(p.forms, 1);
    assert_int_equal(p.scripts, 1);
}

static void details_have_words(void **state)
{
    (void)state;
    for (unsigned i = 0; i < PAGE_N_DETAILS; i++) {
        enum page_detail d = PAGE_N_DETAILS;

        assert_true(page_detail_parse(&d, page_detail_word(i)));
        assert_int_equal(d, i);
    }
    assert_false(page_detail_parse(&(enum page_detail){ 0 }, "no such"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pages_are_judged),
        cmocka_unit_test(utf16_is_read),
        cmocka_unit_test(utf16_pairs_are_joined),
        cmocka_unit_test(titles_are_text),
        cmocka_unit_test(pages_of_any_size_end),
        cmocka_unit_test(what_is_cut_off_is_not_told_as_absent),
        cmocka_unit_test(signs_are_found_at_every_offset),
        cmocka_unit_test(octets_of_nul_are_read),
        cmocka_unit_test(links_are_counted),
        cmocka_unit_test(details_have_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
