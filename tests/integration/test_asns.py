"""AS numbers as targets: three sources, what may go wrong, and resuming."""
import json
import os
import signal
import time

from routes import Irr, RipeStat, announced, pfx2as
from servers import NameServer, zone
from support import Case, csv_rows, free_port, interrupt, lab, ok, run, start

BROKEN = '{"status":"ok","data":{"prefixes":[{"prefix":"127.20.1'


def prefixes(text):
    return [line for line in text.splitlines() if not line.startswith("#")]


class Refused(Case):
    """What fails says why in one line, and leaves nothing behind."""

    def refused(self, code, says, *args, cwd=None):
        done = run(*args, cwd=cwd or self.dir)
        self.assertEqual(done.returncode, code, done.stderr)
        self.assertEqual(done.stdout, "")
        lines = done.stderr.splitlines()
        self.assertEqual(len(lines), 1, done.stderr)
        self.assertTrue(lines[0].startswith("snowline: "), lines)
        for part in [says] if isinstance(says, str) else says:
            self.assertIn(part, lines[0])


class RipeStats(Refused):
    @classmethod
    def setUpClass(cls):
        cls.web = RipeStat({
            64500: announced(64500, "127.20.11.0/24", "127.20.12.0/23",
                             "127.20.13.0/24", "2001:db8:20::/44", "0.0.0.0/0",
                             withdrawn=["127.20.40.0/24"]),
            64501: announced(64500, "127.20.11.0/24"),
            64502: announced(64502),
            64503: BROKEN,
            64504: json.dumps({"messages": [["error", "no such resource"]],
                               "status": "error", "data": {}}),
            64505: announced(64505, withdrawn=["127.20.11.0/24"]),
        })
        cls.dns = NameServer("nsd", {"test": zone("test", "stat A 127.0.0.1")})

    @classmethod
    def tearDownClass(cls):
        cls.web.close()
        cls.dns.close()

    def asking(self, *more):
        return ["--as-source", self.web.source, "--resolver",
                self.dns.address, *more]

    def reaching(self, *more):
        return self.asking("--include-reserved", "--ca-file", self.web.ca,
                           *more)

    def test_prefixes_are_merged(self):
        before = len(self.web.asked())
        text = ok("targets", "as64500", *self.reaching(
            "--contact", "abuse@example.net"))
        self.assertEqual(prefixes(text), ["127.20.11.0/24", "127.20.12.0/23",
                                          "2001:db8:20::/44"])
        self.assertIn("# AS64500: 4 prefixes, merged 2 of IPv4 and 1 of IPv6; "
                      "left out: 1 withdrawn, 1 larger than any network",
                      text)
        self.assertIn("# 768 addresses in 3 blocks", text)
        asked = self.web.asked()[before:]
        self.assertEqual(len(asked), 1)
        self.assertIn("?resource=AS64500&sourceapp=snowline ", asked[0])
        self.assertIn("abuse@example.net", asked[0])

    def test_exclusions_count_too(self):
        text = ok("targets", "127.20.8.0/21", "--exclude", "AS64500",
                  *self.reaching())
        self.assertEqual(prefixes(text), ["127.20.8.0/23", "127.20.10.0/24",
                                          "127.20.14.0/23"])
        self.assertIn("; excluded (", text)

    def test_what_fails_is_one_line(self):
        store = self.path("scan.db")
        for asn, code, says in [
                (64501, 1, ["AS64501: ", "it is about AS64500"]),
                (64502, 2, ["AS64502: 0 prefixes", "could be scanned"]),
                (64503, 1, "no JSON"),
                (64504, 1, "it says 'error': no such resource"),
                (64505, 2, "0 prefixes; left out: 1 withdrawn"),
                (64507, 1, "HTTP status 404"),
                (64508, 1, "HTTP status 503")]:
            with self.subTest(asn):
                self.refused(code, says, "scan", "AS64500", f"AS{asn}", "-o",
                             store, *self.reaching())
        self.assertEqual(os.listdir(self.dir), [])

    def test_certificates_are_checked(self):
        self.refused(1, f"https://{self.web.NAME}:", "targets", "AS64500",
                     *self.asking("--include-reserved"))

    def test_reserved_addresses_are_not_contacted(self):
        before = self.web.asked()
        self.refused(4, "reserved or excluded", "targets", "AS64500",
                     *self.asking("--ca-file", self.web.ca))
        self.refused(4, "reserved or excluded", "targets", "AS64500",
                     *self.reaching("--exclude", "127.0.0.1"))
        self.assertEqual(self.web.asked(), before)

    def test_a_source_that_is_not_there(self):
        for source, says in [
                (f"ripestat:https://nobody.test:{self.web.port}/",
                 "its name has no address"),
                (f"ripestat:http://127.0.0.1:{free_port()}/",
                 "refused"),
                ("ripestat:http://[::1/", "malformed"),
                (f"irr:nobody.test:{self.web.port}",
                 "its name has no address")]:
            with self.subTest(source):
                self.refused(1, ["AS64500: ", says, "--as-source"], "ptr",
                             "AS64500", "--include-reserved", "--resolver",
                             self.dns.address, "--as-source", source)


class Irrs(Refused):
    def asking(self, irr, *more):
        self.addCleanup(irr.close)
        return ["--as-source", irr.source, "--include-reserved", "--resolver",
                lab().dns, "--http-timeout", "20", *more]

    def test_routes_of_both_families(self):
        irr = Irr({"!gAS64500": Irr.data("127.20.11.0/24", "127.20.11.0/25"),
                   "!6AS64500": Irr.data("2001:db8:20::/48"),
                   "!gAS64501": Irr.data("127.20.12.0/24", "route:"),
                   "!6AS64501": "C\n"})
        text = ok("targets", "AS64500", "AS64501", *self.asking(irr))
        self.assertEqual(prefixes(text), ["127.20.11.0/24", "127.20.12.0/24",
                                          "2001:db8:20::/48"])
        self.assertIn("# AS64501: 1 prefix, merged 1 of IPv4 and 0 of IPv6; "
                      "left out: 1 malformed", text)
        self.assertEqual(
            [c for c in irr.heard if c[1] in "g6"],
            ["!gAS64500", "!6AS64500", "!gAS64501", "!6AS64501"])
        self.assertEqual(irr.heard.count("!q"), 2)

    def test_what_fails_is_one_line(self):
        for reply, code, says in [
                ("D\n", 2, "AS64500: 0 prefixes"),
                ("C\n", 2, "AS64500: 0 prefixes"),
                ("F Invalid AS\x1b[2J\n", 1, "it says 'Invalid AS\\x1B[2J'"),
                ("% a WHOIS server\n", 1, "no IRRd reply"),
                ("A99\n127.20.11.0/24\nC\n", 1, "cut off"),
                ("A15\n127.20.11.0/24\n", 1, "cut off"),
                ("hang up", 1, "cut off"),
                ("flood", 1, "too long")]:
            with self.subTest(reply):
                irr = Irr({"!gAS64500": reply, "!6AS64500":
                           "D\n" if len(reply) == 2 else "hang up"})
                self.refused(code, says, "scan", "AS64500",
                             *self.asking(irr))
                self.assertEqual(os.listdir(self.dir), [])

    def test_silence_ends_in_time(self):
        irr = Irr({"!gAS64500": "silence"})
        begun = time.monotonic()
        self.refused(1, "no answer in time (--http-timeout)", "targets",
                     "AS64500", *self.asking(irr, "--http-timeout", "0.3"))
        self.assertLess(time.monotonic() - begun, 15)

    def test_max_time_ends_it(self):
        irr = Irr({"!gAS64500": "silence"})
        self.refused(3, "--max-time reached before", "scan", "AS64500",
                     *self.asking(irr, "--max-time", "1"))
        self.assertEqual(os.listdir(self.dir), [])

    def test_a_signal_ends_it(self):
        irr = Irr({"!gAS64500": "silence"})
        process = start("scan", "AS64500", *self.asking(irr), cwd=self.dir)
        deadline = time.monotonic() + 20
        while "!gAS64500" not in irr.heard:
            self.assertLess(time.monotonic(), deadline)
            time.sleep(.02)
        _, code, out, err = interrupt(process, signal.SIGTERM)
        self.assertEqual((code, out, err), (143, "", ""))
        self.assertEqual(os.listdir(self.dir), [])


class Files(Refused):
    ROUTES = [("127.20.11.0/24", "64500"), ("127.20.12.0/24", "1_64500,7"),
              ("127.20.16.0/24", "64501"), ("127.20.11.128/25", "64500"),
              ("127.0.0.0/8", "64502"), ("10.0.0.0/8", "64503"),
              ("2001:db8:20::/48", "64504")]

    def setUp(self):
        super().setUp()
        self.list = self.path("routes.gz")
        self.source = pfx2as(self.list, self.ROUTES)

    def asking(self, *more):
        return ["--as-source", self.source, "--include-reserved", "--resolver",
                lab().dns, *more]

    def test_wherever_a_target_may_stand(self):
        file = self.path("targets.txt")
        with open(file, "w") as f:
            f.write("127.20.20.0/24\nAS64500 # ours\nas64501\n")
        want = ["127.20.11.0/24", "127.20.12.0/24", "127.20.16.0/24",
                "127.20.20.0/24"]
        self.assertEqual(prefixes(ok("targets", "@" + file, *self.asking())),
                         want)
        with open(file) as f:
            self.assertEqual(prefixes(ok("targets", "-", *self.asking(),
                                         stdin=f)), want)
        self.assertEqual(prefixes(ok("targets", "127.20.0.0/18", "--exclude",
                                     "@" + file, *self.asking()))[:3],
                         ["127.20.0.0/21", "127.20.8.0/23", "127.20.10.0/24"])

    def test_policy_holds(self):
        self.refused(4, "more than a /12", "targets", "AS64502",
                     *self.asking())
        text = ok("targets", "AS64502", *self.asking("--yes-large",
                                                     "--contact", "a@b.test"))
        self.assertEqual(prefixes(text), ["127.0.0.0/8"])

    def test_reserved_prefixes_are_left_out(self):
        self.refused(2, "AS64503: 0 prefixes; left out: 1 reserved", "targets",
                     "AS64503", "--as-source", self.source, "--resolver",
                     lab().dns)
        text = ok("targets", "44.0.0.0/24", "--exclude", "AS64503",
                  "--as-source", self.source, "--resolver", lab().dns)
        self.assertEqual(prefixes(text), ["44.0.0.0/24"])

    def test_what_is_no_number_or_no_file(self):
        for args, code, says in [
                (["AS0"], 2, "'AS0' is no AS"),
                (["AS64512"], 2, "private use"),
                (["AS4294967296"], 2, "past the last AS number"),
                (["AS64500", "--as-source", "bgp.tools"], 2, "--as-source"),
                (["AS64500", "--as-source", "pfx2as:/nonexistent"], 2,
                 "/nonexistent: No such file"),
                (["AS64500", "--as-source", "pfx2as:/etc/passwd"], 2,
                 "no line in it"),
                (["AS64509"], 2, "AS64509: 0 prefixes")]:
            with self.subTest(args):
                self.refused(code, says, "targets",
                             *self.asking(*args))
        with open(self.list, "r+b") as f:
            f.truncate(os.path.getsize(self.list) - 9)
        self.refused(1, "it is cut off", "targets", "AS64500", *self.asking())

    def test_too_many_numbers(self):
        self.refused(2, "257 AS numbers", "targets", *self.asking(
            *(f"AS{i}" for i in range(1, 258))))

    def test_bad_lines_are_told(self):
        path = self.path("plain")
        with open(path, "w") as f:
            f.write("<html>\n127.20.11.0\t24\t64500\nx\ty\tz\n")
        text = ok("targets", "AS64500", *self.asking(),
                  "--as-source", "pfx2as:" + path)
        self.assertIn(f'# pfx2as:{path}: 2 lines passed over', text)

    def test_registries_at_an_excluded_as(self):
        """An AS to be left alone is not asked about domains either."""
        args = ["domain", "blueomb.com", "--registration-cache",
                self.path("cache.db"), "--rdap-server", "com=" + lab().rdap]
        for asn, status in [("AS64500", "registered"), ("AS64502", "unknown")]:
            text = ok(*args, "--exclude", asn, *self.asking())
            self.assertEqual(json.loads(text)["status"], status)
            os.remove(self.path("cache.db"))

    def test_a_stage_alone(self):
        done = run("ptr", "AS64500", *self.asking("--dns-block-rate", "0",
                                                  "--progress", "auto"))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stdout.count("\n"), 512)
        self.assertIn("snowline: AS64500: 3 prefixes, merged 2 of IPv4",
                      done.stderr)

    def test_dry_run(self):
        done = run("scan", "AS64500", "--dry-run", *self.asking())
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("512 addresses in 2 blocks", done.stdout)
        self.assertIn("but for the look-up of AS numbers", done.stdout)

    def test_ipv6_is_walked(self):
        ip6 = "0.2.0.0.8.b.d.0.1.0.0.2.ip6.arpa"
        name = ".".join("10" + "0" * 18)
        dns = NameServer("nsd", {ip6: zone(ip6, name +
                                           " PTR mail.example.net.")})
        self.addCleanup(dns.close)
        text = ok("ptr", "AS64504", "--as-source", self.source, "--resolver",
                  dns.address, "--include-reserved")
        self.assertEqual(
            [(a["ip"], a["names"]) for a in map(json.loads,
                                                text.splitlines())],
            [("2001:db8:20::1", ["mail.example.net"])])

    def test_resume_asks_nobody_again(self):
        """Nor does it need the list: it is gone by then."""
        store = self.path("scan.db")
        options = [*self.sweep_only(), "--as-source", self.source]
        done = run("scan", "AS64500", "AS64501", "127.20.26.0/24", "--exclude",
                   "AS64504", "-o", store, *options, "--max-queries", "30",
                   "--dns-rate", "60")
        self.assertEqual(done.returncode, 3, done.stderr)
        os.remove(self.list)
        ok("resume", store, "--dns-rate", "0", "--dns-block-rate", "0",
           "--progress", "none")
        names = self.names_of(store)
        blocks = ("127.20.11.", "127.20.12.", "127.20.16.", "127.20.26.")
        self.assertEqual(names, {a: n for a, n in lab().names.items()
                                 if a.startswith(blocks)})
        rows = csv_rows(ok("export", store, "--tier", "context"))
        self.assertEqual({(r["first_ip"].rsplit(".", 1)[0], r["asn"])
                          for r in rows if r["kind"] == "run"},
                         {("127.20.11", "64500"), ("127.20.16", "64501"),
                          ("127.20.26", "")})
