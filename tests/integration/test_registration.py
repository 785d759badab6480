"""Asking registries: over WHOIS where there is no RDAP, at a pace that they
allow, and no more often than needed."""
import collections
import email.utils
import itertools
import json
import os
import sqlite3
import threading
import time

from servers import NameServer, in_own_network, zone
from support import (Case, LOOPBACK, Registry, Whois, free_port, interrupt,
                     ok, reset, run, send, start, wait_until)

CREATED = "2018-05-01T10:00:00Z"


def rdap(name):
    """What a registry has of a domain."""
    return json.dumps({
        "objectClassName": "domain", "ldhName": name.upper(),
        "events": [{"eventAction": "registration", "eventDate": CREATED}],
        "entities": [{"objectClassName": "entity", "roles": ["registrar"],
                      "publicIds": [{"type": "IANA Registrar ID",
                                     "identifier": "9990"}]}]}).encode()


def name_of(handler):
    return handler.path.rsplit("/", 1)[1]


def many(n, tld="com"):
    return [f"cheap-offer-{i}.{tld}" for i in range(n)]


class RegistrationCase(Case):
    def setUp(self):
        super().setUp()
        # nobody is there: names that are not in a test are not found
        self.resolver = f"{LOOPBACK}:{free_port()}"

    def registry(self, answer):
        registry = Registry(answer)
        self.addCleanup(registry.close)
        return registry

    def whois(self, answer, **where):
        server = Whois(answer, **where)
        self.addCleanup(server.close)
        return server

    def options(self, *more, cache="cache.db"):
        return ["--resolver", self.resolver, "--include-reserved",
                "--dns-timeout", "1", "--dns-tries", "1",
                "--registration-rate", "0", "--progress", "none",
                "--registration-cache", self.path(cache),
                "--rdap-bootstrap", self.no_document(), *more]

    def no_document(self):
        path = self.path("dns.json")
        if not os.path.exists(path):
            with open(path, "w") as f:
                f.write('{"version":"1.0","services":[]}')
        return path

    def domain(self, *args):
        """{domain: answer}"""
        return {a["domain"]: a for a in map(
            json.loads, ok("domain", *args).splitlines())}


# ------------------------------------------------------------------- WHOIS

THIN = """\
   Domain Name: {0}
   Registry Domain ID: 1000001_DOMAIN_TEST
   Registrar: Example Names, Inc.
   Registrar IANA ID: 9990
   Updated Date: 2018-05-02T10:00:00Z
   Creation Date: 2018-05-01T10:00:00Z
   Registry Expiry Date: 2019-05-01T10:00:00Z
   Domain Status: clientHold https://icann.org/epp#clientHold
   Name Server: NS1.DNS-HOST.EXAMPLE
   Name Server: NS2.DNS-HOST.EXAMPLE
>>> Last update of whois database: 2018-05-20T11:02:33Z <<<
"""
WITHOUT_DATES = """\
Domain: {0}
Nserver: ns1.dns-host.example
Status: connect
Changed: 2018-05-01T10:00:00+02:00
"""


def tell(text, ending=None):
    def answer(talk, question):
        name = question.split()[-1]
        talk.sendall(text.format(name).replace("\n", "\r\n").encode())
        if ending:
            ending(talk)
    return answer


def drip(talk, question):
    """An octet at a time, and for ever."""
    for octet in itertools.cycle(THIN.format(question).encode()):
        talk.sendall(bytes([octet]))
        time.sleep(.02)


def flood(talk, question):
    while True:
        talk.sendall(b"% This is the registry's database. " * 200 + b"\r\n")


def hold(talk):
    """Say nothing until the other side leaves."""
    while talk.recv(1024):
        pass


SHAPES = {
    "thin": (tell(THIN), "registered"),
    "without-dates": (tell(WITHOUT_DATES), "registered"),
    "free": (tell('No match for domain "{0}".\n'), "not-found"),
    "slow": (tell(THIN, hold), "registered"),
    "late-reset": (tell(THIN, reset), "registered"),
    "drip": (drip, "unknown"),
    "flood": (flood, "unknown"),
    "silent": (lambda talk, question: hold(talk), "unknown"),
    "page": (tell("<html><title>400 Bad Request</title></html>\n"),
             "unknown"),
    "another": (tell(THIN.replace("{0}", "other.example")), "unknown"),
}
REFUSALS = {
    "words": tell("WHOIS LIMIT EXCEEDED - SEE TERMS OF USE\n"),
    "nothing": lambda talk, question: None,
    "reset": lambda talk, question: reset(talk),
}


def by_label(behaviours):
    """Do what the first label of the domain names."""
    return lambda talk, question: behaviours[
        question.split()[-1].split(".")[0]](talk, question)


class WhoisCase(RegistrationCase):
    def test_answers_of_all_kinds(self):
        server = self.whois(by_label({k: v[0] for k, v in SHAPES.items()}))
        begun = time.monotonic()
        answers = self.domain(
            *(f"{shape}.test" for shape in SHAPES), *self.options(
                "--registration", "whois", "--whois-server",
                f"*={server.address}", "--http-timeout", "2"))
        self.assertLess(time.monotonic() - begun, 30)
        self.assertEqual({k: a["status"] for k, a in answers.items()},
                         {f"{k}.test": v[1] for k, v in SHAPES.items()})
        self.assertEqual(set(server.questions().values()), {1})
        thin = answers["thin.test"]
        self.assertEqual(
            {k: thin[k] for k in ("created", "registrar", "registrar_iana_id",
                                  "expires", "statuses", "nameservers",
                                  "source")},
            {"created": CREATED, "registrar": "Example Names, Inc.",
             "registrar_iana_id": 9990, "expires": "2019-05-01T10:00:00Z",
             "statuses": ["client hold"],
             "nameservers": ["ns1.dns-host.example", "ns2.dns-host.example"],
             "source": f"whois://{server.address}"})
        self.assertFalse(answers["without-dates.test"].get("created"))
        self.assertEqual(answers["slow.test"]["created"], CREATED)
        self.assertEqual(answers["late-reset.test"]["created"], CREATED)

    def test_refusals_are_limited(self):
        """Each is asked again after a while, twice."""
        servers = {k: self.whois(v) for k, v in REFUSALS.items()}
        answers = self.domain(
            *(f"x.{kind}" for kind in servers), *self.options(
                "--registration", "whois", *itertools.chain.from_iterable(
                    ("--whois-server", f"{kind}={server.address}")
                    for kind, server in servers.items())))
        for kind, server in servers.items():
            with self.subTest(kind):
                self.assertEqual(answers[f"x.{kind}"]["status"], "limited")
                times = [t for t, _ in server.asked]
                self.assertEqual(len(times), 3)
                self.assertGreater(times[1] - times[0], 4.9)
                self.assertGreater(times[2] - times[1], 9.9)

    def test_a_host_has_one_pace(self):
        """However many TLDs it serves; a burst of three, then one by one."""
        server = self.whois(tell(THIN))
        names = [f"x.{tld}" for tld in ("aa", "bb", "cc", "dd")] * 3
        names = [f"x{i}.{n}" for i, n in enumerate(names)]
        answers = self.domain(*names, *self.options(
            "--registration", "whois", "--whois-server",
            f"*={server.address}", "--registration-rate", "10"))
        self.assertEqual({a["status"] for a in answers.values()},
                         {"registered"})
        times = sorted(t for t, _ in server.asked)
        self.assertEqual(len(times), len(names))
        for i in range(len(times) - 4):
            self.assertGreater(times[i + 4] - times[i], .09, times)

    def test_whois_where_rdap_fails(self):
        """Nobody there, an error, a page: WHOIS is asked, once. An answer is
        an answer."""
        def answer(handler):
            kind = name_of(handler).split(".")[0]
            if kind == "error":
                send(handler, 500, b"")
            elif kind == "page":
                send(handler, 200, b"<html>", "text/html")
            else:
                send(handler, 404, b'{"errorCode":404}')
        server = self.whois(tell(THIN))
        answers = self.domain(
            "x.dead", "error.test", "page.test", "free.test", *self.options(
                "--rdap-server", f"dead=http://{LOOPBACK}:{free_port()}/",
                "--rdap-server", "test=" + self.registry(answer).url,
                "--whois-server", f"*={server.address}"))
        self.assertEqual({k: a["status"] for k, a in answers.items()},
                         {"x.dead": "registered", "error.test": "registered",
                          "page.test": "registered", "free.test": "not-found"})
        self.assertEqual(server.questions(),
                         {"x.dead\r\n": 1, "error.test\r\n": 1,
                          "page.test\r\n": 1})

    def test_rdap_alone(self):
        server = self.whois(tell(THIN))
        registry = self.registry(lambda h: send(h, 500, b""))
        answers = self.domain("x.test", "x.other", *self.options(
            "--registration", "rdap", "--rdap-server", "test=" + registry.url,
            "--whois-server", f"*={server.address}"))
        self.assertEqual({a["status"] for a in answers.values()}, {"unknown"})
        self.assertEqual(server.asked, [])

    def test_servers_that_are_none(self):
        for server in ("com", "com=", "com=whois.test:0", "com=whois://x"):
            with self.subTest(server):
                done = run("domain", "x.com", *self.options(
                    "--whois-server", server))
                self.assertEqual(done.returncode, 2)
                self.assertEqual(len(done.stderr.splitlines()), 1)
                self.assertIn(f"'{server}'", done.stderr)


ROOT = """\
whois.iana.org.         A 127.0.0.2
whois.denic.de.         A 127.0.0.3
whois.verisign-grs.com. A 127.0.0.3
whois.nic-zz.example.   A 127.0.0.4
whois.nic-yy.example.   A 127.0.0.5
"""
REFERRALS = {
    "zz": "% IANA WHOIS server\n\nrefer:        whois.nic-zz.example\n\n"
          "domain:       ZZ\nstatus:       ACTIVE\n",
    "yy": "% IANA WHOIS server\n\nrefer:        whois.nic-yy.example\n",
    "xx": "% IANA WHOIS server\n\ndomain:       XX\nstatus:       ACTIVE\n",
}


@in_own_network
class WhoisOfTheWorldCase(RegistrationCase):
    """Port 43 of hosts that are known by name: our own table's, and those that
    whois.iana.org names."""

    def setUp(self):
        super().setUp()
        names = NameServer("nsd", {".": zone(".", ROOT)})
        self.addCleanup(names.close)
        self.resolver = names.address
        self.root = self.whois(
            lambda talk, tld: talk.sendall(REFERRALS[tld].encode()),
            address="127.0.0.2", port=43)
        self.known = self.whois(tell(WITHOUT_DATES), address="127.0.0.3",
                                port=43)
        self.registry_of_zz = self.whois(tell(THIN), address="127.0.0.4",
                                         port=43)

    def test_known_hosts_are_asked_in_their_way(self):
        answers = self.domain("x.de", "x.com", *self.options())
        self.assertEqual({a["status"] for a in answers.values()},
                         {"registered"})
        self.assertEqual(answers["x.de"]["source"], "whois://whois.denic.de")
        self.assertEqual(self.known.questions(),
                         {"-T dn,ace x.de\r\n": 1, "domain x.com\r\n": 1})
        self.assertEqual(self.root.asked, [])

    def test_the_root_is_asked_once_for_a_tld(self):
        names = [f"{n}.zz" for n in "abcde"]
        for n in (1, 2):  # what it says is kept, for a day
            answers = self.domain(*names, "x.xx", *self.options())
            self.assertEqual(self.root.questions(), {"zz\r\n": 1, "xx\r\n": 1})
        self.assertEqual({answers[n]["status"] for n in names}, {"registered"})
        self.assertEqual({answers[n]["source"] for n in names},
                         {"whois://whois.nic-zz.example"})
        self.assertEqual(answers["x.xx"]["status"], "unknown")
        self.assertEqual(len(self.registry_of_zz.asked), len(names))

    def test_a_referral_leads_nowhere_that_is_forbidden(self):
        server = self.whois(tell(THIN), address="127.0.0.5", port=43)
        for options, status in ((["--exclude", "127.0.0.5"], "unknown"),
                                ([], "registered")):
            answers = self.domain("x.yy", *self.options(*options))
            self.assertEqual(answers["x.yy"]["status"], status)
            self.assertEqual(len(server.asked), status == "registered")

    def test_another_root(self):
        root = self.whois(lambda talk, tld: talk.sendall(
            REFERRALS[tld].encode()), address="127.0.0.9", port=4343)
        answers = self.domain("x.zz", *self.options(
            "--whois-server", ".=127.0.0.9:4343"))
        self.assertEqual(answers["x.zz"]["status"], "registered")
        self.assertEqual(root.questions(), {"zz\r\n": 1})
        self.assertEqual(self.root.asked, [])


# -------------------------------------------------------------------- pace

class Limited:
    """A registry that allows so many questions a second, and a few at once;
    beyond that it says how long to wait."""

    def __init__(self, rate, burst, retry_after):
        self.rate, self.burst, self.retry_after = rate, burst, retry_after
        self.tokens, self.filled = burst, time.monotonic()
        self.log = []  # (seconds, was it too many?, domain)
        self.lock = threading.Lock()

    def take(self, name):
        with self.lock:
            now = time.monotonic()
            self.tokens = min(self.burst, self.tokens + self.rate *
                              (now - self.filled))
            self.filled = now
            too_many = self.tokens < 1
            self.tokens -= not too_many
            self.log.append((now, too_many, name))
            return too_many

    def __call__(self, handler):
        name = name_of(handler)
        if self.take(name):
            send(handler, 429, b"", headers=[("Retry-After",
                                              self.retry_after())])
        else:
            send(handler, 200, rdap(name))

    def episodes(self):
        """[(when it said "too many", [when it was asked after that])]"""
        found = []
        for t, too_many, _ in self.log:
            # the second of two that were under way belongs to the first
            if too_many and (not found or t - found[-1][0] > .5):
                found.append((t, []))
            elif found:
                found[-1][1].append(t)
        return found


def in_a_second():
    return "1"


def at_a_date():
    """Two seconds from now, at least."""
    return email.utils.formatdate(time.time() + 3, usegmt=True)


class PaceCase(RegistrationCase):
    DOMAINS, ALLOWED, BURST, RATE = 300, 100, 20, 400

    def check(self, limited, waits_s):
        """Nothing before the time, and half the rate after it."""
        episodes = limited.episodes()
        self.assertGreater(len(episodes), 1)
        self.assertLess(len(episodes), 6)
        rate = self.RATE
        for said, asked in episodes:
            rate /= 2
            early = [t for t in asked if t - said < waits_s - .05]
            self.assertLess(len(early), 2, "one may have been under way")
            asked = [t for t in asked if t - said >= waits_s - .05]
            if len(asked) > 10:
                seen = (len(asked) - 1) / (asked[-1] - asked[0])
                self.assertLess(seen, rate * 1.2)
        print(f"{len(episodes)} times too many, {len(limited.log)} questions, "
              f"at {rate:.0f}/s in the end")

    def ask(self, retry_after):
        limited = Limited(self.ALLOWED, self.BURST, retry_after)
        registry = self.registry(limited)
        names = many(self.DOMAINS)
        answers = self.domain(*names, *self.options(
            "--rdap-server", "*=" + registry.url, "--registration-rate",
            str(self.RATE)))
        self.assertEqual(collections.Counter(
            a["status"] for a in answers.values()),
            {"registered": self.DOMAINS})
        return limited

    def test_retry_after_in_seconds(self):
        self.check(self.ask(in_a_second), 1)

    def test_retry_after_a_date(self):
        self.check(self.ask(at_a_date), 2)


# ------------------------------------------------------ no more than needed

class Counting:
    """A registry that knows every domain, and counts questions."""

    def __init__(self, takes_s=0):
        self.takes_s = takes_s
        self.asked = collections.Counter()

    def __call__(self, handler):
        name = name_of(handler)
        self.asked[name] += 1
        time.sleep(self.takes_s)
        send(handler, 200, rdap(name))

    def again(self):
        return self.asked.total() - len(self.asked)


class OnceCase(RegistrationCase):
    def test_killed_in_the_middle(self):
        """What was learnt is kept: only what was under way is asked again."""
        counting = Counting()
        options = self.options("--rdap-server", "*=" +
                               self.registry(counting).url,
                               "--registration-rate", "100")
        names = many(150)
        child = start("domain", *names, *options)
        wait_until(lambda: len(counting.asked) > 50, "questions")
        child.kill()
        child.communicate()
        self.assertLess(len(counting.asked), len(names))
        answers = self.domain(*names, *options)
        self.assertEqual({a["status"] for a in answers.values()},
                         {"registered"})
        self.assertEqual(len(answers), len(names))
        self.assertLessEqual(counting.again(), 2)

    def test_interrupted_in_the_middle(self):
        counting = Counting()
        options = self.options("--rdap-server", "*=" +
                               self.registry(counting).url,
                               "--registration-rate", "50")
        names = many(100)
        child = start("domain", *names, *options)
        wait_until(lambda: len(counting.asked) > 30, "questions")
        took, code, out, _ = interrupt(child)
        self.assertEqual(code, 130)
        self.assertLess(took, 5)
        self.assertGreater(len(out.splitlines()), 20)
        begun = time.monotonic()
        answers = self.domain(*names, *options, "--registration-rate", "0")
        self.assertLess(time.monotonic() - begun, 10)  # no claim is left
        self.assertEqual(len(answers), len(names))
        self.assertLessEqual(counting.again(), 2)

    def test_a_scan_killed_in_the_middle(self):
        counting = Counting()
        registry = self.registry(counting)
        store = self.path("killed.db")
        child = start("scan", "127.20.0.0/19",
                      *self.to_lab(rdap=registry.url), "--dns-rate", "0",
                      "--dns-block-rate", "0", "--smtp", "none", "--web",
                      "none", "--registration-rate", "40",
                      "-o", store)
        wait_until(lambda: len(counting.asked) > 40, "questions", 60)
        child.kill()
        child.communicate()
        n = len(counting.asked)
        ok("resume", store, "--registration-rate", "0")
        status = json.loads(ok("status", store, "--format", "json"))
        self.assertEqual(status["registration"]["pending"], 0)
        self.assertEqual(set(status["registration"]["answered"]),
                         {"registered"})
        self.assertGreater(len(counting.asked), n)
        self.assertLessEqual(counting.again(), 2)

    def test_processes_share_the_work(self):
        """Four at once: each domain is asked about by one of them."""
        counting = Counting(takes_s=.01)
        options = self.options("--rdap-server", "*=" +
                               self.registry(counting).url)
        names = many(200)
        children = [start("domain", *names, *options) for _ in range(4)]
        for child in children:
            out, err = child.communicate(timeout=120)
            self.assertEqual(child.returncode, 0, err)
            answers = [json.loads(line) for line in out.splitlines()]
            self.assertEqual({a["domain"] for a in answers}, set(names))
            self.assertEqual({a["status"] for a in answers}, {"registered"})
        self.assertEqual(len(counting.asked), len(names))
        print(f"{counting.again()} of {len(names)} domains asked twice")
        self.assertLessEqual(counting.again(), 2)
        with sqlite3.connect(self.path("cache.db")) as db:
            self.assertEqual(db.execute("PRAGMA integrity_check").fetchone(),
                             ("ok",))
            self.assertEqual(db.execute(
                "SELECT count(*) FROM registration").fetchone(), (200,))
            self.assertEqual(db.execute(
                "SELECT count(*) FROM claim").fetchone(), (0,))

    def test_processes_make_the_file_at_once(self):
        counting = Counting()
        options = self.options("--rdap-server", "*=" +
                               self.registry(counting).url)
        children = [start("domain", f"x{i}.com", *options) for i in range(12)]
        for child in children:
            _, err = child.communicate(timeout=120)
            self.assertEqual((child.returncode, err), (0, ""))
        self.assertEqual(len(counting.asked), 12)

    def test_a_locked_file_costs_questions(self):
        counting = Counting()
        options = self.options("--rdap-server", "*=" +
                               self.registry(counting).url)
        self.domain("a.com", *options)
        with sqlite3.connect(self.path("cache.db"),
                             isolation_level=None) as db:
            db.execute("BEGIN EXCLUSIVE")
            for _ in range(2):
                answers = self.domain("a.com", "b.com", *options)
                self.assertEqual({a["status"] for a in answers.values()},
                                 {"registered"})
        self.assertEqual(counting.asked, {"a.com": 1, "b.com": 2})
