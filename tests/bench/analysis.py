"""What the analysis of a stored scan costs: made-up ones, by world.c.

Each row says what may be spent; one that spends more is a complaint. What the
analysis itself takes is taken off an export's time: the same command is run
with an id that no finding has, which analyses all and prints nothing."""
import os
import statistics
import sys

from measure import BUILD, SNOWLINE, Run

WORLD = os.path.join(BUILD, "bench", "world")
NAMES = 1 << 21
CANDIDATES = 100_000
DECOYS = 200
ROWS_PER_S = 200_000
# name, store, what is done how often, arguments, CPU-s at most, MiB at most
JOBS = [
    ("findings", "names", "2 M names", ["findings"], 3 * NAMES / 1e6, 192),
    ("campaigns", "candidates", f"{CANDIDATES:,} candidate domains",
     ["findings"], 10, 256),
    ("decoys", "candidates", f"{DECOYS} shuffles of these",
     ["findings", "--decoys", str(DECOYS)], 120, 256),
]
EXPORTS = ["csv", "json", "ndjson", "evidence-csv", "names", "table"]


def run(folder, store, command, *options):
    done = Run([SNOWLINE, command, os.path.join(folder, f"{store}.db"),
                *options, "-o", os.path.join(folder, "out")], folder)
    return done


def nothing(folder, store):
    """The analysis without a word of it."""
    return Run([SNOWLINE, "findings", os.path.join(folder, f"{store}.db"),
                "--explain", "nobody"], folder)


def make(folder, wanted):
    for store, n in (("names", NAMES), ("candidates", CANDIDATES)):
        if store in wanted:
            made = Run([WORLD, os.path.join(folder, f"{store}.db"), store,
                        str(n)], folder)
            if made.code:
                sys.exit(f"bench: {WORLD}: {made.stderr}")


def lines(folder):
    with open(os.path.join(folder, "out"), "rb") as f:
        return sum(block.count(b"\n") for block in
                   iter(lambda: f.read(1 << 20), b""))


def median(runs, what):
    return statistics.median(getattr(r, what) for r in runs)


def spent(runs):
    all_cpu = [r.cpu_s for r in runs]
    return (f"{statistics.median(all_cpu):.2f} | {min(all_cpu):.2f} to "
            f"{max(all_cpu):.2f}")


def judge(name, is_met, runs):
    """@return the number of complaints"""
    failed = next((r for r in runs if r.code), None)
    if failed:
        print(f"**{name}: exit {failed.code}** {failed.stderr[-300:]}\n")
    elif not is_met:
        print(f"**{name}: more than it may be**\n")
    return int(bool(failed) or not is_met)


def measure_jobs(folder, jobs, rounds):
    print(f"### analysis: {rounds} x each\n\n"
          "| what | of | CPU-s | least to most | at most | peak RSS "
          "| at most |\n|---|---|---|---|---|---|---|")
    told = []
    for name, store, of, argv, cpu_s, mib in jobs:
        print(f"bench: analysis: {name}", file=sys.stderr)
        runs = [run(folder, store, *argv) for _ in range(rounds)]
        rss = median(runs, "peak_kib") / 1024
        print(f"| {name} | {of} | {spent(runs)} | {cpu_s:.1f} "
              f"| {rss:.0f} MiB | {mib} MiB |", flush=True)
        told.append((name, median(runs, "cpu_s") <= cpu_s and rss <= mib,
                     runs))
    print()
    return sum(judge(*t) for t in told)


def measure_exports(folder, formats, rounds):
    base = median([nothing(folder, "candidates") for _ in range(rounds)],
                  "cpu_s")
    print(f"### analysis: exports of these, {base:.2f} CPU-s of analysis "
          f"off, {rounds} x each\n\n"
          "| format | rows | CPU-s | least to most | rows a CPU-s | at least "
          "|\n|---|---|---|---|---|---|")
    told = []
    for name in formats:
        print(f"bench: analysis: export {name}", file=sys.stderr)
        command = "findings" if name == "table" else "export"
        runs = [run(folder, "candidates", command, "--format", name,
                    "--tier", "context") for _ in range(rounds)]
        rows = lines(folder)
        off = 0 if name == "names" else base
        rate = rows / max(median(runs, "cpu_s") - off, 1e-3)
        print(f"| {name} | {rows:,} | {spent(runs)} | {rate / 1000:.0f}k "
              f"| {ROWS_PER_S // 1000}k |", flush=True)
        told.append((f"export {name}", rate >= ROWS_PER_S, runs))
    print()
    return sum(judge(*t) for t in told)


def measure(folder, only, rounds):
    """@return the number of complaints"""
    complaints = 0
    jobs = [j for j in JOBS if only in f"analysis: {j[0]}"]
    formats = [f for f in EXPORTS if only in f"analysis: export {f}"]
    make(folder, {j[1] for j in jobs} | ({"candidates"} if formats else set()))
    if jobs:
        complaints += measure_jobs(folder, jobs, rounds)
    if formats:
        complaints += measure_exports(folder, formats, rounds)
    return complaints
