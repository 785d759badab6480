"""What a store forgets, and that it is gone from the disk; names are imported
and mail servers put there by hand: no packet is sent."""
import contextlib
import json
import os
import sqlite3
import time

from support import Case, csv_rows, ok, run, start

HOSTS = ("", "caruk.", "tlad.", "ohris.")
SEEN = 1517443200  # 2018-02-01
BANNER = b"220 %s ESMTP Postfix ready at 11:02:33, id 4f3a2b1c9d [192.0.2.1]"


@contextlib.contextmanager
def database(path):
    with contextlib.closing(sqlite3.connect(path)) as db, db:
        yield db


def key(block, i):
    return bytes(10) + b"\xff\xff" + bytes([192, 0, block, i])


class Purge(Case):
    def setUp(self):
        super().setUp()
        self.store = self.path("store.db")
        with open(self.path("domains.csv"), "w") as f:
            f.write("domain,created,registrar,iana_id\n")
            for i in range(8):
                f.write(f"domain{i}.com,2018-01-02T10:00:0{i}Z,Cheap,9990\n")

    def add_scan(self, now, blocks=(2,), mark="mark"):
        """Rows of eight domains in each block, greeted each in its own words."""
        path = self.path("names.ndjson")
        with open(path, "w") as f:
            for block in blocks:
                for i in range(32):
                    name = f"{HOSTS[i % 4]}domain{i // 4}.com"
                    f.write(json.dumps({
                        "ip": f"192.0.{block}.{i}", "status": "name",
                        "names": [name], "time": now}) + "\n")
        ok("import", self.store, path, "--now", now, "--domains",
           self.path("domains.csv"))
        with database(self.store) as db:
            scan = db.execute("SELECT max(id) FROM scan").fetchone()[0]
            db.executemany(
                "INSERT INTO probe(scan, addr, port, status, code, "
                "greeting_ms, ehlo_status, tls_status, client_blocked, seen, "
                "banner, hello, capabilities) VALUES(?, ?, 25, 1, 220, 1, 1, "
                "1, 0, ?, ?, ?, 'PIPELINING')",
                [(scan, key(b, i), SEEN,
                  BANNER % f"{mark}{b}-{i}.domain{i // 4}.com".encode(),
                  f"{mark}{b}-{i}.domain{i // 4}.com".encode())
                 for b in blocks for i in range(32)])
        return scan

    def age(self, scan, days):
        with database(self.store) as db:
            db.execute("UPDATE scan SET finished = ? WHERE id = ?",
                       (int(time.time()) - days * 86400, scan))

    def scans(self):
        with database(self.store) as db:
            return [row[0] for row in db.execute("SELECT id FROM scan")]

    def purge(self, days, *more):
        return ok("purge", self.store, "--older-than", str(days), *more)

    def on_disk(self, octets):
        found = False
        for end in ("", "-wal", "-journal"):
            if os.path.exists(self.store + end):
                with open(self.store + end, "rb") as f:
                    found |= octets in f.read()
        return found

    def findings(self, scan):
        return csv_rows(ok("export", self.store, "--tier", "context", "--scan",
                           str(scan)))

    def test_old_scans_and_old_words(self):
        for i, now in enumerate(("2018-02-01", "2018-03-01", "2018-04-01")):
            self.add_scan(now, mark=f"mark{i}x")
        self.age(1, 100)
        self.age(2, 20)
        before = {scan: self.findings(scan) for scan in (2, 3)}
        self.assertTrue(all(any(f["kind"] == "campaign" for f in found)
                            for found in before.values()))
        self.assertTrue(self.on_disk(b"mark0x"))
        with self.subTest("what would go"):
            told = self.purge(30, "--dry-run")
            self.assertEqual(told, "scan 1 of 2018-02-01T00:00:00Z: would be "
                             "forgotten\n")
            self.assertEqual(self.scans(), [1, 2, 3])
        size = os.path.getsize(self.store)
        told = self.purge(30)
        with self.subTest("scans"):
            self.assertEqual(self.scans(), [2, 3])
            self.assertIn("scan 1 of 2018-02-01T00:00:00Z: forgotten: 1 /24, 0 "
                          "names of IPv6, 32 mail servers, 8 other records\n",
                          told)
            with database(self.store) as db:
                for table in ("tail", "probe", "evidence", "name", "node",
                              "walk"):
                    self.assertEqual(db.execute(
                        f"SELECT count(*) FROM {table} WHERE scan = 1"
                        ).fetchone(), (0,), table)
        with self.subTest("the words of those that stay"):
            for scan in (2, 3):
                self.assertIn(f"scan {scan} of 2018-0{scan + 1}-01T00:00:00Z: "
                              "greetings of 32 mail servers reduced to their "
                              "wording\n", told)
            with database(self.store) as db:
                self.assertEqual(
                    set(db.execute("SELECT banner, hello FROM probe")),
                    {(b"220 domain%d.com ESMTP Postfix ready at {ts}, id "
                      b"{id} [{ip}]" % i, b"domain%d.com" % i)
                     for i in range(8)})
        with self.subTest("findings stay, but for what was seen before"):
            for scan in (2, 3):
                self.assertEqual(*([[row[c] for c in (
                    "finding_id", "parent_id", "tier", "smtp_open",
                    "banner_fingerprint")] for row in found]
                    for found in (self.findings(scan), before[scan])))
        with self.subTest("no octet is left"):
            self.assertFalse(self.on_disk(b"mark"))
            self.assertLess(os.path.getsize(self.store), size)
        with self.subTest("once more"):
            self.assertEqual(self.purge(30), "")

    def test_words_alone(self):
        """Of scans that stay: no finding changes in anything."""
        self.add_scan("2018-02-01")
        self.add_scan("2018-03-01")
        before = [self.findings(scan) for scan in (1, 2)]
        self.assertEqual({f["smtp_open"] for f in before[1]
                          if f["kind"] == "run"}, {"4"})
        self.purge(1)
        self.assertFalse(self.on_disk(b"mark"))
        self.assertEqual([self.findings(scan) for scan in (1, 2)], before)

    def test_what_is_kept(self):
        self.add_scan("2018-04-01")
        self.add_scan("2018-03-01")  # imported last, seen before
        self.age(1, 5)
        self.age(2, 3)
        with self.subTest("the newest, and the last"):
            told = self.purge(2)
            self.assertIn("scan 1 of 2018-04-01T00:00:00Z: kept: the newest",
                          told)
            self.assertIn("scan 2 of 2018-03-01T00:00:00Z: kept: the last",
                          told)
            self.assertEqual(self.scans(), [1, 2])
        with self.subTest("an unfinished one"):
            with database(self.store) as db:
                db.execute("UPDATE scan SET finished = NULL, created = "
                           "created - 500000 WHERE id = 2")
            self.assertIn("scan 2 of 2018-03-01T00:00:00Z: kept: it has not "
                          "ended", self.purge(2))
            self.assertEqual(self.scans(), [1, 2])
            self.purge(2, "--unfinished")
            self.assertEqual(self.scans(), [1])

    def test_wrong_usage(self):
        self.add_scan("2018-04-01")
        for args, code, text in (
                ([self.store], 2, "--older-than"),
                (["--older-than", "1"], 2, "one store"),
                ([self.store, "--older-than", "-1"], 2, "older-than"),
                ([self.path("none.db"), "--older-than", "1"], 2, "none.db")):
            done = run("purge", *args)
            self.assertEqual(done.returncode, code, args)
            self.assertIn(text, done.stderr)
            self.assertEqual(done.stderr.count("\n"), 1)

    def test_killed_in_the_middle(self):
        """Each scan is whole or gone, and the next purge ends what was begun,
        down to the last octet."""
        for i in range(4):
            scan = self.add_scan(f"2018-0{i + 1}-01", range(2, 250),
                                 mark=f"mark{i}x")
            self.age(scan, 50 - i)
        whole = self.counts()
        for try_ in range(30):
            purge = start("purge", self.store, "--older-than", "10")
            time.sleep(.004 * try_)
            purge.kill()
            purge.communicate()
            with database(self.store) as db:
                self.assertEqual(db.execute("PRAGMA integrity_check"
                                            ).fetchone(), ("ok",))
            now = self.counts()
            self.assertEqual(now, {s: n for s, n in whole.items()
                                   if s in now})
            self.assertIn(4, now)
            if len(now) == 1 and purge.returncode == 0:
                break
        self.purge(10)
        self.assertEqual(list(self.counts()), [4])
        self.assertFalse(self.on_disk(b"mark"))

    def counts(self):
        """{scan: rows of it}"""
        with database(self.store) as db:
            return {scan: tuple(db.execute(
                f"SELECT count(*) FROM {table} WHERE {which}", (scan,)
                ).fetchone()[0] for table, which in (
                    ("probe", "scan = ?"), ("evidence", "scan = ?"),
                    ("block", "key >> 24 = ?"), ("tail", "scan = ?")))
                    for scan, in db.execute("SELECT id FROM scan").fetchall()}
