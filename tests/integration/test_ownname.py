"""Our own name, asked about in the background, and a network that lets nobody
out."""
import socket
import threading

from servers import NameServer, in_own_network, zone
from support import Case, DnsProxy, LOOPBACK, run, wait_until

SMTP = 25
NET = "127.31.0.0/24"
OURS, NOT_BACK = "127.0.0.9", "127.0.0.8"
ZONES = {
    "example": zone("example", f"""\
ns A 127.0.0.1
scanner A {OURS}
two A {NOT_BACK}
two A {OURS}
upper A {OURS}
oneway A {NOT_BACK}
foreign A 192.0.2.1
text TXT "no address"
"""),
    "0.0.127.in-addr.arpa": zone("0.0.127.in-addr.arpa", """\
9 PTR other.example.
9 PTR scanner.example.
9 PTR two.example.
9 PTR UPPER.Example.
8 PTR other.example.
"""),
    "31.127.in-addr.arpa": zone("31.127.in-addr.arpa")}
# name, how many questions, is there a warning
NAMES = [("scanner.example", 2, False), ("upper.example", 2, False),
         ("oneway.example", 2, True), ("foreign.example", 1, True),
         ("text.example", 1, True), ("none.example", 1, True),
         ("scanner", 0, True), ("192.0.2.1", 0, True), ("a.b.", 0, True)]
WARNING = ("snowline: warning: EHLO name '%s' does not resolve to us and back; "
           "some servers refuse such; see --ehlo\n")
NOTE = ("snowline: note: no address answered at port 25, not even with a "
        "refusal: outbound connections may be blocked; see snowline check\n")


class MailServer(threading.Thread):
    """Greets when is_due() says so, and answers whatever it is told."""

    def __init__(self, address=LOOPBACK, greeting=b"220 mail.example ESMTP\r\n",
                 is_due=lambda: True):
        super().__init__(daemon=True)
        self.greeting, self.is_due, self.n = greeting, is_due, 0
        self.listener = socket.create_server((address, SMTP),
                                             reuse_port=True)
        self.start()

    def run(self):
        try:
            while True:
                client, _ = self.listener.accept()
                self.n += 1
                wait_until(self.is_due, "the greeting is due")
                with client:
                    client.sendall(self.greeting)
                    while command := client.recv(512):
                        client.sendall(b"221 Bye\r\n" if b"QUIT" in command
                                       else b"250 mail.example\r\n")
        except OSError:
            pass  # closed

    def close(self):
        if self.listener.fileno() >= 0:
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


class Full:
    """A port at which nobody answers any more: a listener with a full queue,
    at every address that is not taken."""

    def __init__(self, port=SMTP):
        self.listener = socket.socket()
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        self.listener.bind(("0.0.0.0", port))
        self.listener.listen(0)
        self.waiting = [socket.socket() for _ in range(4)]
        for s in self.waiting:
            s.setblocking(False)
            s.connect_ex((LOOPBACK, port))

    def close(self):
        for s in (*self.waiting, self.listener):
            s.close()


class WithResolver(Case):
    def setUp(self):
        super().setUp()
        server = NameServer("nsd", ZONES)
        self.addCleanup(server.close)
        self.proxy = DnsProxy(server.address)
        self.addCleanup(self.proxy.close)

    def probe(self, *more, target=LOOPBACK, resolver=None, progress="none"):
        done = run("probe", target, "--include-reserved", "--resolver",
                   resolver or self.proxy.address, "--progress", progress,
                   *more)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done


@in_own_network
class OwnName(WithResolver):
    def greet_after(self, n):
        """A mail server that greets once n questions are answered."""
        server = MailServer(is_due=lambda: self.proxy.answered >= n)
        self.addCleanup(server.close)
        return server

    def test_there_and_back(self):
        server = self.greet_after(0)
        for name, n, is_warned in NAMES:
            with self.subTest(name):
                self.proxy.counts.clear()
                self.proxy.answered = 0
                server.is_due = lambda n=n: self.proxy.answered >= n
                done = self.probe("--ehlo", name)
                self.assertIn('"status":"open"', done.stdout)
                self.assertEqual(done.stderr,
                                 WARNING % name if is_warned else "")
                self.assertEqual(self.proxy.total(), n)
                self.assertTrue({q[0] for q in self.proxy.questions()} <=
                                {name, "9.0.0.127.in-addr.arpa",
                                 "8.0.0.127.in-addr.arpa"})

    def test_one_of_several_addresses_is_enough(self):
        server = self.greet_after(2)
        server.is_due = lambda: self.proxy.counts and any(
            name == "9.0.0.127.in-addr.arpa"
            for name, *_ in self.proxy.questions()
        ) and self.proxy.answered == self.proxy.total()
        self.assertEqual(self.probe("--ehlo", "two.example").stderr, "")

    def test_the_source_address_is_the_one_that_counts(self):
        server = self.greet_after(2)
        self.assertEqual(self.probe("--ehlo", "scanner.example",
                                    "--source-ip", OURS).stderr, "")
        self.proxy.answered = 0
        server.is_due = lambda: self.proxy.answered >= 1
        self.assertEqual(
            self.probe("--ehlo", "scanner.example", "--source-ip",
                       LOOPBACK).stderr, WARNING % "scanner.example")

    def test_for_people_alone(self):
        self.greet_after(1)
        done = self.probe("--ehlo", "none.example", progress="json")
        self.assertNotIn("warning", done.stderr)

    def test_at_the_start_of_a_scan(self):
        for whom, is_asked in [("all", True), ("none", False)]:
            with self.subTest(whom):
                server = self.greet_after(0)
                server.is_due = lambda: any(
                    name == "none.example"
                    for name, *_ in self.proxy.questions()
                ) and self.proxy.answered == self.proxy.total()
                done = run("scan", LOOPBACK, "--include-reserved", "--resolver",
                           self.proxy.address, "--progress", "none",
                           "--registration", "none", "--mail", "none",
                "--web", "none", "--smtp", whom,
                           "--ehlo", "none.example", "-o", self.path(whom))
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertEqual(done.stderr, WARNING % "none.example"
                                 if is_asked else "")
                self.proxy.counts.clear()
                server.close()

    def test_nobody_waits_for_an_answer(self):
        """It would take 16 minutes."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
            silent.bind((LOOPBACK, 0))
            done = self.probe(
                "--ehlo", "none.example", "--dns-timeout", "60", "--dns-tries",
                "16", resolver="%s:%d" % silent.getsockname())
        self.assertIn('"status":"refused"', done.stdout)
        self.assertEqual(done.stderr, "")

    def test_resolvers_that_are_none(self):
        done = run("probe", LOOPBACK, "--include-reserved", "--resolver", "x")
        self.assertEqual((done.returncode, done.stdout), (2, ""))


@in_own_network
class ShutIn(WithResolver):
    QUICK = ("--smtp-rate", "0", "--smtp-block-rate", "0", "--smtp-per-block",
             "0", "--connect-timeout", ".5", "--ehlo", "scanner.example")

    def setUp(self):
        super().setUp()
        full = Full()
        self.addCleanup(full.close)

    def test_a_note_at_the_end(self):
        done = self.probe(*self.QUICK, target=NET)
        self.assertEqual(done.stdout.count('"status":"timeout"'), 256)
        self.assertEqual(done.stderr, NOTE)

    def test_for_people_alone(self):
        done = self.probe(*self.QUICK, target=NET, progress="json")
        self.assertNotIn("note", done.stderr)

    def test_a_single_answer_is_enough(self):
        server = MailServer("127.31.0.7")
        self.addCleanup(server.close)
        done = self.probe(*self.QUICK, target=NET)
        self.assertEqual(done.stdout.count('"status":"timeout"'), 255)
        self.assertEqual(done.stderr, "")

    def test_few_addresses_prove_nothing(self):
        done = self.probe(*self.QUICK, "--exclude", "127.31.0.9", target=NET)
        self.assertEqual(done.stdout.count('"status":"timeout"'), 255)
        self.assertEqual(done.stderr, "")

    def test_a_scan(self):
        done = run("scan", NET, "--include-reserved", "--resolver",
                   self.proxy.address, "--progress", "none", "--smtp", "all",
                   "--registration", "none", "--mail", "none",
                "--web", "none", *self.QUICK, "-o",
                   self.path("store"))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stderr, NOTE)
