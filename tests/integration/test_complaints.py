"""Complaints: messages that mail programs read, what is remembered of them,
and what became of them. Names are imported: no packet is sent."""
import contextlib
import csv
import email
import email.policy
import fcntl
import importlib.util
import io
import json
import mailbox
import os
import smtplib
import sqlite3
import subprocess
import time

from mailservers import Exim
from servers import in_own_network
from support import Case, NETBLOCK, ROOT, SNOWLINE, csv_rows, ok, run

US = ["--reporter-org", "Example Büro, \"Abuse\"", "--reporter-contact",
      "desk@example.org", "--reporter-domain", "example.org"]
SENDER = ["--sender-org", "Sender", "--sender-contact", "out@example.net",
          "--sender-domain", "example.net"]
HOSTS = ("", "caruk.", "tlad.", "ohris.")
DOMAINS = ("stays", "partly", "renamed", "leaves", "mover", "silent")
DAY_S = 86400


def row(domain, first, block=2):
    return {f"192.0.{block}.{first + i}": HOSTS[i] + domain + ".com"
            for i in range(4)}


def before():
    names = {}
    for i, domain in enumerate(DOMAINS):
        names |= row(domain, 32 * i)
    return names


def after():
    """Half of one row is renamed, one row is, one has no names any more, one
    is elsewhere; of one nothing is known."""
    names = row("stays", 0) | row("partly", 32) | row("fresh", 64)
    names |= {a: "more.fresh.com" for a in ("192.0.2.34", "192.0.2.35")}
    names |= row("mover", 16, block=3)
    names |= {a: None for a in row("", 96) | row("", 128)}
    return names


def netblock(first, last, mail):
    return json.dumps({"status": "registered", "first": first, "last": last,
                       "name": "NET", "organisation": "Net, Ltd",
                       "abuse_email": mail})


@contextlib.contextmanager
def database(path):
    with contextlib.closing(sqlite3.connect(path)) as db, db:
        yield db


def parsed(octets):
    """The message, which must have no defect anywhere."""
    message = email.message_from_bytes(octets, policy=email.policy.strict)
    for part in message.walk():
        assert not part.defects, part.defects
        for _, value in part.items():
            assert not value.defects, (value, value.defects)
    return message


def parts(message):
    text, table, reports = message.iter_parts()
    assert table.get_filename() == "evidence.csv"
    assert reports.get_filename() == "xarf.json"
    return (text.get_content().replace("\r\n", "\n"),
            list(csv.DictReader(io.StringIO(table.get_content(),
                                            newline=""))),
            json.loads(reports.get_content()))


def sharing():
    """The rules of XARF, as the golden reports are held to them."""
    spec = importlib.util.spec_from_file_location(
        "sharing", os.path.join(ROOT, "tests", "golden", "sharing.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Store(Case):
    def setUp(self):
        super().setUp()
        self.store = self.path("store.db")
        with open(self.path("domains.csv"), "w") as f:
            f.write("domain,created,registrar,iana_id\n")
            for domain in DOMAINS:
                f.write(f"{domain}.com,2026-01-02T10:00:00Z,Cheap,9990\n")

    def add_scan(self, names, now, *more):
        path = self.path("names.ndjson")
        with open(path, "w") as f:
            for address, name in names.items():
                f.write(json.dumps({
                    "ip": address, "status": "name" if name else "nxdomain",
                    "names": [name] if name else [], "time": now}) + "\n")
        ok("import", self.store, path, "--now", now, "--domains",
           self.path("domains.csv"), *more)

    def know(self, *netblocks, scan=1):
        with database(self.store) as db:
            for first, last, mail in netblocks:
                db.execute("INSERT INTO evidence VALUES(?, 'netblock', ?, '',"
                           " 0, ?)", (scan, f"{first}-{last}",
                                      netblock(first, last, mail)))

    def start_store(self):
        self.add_scan(before(), "2026-02-01")
        self.know(("192.0.2.0", "192.0.2.127", "abuse@one.example"),
                  ("192.0.2.128", "192.0.2.255", "abuse@two.example"))

    def complain(self, *more, tier="context"):
        done = run("export", self.store, "--format", "complaint", "--tier",
                   tier, *US, *more)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done

    def folder(self):
        return {name: self.octets("out", name)
                for name in sorted(os.listdir(self.path("out")))}

    def octets(self, *path):
        with open(self.path(os.path.join(*path)), "rb") as f:
            return f.read()

    def remembered(self):
        with database(self.store) as db:
            return db.execute("SELECT recipient, finding, made, data FROM "
                              "complaint").fetchall()

    def later(self, days):
        """Let the complaints have been made so many days before."""
        with database(self.store) as db:
            db.execute("UPDATE complaint SET made = made - ?",
                       (days * DAY_S,))


class Complaints(Store):
    # ------------------------------------------------------------- messages

    def test_a_message_a_contact(self):
        self.start_store()
        begun = int(time.time())
        done = self.complain("-o", self.path("out") + "/")
        files = self.folder()
        self.assertEqual([n.rsplit("-", 1)[0] for n in files],
                         ["abuse@one.example", "abuse@two.example"])
        self.assertIn("2 messages about 24 addresses", done.stderr)
        self.assertEqual(done.stdout, "")
        messages = {m["to"]: m for m in map(parsed, files.values())}
        for to, domains in (("abuse@one.example", DOMAINS[:4]),
                            ("abuse@two.example", DOMAINS[4:])):
            with self.subTest(to):
                self.check_message(messages[to], domains, begun)
        with self.subTest("remembered"):
            self.check_remembered(begun)
        with self.subTest("nobody is told of another's"):
            self.assertNotIn(b"two.example", files[list(files)[0]])
            self.assertNotIn("mover", str(parts(messages[
                "abuse@one.example"])))
        with self.subTest("once more on the same day"):
            self.complain("-o", self.path("out"))  # a folder it is
            self.assertEqual(list(self.folder()), list(files))
            self.assertEqual(len(self.remembered()), len(DOMAINS))

    def check_message(self, message, domains, begun):
        self.assertEqual(message["from"].addresses[0].display_name, US[1])
        self.assertEqual(message["from"].addresses[0].addr_spec,
                         "desk@example.org")
        self.assertGreaterEqual(message["date"].datetime.timestamp(), begun)
        self.assertRegex(message["message-id"],
                         r"^<\d{8}\.[0-9a-f]{16}@example\.org>$")
        self.assertEqual(message["content-type"].content_type,
                         "multipart/mixed")
        text, table, reports = parts(message)
        names = {a: n for a, n in before().items()
                 if n.split(".")[-2] in domains}
        self.assertEqual({r["ip"]: r["ptr"] for r in table}, names)
        self.assertEqual([r["source_identifier"] for r in reports],
                         [r["ip"] for r in table])
        rules = sharing()
        for report in reports:
            rules.check_xarf_object(report)
            self.assertEqual(report["reporter"]["contact"],
                             "desk@example.org")
        for address, name in names.items():
            self.assertIn(f"    {address}  {name}\n", text)
        self.assertIn("2026-02-01T00:00:00Z", text)
        self.assertIn("accuses nobody", text)
        self.assertIsNone(rules.ACCUSATIONS.search(text))

    def check_remembered(self, begun):
        rows = self.remembered()
        self.assertEqual(len(rows), len(DOMAINS))
        for recipient, _, made, data in rows:
            data = json.loads(data)
            self.assertGreaterEqual(made, begun)
            domain = data["addresses"][0]["domain"]
            self.assertEqual({a["ip"]: a["name"] for a in data["addresses"]},
                             {a: n for a, n in before().items()
                              if n.endswith(domain)})
            self.assertEqual(recipient == "abuse@two.example",
                             domain in ("mover.com", "silent.com"))

    def test_an_mbox(self):
        self.start_store()
        path = self.path("all.mbox")
        self.complain("-o", path, *SENDER)
        read = [parsed(m.as_bytes()) for m in mailbox.mbox(path)]
        self.assertEqual([m["to"] for m in read],
                         ["abuse@one.example", "abuse@two.example"])
        self.assertEqual(read[0]["sender"].address.addr_spec,
                         "out@example.net")
        self.assertEqual(sum(len(parts(m)[1]) for m in read), 24)
        self.assertEqual(len(self.remembered()), len(DOMAINS))

    # --------------------------------------------------------- who and whom

    def test_nobody_is_made_up(self):
        self.start_store()
        export = ["export", self.store, "--format", "complaint"]
        for missing in range(0, len(US), 2):
            done = run(*export, *US[:missing], *US[missing + 2:], "-o",
                       self.path("out") + "/")
            self.assertEqual(done.returncode, 2)
            self.assertIn(US[missing], done.stderr)
        for bad in (["--reporter-contact", "nobody"],
                    ["--reporter-contact", "a@b.example\r\nBcc: c@d.example"],
                    ["--reporter-domain", "a b"]):
            done = run(*export, *US, *bad, "-o", self.path("out") + "/")
            self.assertEqual(done.returncode, 2, bad)
        self.assertFalse(os.path.exists(self.path("out")))
        self.assertEqual(self.remembered(), [])

    def test_no_contact_is_made_up(self):
        self.add_scan(before(), "2026-02-01")
        hostile = "a@one.example>\r\nBcc: <b@two.example"
        self.know(("192.0.2.0", "192.0.2.31", "abuse@one.example"),
                  ("192.0.2.32", "192.0.2.63", ""),
                  ("192.0.2.64", "192.0.2.95", hostile))
        done = self.complain("-o", self.path("out") + "/")
        self.assertEqual(len(self.folder()), 1)
        self.assertIn("no abuse contact is known for 20 addresses of 5 "
                      "findings", done.stderr)
        self.assertNotIn(b"Bcc", b"".join(self.folder().values()))

    def test_of_a_scan(self):
        """What servers and registries said is in the message, and who takes
        complaints is what the registry says."""
        ok("scan", NETBLOCK, *self.to_lab(), "-o", self.store)
        done = run("export", self.store, "--format", "complaint", *US, "-o",
                   self.path("out") + "/")
        self.assertEqual(done.returncode, 0, done.stderr)
        (_, octets), = self.folder().items()
        message = parsed(octets)
        self.assertEqual(message["to"].addresses[0].addr_spec,
                         "abuse@lab-provider.net")
        text, table, reports = parts(message)
        campaign = next(f for f in self.findings_of(self.store)
                        if f["kind"] == "campaign")
        self.assertEqual(len(table), campaign["ip_count"])
        self.assertEqual(len(reports), len(table))
        for row in table:
            self.assertIn(f"    {row['ip']}  {row['ptr']}\n", text)
            self.assertIn(f" open at {row['smtp_observed_at']}", text)
            self.assertIn(f"registered {row['domain_created']}", text)
        self.assertIn("they were registered together", text)

    def test_hostile_names(self):
        self.add_scan(before(), "2026-02-01")
        ugly = "a/b|c'`d@one.example"
        self.know(("192.0.2.0", "192.0.2.255", ugly))
        with database(self.store) as db:
            db.executemany(
                "INSERT INTO probe(scan, addr, port, status, code, "
                "greeting_ms, ehlo_status, tls_status, client_blocked, seen, "
                "banner, hello, capabilities) VALUES(1, ?, 25, 1, 220, 1, 1, "
                "1, 0, 1770000000, ?, ?, '')",
                [(bytes(10) + b"\xff\xff\xc0\x00\x02" + bytes([i]), b, b)
                 for i, b in enumerate((
                     b"220 x\r\n\r\n--=_0000\r\nContent-Type: text/html\r\n",
                     b"\xe2\x80\xae\xff\x00\x1b[2J" + b"x" * 3000,
                     b"From me Mon Jan  1 00:00:00 2024\nFrom: you",
                     b".\r\n.\r\n" + "ü".encode() * 200))])
        self.complain("-o", self.path("out") + "/")
        (name, octets), = self.folder().items()
        self.assertEqual(name.rsplit("-", 1)[0],
                         "a_b_c__d@one.example")
        message = parsed(octets)
        self.assertEqual(message["to"].addresses[0].addr_spec, ugly)
        text, table, reports = parts(message)
        self.assertEqual((len(table), len(reports)), (24, 24))
        self.assertTrue(all(c == "\n" or c.isprintable() for c in text))
        self.assertTrue(octets.isascii())
        for line in octets.split(b"\r\n"):
            self.assertLessEqual(len(line), 78)
            self.assertNotIn(b"\n", line)
            self.assertNotIn(b"\r", line)
            self.assertFalse(line.startswith(b"From "))

    def test_who_is_allowed_is_not_named(self):
        self.start_store()
        with open(self.path("allow.csv"), "w") as f:
            f.write("cidr_or_domain,reason\nstays.com,a secret friend\n")
        with open(self.path("ours.csv"), "w") as f:
            f.write("cidr,customer\n192.0.2.0/24,Secret Customer Ltd\n")
        self.complain("-o", self.path("all.mbox"), "--allow",
                      self.path("allow.csv"), "--allocations",
                      self.path("ours.csv"))
        read = [parsed(m.as_bytes())
                for m in mailbox.mbox(self.path("all.mbox"))]
        told = str([parts(m) for m in read])
        self.assertNotIn("stays.com", told)
        self.assertIn("partly.com", told)
        self.assertNotIn("ecret", told)

    # ------------------------------------------------------------ remembering

    def test_only_what_is_there_is_remembered(self):
        self.start_store()
        with self.subTest("not asked for"):
            self.complain("-o", self.path("out") + "/", "--no-record")
            self.assertEqual(self.remembered(), [])
        with self.subTest("nowhere to write"):
            with open(self.path("file"), "w"):
                pass
            done = run("export", self.store, "--format", "complaint",
                       "--tier", "context", *US, "-o",
                       self.path("file") + "/")
            self.assertEqual(done.returncode, 1)
            self.assertIn(self.path("file"), done.stderr)
            self.assertEqual(done.stderr.count("\n"), 1)
            self.assertEqual(self.remembered(), [])
        with self.subTest("nobody reads"):
            reader, writer = os.pipe()
            os.close(reader)
            done = subprocess.run(
                [SNOWLINE, "export", self.store, "--format", "complaint",
                 "--tier", "context", *US], stdout=writer,
                stderr=subprocess.PIPE)
            os.close(writer)
            self.assertEqual((done.returncode, done.stderr), (0, b""))
            self.assertEqual(self.remembered(), [])
        with self.subTest("by high alone, unless somebody asks for more"):
            done = run("export", self.store, "--format", "complaint", *US)
            self.assertIn("0 messages", done.stderr)
            self.assertEqual(done.stdout, "")

    def test_a_store_in_use(self):
        """Somebody scans into it: he holds its lock."""
        self.start_store()
        with open(self.store) as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            for command in (["export", self.store, "--format", "complaint",
                             *US],
                            ["purge", self.store, "--older-than", "1"]):
                busy = run(*command)
                self.assertEqual(busy.returncode, 1)
                self.assertIn("in use by another snowline", busy.stderr)
                self.assertEqual(busy.stderr.count("\n"), 1)
            self.complain("--no-record")

    # ------------------------------------------------------- what became of it

    def states(self, *more):
        rows = csv_rows(ok("diff", self.store, "--complaints", "--format",
                           "csv", *more))
        with self.subTest("the same as NDJSON"):
            lines = [json.loads(line) for line in ok(
                "diff", self.store, "--complaints", "--format", "ndjson",
                *more).splitlines()]
            self.assertEqual([(x["state"], x["range"]) for x in lines],
                             [(r["state"], r["range"]) for r in rows])
        return {r["domains"].removesuffix(".com"): r for r in rows}

    def test_what_became_of_them(self):
        self.start_store()
        self.complain("-o", self.path("out") + "/")
        self.later(20)
        with self.subTest("no scan since"):
            found = self.states()
            self.assertEqual({r["state"] for r in found.values()},
                             {"not-asked"})
            self.assertEqual({r["answered"] for r in found.values()}, {""})
        self.add_scan(after(), time.strftime("%Y-%m-%d", time.gmtime()))
        found = self.states()
        with self.subTest("states"):
            self.assertEqual({d: r["state"] for d, r in found.items()},
                             {"stays": "still", "partly": "partly",
                              "renamed": "renamed", "leaves": "gone",
                              "mover": "moved", "silent": "unanswered"})
        with self.subTest("counts"):
            counts = {d: tuple(int(r[c]) for c in (
                "ip_count", "answered", "same", "renamed", "gone",
                "unanswered", "elsewhere")) for d, r in found.items()}
            self.assertEqual(counts, {
                "stays": (4, 4, 4, 0, 0, 0, 0),
                "partly": (4, 4, 2, 2, 0, 0, 0),
                "renamed": (4, 4, 0, 4, 0, 0, 0),
                "leaves": (4, 4, 0, 0, 4, 0, 0),
                "mover": (4, 4, 0, 0, 4, 0, 4),
                "silent": (4, 0, 0, 0, 0, 4, 0)})
            self.assertTrue(all(18.9 < float(r["days"]) < 20.1
                                for r in found.values()))
        with self.subTest("text"):
            text = ok("diff", self.store, "--complaints")
            self.assertRegex(text, r"(?m)^still +\d+ days +192\.0\.2\.0-"
                             r"192\.0\.2\.3 +4 of 4 +abuse@one\.example +"
                             r"stays\.com$")
            self.assertTrue(text.endswith(
                "6 complaints: 1 still, 1 partly, 1 moved, 1 renamed, 1 gone,"
                " 1 unanswered.\n"))
        with self.subTest("how old"):
            self.assertEqual(len(self.states("--after", "18")), 6)
            self.assertEqual(self.states("--after", "40"), {})
            self.later(30)  # the scan is of today still
            self.assertEqual(self.states("--after", "49")["stays"]["state"],
                             "still")

    def test_a_scan_that_is_too_early(self):
        self.start_store()
        self.add_scan(after(), "2026-02-03")
        self.complain("-o", self.path("out") + "/", "--scan", "1")
        self.assertEqual({r["state"] for r in self.states().values()},
                         {"not-asked"})

    def test_they_outlive_their_scan(self):
        self.start_store()
        self.complain("-o", self.path("out") + "/")
        self.later(20)
        self.add_scan(after(), time.strftime("%Y-%m-%d", time.gmtime()))
        ok("purge", self.store, "--older-than", "0")
        found = self.states()
        self.assertEqual(found["stays"]["state"], "still")
        self.assertEqual(found["stays"]["scan"], "1")


@in_own_network
class TakenByExim(Store):
    """It finds no fault with the header, and keeps what it got."""
    ACLS = {"take": "  accept\n",
            "look": "  require verify = header_syntax\n  accept\n"}

    def test_as_they_are(self):
        self.start_store()
        self.complain("-o", self.path("out") + "/")
        server = Exim(["127.25.0.1"], {
            "acl_smtp_mail": "accept", "acl_smtp_rcpt": "take",
            "acl_smtp_data": "look", "queue_only": "true",
            "split_spool_directory": "false"}, self.ACLS)
        self.addCleanup(server.close)
        for octets in self.folder().values():
            with smtplib.SMTP("127.25.0.1", 25) as smtp:
                smtp.sendmail("desk@example.org", ["abuse@one.example"],
                              octets)
            header, _, body = octets.replace(b"\r\n", b"\n").partition(b"\n\n")
            kept = self.kept(server.path("spool", "input"))
            self.assertEqual(kept["D"].partition(b"\n")[2], body)
            for line in header.split(b"\n"):
                self.assertIn(line + b"\n", kept["H"])

    def kept(self, folder):
        """The one message in the queue, which is emptied."""
        kept = {}
        for name in os.listdir(folder):
            with open(os.path.join(folder, name), "rb") as f:
                kept[name[-1]] = f.read()
            os.unlink(os.path.join(folder, name))
        return kept
