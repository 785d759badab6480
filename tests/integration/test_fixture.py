"""The name server fixture behaves as it is told: else the tests that lean on
it prove nothing."""
import collections
import socket
import struct
import subprocess
import time
import unittest

from support import Case, DnsFixture, LOOPBACK

PTR, SOA, NS = 12, 6, 2
NOERROR, NXDOMAIN, REFUSED = 0, 3, 5

Reply = collections.namedtuple("Reply", "rcode names soa at")

ZONE = """\
# address name
192.0.2.1      One.example.net
192.0.2.1      two.example.net
192.0.20.7     seven.example.net
2001:db8::17   six.example.net
"""
V6 = "7.1." + "0." * 22 + "8.b.d.0.1.0.0.2.ip6.arpa"


def wire(name):
    labels = [x for x in name.split(".") if x]
    return b"".join(bytes([len(x)]) + x.encode() for x in labels) + b"\0"


def text(message, at):
    """The name at an offset, pointers followed, and the offset behind it."""
    labels, behind = [], 0
    while message[at]:
        if message[at] >= 0xc0:
            behind = behind or at + 2
            at = struct.unpack(">H", message[at:at + 2])[0] & 0x3fff
            continue
        labels.append(message[at + 1:at + 1 + message[at]].decode())
        at += 1 + message[at]
    return ".".join(labels), behind or at + 1


def records(message):
    at = text(message, 12)[1] + 4
    for _ in range(sum(struct.unpack(">3H", message[6:12]))):
        owner, at = text(message, at)
        kind, _, _, n = struct.unpack(">HHIH", message[at:at + 10])
        at += 10
        yield kind, owner, text(message, at)[0] if kind == PTR else ""
        at += n
    assert at == len(message), "octets behind the last record"


class Fixture(Case):
    def serve(self, *options, length="short"):
        fixture = DnsFixture(length, *options)
        self.addCleanup(fixture.close)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.addCleanup(self.socket.close)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        self.socket.connect((LOOPBACK, fixture.port))
        return fixture

    def send(self, number, name, kind=PTR):
        self.socket.send(struct.pack(">6H", number, 0x0100, 1, 0, 0, 0) +
                         wire(name) + struct.pack(">2H", kind, 1))

    def receive(self, patience_s):
        self.socket.settimeout(patience_s)
        message = self.socket.recv(2048)
        number, _, questions = struct.unpack(">3H", message[:6])
        self.assertEqual((message[2] & 0x80, questions), (0x80, 1))
        found = list(records(message))
        return number, Reply(message[3] & 15,
                             sorted(n for k, _, n in found if k == PTR),
                             [o for k, o, _ in found if k == SOA],
                             time.monotonic())

    def ask(self, name, kind=PTR):
        self.send(1, name, kind)
        return self.receive(2)[1]

    def ask_many(self, n, wait_s=.15):
        """{number: reply}"""
        got = {}
        for i in range(n):
            self.send(i, f"{i % 256}.{i // 256}.20.127.in-addr.arpa")
        try:
            while len(got) < n:
                number, reply = self.receive(wait_s)
                got[number] = reply
        except socket.timeout:
            pass
        return got

    def check(self, cases):
        for name, rcode, names, soa in cases:
            with self.subTest(name):
                got = self.ask(name)
                self.assertEqual((got.rcode, got.names, got.soa),
                                 (rcode, names, soa))

    def test_a_name_for_every_address(self):
        fixture = self.serve("--count")
        name = "1.2.20.127.in-addr.arpa"
        self.check([(name, NOERROR, ["1.2.20.127.pool.lab-provider.net"], []),
                    ("2.20.127.in-addr.arpa", NOERROR, [], [])])
        self.assertEqual(self.ask(name, NS).names, [])
        self.ask(name.upper())
        self.socket.send(b"no question")
        self.assertEqual(fixture.close(), {"queries": 4, "answered": 4,
                                           "dropped": 0, "distinct": 2})
        self.assertEqual(fixture.server.returncode, 0)

    def test_long_names(self):
        self.serve(length="long")
        name = self.ask("1.2.20.127.in-addr.arpa").names[0]
        self.assertEqual(len(wire(name)), 255)

    def test_delay(self):
        fixture = self.serve("--delay", "15-25")
        delays = []
        for _ in range(15):
            begun = time.monotonic()
            delays.append(self.ask("1.2.20.127.in-addr.arpa").at - begun)
        delays.sort()
        self.assertGreaterEqual(delays[0], .015)
        self.assertLess(delays[7], .030)
        self.assertEqual(fixture.close()["answered"], 15)

    def test_delays_are_spread(self):
        self.serve("--delay", "20-60")
        begun = time.monotonic()
        got = self.ask_many(200)
        delays = sorted(r.at - begun for r in got.values())
        self.assertGreaterEqual(delays[0], .020)
        self.assertLess(delays[20], .035)
        self.assertGreater(delays[180], .045)

    def test_rate(self):
        fixture = self.serve("--rate", "5000")  # a burst of 100
        got = self.ask_many(1000)
        self.assertGreaterEqual(len(got), 100)
        self.assertLess(len(got), 900)
        self.assertEqual(fixture.close(),
                         {"queries": 1000, "answered": len(got),
                          "dropped": 1000 - len(got)})

    def test_loss_and_refusal(self):
        fixture = self.serve("--loss", "30", "--refuse", "50.0")
        got = self.ask_many(1000)
        self.assertTrue(600 < len(got) < 800, len(got))
        refused = sum(r.rcode == REFUSED for r in got.values())
        self.assertTrue(.4 < refused / len(got) < .6, refused)
        self.assertEqual(fixture.close()["answered"], len(got))

    def zone(self, *options):
        with open(self.path("zone"), "w") as f:
            f.write(ZONE)
        return self.serve("--zone", self.path("zone"), *options)

    def test_zone(self):
        self.zone()
        v4, v6 = ["in-addr.arpa"], ["ip6.arpa"]
        self.check([
            ("1.2.0.192.in-addr.arpa", NOERROR,
             ["One.example.net", "two.example.net"], []),
            ("1.2.0.192.IN-ADDR.arpa", NOERROR,
             ["One.example.net", "two.example.net"], []),
            ("7.20.0.192.in-addr.arpa", NOERROR, ["seven.example.net"], []),
            ("2.2.0.192.in-addr.arpa", NXDOMAIN, [], v4),
            ("01.2.0.192.in-addr.arpa", NXDOMAIN, [], v4),
            ("0.1.2.0.192.in-addr.arpa", NXDOMAIN, [], v4),
            ("2.0.192.in-addr.arpa", NOERROR, [], v4),
            ("0.192.in-addr.arpa", NOERROR, [], v4),
            ("192.in-addr.arpa", NOERROR, [], v4),
            ("in-addr.arpa", NOERROR, [], v4),
            ("1.192.in-addr.arpa", NXDOMAIN, [], v4),
            ("19.in-addr.arpa", NXDOMAIN, [], v4),
            (V6, NOERROR, ["six.example.net"], []),
            (V6.upper(), NOERROR, ["six.example.net"], []),
            (V6[2:], NOERROR, [], v6),
            ("6" + V6[1:], NXDOMAIN, [], v6),
            ("8.b.d.0.1.0.0.2.ip6.arpa", NOERROR, [], v6),
            ("9.b.d.0.1.0.0.2.ip6.arpa", NXDOMAIN, [], v6),
            ("ip6.arpa", NOERROR, [], v6),
            ("", NOERROR, [], []),
        ])
        self.assertEqual(self.ask("1.2.0.192.in-addr.arpa", NS).soa, v4)

    def test_zone_with_an_apex(self):
        self.zone("--apex", "0.192.in-addr.arpa")
        apex = ["0.192.in-addr.arpa"]
        self.check([
            ("2.2.0.192.in-addr.arpa", NXDOMAIN, [], apex),
            ("9.in-addr.arpa", NXDOMAIN, [], apex),
            ("2.0.192.in-addr.arpa", NOERROR, [], apex),
            ("0.192.in-addr.arpa", NOERROR, [], apex),
        ])

    def test_zone_that_hides_nonterminals(self):
        self.zone("--hide-nonterminals", "--apex", "192.in-addr.arpa")
        apex = ["192.in-addr.arpa"]
        self.check([
            ("7.20.0.192.in-addr.arpa", NOERROR, ["seven.example.net"], []),
            ("20.0.192.in-addr.arpa", NXDOMAIN, [], apex),
            ("0.192.in-addr.arpa", NXDOMAIN, [], apex),
            ("192.in-addr.arpa", NOERROR, [], apex),
        ])

    def test_wrong_usage(self):
        fixture = self.serve()
        program = fixture.server.args[0]
        with open(self.path("bad"), "w") as f:
            f.write("192.0.2.1 a.example\n192.0.2.1\n")
        for options in (["--delay", "9-3"], ["--delay", "9"], ["--loss", "x"],
                        ["--loss", "101"], ["--rate", "-1"], ["--nothing"],
                        ["--zone", self.path("bad")],
                        ["--zone", self.path("none")]):
            with self.subTest(options):
                done = subprocess.run([program, "0", "short", *options],
                                      capture_output=True, timeout=10)
                self.assertEqual(done.returncode, 2)


if __name__ == "__main__":
    unittest.main()
