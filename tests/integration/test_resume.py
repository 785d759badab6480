"""Interrupted scans: nothing lost, nothing twice, little asked again."""
import json
import os
import random
import time

from support import (Case, DnsProxy, NETBLOCK, interrupt, lab, ok, run, start,
                     wait_until)

RATE = 2000


class Resume(Case):
    def setUp(self):
        super().setUp()
        self.proxy = DnsProxy()
        self.addCleanup(self.proxy.close)

    def options(self):
        # patient: a busy machine must not make it ask twice
        return [*self.to_lab(resolver=self.proxy.address),
                "--dns-timeout", "20"]

    def test_killed_five_times(self):
        store = self.path("killed.db")
        chance = random.Random(5)
        repeated = []
        child = start("scan", NETBLOCK, *self.options(), "--dns-rate",
                      str(RATE), "-o", store)
        for _ in range(5):
            begun = self.asked()
            wait_until(lambda: self.asked() - begun > RATE / 2, "questions")
            time.sleep(chance.uniform(.1, 1.2))
            child.kill()
            child.communicate()
            before = self.proxy.repeated()
            child = start("resume", store)
            repeated.append(before)
        out, err = child.communicate(timeout=120)
        self.assertEqual(child.returncode, 0, err)
        repeated.append(self.proxy.repeated())
        with self.subTest("same names"):
            self.assertEqual(self.names_of(store),
                             lab().names)
        with self.subTest("no duplicate"):
            rows = ok("export", store, "--format", "names").splitlines()
            self.assertEqual(len(rows), len(set(rows)))
        with self.subTest("same findings"):
            self.assertEqual(self.shape_of(store), self.uninterrupted())
        with self.subTest("little asked again"):
            per_kill = [b - a for a, b in zip(repeated, repeated[1:])]
            print(f"questions asked again after each kill: {per_kill}")
            self.assertLessEqual(max(per_kill), 1.25 * RATE + 100, per_kill)

    def asked(self):
        return sum(self.proxy.counts.values())

    def uninterrupted(self):
        store = self.path("whole.db")
        ok("scan", NETBLOCK, *self.to_lab(), "--dns-rate", "0",
           "--dns-block-rate", "0", "-o", store)
        return self.shape_of(store)

    def shape_of(self, store):
        """Findings without the times of observation."""
        return [{k: v for k, v in f.items() if k not in
                 ("first_seen", "last_seen")} for f in self.findings_of(store)]

    def test_interrupt_ends_soon_and_resumes(self):
        store = self.path("interrupted.db")
        child = start("scan", NETBLOCK, *self.options(), "--dns-rate",
                      str(RATE), "-o", store)
        wait_until(lambda: self.asked() > RATE, "questions")
        took, code, _, err = interrupt(child)
        self.assertEqual(code, 130)
        self.assertLess(took, 5)
        self.assertIn("snowline resume", err)
        status = json.loads(ok("status", store, "--format", "json"))
        self.assertGreater(status["sweep"]["pending"], 0)
        before = self.proxy.repeated()
        ok("resume", store)
        self.assertEqual(self.proxy.repeated(), before)
        self.assertEqual(len(self.names_of(store)), len(lab().names))

    def test_interrupt_among_slow_registries_and_servers(self):
        store = self.path("slow.db")
        args = ["scan", "127.20.0.0/19", *self.to_lab(), "--dns-rate", "0",
                "--dns-block-rate", "0", "--registration-rate", "20",
                "--smtp-rate", "20", "-o", store]
        child = start(*args)
        wait_until(lambda: self.count(store, "registration") > 20, "answers")
        took, code, _, _ = interrupt(child)
        self.assertEqual(code, 130)
        self.assertLess(took, 5)
        status = self.status(store)
        self.assertGreater(status["registration"]["pending"], 0)
        self.assertGreater(status["probe"]["pending"], 0)
        ok("resume", store, "--registration-rate", "0", "--smtp-rate", "0")
        status = self.status(store)
        self.assertEqual(status["registration"]["pending"], 0)
        self.assertEqual(status["probe"]["pending"], 0)
        self.assertTrue(status["last"])

    def status(self, store):
        return json.loads(ok("status", store, "--format", "json"))

    def count(self, store, stage):
        """Answers that a running scan has committed; readers may look in."""
        if not os.path.exists(store):
            return 0
        done = run("status", store, "--format", "json")
        if done.returncode != 0:
            return 0
        stage = json.loads(done.stdout).get(stage)
        return sum(stage["answered"].values()) if stage else 0

    def test_the_same_command_goes_on(self):
        store = self.path("again.db")
        args = ["scan", NETBLOCK, *self.options(), "-o", store]
        done = run(*args, "--max-queries", "3000")
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertEqual(len(done.stderr.splitlines()), 1)
        ok(*args)
        self.assertEqual(self.proxy.repeated(), 0)
        self.assertEqual(len(self.names_of(store)), len(lab().names))

    def test_edges_are_asked_once(self):
        targets = ["127.20.0.0/23", "127.20.1.0/24", "127.20.1.128/25",
                   "127.20.2.0/31", "127.20.2.1/32", "127.20.2.2/31",
                   "127.20.4.255", "127.20.5.0-127.20.5.3"]
        ok("scan", *targets, *self.sweep_only(resolver=self.proxy.address),
           "--dns-timeout", "20", "--dns-block-rate", "0", "--no-prune", "-o",
           self.path("edges.db"))
        for edge in ("127.20.0.0", "127.20.0.255", "127.20.1.0",
                     "127.20.1.255", "127.20.2.0", "127.20.2.1", "127.20.2.2",
                     "127.20.2.3", "127.20.4.255", "127.20.5.0",
                     "127.20.5.3"):
            self.assertEqual(self.proxy.of(edge), 1, edge)
        for outside in ("127.20.2.4", "127.20.4.254", "127.20.5.4"):
            self.assertEqual(self.proxy.of(outside), 0, outside)
        self.assertEqual(self.proxy.addresses().total(), 512 + 4 + 1 + 4)
