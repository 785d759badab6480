"""Single stages, accounting, streams."""
import json
import os
import stat
import subprocess

from support import Case, Lying, Refusing, SNOWLINE, csv_rows, lab, ok, run


def lines(text):
    return [json.loads(line) for line in text.splitlines()]


class Stages(Case):
    def test_ptr(self):
        answers = lines(ok("ptr", "127.20.11.0/24", "--include-reserved",
                           "--resolver", lab().dns, "--dns-block-rate", "0"))
        self.assertEqual(len({a["ip"] for a in answers}), 256)
        self.assertEqual({a["ip"]: set(a["names"]) for a in answers
                          if a["status"] == "name"},
                         {a: n for a, n in lab().names.items()
                          if a.startswith("127.20.11.")})
        for a in answers:
            self.assertEqual(set(a), {"ip", "status", "names", "ttl",
                                      "resolver", "time"})

    def test_probe(self):
        answers = lines(ok("probe", "127.20.11.96/28", "--include-reserved",
                           "--resolver", lab().dns,
                           "--smtp-port", lab().smtp_port,
                           "--smtp-block-rate", "0", "--ehlo",
                           "probe.lab-provider.net"))
        self.assertEqual({a["status"] for a in answers}, {"open"})
        real = [a for a in answers if "Exim" in a["banner"]]
        self.assertGreater(len(real), 0)
        for a in real:
            self.assertEqual(a["ehlo"]["status"], "ok")
            self.assertIn("PIPELINING", a["ehlo"]["capabilities"])

    def test_probe_of_nobody(self):
        answers = lines(ok("probe", "127.20.63.1", "--include-reserved",
                           "--resolver", lab().dns,
                           "--smtp-port", lab().smtp_port))
        self.assertEqual([a["status"] for a in answers], ["refused"])

    def test_domain(self):
        answers = lines(ok(
            "domain", "BlueOmb.com.", "no-such-name-at-all.com",
            "--include-reserved", "--resolver", lab().dns, "--rdap-server",
            "com=" + lab().rdap, "--registration-rate", "0",
            "--registration-cache", self.path("cache.db")))
        by_name = {a["domain"]: a for a in answers}
        self.assertEqual(by_name["blueomb.com"]["status"], "registered")
        self.assertEqual(by_name["blueomb.com"]["created"],
                         lab().expected["registrations"]["blueomb.com"])
        self.assertEqual(by_name["no-such-name-at-all.com"]["status"],
                         "not-found")

    def test_tables(self):
        """The same records as NDJSON, a row each."""
        to_lab = ["--include-reserved", "--resolver", lab().dns]
        for args, name in [
                (["ptr", "127.20.11.96/28", *to_lab], "ip"),
                (["probe", "127.20.11.96/28", *to_lab, "--smtp-port",
                  lab().smtp_port, "--smtp-block-rate", "0"], "ip"),
                (["domain", "blueomb.com", "no-such-name-at-all.com", *to_lab,
                  "--rdap-server", "com=" + lab().rdap, "--registration-rate",
                  "0", "--registration-cache", self.path("cache.db")],
                 "domain")]:
            with self.subTest(args[0]):
                objects = {r[name]: r for r in lines(ok(*args, "--format",
                                                        "ndjson"))}
                file = self.path("table.csv")
                text = ok(*args, "--format", "csv")
                ok(*args, "--format", "csv", "-o", file)
                with open(file, newline="") as f:
                    head = f.readline()
                self.assertEqual(head, text.split("\n")[0] + "\r\n")
                rows = csv_rows(text)
                self.assertEqual(len(rows), len(objects))
                for row in rows:
                    one = objects[row[name]]
                    self.assertEqual(row["status"], one["status"])
                    self.assertEqual({c.split(".")[0] for c in row}, set(one))

    def test_a_table_without_rows_has_a_header(self):
        refused = run("ptr", "127.20.11.96/28", "--format", "csv")
        self.assertEqual((refused.returncode, refused.stdout), (4, ""))
        empty = run("ptr", "2001:db8::/48", "--include-reserved", "--resolver",
                    lab().dns, "--format", "csv")
        self.assertEqual(empty.returncode, 0, empty.stderr)
        self.assertEqual(empty.stdout.count("\n"), 1)
        self.assertTrue(empty.stdout.startswith("ip,status,"))

    def test_formats_that_are_none(self):
        for command in ("ptr", "probe", "domain"):
            done = run(command, "127.20.11.96", "--format", "table")
            self.assertEqual((done.returncode, done.stdout), (2, ""))
            self.assertIn(f"--format table: {command} has ndjson|csv",
                          done.stderr)

    def test_reserved_registries_are_not_connected_to(self):
        answers = lines(ok("domain", "blueomb.com", "--resolver", lab().dns,
                           "--rdap-server", "com=" + lab().rdap,
                           "--registration-cache", self.path("cache.db")))
        self.assertEqual(answers[0]["status"], "unknown")

    def test_a_closed_pipe_is_a_quiet_end(self):
        head = subprocess.run(
            f"'{SNOWLINE}' ptr 127.20.0.0/20 --include-reserved --resolver "
            f"{lab().dns} --dns-block-rate 0 --progress none | head -n 1; "
            'echo "${PIPESTATUS[0]}"', shell=True, executable="/bin/bash",
            capture_output=True, text=True)
        self.assertEqual(head.stdout.splitlines()[-1], "0")
        self.assertEqual(head.stderr, "")

    def test_output_into_a_pipe_leaves_it_a_pipe(self):
        pipe = self.path("pipe")
        os.mkfifo(pipe)
        reader = subprocess.Popen(["cat", pipe], stdout=subprocess.PIPE,
                                  text=True)
        ok("ptr", "127.20.11.96/28", "--include-reserved", "--resolver",
           lab().dns, "--dns-block-rate", "0", "-o", pipe)
        self.assertEqual(len(lines(reader.communicate()[0])), 16)
        self.assertTrue(stat.S_ISFIFO(os.stat(pipe).st_mode))

    def test_accounting_holds_at_every_tick(self):
        args = ["scan", "127.20.0.0/21", "--exclude", "127.20.3.0/24",
                *self.to_lab(), "--progress", "json", "-o",
                self.path("ticks.db")]
        done = run(*args)
        self.assertEqual(done.returncode, 0, done.stderr)
        ticks = lines(done.stderr)
        self.assertTrue(ticks[-1]["last"])
        for tick in ticks:
            for name in ("sweep", "probe", "registration"):
                stage = tick.get(name)
                if stage:
                    self.assertEqual(
                        stage["targets"], stage["excluded"] +
                        stage["pending"] + sum(stage["answered"].values()))
        self.assertEqual(ticks[-1]["sweep"]["targets"], 2048)
        self.assertEqual(ticks[-1]["sweep"]["excluded"], 256)

    def test_excluded_addresses_are_not_listed(self):
        store = self.path("excluded.db")
        ok("scan", "127.20.11.0/24", *self.sweep_only(), "--exclude",
           "127.20.11.96/27", "--dns-block-rate", "0", "-o", store)
        rows = csv_rows(ok("export", store, "--format", "names"))
        listed = {int(r["ip"].split(".")[3]) for r in rows}
        self.assertEqual(listed, set(range(256)) - set(range(96, 128)))

    def test_retry_asks_failures_again(self):
        refusing = Refusing()
        self.addCleanup(refusing.close)
        store = self.path("retry.db")
        ok("scan", "127.20.11.96/28", *self.sweep_only(refusing.address),
           "-o", store)
        status = json.loads(ok("status", store, "--format", "json"))
        self.assertEqual(status["sweep"]["answered"], {"refused": 16})
        ok("resume", store)  # it is complete: an answer is an answer
        self.assertEqual(self.names_of(store), {})
        done = run("resume", store, "--retry", "failed", "--resolver",
                   lab().dns, "--progress", "json")
        self.assertEqual(done.returncode, 0, done.stderr)
        last = lines(done.stderr)[-1]
        self.assertEqual(last["queries"], 16)
        self.assertEqual(last["sweep"]["answered"], {"name": 16})
        self.assertEqual(len(self.names_of(store)), 16)

    def test_a_resolver_that_lies_is_told_and_dropped(self):
        for kind in Lying.KINDS:
            with self.subTest(kind):
                liar = Lying(kind)
                self.addCleanup(liar.close)
                done = run("ptr", "127.20.0.0/20", "--include-reserved",
                           "--resolver", liar.address, "--resolver", lab().dns,
                           "--dns-rate", "0", "--dns-block-rate", "0",
                           "--no-prune", "--progress", "none")
                self.assertEqual(done.returncode, 0, done.stderr)
                found = {(a["ip"], n) for a in lines(done.stdout)
                         for n in a["names"]}
                self.assertEqual(found ^ {
                    (a, n) for a, names in lab().names.items() for n in names
                    if int(a.split(".")[2]) < 16}, set())
                self.assertIn(f"{liar.address} answers wrongly", done.stderr)
                self.assertIn("it is not asked any more", done.stderr)
                self.assertNotIn(f"{lab().dns} answers", done.stderr)

    def test_the_only_resolver_is_told_of(self):
        liar = Lying("invalid")
        self.addCleanup(liar.close)
        done = run("ptr", "127.20.0.0/24", "--include-reserved", "--resolver",
                   liar.address, "--dns-block-rate", "0", "--no-prune",
                   "--progress", "none")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(len(lines(done.stdout)), 256)
        self.assertIn("there is no other to ask", done.stderr)

    def test_help_and_version(self):
        for command in ("scan", "resume", "status", "findings", "export",
                        "ptr", "probe", "domain", "targets", "check"):
            self.assertIn("usage: snowline " + command,
                          ok(command, "--help"))
        self.assertIn("snowline", ok("--version"))
        self.assertEqual(run().returncode, 2)
