"""The NXDOMAIN cut: empty netblocks cost one question, no name is lost."""
import json
import random

from servers import (AUTHORITATIVE, NameServer, addresses, ask, records,
                     zone)
from support import (Case, DnsFixture, DnsProxy, interrupt, ok, run, start,
                     wait_until)

ZONE = "20.127.in-addr.arpa"
TARGET = "127.20.0.0/16"
BLOCKS = range(3, 256, 26)  # 10 of 256 have names,
PER_BLOCK = 25              # so many each, scattered
EMPTY_BLOCK = 4
# as fast as nothing is lost in the proxy's receive buffer, and patient
FAST = ["--dns-rate", "0", "--dns-window", "100", "--dns-block-rate", "0",
        "--dns-timeout", "10"]
# one a /24; each address of ten /24s; some to make sure
QUERIES_MAX = 3000


def scattered(blocks=BLOCKS):
    """{address: {name}} of some /24s."""
    return {f"127.20.{b}.{o}": {f"h{o}.b{b}.example"} for b in blocks
            for o in random.Random(b).sample(range(256), PER_BLOCK)}


def pruned(stage):
    return stage["answered"].get("pruned", 0)


class Prune(Case):
    def serve(self, kind, zones):
        """A proxy before a server of that kind."""
        server = NameServer(kind if kind != "unbound" else "nsd", zones)
        self.addCleanup(server.close)
        if kind == "unbound":
            server = NameServer(kind, forward=server.address)
            self.addCleanup(server.close)
        proxy = DnsProxy(server.address)
        self.addCleanup(proxy.close)
        return proxy

    def ptr(self, resolver, *more, target=TARGET):
        """{address: answer} of one line an address; the last progress."""
        answers = self.path("answers.ndjson")
        done = run("ptr", target, "--include-reserved", *FAST, "--resolver",
                   resolver, "--progress", "json", *more, "-o", answers)
        self.assertEqual(done.returncode, 0, done.stderr)
        with open(answers) as f:
            lines = [json.loads(line) for line in f]
        by_address = {line["ip"]: line for line in lines}
        self.assertEqual(len(by_address), len(lines))
        return by_address, json.loads(done.stderr.splitlines()[-1])

    def names(self, answers):
        return {a: set(x["names"]) for a, x in answers.items()
                if x["status"] == "name"}

    def with_status(self, status, answers):
        return {a for a, x in answers.items() if x["status"] == status}


class Servers(Prune):
    """What the cut rests on: RFC 8020 as servers keep it."""

    def check(self, kind):
        below = zone("9." + ZONE, "1 PTR delegated.example.\n")
        server = self.serve(kind, {
            ZONE: zone(ZONE, "1.5 PTR a.example.\n*.7 PTR wild.example.\n"
                             "9 NS ns.example.\n"), "9." + ZONE: below})
        no_error, nxdomain = 0, 3
        for name, rcode, soa in [
                ("5", no_error, ZONE),     # an empty non-terminal
                ("7", no_error, ZONE),     # one above a wildcard
                ("9", no_error, "9." + ZONE),
                ("6", nxdomain, ZONE),
                ("2.5", nxdomain, ZONE),
                ("2.6", nxdomain, ZONE),
                ("2.9", nxdomain, "9." + ZONE)]:
            with self.subTest(name):
                answer = ask(server.address, f"{name}.{ZONE}", "PTR", rd=1)
                self.assertEqual((answer.rcode, answer.n_answers, answer.soa),
                                 (rcode, 0, soa))

    def test_nsd(self):
        self.check("nsd")

    def test_knot(self):
        self.check("knot")

    def test_bind(self):
        self.check("bind")

    def test_pdns(self):
        self.check("pdns")

    def test_unbound(self):
        self.check("unbound")


class Sparse(Prune):
    """A /16 with names in 10 of its 256 /24s."""

    def check(self, kind):
        expected = scattered()
        proxy = self.serve(kind, {ZONE: zone(ZONE, records(expected))})
        answers, last = self.ptr(proxy.address)
        self.assertEqual(self.names(answers), expected)
        self.assertEqual(set(answers), addresses(TARGET))
        self.assertLessEqual(last["queries"], QUERIES_MAX)
        self.assertLessEqual(proxy.total(), last["queries"])
        self.assertEqual(self.with_status("pruned", answers),
                         set(answers) - set(proxy.addresses()))
        self.assertEqual(pruned(last["sweep"]),
                         len(self.with_status("pruned", answers)))
        print(f"{kind}: {last['queries']} queries")

    def test_nsd(self):
        self.check("nsd")

    def test_knot(self):
        self.check("knot")

    def test_bind(self):
        self.check("bind")

    def test_pdns(self):
        self.check("pdns")

    def test_unbound(self):
        self.check("unbound")

    def test_no_prune(self):
        expected = scattered()
        proxy = self.serve("nsd", {ZONE: zone(ZONE, records(expected))})
        answers, last = self.ptr(proxy.address, "--no-prune")
        self.assertEqual(self.names(answers), expected)
        self.assertEqual(set(proxy.addresses()), addresses(TARGET))
        self.assertEqual(set(answers), addresses(TARGET))
        self.assertEqual(self.with_status("pruned", answers), set())
        self.assertGreaterEqual(last["queries"], 65536)


class Shapes(Prune):
    """Zones in which a cut at the wrong place would lose names."""

    def test_a_wildcard_in_a_block(self):
        expected = scattered()
        expected |= {f"127.20.7.{o}": {"wild.example"} for o in range(256)}
        lines = records(scattered()) + "*.7 PTR wild.example.\n"
        for kind in AUTHORITATIVE:
            with self.subTest(kind):
                proxy = self.serve(kind, {ZONE: zone(ZONE, lines)})
                answers, last = self.ptr(proxy.address)
                self.assertEqual(self.names(answers), expected)
                self.assertLessEqual(last["queries"], QUERIES_MAX + 256)

    def test_a_wildcard_over_all(self):
        proxy = self.serve("nsd", {ZONE: zone(ZONE, "* PTR wild.example.\n")})
        answers, _ = self.ptr(proxy.address)
        self.assertEqual(self.names(answers),
                         {a: {"wild.example"} for a in addresses(TARGET)})

    def test_delegated_blocks(self):
        """Names in the parent, in delegated zones; a delegated one empty."""
        parent, children = scattered(BLOCKS[:5]), scattered(BLOCKS[5:])
        empty = 100
        zones = {f"{b}.{ZONE}": zone(f"{b}.{ZONE}", records(
            {a: n for a, n in children.items()
             if a.split(".")[2] == str(b)}, labels=1))
            for b in [*BLOCKS[5:], empty]}
        zones[ZONE] = zone(ZONE, records(parent) + "".join(
            f"{b} NS ns.example.\n" for b in [*BLOCKS[5:], empty]))
        for kind in [*AUTHORITATIVE, "unbound"]:
            with self.subTest(kind):
                proxy = self.serve(kind, zones)
                answers, last = self.ptr(proxy.address)
                self.assertEqual(self.names(answers), parent | children)
                self.assertLessEqual(last["queries"], QUERIES_MAX + 256)

    def test_empty_non_terminals_hidden(self):
        """NXDOMAIN for 5.20.127.in-addr.arpa although 1.5... exists."""
        expected = {"127.20.5.1": {"one.example"},
                    "127.20.5.2": {"two.example"},
                    "127.20.200.77": {"three.example"}}
        with open(self.path("names.txt"), "w") as f:
            for address, names in expected.items():
                f.write(f"{address} {min(names)}\n")
        server = DnsFixture("short", "--zone", self.path("names.txt"),
                            "--hide-nonterminals", "--apex", ZONE)
        self.addCleanup(server.close)
        wait_until(lambda: answers_at(server.address), "the fixture")
        answers, _ = self.ptr(server.address)
        self.assertEqual(self.names(answers), expected)
        self.assertEqual(set(answers), addresses(TARGET))


def answers_at(address):
    try:
        return ask(address, ZONE, "SOA")
    except OSError:
        return False


class Scans(Prune):
    def setUp(self):
        super().setUp()
        self.expected = scattered()
        self.proxy = self.serve("nsd", {ZONE: zone(ZONE,
                                                   records(self.expected))})

    def options(self):
        return [TARGET, *self.sweep_only(resolver=self.proxy.address), *FAST]

    def check_store(self, store):
        status = json.loads(ok("status", store, "--format", "json"))
        sweep = status["sweep"]
        self.assertEqual(self.names_of(store), self.expected)
        self.assertEqual(sweep["targets"], 65536)
        self.assertEqual(sweep["pending"], 0)
        self.assertEqual(sum(sweep["answered"].values()), 65536)
        self.assertEqual(sweep["answered"]["name"], len(self.expected))
        self.assertEqual(pruned(sweep), 65536 - len(self.proxy.addresses()))
        self.assertGreater(pruned(sweep), 65536 - QUERIES_MAX)

    def test_accounting(self):
        store = self.path("pruned.db")
        ok("scan", *self.options(), "-o", store)
        self.check_store(store)

    def test_interrupted_and_resumed(self):
        store = self.path("interrupted.db")
        child = start("scan", *self.options(), "--dns-rate", "2000", "-o",
                      store)
        self.addCleanup(child.kill)
        wait_until(lambda: self.proxy.total() > 1200, "questions")
        _, code, _, err = interrupt(child)
        self.assertEqual(code, 130, err)
        status = json.loads(ok("status", store, "--format", "json"))
        self.assertGreater(status["sweep"]["pending"], 0)
        ok("resume", store, "--dns-rate", "0")
        self.check_store(store)
        self.assertLessEqual(self.proxy.total(), QUERIES_MAX + 256)


class Outside(Prune):
    """Nobody outside the target is asked for, whatever is cut."""

    def setUp(self):
        super().setUp()
        self.expected = scattered()
        self.proxy = self.serve("nsd", {ZONE: zone(ZONE,
                                                   records(self.expected))})

    def check(self, target, allowed, *more):
        answers, _ = self.ptr(self.proxy.address, *more, target=target)
        self.assertEqual(set(answers), allowed)
        self.assertLessEqual(set(self.proxy.addresses()), allowed)
        self.assertEqual(self.names(answers),
                         {a: n for a, n in self.expected.items()
                          if a in allowed})

    def test_excluded(self):
        excluded = ["127.20.3.0/25", "127.20.29.64/26", "127.20.4.0/24",
                    "127.20.5.0/31", "127.20.6.1/32"]
        target = "127.20.0.0/18"
        self.check(target, addresses(target).difference(
            *map(addresses, excluded)),
            *(x for e in excluded for x in ("--exclude", e)))

    def test_28(self):
        for block in (BLOCKS[0], EMPTY_BLOCK):
            target = f"127.20.{block}.16/28"
            with self.subTest(target):
                self.proxy.counts.clear()
                self.check(target, addresses(target))

    def test_one_address(self):
        for address in (min(self.expected), f"127.20.{EMPTY_BLOCK}.9"):
            with self.subTest(address):
                self.proxy.counts.clear()
                self.check(address, {address})
                self.assertLessEqual(self.proxy.total(), 2)
