"""Names that others have looked up: every format tells the same story."""
import contextlib
import csv
import gzip
import ipaddress
import json
import os
import re
import socket
import sqlite3
import subprocess
import threading

from servers import NameServer, in_own_network, read_name, records, zone
from support import LOOPBACK, NOW, ROOT, SNOWLINE, Case, lab, ok, run

SEEN = "2018-05-20T11:02:33Z"
SEEN_S = 1526814153
RESOLVER = "192.0.2.53:53"


def article():
    """{address: name} of the article's table."""
    with open(os.path.join(ROOT, "tests", "lab", "case-study-2018.csv")) as f:
        return {r["ip"]: r["ptr"] for r in csv.DictReader(f)
                if r["ip"] and r["ptr"]}


def arpa(address):
    return ipaddress.ip_address(address).reverse_pointer


def lines(rows, each):
    return "".join(each(a, n) + "\n" for a, n in rows)


def as_json(rows, each):
    return lines(rows, lambda a, n: json.dumps(each(a, n)))


def zone_of(rows):
    """A zone for each /24, its last octets relative."""
    text, last = "$TTL 1h\n", None
    for a, n in rows:
        net, host = a.rsplit(".", 1)
        if net != last:
            text += f"$ORIGIN {arpa(a).split('.', 1)[1]}.\n"
            text += "@ SOA ns.example. host.example. (\n 1 2 3 4 5 ) ; SOA\n"
        text += f"{host} IN PTR {n}.\n"
        last = net
    return text


def delegated(rows):
    """The same, where every address leads elsewhere first."""
    text = ""
    for a, n in rows:
        net = arpa(a).split(".", 1)[1]
        octet = int(a.rsplit(".", 1)[1])
        text += (f"{arpa(a)}. 3600 IN CNAME {octet}.0-255.{net}.\n"
                 f"{octet}.0-255.{net}. 3600 IN PTR {n}.\n")
    return text


FORMATS = {
    "massdns": lambda r: lines(r, lambda a, n: f"{arpa(a)}. PTR {n}."),
    "massdns, flags r and t": lambda r: lines(
        r, lambda a, n: f"{RESOLVER} {SEEN_S} NOERROR {arpa(a)}. IN PTR\n"
        f"\t{arpa(a)}. IN 60 PTR {n}."),
    "massdns-json": lambda r: as_json(r, lambda a, n: {
        "name": arpa(a) + ".", "type": "PTR", "class": "IN",
        "status": "NOERROR", "rx_ts": SEEN_S * 10 ** 9 + 5, "data": {
            "answers": [{"ttl": 60, "type": "PTR", "class": "IN",
                         "name": arpa(a) + ".", "data": n + "."}]},
        "resolver": RESOLVER, "proto": "UDP"}),
    "zdns": lambda r: as_json(r, lambda a, n: {
        "name": a, "results": {"PTR": {
            "data": {"answers": [{"answer": n + ".", "class": "IN",
                                  "name": arpa(a), "ttl": 60,
                                  "type": "PTR"}]},
            "status": "NOERROR", "timestamp": SEEN}}}),
    "zdns1": lambda r: as_json(r, lambda a, n: {
        "name": arpa(a), "status": "NOERROR", "timestamp": SEEN, "data": {
            "answers": [{"answer": n, "type": "PTR"}]}}),
    "dnsx": lambda r: as_json(r, lambda a, n: {
        "host": a, "resolver": [RESOLVER], "ptr": [n],
        "status_code": "NOERROR", "timestamp": SEEN}),
    "sonar": lambda r: as_json(r, lambda a, n: {
        "timestamp": str(SEEN_S), "name": a, "value": n, "type": "ptr"}),
    "cof": lambda r: as_json(r, lambda a, n: {
        "rrname": arpa(a), "rrtype": "PTR", "rdata": [n + "."],
        "time_first": 1500000000, "time_last": SEEN_S}),
    "csv": lambda r: "ip,ptr,time\n" + lines(
        r, lambda a, n: f"{a},{n.upper()}.,{SEEN}"),
    "csv without a header": lambda r: lines(r, lambda a, n: f"{a},{n}"),
    "hakrevdns": lambda r: lines(r, lambda a, n: f"{a}\t{n}."),
    "zone": zone_of,
    "dig's lines, delegated": delegated,
    "snowline": lambda r: as_json(r, lambda a, n: {
        "ip": a, "status": "name", "names": [n], "time": SEEN}),
}


def silent_server(test, say=b""):
    """A port that takes connections, says @p say and nothing more."""
    server, held = socket.create_server((LOOPBACK, 0)), []

    def serve():
        try:
            while True:
                held.append(server.accept()[0])
                held[-1].sendall(say)
        except OSError:
            pass

    threading.Thread(target=serve, daemon=True).start()
    test.addCleanup(lambda: [s.close() for s in (server, *held)])
    return f"{LOOPBACK}:{server.getsockname()[1]}"


class Import(Case):
    def write(self, name, text, packed=False):
        path = self.path(name)
        with (gzip.open if packed else open)(path, "wt") as f:
            f.write(text)
        os.utime(path, (SEEN_S, SEEN_S))
        return path

    def domains(self):
        names = {".".join(n.split(".")[-2:]) for n in article().values()}
        return self.write("domains.csv", "domain,created,registrar,iana_id\n" +
                          "".join(f"{n},2017-11-{3 + i % 3:02},Example,64500\n"
                                  for i, n in enumerate(sorted(names))))

    def test_every_format_gives_the_same_findings(self):
        rows, domains, expected = list(article().items()), self.domains(), None
        for i, (name, write) in enumerate(FORMATS.items()):
            # neither order nor packing counts
            text = self.write(f"{i}.data", write(rows[::-1] if i % 3 == 1
                                                 else rows), i % 2 == 1)
            store = self.path(f"{i}.db")
            ok("import", store, text, "--domains", domains)
            found = self.findings_of(store, "--tier", "context")
            expected = expected or found
            with self.subTest(name):
                self.assertEqual(self.names_of(store),
                                 {a: {n} for a, n in rows})
                self.assertEqual(found, expected)
        runs = [f for f in expected if f["kind"] == "run"]
        self.assertEqual(len(runs), 12)
        self.assertEqual(sum(f["named_count"] for f in runs), 38)
        self.assertEqual({f["first_seen"] for f in runs}, {SEEN})

    def test_new_is_measured_against_the_data(self):
        store, text = self.path("s.db"), FORMATS["csv"](article().items())
        ok("import", store, self.write("a.csv", text),
           "--domains", self.domains())
        ages = {f["age_days_median"] for f in self.findings_of(
            store, "--tier", "context") if f["kind"] == "run"}
        self.assertTrue(ages and all(100 < age < 300 for age in ages), ages)

    def stages(self, scanned):
        """What ptr, probe and domain print of the subjects of a scan."""
        base = ["--include-reserved", "--resolver", lab().dns,
                "--progress", "none"]
        ok("ptr", "127.20.8.0/21", *base, "--dns-rate", "0",
           "--dns-block-rate", "0", "-o", self.path("ptr"))
        with contextlib.closing(sqlite3.connect(scanned)) as db:
            greeted = [".".join(str(x) for x in key[12:])
                       for key, in db.execute("SELECT addr FROM probe")]
            domains = [x for x, in db.execute(
                "SELECT subject FROM evidence WHERE kind = 'registration'")]
        ok("probe", *greeted, *base, "--smtp-port", lab().smtp_port,
           "--smtp-rate", "0", "--smtp-block-rate", "0", "--smtp-per-block",
           "0", "--ehlo", "probe.lab-provider.net", "-o", self.path("probe"))
        ok("domain", *domains, *base, "--rdap-server", "*=" + lab().rdap,
           "--registration-rate", "0", "--http-port", lab().http_port,
           "--registration-cache", self.path("other.db"),
           "-o", self.path("domain"))
        return [self.path(stage) for stage in ("domain", "ptr", "probe")]

    def test_what_the_stages_print_is_as_good_as_a_scan(self):
        scanned, imported = self.path("scan.db"), self.path("import.db")
        ok("scan", "127.20.8.0/21", *self.to_lab(), "-o", scanned)
        ok("import", imported, *self.stages(scanned), "--now", NOW)
        self.assertEqual(self.names_of(imported), self.names_of(scanned))
        found = [{f["finding_id"]: {k: f[k] for k in (
            "tier", "kind", "domains", "cidrs", "smtp_open", "created_min",
            "registrar", "web_none", "spf_covers", "burst_p")}
            for f in self.findings_of(store, "--tier", "review")}
            for store in (scanned, imported)]
        self.assertEqual(found[1], found[0])
        self.assertTrue(any(f["tier"] == "high" for f in found[0].values()))
        # a record has no addresses of MX hosts: not known is not "outside"
        self.assertEqual({f["mx_inside"] for f in self.findings_of(imported)},
                         {None})
        again = self.path("again.db")
        names = ok("export", scanned, "--format", "names")
        with open(self.path("names.csv"), "w") as f:
            f.write(names)
        ok("import", again, self.path("names.csv"), "--now", NOW)
        self.assertEqual(ok("export", again, "--format", "names"), names)

    def test_bad_lines_are_told_and_the_rest_is_kept(self):
        text = "ip,ptr\n192.0.2.5,a.example\nx,y\n" + "z\n" * 9
        store = self.path("s.db")
        done = run("import", store, self.write("a.csv", text))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("a.csv: 10 of 12 lines are no csv: line 3, 4, 5, 6, 7, "
                      "...", done.stderr)
        self.assertEqual(self.names_of(store), {"192.0.2.5": {"a.example"}})

    def test_what_is_no_data_leaves_nothing_behind(self):
        store = self.path("s.db")
        for text, said in (("hello\n", "no format"), ("", "empty"),
                           ("$TTL 1\n5 PTR a.\n", "--origin")):
            done = run("import", store, self.write("a", text))
            self.assertEqual(done.returncode, 2)
            self.assertIn(said, done.stderr)
            self.assertEqual(len(done.stderr.splitlines()), 1)
            self.assertFalse(os.path.exists(store))
        done = run("import", store, self.path("nowhere"))
        self.assertEqual(done.returncode, 2)
        done = run("import", store, self.write("a", "x"), "--format", "y")
        self.assertEqual(done.returncode, 2)
        self.assertIn("massdns", done.stderr)
        self.assertFalse(os.path.exists(store))

    def test_a_file_that_is_cut_off_leaves_the_store_as_it_was(self):
        store, good = self.path("s.db"), self.write("a", "192.0.2.5 a.b\n")
        ok("import", store, good)
        before = ok("export", store, "--format", "names")
        path = self.write("b.gz", "".join(
            f"10.0.{i // 256}.{i % 256} n{i * 7919}.example\n"
            for i in range(9999)), True)
        os.truncate(path, os.path.getsize(path) // 2)
        done = run("import", store, good, path)
        self.assertEqual(done.returncode, 1)
        self.assertIn("cut off", done.stderr)
        self.assertEqual(ok("export", store, "--format", "names"), before)
        self.assertIn("no such scan", run("status", store, "--scan",
                                          "2").stderr)

    def test_help_names_every_format(self):
        said = run("import", "x", "y", "--format", "?").stderr
        listed = re.search(r"import has (.*)", said)[1].split("|")
        shown = re.search(r"Formats: (.*?)\.", ok("import", "--help"),
                          re.S)[1].replace(" (default)", "")
        self.assertEqual([x.strip() for x in shown.split(",")], listed)
        for word in listed:
            with self.subTest(word):
                empty = self.write(word, "")
                self.assertIn("empty", run("import", self.path("s.db"), empty,
                                           "--format", word).stderr)

    def test_standard_input_and_an_origin(self):
        store = self.path("s.db")
        text = gzip.compress(b"$TTL 60\n5 PTR a.example.\n")
        done = subprocess.run(
            [SNOWLINE, "import", store, "-", "--origin",
             "2.0.192.in-addr.arpa"], input=text, capture_output=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.names_of(store), {"192.0.2.5": {"a.example"}})

    def test_an_imported_scan_is_finished(self):
        store = self.path("s.db")
        ok("import", store, self.write(
            "a", "ip,ptr,status\n192.0.2.5,a.example,\n192.0.2.9,,SERVFAIL\n"
            "2001:db8::1,b.example,\n"))
        status = json.loads(ok("status", store, "--format", "json"))
        self.assertEqual(status["sweep"]["targets"], 3)
        self.assertEqual(status["sweep"]["pending"], 0)
        self.assertIn("finished", ok("status", store))
        # more goes into the same scan, and none else than an imported one
        ok("import", store, "--scan", "1", self.write("b", "192.0.2.7 c.d\n"))
        status = json.loads(ok("status", store, "--format", "json"))
        self.assertEqual(status["sweep"]["targets"], 4)
        ok("import", store, self.path("b"))
        self.assertEqual(self.names_of(store), {"192.0.2.7": {"c.d"}})
        # its addresses are reserved: nobody is asked anything about them
        done = run("resume", store, "--resolver", "127.0.0.1:9")
        self.assertEqual(done.returncode, 4, done.stderr)

    def test_what_nobody_asked_bridges_no_more_than_what_is_not_there(self):
        store = self.path("s.db")
        ok("import", store, self.write("a", "".join(
            f"192.0.2.{i} h{i}x.tryout.com\n" for i in (1, 2, 4, 10, 11))))
        runs = {(f["first_ip"], f["last_ip"]): f for f in self.findings_of(
            store, "--tier", "context") if f["kind"] == "run"}
        self.assertEqual(set(runs), {("192.0.2.1", "192.0.2.4"),
                                     ("192.0.2.10", "192.0.2.11")})
        inside = "an address inside gave no answer"
        self.assertEqual([inside in f["caveats"] for _, f in
                          sorted(runs.items())], [True, False])

    def test_a_zone_is_fetched_from_its_server(self):
        """A /16 with more names than one message holds, delegations in it."""
        names = {f"127.20.{i >> 8}.{i & 255}": {f"h{i}.example",
                                                f"also-{i}.example"}
                 for i in range(3000)}
        text = zone("20.127.in-addr.arpa", records(names) +
                    "9.9 PTR Odd-Name.example.\n"
                    "1.99 CNAME 1.0-63.99\n1.0-63.99 PTR late.example.\n")
        names["127.20.99.1"] = {"late.example"}
        names["127.20.9.9"] |= {"odd-name.example"}
        for kind in ("nsd", "knot", "bind"):
            server = NameServer(kind, {"20.127.in-addr.arpa": text})
            self.addCleanup(server.close)
            store = self.path(kind + ".db")
            ok("import", store, "axfr:20.127.in-addr.arpa@" + server.address)
            with self.subTest(kind):
                self.assertEqual(self.names_of(store), names)
            done = run("import", store, "axfr:example.org@" + server.address)
            self.assertEqual(done.returncode, 1)
            self.assertRegex(done.stderr, "NOTAUTH|REFUSED|NXDOMAIN")
        self.assertEqual(self.names_of(store), names)

    def test_a_transfer_that_goes_wrong_leaves_nothing_behind(self):
        store, zone_at = self.path("s.db"), "axfr:2.0.192.in-addr.arpa@"
        wait = ["--dns-timeout", "0.2", "--dns-tries", "2"]
        with socket.socket() as closed:
            closed.bind((LOOPBACK, 0))
            port = closed.getsockname()[1]
        for server, said in ((f"{LOOPBACK}:{port}", "refused"),
                             ("127.255.255.255", "unreachable"),  # at once
                             (silent_server(self), "no answer in time"),
                             (silent_server(self, b"\0\x0c" + bytes(12)),
                              "no transfer of this zone")):
            done = run("import", store, zone_at + server, *wait)
            self.assertEqual(done.returncode, 1, done.stderr)
            self.assertIn(said, done.stderr)
            self.assertFalse(os.path.exists(store))
        for odd in ("axfr:x", "axfr:@127.0.0.1", "axfr:a..b@127.0.0.1",
                    "axfr:2.0.192.in-addr.arpa@localhost"):
            self.assertEqual(run("import", store, odd).returncode, 2)

    def test_what_is_kept_stays_though_nobody_can_be_told(self):
        store = self.path("s.db")
        with open("/dev/full", "w") as full:
            done = subprocess.run(
                [SNOWLINE, "import", store,
                 self.write("a", "192.0.2.7 a.example\n")],
                stdout=full, stderr=subprocess.PIPE, text=True)
        self.assertEqual(done.returncode, 1)
        self.assertIn("standard output", done.stderr)
        self.assertEqual(self.names_of(store), {"192.0.2.7": {"a.example"}})

    def test_a_scan_that_asked_takes_no_import(self):
        store = self.path("s.db")
        ok("scan", "127.20.8.0/29", *self.sweep_only(), "-o", store)
        done = run("import", store, "--scan", "1",
                   self.write("b", "192.0.2.7 c.d\n"))
        self.assertEqual(done.returncode, 2)
        self.assertIn("scan 1 asked its own questions", done.stderr)


@in_own_network
class Onwards(Case):
    """A network of one's own, in which addresses of the article are ours."""

    def greet(self, server):
        while True:
            peer, _ = server.accept()
            self.greeted.append(peer.getsockname()[0])
            with peer, peer.makefile("rwb") as f:
                f.write(b"220 mail.example\r\n")
                f.flush()
                for line in f:
                    f.write(b"250 mail.example\r\n")
                    f.flush()
                    if line.startswith(b"QUIT"):
                        break

    def test_resume_greets_and_asks_nobody_for_names(self):
        """Nor does it greet who is to be left alone, imported or not."""
        subprocess.run(["ip", "address", "add", "51.255.21.224/28", "dev",
                        "lo"], check=True)
        server, self.greeted = socket.create_server(("0.0.0.0", 2525)), []
        self.addCleanup(server.close)
        threading.Thread(target=self.greet, args=(server,),
                         daemon=True).start()
        store, names = self.path("s.db"), self.path("names.csv")
        rows = [r for r in article().items() if r[0].startswith("51.255.21.")]
        expected = sorted(a for a, _ in rows)
        rows += [(f"127.0.9.{i}", f"a{i}.tryout.com") for i in range(4)]
        rows += [("2a00:1450::1", "six.example")]  # its subtree is not walked
        with open(names, "w") as f:
            f.write(FORMATS["csv without a header"](rows))
        ok("import", store, names)
        with NoServer() as resolver:
            ok("resume", store, "--progress", "none", "--resolver",
               resolver.address, "--smtp-port", "2525", "--registration",
               "none", "--mail", "none", "--web", "none", "--dns-timeout",
               "0.2", "--dns-tries", "1")
            asked = resolver.asked
        self.assertEqual(sorted(self.greeted), expected)
        self.assertFalse([n for n in asked if n.endswith(".arpa")])
        status = json.loads(ok("status", store, "--format", "json",
                               "--smtp-port", "2525"))
        self.assertEqual(status["probe"]["answered"]["open"], len(expected))


class NoServer:
    """A name server that notes what it is asked, and says nothing."""

    def __enter__(self):
        self.asked, self.socket = [], socket.socket(type=socket.SOCK_DGRAM)
        self.socket.bind((LOOPBACK, 0))
        self.address = f"{LOOPBACK}:{self.socket.getsockname()[1]}"
        threading.Thread(target=self.listen, daemon=True).start()
        return self

    def listen(self):
        try:
            while True:
                question = self.socket.recv(4096)
                self.asked.append(read_name(question, 12)[0])
        except OSError:
            pass

    def __exit__(self, *_):
        self.socket.close()
