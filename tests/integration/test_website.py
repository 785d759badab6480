"""The website of each domain: looked at once, never where it must not be."""
import collections
import json
import sqlite3

from servers import NameServer, in_own_network, zone
from support import (Case, LOOPBACK, csv_rows, interrupt, ok, run, start,
                     wait_until)
from webservers import Nginx, add_network

# a provider and what must be left alone, none of them real in this network
TARGET, HOSTS, EXCLUDED = "44.0.0.0/24", "44.0.1.", "44.0.2.0/24"
TEN, LEFT_ALONE = "10.0.0.1", "44.0.2.1"
SHARED = HOSTS + "250"
CONTACT = "abuse@snow.test"
NO_WEBSITE = ("none", "refused", "default", "parked")
PROSE = ("Our valves keep water where it belongs, and nothing leaves the "
         "bench before somebody has listened to it. " * 8)
SITE = f"<title>Valves</title><p>{PROSE}<a href=/impressum>Impressum</a>"
DEFAULT = "<title>Welcome to nginx!</title><h1>Welcome to nginx!</h1>"
FOR_SALE = "<h1>Hello</h1><p>This domain is for sale. Make an offer!"


def to(url, status=302):
    return f"return {status} '{url}';"


def says(text):
    return f"return 200 '{text}';"


# domain: (what nginx does there, status, detail, requests in order). A host
# of None has no address, of "" one at which nobody listens.
SITES = {
    "imprint.com": (says(SITE), "content", "site", ["/"]),
    "default.com": (says(DEFAULT), "default", "server", ["/"]),
    "parked.com": (says(FOR_SALE), "parked", "for-sale", ["/"]),
    "nothing.com": ("return 404;", "default", "not-found", ["/"]),
    "closed.com": ("return 403;", "error", "forbidden", ["/"]),
    "empty.com": (says(""), "default", "empty", ["/"]),
    "packed.com": ("gzip on; gzip_types text/html; try_files /packed =500;",
                   "content", "site", ["/"]),
    "big.com": ("try_files /big =500;", "content", "site", ["/"]),
    "bomb.com": ("gzip on; gzip_min_length 1; try_files /bomb =500;",
                 "content", "thin", ["/"]),
    "slow.com": ("limit_rate 1; try_files /big =500;", "timeout", "", ["/"]),
    "moved.com": ("", "content", "site", ["/", "/1", "/2", "/3"]),
    "far.com": ("", "error", "redirects", ["/", "/1", "/2", "/3"]),
    "loop.com": (to("/"), "error", "redirects", ["/"] * 4),
    "secure.com": ("", "content", "site", ["/", "/"]),
    "file.com": (to("file:///etc/passwd"), "error", "redirect", ["/"]),
    "gopher.com": (to("gopher://imprint.com/"), "error", "redirect", ["/"]),
    "port.com": (to("http://port.com:8080/"), "error", "redirect", ["/"]),
    "nowhere.com": (to("http://gone.net.com/"), "error", "redirect", ["/"]),
    "ten.com": (to(f"http://{TEN}/"), "excluded", "redirect", ["/"]),
    "loopback.com": (to("http://127.0.0.1/"), "excluded", "redirect", ["/"]),
    "six.com": (to("http://[::1]/"), "excluded", "redirect", ["/"]),
    "mapped.com": (to("http://[::ffff:127.0.0.1]/"), "excluded", "redirect",
                   ["/"]),
    "hex.com": (to("http://0x7f.1/"), "excluded", "redirect", ["/"]),
    "number.com": (to("http://2130706433/"), "excluded", "redirect", ["/"]),
    "octal.com": (to("http://0177.0.0.1/"), "excluded", "redirect", ["/"]),
    "zero.com": (to("http://0.0.0.0/"), "excluded", "redirect", ["/"]),
    "named.com": (to("http://inside.named.com/"), "excluded", "redirect",
                  ["/"]),
    "away.com": (to(f"http://{LEFT_ALONE}/"), "excluded", "redirect", ["/"]),
    "brand.com": (to("http://www.imprint.com/"), "content", "elsewhere",
                  ["/"]),
    "market.com": (to("http://www.hugedomains.com/x"), "parked", "held",
                   ["/"]),
    "refused.com": (None, "refused", "", []),
    "gone.com": (None, "none", "nxdomain", []),
    "mail.com": (None, "none", "nodata", []),
    "lame.net": (None, "error", "dns", []),
    "inside.com": (None, "excluded", "", []),
    "optout.com": (None, "excluded", "", []),
    "www.com": (says(SITE), "content", "site", ["/"]),
    "only443.com": (None, "content", "site", ["/"]),
}
EXTRA_A = {"www.imprint.com": HOSTS + "201", "www.hugedomains.com":
           HOSTS + "202", "inside.named.com": LOOPBACK, "inside.com": TEN,
           "optout.com": LEFT_ALONE, "refused.com": HOSTS + "203",
           "only443.com": HOSTS + "204"}
SHARERS = ["one.org", "two.org", "three.org"]


def address_of(domain):
    """Of its web server."""
    if domain in SHARERS:
        return SHARED
    return HOSTS + str(1 + list(SITES).index(domain))


def com():
    lines = [f"{'www.' * (d == 'www.com') + d}. A {address_of(d)}"
             for d, (what, *_) in SITES.items() if what is not None]
    lines += [f"{name}. A {a}" for name, a in EXTRA_A.items()]
    return zone("com", "\n".join([*lines, "mail.com. MX 10 mx.com."]))


def reverse():
    """Two addresses for each domain, side by side."""
    domains = [*SITES, *SHARERS]
    return zone("0.44.in-addr.arpa", "\n".join(
        f"{2 * i + j}.0 PTR {'mail.' * j}{d}." for i, d in enumerate(domains)
        for j in (0, 1)))


def server(name, listen, what):
    return f"""
    server {{
        listen {listen}; server_name {name};
        ssl_certificate {{dir}}/cert.pem;
        ssl_certificate_key {{dir}}/key.pem;
        {what}
    }}"""


def site(domain, what):
    return server(f"{domain} www.{domain}", address_of(domain) + ":80",
                  f"location / {{ {what} }}" if what else "")


def chain(domain, n):
    """n redirects, then a page."""
    hops = "".join(f"location = /{i or ''} {{ {to(f'/{i + 1}')} }}"
                   for i in range(n))
    return server(domain, address_of(domain) + ":80",
                  f"{hops} location = /{n} {{ {says(SITE)} }}")


def sites():
    special = [
        chain("moved.com", 3), chain("far.com", 4),
        server("secure.com", address_of("secure.com") + ":80",
               to("https://secure.com/", 301)),
        server("secure.com", address_of("secure.com") + ":443 ssl",
               f"location / {{ {says(SITE)} }}"),
        server("only443.com", EXTRA_A["only443.com"] + ":443 ssl",
               f"location / {{ {says(SITE)} }}"),
        server("www.imprint.com", EXTRA_A["www.imprint.com"] + ":80",
               f"location / {{ {says(SITE)} }}"),
        server("www.hugedomains.com", EXTRA_A["www.hugedomains.com"] + ":80",
               f"location / {{ {says(SITE)} }}"),
        *(server("_", f"{a}:{port} default_server", says("forbidden"))
          for a in (LOOPBACK, TEN, LEFT_ALONE, "[::1]")
          for port in (80, 8080)),
        server("port.com", address_of("port.com") + ":8080",
               says("forbidden"))]
    return "".join([*special,
                    *(site(d, what) for d, (what, *_) in SITES.items()
                      if what),
                    *(site(d, says(SITE)) for d in SHARERS),
                    server("~^site[0-9]+[.]info$", SHARED + ":80",
                           f"location / {{ {says(SITE)} }}")])


@in_own_network
class Website(Case):
    def setUp(self):
        super().setUp()
        for i, (address, mask) in enumerate(
                [("44.0.0.1", "255.255.0.0"), (TEN, "255.255.255.0")]):
            add_network(i, address, mask)
        dns = NameServer("nsd", {
            "com": com(), "0.44.in-addr.arpa": reverse(),
            "org": zone("org", "\n".join(f"{d}. A {SHARED}"
                                         for d in SHARERS))})
        self.addCleanup(dns.close)
        self.nginx = Nginx(sites(), {
            "packed": SITE.encode(), "big": b"<p>valve " * 600000,
            "bomb": b" " * (20 << 20)}, (SHARED, 80))
        self.addCleanup(self.nginx.close)
        self.store = self.path("store.db")
        self.options = ["--resolver", dns.address, "--progress", "none",
                        "--smtp", "none", "--registration", "none", "--mail",
                        "none", "--exclude", EXCLUDED, "--contact", CONTACT,
                        "--http-timeout", "4", "--psl", self.psl()]

    def psl(self):
        path = self.path("psl")
        with open(path, "w") as f:
            f.write("// ===BEGIN ICANN DOMAINS===\ncom\nnet\norg\n"
                    "info\n"
                    "// ===END ICANN DOMAINS===\n")
        return path

    def kept(self):
        """{domain: record}"""
        with sqlite3.connect(f"file:{self.store}?mode=ro", uri=True) as db:
            return {name: json.loads(data) for name, data in db.execute(
                "SELECT subject, data FROM evidence WHERE kind = 'web'")}

    def asked(self):
        """{host: [request, ...]}"""
        found = collections.defaultdict(list)
        for r in self.nginx.requests():
            found[r.host].append(r)
        return found

    def test_each_site_is_looked_at_once(self):
        done = run("scan", TARGET, *self.options, "--progress", "json", "-o",
                   self.store)
        self.assertEqual(done.returncode, 0, done.stderr)
        kept, asked = self.kept(), self.asked()
        self.assertEqual(set(kept), {*SITES, *SHARERS})
        for domain, (_, status, detail, paths) in SITES.items():
            with self.subTest(domain):
                got = kept[domain]
                self.assertEqual((got["status"], got.get("detail", "")),
                                 (status, detail), got)
                host = "www.com" if domain == "www.com" else domain
                requests = asked["www." + host if host == "www.com" else host]
                self.assertEqual([r.path for r in requests], paths)
        self.check_progress(json.loads(done.stderr.splitlines()[-1]))
        self.check_manners(asked)
        self.check_records(kept)
        self.check_findings()
        self.check_resume(asked)

    def check_progress(self, last):
        # those who are not there, or do not listen, are asked, too
        refused = {"refused.com": 2, "only443.com": 1}
        self.assertEqual(last["http_requests"],
                         len(self.nginx.requests()) + sum(refused.values()))

    def check_manners(self, asked):
        requests = self.nginx.requests()
        for r in requests:
            self.assertTrue(r.address.startswith(HOSTS), vars(r))
            self.assertIn(r.port, ("80", "443"))
            self.assertIn("snowline/", r.agent)
            self.assertIn(CONTACT, r.agent)
            self.assertEqual(r.cookie, "-")
        self.assertEqual({r.host for r in requests} -
                         {*SITES, *SHARERS},
                         {"www.imprint.com", "www.hugedomains.com",
                          "www.www.com"})
        times = sorted(asked[d][0].time for d in SHARERS)
        self.assertEqual([len(asked[d]) for d in SHARERS], [1, 1, 1])
        for one, next_one in zip(times, times[1:]):
            self.assertGreater(next_one - one, .9)

    def check_records(self, kept):
        self.assertEqual(kept["imprint.com"]["names_company"], "yes")
        self.assertEqual(kept["imprint.com"]["title"], "Valves")
        self.assertEqual(kept["imprint.com"]["address"],
                         address_of("imprint.com"))
        self.assertEqual(kept["imprint.com"]["http_status"], 200)
        self.assertEqual(kept["moved.com"]["redirects"], 3)
        self.assertEqual(kept["brand.com"]["redirects_to"], "www.imprint.com")
        self.assertEqual(kept["market.com"]["redirects_to"],
                         "www.hugedomains.com")
        self.assertEqual(kept["packed.com"]["octets"], len(SITE))
        for cut in ("big.com", "bomb.com"):
            self.assertEqual((kept[cut]["octets"], kept[cut]["is_cut"],
                              kept[cut]["names_company"]),
                             (256 << 10, True, "unknown"))

    def check_findings(self):
        rows = csv_rows(ok("export", self.store, "--format", "csv", "--tier",
                           "context"))
        missing = {r["domains"]: r["web_none"] for r in rows
                   if r["kind"] == "run"}
        for domain, (_, status, _, _) in SITES.items():
            self.assertEqual(missing[domain],
                             "1" if status in NO_WEBSITE else
                             "0" if status == "content" else "-", domain)
        rows = csv_rows(ok("export", self.store, "--format", "evidence-csv",
                           "--tier", "context"))
        self.assertEqual({r["reg_domain"]: r["web_state"] for r in rows
                          if r["reg_domain"] in SITES},
                         {d: s[1] for d, s in SITES.items()})

    def check_resume(self, asked):
        """Only what may have been our bad luck is asked again."""
        before = {host: len(requests) for host, requests in asked.items()}
        ok("resume", self.store)
        self.assertEqual(sum(before.values()), len(self.nginx.requests()))
        ok("resume", self.store, "--retry", "failed")
        again = {host for host, requests in self.asked().items()
                 if len(requests) > before[host]}
        self.assertEqual(again, {
            d for d, (_, status, _, paths) in SITES.items()
            if status in ("error", "timeout") and paths})

    def test_interrupt_leaves_who_waits_to_the_resume(self):
        """All domains lie on one server, so that most wait."""
        many = [f"site{i}.info" for i in range(8)]
        dns = NameServer("nsd", {
            "info": zone("info", "\n".join(f"{d}. A {SHARED}"
                                           for d in many)),
            "0.44.in-addr.arpa": zone("0.44.in-addr.arpa", "\n".join(
                f"{2 * i + j}.0 PTR {'mail.' * j}{d}."
                for i, d in enumerate(many) for j in (0, 1)))})
        self.addCleanup(dns.close)
        options = ["--resolver", dns.address, *self.options[2:]]
        child = start("scan", "44.0.0.0/28", *options, "-o", self.store)
        wait_until(self.nginx.requests, "the first is asked")
        took, code, _, err = interrupt(child)
        self.assertEqual(code, 130, err)
        self.assertLess(took, 10)
        left = set(many) - set(self.kept())
        self.assertTrue(left)
        ok("resume", self.store)
        self.assertEqual({d: w["status"] for d, w in self.kept().items()},
                         dict.fromkeys(many, "content"))
        counts = collections.Counter(r.host for r in self.nginx.requests())
        self.assertEqual({d for d, n in counts.items() if n > 1} - left,
                         set())
        times = sorted(r.time for r in self.nginx.requests())
        # the second process does not know when the first one asked
        self.assertLessEqual(sum(b - a < .9 for a, b in
                                 zip(times, times[1:])), 1)

    def test_none_is_looked_at_unless_wanted(self):
        ok("scan", TARGET, *self.options, "--web", "none", "-o", self.store)
        self.assertEqual((self.kept(), self.nginx.requests()), ({}, []))
