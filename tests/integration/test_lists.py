"""Lists of one's own: what findings make of reports, of the allowed and of
customers; nothing of it needs a packet."""
import ipaddress
import json
import os

from support import Case, NETBLOCK, csv_rows, lab, ok, run


def addresses(first, last):
    first, last = map(ipaddress.ip_address, (first, last))
    return [str(ipaddress.ip_address(i))
            for i in range(int(first), int(last) + 1)]


class Lists(Case):
    def write(self, name, *lines):
        path = self.path(name)
        with open(path, "w") as f:
            f.writelines(line + "\n" for line in lines)
        return path

    def findings(self, store, *more):
        return csv_rows(ok("export", store, "--format", "csv", *more))

    def test_what_findings_make_of_them(self):
        store = self.path("lab.db")
        runs = lab().expected["runs"]
        allow = self.write("allow.csv", "cidr_or_domain,reason",
                           f"{runs[0]['domain']},a friend",
                           f"{runs[1]['first']},we sold it")
        ok("scan", NETBLOCK, *self.to_lab(), "--allow", allow, "-o", store)
        with self.subTest("allowed, as the scan was told"):
            self.check_allowed(store, runs)
        with self.subTest("nobody allowed"):
            self.check_nobody_allowed(store, runs)
        with self.subTest("reports"):
            self.check_reports(store, runs)
        with self.subTest("customers"):
            self.check_customers(store, runs)
        with self.subTest("lists that are wrong"):
            self.check_wrong(store)
        with self.subTest("a list that is gone"):
            os.unlink(allow)
            gone = run("findings", store)
            self.assertEqual(gone.returncode, 1)
            self.assertIn("name it with --allow FILE", gone.stderr)
            ok("status", store)

    def check_allowed(self, store, runs):
        campaign = next(f for f in self.findings(store)
                        if f["kind"] == "campaign")
        self.assertNotIn(runs[0]["domain"], campaign["domains"].split(";"))
        self.assertEqual(campaign["allowed"], "-")
        every = self.findings(store, "--tier", "context")
        for f in every:
            if f["domains"] == runs[0]["domain"]:
                self.assertEqual((f["tier"], f["allowed"], f["parent_id"]),
                                 ("context", "a friend", "-"))
                self.assertIn("allowed: a friend", f["caveats"])
            for cidr in f["cidrs"].split(";"):
                self.assertFalse(
                    ipaddress.ip_address(runs[1]["first"])
                    in ipaddress.ip_network(cidr), f)
        table = ok("findings", store)
        self.assertIn("1 allowed by --allow.", table)
        self.assertNotIn(runs[0]["domain"], table)
        self.assertIn("allowed: a friend",
                      ok("findings", store, "--tier", "context"))

    def check_nobody_allowed(self, store, runs):
        campaign = next(f for f in self.findings(store, "--allow", "")
                        if f["kind"] == "campaign")
        self.assertEqual(campaign["domains"].split(";"),
                         lab().expected["campaign"])
        self.assertEqual(campaign["allowed"], "")

    def check_reports(self, store, runs):
        lines, counts = ["ip,reporters,ptr"], {}
        for i, r in enumerate(runs):
            for k, a in enumerate(addresses(r["first"], r["last"])):
                counts[a] = 10 * (i + 1) + k % 2
                lines.append(f"{a},{counts[a]},x")
        reports = self.write("reports.csv", *lines)
        options = ["--allow", "", "--reports", reports]
        campaign = next(f for f in self.findings(store, *options)
                        if f["kind"] == "campaign")
        self.assertEqual(campaign["reporters_known"], str(len(counts)))
        self.assertEqual(campaign["reporters_max"], str(max(counts.values())))
        self.assertLess(float(campaign["reporters_cv"]), .1)
        self.assertIn("reports", campaign["reasons"].split(";"))
        self.assertIn("reporters", ok("findings", store, *options,
                                      "--explain", campaign["finding_id"]))
        seen = {r["ip"]: r["reporters"] for r in csv_rows(
            ok("export", store, "--format", "evidence-csv", *options))}
        for a, n in counts.items():
            self.assertEqual(seen[a], str(n))

    def check_customers(self, store, runs):
        allocations = self.write(
            "allocations.csv", "cidr,customer", f"{NETBLOCK},The Rest",
            *(f"{a},\"First, Ltd\""
              for a in addresses(runs[0]["first"], runs[0]["last"])))
        options = ["--allow", "", "--allocations", allocations]
        rows = [json.loads(line) for line in ok(
            "findings", store, *options, "--format", "ndjson").splitlines()]
        for f in rows:
            if f["kind"] == "campaign":
                self.assertEqual(f["customer"], ["First, Ltd", "The Rest"])
                self.assertIn("it lies in several customers' allocations",
                              f["caveats"])
            elif f["domains"] == [runs[0]["domain"]]:
                self.assertEqual(f["customer"], ["First, Ltd"])
            else:
                self.assertEqual(f["customer"], ["The Rest"])
        self.assertIn("\ncustomer: First, Ltd, The Rest\n",
                      ok("findings", store, *options, "--by", "customer"))

    def check_wrong(self, store):
        names = self.write("names.csv", "ip,ptr", "192.0.2.1,a.example.com")
        for option, text, said in (
                ("--reports", "ip,reporters\n127.0.0.x,3\n", ":2: '127.0.0.x'"),
                ("--allow", "cidr_or_domain,reason\n"
                 "mail.example.com,a host\n", ":2: 'mail.example.com' is a "
                 "host"),
                ("--allocations", "cidr,customer\n127.0.0.0/8,A\n"
                 "127.0.0.0/8,B\n", ":3: another customer")):
            path = self.write("wrong.csv", *text.splitlines())
            for command in (["findings", store],
                            ["import", self.path("never.db"), names],
                            ["scan", NETBLOCK, *self.to_lab(), "-o",
                             self.path("never.db")]):
                wrong = run(*command, option, path)
                self.assertEqual(wrong.returncode, 2, wrong.stderr)
                self.assertIn(path + said, wrong.stderr)
                self.assertEqual(wrong.stdout, "")
            self.assertFalse(os.path.exists(self.path("never.db")))
