"""How domains are set up for mail: asked once each, kept with every status."""
import json
import sqlite3

from servers import NameServer, in_own_network, records, zone
from support import (Case, DnsProxy, csv_rows, interrupt, ok, run, start,
                     wait_until)

BLOCK, REVERSE = "127.20.1.0/24", "20.127.in-addr.arpa"
A, MX, TXT = 1, 15, 16


def text(value):
    """A TXT record, in strings of 255 octets."""
    return "TXT " + " ".join(f'"{value[i:i + 255]}"'
                             for i in range(0, len(value), 255)) + "\n"


LONG = "".join(f"ip4:10.{i}.0.0/24 " for i in range(200))  # about 3.2 kB
DOMAINS = {  # domain: its zone; None: nobody serves it
    "birchgate.com":
        "@ MX 20 mx2\n@ MX 10 mx1\n@ A 127.20.1.16\n@ AAAA 2001:db8::16\n"
        "mx1 A 127.20.1.17\nmx2 A 127.20.1.200\nmail A 127.20.1.17\n"
        "@ " + text("v=spf1 mx ip4:127.20.1.0/28 -all") +
        "@ " + text("some-site-verification=1") +
        "_dmarc " + text("v=DMARC1; p=quarantine; rua=mailto:d@birchgate.com"),
    "nomailhere.com": "@ MX 0 .\n@ A 127.20.1.18\n@ " + text("v=spf1 -all"),
    "ringroad-one.com": "@ " + text("v=spf1 include:ringroad-one.com -all"),
    "elevenfold.com": "@ " + text("v=spf1 " + " ".join(
        f"include:s{i}.senders.org" for i in range(11)) + " -all"),
    "voidstone.com": "@ " + text(
        "v=spf1 ip4:127.20.1.24/30 a:x1.voidstone.com a:x2.voidstone.com "
        "mx:x3.voidstone.com +all"),
    "splitfield.com":
        '@ TXT "v=spf1 ip4:127." "20.1.0/" "24 -all"\n@ MX 10 mail\n'
        "mail A 127.20.1.27\n",
    "longwinded.com": "@ " + text("v=spf1 " + LONG + "ip4:127.20.1.0/24 -all"),
    "wildgrove.com":
        "* MX 10 any.wildgrove.com.\n* A 127.20.1.30\n@ MX 10 any\n"
        "* " + text("v=spf1 a:any.wildgrove.com -all") + "@ A 127.20.1.30\n"
        "@ " + text("v=spf1 redirect=any.wildgrove.com"),
    "aliasmoor.com":
        "@ MX 10 mail\nmail CNAME mx.senders.org.\n"
        "@ " + text("v=spf1 include:_spf.senders.org ~all"),
    "twicesaid.com": "@ " + text("v=spf1 -all") + "@ " + text("v=spf1 +all") +
        "@ A 127.20.1.34\n_dmarc " + text("v=DMARC1; p=none") +
        "_dmarc " + text("v=DMARC1; p=reject"),
    "nowheretobefound.com": "",  # and no delegation either
    "unservedland.net": None,
    "sharedmoor.com": "@ MX 10 mx.senders.org.\n@ " +
        text("v=spf1 include:_spf.senders.org a:mx.senders.org -all"),
    "oddoctets.com": r"""
@ MX 10 a\032b
@ TXT "v=spf1 \255\000\"\\x -all"
""",
}
SENDERS = "".join(f"s{i} " + text(f"v=spf1 ip4:127.21.{i}.0/24 -all")
                  for i in range(11)) + \
    "_spf " + text("v=spf1 ip4:127.20.1.32/31 -all") + \
    "mx A 127.20.1.32\nmx A 127.20.1.33\n"
NAMES = {f"127.20.1.{16 + 2 * i + k}": {f"{'mail.' * k}{domain}"}
         for i, domain in enumerate(DOMAINS) for k in (0, 1)}


def zones():
    served = {d: z for d, z in DOMAINS.items() if z}
    return {REVERSE: zone(REVERSE, records(NAMES)),
            "com": zone("com", "".join(f"{d}. NS ns.example.\n"
                                       for d in served)),
            "senders.org": zone("senders.org", SENDERS),
            **{d: zone(d, z) for d, z in served.items()}}


class MailSetup(Case):
    @classmethod
    def setUpClass(cls):
        cls.nsd = NameServer("nsd", zones())

    @classmethod
    def tearDownClass(cls):
        cls.nsd.close()

    def options(self, resolver=None):
        return [BLOCK, "--include-reserved", "--progress", "none",
                "--dns-block-rate", "0", "--dns-timeout", "20",
                "--resolver", resolver or self.nsd.address, "--smtp", "none",
                "--registration", "none", "--web", "none", "--seed", "1",
                "--registration-cache", self.path("registration.db")]

    def proxy(self):
        proxy = DnsProxy(self.nsd.address)
        self.addCleanup(proxy.close)
        return proxy

    def kept(self, store):
        """{domain: record}"""
        with sqlite3.connect(f"file:{store}?mode=ro", uri=True) as db:
            rows = db.execute("SELECT subject, source, data FROM evidence "
                              "WHERE kind = 'mail'").fetchall()
        db.close()
        self.assertTrue(all(source == "dns" for _, source, _ in rows))
        return {name: json.loads(data) for name, _, data in rows}

    def scan(self, *more, resolver=None):
        store = self.path("store.db")
        ok("scan", *self.options(resolver), *more, "-o", store)
        return store

    def test_each_domain_is_told(self):
        store = self.scan()
        kept = self.kept(store)
        self.assertEqual(set(kept), set(DOMAINS))
        self.check_records(kept)
        self.check_spf({d: r["spf"] for d, r in kept.items()})
        with self.subTest("told"):
            self.check_evidence(store)
            self.check_findings(store)

    def check_records(self, kept):
        birchgate = kept["birchgate.com"]
        self.assertEqual(birchgate["mx"], {"status": "name", "hosts": [
            {"preference": 10, "host": "mx1.birchgate.com", "status": "name",
             "addrs": ["127.20.1.17"]},
            {"preference": 20, "host": "mx2.birchgate.com", "status": "name",
             "addrs": ["127.20.1.200"]}]})
        self.assertEqual(birchgate["dmarc"]["policy"], "quarantine")
        self.assertEqual(birchgate["txt"]["spf"],
                         "v=spf1 mx ip4:127.20.1.0/28 -all")
        self.assertEqual(birchgate["ns"]["hosts"], ["ns.example"])
        self.assertEqual(birchgate["soa"], {
            "status": "name", "server": "ns.example",
            "mailbox": "hostmaster.example", "serial": 1})
        self.assertEqual(birchgate["a"]["addrs"], ["127.20.1.16"])
        self.assertEqual(birchgate["aaaa"]["addrs"], ["2001:db8::16"])
        self.assertEqual(kept["nomailhere.com"]["mx"]["hosts"],
                         [{"preference": 0, "host": "."}])
        self.assertEqual(kept["nomailhere.com"]["dmarc"],
                         {"status": "nxdomain"})
        self.assertEqual(kept["wildgrove.com"]["dmarc"], {"status": "name"})
        self.assertEqual(kept["twicesaid.com"]["dmarc"]["records"], 2)
        self.assertEqual(kept["twicesaid.com"]["dmarc"]["policy"], "")
        self.assertEqual(kept["aliasmoor.com"]["mx"]["hosts"][0]["addrs"],
                         ["127.20.1.32", "127.20.1.33"])
        self.assertEqual(kept["oddoctets.com"]["txt"]["spf"],
                         'v=spf1 \\255\\000"\\\\x -all')
        self.assertEqual(kept["oddoctets.com"]["mx"]["hosts"],
                         [{"preference": 10,
                           "host": "a\\032b.oddoctets.com"}])
        for domain, status in [("nowheretobefound.com", "nxdomain"),
                               ("unservedland.net", "refused")]:
            self.assertEqual({part["status"] for name, part in
                              kept[domain].items() if name != "spf"},
                             {status})

    def check_spf(self, spf):
        for domain, status, entries in [
                ("birchgate.com", "ok",
                 ["+127.20.1.17/32", "+127.20.1.200/32", "+127.20.1.0/28",
                  "-all"]),
                ("nomailhere.com", "ok", ["-all"]),
                ("ringroad-one.com", "too-many", []),
                ("elevenfold.com", "too-many",
                 [f"+127.21.{i}.0/24" for i in range(10)]),
                ("voidstone.com", "too-many", ["+127.20.1.24/30", "!ip4"]),
                ("splitfield.com", "ok", ["+127.20.1.0/24", "-all"]),
                ("longwinded.com", "ok",
                 [f"+10.{i}.0.0/24" for i in range(200)] +
                 ["+127.20.1.0/24", "-all"]),
                ("wildgrove.com", "ok", ["+127.20.1.30/32", "-all"]),
                ("aliasmoor.com", "ok", ["+127.20.1.32/31", "~all"]),
                ("sharedmoor.com", "ok", ["+127.20.1.32/31",
                                          "+127.20.1.32/32",
                                          "+127.20.1.33/32", "-all"]),
                ("twicesaid.com", "permerror", []),
                ("nowheretobefound.com", "none", []),
                ("oddoctets.com", "permerror", []),
                ("unservedland.net", "temperror", [])]:
            self.assertEqual((spf[domain]["status"], spf[domain]["list"]),
                             (status, entries), domain)
        self.assertEqual(spf["aliasmoor.com"]["includes"],
                         ["_spf.senders.org"])

    def check_evidence(self, store):
        rows = {r["ip"]: r for r in csv_rows(
            ok("export", store, "--format", "evidence-csv", "--tier",
               "context"))}
        row = rows["127.20.1.17"]
        self.assertEqual((row["mx"], row["spf"]),
                         ("mx1.birchgate.com;mx2.birchgate.com",
                          "v=spf1 mx ip4:127.20.1.0/28 -all"))
        self.assertEqual(rows["127.20.1.19"]["mx"], ".")
        self.assertEqual(rows["127.20.1.37"]["mx"], "-")
        self.assertEqual((rows["127.20.1.43"]["mx"],
                          rows["127.20.1.43"]["spf"]),
                         ("a\\032b.oddoctets.com",
                          'v=spf1 \\xFF\\x00"\\x -all'))
        self.assertEqual((rows["127.20.1.39"]["mx"],
                          rows["127.20.1.39"]["spf"]), ("", ""))

    def check_findings(self, store):
        rows = {r["domains"]: r for r in csv_rows(
            ok("export", store, "--tier", "context"))
            if r["kind"] == "run"}
        for domain, mx_inside, spf_covers, ok_, total in [
                ("birchgate.com", "1", "1", "2", "2"),
                ("nomailhere.com", "0", "0", "1", "2"),
                ("splitfield.com", "1", "1", "1", "2"),
                ("nowheretobefound.com", "0", "0", "0", "2"),
                ("unservedland.net", "-", "-", "-", "0")]:
            row = rows[domain]
            self.assertEqual(
                (row["mx_inside"], row["spf_covers"], row["fcrdns_ok"],
                 row["fcrdns_total"]), (mx_inside, spf_covers, ok_, total),
                domain)

    def test_what_many_share_is_asked_once(self):
        proxy = self.proxy()
        shared = [d for d in DOMAINS if d not in ("longwinded.com",)]
        self.scan("--exclude", self.addresses_of("longwinded.com"),
                  resolver=proxy.address)
        asked = {(name, kind): n for name, kind, _, n in proxy.questions()
                 if not name.endswith(".arpa")}
        self.assertEqual({q for q, n in asked.items() if n > 1 and
                          q[0] not in self.forward_names()}, set())
        self.assertIn(("_spf.senders.org", TXT), asked)
        self.assertIn(("mx.senders.org", A), asked)
        self.assertEqual({name for name, kind in asked if kind == MX},
                         set(shared) | {"x3.voidstone.com"})

    def forward_names(self):
        """Asked for once more, for the way back."""
        return set().union(*NAMES.values())

    def addresses_of(self, domain):
        own = sorted(a for a, n in NAMES.items()
                     if n & {domain, "mail." + domain})
        return f"{own[0]}-{own[-1]}"

    def forwards(self, store):
        """{name: record}"""
        with sqlite3.connect(f"file:{store}?mode=ro", uri=True) as db:
            rows = db.execute("SELECT subject, data FROM evidence "
                              "WHERE kind = 'forward'").fetchall()
        db.close()
        return {name: json.loads(data) for name, data in rows}

    def test_every_reverse_name_of_a_candidate_is_asked_back(self):
        """Although nobody is greeted; A alone, as no IPv6 is scanned."""
        proxy = self.proxy()
        done = run("scan", *self.options(proxy.address), "--progress", "json",
                   "--exclude", self.addresses_of("longwinded.com"), "-o",
                   self.path("store.db"))
        names = self.forward_names() - {"longwinded.com",
                                        "mail.longwinded.com"}
        kept = self.forwards(self.path("store.db"))
        self.assertEqual(set(kept), names)
        self.assertEqual({r["status"] for r in kept.values()},
                         {"name", "nodata", "nxdomain", "refused"})
        self.assertNotIn("aaaa", kept["birchgate.com"])
        self.assertEqual(kept["splitfield.com"],
                         {"status": "nodata", "a": []})
        self.assertEqual(kept["mail.splitfield.com"],
                         {"status": "name", "a": ["127.20.1.27"]})
        with self.subTest("counted"):
            last = json.loads(done.stderr.splitlines()[-1])["forward"]
            self.assertEqual((last["targets"], last["pending"],
                              last["answered"]),
                             (len(names), 0,
                              {"done": len(names) - 2, "failed": 2}))
        with self.subTest("asked again on demand, and nothing else"):
            proxy.counts.clear()
            ok("resume", self.path("store.db"), "--retry", "failed")
            asked = {n for n, *_ in proxy.questions()}
            self.assertEqual({n for n in asked if "mail." in n},
                             {"mail.unservedland.net"})

    def test_none(self):
        proxy = self.proxy()
        store = self.scan("--mail", "none", resolver=proxy.address)
        self.assertEqual((self.kept(store), self.forwards(store)), ({}, {}))
        self.assertNotIn(MX, proxy.types())

    def test_failures_are_asked_again_on_demand(self):
        store = self.scan()
        first = self.kept(store)
        proxy = self.proxy()
        ok("resume", store, "--retry", "failed", "--resolver", proxy.address)
        self.assertEqual({n for n, kind, _, _ in proxy.questions()
                          if kind == MX}, {"unservedland.net"})
        self.assertEqual(self.kept(store), first)

    def test_a_resolver_that_refuses(self):
        """The other one is asked, and no question is put to either twice."""
        nobody = NameServer("nsd", {"invalid": zone("invalid")})
        self.addCleanup(nobody.close)
        first, second = DnsProxy(nobody.address), self.proxy()
        self.addCleanup(first.close)
        store = self.path("store.db")
        ok("scan", "--exclude", self.addresses_of("longwinded.com"),
           *self.options(first.address), "--resolver", second.address, "-o",
           store)
        kept = self.kept(store)
        self.assertEqual(kept["birchgate.com"]["spf"]["status"], "ok")
        self.assertEqual(kept["unservedland.net"]["mx"]["status"], "refused")
        for proxy in (first, second):
            asked = {name: n for name, kind, _, n in proxy.questions()
                     if kind == MX}
            self.assertEqual(set(asked.values()), {1})
            self.assertIn("unservedland.net", asked)

    def test_interrupted(self):
        """What is left is asked when it goes on, and nothing twice."""
        proxy, store = self.proxy(), self.path("store.db")
        whole, proxy.inside = proxy.inside, Deaf(proxy.inside)
        child = start("scan", *self.options(proxy.address), "-o", store)
        wait_until(lambda: proxy.types()[MX] == len(DOMAINS), "MX asked")
        took, code, _, err = interrupt(child)
        self.assertEqual(code, 130, err)
        self.assertLess(took, 5)
        self.assertEqual(self.kept(store), {})
        proxy.inside = whole
        ok("resume", store, "--resolver", self.nsd.address)
        self.assertEqual(set(self.kept(store)), set(DOMAINS))

    def test_progress_is_counted(self):
        done = run("scan", *self.options(), "--progress", "json", "-o",
                   self.path("store.db"))
        last = json.loads(done.stderr.splitlines()[-1])
        self.assertEqual(last["mail"]["targets"], len(DOMAINS))
        with self.subTest("told later by what is stored"):
            told = json.loads(ok("status", self.path("store.db"), "--format",
                                 "json"))
            self.assertEqual((told["mail"], told["forward"]),
                             (last["mail"], last["forward"]))
        self.assertEqual(last["mail"]["pending"], 0)
        self.assertEqual(last["mail"]["answered"]["failed"], 1)
        self.assertGreaterEqual(last["queries"], 256 + 7 * len(DOMAINS) - 6)


class Deaf:
    """The way to a name server, on which questions for MX are lost."""

    def __init__(self, socket):
        self.socket = socket

    def send(self, question):
        end = question.index(0, 12)
        if question[end + 1:end + 3] != b"\0\x0f":
            self.socket.send(question)

    def __getattr__(self, name):
        return getattr(self.socket, name)


ROOT, OWN, DEAD, RESOLVER = "127.1.0.1", "127.1.0.2", "127.1.0.9", "127.0.0.1"


@in_own_network
class Recursive(Case):
    """Through a resolver that asks the domains' own servers: one of them is
    not there."""

    def setUp(self):
        super().setUp()
        tld = "birchgate NS ns.senders.org.\ndeadservers NS ns.deadservers\n" \
            f"ns.deadservers A {DEAD}\n"
        self.serve(ROOT, {
            ".": zone(".", "com. NS root.example.\nexample. NS root.example.\n"
                           "senders.org. NS ns.senders.org.\n"
                           f"ns.senders.org. A {OWN}\n"
                           "20.127.in-addr.arpa. NS ns.senders.org.\n"
                           f"root.example. A {ROOT}\n", ["root.example."]),
            "com": zone("com", tld, ["root.example."])})
        names = {"127.20.1.16": {"birchgate.com"},
                 "127.20.1.17": {"mail.birchgate.com"},
                 "127.20.1.18": {"deadservers.com"},
                 "127.20.1.19": {"mail.deadservers.com"}}
        self.serve(OWN, {
            REVERSE: zone(REVERSE, records(names)),
            "senders.org": zone("senders.org", f"ns A {OWN}\n"),
            "birchgate.com": zone("birchgate.com", DOMAINS["birchgate.com"])})
        resolver = NameServer("unbound", address=RESOLVER, port=53, root=ROOT)
        self.addCleanup(resolver.close)

    def serve(self, ip, zones_of_it):
        server = NameServer("nsd", zones_of_it, address=ip, port=53)
        self.addCleanup(server.close)

    def test_a_dead_server(self):
        store = self.path("store.db")
        ok("scan", "127.20.1.16/28", "--include-reserved", "--progress",
           "none", "--resolver", RESOLVER, "--smtp", "none",
           "--registration", "none", "--web", "none", "--dns-timeout", "3",
           "--dns-tries", "1",
           "-o", store)
        with sqlite3.connect(store) as db:
            kept = {name: json.loads(data) for name, data in db.execute(
                "SELECT subject, data FROM evidence WHERE kind = 'mail'")}
        db.close()
        self.assertEqual(kept["birchgate.com"]["spf"]["status"], "ok")
        dead = kept["deadservers.com"]
        self.assertLessEqual({dead[q]["status"] for q in ("mx", "txt", "a")},
                             {"servfail", "timeout"})  # whose patience ends

        self.assertEqual(dead["spf"]["status"], "temperror")
