"""Whose networks findings lie in: one question a network, kept and resumed."""
import ipaddress
import json
import sqlite3
import threading

from routes import pfx2as
from support import Case, Registry, csv_rows, interrupt, lab, ok, run, send
from support import start, wait_until


class Networks(Registry):
    """An RDAP server for addresses; @p networks is {(first, last): (name,
    organisation, abuse mailbox)}. It tells of which addresses it was asked."""

    def __init__(self, networks):
        self.networks = {tuple(map(ipaddress.ip_address, ends)): who
                         for ends, who in networks.items()}
        self.asked, self.down, self.held = [], set(), threading.Event()
        self.held.set()
        super().__init__(self.answer)

    def answer(self, handler):
        address = ipaddress.ip_address(handler.path.removeprefix("/ip/"))
        self.asked.append(str(address))
        self.held.wait(60)
        if str(address) in self.down:
            return send(handler, 500, b"down", "text/plain")
        for (first, last), who in self.networks.items():
            if first <= address <= last:
                return send(handler, 200, self.document(first, last,
                                                        *who).encode())
        return send(handler, 404, b'{"errorCode":404}')

    @staticmethod
    def document(first, last, name, organisation, abuse):
        def entity(role, *card, **more):
            return {"objectClassName": "entity", "roles": [role],
                    "vcardArray": ["vcard", [["version", {}, "text", "4.0"],
                                             *card]], **more}
        contact = [entity("abuse", ["email", {}, "text", abuse])]
        return json.dumps({
            "objectClassName": "ip network", "handle": "NET-" + name,
            "startAddress": str(first), "endAddress": str(last),
            "ipVersion": "v4", "name": name, "entities": [
                entity("registrant", ["fn", {}, "text", organisation],
                       entities=contact if abuse else [])]})


SHARED = {
    ("127.20.0.0", "127.20.11.255"): ("LAB-ONE", "One, Ltd",
                                      "abuse@one.example"),
    ("127.20.12.0", "127.20.31.255"): ("LAB-TWO", "=Two <GmbH>",
                                       "abuse@two.example"),
    ("127.20.32.0", "127.20.63.255"): ("LAB-THREE", "Three", ""),
}


class Netblocks(Case):
    def registry(self, networks=None):
        registry = Networks(SHARED if networks is None else networks)
        self.addCleanup(registry.close)
        return registry

    def scanning(self, registry, *more):
        return ["scan", "127.20.0.0/18", *self.to_lab(), "--smtp", "none",
                "--mail", "none", "--web", "none", "--dns-block-rate", "0",
                "--dns-rate", "0", "--rdap-server",
                "127.20.0.0/19=" + registry.url, "--rdap-server",
                "127.20.32.0/19=" + registry.url, "--background", "0", "-o", self.path("scan.db"), *more]

    def kept(self):
        with sqlite3.connect(self.path("scan.db")) as db:
            return dict(db.execute("SELECT subject, data FROM evidence "
                                   "WHERE kind = 'netblock'"))

    def status(self):
        status = json.loads(ok("status", self.path("scan.db"), "--format",
                               "json"))
        return status["netblock"]

    def rows(self, *more):
        return csv_rows(ok("export", self.path("scan.db"), "--tier",
                           "context", *more))

    def test_one_question_a_network(self):
        registry = self.registry()
        done = run(*self.scanning(registry, "--progress", "json"))
        self.assertEqual(done.returncode, 0, done.stderr)
        last = json.loads(done.stderr.splitlines()[-1])
        self.assertEqual(last["netblock"]["targets"], 3)
        self.assertEqual(len(registry.asked), 3)
        asked = [ipaddress.ip_address(a) for a in registry.asked]
        self.assertEqual(asked, sorted(asked))
        self.assertEqual(set(self.kept()), {"-".join(e) for e in SHARED})
        self.assertEqual((self.status()["answered"], self.status()["pending"]),
                         ({"done": 3}, 0))
        runs = [r for r in self.rows() if r["kind"] == "run"]
        self.assertGreater(len(runs), 10)
        for row in runs:
            at = ipaddress.ip_address(row["first_ip"])
            name, organisation, abuse = next(
                who for (a, b), who in registry.networks.items()
                if a <= at <= b)
            self.assertEqual(row["netname"], name)
            self.assertEqual(row["abuse_email"], abuse or "-")
            # a spreadsheet would take it for a formula
            self.assertEqual(row["org"].removeprefix("'"), organisation)
        campaign = next(r for r in self.rows() if r["kind"] == "campaign")
        self.assertEqual(campaign["abuse_email"],
                         "abuse@one.example;abuse@two.example")
        self.assertEqual(campaign["netname"], "LAB-ONE;LAB-TWO;LAB-THREE")

    def test_asked_again_by_nobody(self):
        """A resume knows it from the store, another scan from the cache."""
        registry = self.registry()
        ok(*self.scanning(registry))
        ok("resume", self.path("scan.db"), "--retry", "failed", "--progress",
           "none")
        self.assertEqual(len(registry.asked), 3)
        ok(*self.scanning(registry))
        self.assertEqual(len(registry.asked), 3)

    def test_what_cannot_be_learnt(self):
        """A server that fails is asked about each /24 once; --retry asks
        again, and what was unknown is known then."""
        registry = self.registry()
        registry.down = {str(a) for a in
                         ipaddress.ip_network("127.20.0.0/18")}
        ok(*self.scanning(registry))
        blocks = {a.rsplit(".", 1)[0] for a in registry.asked}
        self.assertLessEqual(len(registry.asked), 3 * len(blocks))
        self.assertEqual({r["abuse_email"] for r in self.rows()}, {""})
        self.assertTrue(all('"unknown"' in data
                            for data in self.kept().values()))
        registry.down = set()
        ok("resume", self.path("scan.db"), "--progress", "none")
        self.assertEqual({r["abuse_email"] for r in self.rows()}, {""})
        before = len(registry.asked)
        done = run("resume", self.path("scan.db"), "--retry", "failed",
                   "--progress", "none")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertGreater(len(registry.asked), before)
        self.assertEqual({r["abuse_email"] for r in self.rows()
                          if r["kind"] == "run"},
                         {"abuse@one.example", "abuse@two.example", "-"})
        self.assertFalse(any('"unknown"' in data
                             for data in self.kept().values()))

    def test_there_is_no_such_network(self):
        registry = self.registry({})
        ok(*self.scanning(registry))
        self.assertEqual({r["abuse_email"] for r in self.rows()}, {"-"})

    def test_interrupted_and_resumed(self):
        registry = self.registry()
        registry.held.clear()
        scan = start(*self.scanning(registry))
        wait_until(lambda: registry.asked, "the registry is asked")
        seconds, code, _, err = interrupt(scan)
        registry.held.set()
        self.assertEqual(code, 130, err)
        self.assertLess(seconds, 6)
        self.assertEqual(self.kept(), {})
        ok("resume", self.path("scan.db"), "--progress", "none")
        self.assertEqual(set(self.kept()), {"-".join(e) for e in SHARED})

    def test_nobody_is_asked(self):
        registry = self.registry()
        for how in ("none", "whois"):
            with self.subTest(how):
                ok(*self.scanning(registry, "--registration", how,
                                  "--whois-server", "*=127.0.0.1:1"))
                self.assertEqual(registry.asked, [])

    def test_together_with_an_as(self):
        registry = self.registry()
        source = pfx2as(self.path("routes.gz"),
                        [("127.20.8.0/21", "64500"), ("127.20.8.0/22",
                                                      "64501")])
        args = self.scanning(registry, "--as-source", source)
        args[1:2] = ["AS64500", "AS64501"]
        ok(*args)
        rows = self.rows()
        self.assertEqual({(r["asn"], r["netname"]) for r in rows
                          if r["first_ip"].startswith("127.20.11.")},
                         {("64500;64501", "LAB-ONE")})
        objects = json.loads(ok("findings", self.path("scan.db"), "--format",
                                "json", "--tier", "context"))
        self.assertEqual(objects[0]["asn"], rows[0]["asn"].split(";"))
