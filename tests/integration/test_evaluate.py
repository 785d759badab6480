"""Worlds that are made up from seeds: what is found in a few of them, and what
must change nothing of it. `make evaluate` tells more, of more worlds."""
import json
import os
import random
import shutil
import sys
import tempfile
import unittest

import support

sys.path.insert(0, os.path.join(support.ROOT, "tests", "evaluate"))

import benign  # noqa: E402
import feed  # noqa: E402
import score  # noqa: E402
from world import make_world  # noqa: E402

SEEDS = (31, 32)  # neither for tuning nor for reporting


class Evaluation(unittest.TestCase):
    """Thresholds are the goals, or a little less where two worlds are too few
    for them: a change that costs much is seen at once."""

    @classmethod
    def setUpClass(cls):
        cls.total = score.Score()
        for seed in SEEDS:
            world = make_world(seed)
            with tempfile.TemporaryDirectory(prefix="snowline-world.",
                                             dir="/tmp") as folder:
                score.add_world(cls.total, world,
                                feed.findings_of(world, folder))

    def table(self):
        return "\n".join(score.table(self.total)) + "\n" + "\n".join(
            " ".join(map(str, n)) for n in self.total.notes)

    def at_least(self, value, least):
        self.assertGreaterEqual(value, least, "\n" + self.table())

    def test_the_worlds_are_mostly_innocent(self):
        bad = sum(n * t.campaigns for (_, n), t in self.total.bad.items())
        innocent = sum(n for n, _, _ in self.total.benign.values())
        self.at_least(innocent, 20 * bad)

    def test_campaigns_of_five_and_more_are_found(self):
        self.at_least(self.total.recall(5), .95)

    def test_campaigns_of_three_and_four_are_found(self):
        self.at_least(self.total.recall(3, 4), .8)

    def test_few_innocent_are_flagged(self):
        self.at_least(self.total.precision(), .95)

    def test_few_innocent_are_in_high(self):
        self.at_least(self.total.precision(["high"], with_grey=True), .99)

    def test_ranges_are_exact(self):
        self.at_least(self.total.exactness(), .95)


class ScoreItself(unittest.TestCase):
    """The judge must see what is wrong, or it proves nothing."""

    def setUp(self):
        self.world = make_world(SEEDS[0])
        self.perfect = [
            {"kind": "run", "tier": "high", "domains": [r.domain],
             "cidrs": [f"198.18.{a >> 8}.{a & 255}/32" for a in
                       range(r.addrs[0], r.addrs[-1] + 1)]}
            for c in self.world.campaigns for r in c.runs]

    def judged(self, findings):
        judged = score.Score()
        score.add_world(judged, self.world, findings)
        return judged

    def test_the_truth_scores_all(self):
        judged = self.judged(self.perfect)
        for what, _, value in score.GOALS:
            self.assertEqual(value(judged), 1, what)

    def test_nothing_found_is_no_recall(self):
        judged = self.judged([])
        self.assertEqual(judged.recall(5), 0)
        self.assertEqual(judged.recall(3, 4), 0)

    def test_context_counts_as_not_found(self):
        for f in self.perfect:
            f["tier"] = "context"
        self.assertEqual(self.judged(self.perfect).recall(5), 0)

    def test_an_innocent_domain_costs_precision(self):
        innocent = next(n for n, d in self.world.domains.items()
                        if d.kind == "company-old")
        self.perfect[0]["domains"].append(innocent)
        judged = self.judged(self.perfect)
        self.assertLess(judged.precision(), 1)
        self.assertLess(judged.precision(["high"]), 1)

    def test_an_address_too_many_is_not_exact(self):
        for f in self.perfect:
            first = f["cidrs"][-1].removesuffix("/32").split(".")
            f["cidrs"].append(".".join(first[:3]) + "."
                              f"{int(first[3]) ^ 128}/32")
        self.assertLess(self.judged(self.perfect).exactness(), .1)


class Metamorphic(unittest.TestCase):
    """Records in another order, spelling or file are the same records."""

    @classmethod
    def setUpClass(cls):
        cls.world = make_world(SEEDS[0])
        cls.dir = tempfile.mkdtemp(prefix="snowline-world.", dir="/tmp")
        cls.addClassCleanup(shutil.rmtree, cls.dir)
        cls.files = cls.world.write(cls.dir)
        cls.lines = {}
        for path in cls.files:
            with open(path) as f:
                cls.lines[path] = f.read().splitlines()
        cls.expected = cls.findings(cls.lines)

    @classmethod
    def findings(cls, lines):
        """Of these lines: {file: [line, ...]}."""
        with tempfile.TemporaryDirectory(dir=cls.dir) as folder:
            paths = []
            for path, kept in lines.items():
                paths.append(os.path.join(folder, os.path.basename(path)))
                with open(paths[-1], "w") as f:
                    f.write("".join(line + "\n" for line in kept))
            store = os.path.join(folder, "world.db")
            feed.import_files(store, paths)
            return feed.snowline("findings", store, "--format", "json",
                                 *feed.SETTINGS)

    def same(self, lines):
        self.assertIn('"high"', self.expected)  # or there is nothing to change
        # not assertEqual: the difference of two such texts takes minutes
        self.assertTrue(self.findings(lines) == self.expected)

    def changed(self, change):
        """Every record of every line through a function."""
        return {path: [json.dumps(change(json.loads(line))) for line in lines]
                for path, lines in self.lines.items()}

    def test_the_order_of_lines(self):
        rng = random.Random(1)
        self.same({path: rng.sample(lines, len(lines))
                   for path, lines in self.lines.items()})

    def test_the_order_of_files(self):
        self.same(dict(reversed(self.lines.items())))

    def test_lines_twice_and_backwards(self):
        self.same({path: lines + lines[::-1]
                   for path, lines in self.lines.items()})

    def test_several_files(self):
        parts = {}
        for path, lines in self.lines.items():
            for i in range(3):
                parts[f"{path}-{i}"] = lines[i::3]
        self.same(parts)

    def test_the_case_of_letters(self):
        rng = random.Random(2)

        def mixed(name):
            return "".join(rng.choice([c.upper(), c]) for c in name)

        def change(record):
            for key in ("names", "nameservers"):
                if key in record:
                    record[key] = [mixed(n) for n in record[key]]
            return record
        self.same(self.changed(change))

    def test_a_dot_behind_each_name(self):
        def change(record):
            for key in ("names", "nameservers"):
                if key in record:
                    record[key] = [n + "." for n in record[key]]
            return record
        self.same(self.changed(change))

    def test_generic_neighbours(self):
        def change(record):
            if record.get("status") == "nxdomain":
                a, b, c, d = map(int, record["ip"].split("."))
                record.update(status="name", ttl=3600, names=[
                    benign.generic_name(c << 8 | d, c % 3)])
            return record
        self.same(self.changed(change))

    def test_a_domain_less_changes_something(self):
        """The comparison can fail."""
        gone = self.world.campaigns[0].domains[0]
        lines = {path: [x for x in lines if gone not in x]
                 for path, lines in self.lines.items()}
        self.assertFalse(self.findings(lines) == self.expected)
