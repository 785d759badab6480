"""How findings compare with the truth of a world."""
import collections
from dataclasses import dataclass, field

from bad import APART
from world import number

FLAGGED = ("high", "review")
GREY = {"agency"}  # a question to them is no wrong; high would be


def covered(finding):
    """The addresses of its ranges, as numbers."""
    found = set()
    for cidr in finding["cidrs"]:
        first, _, bits = cidr.partition("/")
        start = number(first)
        found.update(range(start, start + (1 << 32 - int(bits or 32))))
    return found


@dataclass
class Tally:
    """Of one class of campaigns."""
    campaigns: int = 0
    runs: int = 0
    found: int = 0
    high: int = 0
    exact: int = 0
    whole: int = 0  # campaigns whose domains stand in one finding together


@dataclass
class Score:
    bad: dict = field(default_factory=lambda: collections.defaultdict(Tally))
    # class: domains there are, in review, in high
    benign: dict = field(
        default_factory=lambda: collections.defaultdict(lambda: [0, 0, 0]))
    right: collections.Counter = field(default_factory=collections.Counter)
    wrong: collections.Counter = field(default_factory=collections.Counter)
    grey: collections.Counter = field(default_factory=collections.Counter)
    notes: list = field(default_factory=list)

    def goal(self, least, most):
        """Found, exact and all runs of the campaigns the goals are for, by
        how many domains they have."""
        some = [t for (kind, n), t in self.bad.items()
                if kind not in APART and least <= n <= most]
        return (sum(t.found for t in some), sum(t.exact for t in some),
                sum(t.runs for t in some))

    def recall(self, least, most=1000):
        found, _, runs = self.goal(least, most)
        return found / runs if runs else 1

    def exactness(self):
        found, exact, _ = self.goal(3, 1000)
        return exact / found if found else 1

    def precision(self, tiers=FLAGGED, with_grey=False):
        right = sum(self.right[t] for t in tiers)
        wrong = sum(self.wrong[t] for t in tiers)
        grey = sum(self.grey[t] for t in tiers) if with_grey else 0
        return right / (right + wrong + grey) if right + wrong + grey else 1


class Index:
    """Flagged findings by the domains they name."""

    def __init__(self, findings):
        self.by_domain = collections.defaultdict(list)
        self.tier = {}
        for f in findings:
            if f["tier"] not in FLAGGED:
                continue
            f["addrs"] = covered(f)
            for d in f["domains"]:
                self.by_domain[d].append(f)
                if self.tier.get(d) != "high":
                    self.tier[d] = f["tier"]


def is_found(run, findings):
    """At least half of it is in what was reported of its domain."""
    addrs = set().union(*(f["addrs"] for f in findings)) if findings else set()
    return 2 * len(addrs.intersection(run.addrs)) >= len(run.addrs)


def is_exact(run, campaign, findings):
    """The range that is reported for the run alone is from its first to its
    last address; where it is only reported with others, nobody else's address
    is among them."""
    own = [f["addrs"] for f in findings if f["kind"] == "run"]
    reach = set(range(run.addrs[0], run.addrs[-1] + 1))
    near = [a for a in own if a & reach]
    if near:
        return set().union(*near) == reach
    least = min((f["addrs"] for f in findings if f["addrs"] & reach), key=len)
    theirs = set().union(*(range(r.addrs[0], r.addrs[-1] + 1)
                           for r in campaign.runs))
    return reach <= least <= theirs


def score_campaign(score, seed, campaign, index):
    domains = campaign.domains
    tally = score.bad[campaign.kind, len(domains)]
    tally.campaigns += 1
    missed = []
    for run in campaign.runs:
        findings = index.by_domain.get(run.domain, [])
        tally.runs += 1
        if not is_found(run, findings):
            missed.append(run.domain)
            continue
        tally.found += 1
        tally.high += index.tier[run.domain] == "high"
        tally.exact += is_exact(run, campaign, findings)
        if not is_exact(run, campaign, findings):
            score.notes.append((seed, "inexact", campaign.kind, run.domain))
    if missed:
        score.notes.append((seed, "missed", campaign.kind, *missed))
    tally.whole += any(set(domains) <= set(f["domains"])
                       for f in index.by_domain.get(domains[0], []))


def add_world(score, world, findings):
    """Compare the findings of one world with what is true of it."""
    index = Index(findings)
    bad = world.bad_domains()
    for campaign in world.campaigns:
        score_campaign(score, world.seed, campaign, index)
    for name, domain in world.domains.items():
        tier = index.tier.get(name)
        if name in bad:
            score.right[tier] += tier is not None
            continue
        row = score.benign[domain.kind]
        row[0] += 1
        if not tier:
            continue
        row[1 + (tier == "high")] += 1
        (score.grey if domain.kind in GREY else score.wrong)[tier] += 1
        score.notes.append((world.seed, tier, domain.kind, name))
    for name in set(index.tier) - set(world.domains):  # nobody's: a mistake
        score.wrong[index.tier[name]] += 1
        score.notes.append((world.seed, index.tier[name], "nobody", name))


# ---------------------------------------------------------------------- table

def percent(part, whole):
    return f"{100 * part / whole:.1f} %" if whole else "-"


def merge_kinds(score):
    """Tallies by class alone, in the order they were met."""
    kinds = {}
    for (kind, _), t in score.bad.items():
        into = kinds.setdefault(kind, Tally())
        for name in vars(t):
            setattr(into, name, getattr(into, name) + getattr(t, name))
    return kinds


def table(score):
    """All of it, as lines."""
    yield (f"{'campaigns':16}{'number':>7}{'runs':>7}{'found':>9}"
           f"{'in high':>9}{'exact':>9}{'whole':>9}")
    for kind, t in merge_kinds(score).items():
        mark = " *" if kind in APART else ""
        yield (f"{kind + mark:16}{t.campaigns:7}{t.runs:7}"
               f"{percent(t.found, t.runs):>9}{percent(t.high, t.runs):>9}"
               f"{percent(t.exact, t.found):>9}"
               f"{percent(t.whole, t.campaigns):>9}")
    yield "* not what the goals speak of"
    yield ""
    yield (f"{'innocent':16}{'domains':>14}{'review':>9}{'high':>9}"
           f"{'flagged':>9}")
    for kind, (n, review, high) in sorted(score.benign.items()):
        mark = " +" if kind in GREY else ""
        yield (f"{kind + mark:16}{n:14}{review:9}{high:9}"
               f"{percent(review + high, n):>9}")
    yield "+ grey: in review no mistake, in high one"
    yield ""
    yield from summary(score)


GOALS = [
    ("recall of runs, five and more domains", .95,
     lambda s: s.recall(5)),
    ("recall of runs, three and four domains", .8,
     lambda s: s.recall(3, 4)),
    ("precision by domain", .97, lambda s: s.precision()),
    ("precision in high, grey counted", 1,
     lambda s: s.precision(["high"], with_grey=True)),
    ("exact ranges", .95, lambda s: s.exactness()),
]


def summary(score):
    yield f"{'':42}{'is':>8}{'goal':>8}"
    for what, goal, value in GOALS:
        is_met = value(score) >= goal
        yield (f"{what:42}{value(score):8.3f}{goal:8.2f}"
               f"{'' if is_met else '  short of it'}")
    yield f"{'precision by domain, grey counted':42}" \
          f"{score.precision(with_grey=True):8.3f}"
