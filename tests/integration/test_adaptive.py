"""As fast as a name server keeps up with: --dns-rate 0 against servers with
the usual receive buffer, that serve so many a second, that lose, refuse, are
far away, or are not there. Counts are asserted, not times: the controller
itself is tested with a clock of its own in tests/unit/test_dns_servers.c."""
import contextlib
import json
import socket

import servers
from support import Case, DnsFixture, LOOPBACK, free_port, run

BUFFER = "106496"  # the kernel doubles it to the usual 212,992 octets
NETWORKS = (20, 21, 22)
S16 = ["127.20.0.0/16"]
S48 = [f"127.{n}.0.0/16" for n in NETWORKS]
S18 = ["127.20.0.0/18"]
S20 = ["127.20.0.0/20"]


def size(targets):
    return sum(len(servers.addresses(t)) for t in targets)


class Adaptive(Case):
    def sweep(self, resolvers, targets, *options):
        """The last line of progress, when all has been asked."""
        chosen = [o for r in resolvers for o in ("--resolver", r)]
        # --no-prune: a question a name, none about /24s
        done = run("ptr", *targets, *chosen, "--include-reserved",
                   "--no-prune", "--dns-rate", "0", "--dns-block-rate", "0",
                   "--seed", "2018", "--progress", "json",
                   "--output", self.path("out"), *options)
        self.assertEqual(done.returncode, 0, done.stderr)
        last = json.loads([line for line in done.stderr.splitlines()
                           if line.startswith("{")][-1])
        self.assertTrue(last["last"])
        self.assertEqual(last["sweep"]["pending"], 0)
        return last

    def named(self, last):
        return last["sweep"]["answered"].get("name", 0)

    def fixture(self, *options):
        f = DnsFixture("short", *options)
        self.addCleanup(f.close)
        return f.address

    def check(self, options, targets, again_most, *more, unnamed=0):
        """Sweep a fixture; again_most is a share of the names."""
        last = self.sweep([self.fixture(*options)], targets, *more)
        n = size(targets)
        self.assertGreaterEqual(self.named(last), n - unnamed)
        self.assertLessEqual(last["queries_again"], again_most * n)
        return last

    def test_the_usual_buffer(self):
        self.check(["--buffer", BUFFER], S16, .01)

    def test_the_usual_buffer_for_longer(self):
        self.check(["--buffer", BUFFER], S48, .005)

    def test_real_servers_with_the_usual_buffer(self):
        for kind in ("nsd", "knot"):
            with self.subTest(kind), contextlib.closing(
                    servers.NameServer(kind, {
                        f"{n}.127.in-addr.arpa": servers.zone(
                            f"{n}.127.in-addr.arpa", "".join(
                                f"*.{i} PTR wild{i}.example.\n"
                                for i in range(256)))
                        for n in NETWORKS})) as server:
                for targets, again_most in ((S16, .01), (S48, .005)):
                    last = self.sweep([server.address], targets)
                    n = size(targets)
                    self.assertEqual(self.named(last), n)
                    self.assertLessEqual(last["queries_again"], again_most * n)

    def test_so_many_a_second(self):
        last = self.check(["--rate", "2000"], S18, .3)
        self.assertLess(last["elapsed_s"], 60)  # half as fast would take 16

    def test_few_a_second(self):
        self.check(["--rate", "500"], S20, .3)

    def test_many_a_second(self):
        self.check(["--rate", "20000"], S16, .3)

    def test_so_many_a_second_far_away(self):
        self.check(["--rate", "2000", "--delay", "15-25"], S20, .3)

    def test_a_bad_line(self):
        self.check(["--loss", "10"], S18, .25, "--dns-tries", "6", unnamed=1)

    def test_a_very_bad_line(self):
        self.check(["--loss", "30"], S18, .6, "--dns-tries", "16",
                   "--dns-timeout", "1", unnamed=1)

    def test_half_is_refused(self):
        """A question refused twice is final: a quarter."""
        n = size(S18)
        last = self.sweep([self.fixture("--refuse", "50")], S18)
        answered = last["sweep"]["answered"]
        self.assertEqual(sum(answered.values()), n)
        self.assertAlmostEqual(answered["name"] / n, .75, delta=.03)
        self.assertLessEqual(last["queries_again"], .55 * n)
        self.assertLessEqual(last["servers"][0]["window"], 128)

    def test_far_away_nothing_is_taken_for_lost(self):
        for delay in ("15-25", "80-300"):
            with self.subTest(delay):
                last = self.check(["--delay", delay], S16, .001)
                self.assertGreater(last["servers"][0]["window"], 256)

    def test_who_is_not_there_is_not_waited_for(self):
        mute = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.addCleanup(mute.close)
        mute.bind((LOOPBACK, 0))
        last = self.sweep(
            [self.fixture(), self.fixture(), self.fixture("--rate", "500"),
             f"{LOOPBACK}:{free_port()}",
             "%s:%d" % mute.getsockname()], S16)
        self.assertEqual(self.named(last), size(S16))
        self.assertLessEqual(last["queries_again"], .03 * size(S16))
        self.assertEqual([s["alive"] for s in last["servers"]],
                         [True, True, True, False, False])
