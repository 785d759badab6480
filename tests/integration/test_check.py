"""snowline check: what it says of servers that are known to be so."""
import json
import os
import shutil
import signal
import socket
import subprocess
import threading

from servers import AUTHORITATIVE, NameServer, in_own_network, zone
from support import (BUILD, Case, DnsProxy, LOOPBACK, Lying, PATIENCE_S,
                     PTR, Refusing, SNOWLINE, interrupt, lab, run, start,
                     text_name, wait_until)
from test_ownname import Full, MailServer, ZONES

ROOT = {".": zone(".", "ns.example. A 127.0.0.1\n"), **ZONES}
QUESTIONS = 20
A, NS = 1, 2
NXDOMAIN, SERVFAIL = 3, 2


class Fake(threading.Thread):
    """A name server whose every answer is @p answer(name, type): a code, the
    octets of a message, or None for none."""

    def __init__(self, answer):
        super().__init__(daemon=True)
        self.answer, self.asked = answer, []
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((LOOPBACK, 0))
        self.address = "%s:%d" % self.socket.getsockname()
        self.start()

    def run(self):
        try:
            while True:
                q, client = self.socket.recvfrom(2048)
                end = q.index(0, 12)
                self.asked.append(text_name(q[12:end]))
                code = self.answer(self.asked[-1], q[end + 2])
                if code is not None:
                    self.socket.sendto(self.message(q, end, code), client)
        except OSError:
            pass  # closed

    def message(self, q, end, code):
        """A code alone; for the root with code 0 a record, too."""
        is_root = end == 12 and code == 0
        return (q[:2] + bytes([0x81, 0x80 | code]) + q[4:6] +
                bytes([0, is_root]) + bytes(4) + q[12:end + 5] +
                (b"\0\0\2\0\1\0\0\0\x3c\0\3\1a\0" if is_root else b""))

    def close(self):
        self.socket.close()


def honest(name, _):
    return NXDOMAIN if name else 0


def losing(every):
    count = iter(range(1, 1000))
    return lambda name, kind: (None if next(count) % every == 0
                               else honest(name, kind))


QUICK = ("--dns-timeout", ".3", "--dns-tries", "3")
WAITED_FOR = ("silent", "losing", "stopping")
# what it is, how it answers, verdict, what is said, how often it is asked
FAKES = [
    ("honest", honest, "ok", "answers; 20 of 20 questions", QUESTIONS),
    ("silent", lambda *_: None, "fail", "does not answer", 3),
    ("losing", losing(5), "warn", "loses questions", None),
    ("stopping", lambda name, _: honest(name, _) if name else None, "warn",
     "loses questions", None),
    ("refusing", lambda *_: 5, "fail", "refuses our questions", None),
    ("broken", lambda *_: SERVFAIL, "fail", "cannot resolve anything", None),
    ("denying", lambda *_: NXDOMAIN, "fail", "lies: it denies the root",
     QUESTIONS),
    ("hedging", lambda *_: 0, "fail",
     "lies: names that nobody can have exist", QUESTIONS),
]


class WithCheck(Case):
    def check(self, *args, code=None, prefix=(), **more):
        """{(item, subject): item}; the text says the same."""
        args = ("check", "--dns-timeout", "5", *args)
        done = run(*args, "--format", "json", prefix=prefix, **more)
        told = json.loads(done.stdout)
        failed = [i for i in told["items"] if i["verdict"] == "fail"]
        self.assertEqual(told["failed"], len(failed))
        self.assertEqual(done.returncode, 1 if failed else 0, done.stderr)
        self.assertEqual(done.stderr, f"snowline: {len(failed)} of "
                         f"{len(told['items'])} checks failed\n"
                         if failed else "")
        if code is not None:
            self.assertEqual(done.returncode, code, done.stdout)
        return {(i["item"], i["subject"]): i for i in told["items"]}

    def expect(self, item, verdict, found):
        self.assertEqual(item["verdict"], verdict, item)
        self.assertIn(found, item["found"])
        self.assertEqual(item["advice"] is None, verdict == "ok", item)


@in_own_network
class Check(WithCheck):
    def setUp(self):
        super().setUp()
        server = NameServer("nsd", ROOT)
        self.addCleanup(server.close)
        self.proxy = DnsProxy(server.address)
        self.addCleanup(self.proxy.close)
        self.good = ("--resolver", self.proxy.address, "--ehlo",
                     "scanner.example")

    def test_all_is_well(self):
        server = MailServer()
        self.addCleanup(server.close)
        items = self.check(*self.good, "--include-reserved", "--smtp-control",
                           LOOPBACK, code=0, cwd=self.dir)
        self.assertEqual({i["verdict"] for i in items.values()}, {"ok"}, items)
        self.assertEqual([i for i, _ in items], [
            "resolver", "ehlo", "outbound", "descriptors", "clock", "list",
            "list", "store"])
        self.assertEqual(server.n, 1)
        done = run("check", *self.good, "--include-reserved",
                   "--smtp-control", LOOPBACK, cwd=self.dir)
        self.assertEqual(done.returncode, 0, done.stderr)
        lines = done.stdout.splitlines()
        self.assertEqual(len(lines), len(items))
        for line, (item, subject) in zip(lines, items):
            self.assertTrue(line.startswith(f"ok    {item} {subject}".strip()),
                            line)

    def test_what_is_asked(self):
        self.check(*self.good)
        types = self.proxy.types()
        self.assertEqual(self.proxy.total(), QUESTIONS + 2)
        self.assertEqual((types[NS], types[A], types[PTR[1]]),
                         (QUESTIONS - 2, 2, 2))
        for name, *_ in self.proxy.questions():
            self.assertRegex(name, r"^$|^snowline-check-[0-9a-f]{4}\."
                             r"(invalid|in-addr\.arpa)$|^scanner\.example$|"
                             r"^9\.0\.0\.127\.in-addr\.arpa$")

    def test_servers_of_five_makes(self):
        for kind in (*AUTHORITATIVE, "unbound"):
            with self.subTest(kind):
                server = NameServer(kind, {} if kind == "unbound" else ROOT,
                                    forward=self.proxy.address)
                self.addCleanup(server.close)
                item = self.check("--resolver", server.address)[
                    "resolver", server.address]
                self.expect(item, "ok", "answers; 20 of 20 questions")

    def test_servers_that_are_not_well(self):
        for what, answer, verdict, found, n in FAKES:
            with self.subTest(what):
                fake = Fake(answer)
                self.addCleanup(fake.close)
                item = self.check(
                    "--resolver", fake.address, "--ehlo", "nobody",
                    *(QUICK if what in WAITED_FOR else ()))["resolver", fake.address]
                self.expect(item, verdict, found)
                if n is not None:
                    self.assertEqual(len(fake.asked), n)

    def test_each_server_is_told_of(self):
        refusing = Refusing()
        self.addCleanup(refusing.close)
        items = self.check(*self.good, "--resolver", refusing.address, code=1)
        self.expect(items["resolver", self.proxy.address], "ok", "answers")
        self.expect(items["resolver", refusing.address], "fail", "refuses")

    def test_own_name(self):
        for name, verdict, found in [
                ("scanner.example", "ok", "leads to 127.0.0.9 and back"),
                ("oneway.example", "warn", "leads to 127.0.0.8, whose PTR"),
                ("foreign.example", "warn", "leads to 192.0.2.1, which is not"),
                ("none.example", "warn", "has no address"),
                ("scanner", "warn", "is no full domain name")]:
            with self.subTest(name):
                items = self.check("--resolver", self.proxy.address, "--ehlo",
                                   name, code=0)
                self.expect(items["ehlo", name], verdict, found)
        items = self.check(*self.good, "--source-ip", LOOPBACK, code=0)
        self.expect(items["ehlo", "scanner.example"], "warn", "is not ours")

    def test_nobody_is_greeted_unasked(self):
        server = MailServer()
        self.addCleanup(server.close)
        self.expect(self.check(*self.good, code=0)["outbound", ""], "warn",
                    "not tested")
        items = self.check(*self.good, "--smtp-control", LOOPBACK, code=1)
        self.expect(items["outbound", "127.0.0.1:25"], "fail",
                    "is at an address to be left alone")
        self.assertEqual(server.n, 0)

    def test_a_control_with_a_name(self):
        server = MailServer("127.0.0.9")
        self.addCleanup(server.close)
        items = self.check(*self.good, "--include-reserved", "--smtp-control",
                           "scanner.example", "--smtp-control", "none.example")
        self.expect(items["outbound", "scanner.example:25"], "ok",
                    "greets: 220 mail.example")
        self.expect(items["outbound", "none.example:25"], "fail",
                    "has no address")

    def test_ways_out(self):
        """A mail server is the fixture; port 25 is free here."""
        cases = [("open", "ok", "greets: 220 "),
                 ("554", "warn", "rejects us: 554 "),
                 ("421", "warn", "is busy: 421 "),
                 ("silent", "fail", "intercepted: connects, and says nothing"),
                 ("close", "fail", "intercepted: connects, and hangs up"),
                 ("reset", "fail", "intercepted: connects, and is reset"),
                 ("ssh", "fail", "speaks no SMTP: SSH-2.0")]
        file = self.path("hosts")
        with open(file, "w") as f:
            f.writelines(f"127.0.1.{i} {how} mail{i}.example\n"
                         for i, (how, *_) in enumerate(cases, 1))
        fixture = subprocess.Popen(
            [os.path.join(BUILD, "lab", "smtp-fixture"), "25", file],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.addCleanup(fixture.wait)
        self.addCleanup(fixture.terminate)
        self.addCleanup(fixture.stdout.close)
        self.assertEqual(fixture.stdout.readline(), "ready 25\n")
        masked = MailServer("127.0.1.100", b"220 **************2****\r\n")
        self.addCleanup(masked.close)
        full = Full(587)
        self.addCleanup(full.close)
        controls = {f"127.0.1.{i}:25": x[1:] for i, x in enumerate(cases, 1)}
        controls |= {
            "127.0.1.100:25": ("fail", "intercepted: the greeting is masked"),
            "127.0.1.1:587": ("fail", "filtered: no answer in time"),
            "127.0.1.1:26": ("fail", "refused")}
        items = self.check(*self.good, "--include-reserved",
                           "--connect-timeout", "2", "--banner-timeout", "5",
                           *(x for c in controls
                             for x in ("--smtp-control", c)), code=1)
        for control, (verdict, found) in controls.items():
            with self.subTest(control):
                self.expect(items["outbound", control], verdict, found)

    def test_descriptors(self):
        for n, verdict, found in [(300, "warn", "serve 64 conversations"),
                                  (100, "fail", "too few")]:
            with self.subTest(n):
                items = self.check(*self.good, prefix=[
                    "prlimit", f"--nofile={n}:{n}"])
                self.expect(items["descriptors", ""], verdict, found)
        items = self.check(*self.good, "--smtp-concurrency", "50", prefix=[
            "prlimit", "--nofile=100:600"])  # it is raised
        self.expect(items["descriptors", ""], "ok", "600 serve 50")

    def test_lists(self):
        """A copy of the program, whose lists are not the project's."""
        folder = self.path("build/release")
        os.makedirs(folder)
        os.makedirs(self.path("targets"))
        shutil.copy(SNOWLINE, folder)
        with open(self.path("targets/reserved.txt"), "w") as f:
            f.write("192.0.2.0/24\n10.0.0.0/8\n")
        with open(self.path("targets/optout.txt"), "w") as f:
            f.write("192.0.2.0/33\n")
        server = MailServer()
        self.addCleanup(server.close)
        done = subprocess.run(
            [os.path.join(folder, "snowline"), "check", *self.good, "--format",
             "json", "--include-reserved", "--smtp-control", LOOPBACK],
            capture_output=True, text=True, timeout=PATIENCE_S)
        items = {(i["item"], i["subject"]): i
                 for i in json.loads(done.stdout)["items"]}
        self.expect(items["list", "reserved.txt"], "ok", "2 ranges")
        self.expect(items["list", "optout.txt"], "fail", "192.0.2.0/33")
        self.assertEqual(items["outbound", "127.0.0.1"]["verdict"], "fail")
        self.assertEqual(server.n, 0)

    def test_store(self):
        items = self.check(*self.good, cwd=self.dir, code=0)
        self.expect(items["store", "results"], "ok", "can be made")
        self.assertEqual(os.listdir(self.dir), [])
        os.mkdir(self.path("results"))
        items = self.check(*self.good, cwd=self.dir, code=0)
        self.expect(items["store", "results"], "ok", "can be written to")
        os.rmdir(self.path("results"))
        with open(self.path("results"), "w"):
            pass
        items = self.check(*self.good, cwd=self.dir, code=1)
        self.expect(items["store", "results"], "fail", "Not a directory")

    def test_interrupted(self):
        fake = Fake(lambda *_: None)
        self.addCleanup(fake.close)
        process = start("check", "--resolver", fake.address, "--dns-timeout",
                        "60")
        wait_until(lambda: fake.asked, "it asks")
        _, code, out, err = interrupt(process, signal.SIGINT)
        self.assertEqual((code, out, err), (130, "", ""))

    def test_wrong_usage(self):
        for args in (["10.0.0.0/8"], ["--resolver", "x"],
                     ["--smtp-control", "a:b"], ["--source-ip", "x"],
                     ["--format", "csv"], ["--dns-rate", "1"]):
            with self.subTest(args):
                done = run("check", *args)
                self.assertEqual((done.returncode, done.stdout), (2, ""))
                self.assertEqual(done.stderr.count("\n"), 1)


class Liars(WithCheck):
    def test_resolvers_that_lie(self):
        for kind in Lying.KINDS:
            with self.subTest(kind):
                liar = Lying(kind)
                self.addCleanup(liar.close)
                items = self.check("--resolver", lab().dns, "--resolver",
                                   liar.address, "--ehlo",
                                   "probe.lab-provider.net", code=1)
                self.expect(items["resolver", lab().dns], "ok", "answers")
                self.expect(items["resolver", liar.address], "fail", "lies")
