"""What a slip of the hand, a second process or a stranger's octets must not
do to a store, to the file of -o, or to what is sent to others."""
import base64
import contextlib
import csv
import fcntl
import json
import os
import sqlite3
import subprocess

from support import ROOT, SNOWLINE, Case, ok, run, start

ARTICLE = os.path.join(ROOT, "tests", "lab", "case-study-2018.csv")
US = ("--reporter-org", "Desk", "--reporter-contact", "abuse@desk.example",
      "--reporter-domain", "desk.example")
LONG_AGO = "UPDATE scan SET created = 1, finished = 2"


class Care(Case):
    def setUp(self):
        super().setUp()
        self.store = self.path("article.db")
        with open(ARTICLE) as f:
            self.names = {row["ip"]: row["ptr"] for row in csv.DictReader(f)}
        domains = {".".join(n.split(".")[-2:]) for n in self.names.values()}
        names = self.write("names.csv", "ip,ptr\n" + "".join(
            f"{ip},{name}\n" for ip, name in self.names.items()))
        dates = self.write("dates.csv", "domain,created,registrar\n" + "".join(
            f"{name},2017-11-03,Example\n" for name in sorted(domains)))
        ok("import", self.store, names, "--domains", dates,
           "--now", "2018-05-15T00:00:00Z")

    def write(self, name, text):
        with open(self.path(name), "w") as f:
            f.write(text)
        return self.path(name)

    def octets(self, path):
        with open(path, "rb") as f:
            return f.read()

    def export(self, name):
        """The octets of a result that nobody disturbs."""
        path = self.path(f"whole.{name}")
        ok("export", self.store, "--format", name, "-o", path)
        return self.octets(path)

    def alter(self, *statements):
        with contextlib.closing(sqlite3.connect(self.store)) as db, db:
            for statement in statements:
                db.execute(statement)

    def refused(self, code, why, *args):
        done = run(*args)
        self.assertEqual(done.returncode, code, done.stderr)
        self.assertIn(why, done.stderr)
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)

    # ------------------------------------------------------ the file of -o

    def test_a_store_is_no_place_for_a_result(self):
        before = self.octets(self.store)
        link = self.path("link.db")
        os.symlink("article.db", link)
        for path in (self.store, self.path("./article.db"), link):
            for command in ("export", "findings", "report"):
                self.refused(2, "is a store", command, self.store, "-o", path)
        self.refused(2, "is a store", "domain", "a.example", "-o", self.store,
                     "--resolver", "127.0.0.1:1")
        self.assertEqual(self.octets(self.store), before)
        self.assertFalse(os.path.exists(self.store + ".part"))

    def test_two_do_not_write_one_file(self):
        path = self.write("names.out", "the old one\n")
        with open(path + ".part", "w") as other:
            fcntl.flock(other, fcntl.LOCK_EX)
            other.write("half of")
            other.flush()
            self.refused(1, "another process is writing it", "export",
                         self.store, "--format", "names", "-o", path)
            self.assertEqual(self.octets(path), b"the old one\n")
            self.assertEqual(self.octets(path + ".part"), b"half of")

    def test_what_a_killed_one_left_is_taken_over(self):
        path = self.path("names.out")
        expected = self.export("names")
        self.write("names.out.part", "x" * 3 * len(expected))
        ok("export", self.store, "--format", "names", "-o", path)
        self.assertEqual(self.octets(path), expected)
        self.assertFalse(os.path.exists(path + ".part"))

    def test_no_link_is_followed(self):
        victim = self.write("victim", "mine\n")
        path = self.path("names.out")
        os.symlink(victim, path + ".part")
        self.assertEqual(run("export", self.store, "--format", "names", "-o",
                             path).returncode, 1)
        self.assertEqual(self.octets(victim), b"mine\n")

    def test_many_at_once_leave_one_whole_result(self):
        path = self.path("out")
        whole = [self.export(f) for f in ("names", "evidence-csv")]
        for _ in range(5):
            children = [start("export", self.store, "--format", f, "-o", path)
                        for f in ("names", "evidence-csv") * 4]
            codes = set()
            for child in children:
                child.communicate()
                codes.add(child.returncode)
            self.assertIn(0, codes)
            self.assertLessEqual(codes, {0, 1})
            self.assertTrue(self.octets(path) in whole)
            os.unlink(path)

    # ---------------------------------------------------------- the store

    def test_an_empty_file_does_not_become_a_store(self):
        path = self.write("empty.db", "")
        for args in (("export", path, "--format", "complaint", *US),
                     ("resume", path), ("findings", path)):
            self.refused(5, "is no snowline store", *args)
            self.assertEqual(self.octets(path), b"")

    def test_to_look_at_a_purge_changes_nothing(self):
        self.alter(LONG_AGO, "DROP TABLE complaint",  # as of an older version
                   "PRAGMA user_version = 3")
        before = self.octets(self.store)
        self.assertIn("kept", ok("purge", self.store, "--older-than", "0",
                                 "--dry-run"))
        self.assertEqual(self.octets(self.store), before)

    def test_a_purge_that_cannot_be_told_of_fails(self):
        self.alter(LONG_AGO)
        with open("/dev/full", "w") as full:
            done = subprocess.run([SNOWLINE, "purge", self.store,
                                   "--older-than", "0"], stdout=full,
                                  stderr=subprocess.PIPE, text=True)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("standard output", done.stderr)

    def test_a_scan_that_has_not_ended_is_not_taken_for_a_whole_one(self):
        commands = [("findings", self.store), ("report", self.store),
                    ("export", self.store, "--format", "complaint", *US),
                    ("export", self.store, "--format", "cidr")]
        for args in commands:
            self.assertNotIn("not ended", run(*args).stderr)
        self.alter("UPDATE scan SET finished = NULL")
        for args in commands:
            done = run(*args)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("scan 1 has not ended", done.stderr)
        self.assertIn("which has not ended", done.stdout.splitlines()[2])

    # ------------------------------------------------- what others are told

    def test_lists_of_ones_own_are_not_told_to_others(self):
        first = next(iter(self.names))
        lists = ("--allocations", self.write(
            "allocations.csv", f"cidr,customer\n{first}/32,Secret Ltd\n"),
            "--reports", self.write(
                "reports.csv", f"ip,reporters\n{first},7712345\n"))
        rows = ok("export", self.store, "--format", "evidence-csv", *lists)
        self.assertIn("Secret Ltd", rows)
        self.assertIn("7712345", rows)
        said = ok("export", self.store, "--format", "xarf", "--tier",
                  "review", *US, *lists)
        reports = [json.loads(line) for line in said.splitlines()]
        self.assertEqual(len(reports), len(self.names))
        for report in reports:
            evidence = base64.b64decode(report["evidence"][0]["payload"])
            for secret in (b"Secret", b"7712345"):
                self.assertNotIn(secret, evidence)
                self.assertNotIn(secret, json.dumps(report).encode())
