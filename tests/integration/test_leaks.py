"""No question but to the resolvers that were given, no connection but to
addresses that may be had: watched packet by packet, in a network where every
address of the world is this machine's."""
import collections
import contextlib
import json
import os
import socket
import socketserver
import struct
import subprocess
import sys
import threading

from hostile import HostileRegistry, domain, redirect, reply
from servers import NameServer, in_own_network, zone
from support import Case, DnsProxy, ok, run, wait_until

REGISTRY = "9.9.9.10"   # nobody's, in here
NETBLOCK = "9.9.10.0/29"
THERE = {(REGISTRY, port) for port in (43, 80, 443)}
PACKET_OUTGOING = 4
UDP, TCP = 17, 6
SYN, ACK = 2, 16

ZONE = f"""\
rdap.registry.test.     A {REGISTRY}
other.registry.test.    A {REGISTRY}
boot.registry.test.     A {REGISTRY}
rdap.verisign.com.      A {REGISTRY}
rdap.arin.net.          A {REGISTRY}
whois.registry.test.    A {REGISTRY}
whois.iana.org.         A {REGISTRY}
six.registry.test.      AAAA 2620:fe::9
loopback.registry.test. A 127.0.0.1
private.registry.test.  A 10.0.0.1
loopback6.registry.test. AAAA ::1
mapped.registry.test.   AAAA ::ffff:127.0.0.1
mixed.registry.test.    A 127.0.0.1
1.10.9.9.in-addr.arpa.  PTR cheap-meds.test.
2.10.9.9.in-addr.arpa.  PTR mail.cheap-meds.test.
3.10.9.9.in-addr.arpa.  PTR blueomb.com.
cheap-meds.test.        A 9.9.10.1
cheap-meds.test.        MX 10 mail.cheap-meds.test.
mail.cheap-meds.test.   A 9.9.10.2
blueomb.com.            A 9.9.10.3
"""


def answer(c, name):
    reply(c, domain(name))


def document(*services):
    return lambda c, name: reply(
        c, json.dumps({"services": services}).encode())


RDAP = "http://rdap.registry.test/"
# where a redirect may not lead: the first label of a domain, and the place
FORBIDDEN = {
    "to-loopback": "http://127.0.0.1/domain/x",
    "to-short-loopback": "http://127.1/domain/x",
    "to-hex-loopback": "http://0x7f000001/domain/x",
    "to-octal-loopback": "http://0177.0.0.1/domain/x",
    "to-number-loopback": "http://2130706433/domain/x",
    "to-loopback6": "http://[::1]/domain/x",
    "to-mapped-loopback": "http://[::ffff:127.0.0.1]/domain/x",
    "to-nothing": "http://0.0.0.0/domain/x",
    "to-private": "http://10.0.0.1/domain/x",
    "to-link": "http://169.254.169.254/latest/meta-data/",
    "to-localhost": "http://localhost/domain/x",
    "to-localhost-dot": "http://localhost./domain/x",
    "to-named-loopback": "http://loopback.registry.test/domain/x",
    "to-named-private": "http://private.registry.test/domain/x",
    "to-named-loopback6": "http://loopback6.registry.test/domain/x",
    "to-named-mapped": "http://mapped.registry.test/domain/x",
}
BEHAVIOURS = {
    **{name: (None, redirect(to)) for name, to in FORBIDDEN.items()},
    "dns": (None, document([["test"], [RDAP]])),
    "ipv4": (None, document([["9.0.0.0/8"], [RDAP]])),
    "ipv6": (None, document([["2620::/16"], [RDAP]])),
    "named": (None, lambda c, n: redirect(
        "http://other.registry.test/domain/behind." + n)(c, n)),
    "behind": (None, lambda c, n: answer(c, n.split(".", 1)[1])),
    "nowhere": (None, redirect("http://nowhere.registry.test/domain/x")),
    "outside": (None, redirect("http://registry.outside.example/domain/x")),
}


class Registries(collections.defaultdict):
    """What is not told otherwise is answered as it should be."""

    def __missing__(self, name):
        return None, answer


class Whois(socketserver.StreamRequestHandler):
    """Refers whoever asks for a TLD to a name, and knows every domain."""

    def handle(self):
        asked = self.rfile.readline(256).decode().strip()
        self.wfile.write((
            f"Domain Name: {asked}\nRegistrar: Some Names Ltd\n"
            "Creation Date: 2018-05-10T00:00:00Z\n" if "." in asked else
            "domain: X\nrefer: whois.registry.test\n").encode())


def whois():
    server = socketserver.ThreadingTCPServer(("0.0.0.0", 43), Whois)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


class Watcher(threading.Thread):
    """Every packet that leaves, anywhere: to whom, and of what kind."""

    def __init__(self):
        super().__init__(daemon=True)
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM,
                                    socket.htons(3))  # ETH_P_ALL
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
        self.sent = collections.Counter()  # (protocol, address, port)
        self.start()

    def run(self):
        while True:
            packet, (_, _, kind, *_) = self.socket.recvfrom(65535)
            if kind == PACKET_OUTGOING and packet:
                self.note(packet)

    def note(self, packet):
        if packet[0] >> 4 == 4:
            head, protocol = (packet[0] & 15) * 4, packet[9]
            to = socket.inet_ntop(socket.AF_INET, packet[16:20])
        else:
            head, protocol = 40, packet[6]
            to = socket.inet_ntop(socket.AF_INET6, packet[24:40])
        port, = struct.unpack(">H", packet[head + 2:head + 4])
        # of TCP the question alone, not the answers of who was asked
        if protocol == UDP or (protocol == TCP and
                               packet[head + 13] & (SYN | ACK) == SYN):
            self.sent[protocol, to, port] += 1

    @contextlib.contextmanager
    def watching(self):
        """The counts of what is sent meanwhile, by the end of it."""
        before, meanwhile = self.sent.copy(), collections.Counter()
        yield meanwhile
        self.settle()
        meanwhile.update(self.sent - before)

    def settle(self):
        """Until a packet of our own has been seen behind all others."""
        mark = UDP, "127.0.0.99", 9
        n = self.sent[mark]
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.sendto(b"", mark[1:])
        wait_until(lambda: self.sent[mark] > n, "the watcher watches")
        del self.sent[mark]


@in_own_network
class LeaksCase(Case):
    def setUp(self):
        super().setUp()
        for family, everything in ("-4", "0.0.0.0/0"), ("-6", "::/0"):
            subprocess.run(["ip", family, "route", "add", "local", everything,
                            "dev", "lo"], check=True)
        self.watcher = Watcher()
        names = NameServer("nsd", {".": zone(".", ZONE)})
        self.addCleanup(names.close)
        self.resolver = DnsProxy(names.address)
        self.addCleanup(self.resolver.close)
        self.registry = HostileRegistry("0.0.0.0", 80,
                                        Registries(None, BEHAVIOURS))
        self.addCleanup(self.registry.close)
        server = whois()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        self.n_runs = 0

    def options_for(self, command):
        """Those that keep it in here; a cache of its own for each run."""
        if command in ("check", "targets"):
            return ["--resolver", self.resolver.address]
        self.n_runs += 1
        return ["--resolver", self.resolver.address, "--registration-cache",
                self.path(f"{self.n_runs}.db"), "--registration-rate", "0",
                "--http-timeout", "5", "--dns-timeout", "1",
                "--progress", "none"]

    def names_asked(self):
        return {name for name, *_ in self.resolver.questions()}

    def assert_no_leak(self, sent, connected):
        """Questions to the resolver alone, connections to these alone."""
        host, port = self.resolver.address.split(":")
        nsd = UDP, host, int(self.resolver.inside.getpeername()[1])
        asked = {where: n for where, n in sent.items()
                 if where[0] == UDP and where not in (
                     (UDP, host, int(port)), nsd) and
                 not self.is_answer(where)}
        self.assertEqual(asked, {})
        self.assertEqual({w[1:] for w in sent if w[0] == TCP} - connected,
                         set())

    def is_answer(self, where):
        """Back to a port that a question came from, as clients have."""
        with open("/proc/sys/net/ipv4/ip_local_port_range") as f:
            low, high = map(int, f.read().split())
        return where[1] == "127.0.0.1" and low <= where[2] <= high

    def test_the_watcher_sees_a_leak(self):
        """What a program without our care would do is seen."""
        with self.watcher.watching() as sent:
            subprocess.run([sys.executable, "-c",
                            "import socket\n"
                            "socket.getaddrinfo('leak.example', 80)"],
                           env={**os.environ, "RES_OPTIONS":
                                "timeout:1 attempts:1"},
                           stderr=subprocess.DEVNULL)
        self.assertTrue([w for w in sent if w[2] == 53], sent)
        self.assertRaises(AssertionError, self.assert_no_leak, sent, set())

    # what is run; the names that must have been asked for; where it connects
    RUNS = {
        "a named registry": (
            ["domain", "a.test", "named.test", "nowhere.test", "outside.test",
             "--rdap-bootstrap", "", "--rdap-server", "test=" + RDAP],
            {"rdap.registry.test", "other.registry.test",
             "nowhere.registry.test", "registry.outside.example"}, THERE),
        "a named bootstrap": (
            ["domain", "a.test", "a.unlisted", "--rdap-bootstrap",
             "http://boot.registry.test/dns.json"],
            {"boot.registry.test", "rdap.registry.test"}, THERE),
        "IANA's, which is away": (
            ["domain", "blueomb.com", "cheap-meds.test"],
            {"data.iana.org", "rdap.verisign.com", "cheap-meds.test"},
            THERE | {("9.9.10.1", 80), ("9.9.10.3", 80)}),
        "WHOIS of a named server": (
            ["domain", "a.test", "--registration", "whois", "--whois-server",
             "test=whois.registry.test"],
            {"whois.registry.test"}, {(REGISTRY, 43)}),
        "WHOIS by IANA's word": (
            ["domain", "a.unheard-of", "--registration", "whois"],
            {"whois.iana.org", "whois.registry.test"}, {(REGISTRY, 43)}),
        "WHOIS, after RDAP has failed": (
            ["domain", "nowhere.test", "--rdap-bootstrap", "",
             "--rdap-server", "test=" + RDAP, "--whois-server",
             "test=whois.registry.test"],
            {"rdap.registry.test", "whois.registry.test"},
            THERE),
        "WHOIS at an address that may not be had": (
            ["domain", "a.test", "--registration", "whois", "--whois-server",
             "test=loopback.registry.test"],
            {"loopback.registry.test"}, set()),
        "a name without addresses that may be had": (
            ["domain", "a.test", "--registration", "rdap",
             "--rdap-bootstrap", "", "--rdap-server",
             "test=http://mixed.registry.test/"],
            {"mixed.registry.test"}, set()),
        "a whole scan": (
            ["scan", NETBLOCK, "--smtp", "all", "--rdap-bootstrap",
             "http://boot.registry.test/dns.json", "-o", "STORE"],
            {"boot.registry.test", "1.10.9.9.in-addr.arpa"},
            THERE | {(f"9.9.10.{i}", port) for i in range(8)
                                for port in (25, 80)}),
        "an AS number, of a registry that knows none": (
            ["targets", "AS64500", "--as-source", "irr:whois.registry.test"],
            {"whois.registry.test"}, {(REGISTRY, 43)}),
        "an AS number, of a server that is away": (
            ["targets", "AS64500", "--as-source",
             "ripestat:http://nowhere.registry.test/"],
            {"nowhere.registry.test"}, set()),
        "the self-test": (["check"], set(), set()),
    }

    def test_nothing_is_asked_elsewhere(self):
        for why, (args, names, connected) in self.RUNS.items():
            with self.subTest(why), self.watcher.watching() as sent:
                args = [self.path("s.db") if a == "STORE" else a
                        for a in args]
                done = run(*args, *self.options_for(args[0]))
                self.assertIn(done.returncode, (0, 1, 3), done.stderr)
            with self.subTest(why):
                self.assert_no_leak(sent, connected)
                self.assertEqual(names - self.names_asked(), set())

    def test_the_snapshot_serves_and_is_told_of(self):
        args = ["domain", "blueomb.com", "cheap-meds.test"]
        done = run(*args, *self.options_for("domain"))
        said = [x for x in done.stderr.splitlines() if "snapshot" in x]
        self.assertEqual(len(said), 1, done.stderr)
        self.assertRegex(said[0], r"^snowline: note: RDAP servers from the "
                         r"snapshot of \d{4}-\d\d-\d\d: https://data.iana."
                         r"org/rdap/dns.json did not answer$")
        self.assertIn("rdap.verisign.com", self.names_asked())
        done = run("scan", NETBLOCK, "--smtp", "all", "-o",
                   self.path("s.db"), *self.options_for("scan"),
                   "--progress", "json")
        last = json.loads(done.stderr.splitlines()[-1])
        self.assertRegex(last["rdap_snapshot"], r"^\d{4}-\d\d-\d\d$")
        done = run(*args, *self.options_for("domain"), "--rdap-bootstrap",
                   "http://boot.registry.test/dns.json")
        self.assertNotIn("snapshot", done.stderr)

    def test_redirects_to_reserved_addresses_are_not_followed(self):
        for name in ["good", *FORBIDDEN]:
            with self.subTest(name):
                del self.registry.asked[:]
                with self.watcher.watching() as sent:
                    found = json.loads(ok(
                        "domain", name + ".test", *self.options_for("domain"),
                        "--registration", "rdap", "--rdap-bootstrap", "",
                        "--rdap-server", "test=" + RDAP))
                self.assertEqual(found["status"], "registered"
                                 if name == "good" else "unknown")
                self.assertEqual(len(self.registry.asked), 1)
                self.assert_no_leak(sent, {(REGISTRY, 80)})
