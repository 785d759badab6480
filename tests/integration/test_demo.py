"""The whole job on the lab: what is found, and what is left in peace."""
import ipaddress
import json
import os
import re

from support import (Case, NETBLOCK, csv_rows, lab, ok, run)


class Demo(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()

    def scan(self, *more):
        store = self.path("lab.db")
        ok("scan", NETBLOCK, *self.to_lab(), *more, "-o", store)
        return store

    def test_the_case_is_found_and_nobody_else(self):
        store = self.scan()
        expected = lab().expected
        with self.subTest("runs"):
            self.check_runs(store, expected)
        with self.subTest("campaign"):
            self.check_campaign(store, expected)
        with self.subTest("innocent"):
            self.check_innocent(store, expected)
        with self.subTest("names"):
            self.check_names(store)
        with self.subTest("manners"):
            self.check_manners()
        with self.subTest("evidence"):
            self.check_evidence(store, expected)
        with self.subTest("lists"):
            self.check_lists(store, expected)
        with self.subTest("decoys"):
            self.check_decoys(store, expected)
        with self.subTest("again, offline"):
            self.assertEqual(ok("export", store), ok("export", store))

    def check_lists(self, store, expected):
        """The case and nobody else, without a word of tiers."""
        listed = [ipaddress.ip_network(line) for line in ok(
            "export", store, "--format", "cidr").splitlines()
            if not line.startswith("#")]
        self.assertEqual({a for net in listed for a in net},
                         {ipaddress.ip_address(i) for r in expected["runs"]
                          for i in range(int(ipaddress.ip_address(r["first"])),
                                         int(ipaddress.ip_address(r["last"])) +
                                         1)})

    def findings(self, store, *more):
        return csv_rows(ok("export", store, "--format", "csv", *more))

    def check_runs(self, store, expected):
        runs = {(f["domains"], f["first_ip"], f["last_ip"])
                for f in self.findings(store) if f["kind"] == "run"}
        for e in expected["runs"]:
            self.assertIn((e["domain"], e["first"], e["last"]), runs)
        self.assertEqual(len(expected["runs"]), 12)

    def check_campaign(self, store, expected):
        campaigns = [f for f in self.findings(store)
                     if f["kind"] == "campaign"]
        self.assertEqual(len(campaigns), 1)
        self.assertEqual(campaigns[0]["tier"], "high")
        self.assertEqual(campaigns[0]["domains"].split(";"),
                         expected["campaign"])
        self.assertEqual(campaigns[0]["registrar_iana_id"], "9990")

    def check_innocent(self, store, expected):
        suspected = {d for f in self.findings(store)
                     for d in f["domains"].split(";")}
        self.assertEqual(suspected, set(expected["campaign"]))
        innocent = {d for some in expected["innocent"].values() for d in some}
        self.assertGreater(len(innocent), 300)
        self.assertFalse(suspected & innocent)

    def check_names(self, store):
        self.assertEqual(self.names_of(store),
                         lab().names)

    def check_decoys(self, store, expected):
        """By chance nothing comes near the campaign."""
        table = ok("findings", store, "--decoys", "50")
        self.assertEqual(table, ok("findings", store, "--decoys", "50"))
        self.assertTrue(table.startswith(ok("findings", store)))
        highest = re.search(r"no strip or campaign (?:was found|"
                            r"scored above ([\d.]+))\.\n", table)
        self.assertIsNotNone(highest, table)
        for f in self.findings(store, "--decoys", "50"):
            self.assertRegex(f["fdr"], r"^[01]\.\d{6}$")
            if f["kind"] == "campaign":
                self.assertEqual(float(f["fdr"]), 0)
                self.assertLess(float(highest[1] or 0), float(f["score"]))
        for f in self.findings(store):
            self.assertEqual(f["fdr"], "")
        high = [f for f in self.findings(store, "--decoys", "50", "--fdr",
                                         "0.01") if f["tier"] == "high"]
        self.assertLessEqual(
            set(expected["campaign"]),
            {d for f in high for d in f["domains"].split(";")})
        refused = run("findings", store, "--fdr", "0.01")
        self.assertEqual(refused.returncode, 2)
        self.assertIn("--decoys", refused.stderr)

    def check_manners(self):
        """The fixture complains of who talks before it has greeted."""
        with open(os.path.join(lab().dir, "smtp-fixture.log")) as f:
            self.assertRegex(f.read(), r"^ready \d+\n$")

    def check_evidence(self, store, expected):
        rows = csv_rows(ok("export", store, "--format", "evidence-csv"))
        for row in rows:
            if row["reg_domain"] in expected["campaign"]:
                self.assertEqual(row["smtp_state"], "open")
                self.assertEqual(
                    row["domain_created"],
                    expected["registrations"][row["reg_domain"]])
                for at in ("ptr_observed_at", "smtp_observed_at",
                           "rdap_observed_at"):
                    self.assertRegex(row[at], r"^\d{4}-\d\d-\d\dT.*Z$")

    def test_at_least_300_dated_domains_are_the_background(self):
        store = self.scan()
        status = json.loads(ok("status", store, "--format", "json"))
        dated = status["registration"]["answered"]["registered"]
        self.assertGreater(dated - len(lab().expected["campaign"]), 300)

    def explained(self, *options):
        store = self.scan(*options)
        campaign = next(f for f in self.findings_of(store, "--tier", "context")
                        if f["kind"] == "campaign")
        said = ok("findings", store, "--explain", campaign["finding_id"])
        self.assertIn("no verdict", said)
        return said

    def test_explain_adds_up(self):
        said = self.explained()
        parts = re.findall(r"^\w+ +(\d\.\d\d) x +([\d.]+) = +([\d.]+) ", said,
                           re.M)
        self.assertEqual(len(parts), 10)
        for value, weight, points in parts:
            self.assertAlmostEqual(float(value) * float(weight), float(points),
                                   delta=.1)
        total = re.search(r"^sum +([\d.]+) of ([\d.]+) measured", said, re.M)
        self.assertAlmostEqual(sum(float(p[2]) for p in parts),
                               float(total[1]), delta=.5)
        self.assertAlmostEqual(sum(float(p[1]) for p in parts),
                               float(total[2]), delta=.5)

    def test_what_was_not_asked_is_left_out(self):
        said = self.explained("--smtp", "none", "--mail", "none", "--web",
                              "none")
        self.assertIn("mail        not measured", said)
        self.assertIn("web         not measured", said)


class OneBlock(Case):
    def test_one_block(self):
        """A /24 from sweep to findings: cheap enough for valgrind."""
        prefix = os.environ.get("SNOWLINE_PREFIX", "").split()
        store = self.path("block.db")
        ok("scan", "127.20.11.0/24", *self.to_lab(), "--dns-block-rate", "0",
           "--background", "20", "-o", store, prefix=prefix)
        runs = csv_rows(ok("export", store, "--tier", "context",
                           prefix=prefix))
        self.assertGreaterEqual(
            {d for f in runs for d in f["domains"].split(";")},
            {"applpeak.com", "blueomb.com", "coolource.com", "grnture.com"})
