"""A provider's network as a scan would find it, and the truth about it.

Tenants (benign.py, bad.py) take addresses and register domains; what is left
over is filled as providers do. Then it is written as the records that the
commands `ptr`, `probe` and `domain` print. One seed makes one world.
"""
import json
import os
import random
from dataclasses import dataclass, field

from names import Names, UNDATED

NOW = 1788220800  # 2026-09-01T00:00:00Z
NOW_TEXT = "2026-09-01T00:00:00Z"
DAY = 86400
YEAR = 365.25 * DAY
NETBLOCKS, BLOCKS = 5, 11  # /20s of 198.18.0.0/15 (RFC 2544), /24s of each
HOSTING = 4                # of these are let by the address
PROVIDER = "tamholm.net.example"

SOFTWARE = [
    ("220 {host} ESMTP Postfix", ["PIPELINING", "SIZE 10240000", "STARTTLS",
                                  "8BITMIME", "DSN"], 40),
    ("220 {host} ESMTP Postfix (Debian/GNU)",
     ["PIPELINING", "SIZE 10240000", "ETRN", "STARTTLS", "8BITMIME",
      "SMTPUTF8"], 20),
    ("220 {host} ESMTP Exim 4.96 Tue, 01 Sep 2026 00:00:00 +0000",
     ["SIZE 52428800", "8BITMIME", "PIPELINING", "HELP"], 25),
    ("220 {host} Microsoft ESMTP MAIL Service ready",
     ["SIZE 37748736", "PIPELINING", "DSN", "8BITMIME"], 15),
]
# policies of the innocent; {ip} is the first address, {all} the first eight
POLICIES = [
    ("v=spf1 a mx ~all", 30), ("v=spf1 a mx -all", 10),
    ("v=spf1 mx ~all", 8), ("v=spf1 ip4:{ip} -all", 8),
    ("v=spf1 a mx ip4:{ip} ~all", 12),
    ("v=spf1 include:spf.docsuite.net.example ~all", 14),
    ("v=spf1 include:spf.officemail.net.example -all", 14),
    ("", 4),
]
WEBS = {
    "site": ("content", "site"), "thin": ("content", "thin"),
    "soon": ("default", "placeholder"), "panel": ("default", "panel"),
    "parked": ("parked", "held"), "sale": ("parked", "for-sale"),
    "elsewhere": ("content", "elsewhere"), "none": ("none", "nxdomain"),
    "refused": ("refused", None), "timeout": ("timeout", None),
}


@dataclass(frozen=True)
class Registrar:
    iana_id: int
    name: str
    share: float

    @property
    def nameservers(self):
        return [f"ns{i}.dns{self.iana_id}.net.example" for i in (1, 2)]


@dataclass
class Domain:
    name: str
    kind: str
    created: int = None
    registrar: Registrar = None
    nameservers: list = field(default_factory=list)
    spf: str = None  # a form of POLICIES, or text
    passes: list = field(default_factory=list)
    web: str = "site"
    takes_mail: bool = True
    title: str = None
    is_date_only: bool = False
    hosts: dict = field(default_factory=dict)  # name: [address, ...]


@dataclass
class Run:
    """Addresses of one domain in truth, gaps left out."""
    domain: str
    addrs: list


@dataclass
class Campaign:
    kind: str
    runs: list
    is_dated: bool = True  # the goals are for these

    @property
    def domains(self):
        return sorted({r.domain for r in self.runs})


def text(addr):
    return f"198.{18 + (addr >> 16)}.{addr >> 8 & 255}.{addr & 255}"


def number(addr):
    a, b, c, d = (int(x) for x in addr.split("."))
    return (b - 18) << 16 | c << 8 | d if a == 198 else -1


class World:
    def __init__(self, seed):
        self.seed = seed
        self.rng = random.Random(seed)
        self.made = Names(self.rng)
        self.names = {}    # address: [name, ...]
        self.mail = {}     # address: (status, host, banner, capabilities, key)
        self.domains = {}
        self.campaigns = []
        self.used = set()
        self.registrars = self.invent_registrars()
        self.hosts = [[f"ns{i}.{self.made.stem()}-dns.net.example"
                       for i in (1, 2)] for _ in range(25)]
        self.provider = self.add_domain(
            PROVIDER, "provider", created=NOW - int(14 * YEAR),
            registrar=self.registrars[3])
        self.blocks = [n * 16 + b for n in range(NETBLOCKS)
                       for b in range(BLOCKS)]

    def invent_registrars(self):
        made = []
        for i in range(40):
            stem = self.made.stem().capitalize()
            made.append(Registrar(64000 + i, f"{stem} Names {i}",
                                  1 / (i + 1.5) ** 1.15))
        return made

    # ---------------------------------------------------------- registrations

    def any_registrar(self):
        return self.rng.choices(self.registrars,
                                [r.share for r in self.registrars])[0]

    def any_age(self):
        """A quarter is of the last year, most of these young."""
        if self.rng.random() < .25:
            return int(365 ** self.rng.random() * DAY)
        return int(self.rng.random() * 10 * YEAR)

    def any_nameservers(self, registrar, name):
        kind = self.rng.random()
        if kind < .5:
            return registrar.nameservers
        if kind < .7:
            return [f"ns{i}.{PROVIDER}" for i in (1, 2)]
        if kind < .95:
            return self.rng.choices(self.hosts, [1 / (i + 1) for i in range(
                len(self.hosts))])[0]
        return [f"ns{i}.{name}" for i in (1, 2)]

    def add_domain(self, name, kind, created=None, registrar=None, **more):
        """A registration; without a date one of any age is made up."""
        registrar = registrar or self.any_registrar()
        if created is None:
            created = NOW - self.any_age() - self.rng.randrange(DAY)
        d = Domain(name, kind, created, registrar)
        d.nameservers = more.pop("nameservers", None) or \
            self.any_nameservers(registrar, name)
        d.spf = self.rng.choices([p for p, _ in POLICIES],
                                 [n for _, n in POLICIES])[0]
        d.is_date_only = self.rng.random() < .1
        if name.partition(".")[2] in UNDATED:
            d.created = d.registrar = None
        for key, value in more.items():
            setattr(d, key, value)
        self.domains[name] = d
        return d

    # -------------------------------------------------------------- addresses

    def take(self, size, align=1, netblock=None, hosting=None):
        """So many addresses in a row, somewhere; in blocks let by the address
        (hosting), in the others, or in either."""
        for _ in range(4000):
            n = self.rng.randrange(NETBLOCKS) if netblock is None else netblock
            b = self.rng.randrange(BLOCKS)
            if hosting is not None and hosting != (b < HOSTING):
                continue
            starts = range(0 if align == 256 else align, 257 - size, align)
            first = (n * 16 + b << 8) + self.rng.choice(starts)
            wanted = range(first, first + size)
            if not any(a in self.used for a in wanted):
                self.used.update(wanted)
                return list(wanted)
        raise RuntimeError(f"no {size} addresses are left")

    def put(self, addr, *names):
        self.names[addr] = list(names)
        self.used.add(addr)
        for name in names:
            owner = self.owner(name)
            if owner:
                owner.hosts.setdefault(name, []).append(addr)

    def owner(self, name):
        labels = name.split(".")
        for i in range(len(labels)):
            if ".".join(labels[i:]) in self.domains:
                return self.domains[".".join(labels[i:])]
        return None

    def greet(self, addr, status="open", host=None, software=None, key=None):
        banner, capabilities = software or self.any_software()
        host = host or self.names[addr][0]
        self.mail[addr] = (status, host, banner.format(host=host),
                           capabilities, key)

    def any_software(self):
        return self.rng.choices([s[:2] for s in SOFTWARE],
                                [s[2] for s in SOFTWARE])[0]

    # ---------------------------------------------------------------- records

    def bad_domains(self):
        return {d for c in self.campaigns for d in c.domains}

    def ptr_records(self):
        """Every address of the network: a scan asks for all of them."""
        for block in self.blocks:
            for addr in range(block << 8, (block + 1) << 8):
                names = self.names.get(addr, [])
                yield {"ip": text(addr),
                       "status": "name" if names else "nxdomain",
                       "names": names, "ttl": 3600 if names else None,
                       "resolver": "192.0.2.53:53", "time": NOW_TEXT}

    def probe_records(self):
        for addr in sorted(self.mail):
            yield probe_record(addr, *self.mail[addr])

    def domain_records(self):
        for name in sorted(self.domains):
            yield domain_record(self.domains[name])

    def write(self, folder):
        """The files, in the order they are to be read in."""
        made = []
        for kind in ("ptr", "probe", "domain"):
            made.append(os.path.join(folder, kind + ".ndjson"))
            with open(made[-1], "w") as f:
                for record in getattr(self, kind + "_records")():
                    f.write(json.dumps(record, separators=(",", ":")) + "\n")
        return made


def make_world(seed):
    """The world of one seed, with everybody in it."""
    import bad
    import benign
    w = World(seed)
    bad.add_all(w)
    benign.add_all(w)
    for block in w.blocks:
        if block % 16 < HOSTING:
            benign.fill_hosting(w, block)
        else:
            benign.fill_customers(w, block)
    return w


NO_TLS = dict.fromkeys(["version", "cipher", "subject", "issuer", "not_before",
                        "not_after", "spki_sha256", "self_signed"])


def tls_record(key, host):
    if not key:
        return {"status": "not-offered", "names": [], **NO_TLS}
    return {"status": "ok", **NO_TLS, "version": "TLSv1.3",
            "cipher": "TLS_AES_256_GCM_SHA384", "subject": host,
            "names": [host], "issuer": host, "spki_sha256": key,
            "not_before": "2026-01-01T00:00:00Z",
            "not_after": "2027-01-01T00:00:00Z", "self_signed": True}


def probe_record(addr, status, host, banner, capabilities, key):
    is_open = status == "open"
    return {"ip": text(addr), "port": 25, "status": status,
            "banner": banner if is_open else None,
            "code": 220 if is_open else None,
            "greeting_ms": 20 if is_open else None,
            "ehlo": {"status": "ok" if is_open else "not-asked",
                     "hello": host if is_open else None,
                     "capabilities": capabilities if is_open else []},
            "tls": tls_record(key, host) if is_open else
            {"status": "not-asked", "names": [], **NO_TLS},
            "client_blocked": False, "time": NOW_TEXT}


def stamp(seconds):
    """UTC, by hand: no locale, no time zone of this machine."""
    days, rest = divmod(seconds, DAY)
    z = days + 719468
    era, doe = divmod(z, 146097)
    yoe = (doe - doe // 1460 + doe // 36524 - doe // 146096) // 365
    doy = doe - (365 * yoe + yoe // 4 - yoe // 100)
    m, d = (5 * doy + 2) // 153, doy - (153 * ((5 * doy + 2) // 153) + 2) // 5
    month = m + 3 if m < 10 else m - 9
    year = yoe + era * 400 + (month <= 2)
    return (f"{year:04}-{month:02}-{d + 1:02}T{rest // 3600:02}:"
            f"{rest // 60 % 60:02}:{rest % 60:02}Z")


def website_record(d, address):
    status, detail = WEBS[d.web]
    is_page = status in ("content", "parked", "default")
    return status, {
        "detail": detail, "http_status": 200 if is_page else None,
        "url": f"http://{d.name}/" if is_page else None,
        "redirects_to": "www." + d.name.replace(".", "-group.", 1)
        if d.web == "elsewhere" else None, "address": address if is_page else None,
        "title": (d.title or d.name) if is_page else None,
        "text_octets": {"site": 4200, "elsewhere": 3100, "none": None,
                        "refused": None, "timeout": None}.get(d.web, 180),
        "names_company": d.web == "site" if is_page else None,
        "company_sign": "imprint" if d.web == "site" else None}


def domain_record(d):
    hosts = sorted((addrs[0], name) for name, addrs in d.hosts.items())
    address = text(hosts[0][0]) if hosts else "198.51.100.7"
    mx = [n for _, n in hosts if n != d.name][:2] or [d.name]
    mx = mx if d.takes_mail else []
    web, website = website_record(d, address)
    is_known = d.created is not None or d.registrar is not None
    created = d.created and stamp(d.created)
    if created and d.is_date_only:
        created = created[:10]
    addrs = [text(a) for a, _ in hosts[:8]]
    spf = d.spf.format(ip=addrs[0] if addrs else "192.0.2.1")
    passes = d.passes or (addrs if d.takes_mail and spf else [])
    return {
        "domain": d.name, "status": "registered" if is_known else "unknown",
        "registrar": d.registrar and d.registrar.name,
        "registrar_iana_id": d.registrar and d.registrar.iana_id,
        "created": created, "expires": None, "updated": None, "statuses": [],
        "nameservers": d.nameservers if is_known else [],
        "source": "https://rdap.example/domain/" + d.name if is_known
        else None,
        "mx": mx, "spf": spf, "dmarc": "",
        "a": [] if web == "none" else [address], "web": web, "time": NOW_TEXT,
        "aaaa": [],
        "dns": {"ns": sorted(d.nameservers), "soa_server": d.nameservers[0],
                "soa_mailbox": "hostmaster." +
                d.nameservers[0].partition(".")[2],
                "soa_serial": 2026010101},
        "mail": {"mx_status": "name" if mx else "nodata", "spf_status": "ok" if spf else "none",
                 "spf_all": spf[-4] if spf else None, "spf_lookups": 0,
                 "spf_includes": [w.partition(":")[2] for w in spf.split()
                                  if w.startswith("include:")],
                 "spf_passes": passes if spf else [],
                 "dmarc_policy": None},
        "website": website}
