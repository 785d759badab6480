"""How far it is: the bar in a terminal, objects for programs, and a look from
beside at a scan that another process is at."""
import fcntl
import json
import os
import pty
import re
import signal
import struct
import subprocess
import termios
import time

from support import (Case, NETBLOCK, PATIENCE_S, SNOWLINE, lab, ok, run, start,
                     wait_until)

CLEAR = "\r\x1b[K"
STAGES = ("sweep", "probe", "registration", "forward", "mail", "web",
          "netblock")
QUIET_S = 1
BARS_PER_S = 4


class Terminal:
    """The program with a terminal for its standard error."""

    def __init__(self, case, columns, *args, term="xterm"):
        self.ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ,
                    struct.pack("HHHH", 24, columns, 0, 0))
        self.begun = time.monotonic()
        self.child = subprocess.Popen(
            [SNOWLINE, *args], stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=theirs,
            env={**os.environ, "TERM": term})
        os.close(theirs)
        case.addCleanup(self.child.wait)
        case.addCleanup(self.child.kill)
        self.first_s = None
        self.text = ""

    def read(self):
        """Some more of what it says; False at its end."""
        try:
            octets = os.read(self.ours, 1 << 16)
        except OSError:  # as Linux tells it
            octets = b""
        if octets and self.first_s is None:
            self.first_s = time.monotonic() - self.begun
        self.text += octets.decode()
        return bool(octets)

    def read_until(self, pattern):
        while not re.search(pattern, self.text):
            if not self.read():
                raise AssertionError(f"no {pattern!r} in {self.text!r}")

    def end(self):
        while self.read():
            pass
        os.close(self.ours)
        code = self.child.wait(PATIENCE_S)
        self.took_s = time.monotonic() - self.begun
        return code

    def bars(self):
        """Every line that was redrawn, without the lines that stayed."""
        parts = self.text.split(CLEAR)[1:]
        return [p for p in parts if p and "\n" not in p]

    def kept(self):
        """What is on the screen at the end."""
        return [line.rsplit(CLEAR, 1)[-1]
                for line in self.text.replace("\r\n", "\n").split("\n")]


def whole(stage):
    """Targets are what is answered, excluded or pending."""
    return stage["targets"] == (sum(stage["answered"].values()) +
                                stage["excluded"] + stage["pending"])


class Progress(Case):
    def slowly(self, *more):
        """A scan that takes some seconds."""
        options = [o for o in self.to_lab() if o not in ("--progress", "none")]
        at = options.index("--registration-rate")
        return ["scan", NETBLOCK, *options[:at], *options[at + 2:],
                "--registration-rate", "200", "--dns-rate", "3000",
                "--dns-block-rate", "0", "-o", self.path("scan.db"), *more]


class Bar(Progress):
    def test_it_fits_and_goes(self):
        for columns in (30, 60, 120):
            with self.subTest(columns=columns):
                t = Terminal(self, columns, *self.slowly("--smtp-rate", "300"))
                self.assertEqual(t.end(), 0, t.text)
                os.unlink(self.path("scan.db"))
                bars = t.bars()
                self.assertGreater(len(bars), 2)
                self.assertLess(max(map(len, bars)), columns)
                self.assertGreaterEqual(t.first_s, QUIET_S)
                self.assertLessEqual(len(bars), BARS_PER_S * t.took_s + 1)
                self.assertTrue(any(b.startswith("sweep ") for b in bars))
                self.assertTrue(any(b.startswith("probe ") or "registration "
                                    in b for b in bars), bars)
                self.check_shares(bars)
                self.assertNotIn(" %", "".join(t.kept()))
                for stage in STAGES:
                    self.assertTrue(any(line.startswith(stage + " ")
                                        for line in t.kept()), stage)

    def check_shares(self, bars):
        """Of a stage they grow, and 100 % is never told of what goes on."""
        found = [float(m[1]) for m in
                 (re.match(r"sweep ([0-9.]+) %", b) for b in bars) if m]
        self.assertEqual(found, sorted(found))
        self.assertLess(max(found), 100)

    def test_interrupted(self):
        t = Terminal(self, 80, *self.slowly("--dns-rate", "500"))
        t.read_until("sweep [0-9]")
        t.child.send_signal(signal.SIGINT)
        self.assertEqual(t.end(), 130)
        kept = t.kept()
        self.assertNotIn(" %", "".join(kept))
        self.assertTrue(any(re.match(r"sweep +16384 targets", line)
                            for line in kept), kept)
        self.assertTrue(kept[-2].startswith("interrupted; go on with"), kept)

    def test_nothing_is_shown_without_a_terminal(self):
        done = run(*self.slowly())
        self.assertEqual(done.returncode, 0)
        self.assertNotIn("\r", done.stderr)
        for line in done.stderr.splitlines():
            self.assertRegex(line, r"^(%s|sent| ) " % "|".join(STAGES))

    def test_nor_in_a_terminal_that_knows_no_bar(self):
        t = Terminal(self, 80, *self.slowly(), term="dumb")
        self.assertEqual(t.end(), 0)
        self.assertNotIn("\x1b", t.text)

    def test_it_can_be_forced(self):
        done = run(*self.slowly("--progress", "bar"))
        self.assertIn("\x1b[Ksweep ", done.stderr)

    def test_shuffles(self):
        store = self.path("scan.db")
        ok("scan", NETBLOCK, *self.to_lab(), "--dns-rate", "0",
           "--dns-block-rate", "0", "-o", store)
        t = Terminal(self, 60, "findings", store, "--decoys", "100000")
        t.read_until(r"decoys [0-9.]+ % of 100,000 shuffles [^\r]*left")
        t.child.send_signal(signal.SIGINT)
        self.assertEqual(t.end(), -signal.SIGINT)
        self.assertTrue(t.text.endswith(CLEAR))
        self.assertGreaterEqual(t.first_s, QUIET_S)
        self.assertLess(max(map(len, t.bars())), 60)


class Objects(Progress):
    def test_of_a_scan(self):
        done = run(*self.slowly("--progress", "json"))
        self.assertEqual(done.returncode, 0, done.stderr)
        told = [json.loads(line) for line in done.stderr.splitlines()]
        self.assertGreater(len(told), 2)
        for p in told:
            for stage in STAGES:
                self.assertTrue(stage not in p or whole(p[stage]), p)
        self.assertEqual([p["last"] for p in told],
                         [False] * (len(told) - 1) + [True])
        last = told[-1]
        self.assertEqual(last["left_s"], 0)
        self.assertEqual([last[s]["pending"] for s in STAGES], [0] * 7)
        # one a second, however late some of them are; and the last
        self.assertLessEqual(len(told), last["elapsed_s"] + 2)

    def test_of_what_is_no_scan(self):
        store, names = self.path("scan.db"), self.path("names.csv")
        ok("scan", NETBLOCK, *self.sweep_only(), "--dns-rate", "0",
           "--dns-block-rate", "0", "-o", store)
        ok("export", store, "--format", "names", "-o", names)
        commands = {
            "import": ("import", store, names),
            "findings": ("findings", store, "-o", self.path("f")),
            "export": ("export", store, "--format", "names", "-o",
                       self.path("n")),
            "diff": ("diff", store, "-o", self.path("d")),
            "status": ("status", store),
        }
        for name, command in commands.items():
            with self.subTest(name):
                done = run(*command, "--progress", "json")
                self.assertEqual(done.returncode, 0, done.stderr)
                told = [json.loads(x) for x in done.stderr.splitlines()]
                self.assertTrue(all(p["task"] == name for p in told))
                self.assertEqual([p["last"] for p in told],
                                 [False] * (len(told) - 1) + [True])
                self.assertGreater(told[-1]["elapsed_s"], -1)
        self.assertEqual(told[-1]["left_s"], 0)

    def test_nobody_reads_them(self):
        """A pipe that is full stops nothing; its last line is the truth."""
        reader, writer = os.pipe()
        self.addCleanup(os.close, reader)
        fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, 4096)
        os.write(writer, b"x" * 4095 + b"\n")
        child = subprocess.Popen(
            [SNOWLINE, *self.slowly("--progress", "json")], stderr=writer,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        self.addCleanup(child.kill)
        os.close(writer)
        store = self.path("scan.db")
        wait_until(lambda: os.path.exists(store) and
                   '"state":"finished"' in run("status", store, "--format",
                                               "json").stdout,
                   "the end of the scan", PATIENCE_S)
        with os.fdopen(os.dup(reader)) as f:
            lines = f.read().splitlines()[1:]
        self.assertEqual(child.wait(PATIENCE_S), 0)
        told = [json.loads(line) for line in lines]
        self.assertTrue(told[-1]["last"])
        self.assertEqual(told[-1]["sweep"]["pending"], 0)

    def test_standard_error_is_closed(self):
        """Its number must not become the store's: what is said goes there."""
        store = self.path("scan.db")
        child = subprocess.Popen(
            ["sh", "-c", 'exec "$@" 2>&-', "sh", SNOWLINE,
             *self.slowly("--progress", "json")], stdout=subprocess.DEVNULL)
        self.addCleanup(child.kill)
        wait_until(lambda: '"state":"running"' in
                   run("status", store, "--format", "json").stdout, "a scan")
        self.assertEqual(os.readlink(f"/proc/{child.pid}/fd/2"), "/dev/null")
        self.assertEqual(child.wait(PATIENCE_S), 0)
        status = json.loads(ok("status", store, "--format", "json"))
        self.assertEqual(status["scan"]["state"], "finished")


class Status(Progress):
    def status(self):
        done = run("status", self.path("scan.db"), "--format", "json")
        return json.loads(done.stdout) if done.returncode == 0 else None

    def begin(self, *more):
        child = start(*self.slowly("--dns-rate", "800", "--smtp-rate", "200",
                                   "--progress", "none", *more))
        self.addCleanup(child.communicate)
        self.addCleanup(child.kill)
        wait_until(lambda: self.status() is not None, "the store")
        return child

    def test_beside_a_scan(self):
        child, seen = self.begin(), []
        while child.poll() is None:
            seen.append(self.status())
        self.assertEqual(child.returncode, 0)
        running = [s for s in seen if s["scan"]["state"] == "running"]
        self.assertGreater(len(running), 2)
        for s in running:
            self.assertEqual(s["scan"]["process"], child.pid)
            self.assertIsNone(s["scan"]["finished"])
        for s in seen:
            for stage in STAGES:
                self.assertTrue(stage not in s or whole(s[stage]), s)
        pending = [s["sweep"]["pending"] for s in running]
        self.assertEqual(pending, sorted(pending, reverse=True))
        self.assertGreater(len(set(pending)), 1)
        self.assertEqual(running[0]["scan"]["next"], list(STAGES[1:]))
        self.assertTrue(any(s["sweep"]["rate_per_s"] > 0 and
                            s["left_s"] is not None for s in running))
        last = self.status()
        self.assertEqual((last["scan"]["state"], last["scan"]["next"],
                          last["left_s"]), ("finished", [], 0))
        self.assertIsNotNone(last["scan"]["finished"])

    def test_of_one_that_was_killed(self):
        child = self.begin()
        wait_until(lambda: self.status()["sweep"]["answered"], "answers")
        self.assertIn(f"running in process {child.pid}",
                      ok("status", self.path("scan.db")))
        child.kill()
        child.wait()
        store = self.path("scan.db")
        text = ok("status", store)
        self.assertIn("interrupted; go on with: snowline resume " + store,
                      text)
        self.assertIn("last answer", text)
        state = self.status()["scan"]
        self.assertEqual((state["state"], state["process"]),
                         ("interrupted", None))
        ok("resume", store, "--dns-rate", "0", "--registration-rate", "0")
        self.assertEqual(self.status()["scan"]["state"], "finished")

    def test_scans_of_a_store(self):
        store = self.path("scan.db")
        for target in ("127.20.1.0/30", "127.20.3.0/24"):
            ok("scan", target, *self.sweep_only(), "-o", store)
        scans = self.status()["scans"]
        self.assertEqual([(s["id"], s["targets"]) for s in scans],
                         [(1, "127.20.1.0-127.20.1.3"),
                          (2, "127.20.3.0-127.20.3.255")])
        text = ok("status", store, "--scan", "1")
        self.assertIn("scan          1, begun", text)
        self.assertIn("127.20.3.0-127.20.3.255", text)

    def test_who_is_left_alone_is_no_target(self):
        """A run among reserved addresses, and the same elsewhere."""
        for net, n in (("127.20.3", 0), ("20.0.3", 16)):
            names = self.path(net + ".csv")
            with open(names, "w") as f:
                f.write("ip,ptr\n")
                for i in range(16, 32):
                    f.write(f"{net}.{i},mail{i}.example.com\n")
            store = self.path(net + ".db")
            ok("import", store, names)
            status = json.loads(ok("status", store, "--format", "json"))
            self.assertEqual(status["probe"]["targets"], n, net)

    def test_the_summary_is_whole(self):
        """Also of stages that had nothing left to ask."""
        store = self.path("scan.db")
        options = [o for o in self.to_lab() if o not in ("--progress", "none")]
        ok("scan", "127.20.3.0/24", *options, "--dns-block-rate", "0", "-o",
           store)
        done = run("resume", store)
        self.assertEqual(done.returncode, 0, done.stderr)
        for stage in STAGES:
            self.assertRegex(done.stderr, rf"(?m)^{stage} .* 0 pending", stage)
