"""What a registry may do to us, and what it must not: the right word for each
answer, within the time and the memory that were given."""
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

from hostile import BEHAVIOURS, HostileRegistry
from support import SNOWLINE, Case, PATIENCE_S, Refusing

TIMEOUT_S = 2
PEAK_KIB = 100 << 10
SLOWER = 10  # a loaded machine may take so many times the limit of an exchange


# The peak that wait4() tells begins with the size of the process that forked:
# a small one forks for us, and writes it to the descriptor named first.
FORK = """import os, sys
pid = os.posix_spawn(sys.argv[2], sys.argv[2:], os.environ)
_, status, usage = os.wait4(pid, 0)
os.write(int(sys.argv[1]), b"%d" % usage.ru_maxrss)
sys.exit(os.waitstatus_to_exitcode(status))
"""


class Measured:
    """One run of `domain`: its records, how long it took and what it held at
    most."""

    def __init__(self, *args):
        begun = time.monotonic()
        heard, told = os.pipe()
        with tempfile.TemporaryFile("w+") as out, \
                tempfile.TemporaryFile("w+") as errors, \
                open(heard) as peak:
            process = subprocess.Popen(
                [sys.executable, "-S", "-E", "-c", FORK, str(told), SNOWLINE,
                 "domain", *args], stdin=subprocess.DEVNULL, stdout=out,
                stderr=errors, pass_fds=[told], start_new_session=True)
            os.close(told)
            watchdog = threading.Timer(
                PATIENCE_S, lambda: os.killpg(process.pid, signal.SIGKILL))
            watchdog.start()
            self.code = process.wait()
            watchdog.cancel()
            self.seconds = time.monotonic() - begun
            self.peak_kib = int(peak.read())
            out.seek(0), errors.seek(0)
            self.records = [json.loads(line) for line in out]
            self.errors = errors.read()


class HostileRegistryCase(Case):
    def setUp(self):
        super().setUp()
        self.registry = HostileRegistry()
        self.addCleanup(self.registry.close)
        nobody = Refusing()  # every name is a name of nothing
        self.addCleanup(nobody.close)
        self.options = [
            "--include-reserved", "--resolver", nobody.address,
            "--registration", "rdap", "--rdap-bootstrap", "",
            "--rdap-server", "test=" + self.registry.url,
            "--registration-rate", "0", "--registration-cache",
            self.path("r.db"), "--http-timeout", str(TIMEOUT_S),
            "--progress", "none"]

    def test_each_gets_its_word_in_time_and_memory(self):
        for name, (status, _) in BEHAVIOURS.items():
            with self.subTest(name):
                m = Measured(name + ".test", *self.options)
                self.assertEqual(m.code, 0, m.errors)
                self.assertEqual([r["status"] for r in m.records], [status])
                self.assertLess(m.seconds, TIMEOUT_S * SLOWER)
                self.assertLess(m.peak_kib, PEAK_KIB)
                if status == "registered":
                    self.assertEqual(m.records[0]["created"],
                                     "2018-05-10T00:00:00Z")

    def test_all_at_once(self):
        """Bad neighbours hold up nobody."""
        names = [n for n in BEHAVIOURS if n != "limited"]
        m = Measured(*[n + ".test" for n in names], *self.options)
        self.assertEqual(m.code, 0, m.errors)
        found = {r["domain"]: r["status"] for r in m.records}
        self.assertEqual(len(found), len(names))
        # a host that fails five times in a row is left alone for a while:
        # what is asked then is unknown
        for name in names:
            self.assertIn(found[name + ".test"],
                          (BEHAVIOURS[name][0], "unknown"), name)
        self.assertLess(m.seconds, TIMEOUT_S * len(names))
        self.assertLess(m.peak_kib, PEAK_KIB)

    def test_redirects_are_few_and_lead_nowhere_else(self):
        Measured("loop.test", *self.options)
        self.assertEqual(len(self.registry.asked), 6)  # five are followed
        with socket.create_server(("127.0.0.1", 0)) as listener:
            listener.settimeout(.1)
            port = listener.getsockname()[1]
            del self.registry.asked[:]
            for name in ("to-file", "to-ftp", "to-gopher", "to-user"):
                m = Measured(name + ".test", *self.options)
                self.assertEqual(m.records[0]["status"], "unknown")
                self.assertNotIn("root:", json.dumps(m.records))
            self.assertEqual(len(self.registry.asked), 4)
            self.assertRaises(TimeoutError, listener.accept)
            self.assertGreater(port, 0)
