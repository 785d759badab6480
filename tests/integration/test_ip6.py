"""IPv6: names are found by the NXDOMAIN cut, and a walk can be interrupted."""
import ipaddress
import json
import random
import signal

from servers import NameServer, zone
from support import Case, DnsFixture, DnsProxy, csv_rows, ok, run, start, \
    wait_until

NET = "fd00:8db8::/32"
BASE = int(ipaddress.ip_network(NET)[0])
ZONE = "8.b.d.8.0.0.d.f.ip6.arpa"


def address(n):
    return str(ipaddress.IPv6Address(n))


def in_ten_networks():
    """20 hosts in each of ten /64s."""
    chance = random.Random(64)
    names = {}
    for i in range(10):
        net = BASE | chance.getrandbits(32) << 64
        for host in chance.sample(range(4096), 20):
            names[address(net | host)] = f"h{host}.n{i}.example"
    return names


def scattered():
    chance = random.Random(32)
    return {address(BASE | chance.getrandbits(96)): f"s{i}.example"
            for i in range(200)}


def reverse(address):
    return ipaddress.ip_address(address).reverse_pointer


def cheapest(names):
    """Questions of a walk that makes none in vain: 16 below each prefix."""
    prefixes = {int(ipaddress.ip_address(a)) >> bits << bits | bits
                for a in names for bits in range(4, 97, 4)}
    return 1 + 16 * len(prefixes)


def zone_of(names, more=""):
    lines = (reverse(a).removesuffix("." + ZONE) + f" PTR {n}.\n"
             for a, n in names.items())
    return {ZONE: zone(ZONE, "".join(lines) + more)}


class Ip6(Case):
    def ptr(self, server, *targets, options=()):
        done = run("ptr", *targets, "--include-reserved", "--resolver",
                   server.address, "--dns-rate", "0", "--progress", "json",
                   *options)
        self.assertEqual(done.returncode, 0, done.stderr)
        answers = [json.loads(line) for line in done.stdout.splitlines()]
        last = json.loads(done.stderr.splitlines()[-1])
        for line in done.stderr.splitlines():
            sweep = json.loads(line)["sweep"]
            self.assertEqual(sweep["targets"],
                             sweep["excluded"] + sweep["pending"] +
                             sum(sweep["answered"].values()))
        return {a["ip"]: a["names"][0] for a in answers
                if a["status"] == "name"}, last

    def serve(self, names, more="", kind="nsd"):
        server = NameServer(kind, zone_of(names, more))
        self.addCleanup(server.close)
        return server

    def test_cost(self):
        for names, most in [(in_ten_networks(), 50), (scattered(), 400)]:
            with self.subTest(most):
                found, last = self.ptr(self.serve(names), NET)
                self.assertEqual(found, names)
                print(f"{last['queries'] / len(names):.1f} questions a name")
                self.assertLessEqual(last["queries"], most * len(names))
                self.assertLessEqual(last["queries"], 1.05 * cheapest(names))

    def test_other_servers(self):
        names = in_ten_networks()
        for kind in ("knot", "bind", "pdns"):
            with self.subTest(kind):
                found, _ = self.ptr(self.serve(names, kind=kind), NET)
                self.assertEqual(found, names)

    def test_nobody_beside_the_targets_is_asked(self):
        names = in_ten_networks()
        proxy = DnsProxy(self.serve(names).address)
        self.addCleanup(proxy.close)
        some = sorted(names, key=ipaddress.ip_address)
        first, last = some[30], some[150]
        found, _ = self.ptr(proxy, f"{first}-{last}", options=[
            "--exclude", some[100], "--dns-window", "100"])
        within = {a: names[a] for a in some[30:151] if a != some[100]}
        self.assertEqual(found, within)
        asked = {q[0] for q in proxy.questions() if len(q[0].split(".")) == 34}
        low, high = (int(ipaddress.ip_address(a)) for a in (first, last))
        for name in asked:
            digits = name.removesuffix(".ip6.arpa").replace(".", "")[::-1]
            self.assertTrue(low <= int(digits, 16) <= high, name)
            self.assertNotEqual(name, reverse(some[100]))

    def test_wildcard_is_bounded_and_told(self):
        names = {address(BASE | 5 << 64 | i): f"h{i}.example"
                 for i in range(16)}
        server = self.serve(names, "*.1 PTR any.example.\n")
        done = run("ptr", NET, "--include-reserved", "--resolver",
                   server.address, "--dns-rate", "0", "--progress", "none")
        self.assertEqual(done.returncode, 0, done.stderr)
        found = {json.loads(a)["ip"] for a in done.stdout.splitlines()}
        self.assertLessEqual(set(names), found)
        self.assertLess(len(found), 1000)
        self.assertIn("fd00:8db8:1000::/36: every address has a name",
                      done.stderr)

    def test_with_ipv4(self):
        names = in_ten_networks()
        server = NameServer("nsd", zone_of(names) | {
            "9.20.127.in-addr.arpa": zone("9.20.127.in-addr.arpa",
                                          "7 PTR seven.example.\n")})
        self.addCleanup(server.close)
        found, last = self.ptr(server, NET, "127.20.9.0/24", options=[
            "--dns-block-rate", "0"])
        self.assertEqual(found, names | {"127.20.9.7": "seven.example"})


class Scans(Case):
    def setUp(self):
        super().setUp()
        self.names = scattered()
        zone_file = self.path("names")
        with open(zone_file, "w") as f:
            f.writelines(f"{a} {n}\n" for a, n in self.names.items())
        self.server = DnsFixture("short", "--zone", zone_file)
        self.addCleanup(self.server.close)
        self.proxy = DnsProxy(self.server.address)
        self.addCleanup(self.proxy.close)

    def found_in(self, store):
        rows = csv_rows(ok("export", store, "--format", "names"))
        return {r["ip"]: r["name"] for r in rows if r["status"] == "name"}

    def test_killed_and_resumed(self):
        store = self.path("ip6.db")
        rate = 10000
        args = ["scan", NET, *self.sweep_only(self.proxy.address), "--dns-rate",
                str(rate), "--dns-timeout", "20", "-o", store]
        child = start(*args)
        for _ in range(2):
            begun = self.proxy.total()
            wait_until(lambda: self.proxy.total() > begun + 1.5 * rate,
                       "questions")
            child.send_signal(signal.SIGKILL)
            child.communicate()
            status = json.loads(ok("status", store, "--format", "json"))
            self.assertGreater(status["sweep"]["pending"], 0)
            child = start("resume", store)
        _, err = child.communicate(timeout=300)
        self.assertEqual(child.returncode, 0, err)
        self.assertEqual(self.found_in(store), self.names)
        print(f"{self.proxy.repeated()} questions asked again after two kills")
        self.assertLessEqual(self.proxy.repeated(), 3 * 1.25 * rate)
        status = json.loads(ok("status", store, "--format", "json"))
        self.assertEqual(status["sweep"]["pending"], 0)
        self.assertEqual(status["sweep"]["answered"]["name"], 200)

    def test_failures_are_asked_again(self):
        store = self.path("failed.db")
        lossy = DnsFixture("short", "--zone", self.path("names"), "--refuse",
                           "40")
        self.addCleanup(lossy.close)
        ok("scan", NET, *self.sweep_only(lossy.address), "--dns-rate", "0",
           "--dns-tries", "2", "-o", store)
        status = json.loads(ok("status", store, "--format", "json"))
        self.assertGreater(status["sweep"]["answered"]["refused"], 0)
        self.assertLess(len(self.found_in(store)), 200)
        ok("resume", store, "--retry", "failed", "--resolver",
           self.server.address)
        self.assertEqual(self.found_in(store), self.names)
        status = json.loads(ok("status", store, "--format", "json"))
        self.assertNotIn("refused", status["sweep"]["answered"])
        self.assertEqual(status["sweep"]["pending"], 0)
