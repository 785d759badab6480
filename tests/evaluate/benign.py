"""Everybody else: those who only look like it, and the many who do not."""
from names import DEVICES, PEOPLE
from world import DAY, NOW, PROVIDER, Registrar, YEAR

CORPORATE = [Registrar(292, "Corporate names I", 0),
             Registrar(299, "Corporate names II", 0)]
PARKING = [f"ns{i}.parking-lot.net.example" for i in (1, 2)]
MX_SCHEMES = [
    ["mail", "mail2", "mx1", "mx2", "smtp", "out1", "out2", "relay"],
    ["mx1", "mx2", "mx3", "mx4", "mx5", "mx6", "mx7", "mx8"],
    ["mail", "www", "ns1", "ns2", "vpn", "ftp", "web", "owa"],
    ["", "mail", "www", "ns1", "ns2", "smtp", "imap", "dev"],
    ["smtp1", "smtp2", "smtp3", "smtp4", "smtp5", "smtp6", "smtp7", "smtp8"],
]


def host(label, name):
    return f"{label}.{name}" if label else name


def put_hosts(w, d, addrs, labels, rate=.85):
    """A run of one domain's hosts, most of which greet."""
    software = w.any_software()
    for addr, label in zip(addrs, labels):
        w.put(addr, host(label, d.name))
        w.greet(addr, "open" if w.rng.random() < rate else "refused",
                software=software)


def young(w, days=365):
    return NOW - int((2 + w.rng.random() * (days - 2)) * DAY)


def old(w):
    return NOW - int((1.2 + w.rng.random() * 14) * YEAR)


def add_company(w, kind, created, size=None, web=None, **more):
    size = size or w.rng.choice([2, 2, 2, 3, 3, 4, 4, 5, 6, 8])
    d = w.add_domain(w.made.company(), kind, created, web=web or "site",
                     **more)
    align = 1 if w.rng.random() < .3 else 2 if size < 4 else 4
    put_hosts(w, d, w.take(size, align), w.rng.choice(MX_SCHEMES))
    return d


def add_companies(w):
    for _ in range(70):
        add_company(w, "company-old", old(w))
    for _ in range(30):
        add_company(w, "company-young", young(w), web=w.rng.choices(
            ["site", "thin", "soon", "parked"], [80, 6, 10, 4])[0])
    for _ in range(3):  # moved here lately: many new names of an old domain
        add_company(w, "renumbered", old(w), size=8)


def young_web(w):
    return w.rng.choices(["site", "thin", "soon", "panel", "parked", "none",
                          "refused", "elsewhere"],
                         [50, 8, 14, 6, 10, 4, 4, 4])[0]


def add_pairs(w):
    """New customers with two addresses: the domain and its mail server."""
    for _ in range(40):
        registrar = w.registrars[0] if w.rng.random() < .4 else None
        d = w.add_domain(w.made.company(), "young-pair", young(w, 240),
                         registrar, web=young_web(w))
        put_hosts(w, d, w.take(2), w.rng.choice(
            [["", "mail"], ["www", "mail"], ["ns1", "ns2"], ["mail", ""]]))


def add_startups(w):
    """One firm with the domains of its products, all new, and a site."""
    for _ in range(6):
        n, first = w.rng.choice([3, 3, 4]), young(w, 300)
        registrar, stem = w.any_registrar(), w.made.stem()
        servers = w.any_nameservers(registrar, stem + ".com.example")
        space = w.take(2 * n, 2)
        for i in range(n):
            d = w.add_domain(
                w.made.brand(stem) if w.rng.random() < .6
                else w.made.company("com.example"), "startup",
                min(NOW - DAY, first + w.rng.randrange(20 * DAY)), registrar,
                nameservers=servers, web="site" if i < n - 1 else
                w.rng.choice(["site", "elsewhere", "soon"]))
            put_hosts(w, d, space[2 * i:2 * i + 2], ["", "mail"])


def add_webshops(w):
    """A small host's customers: one registrar, one set of name servers, two
    addresses each, come in the course of years."""
    for _ in range(5):
        n, registrar = w.rng.choice([5, 8, 10]), w.any_registrar()
        servers = [f"ns{i}.{w.made.company('net.example')}" for i in (1, 2)]
        space = w.take(2 * n, 2)
        for i in range(n):
            d = w.add_domain(w.made.company("com.example"), "webshop",
                             NOW - w.any_age(), registrar,
                             nameservers=servers, web=w.rng.choices(
                                 ["site", "thin", "soon"], [80, 10, 10])[0])
            put_hosts(w, d, space[2 * i:2 * i + 2], ["", "mail"])


def add_esp(w):
    """Customers of a large sender, an address or a few each."""
    for kind, spell in (
            ("esp-dedicated", lambda i, d: f"o{i % 3 + 1}.ptr{1200 + i}.{d}"),
            ("esp-dedicated", lambda i, d: f"mta{i % 4 + 1}.em.{d}"),
            ("esp-customer", lambda i, d: f"mta{i % 4 + 1}.{d}")):
        space, at = w.take(96, 32), 0
        while at < len(space):
            d = w.add_domain(w.made.company(), kind, spf="v=spf1 "
                             "include:spf.bulkpost.net.example ~all")
            for addr in space[at:at + w.rng.choice([1, 1, 1, 2, 2, 4])]:
                w.put(addr, spell(at, d.name))
                w.greet(addr, host="smtp.bulkpost.net.example")
                at += 1
    d = w.add_domain(w.made.company("net.example"), "esp-pool",
                     NOW - int(9 * YEAR))
    for i, addr in enumerate(w.take(64, 64)):
        w.put(addr, f"a{i // 40}-{i}.smtp-out.{d.name}")
        w.greet(addr)


def add_brands(w):
    """A launch: names of one product, one day, one corporate registrar."""
    n, stem, day = w.rng.choice([6, 8, 10]), w.made.stem(), young(w, 200)
    registrar = w.rng.choice(CORPORATE)
    servers = [f"ns{i}.{stem}-corp.com.example" for i in (1, 2)]
    space = w.take(2 * n, 2)
    for i in range(n):
        d = w.add_domain(w.made.brand(stem), "brand-launch",
                         day + 40 * i, registrar, nameservers=servers,
                         web=w.rng.choice(["site", "site", "elsewhere"]),
                         title=stem)
        put_hosts(w, d, space[2 * i:2 * i + 2], ["", "www"], .3)


def add_domainers(w):
    """Held for sale on consecutive addresses; no mail."""
    for kind, window in (("domainer", 3 * YEAR), ("drop-catch", 20)):
        for size in (1, 2):
            n, registrar = w.rng.choice([8, 12, 16]), w.any_registrar()
            last = young(w, 200)
            space = w.take(n * size)
            for i in range(n):
                d = w.add_domain(
                    w.made.company("com.example"), kind,
                    last - int(w.rng.random() * window), registrar,
                    nameservers=PARKING, web=w.rng.choice(["parked", "sale"]),
                    title="This domain is parked", spf="v=spf1 -all",
                    takes_mail=False)
                for k in range(size):
                    w.put(space[i * size + k], host(["", "www"][k], d.name))
                    w.greet(space[i * size + k], "refused")


def add_agencies(w):
    """Senders of cold mail: grey by nature, never more than a question."""
    for _ in range(2):
        n, registrar = w.rng.choice([4, 5, 6]), w.any_registrar()
        stem, first = w.made.stem(), young(w, 150)
        space = w.take(2 * n, 2)
        for i in range(n):
            d = w.add_domain(
                w.made.fresh(lambda: w.rng.choice(
                    ["get", "try", "go", "meet", "use"]) + stem +
                    w.rng.choice(["", "hq", "app", "mail", "team"]),
                    "com.example"), "agency", first + 90 * i, registrar,
                nameservers=registrar.nameservers,
                spf="v=spf1 include:spf.bulkpost.net.example ~all",
                web=w.rng.choice(["elsewhere", "elsewhere", "site"]),
                title=stem)
            put_hosts(w, d, space[2 * i:2 * i + 2], ["", "mail"])


def add_resellers(w):
    for size, created in ((40, old(w)), (12, young(w)), (5, young(w))):
        d = w.add_domain(w.made.company("net.example"), "reseller", created)
        for i, addr in enumerate(w.take(size)):
            w.put(addr, f"vps{i + 11}.{d.name}")
            if i % 2:
                w.greet(addr)


def add_campus(w):
    d = w.add_domain(w.made.company("org.example"), "campus",
                     NOW - int(20 * YEAR))
    for i, addr in enumerate(w.take(200, 2)):
        w.put(addr, f"{w.rng.choice(PEOPLE)}-{w.rng.choice(DEVICES)}{i}."
                    f"{d.name}")
    for addr in w.take(24):  # the same of a young firm, without an order
        d = w.domains.get(getattr(w, "office", None)) or w.add_domain(
            w.made.company("com.example"), "office", young(w))
        w.office = d.name
        w.put(addr, f"{w.rng.choice(PEOPLE)}-{w.rng.choice(DEVICES)}."
                    f"{w.made.label()}.{d.name}")


def add_shared_suffixes(w):
    """Below suffixes of the list's PRIVATE section."""
    for i, addr in enumerate(w.take(60)):
        w.put(addr, f"li{i // 20 + 200}-{i}.members.cloudhost.net.example")
    for i in range(5):  # real customers of a third level registry
        d = w.add_domain(w.made.company("uk.com.example"), "third-level")
        put_hosts(w, d, w.take(2), ["mail", "mail2"])


def add_odd(w):
    """One name for all, names for whatever is asked, several for one."""
    for kind in ("constant", "wildcard"):
        d = w.add_domain(w.made.company("com.example"), kind, young(w))
        for addr in w.take(48):
            w.put(addr, d.name if kind == "constant" else f"any.{d.name}")
    for _ in range(8):
        some = [w.add_domain(w.made.company(), "several-names")
                for _ in range(w.rng.choice([3, 4, 5]))]
        for addr in w.take(w.rng.choice([1, 2])):
            w.put(addr, *(host(w.rng.choice(["", "www", "mail"]), d.name)
                          for d in some))
            w.greet(addr)


def hosted_name(w, d):
    return w.rng.choice(["", "", "www", "mail", "mail", "server", "web"])


def add_single(w, addr):
    is_new = w.rng.random() < .1
    d = w.add_domain(
        w.made.company(), "hosting", young(w, 180) if is_new else None,
        w.registrars[0] if is_new and w.rng.random() < .5 else None)
    if d.created and d.created > NOW - 180 * DAY:
        d.web = young_web(w)
    elif w.rng.random() < .2:
        d.web = w.rng.choice(["thin", "soon", "none", "timeout", "parked"])
    w.put(addr, host(hosted_name(w, d), d.name))
    w.greet(addr, w.rng.choices(["open", "refused", "timeout"],
                                [50, 40, 10])[0])


def fill_hosting(w, block):
    """What nobody took in a block that is let by the address."""
    for addr in range((block << 8) + 2, (block << 8) + 255):
        if addr not in w.used and w.rng.random() < .82:
            add_single(w, addr)


# Every spelling of names that a provider makes of the address or of a counter.
GENERIC = [
    lambda b, o: f"ip-198-18-{b}-{o}.{PROVIDER}",
    lambda b, o: f"198-18-{b}-{o}.static.{PROVIDER}",
    lambda b, o: f"static.{o}.{b}.18.198.clients.{PROVIDER}",
    lambda b, o: f"198x18x{b}x{o}.{PROVIDER}",
    lambda b, o: f"198018{b:03}{o:03}.{PROVIDER}",
    lambda b, o: f"c612{b:02x}{o:02x}.dyn.{PROVIDER}",
    lambda b, o: f"host-{198 << 24 | 18 << 16 | b << 8 | o}.{PROVIDER}",
    lambda b, o: f"h{b}-{o}.net.{PROVIDER}",
    lambda b, o: f"vps{b * 256 + o}.{PROVIDER}",
    lambda b, o: f"node-{b:02x}-{o + 100}.{PROVIDER}",
    lambda b, o: f"unassigned.{PROVIDER}",
]


def generic_name(addr, style):
    return GENERIC[style](addr >> 8 & 255, addr & 255)


def fill_customers(w, block):
    """Between customers with networks of their own: names of the provider,
    or none."""
    style = block % (len(GENERIC) + 2)
    for addr in range(block << 8, (block + 1) << 8):
        if addr not in w.used and style < len(GENERIC):
            w.names[addr] = [generic_name(addr, style)]


def add_provider(w):
    for label, addr in zip(["core1.ams", "core2.ams", "edge1.fra", "ns1",
                            "ns2", "mail", "mail2", "www"], w.take(8, 8)):
        w.put(addr, f"{label}.{PROVIDER}")


def add_all(w):
    for add in (add_provider, add_esp, add_campus, add_resellers, add_odd,
                add_shared_suffixes, add_domainers, add_webshops, add_brands,
                add_startups, add_agencies, add_companies, add_pairs):
        add(w)
