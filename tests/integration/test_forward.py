"""Where names lead: asked while servers are greeted, once each, and kept."""
import json
import sqlite3
import time

from support import (Case, DnsProxy, csv_rows, interrupt, lab, ok, run, start,
                     wait_until)

A = 1
BLOCKS = "127.20.14.0/24,127.20.16.0/24"  # a mail service; a company


class Deaf:
    """The way to a name server, on which questions for A are lost."""

    def __init__(self, socket):
        self.socket = socket

    def send(self, question):
        end = question.index(0, 12)
        if question[end + 1:end + 3] != b"\0\1":
            self.socket.send(question)

    def __getattr__(self, name):
        return getattr(self.socket, name)


class Forward(Case):
    def setUp(self):
        super().setUp()
        self.proxy = DnsProxy()
        self.addCleanup(self.proxy.close)

    def options(self, *more):
        # patient: a busy machine must not make it ask twice
        return [*BLOCKS.split(","), *self.to_lab(self.proxy.address),
                "--dns-timeout", "20", "--dns-block-rate", "0", "--smtp",
                "named", "--registration", "none", "--mail", "none",
                "--web", "none", *more]

    def asked(self):
        """{name: how often its addresses were asked for}, ours left out"""
        return {name: n for name, kind, _, n in self.proxy.questions()
                if kind == A and name != "probe.lab-provider.net" and
                not name.endswith("invalid")}

    def kept(self, store):
        with sqlite3.connect(f"file:{store}?mode=ro", uri=True) as db:
            rows = db.execute("SELECT subject, source, data FROM evidence "
                              "WHERE kind = 'forward'").fetchall()
        self.assertTrue(all(source == "dns" for _, source, _ in rows))
        return {name: json.loads(data) for name, _, data in rows}

    def greeted_names(self):
        """Reverse names of the two blocks: each of their servers greets."""
        return {n for a, names in lab().names.items() for n in names
                if a.startswith(("127.20.14.", "127.20.16."))}

    def expected(self):
        return self.greeted_names() | {"smtp.lab-esp.net"}

    def test_each_name_is_asked_once_and_kept(self):
        store = self.path("store.db")
        ok("scan", *self.options(), "-o", store)
        self.assertEqual(self.asked(), dict.fromkeys(self.expected(), 1))
        kept = self.kept(store)
        self.assertEqual(set(kept), self.expected())
        self.assertEqual(kept["smtp.lab-esp.net"],
                         {"status": "nxdomain", "a": []})
        self.assertEqual(kept["mail1.newmere-logistics.com"],
                         {"status": "name", "a": ["127.20.16.80"]})
        self.assertEqual(kept["mail3.newmere-logistics.com"],
                         {"status": "name", "a": ["127.20.16.90"]})
        with self.subTest("told"):
            self.check_told(store)

    def check_told(self, store):
        rows = {r["ip"]: r for r in csv_rows(
            ok("export", store, "--format", "evidence-csv", "--tier",
               "context"))}
        for ip, addrs, verdict in [
                ("127.20.16.80", "127.20.16.80", "pass"),
                ("127.20.16.82", "127.20.16.90", "fail")]:
            row = rows[ip]
            self.assertEqual((row["forward_addrs"], row["fcrdns"],
                              row["banner_fcrdns"]), (addrs, verdict, verdict))

    def test_without_greetings_nothing_is_asked(self):
        store = self.path("store.db")
        ok("scan", *self.options("--smtp", "none"), "-o", store)
        self.assertEqual((self.asked(), self.kept(store)), ({}, {}))

    def test_questions_are_counted(self):
        done = run("scan", *self.options("--progress", "json"), "-o",
                   self.path("store.db"))
        last = json.loads(done.stderr.splitlines()[-1])
        self.assertGreaterEqual(last["queries"], 512 + len(self.expected()))

    def test_interrupt_does_not_wait_for_answers(self):
        store = self.path("store.db")
        whole, self.proxy.inside = self.proxy.inside, Deaf(self.proxy.inside)
        child = start("scan", *self.options("--dns-timeout", "60"),
                      "-o", store)
        wait_until(lambda: len(self.asked()) == 32, "32 questions")
        time.sleep(.5)
        self.assertEqual(len(self.asked()), 32)  # and no more at once
        took, code, _, err = interrupt(child)
        self.assertEqual(code, 130, err)
        self.assertLess(took, 5)
        self.assertEqual(self.kept(store), {})
        self.proxy.inside = whole
        ok("resume", store)
        self.assertEqual(set(self.kept(store)), self.expected())

    def test_silence_is_kept_and_asked_again_on_demand(self):
        store = self.path("store.db")
        whole, self.proxy.inside = self.proxy.inside, Deaf(self.proxy.inside)
        ok("scan", *self.options("--dns-timeout", ".2", "--dns-tries", "1"),
           "-o", store)
        self.assertEqual({f["status"] for f in self.kept(store).values()},
                         {"timeout"})
        self.proxy.inside = whole
        ok("resume", store, "--retry", "failed")
        self.assertEqual({f["status"] for f in self.kept(store).values()},
                         {"name", "nxdomain"})

    def test_resume_asks_for_what_is_missing(self):
        store = self.path("store.db")
        child = start("scan", *self.options("--smtp-rate", "20"), "-o", store)
        wait_until(lambda: len(self.asked()) > 10, "forward questions")
        interrupt(child)
        first = set(self.kept(store))
        self.assertTrue(0 < len(first) < len(self.expected()))
        self.proxy.counts.clear()
        ok("resume", store)
        self.assertEqual(set(self.asked()), self.expected() - first)
        self.assertEqual(set(self.kept(store)), self.expected())

    def test_answers_that_were_lost_are_asked_for_again(self):
        """Greeted, then killed before the answers were kept."""
        store = self.path("store.db")
        ok("scan", *self.options(), "-o", store)
        gone = {"smtp.lab-esp.net", "mail2.newmere-logistics.com"}
        with sqlite3.connect(store) as db:
            db.executemany("DELETE FROM evidence WHERE subject = ?",
                           [(name,) for name in gone])
            db.execute("UPDATE scan SET finished = NULL")
        db.close()
        self.proxy.counts.clear()
        ok("resume", store)
        self.assertEqual(self.asked(), dict.fromkeys(gone, 1))
        self.assertEqual(set(self.kept(store)), self.expected())
