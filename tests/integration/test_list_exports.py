"""Lists for machines, each loaded by the machine it is for: rbldnsd, BIND,
nftables, Postfix. The findings are the article's, imported: no packet."""
import csv
import ipaddress
import json
import os
import re
import resource
import shutil
import socket
import subprocess
import tempfile
import time

from mailservers import POSTFIX_LIBRARIES, Postfix
from servers import (BIND, KINDS, UNBOUND, NameServer, ask, environment,
                     free_port, in_own_network, program, raw_answer, zone)
from support import LOOPBACK, ROOT, Case, ok, run, wait_until

ARTICLE = os.path.join(ROOT, "tests", "lab", "case-study-2018.csv")
GOLDEN = os.path.join(ROOT, "tests", "golden")
ZONE = "bl.example"
FORMATS = ("cidr", "rbldnsd", "rpz", "nft", "postfix")
NOBODY = 65534

with open(ARTICLE) as f:
    NAMES = {row["ip"]: row["ptr"] for row in csv.DictReader(f)}
DOMAINS = {".".join(n.split(".")[-2:]) for n in NAMES.values()}
# in the gap of no run, beside one, in another block
OTHERS = ("51.255.21.223", "51.255.21.228", "192.0.2.17")

# They ask the name server with the true zones, whatever they do not deny.
KINDS["bind-policy"] = (BIND[0], {"named.conf": BIND[1]["named.conf"].replace(
    "recursion no;", """\
recursion yes;
    allow-recursion { any; };
    forward only;
    forwarders { $upstream; };
    response-policy { zone "bl.example"; };""")}, BIND[2])
KINDS["unbound-policy"] = (UNBOUND[0], {
    **UNBOUND[1], "unbound.conf": UNBOUND[1]["unbound.conf"].replace(
        '"iterator"', '"respip iterator"') + """
rpz:
  name: "bl.example"
  zonefile: "$dir/zone-bl.example"
"""}, "")


class Lists(Case):
    """What the tests have in common: a store with twelve runs, and files that
    are made of it."""

    def setUp(self):
        super().setUp()
        self.store = self.path("article.db")
        names = self.write("names.csv", "ip,ptr\n" + "".join(
            f"{ip},{name}\n" for ip, name in NAMES.items()))
        dates = self.write("dates.csv", "domain,created,registrar\n" + "".join(
            f"{name},2017-11-0{3 + i % 3},Example\n"
            for i, name in enumerate(sorted(DOMAINS))))
        os.utime(names, (1526342400, 1526342400))  # 2018-05-15: they are new
        ok("import", self.store, names, "--domains", dates)

    def write(self, name, text):
        with open(self.path(name), "w") as f:
            f.write(text)
        return self.path(name)

    def export(self, name, *more, tier="review"):
        """The path of a list, made anew."""
        path = self.path(f"list.{name}")
        ok("export", self.store, "--format", name, "--list-zone", ZONE,
           "--tier", tier, "-o", path, *more)
        return path

    def allow(self, *what):
        """Options by which some are left alone."""
        return ["--allow", self.write("allow.csv", "cidr_or_domain,reason\n" +
                                      "".join(f"{w},a friend\n"
                                              for w in what))]


def lines(path, comment="#"):
    with open(path) as f:
        return [x.rstrip("\n") for x in f if not x.startswith(comment)]


def all_of(prefixes):
    """The addresses of disjoint prefixes."""
    found = [str(a) for p in prefixes for a in ipaddress.ip_network(p)]
    assert len(found) == len(set(found)), prefixes
    return set(found)


class Rbldnsd:
    """Serves a list; looks every second whether there is a newer one."""

    def __init__(self, path):
        self.address = f"{LOOPBACK}:{free_port(LOOPBACK)}"
        self.log = tempfile.TemporaryFile("w+")
        os.chmod(os.path.dirname(path), 0o711)  # it will not be root
        user = ["--reuid", str(NOBODY), "--regid", str(NOBODY),
                "--clear-groups"] if os.geteuid() == 0 else []
        self.server = subprocess.Popen(
            ["setpriv", "--pdeathsig", "TERM", *user, program("rbldnsd"),
             "-n", "-c", "1s", "-b", self.address.replace(":", "/"),
             f"{ZONE}:combined:{path}"], stdin=subprocess.DEVNULL,
            stdout=self.log, stderr=self.log, env=environment("/tmp"))
        try:
            wait_until(lambda: "started" in self.said(), "rbldnsd starts")
        except AssertionError:
            self.close()
            raise AssertionError(self.said())

    def said(self):
        self.log.seek(0)
        return self.log.read()

    def ask(self, name, kind="A"):
        """The code, and of the answers what is no name."""
        message = raw_answer(self.address, f"{name}.{ZONE}", kind)
        return message[3] & 15, message[-4:] if message[7] else None

    def ask_of(self, ip):
        labels = ipaddress.ip_address(ip).reverse_pointer.split(".")[:-2]
        return self.ask(".".join(labels))

    def text(self, name):
        message = raw_answer(self.address, f"{name}.{ZONE}", "TXT")
        at = message.rindex(b"snowline")
        return message[at:at + message[at - 1]].decode()

    def close(self):
        self.server.terminate()
        self.server.wait()


LISTED, ABSENT = (0, b"\x7f\0\0\3"), (3, None)  # of tier review
TEST = (0, b"\x7f\0\0\2")


class ListExports(Lists):
    def serve(self, path):
        server = Rbldnsd(path)
        self.addCleanup(server.close)
        return server

    def test_rbldnsd_serves_addresses_and_domains(self):
        server = self.serve(self.export("rbldnsd"))
        for ip in NAMES:
            self.assertEqual(server.ask_of(ip), LISTED, ip)
        for ip in OTHERS:
            self.assertEqual(server.ask_of(ip), ABSENT, ip)
        for name in DOMAINS:
            self.assertEqual(server.ask(name), LISTED, name)
            self.assertEqual(server.ask(f"www.{name}"), LISTED, name)
        for name in ("com", "net", "example.com", "not-" + min(DOMAINS)):
            self.assertEqual(server.ask(name), ABSENT, name)
        # RFC 5782 §5
        for name in ("127.0.0.2", "::ffff:7f00:2"):
            self.assertEqual(server.ask_of(name), TEST, name)
        for name in ("127.0.0.1", "::ffff:7f00:1"):
            self.assertEqual(server.ask_of(name), ABSENT, name)
        self.assertEqual(server.ask("test"), TEST)
        self.assertEqual(server.ask("invalid"), ABSENT)
        self.assertRegex(
            server.text("224.21.255.51"),
            r"^snowline r[0-9a-f]+ of c[0-9a-f]+, tier review, "
            r"commercieopard\.net; for inspection$")
        self.assertNotIn("invalid", server.said())  # it read every line

    def test_rbldnsd_takes_the_newer_list_and_drops_an_old_one(self):
        path = self.export("rbldnsd")
        server = self.serve(path)
        self.assertEqual(server.ask("blueomb.com"), LISTED)
        self.export("rbldnsd", *self.allow("blueomb.com"))
        wait_until(lambda: server.ask("blueomb.com") == ABSENT, "a new list")
        self.assertEqual(server.ask("applpeak.com"), LISTED)
        self.assertEqual(server.ask("test"), TEST)
        # to be used until June 2018
        shutil.copy(os.path.join(GOLDEN, "list.rbldnsd"), path)
        wait_until(lambda: server.ask("test")[0] not in (0, 3), "its end")
        self.assertIn("zone data expired", server.said())

    def test_postfix_looks_addresses_up(self):
        table = self.export("postfix")
        for ip, name in NAMES.items():
            self.assertIn(".".join(name.split(".")[-2:]) + ";",
                          self.postmap(table, ip))
        said = self.postmap(table, "51.255.21.225")
        self.assertRegex(said, r"^WARN snowline r[0-9a-f]+ of c[0-9a-f]+, tier "
                               r"review, commercieopard\.net; for inspection$")
        for ip in (*OTHERS, "2001:db8::1"):
            self.assertIsNone(self.postmap(table, ip))
        golden = os.path.join(GOLDEN, "list.postfix")
        self.assertIn("six.example", self.postmap(golden, "2001:db8::3"))
        self.assertIsNone(self.postmap(golden, "2001:db8::5"))

    def postmap(self, table, key):
        """What the table says, or None; a line that is wrong is a failure."""
        if not os.path.exists(self.path("main.cf")):
            # users that are everywhere: there may be none of Postfix's own
            self.write("main.cf", "compatibility_level = 3.6\n"
                       "mail_owner = daemon\nsetgid_group = bin\n")
        done = subprocess.run(
            [program("postmap"), "-c", self.dir, "-q", key, f"cidr:{table}"],
            capture_output=True, text=True,
            env={**environment(self.dir),
                 "LD_LIBRARY_PATH": POSTFIX_LIBRARIES})
        self.assertEqual(done.stderr, "")
        return done.stdout.rstrip("\n") if done.returncode == 0 else None

    def test_prefixes_are_exact(self):
        self.assertEqual(all_of(lines(self.export("cidr"))), set(NAMES))
        friend = "54.38.4.96/30"
        left = all_of(lines(self.export("cidr", *self.allow(friend))))
        self.assertEqual(left, set(NAMES) - all_of([friend]))

    def test_high_alone_unless_asked_for(self):
        for name in FORMATS:
            done = ok("export", self.store, "--format", name, "--list-zone",
                      ZONE)
            self.assertIn("tier high; 0 ranges", done)
            self.assertNotIn("blueomb", done)

    def test_empty_lists_are_valid(self):
        self.assertEqual(lines(self.export("cidr", tier="high")), [])
        server = self.serve(self.export("rbldnsd", tier="high"))
        self.assertEqual(server.ask("test"), TEST)
        self.assertEqual(server.ask("blueomb.com"), ABSENT)
        table = self.export("postfix", tier="high")
        self.assertIsNone(self.postmap(table, "51.255.21.225"))
        self.check_zone(self.export("rpz", tier="high"))

    def check_zone(self, path):
        """named-checkzone and nsd-checkzone take it."""
        for command in (["named-checkzone", "-i", "none", ZONE, path],
                        ["nsd-checkzone", ZONE, path]):
            done = subprocess.run([program(command[0]), *command[1:]],
                                  capture_output=True, text=True,
                                  env=environment(self.dir))
            self.assertEqual((done.returncode, done.stderr), (0, ""), done)

    def test_zones_are_well_formed(self):
        self.check_zone(self.export("rpz"))
        self.check_zone(self.export("rpz", "--reporter-contact",
                                    "net.abuse@desk.example"))
        self.check_zone(os.path.join(GOLDEN, "list.rpz"))

    def test_serials_grow(self):
        def serial():
            return int(re.search(r"SOA \S+ \S+ (\d+)",
                                 open(self.export("rpz")).read())[1])
        before = int(time.time())
        first = serial()
        self.assertGreaterEqual(first, before)
        wait_until(lambda: time.time() >= first + 1, "the next second")
        self.assertGreater(serial(), first)

    def test_what_is_missing_is_asked_for(self):
        path = self.write("list.rpz", "the old one\n")
        for name in ("rpz", "rbldnsd"):
            for options in ([], ["--list-zone", "bl.example."]):
                done = run("export", self.store, "--format", name, "-o", path,
                           *options)
                self.assertEqual(done.returncode, 2, done.stderr)
                self.assertIn("list-zone", done.stderr)
        self.assertEqual(lines(path), ["the old one"])

    def test_a_list_is_replaced_whole_or_not_at_all(self):
        def small_disk():
            resource.setrlimit(resource.RLIMIT_FSIZE, (300, 300))
        for name in FORMATS:
            path = self.export(name)
            with open(path) as f:
                before = f.read()
            done = run("export", self.store, "--format", name, "--list-zone",
                       ZONE, "--tier", "review", "-o", path,
                       preexec_fn=small_disk)
            self.assertEqual(done.returncode, 1, done.stderr)
            self.assertIn("no space left", done.stderr)
            with open(path) as f:
                self.assertEqual(f.read(), before)
            self.assertFalse(os.path.exists(path + ".part"))


@in_own_network
class ListsInOwnNetwork(Lists):
    def nft(self, *words):
        done = subprocess.run([program("nft"), *words], text=True,
                              capture_output=True, env=environment(self.dir))
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout

    def elements(self, name):
        """{(first, last): element} of a set."""
        said = json.loads(self.nft("-j", "list", "set", "inet", "snowline",
                                   name))
        found = {}
        for e in said["nftables"][1]["set"].get("elem", []):
            val = e["elem"]["val"]
            if isinstance(val, dict) and "prefix" in val:
                net = ipaddress.ip_network("%(addr)s/%(len)d" % val["prefix"])
                first, last = str(net[0]), str(net[-1])
            else:
                first, last = val["range"] if isinstance(val, dict) else [
                    val, val]
            found[first, last] = e["elem"]
        return found

    def test_nftables_loads_sets(self):
        path = self.export("nft")
        self.nft("-c", "-f", path)
        self.assertEqual(self.nft("list", "ruleset"), "")
        self.nft("-f", path)
        found = self.elements("listed4")
        whole = {str(ipaddress.ip_address(i)) for first, last in found
                 for i in range(int(ipaddress.ip_address(first)),
                                int(ipaddress.ip_address(last)) + 1)}
        self.assertEqual(whole, set(NAMES))
        self.assertEqual(len(found), len(DOMAINS))  # a run is an element
        for e in found.values():
            self.assertRegex(e["comment"], r"^r[0-9a-f]+ of c[0-9a-f]+, tier "
                                           r"review, [a-z]+\.(com|net)$")
            self.assertEqual(e["timeout"], 14 * 86400)
        with self.subTest("rules stay, what is gone from the list goes"):
            self.check_reload(path)
        with self.subTest("the longest time there is"):
            self.nft("-f", self.export("nft", "--list-expiry", "3650"))
            self.assertEqual({e["timeout"] for e in
                              self.elements("listed4").values()},
                             {3650 * 86400})
        with self.subTest("an empty one empties them"):
            self.nft("-f", self.export("nft", tier="high"))
            self.assertEqual(self.elements("listed4"), {})
        with self.subTest("both families"):
            self.nft("-f", os.path.join(GOLDEN, "list.nft"))
            self.assertEqual(list(self.elements("listed6")),
                             [("2001:db8::1", "2001:db8::4")])

    def check_reload(self, path):
        rule = "tcp dport 25 ip saddr @listed4 counter"
        self.nft("add chain inet snowline smtp "
                 "{ type filter hook input priority 0; }")
        self.nft(f"add rule inet snowline smtp {rule}")
        # another time-out, too: the set that is there takes it
        self.nft("-f", self.export("nft", "--list-expiry", "1",
                                   *self.allow("blueomb.com")))
        found = self.elements("listed4")
        self.assertEqual(len(found), len(DOMAINS) - 1)
        self.assertEqual({e["timeout"] for e in found.values()}, {86400})
        self.assertIn("@listed4", self.nft("list", "chain", "inet", "snowline",
                                           "smtp"))

    def test_smtpd_warns_of_whom_it_finds_there(self):
        table, (listed, other) = self.export("postfix"), ("51.255.21.225",
                                                          OTHERS[0])
        os.chmod(self.dir, 0o711)  # smtpd is not root
        for ip in (listed, other):
            subprocess.run(["ip", "addr", "add", f"{ip}/32", "dev", "lo"],
                           check=True)
        server = Postfix({"127.0.0.2": ("smtpd", {
            "smtpd_delay_reject": "no",
            "smtpd_client_restrictions": f"check_client_access cidr:{table}",
        })})
        self.addCleanup(server.close)
        for ip in (listed, other):
            with socket.create_connection(("127.0.0.2", 25), timeout=20,
                                          source_address=(ip, 0)) as s:
                self.assertRegex(s.makefile("rb").readline(), b"^220 ")
        wait_until(lambda: f" connect from unknown[{other}]" in server.log(),
                   "the second in the log")
        self.assertRegex(
            server.log(), rf"warn: CONNECT from unknown\[{listed}\]: .*"
            r"snowline r[0-9a-f]+ of c[0-9a-f]+, tier review, "
            r"commercieopard\.net; for inspection")
        self.assertNotIn(f"warn: CONNECT from unknown[{other}]", server.log())

    def test_name_servers_deny_what_is_listed(self):
        true = NameServer("nsd", {
            tld: zone(tld, "".join(f"{n}. A 192.0.2.1\n*.{n}. A 192.0.2.2\n"
                                   for n in (*DOMAINS, "innocent." + tld)
                                   if n.endswith("." + tld)))
            for tld in ("com", "net")})
        self.addCleanup(true.close)
        for name in DOMAINS:
            self.assertEqual(ask(true.address, name, "A").n_answers, 1)
        for kind in ("bind-policy", "unbound-policy"):
            with self.subTest(kind):
                self.check_policy(kind, true.address)

    def resolver(self, kind, true, *more, **how):
        """Asks a name server that has a policy zone."""
        with open(self.export("rpz", *more, **how)) as f:
            server = NameServer(kind, {ZONE: f.read()}, forward=true)
        self.addCleanup(server.close)
        return lambda name: ask(server.address, name, "A", rd=1)

    def check_policy(self, kind, true):
        policy = self.resolver(kind, true)
        # a zone is served a moment before it is a policy
        wait_until(lambda: policy("applpeak.com").rcode == 3, "the policy")
        for name in DOMAINS:
            for asked in (name, f"mail.{name}", f"a.b.{name}"):
                self.assertEqual(policy(asked).rcode, 3, asked)
        for name in ("innocent.com", "www.innocent.net"):
            self.assertEqual((policy(name).rcode, policy(name).n_answers),
                             (0, 1), name)
        friendly = self.resolver(kind, true, *self.allow("blueomb.com"))
        wait_until(lambda: friendly("applpeak.com").rcode == 3, "the policy")
        self.assertEqual(friendly("blueomb.com").n_answers, 1)
        nothing = self.resolver(kind, true, tier="high")
        self.assertEqual(nothing("applpeak.com").n_answers, 1)
