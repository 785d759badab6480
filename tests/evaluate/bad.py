"""Campaigns: runs of new domains of one hand, in every shape.

A shape says how many domains and addresses there are, how they lie, in what
time the domains were registered, and what else is known or hidden. What ties
them beside that (name servers, sender policy, greeting) is drawn for each.
"""
from dataclasses import dataclass

from benign import generic_name, host
from world import Campaign, DAY, NETBLOCKS, NOW, Run, text

HOUR = 3600


@dataclass(frozen=True)
class Shape:
    kind: str
    domains: tuple         # how many: one of these
    addrs: tuple           # of each domain
    window: tuple          # seconds: one of these
    layout: str = "tiles"  # see LAYOUTS
    registrars: int = 1
    dated: float = 1.0     # share of domains whose date is known
    is_open: bool = True   # listens on port 25
    is_tied: bool = True   # may share name servers, policy, greeting
    labels: float = .3     # how often host labels recur across domains
    has_sites: bool = False  # one made-up page on all of them
    often: float = 1.0     # in this share of the worlds


SHAPES = [
    Shape("article", (12,), (2, 3, 4, 4, 5), (150 * DAY,), "blocks",
          labels=1),
    Shape("tiles-28", (4, 8), (2, 4), (7 * DAY, 30 * DAY), "tiles"),
    Shape("week", (5, 8, 12), (2, 4), (7 * DAY,), "blocks"),
    Shape("day", (4, 5, 8), (2, 4), (DAY,), "tiles"),
    Shape("ten-minutes", (12, 16), (2, 4), (600,), "blocks"),
    Shape("scattered", (6, 8), (4,), (30 * DAY, 150 * DAY), "scattered"),
    Shape("labels-only", (6,), (4,), (150 * DAY,), "scattered",
          registrars=6, is_tied=False, labels=1),
    Shape("gaps", (5, 6), (4, 8), (7 * DAY, 30 * DAY), "gaps"),
    Shape("reset-name", (5,), (4, 8), (7 * DAY, 30 * DAY), "reset"),
    Shape("interleaved", (6,), (4,), (7 * DAY,), "interleaved"),
    Shape("three", (3,), (2, 4, 8), (DAY, 7 * DAY, 30 * DAY), "tiles"),
    Shape("three", (3,), (2, 4, 8), (DAY, 7 * DAY, 30 * DAY), "tiles"),
    Shape("four", (4,), (2, 4, 8), (DAY, 7 * DAY, 30 * DAY), "tiles"),
    Shape("four", (4,), (2, 4, 8), (DAY, 7 * DAY, 30 * DAY), "scattered"),
    Shape("forty", (40,), (2, 4), (30 * DAY, 90 * DAY), "blocks", often=.3),
    Shape("wide", (5, 8), (8, 16), (30 * DAY, 90 * DAY), "blocks"),
    Shape("untied", (8,), (2, 4), (30 * DAY,), "blocks", is_tied=False,
          labels=0),
    Shape("single-address", (8, 12, 16), (1,), (600, DAY), "tiles"),
    Shape("some-dates", (8,), (2, 4), (7 * DAY, 30 * DAY), "blocks",
          dated=.5),
    Shape("no-dates", (8,), (2, 4), (7 * DAY, 30 * DAY), "blocks", dated=0),
    Shape("send-only", (6, 8), (4,), (7 * DAY, 30 * DAY), "blocks",
          is_open=False),
    Shape("with-sites", (8,), (2, 4), (7 * DAY, 30 * DAY), "blocks",
          has_sites=True),
    Shape("alone", (1, 2), (4, 8), (DAY,), "scattered"),
]
# to be told apart: what the goals do not speak of
APART = {"single-address", "some-dates", "no-dates", "send-only",
         "with-sites", "alone"}


# -------------------------------------------------------------------- layouts

def power_of_two(n):
    size = 1
    while size < n:
        size *= 2
    return size


def in_tiles(w, sizes, most=64):
    """Side by side, in aligned networks of a power of two."""
    places = []
    while sizes:
        n = 1
        while n < len(sizes) and sum(sizes[:n + 1]) <= most:
            n += 1
        align = min(power_of_two(sum(sizes[:n])), 32)
        space = w.take(sum(sizes[:n]), align)
        for size in sizes[:n]:
            places.append(space[:size])
            space = space[size:]
        sizes = sizes[n:]
    return places


def in_blocks(w, sizes):
    """A few domains in each of several small networks of two netblocks."""
    nets = w.rng.sample(range(NETBLOCKS), 2)
    places = []
    while sizes:
        n = w.rng.choice([1, 2, 3, 4])
        total = sum(sizes[:n])
        space = w.take(total, min(power_of_two(total), 32),
                       w.rng.choice(nets))
        for size in sizes[:n]:
            places.append(space[:size])
            space = space[size:]
        sizes = sizes[n:]
    return places


def scattered(w, sizes):
    return [w.take(s, power_of_two(s)) for s in sizes]


def with_gaps(w, sizes):
    """One address in each run is left out, never at its end."""
    places = in_tiles(w, [s + 1 for s in sizes])
    for place in places:
        place.pop(w.rng.randrange(1, len(place) - 1))
    return places


def with_reset(w, sizes):
    """One address inside fell back to the provider's own name."""
    places = in_tiles(w, [s + 1 for s in sizes])
    for place in places:
        addr = place.pop(w.rng.randrange(1, len(place) - 1))
        w.names[addr] = [generic_name(addr, 1)]
    return places


def interleaved(w, sizes):
    """Two domains take turns."""
    places = []
    for i in range(0, len(sizes), 2):
        space = w.take(2 * sizes[i], power_of_two(2 * sizes[i]))
        places += [space[0::2], space[1::2]]
    return places


LAYOUTS = {"tiles": in_tiles, "blocks": in_blocks, "scattered": scattered,
           "gaps": with_gaps, "reset": with_reset, "interleaved": interleaved}


# --------------------------------------------------------------------- habits

class Hand:
    """What one sender does the same way everywhere."""

    def __init__(self, w, shape):
        r = w.rng
        self.w, self.shape = w, shape
        self.suffix = r.choices(["com.example", "info.example", "biz.example",
                                 "net.example"], [60, 20, 10, 10])[0]
        self.make = r.choices([w.made.fragments, w.made.pitch, w.made.random],
                              [50, 35, 15])[0]
        self.registrars = [w.registrars[r.choice([0, 1, 2, 4, 6, 9, 14])]
                           for _ in range(shape.registrars)]
        if shape.registrars > 1:
            self.registrars = r.sample(w.registrars[:20], shape.registrars)
        tie = shape.is_tied
        self.servers = None
        if tie and r.random() < .5:
            self.servers = [f"ns{i}.{w.made.fragments('net.example')}"
                            for i in (1, 2)]
        self.policy = None  # of its own making, or as others have it
        if tie and r.random() < .6:
            self.policy = r.choice([
                "v=spf1 {ips} -all",
                "v=spf1 {ips} mx:%s.{dom} ?all" % w.made.label(),
                "v=spf1 a:%s.{dom} {ips} -all" % w.made.label()])
        self.software = w.any_software()
        if tie and r.random() < .4:
            self.software = (f"220 {{host}} ESMTP {w.made.label()} ready",
                             ["PIPELINING", "SIZE 0", "8BITMIME"])
        self.key = f"{r.getrandbits(256):064x}" \
            if tie and r.random() < .2 else None
        self.web = r.choices(["none", "refused", "parked", "panel",
                              "elsewhere", "timeout"],
                             [40, 20, 13, 17, 5, 5])[0]
        self.title = None  # of the page that they all show or lead to
        if shape.has_sites:
            self.web = "site"
        if self.web in ("site", "elsewhere"):
            self.title = w.made.stem().capitalize()
        self.words = [w.made.label() for _ in range(10)]
        self.scheme = r.choice(["words", "words", "mail", "letters"])
        window = r.choice(shape.window)
        last = NOW - int((5 + r.random() * 170) * DAY)
        self.dates = [last - r.randrange(window)
                      for _ in range(max(shape.domains))]

    def domain(self, i):
        w, r = self.w, self.w.rng
        registrar = self.registrars[i % len(self.registrars)]
        name = self.make(self.suffix)
        d = w.add_domain(name, "bad:" + self.shape.kind, self.dates[i],
                         registrar, web=self.web, title=self.title,
                         is_date_only=False)
        d.nameservers = self.servers or (
            registrar.nameservers if r.random() < .7
            else w.any_nameservers(registrar, name))
        if r.random() >= self.shape.dated:
            d.created = d.registrar = None
        return d

    def labels(self, n):
        """Of the hosts of one run; None is the bare domain."""
        r = self.w.rng
        if self.scheme == "mail":
            made = [f"mail{i + 1}" for i in range(n)]
        elif self.scheme == "letters":
            made = [chr(ord("a") + i) for i in range(n)]
        else:
            made = [r.choice(self.words) if r.random() < self.shape.labels
                    else self.w.made.label() for _ in range(n)]
            made = [x if x not in made[:i] else self.w.made.label()
                    for i, x in enumerate(made)]
        if r.random() < .6:
            made[0] = None
        return made

    def settle(self, d, addrs):
        """Name and greet; say in the policy who may send."""
        w = self.w
        for addr, label in zip(addrs, self.labels(len(addrs))):
            w.put(addr, host(label, d.name))
            if self.shape.is_open:
                w.greet(addr, "open" if w.rng.random() < .93 else "timeout",
                        software=self.software, key=self.key)
            else:
                w.greet(addr, "refused")
        if self.policy:
            d.spf = self.policy.format(dom=d.name, ips=" ".join(
                "ip4:" + text(a) for a in addrs[:8]))
            d.passes = [text(a) for a in addrs]


def add_campaign(w, shape):
    hand = Hand(w, shape)
    n = w.rng.choice(shape.domains)
    sizes = [w.rng.choice(shape.addrs) for _ in range(n)]
    if shape.layout == "interleaved":
        sizes = [sizes[0]] * n
    runs = []
    for i, addrs in enumerate(LAYOUTS[shape.layout](w, sizes)):
        d = hand.domain(i)
        hand.settle(d, addrs)
        runs.append(Run(d.name, addrs))
    w.campaigns.append(Campaign(shape.kind, runs, shape.dated == 1))


def add_all(w):
    for shape in SHAPES:
        if w.rng.random() < shape.often:
            add_campaign(w, shape)
