"""Bad input and bad luck: one clear line, the right code, nothing lost."""
import json
import os
import sqlite3
import subprocess
import time

from support import (Case, DnsFixture, Registry, SNOWLINE, free_port, lab, ok,
                     peak_kib, run, send)

SMALL = "127.20.11.0/25"
# mounts that nobody else sees, and that end with the command
OWN_MOUNTS = ["unshare", "-m" if os.geteuid() == 0 else "-rm"]


class BadInput(Case):
    def check(self, code, says, *args, **more):
        done = run(*args, **more)
        self.assertEqual(done.returncode, code, done.stderr)
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        self.assertIn(says, done.stderr)
        self.assertTrue(done.stderr.startswith("snowline: "))

    def write(self, name, text):
        with open(self.path(name), "w") as f:
            f.write(text)
        return self.path(name)

    def test_targets(self):
        empty = self.write("empty.txt", "")
        comments = self.write("comments.txt", "# nobody\n")
        broken = self.write("broken.txt", "127.0.0.1\n127.0.0.300\n")
        for code, says, *args in [
                (2, "10.0.0.0/33", "10.0.0.0/33"),
                (2, "127.0.0.300", "127.0.0.300"),
                (2, "behind the prefix", "127.20.0.1/24"),
                (2, "no target", "@" + empty),
                (2, "no target", "@" + comments),
                (2, "broken.txt:2", "@" + broken),
                (2, "nosuch", "@" + self.path("nosuch")),
                (4, "reserved", "10.0.0.0/24"),
                (4, "reserved", "127.0.0.1", "192.168.0.0/16"),
                (4, "--yes-large", "127.0.0.0/8", "--include-reserved"),
                (4, "ceiling", "127.0.0.1", "--include-reserved",
                 "--smtp-rate", "2000"),
                (2, "--bogus", "127.0.0.1", "--bogus"),
                (2, "dns-rate", "127.0.0.1", "--dns-rate", "fast"),
                (2, "no target", )]:
            with self.subTest(says):
                self.check(code, says, "scan", *args, "-o",
                           self.path("never.db"), "--resolver", lab().dns)
        self.check(2, "needs a value", "scan", "127.0.0.1", "--dns-rate")
        self.assertFalse(os.path.exists(self.path("never.db")))

    def test_config_file(self):
        bad = self.write("bad.conf", "# mine\ndns-rate = 100\nspeed = 1\n")
        self.check(2, "bad.conf:3: unknown key 'speed'", "scan", "127.0.0.1",
                   "--config", bad)
        good = self.write("good.conf", "dns-rate = 7/s\n")
        args = ["scan", "--dry-run", "127.0.0.0/24", "--include-reserved",
                "--resolver", lab().dns, "--config", good]
        self.assertIn("at 7/s", ok(*args))
        self.assertIn("at 9/s", ok(*args, "--dns-rate", "9"))
        env = {**os.environ, "SNOWLINE_DNS_RATE": "8"}
        self.assertIn("at 8/s", ok(*args, env=env))

    def test_stores(self):
        text = self.write("text.db", "this is no store\n" * 100)
        foreign, newer = self.path("foreign.db"), self.path("newer.db")
        with sqlite3.connect(foreign) as db:
            db.execute("CREATE TABLE t(a)")
        with sqlite3.connect(newer) as db:
            db.execute("PRAGMA application_id = 1397641047")
            db.execute("PRAGMA user_version = 99")
            db.execute("CREATE TABLE t(a)")
        for store, says in [(text, "no snowline store"),
                            (foreign, "no snowline store"),
                            (newer, "newer snowline")]:
            for command in ("resume", "status", "findings", "export"):
                with self.subTest(f"{command} {os.path.basename(store)}"):
                    self.check(5, says, command, store)
            with self.subTest(f"scan {os.path.basename(store)}"):
                self.check(5, says, "scan", SMALL, *self.sweep_only(), "-o",
                           store)
        self.check(2, "nosuch.db", "resume", self.path("nosuch.db"))
        below = os.path.join(text, "x.db")
        self.check(1, "x.db", "scan", SMALL, *self.sweep_only(), "-o", below)

    def test_results_folder_that_cannot_be(self):
        self.write("results", "a file where the folder should be")
        self.check(1, "results", "scan", SMALL, *self.sweep_only(),
                   cwd=self.dir)

    def test_full_disk(self):
        """A file system of its own that is too small, and then is not."""
        names = DnsFixture("short")
        self.addCleanup(names.close)
        disk = self.path("disk")
        os.mkdir(disk)
        store = os.path.join(disk, "full.db")
        scan = " ".join([SNOWLINE, "scan", "127.20.0.0/15",
                         *self.sweep_only(resolver=names.address),
                         "--dns-rate", "30000", "--dns-block-rate", "0",
                         "-o", store])
        done = subprocess.run(
            [*OWN_MOUNTS, "sh", "-c", f"""
             mount -t tmpfs -o size=700k tmpfs {disk} || exit 99
             {scan}; echo "exit $?"
             mount -o remount,size=64m {disk} || exit 99
             {SNOWLINE} status {store} --format json
             {SNOWLINE} resume {store} >/dev/null 2>&1; echo "exit $?"
             {SNOWLINE} export {store} --format names | grep -c ",name,[0-9]"
             """], capture_output=True, text=True, timeout=120)
        said = done.stdout.splitlines()
        self.assertEqual(said[0], "exit 1", done.stdout + done.stderr)
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        self.assertIn("no space left", done.stderr)
        kept = json.loads(said[1])["sweep"]
        self.assertGreater(kept["answered"]["name"], 0)
        self.assertGreater(kept["pending"], 0)
        self.assertEqual(said[2:], ["exit 0", str(512 * 256)])

    def test_read_only_disk(self):
        """Readers read; who would write says so in one line."""
        disk, store = self.path("ro"), self.path("a store?.db")
        os.mkdir(disk)
        ok("scan", "127.20.11.96/30", *self.sweep_only(), "-o", store)
        done = subprocess.run(
            [*OWN_MOUNTS, "sh", "-c", f"""
             mount -t tmpfs tmpfs {disk} && cp "{store}" {disk} &&
             mount -o remount,ro {disk} || exit 99
             {SNOWLINE} export "{disk}/a store?.db" --format names
             {SNOWLINE} resume "{disk}/a store?.db"; echo "exit $?"
             """], capture_output=True, text=True, timeout=60)
        self.assertEqual(done.stdout.count(",name,"), 5, done.stderr)
        self.assertIn("exit 1", done.stdout)
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        self.assertIn("Read-only", done.stderr)

    def test_no_resolver(self):
        dead = f"127.0.0.1:{free_port()}"
        store = self.path("dead.db")
        self.check(3, "no resolver answers", "scan", SMALL,
                   *self.sweep_only(resolver=dead), "-o", store)
        status = json.loads(ok("status", store, "--format", "json"))
        self.assertEqual(status["sweep"]["pending"], 128)
        ok("resume", store, "--resolver", lab().dns)
        self.assertEqual(len(self.names_of(store)),
                         sum(a.startswith("127.20.11.") and
                             int(a.split(".")[3]) < 128 for a in lab().names))

    def test_two_writers(self):
        store = self.path("busy.db")
        ok("scan", "127.20.0.0/30", *self.sweep_only(), "-o", store)
        with open(store) as f:
            import fcntl
            fcntl.flock(f, fcntl.LOCK_EX)
            self.check(1, "in use", "resume", store)
        ok("resume", store)


HTML = b"<!doctype html><title>Welcome</title>" * 10
NO = b'{"errorCode":404,"title":"Not Found"}'


class RegistryTrouble(Case):
    def registrations(self, answer):
        registry = Registry(answer)
        self.addCleanup(registry.close)
        store = self.path("registry.db")
        ok("scan", SMALL, *self.to_lab(rdap=registry.url), "--http-timeout",
           "2", "-o", store)
        status = json.loads(ok("status", store, "--format", "json"))
        self.assertEqual(status["registration"]["pending"], 0)
        return set(status["registration"]["answered"])

    def test_html(self):
        self.assertEqual(self.registrations(
            lambda h: send(h, 200, HTML, "text/html")), {"unknown"})

    def test_404(self):
        self.assertEqual(self.registrations(lambda h: send(h, 404, NO)),
                         {"not-found"})

    def test_429(self):
        self.assertEqual(self.registrations(
            lambda h: send(h, 429, b"", headers=[("Retry-After", "1")])),
            {"limited"})

    def test_50_megabytes(self):
        def much(handler):
            handler.send_response(200)
            handler.end_headers()
            for _ in range(50):
                handler.wfile.write(b"[" * 1048576)
        self.assertEqual(self.registrations(much), {"unknown"})

    def test_nothing(self):
        def hang(handler):
            time.sleep(5)
        self.assertEqual(self.registrations(hang), {"unknown"})

    def test_nobody_there(self):
        store = self.path("nobody.db")
        ok("scan", SMALL, *self.to_lab(rdap=f"http://127.0.0.1:{free_port()}/"),
           "-o", store)
        status = json.loads(ok("status", store, "--format", "json"))
        self.assertEqual(set(status["registration"]["answered"]), {"unknown"})


class Memory(Case):
    def test_memory_does_not_grow_with_the_netblock(self):
        names = DnsFixture("long")  # 255 octets each
        self.addCleanup(names.close)
        peak = {}
        for net in ("127.0.0.0/12", "127.0.0.0/10"):
            store = self.path(f"memory{net[-2:]}.db")
            code, peak[net] = peak_kib(
                "scan", net, *self.sweep_only(resolver=names.address),
                "--no-prune", "--dns-rate", "0", "--dns-block-rate", "0",
                "--yes-large", "--contact", "abuse@lab-provider.net",
                "-o", store)
            self.assertEqual(code, 0)
            os.unlink(store)
        print(f"peak RSS in KiB: {peak}")
        self.assertLess(max(peak.values()), 96 * 1024, peak)
        self.assertLess(abs(peak["127.0.0.0/10"] - peak["127.0.0.0/12"]),
                        8 * 1024, peak)
