"""Findings for others: XARF, STIX and MISP of names and greetings that do what
they can to be something else than text."""
import json
import os
import sys

from support import ROOT, Case, csv_rows, ok, run

sys.path.insert(0, os.path.join(ROOT, "tests", "golden"))
import sharing  # noqa: E402

FORMATS = ("xarf", "stix", "misp")
SEEN = "2018-05-20T11:02:33Z"
US = ("--reporter-org", "B\u00fcro \"A\"", "--reporter-contact",
      "abuse@desk.example", "--reporter-domain", "desk.example")
# what stands before a domain, and the greeting of its server
HOSTILE = [
    ("", "220 mail"),
    ("<script>alert(1)</script>", "220 </script><script>alert(1)</script>"),
    ("\"},{\"type\":\"bundle\"", "220 \"}],\"Event\":{\"published\":true}"),
    ("'] OR [ipv4-addr:value = '192.0.2.1", "220 ' OR '1'='1"),
    ("=cmd|' /C calc'!A0", "220 =1+1"),
    ("\u001b[31mred\u001b]0;owned\u0007", "220 \u001b[2J\u0000\u009b"),
    ("\u202eevil\u2066", "220 \u202e\u2028\ufeff"),
    ("\u00ff\u00c3(", "220 \u00ff\u00fe"),
    ("\\\\x\\\"", "220 \\u0022\\"),
    ("a" * 63 + "." + "b" * 63, "220 " + "c" * 500),
]
DOMAIN = "highplaounge.com"
WORDS = ("", "iclide", "tlad", "orne", "sumel", "vaquo", "beth", "kirlo",
         "dunav", "mepra")


class Sharing(Case):
    def hostile_store(self):
        """A run of one domain; beside each name one that is no host name,
        and a greeting, in its own bad way."""
        path, store = self.path("names.ndjson"), self.path("hostile.db")
        dates = self.path("dates.csv")
        with open(dates, "w", encoding="utf-8") as f:
            f.write("domain,created,registrar,iana_id\n"
                    f"{DOMAIN},2018-05-01T00:00:00Z,"
                    "\"=<b>\u202e\"\"},{\u001b\",\n")
        with open(path, "w", encoding="utf-8") as f:
            for i, (label, banner) in enumerate(HOSTILE):
                names = [f"{label}.{DOMAIN}", f"{WORDS[i]}.{DOMAIN}"]
                ip = f"192.0.2.{16 + i}"
                f.write(json.dumps({"ip": ip, "status": "name",
                                    "names": names if label else
                                    [DOMAIN, "someone.elses.example"],
                                    "time": SEEN}) + "\n")
                f.write(json.dumps({"ip": ip, "port": 25, "status": "open",
                                    "code": 220, "banner": banner,
                                    "time": SEEN}) + "\n")
        ok("import", store, path, "--domains", dates)
        return store

    def export(self, store, name, *more):
        path = self.path(name)
        ok("export", store, "--format", name, *US, "-o", path, *more)
        return sharing.CHECKS[name](path)

    def test_hostile_names_and_greetings(self):
        store = self.hostile_store()
        evidence = [row for row in csv_rows(ok(
            "export", store, "--format", "evidence-csv", "--tier", "context"))
            if row["reg_domain"]]
        self.assertEqual(len(evidence), len(HOSTILE))
        self.assertTrue(any("script" in row["ptr"] for row in evidence))
        self.assertTrue(any("x1B" in row["smtp_banner"] for row in evidence))
        ips = [row["ip"] for row in evidence]
        xarf, stix, misp = (self.export(store, name, "--tier", "context")
                            for name in FORMATS)
        self.assertEqual([r["source_identifier"] for r in xarf], ips)
        self.assertEqual([t["value"] for t in stix
                          if t["type"] == "ipv4-addr"], ips)
        self.assertEqual([a["value"] for o in misp for a in o["Attribute"]
                          if o["name"] == "domain-ip" and
                          a["object_relation"] == "ip"], ips)
        names = [t["value"] for t in stix if t["type"] == "domain-name"]
        self.assertEqual(sorted(names), sorted(
            [DOMAIN] + [f"{w}.{DOMAIN}" for w in WORDS if w] +
            [f"{HOSTILE[-1][0]}.{DOMAIN}"]))
        self.assertEqual(sorted({a["value"] for o in misp
                                 for a in o["Attribute"]
                                 if a["object_relation"] == "ptr-record"}),
                         sorted(names))

    def test_the_same_twice(self):
        store = self.hostile_store()
        for name in FORMATS:
            first = self.export(store, name, "--tier", "context")
            again = self.export(store, name, "--tier", "context")
            if name == "xarf":
                self.assertEqual(first, again)
            key = {"xarf": "report_id", "stix": "id", "misp": "uuid"}[name]
            self.assertTrue(first)
            self.assertEqual([t[key] for t in first], [t[key] for t in again])

    def test_only_what_is_high_unless_asked(self):
        """One run alone is not; nobody asked for more."""
        store = self.hostile_store()
        for name in FORMATS:
            self.assertFalse([t for t in self.export(store, name)
                              if t.get("type") != "identity"], name)

    def test_the_allowed_are_not_named(self):
        store, allow = self.hostile_store(), self.path("allow.csv")
        with open(allow, "w") as f:
            f.write(f"cidr_or_domain,reason\n{DOMAIN},ours\n")
        for name in FORMATS:
            self.assertTrue(self.export(store, name, "--tier", "context"))
            self.export(store, name, "--tier", "context", "--allow", allow)
            with open(self.path(name), encoding="utf-8") as f:
                text = f.read()
            for word in (DOMAIN, "192.0.2.16"):
                self.assertNotIn(word, text.replace("192.0.2.16-", ""), name)

    def test_nobody_is_made_up(self):
        store = self.hostile_store()
        wrong = [("--reporter-org", "x" * 201), ("--reporter-contact", "me"),
                 ("--reporter-domain", "desk")]
        for i in range(0, len(US), 2):
            lacks = run("export", store, "--format", "xarf",
                        *(US[:i] + US[i + 2:]))
            self.assertEqual((lacks.returncode, lacks.stdout), (2, ""))
            self.assertIn(US[i], lacks.stderr)
        for option, value in wrong:
            bad = run("export", store, "--format", "xarf", *US, option, value,
                      "--tier", "context")
            self.assertEqual((bad.returncode, bad.stdout), (2, ""))
            self.assertIn(option, bad.stderr)
            self.assertEqual(len(bad.stderr.splitlines()), 1)
        for name in ("stix", "misp"):
            told = ok("export", store, "--format", name, "--tier", "context")
            self.assertNotIn("identity", told)
            self.assertNotIn("Orgc", told)
