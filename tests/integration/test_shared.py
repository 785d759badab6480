"""A store on a PostgreSQL server: what a file tells, it tells, and what fails
is said in one line."""
import re
import signal

from servers import OnServer
from support import csv_rows, ok, run, start, wait_until

TARGET = "127.20.11.0/24"
NAMES = "ip,name\n" + "".join(
    f"192.0.2.{i},{host}domain{i // 4}.com\n"
    for i, host in enumerate(["", "caruk.", "tlad.", "ohris."] * 8))
TIME = r"\d{4}-\d\d-\d\dT[\d:]+Z"
FORMATS = ("csv", "evidence-csv", "ndjson", "names", "cidr", "nft", "postfix")


class Shared(OnServer):
    def write(self, name, text):
        with open(self.path(name), "w") as f:
            f.write(text)
        return self.path(name)

    def fails(self, code, *args):
        """The one line that a run fails with."""
        done = run(*args)
        self.assertEqual(done.returncode, code, done.stderr)
        lines = done.stderr.splitlines()
        self.assertEqual(len(lines), 1, done.stderr)
        self.assertNotIn("secret", done.stderr + done.stdout)
        return lines[0]

    # --- the same as of a file ---

    def both(self, *args):
        """stdout of a command on the file and on the server."""
        return [ok(args[0], store, *args[1:]).replace(store, "STORE")
                for store in (self.path("store.db"), self.url)]

    def same(self, *args):
        of_file, of_server = self.both(*args)
        self.assertEqual(of_file, of_server, args)
        return of_server

    def test_imported_names(self):
        names = self.write("names.csv", NAMES)
        domains = self.write("domains.csv",
                             "domain,created,registrar,iana_id\n" + "".join(
                                 f"domain{i}.com,2018-01-02,Cheap,9990\n"
                                 for i in range(8)))
        for _ in range(2):
            self.same("import", names, "--domains", domains, "--now",
                      "2018-03-01T00:00:00Z")
        for kind in FORMATS:
            shown = self.same("export", "--format", kind, "--tier", "context")
            self.assertIn("192.0.2.", shown, kind)
        self.same("findings")
        self.same("findings", "--format", "json", "--decoys", "2")
        self.same("diff")
        self.same("diff", "--format", "ndjson")
        pages = [re.sub(TIME, "", page) for page in self.both("report")]
        self.assertEqual(len(pages[0]), len(pages[1]))

    def test_a_scan_with_all_its_stages(self):
        for store in (self.path("store.db"), self.url):
            ok("scan", TARGET, "-o", store, *self.to_lab(),
               "--dns-block-rate", "0")
        found = [re.sub(TIME, "", text) for text in self.both(
            "export", "--format", "csv", "--tier", "context")]
        self.assertEqual(*found)
        self.assertGreater(len(csv_rows(found[0])), 0)
        self.assertEqual(self.names_of(self.url),
                         self.names_of(self.path("store.db")))
        for part in ("probe", "evidence"):
            self.assertGreater(self.value(f"SELECT count(*) FROM {part}"), 0)

    def test_an_interrupted_scan_goes_on(self):
        args = [*self.sweep_only(), "--dns-block-rate", "60", "--lease", "2"]
        scan = start("scan", TARGET, "-o", self.url, *args)
        wait_until(lambda: self.has_rows("tail"), "outcomes are kept")
        scan.send_signal(signal.SIGKILL)
        scan.communicate()
        ok("resume", self.url, "--dns-block-rate", "0")
        ok("scan", TARGET, "-o", self.path("store.db"), *self.sweep_only(),
           "--dns-block-rate", "0")
        self.assertEqual(self.names_of(self.url),
                         self.names_of(self.path("store.db")))
        self.assertEqual(self.value("SELECT count(*) FROM tail"), 0)

    def test_what_is_purged_is_gone(self):
        names = self.write("names.csv", NAMES)
        for now in ("2018-03-01T00:00:00Z", "2018-04-01T00:00:00Z"):
            ok("import", self.url, names, "--now", now)
        self.psql("UPDATE scan SET finished = 0 WHERE id = 1")
        ok("purge", self.url, "--older-than", "1")
        self.assertEqual(self.psql("SELECT id FROM scan"),
                         [("2",)])
        self.assertEqual(self.psql("SELECT key >> 24 FROM block"), [("2",)])

    # --- trouble ---

    def test_no_server(self):
        line = self.fails(1, "findings",
                          "postgresql://snow:secret@127.0.0.1:1/postgres")
        self.assertIn("snow:***@127.0.0.1:1/postgres: ", line)
        self.assertIn("Connection refused", line)

    def test_no_store_in_it(self):
        self.assertIn("holds no snowline store",
                      self.fails(2, "findings", self.url))

    def test_wrong_password(self):
        url = self.server.role("careful", "secret-1")
        line = self.fails(1, "findings", url.replace("secret-1", "secret-2"))
        self.assertIn("password authentication failed", line)
        line = self.fails(1, "import", url, self.write("names.csv", NAMES))
        self.assertIn("permission denied for schema public", line)

    def test_who_may_only_read(self):
        names = self.write("names.csv", NAMES)
        ok("import", self.url, names)
        self.psql("CREATE ROLE reader LOGIN; "
                  "GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader")
        url = self.server.url_of(self.database, "reader")
        self.assertEqual(ok("findings", url, "--format", "json"),
                         ok("findings", self.url, "--format", "json"))
        self.assertIn("permission denied", self.fails(1, "import", url, names))

    def test_a_newer_store(self):
        ok("import", self.url, self.write("names.csv", NAMES))
        self.psql("UPDATE store SET version = 99")
        self.assertIn("written by a newer snowline (format 99",
                      self.fails(5, "findings", self.url))

    def test_others_tables(self):
        self.psql("CREATE TABLE store(id int)")
        self.assertIn("no snowline store", self.fails(5, "findings", self.url))
        self.psql("DROP TABLE store; CREATE TABLE probe(id int)")
        self.assertIn("\"probe\" already exists", self.fails(
            1, "import", self.url, self.write("names.csv", NAMES)))
        self.assertEqual(self.psql("SELECT to_regclass('scan') IS NULL"),
                         [("t",)])

    def test_the_server_is_started_anew_meanwhile(self):
        scan = start("scan", TARGET, "-o", self.url, *self.sweep_only(),
                     "--dns-block-rate", "60")
        wait_until(lambda: self.has_rows("tail"), "outcomes are kept")
        self.server.restart()
        _, err = scan.communicate(timeout=60)
        self.assertEqual(scan.returncode, 0, err)
        ok("scan", TARGET, "-o", self.path("store.db"), *self.sweep_only(),
           "--dns-block-rate", "0")
        self.assertEqual(self.names_of(self.url),
                         self.names_of(self.path("store.db")))
