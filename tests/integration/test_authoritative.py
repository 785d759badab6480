"""Reverse zones' own name servers, asked directly.

A small Internet on loopback: a root, a /16 zone on A and B, parts of it on C,
on a server that knows nothing of its part, and on one that is not there."""
import json

from servers import NameServer, addresses, in_own_network, records, zone
from support import Case, DnsProxy, run

ROOT, A, B, C, LAME, DEAD = (f"127.1.0.{n}" for n in range(1, 7))
RESOLVER = "127.1.0.53"
DNS = 53
ZONE = "20.127.in-addr.arpa"
TARGET = "127.20.0.0/16"
CLASSLESS = "127.20.7.16/28"  # RFC 2317
PARENT_BLOCKS, C_BLOCK, LAME_BLOCK, DEAD_BLOCK = (3, 10, 200), 9, 11, 12
QUERIES_MAX = 3000  # of the /16: 5 blocks with names, 251 cuts, some more


def some_names(block):
    return {f"127.20.{block}.{o}": {f"h{o}.b{block}.example"}
            for o in range(1, 256, 11)}


PARENT_NAMES = {a: n for b in PARENT_BLOCKS for a, n in some_names(b).items()}
C_NAMES = some_names(C_BLOCK)
CLASSLESS_NAMES = {f"127.20.7.{o}": {f"customer{o}.example"}
                   for o in range(16, 32)}
ALL_NAMES = PARENT_NAMES | C_NAMES | CLASSLESS_NAMES


def root_zones():
    hosts = {"root": ROOT, "a": A, "b": B, "c": C, "lame": LAME, "dead": DEAD}
    servers = ["root.ns.example."]
    return {
        ".": zone(".", "example. NS root.ns.example.\n"
                       "in-addr.arpa. NS root.ns.example.\n"
                       f"root.ns.example. A {ROOT}\n", servers),
        "example": zone("example", "".join(
            f"{name}.ns A {ip}\n" for name, ip in hosts.items()), servers),
        "in-addr.arpa": zone("in-addr.arpa",
                             "20.127 NS a.ns.example.\n"
                             "20.127 NS b.ns.example.\n", servers)}


def parent_zone():
    return {ZONE: zone(
        ZONE, records(PARENT_NAMES) +
        f"{C_BLOCK} NS c.ns.example.\n"
        f"{LAME_BLOCK} NS lame.ns.example.\n"
        f"{DEAD_BLOCK} NS dead.ns.example.\n"
        "16-31.7 NS c.ns.example.\n" + "".join(
            f"{o}.7 CNAME {o}.16-31.7\n" for o in range(16, 32)),
        ["a.ns.example.", "b.ns.example."])}


def c_zones():
    return {f"{o}.{ZONE}": zone(f"{o}.{ZONE}", records(names, labels=1),
                                ["c.ns.example."])
            for o, names in [(C_BLOCK, C_NAMES),
                             ("16-31.7", CLASSLESS_NAMES)]}


@in_own_network
class Authoritative(Case):
    def setUp(self):
        super().setUp()
        self.at = {ip: self.serve(ip, zones) for ip, zones in [
            (ROOT, root_zones()), (A, parent_zone()), (B, parent_zone()),
            (C, c_zones()), (LAME, {"lame.test": zone("lame.test")})]}
        resolver = NameServer("unbound", address="127.0.0.1", root=ROOT)
        self.addCleanup(resolver.close)
        self.resolver = self.proxy(resolver, RESOLVER)

    def serve(self, ip, zones):
        """A proxy on port 53 before NSD on another one."""
        server = NameServer("nsd", zones, address=ip)
        self.addCleanup(server.close)
        return self.proxy(server, ip)

    def proxy(self, server, ip):
        proxy = DnsProxy(server.address, ip, DNS)
        self.addCleanup(proxy.close)
        return proxy

    def ptr(self, target, *more, codes=(0,)):
        """{address: answer} of at most one line an address."""
        answers = self.path("answers.ndjson")
        done = run("ptr", target, "--include-reserved", "--dns-rate", "0",
                   "--dns-window", "100", "--dns-block-rate", "0",
                   "--resolver", RESOLVER, "--progress", "none", *more,
                   "-o", answers)
        self.assertIn(done.returncode, codes, done.stderr)
        with open(answers) as f:
            lines = [json.loads(line) for line in f]
        by_address = {line["ip"]: line for line in lines}
        self.assertEqual(len(by_address), len(lines))
        return by_address

    def names(self, answers):
        return {a: set(x["names"]) for a, x in answers.items()
                if x["status"] == "name"}

    def asked(self):
        """Addresses asked for, anywhere."""
        return set().union(*(proxy.addresses() for proxy in
                             [self.resolver, *self.at.values()]))

    def check_manners(self):
        """Who answers for himself is not asked to ask others."""
        for ip, proxy in self.at.items():
            recursive = [q for q in proxy.questions() if q[2]]
            self.assertEqual(recursive, [], ip)

    def test_through_the_resolver(self):
        """This Internet works."""
        found = {}
        for block in (*PARENT_BLOCKS, C_BLOCK, 7):
            found |= self.names(self.ptr(f"127.20.{block}.0/24"))
        self.assertEqual(found, ALL_NAMES)
        self.assertGreater(self.at[C].addresses(rd=0).total(), 0)
        self.check_manners()

    def test_every_name_is_found(self):
        # these two are for the next test
        spared = [x for block in (LAME_BLOCK, DEAD_BLOCK)
                  for x in ("--exclude", f"127.20.{block}.0/24")]
        answers = self.ptr(TARGET, "--authoritative", "--dns-timeout", "10",
                           *spared)
        self.assertEqual(self.names(answers), ALL_NAMES)
        self.assertEqual(len(answers), 65536 - 512)
        self.assertLessEqual(self.asked(), set(answers))
        with self.subTest("each server of a zone is asked"):
            for ip in (A, B):
                self.assertGreater(self.at[ip].addresses(rd=0).total(), 100)
            self.assertLessEqual(set(C_NAMES), set(self.at[C].addresses(0)))
            chased = {name for name, *_ in self.at[C].questions()}
            for o in range(16, 32):
                self.assertIn(f"{o}.16-31.7.{ZONE}", chased)
        with self.subTest("the resolver is spared"):
            self.assertLessEqual(set(self.resolver.addresses()),
                                 addresses(CLASSLESS))
        with self.subTest("empty netblocks are cut"):
            self.assertLessEqual(sum(self.at[ip].total()
                                     for ip in (A, B, C)), QUERIES_MAX)
        self.check_manners()

    def test_lame_and_dead_servers(self):
        """What nobody answers for is not said to have no name; the rest is
        not held up."""
        target = "127.20.8.0/21"  # 8 to 15: C, parent, lame, dead
        answers = self.ptr(target, "--authoritative", "--dns-timeout", "1",
                           "--dns-tries", "2", codes=(0, 3))
        self.assertEqual(self.names(answers),
                         C_NAMES | some_names(10))
        for block in (LAME_BLOCK, DEAD_BLOCK):
            known = {answers[a]["status"]
                     for a in addresses(f"127.20.{block}.0/24")
                     if a in answers}
            self.assertLessEqual(known, {"refused", "servfail", "timeout",
                                         "error"})
        self.assertLessEqual(self.asked(), addresses(target))
        self.check_manners()

    def test_outside(self):
        """Small targets, on a delegated block and beside one."""
        for target, excluded in [(f"127.20.{C_BLOCK}.0/28", "127.20.9.1"),
                                 ("127.20.7.24/29", "127.20.7.26"),
                                 ("127.20.3.12", "127.20.3.13")]:
            with self.subTest(target):
                for proxy in [self.resolver, *self.at.values()]:
                    proxy.counts.clear()
                allowed = addresses(target) - {excluded}
                answers = self.ptr(target, "--authoritative", "--exclude",
                                   excluded)
                self.assertEqual(set(answers), allowed)
                self.assertEqual(self.names(answers), {
                    a: n for a, n in ALL_NAMES.items() if a in allowed})
                self.assertLessEqual(self.asked(), allowed)
                self.check_manners()
