"""All that is told of a domain, and what the user tells of it."""
import json
import os

from support import (Case, DnsProxy, NETBLOCK, Registry, csv_rows, lab, ok,
                     run, send)

HEADER = "domain,created,registrar,iana_id\n"


class Domains(Case):
    def options(self, *more):
        return ["--include-reserved", "--resolver", lab().dns, "--progress",
                "none", "--registration-rate", "0", "--http-port",
                lab().http_port, "--rdap-server", "*=" + lab().rdap,
                "--registration-cache", self.path("cache.db"), *more]

    def domains(self, *names_and_options):
        text = ok("domain", *self.options(*names_and_options))
        return {d["domain"]: d for d in map(json.loads, text.splitlines())}

    def file(self, *lines):
        path = self.path("domains.csv")
        with open(path, "w") as f:
            f.write(HEADER + "".join(line + "\n" for line in lines))
        return path

    def nobody(self):
        """A registry that counts, and should have nothing to count."""
        asked = []

        def answer(handler):
            asked.append(handler.path)
            send(handler, 404, b'{"errorCode":404}')
        registry = Registry(answer)
        self.addCleanup(registry.close)
        return registry, asked

    def test_all_of_it(self):
        got = self.domains("blueomb.com", "oldhaven-instruments.com",
                           "no-such-name-at-all.com", "blueomb.com")
        self.assertEqual(len(got), 3)
        case = got["blueomb.com"]
        self.assertEqual(case["created"],
                         lab().expected["registrations"]["blueomb.com"])
        self.assertEqual(case["registrar_iana_id"], 9990)
        self.assertEqual(case["mx"], ["netsy.blueomb.com"])
        self.assertEqual(case["spf"], "v=spf1 a mx -all")
        self.assertEqual(case["a"], ["127.20.11.96"])
        self.assertIn("127.20.11.97/32", case["mail"]["spf_passes"])
        self.assertEqual(case["dns"]["soa_serial"], 1)
        self.assertEqual((case["web"], case["dmarc"]), ("refused", ""))
        site = got["oldhaven-instruments.com"]
        self.assertEqual((site["web"], site["website"]["http_status"]),
                         ("content", 200))
        none = got["no-such-name-at-all.com"]
        self.assertEqual((none["status"], none["web"], none["mx"],
                          none["mail"]["mx_status"]),
                         ("not-found", "none", [], "nxdomain"))

    def test_parts_that_are_left_out(self):
        got = self.domains("blueomb.com", "--registration", "none", "--mail",
                           "none", "--web", "none")["blueomb.com"]
        self.assertEqual((got["status"], got["spf"], got["web"], got["time"]),
                         (None,) * 4)
        got = self.domains("blueomb.com", "--registration", "none", "--web",
                           "none")["blueomb.com"]
        self.assertEqual((got["status"], got["spf"], got["web"]),
                         (None, "v=spf1 a mx -all", None))

    def test_what_the_user_says_is_not_asked(self):
        registry, asked = self.nobody()
        got = self.domains(
            "blueomb.com", "buyodels.com", "--mail", "none", "--web", "none",
            "--rdap-server", "com=" + registry.url, "--domains",
            self.file("BlueOmb.com.,2018-01-05,\"Own Names, Inc.\",9999",
                      "other.example,,,"))
        own = got["blueomb.com"]
        self.assertEqual((own["status"], own["created"], own["registrar"],
                          own["registrar_iana_id"]),
                         ("registered", "2018-01-05T00:00:00Z",
                          "Own Names, Inc.", 9999))
        self.assertEqual(own["source"], "file:" + self.path("domains.csv"))
        self.assertEqual([os.path.basename(p) for p in asked],
                         ["buyodels.com"])

    def test_a_scan_wholly_offline(self):
        """Dates of one's own are as good as a registry's."""
        proxy = DnsProxy()
        self.addCleanup(proxy.close)
        registry, asked = self.nobody()
        known = lab().expected["registrations"]
        ids = [9990 if d in lab().expected["campaign"] else 9980 + i % 7
               for i, d in enumerate(known)]
        file = self.file(*(f"{d},{known[d]},Names of {i},{i}"
                           for d, i in zip(known, ids)))
        store = self.path("offline.db")
        ok("scan", NETBLOCK, *self.to_lab(proxy.address, rdap=registry.url),
           "--registration", "none", "--mail", "none", "--web", "none",
           "--smtp", "none", "--domains", file, "-o", store)
        campaign = [f for f in self.findings_of(store)
                    if f["kind"] == "campaign"]
        self.assertEqual(campaign[0]["domains"], lab().expected["campaign"])
        self.assertEqual(campaign[0]["registrar_iana_id"], 9990)
        self.assertEqual(asked, [])
        beside = [name for name, kind, _, _ in proxy.questions()
                  if not name.endswith(".arpa")]
        self.assertLessEqual(set(beside), {"snowline-check.invalid"})
        os.unlink(file)
        self.assertEqual(self.findings_of(store)[0], campaign[0])

    def test_findings_with_other_dates(self):
        """A file given to findings counts for more than the store."""
        store = self.path("lab.db")
        ok("scan", "127.20.11.0/24", *self.to_lab(), "-o", store)
        before = {f["domains"][0]: f for f in self.findings_of(store)
                  if len(f["domains"]) == 1}
        file = self.file("blueomb.com,2001-02-03,Older Names,9")
        after = csv_rows(ok("export", store, "--tier", "context", "--domains",
                            file))
        row = [r for r in after if r["domains"] == "blueomb.com"][0]
        self.assertEqual((row["created_min"], row["registrar"]),
                         ("2001-02-03T00:00:00Z", "Older Names"))
        self.assertNotEqual(before["blueomb.com"]["registrar"], "Older Names")
        evidence = csv_rows(ok("export", store, "--format", "evidence-csv",
                               "--tier", "context", "--domains", file))
        self.assertEqual({r["domain_created"] for r in evidence
                          if r["reg_domain"] == "blueomb.com"},
                         {"2001-02-03T00:00:00Z"})

    def test_files_that_are_none(self):
        for lines, said in [
                (["a.example,yesterday,,"], ":2: 'yesterday' is no time"),
                (["a.example,2018-01-05,x,many"],
                 ":2: 'many' is no IANA registrar ID"),
                (['"a.example'], ":2: a quote that is never closed")]:
            refused = run("domain", *self.options("a.example", "--domains",
                                                  self.file(*lines)))
            self.assertEqual((refused.returncode, refused.stdout), (2, ""))
            self.assertIn("domains.csv" + said, refused.stderr)
            self.assertEqual(refused.stderr.count("\n"), 1)
        refused = run("domain", *self.options("a.example", "--domains",
                                              self.path("missing.csv")))
        self.assertEqual((refused.returncode, refused.stdout), (2, ""))
