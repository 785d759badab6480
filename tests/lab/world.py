#!/usr/bin/env python3
"""The world of the lab: who has which address, name, registration and server.

Everything follows from SEED and case-study-2018.csv: the same files each time.
Registration dates, registrars and all neighbours of the case are made up.

usage: world.py DIR      (writes zones/, rdap/, web.json, smtp.txt, mta.txt,
                          names.json and expected.json into DIR)
"""
import csv
import json
import os
import random
import sys
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

SEED = 2018
HERE = os.path.dirname(os.path.abspath(__file__))
NET = "127.20"
PROVIDER = "lab-provider.net"
NOW = datetime(2018, 5, 15, tzinfo=timezone.utc)

# /24s of the article and where they lie in the lab; last octets stay.
CASE_BLOCKS = {
    "51.255.21": 3, "54.38.4": 11, "144.217.201": 19, "149.56.34": 26,
    "176.31.74": 34, "213.32.32": 45, "213.32.39": 52,
}
CASE_FROM = datetime(2017, 9, 1, tzinfo=timezone.utc)
CASE_TO = datetime(2018, 1, 31, 23, 59, 59, tzinfo=timezone.utc)
REAL_MTA_BLOCK = 11  # its addresses are greeted by Exim


@dataclass(frozen=True)
class Registrar:
    iana_id: int
    name: str
    share: float  # of the background

    @property
    def nameservers(self):
        return [f"ns{i}.dns{self.iana_id}-lab.net" for i in (1, 2)]


REGISTRARS = [
    Registrar(9980, "Made-up Names, Inc.", .31),
    Registrar(9981, "Lab Registrar GmbH", .19),
    Registrar(9982, "Example Domains Ltd", .15),
    Registrar(9983, "Invented Registry Services SAS", .11),
    Registrar(9984, "No Such Names LLC", .09),
    Registrar(9985, "Pretend Domains B.V.", .06),
    Registrar(9986, "Imaginary Hosting, S.L.", .05),
    Registrar(9990, "Fictional Cheap Names Inc.", .04),
]
CASE_REGISTRAR = REGISTRARS[-1]


@dataclass
class Domain:
    name: str
    created: datetime
    registrar: Registrar
    nameservers: list
    shape: str = "thin"          # a key of RDAP_SHAPES, or "absent"
    spf: str = "v=spf1 a mx -all"
    site: bool = False
    hosts: dict = field(default_factory=dict)  # name: [address, ...]


class World:
    def __init__(self):
        self.random = random.Random(SEED)
        self.names = {}    # (block, octet): [name, ...]
        self.cnames = {}   # (block, octet): label of the delegated zone
        self.domains = {}
        self.greeters = {}  # (block, octet): (behaviour, host name)
        self.fresh_names = self.invent_names()

    # Two made-up words each; nobody is meant.
    def invent_names(self):
        first = ["tam", "bru", "kel", "vor", "lin", "mar", "oster", "pel",
                 "quen", "ras", "sel", "thor", "ul", "ves", "wil", "yar",
                 "ander", "bol", "cor", "dren"]
        second = ["wick", "feld", "mont", "gate", "brook", "haven", "stad",
                  "vale", "ridge", "mere"]
        trades = ["joinery", "optics", "cycles", "bakery", "legal", "dental",
                  "garden", "motors", "studio", "press", "travel", "foods",
                  "roofing", "yoga", "wines", "toys", "audio", "parts"]
        made = [f"{a}{b}-{t}" for a in first for b in second for t in trades]
        self.random.shuffle(made)
        return made

    def new_name(self):
        tld = self.random.choices(
            ["com", "net", "org", "de", "info", "co.uk", "eu"],
            [62, 11, 10, 6, 4, 4, 3])[0]
        return f"{self.fresh_names.pop()}.{tld}"

    # A quarter are of the last year, the rest spread evenly back to 2001.
    def any_date(self):
        if self.random.random() < .25:
            return NOW - timedelta(days=365 ** self.random.random(),
                                   seconds=self.random.randrange(86400))
        return datetime(2001, 1, 1, tzinfo=timezone.utc) + timedelta(
            seconds=self.random.randrange(16 * 365 * 86400))

    def add_domain(self, name=None, created=None, registrar=None, **more):
        registrar = registrar or self.random.choices(
            REGISTRARS, [r.share for r in REGISTRARS])[0]
        own = [f"ns{i}.{PROVIDER}" for i in (1, 2)]
        d = Domain(name or self.new_name(), created or self.any_date(),
                   registrar,
                   registrar.nameservers if self.random.random() < .6
                   else own)
        d.shape = self.random.choices(
            ["thin", "thick", "redacted", "odd", "absent"],
            [60, 30, 20, 10, 4])[0]
        d.site = self.random.random() < .7
        for key, value in more.items():
            setattr(d, key, value)
        self.domains[d.name] = d
        return d

    def put(self, block, octet, *names):
        self.names[block, octet] = list(names)
        for name in names:
            owner = self.owner(name)
            if owner:
                owner.hosts.setdefault(name.lower(), []).append(
                    address(block, octet))

    def owner(self, name):
        labels = name.lower().split(".")
        for i in range(len(labels)):
            if ".".join(labels[i:]) in self.domains:
                return self.domains[".".join(labels[i:])]
        return None

    def greet(self, block, octet, behaviour="open", host=None):
        self.greeters[block, octet] = (
            behaviour, host or self.names[block, octet][0])


def address(block, octet):
    return f"{NET}.{block}.{octet}"


# ------------------------------------------------------------ who lives there

def add_provider(w):
    w.add_domain(PROVIDER, datetime(2004, 2, 3, 9, tzinfo=timezone.utc),
                 REGISTRARS[1], shape="thin", site=True)
    for r in REGISTRARS:
        w.add_domain(f"dns{r.iana_id}-lab.net",
                     datetime(2005, 6, 7, 8, 9, tzinfo=timezone.utc), r)
    routers = ["core1.fra", "core2.fra", "edge1.ams", "ns1", "ns2", "mail",
               "www", "rdap", "monitor", "backup"]
    for i, host in enumerate(routers):
        w.put(0, i + 1, f"{host}.{PROVIDER}")
    w.greet(0, 6)


def add_generic(w):
    spelling = {
        5: lambda b, o: f"ip-127-20-{b}-{o}.pool.{PROVIDER}",
        6: lambda b, o: f"ip-127-20-{b}-{o}.pool.{PROVIDER}",
        12: lambda b, o: f"static.{o}.{b}.20.127.clients.{PROVIDER}",
        13: lambda b, o: f"host-7f14{b:02x}{o:02x}.dyn.{PROVIDER}",
        27: lambda b, o: f"127-020-{b:03}-{o:03}.static.{PROVIDER}",
        40: lambda b, o: f"ip-127-20-{b}-{o}.pool.{PROVIDER}",
        41: lambda b, o: f"ip-127-20-{b}-{o}.pool.{PROVIDER}",
    }
    for block, spell in spelling.items():
        for octet in range(256):
            w.put(block, octet, spell(block, octet))
    for octet in range(10, 250):
        w.put(8, octet, f"vps{octet + 117}.{PROVIDER}")
    for octet in range(20, 220):
        w.put(10, octet, f"unassigned.{PROVIDER}")


def case_rows():
    with open(os.path.join(HERE, "case-study-2018.csv"), newline="") as f:
        for row in csv.DictReader(f):
            net, octet = row["ip"].rsplit(".", 1)
            yield CASE_BLOCKS[net], int(octet), row["ptr"]


def add_case(w):
    span = int((CASE_TO - CASE_FROM).total_seconds())
    for block, octet, name in case_rows():
        domain = ".".join(name.split(".")[-2:])
        if domain not in w.domains:
            at = CASE_FROM + timedelta(seconds=w.random.randrange(span))
            w.add_domain(domain, at, CASE_REGISTRAR, site=False,
                         nameservers=CASE_REGISTRAR.nameservers,
                         shape=w.random.choice(["thin", "thick"]))
        w.put(block, octet, name)
        w.greet(block, octet,
                "mta" if block == REAL_MTA_BLOCK else "open")


# The next addresses belong to others, so that a run's ends can be seen.
def add_case_neighbours(w):
    for block in CASE_BLOCKS.values():
        taken = [o for b, o in w.names if b == block]
        for octet in list(range(2, min(taken))) + \
                list(range(max(taken) + 1, 255)):
            if (octet // 16) % 3:
                w.put(block, octet,
                      f"ip-127-20-{block}-{octet}.static.{PROVIDER}")
    old = w.add_domain(created=datetime(2009, 5, 4, tzinfo=timezone.utc))
    w.put(CASE_BLOCKS["144.217.201"], 158, f"mail.{old.name}")
    return [old.name]


def add_companies(w):
    old = w.add_domain("oldhaven-instruments.com",
                       datetime(2003, 4, 11, 10, 20, 30, tzinfo=timezone.utc),
                       REGISTRARS[0], site=True)
    for i, host in enumerate(["mail", "mail2", "mx1", "mx2"]):
        w.put(7, 16 + i, f"{host}.{old.name}")
        w.greet(7, 16 + i, "mta")
    new = w.add_domain("newmere-logistics.com",
                       datetime(2017, 11, 20, 7, 1, 2, tzinfo=timezone.utc),
                       REGISTRARS[2], site=True)
    for i in range(3):
        w.put(16, 80 + i, f"mail{i + 1}.{new.name}")
        w.greet(16, 80 + i)
    new.hosts[f"mail3.{new.name}"] = [address(16, 90)]  # moved, and forgotten
    campus = w.add_domain("vorridge-college.org",
                          datetime(2001, 9, 3, tzinfo=timezone.utc),
                          REGISTRARS[3], site=True)
    users = ["anna", "ben", "carla", "dario", "elif", "femke", "goran"]
    devices = ["laptop", "phone", "printer", "tablet", "desktop"]
    for octet in range(30, 170):
        who = users[octet % 7] + "-" + devices[octet % 5]
        w.put(17, octet, f"{who}-{octet // 35}.{campus.name}")
    return [old.name, new.name, campus.name]


def add_mail_service(w):
    customers = []
    for octet in range(64):
        age = w.random.randrange(500, 6000)
        d = w.add_domain(
            created=NOW - timedelta(days=age,
                                    seconds=w.random.randrange(86400)),
            site=True, spf="v=spf1 include:spf.lab-esp.net ~all")
        w.put(14, octet, f"o{1 + octet % 3}.ptr{1200 + octet * 7}.{d.name}")
        w.greet(14, octet, "open", "smtp.lab-esp.net")
        customers.append(d.name)
    return customers


def hosted_names(w, d):
    return w.random.choice([[d.name], [f"www.{d.name}"], [f"mail.{d.name}"],
                            [f"server.{d.name}"]])


def add_hosting(w):
    customers = []
    fresh = 0
    for block in (21, 22, 23, 24, 28, 29):
        octet = 4
        while octet < 70:
            more = {}
            if block in (22, 28) and octet % 12 == 4:  # new, one address each
                more = {"created": CASE_FROM + timedelta(
                            seconds=w.random.randrange(150 * 86400)),
                        "registrar": CASE_REGISTRAR if fresh % 3 == 0
                        else w.random.choice(REGISTRARS[:7])}
                fresh += 1
            d = w.add_domain(**more)
            customers.append(d.name)
            w.put(block, octet, *hosted_names(w, d))
            if w.random.random() < .5:
                w.greet(block, octet,
                        w.random.choice(["open", "open", "554", "421"]))
            octet += 1
            if not more and d.created < NOW - timedelta(days=1200) and \
                    w.random.random() < .06:
                w.put(block, octet, f"mx.{d.name}")
                octet += 1
    return customers


# RFC 2317: the customer of a /27 keeps its own reverse zone.
def add_classless(w):
    customers = []
    for octet in range(32, 64):
        w.cnames[9, octet] = "32/27"
    for octet in range(36, 60, 4):
        d = w.add_domain(created=NOW - timedelta(days=900 + 37 * octet))
        w.put(9, octet, f"gw.{d.name}")
        customers.append(d.name)
    return customers


def add_odd(w):
    d = w.add_domain("manynames-lab.com",
                     datetime(2008, 8, 8, tzinfo=timezone.utc))
    w.put(18, 10, *[f"{h}.{d.name}" for h in ("a", "b", "c", "d", "e")])
    w.put(18, 20, "MAIL.ManyNames-Lab.COM")
    w.put(18, 30, "localhost")
    w.put(18, 40, "printer.localdomain")
    w.put(18, 50, "_odd_label.manynames-lab.com")
    w.put(18, 60, r"escaped\.dot.manynames-lab.com")
    w.put(18, 70, r"tab\009name.manynames-lab.com")
    w.put(18, 80, "=formula.manynames-lab.com")
    w.put(18, 90, "xn--bcher-kva.manynames-lab.com")
    w.put(18, 100, ".".join(["l" * 63] * 3 + ["m" * 43]) +
          ".manynames-lab.com")
    return [d.name]


def make_world():
    w = World()
    add_provider(w)
    add_generic(w)
    add_case(w)
    innocent = {"neighbour": add_case_neighbours(w),
                "company": add_companies(w),
                "mail_service": add_mail_service(w),
                "hosting": add_hosting(w),
                "classless": add_classless(w),
                "odd": add_odd(w),
                "provider": [PROVIDER]}
    return w, innocent


# ------------------------------------------------------- registration records

def stamp(t):
    return t.strftime("%Y-%m-%dT%H:%M:%SZ")


def vcard(name):
    return ["vcard", [["version", {}, "text", "4.0"],
                      ["fn", {}, "text", name]]]


def registrar_entity(d, roles=("registrar",)):
    return {"objectClassName": "entity", "handle": str(d.registrar.iana_id),
            "roles": list(roles),
            "publicIds": [{"type": "IANA Registrar ID",
                           "identifier": str(d.registrar.iana_id)}],
            "vcardArray": vcard(d.registrar.name)}


def events(d, action="registration"):
    return [{"eventAction": action, "eventDate": stamp(d.created)},
            {"eventAction": "expiration",
             "eventDate": stamp(NOW.replace(month=11, day=3))}]


def nameservers(d, upper=False):
    return [{"objectClassName": "nameserver",
             "ldhName": n.upper() if upper else n} for n in d.nameservers]


def rdap_thin(d):
    return {"objectClassName": "domain", "ldhName": d.name.upper(),
            "handle": "1000001_DOMAIN-LAB",
            "links": [{"rel": "self", "type": "application/rdap+json",
                       "href": f"https://rdap.{PROVIDER}/domain/{d.name}"}],
            "status": ["client transfer prohibited"],
            "entities": [registrar_entity(d)], "events": events(d),
            "secureDNS": {"delegationSigned": False},
            "nameservers": nameservers(d, upper=True),
            "rdapConformance": ["rdap_level_0"]}


# The registrant's own event must not be taken for the domain's.
def rdap_thick(d):
    registrant = {"objectClassName": "entity", "roles": ["registrant"],
                  "vcardArray": vcard("Privacy Service"),
                  "events": [{"eventAction": "registration",
                              "eventDate": "2009-01-01T00:00:00Z"}]}
    when = d.created.strftime("%Y-%m-%dT%H:%M:%S.881923Z")
    return {"objectClassName": "domain", "ldhName": d.name,
            "unicodeName": d.name, "status": ["active"],
            "entities": [registrant,
                         registrar_entity(d, ("sponsor", "registrar"))],
            "events": [{"eventAction": "last changed",
                        "eventDate": stamp(NOW)},
                       {"eventAction": "registration", "eventDate": when}],
            "nameservers": nameservers(d),
            "rdapConformance": ["rdap_level_0"]}


def rdap_redacted(d):
    path = "$.entities[?(@.roles[0]=='registrant')].vcardArray[1][?(@[0]==" \
           "'fn')][3]"
    return {"objectClassName": "domain", "ldhName": d.name,
            "status": ["active"], "events": events(d),
            "entities": [registrar_entity(d),
                         {"objectClassName": "entity",
                          "roles": ["registrant"], "vcardArray": vcard("")}],
            "redacted": [{"name": {"description": "Registrant Name"},
                          "postPath": path, "pathLang": "jsonpath",
                          "method": "emptyValue",
                          "reason": {"description": "Server policy"}}],
            "nameservers": nameservers(d),
            "rdapConformance": ["rdap_level_0", "redacted"]}


# A date without a time, a status that is no list, the name on a nested entity.
def rdap_odd(d):
    abuse = {"objectClassName": "entity", "roles": ["abuse"], "vcardArray": [
        "vcard", [["version", [], "text", "4.0"], ["lang", {}, "en"],
                  ["fn", {}, "text", d.registrar.name]]]}
    registrar = {"objectClassName": "entity", "roles": ["registrar"],
                 "publicIds": [{"type": "IANA Registrar ID",
                                "identifier": str(d.registrar.iana_id)}],
                 "entities": [abuse]}
    return {"objectClassName": "domain", "unicodeName": d.name,
            "status": "active", "entities": [registrar],
            "events": [{"eventAction": "Registration",
                        "eventDate": d.created.strftime("%Y-%m-%d")}]}


RDAP_SHAPES = {"thin": rdap_thin, "thick": rdap_thick,
               "redacted": rdap_redacted, "odd": rdap_odd}


# --------------------------------------------------------------------- files

def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as f:
        f.write(text)


def zone_head(origin, servers):
    lines = [f"$ORIGIN {origin}", "$TTL 3600",
             f"@ SOA ns1.{PROVIDER}. hostmaster.{PROVIDER}. 1 3600 600 86400 "
             "300"]
    return lines + [f"@ NS {s}." for s in servers]


def reverse_zones(w):
    servers = [f"ns{i}.{PROVIDER}" for i in (1, 2)]
    zones = {"20.127.in-addr.arpa": zone_head("20.127.in-addr.arpa.", servers)}
    for (block, octet), label in w.cnames.items():
        origin = f"{label}.{block}.20.127.in-addr.arpa"
        if origin not in zones:
            zones[origin] = zone_head(origin + ".", servers)
            zones["20.127.in-addr.arpa"] += [
                f"{label}.{block} NS {s}." for s in servers]
        zones["20.127.in-addr.arpa"].append(
            f"{octet}.{block} CNAME {octet}.{origin}.")
    for (block, octet), names in sorted(w.names.items()):
        label = w.cnames.get((block, octet))
        zone = f"{label}.{block}.20.127.in-addr.arpa" if label else \
            "20.127.in-addr.arpa"
        owner = octet if label else f"{octet}.{block}"
        zones[zone] += [f"{owner} PTR {name}." for name in names]
    return zones


def forward_zone(d):
    lines = zone_head(d.name + ".", d.nameservers)
    hosts = {d.name: sorted(sum(d.hosts.values(), []))[:1]} | d.hosts
    for name, addresses in sorted(hosts.items()):
        lines += [f"{name}. A {a}" for a in addresses]
    mail = sorted(n for n in d.hosts if n != d.name) or [d.name]
    lines += [f"@ MX 10 {mail[0]}.", f'@ TXT "{d.spf}"']
    return lines


def root_zone(zones):
    lines = zone_head(".", [f"ns1.{PROVIDER}"])
    parents = [z for z in zones if "/" not in z]
    return lines + [f"{z}. NS ns{i}.{PROVIDER}." for z in parents
                    for i in (1, 2)]


def write_zones(w, folder):
    zones = reverse_zones(w)
    for d in w.domains.values():
        zones[d.name] = forward_zone(d)
    zones[PROVIDER] += [f"ns{i}.{PROVIDER}. A 127.0.0.1" for i in (1, 2)
                        if f"ns{i}.{PROVIDER}" not in
                        w.domains[PROVIDER].hosts]
    # who scans: its name leads to us, and back
    zones[PROVIDER].append(f"probe.{PROVIDER}. A 127.0.0.1")
    zones["0.0.127.in-addr.arpa"] = zone_head(
        "0.0.127.in-addr.arpa.", [f"ns{i}.{PROVIDER}" for i in (1, 2)]) + [
            f"1 PTR probe.{PROVIDER}."]
    zones["."] = root_zone(zones)
    conf = []
    for name, lines in zones.items():
        path = os.path.join(folder, "zones",
                            "root" if name == "." else name.replace("/", "-"))
        write(path, "\n".join(lines) + "\n")
        conf.append(f'zone:\n  name: "{name}"\n  zonefile: "{path}"\n')
    write(os.path.join(folder, "zones.conf"), "".join(conf))


# All of the lab is one network, as a registry nests its contacts.
def rdap_network():
    abuse = {"objectClassName": "entity", "roles": ["abuse"], "vcardArray": [
        "vcard", [["version", {}, "text", "4.0"],
                  ["email", {}, "text", f"abuse@{PROVIDER}"]]]}
    return {"objectClassName": "ip network", "handle": "NET-127-20-0-0-1",
            "startAddress": "127.20.0.0", "endAddress": "127.20.63.255",
            "ipVersion": "v4", "name": "LAB-PROVIDER",
            "entities": [{"objectClassName": "entity", "handle": "LAB-1",
                          "roles": ["registrant"],
                          "vcardArray": vcard("Lab Provider Ltd"),
                          "entities": [abuse]}],
            "rdapConformance": ["rdap_level_0"]}


def write_registry(w, folder):
    write(os.path.join(folder, "rdap", "network.json"),
          json.dumps(rdap_network(), indent=1) + "\n")
    for d in w.domains.values():
        if d.shape in RDAP_SHAPES:
            write(os.path.join(folder, "rdap", "domain", d.name),
                  json.dumps(RDAP_SHAPES[d.shape](d), indent=1) + "\n")
    write(os.path.join(folder, "rdap", "404.json"), json.dumps(
        {"rdapConformance": ["rdap_level_0"], "errorCode": 404,
         "title": "Not Found",
         "description": ["The requested domain was not found."]}) + "\n")


def write_greeters(w, folder):
    many, few = [], []
    for (block, octet), (behaviour, host) in sorted(w.greeters.items()):
        if behaviour == "mta":
            few.append(f"{address(block, octet)}: {host}\n")
        else:
            many.append(f"{address(block, octet)} {behaviour} {host}\n")
    write(os.path.join(folder, "smtp.txt"), "".join(many))
    write(os.path.join(folder, "mta.txt"), "".join(few))


def expected(w, innocent):
    runs = {}
    for block, octet, name in case_rows():
        domain = ".".join(name.split(".")[-2:])
        run = runs.setdefault(domain, {"domain": domain,
                                       "first": address(block, octet)})
        run["last"] = address(block, octet)
        run["created"] = stamp(w.domains[domain].created)
    return {"made_up": "registration dates, registrars, all but the case",
            "runs": list(runs.values()),
            "campaign": sorted(runs), "innocent": innocent,
            "registrar": CASE_REGISTRAR.name,
            "registrar_iana_id": CASE_REGISTRAR.iana_id,
            "registrations": {d.name: stamp(d.created)
                              for d in w.domains.values()}}


def write_world(folder):
    w, innocent = make_world()
    write_zones(w, folder)
    write_registry(w, folder)
    write_greeters(w, folder)
    sites = {d.name: sorted(sum(d.hosts.values(), []))[0]
             for d in w.domains.values() if d.site and d.hosts}
    names = {address(*at): n for at, n in sorted(w.names.items())}
    for name, value in (("web", sites), ("names", names),
                        ("expected", expected(w, innocent))):
        write(os.path.join(folder, name + ".json"),
              json.dumps(value, indent=1) + "\n")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__.strip())
    write_world(sys.argv[1])
