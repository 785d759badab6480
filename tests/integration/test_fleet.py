"""Many workers on one scan: whoever is killed, stopped or late, every name is
found, and little is asked twice."""
import random
import signal
import time

from servers import OnServer
from support import DnsProxy, lab, start, wait_until

TARGETS = "127.20.0.0/18"
SEED = 8
LEASE_S = 2
KILLS, STOPS = 16, 6


class Fleet(OnServer):
    def setUp(self):
        super().setUp()
        self.workers = []
        self.addCleanup(self.end_workers)

    def begin(self, *args):
        worker = start(*args, "--lease", str(LEASE_S), "--progress", "none")
        self.workers.append(worker)
        return worker

    def end_workers(self):
        for worker in self.workers:
            if worker.poll() is None:
                worker.send_signal(signal.SIGCONT)
                worker.kill()
            worker.communicate()

    def begin_scan(self, *options):
        scan = self.begin("scan", TARGETS, "-o", self.url, *options)
        wait_until(lambda: self.has_rows("worker"), "the scan has begun")
        return scan

    def reap(self):
        """Those that still run."""
        return [w for w in self.workers if w.poll() is None]

    def test_killed_and_stopped(self):
        """Tens of workers are killed or stopped for longer than their lease:
        the names are the world's, and at most 15 % is asked twice."""
        chance = random.Random(SEED)
        relay = DnsProxy(lab().dns)
        self.addCleanup(relay.close)
        self.begin_scan(*self.sweep_only(relay.address), "--dns-rate", "500",
                        "--no-prune", "--dns-block-rate", "0")
        stopped, kills, stops = [], 0, 0
        while self.value("SELECT count(*) FROM scan WHERE finished IS NULL"):
            for worker, until in list(stopped):
                if time.monotonic() > until:
                    worker.send_signal(signal.SIGCONT)
                    stopped.remove((worker, until))
            free = [w for w in self.reap() if w not in [s for s, _ in stopped]]
            while len(free) < 4:
                free.append(self.begin("work", self.url))
            time.sleep(.8)
            victim = chance.choice(free)
            if kills < KILLS and chance.random() < .75:
                victim.kill()
                kills += 1
            elif stops < STOPS:
                victim.send_signal(signal.SIGSTOP)
                stopped.append((victim, time.monotonic() + 2 * LEASE_S))
                stops += 1
        self.assertGreaterEqual(kills, 10)
        self.assertGreaterEqual(stops, 3)
        self.assertEqual(self.names_of(self.url), lab().names)
        self.assertEqual(self.value("SELECT count(*) FROM block"), 64)
        self.assertEqual(self.value("SELECT count(*) FROM tail"), 0)
        self.assertGreater(self.value("SELECT sum(attempts - 1) FROM shard"), 0)
        print(f"{kills} kills, {stops} stops, {relay.total()} questions, "
              f"{relay.repeated()} repeated")
        self.assertLess(relay.repeated(), .15 * 64 * 256)
