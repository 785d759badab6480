"""A network that changes between scans: what is told of it, and since when."""
import json
import time

from servers import NameServer, records, zone
from support import Case, csv_rows, ok, run, wait_until

TARGET = "127.20.0.0/22"
DAYS = ["2018-01-15", "2018-02-15", "2018-05-16"]
HOSTS = ("", "caruk.", "tlad.", "ohris.")
# as fast as the server is, and patient
FAST = ["--dns-rate", "0", "--dns-block-rate", "0", "--dns-timeout", "10"]
DOMAINS = """\
domain,created,registrar,iana_id
company.com,2003-05-06T10:00:00Z,Old Names Ltd,9980
stays.com,2018-01-02T10:00:00Z,Cheap Names Inc.,9990
mover.com,2018-01-03T10:00:00Z,Cheap Names Inc.,9990
leaving.com,2018-01-04T10:00:00Z,Cheap Names Inc.,9990
one-new.com,2018-02-01T10:00:00Z,Cheap Names Inc.,9990
two-new.com,2018-02-01T10:03:00Z,Cheap Names Inc.,9990
three-new.com,2018-02-01T10:05:00Z,Cheap Names Inc.,9990
four-new.com,2018-02-01T10:06:00Z,Cheap Names Inc.,9990
"""
NEW = ["four-new.com", "one-new.com", "three-new.com", "two-new.com"]


def row(domain, block, first, n=4):
    """{address: {name}} of neighbours: the bare domain, then hosts of it."""
    return {f"127.20.{block}.{first + i}": {HOSTS[i % 4] + domain}
            for i in range(n)}


def pool(block, first, n):
    return {f"127.20.{block}.{o}": {f"127-20-{block}-{o}.pool.provider.net"}
            for o in range(first, first + n)}


def world(day):
    """What stands in the reverse zones on that day, 0 to 2."""
    names = {**pool(1, 0, 64), **row("company.com", 0, 16),
             **row("silent.com", 2, 16)}
    names |= row("stays.com" if day < 2 else "renamed.com", 0, 32)
    if day == 0:
        return {**names, **pool(0, 96, 16), **row("leaving.com", 0, 64),
                **row("mover.com", 0, 128)}
    for i, domain in enumerate(NEW):
        names |= row(domain, 0, 96 + 4 * i)
    return {**names, **row("mover.com", 3, 0)}


class Diff(Case):
    def setUp(self):
        super().setUp()
        self.store = self.path("store.db")
        with open(self.path("domains.csv"), "w") as f:
            f.write(DOMAINS)
        self.server = None
        self.addCleanup(lambda: self.server and self.server.close())

    def serve(self, day):
        """The zones of that day, one a /24; that of 127.20.2.0 is lost on the
        last one, and the server refuses to speak of it."""
        by_zone = {f"{b}.20.127.in-addr.arpa": {} for b in range(4)
                   if (b, day) != (2, 2)}
        for address, names in world(day).items():
            name = f"{address.split('.')[2]}.20.127.in-addr.arpa"
            if name in by_zone:
                by_zone[name][address] = names
        zones = {z: zone(z, records(names, 1))
                 for z, names in by_zone.items()}
        port = None
        if self.server:
            port = self.server.port
            self.server.close()
        self.server = NameServer("nsd", zones, port=port)

    def scan(self, day, *more):
        self.serve(day)
        return run("scan", TARGET, *self.sweep_only(self.server.address),
                   *FAST, "--domains", self.path("domains.csv"), "--now",
                   DAYS[day], *more, "-o", self.store)

    def scan_all(self):
        for day in range(3):
            done = self.scan(day)
            self.assertEqual(done.returncode, 0, done.stderr)
            ended = int(time.time())  # outcomes are kept by the second
            wait_until(lambda: int(time.time()) > ended, "the next second")

    def diff(self, *scans):
        text = ok("diff", self.store, *scans, "--tier", "context", "--format",
                  "csv")
        rows = csv_rows(text)
        with self.subTest("the same as NDJSON"):
            lines = [json.loads(line) for line in ok(
                "diff", self.store, *scans, "--tier", "context", "--format",
                "ndjson").splitlines()]
            self.assertEqual([line["first_ip"] for line in lines],
                             [r["first_ip"] for r in rows])
            self.assertTrue(all(list(line) == list(rows[0])
                                for line in lines))
        return rows

    def of(self, rows, subject, change):
        return [r for r in rows
                if (r["subject"], r["change"]) == (subject, change)]

    def names(self, rows):
        """{address: (names before, names now)}"""
        return {r["first_ip"]: (r["old_names"], r["new_names"])
                for r in rows if r["subject"] == "name"}

    def expected_names(self, older, newer):
        was, is_ = ({a: ";".join(sorted(n)) for a, n in world(day).items()
                     if not (day == 2 and a.startswith("127.20.2."))}
                    for day in (older, newer))
        silent = 2 in (older, newer)
        return {a: (was.get(a, "-"), is_.get(a, "-"))
                for a in was.keys() | is_.keys() if was.get(a) != is_.get(a)
                and not (silent and a.startswith("127.20.2."))}

    def test_three_scans(self):
        self.scan_all()
        with self.subTest("names"):
            for older, newer in ((0, 1), (1, 2), (0, 2), (2, 0)):
                rows = self.diff(str(older + 1), str(newer + 1))
                self.assertEqual(self.names(rows),
                                 self.expected_names(older, newer))
        with self.subTest("the last two by default"):
            self.assertEqual(self.diff(), self.diff("2", "3"))
        with self.subTest("runs"):
            self.check_runs(self.diff("1", "2"), self.diff("2", "3"))
        with self.subTest("domains"):
            self.check_domains(self.diff("1", "2"))
        with self.subTest("findings"):
            self.check_findings(self.diff("2", "3"))
        with self.subTest("allowed"):
            self.check_allowed()
        with self.subTest("text"):
            self.check_text()
        with self.subTest("history of findings"):
            self.check_history()
        with self.subTest("history of addresses"):
            self.check_addresses()

    def check_runs(self, first, second):
        moved = {r["first_ip"]: r for r in self.of(first, "run", "moved-in")}
        self.assertEqual(sorted(moved), ["127.20.0.96", "127.20.3.0"])
        r = moved["127.20.0.96"]
        self.assertEqual((r["new_cidrs"], r["changed_count"], r["old_domains"],
                          r["new_domains"].split(";")),
                         ("127.20.0.96/28", "16", "-", NEW))
        gone = [(r["old_domains"], r["old_cidrs"])
                for r in self.of(first, "run", "gone")]
        self.assertEqual(gone, [("leaving.com", "127.20.0.64/30"),
                                ("mover.com", "127.20.0.128/30")])
        moved = self.of(second, "run", "moved-in")
        self.assertEqual([(r["old_domains"], r["new_domains"], r["new_cidrs"])
                          for r in moved],
                         [("stays.com", "renamed.com", "127.20.0.32/30")])

    def check_domains(self, first):
        moved = [(r["new_domains"], r["old_cidrs"], r["new_cidrs"], r["days"])
                 for r in self.of(first, "domain", "migrated")]
        self.assertEqual(moved, [("mover.com", "127.20.0.128/30",
                                  "127.20.3.0/30", "31.0")])

    def check_findings(self, second):
        runs = {change: {r["new_domains"] if change == "new" else
                         r["old_domains"]
                         for r in self.of(second, "finding", change)
                         if r["kind"] == "run"}
                for change in ("new", "persisting", "gone", "unanswered")}
        self.assertEqual(runs, {
            "new": {"renamed.com"}, "gone": {"stays.com"},
            "persisting": {"company.com", "mover.com", *NEW},
            "unanswered": {"silent.com"}})
        self.assertTrue(all(r["days"] == "90.0" for r in second))
        together = [r for r in self.of(second, "finding", "persisting")
                    if r["kind"] != "run"]
        self.assertTrue(together)

    def check_allowed(self):
        """Whom the user lets pass is shown as little as by `findings`."""
        path = self.path("allow.csv")
        with open(path, "w") as f:
            f.write("cidr_or_domain,reason\n127.20.0.96/28,known\n")
        shown, allowed = ({r["first_ip"] for r in csv_rows(ok(
            "diff", self.store, "--format", "csv", *more))
            if r["subject"] == "finding"} for more in ((), ("--allow", path)))
        self.assertIn("127.20.0.96", shown)
        self.assertNotIn("127.20.0.96", allowed)
        missing = run("diff", self.store, "--allow", self.path("none.csv"))
        self.assertEqual(missing.returncode, 1, missing.stderr)
        self.assertIn("none.csv", missing.stderr)

    def check_text(self):
        text = ok("diff", self.store, "--tier", "context")
        self.assertIn("scan 2 of 2018-02-15T00:00:00Z, then scan 3 of "
                      "2018-05-16T00:00:00Z: 90 days", text)
        self.assertIn("stays.com -> renamed.com", text)
        self.assertIn("after 90 days", text)
        self.assertNotIn("silent.com ->", text)
        self.assertNotIn("spam", text.lower())

    def findings(self, scan):
        rows = csv_rows(ok("export", self.store, "--scan", scan, "--tier",
                           "context"))
        return {r["domains"]: r for r in rows if r["kind"] == "run"}

    def observed(self, scan, first):
        """When that scan saw the first of four addresses."""
        rows = {r["ip"]: r["ptr_observed_at"] for r in csv_rows(ok(
            "export", self.store, "--scan", scan, "--format", "evidence-csv",
            "--tier", "context"))}
        return min(rows[f"127.20.0.{first + i}"] for i in range(4))

    def check_history(self):
        first, last = self.findings("1"), self.findings("3")
        for found in (first, last):
            self.assertEqual(found["company.com"]["first_seen"],
                             self.observed("1", 16))
        self.assertEqual(last["one-new.com"]["first_seen"],
                         self.observed("2", 100))
        self.assertEqual(first["company.com"]["last_seen"],
                         last["company.com"]["last_seen"])
        self.assertGreater(last["one-new.com"]["first_seen"],
                           last["company.com"]["first_seen"])
        self.assertEqual(last["company.com"]["domains_over_time"], "1")
        self.assertEqual(last["renamed.com"]["domains_over_time"], "2")
        new = last["one-new.com"]
        self.assertEqual(float(new["age_days_median"]), 103.6)
        said = ok("findings", self.store, "--explain", new["finding_id"])
        self.assertIn("younger when first seen", said)

    def check_addresses(self):
        rows = {r["ip"]: r for r in csv_rows(ok(
            "export", self.store, "--format", "evidence-csv", "--tier",
            "context"))}
        told = {a: (rows[a]["previous_ptr"], rows[a]["ptr_changes"])
                for a in ("127.20.0.16", "127.20.0.32", "127.20.0.96",
                          "127.20.3.1")}
        self.assertEqual(told, {
            "127.20.0.16": ("-", "0"),
            "127.20.0.32": ("stays.com", "1"),
            "127.20.0.96": ("127-20-0-96.pool.provider.net", "1"),
            "127.20.3.1": ("-", "1")})
        for r in rows.values():
            self.assertLessEqual(r["first_seen"], r["last_seen"])

    def test_one_scan_is_not_enough(self):
        self.assertEqual(self.scan(0).returncode, 0)
        with self.subTest("alone"):
            done = run("diff", self.store)
            self.assertEqual(done.returncode, 2)
            self.assertIn("holds 1 finished scan;", done.stderr)
        done = self.scan(1, "--dns-rate", "200", "--max-queries", "100")
        self.assertEqual(done.returncode, 3, done.stderr)
        with self.subTest("an unfinished one does not count"):
            self.assertEqual(run("diff", self.store).returncode, 2)
        with self.subTest("unless it is named: what it lacks is no change"):
            rows = self.diff("1", "2")
            told = self.names(rows)
            expected = self.expected_names(0, 1)
            self.assertLess(len(told), len(expected))
            self.assertEqual(told, {a: expected[a] for a in told})

    def test_what_was_seen_first_is_older(self):
        """Whatever the order in which it came into the store."""
        for day in (1, 0):
            self.assertEqual(self.scan(day).returncode, 0)
        rows = self.diff()
        self.assertEqual(rows, self.diff("2", "1"))
        self.assertEqual(self.names(rows), self.expected_names(0, 1))
        found = {r["domains"]: r for r in csv_rows(ok(
            "export", self.store, "--scan", "1", "--tier", "context"))}
        self.assertEqual(found["mover.com"]["domains_over_time"], "1")
        self.assertIn("domains_over_time", found["one-new.com"])

    def test_wrong_usage(self):
        self.assertEqual(self.scan(0).returncode, 0)
        self.assertEqual(self.scan(1).returncode, 0)
        for args, said in (
                (["1"], "two scans"), (["1", "2", "3"], "two scans"),
                (["1", "1"], "no other than itself"), (["1", "9"], "no such"),
                (["1", "x"], "no number"), (["0", "1"], "no number"),
                (["--format", "table"], "diff has text|csv|ndjson")):
            with self.subTest(args):
                done = run("diff", self.store, *args)
                self.assertEqual((done.returncode, done.stdout), (2, ""))
                self.assertEqual(done.stderr.count("\n"), 1)
                self.assertIn(said, done.stderr)
        with self.subTest("no store"):
            self.assertEqual(run("diff", self.path("none.db")).returncode, 2)
        with self.subTest("into a file"):
            out = self.path("changes.csv")
            ok("diff", self.store, "--format", "csv", "-o", out)
            with open(out, newline="") as f:
                self.assertEqual(f.read(), ok("diff", self.store, "--format",
                                              "csv").replace("\n", "\r\n"))
