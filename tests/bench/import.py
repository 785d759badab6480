#!/usr/bin/env python3
"""What importing names costs, format by format.

usage: tests/bench/import.py [--names N]

N reverse names (2,000,000) in no order are written in each format, imported
into a store, and found to be there; names a second of the processor's time,
user and system, and the peak of memory are told. The exit code is 1 when a
format misses its goal.
"""
import argparse
import ipaddress
import os
import random
import sys
import tempfile

sys.dont_write_bytecode = True

from measure import SNOWLINE, Run  # noqa: E402

FIRST = int(ipaddress.ip_address("127.0.0.0"))
SEEN = "2018-05-20T11:02:33Z"
TEXT_GOAL, JSON_GOAL, RSS_GOAL_MIB = 500_000, 150_000, 192


def arpa(octets):
    return ".".join(octets[::-1]) + ".in-addr.arpa"


# name, goal, first lines, one line of an address (as octets) and a name
FORMATS = [
    ("massdns", TEXT_GOAL, "", lambda o, n: f"{arpa(o)}. PTR {n}.\n"),
    ("zone", TEXT_GOAL, "$TTL 60\n$ORIGIN 127.in-addr.arpa.\n",
     lambda o, n: f"{o[3]}.{o[2]}.{o[1]} IN PTR {n}.\n"),
    ("csv", TEXT_GOAL, "ip,ptr\n", lambda o, n: f"{'.'.join(o)},{n}\n"),
    ("massdns-json", JSON_GOAL, "", lambda o, n:
     f'{{"name":"{arpa(o)}.","type":"PTR","class":"IN","status":"NOERROR",'
     f'"rx_ts":1526814153123456789,"data":{{"answers":[{{"ttl":3600,"type":'
     f'"PTR","class":"IN","name":"{arpa(o)}.","data":"{n}."}}]}},"flags":['
     f'"rd","ra"],"resolver":"192.0.2.53:53","proto":"UDP"}}\n'),
    ("zdns", JSON_GOAL, "", lambda o, n:
     f'{{"name":"{".".join(o)}","results":{{"PTR":{{"data":{{"answers":[{{'
     f'"answer":"{n}.","class":"IN","name":"{arpa(o)}","ttl":86400,"type":'
     f'"PTR"}}],"protocol":"udp","resolver":"192.0.2.53:53"}},"duration":0.03,'
     f'"status":"NOERROR","timestamp":"{SEEN}"}}}}}}\n'),
    ("snowline", JSON_GOAL, "", lambda o, n:
     f'{{"ip":"{".".join(o)}","status":"name","names":["{n}"],"ttl":3600,'
     f'"resolver":"127.0.0.1:53","time":"{SEEN}"}}\n'),
]


def names(n):
    """n addresses in no order, each with a name; the same every time."""
    chance, letters = random.Random(2018), "abcdefghijklmnoprstuvwz"
    words = ["".join(chance.choices(letters, k=chance.randint(4, 11)))
             for _ in range(20000)]
    order = list(range(n))
    chance.shuffle(order)
    for i in order:
        octets = str(ipaddress.ip_address(FIRST + i)).split(".")
        yield octets, (f"{chance.choice(words)}.{chance.choice(words)}"
                       f"{i % 977}.example")


def measure(folder, path, n):
    """Names a CPU-second, and MiB."""
    run = Run([SNOWLINE, "import", os.path.join(folder, "db"), path], folder)
    if run.code or f" {n} with a name" not in run.stdout:
        sys.exit(f"import: {path}: exit {run.code}: {run.stdout}{run.stderr}")
    return n / run.cpu_s, run.peak_kib / 1024


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--names", type=int, default=2_000_000, metavar="N")
    n, missed = p.parse_args().names, 0
    print("| import | names per CPU-second | goal | peak RSS |")
    print("|---|---|---|---|")
    for name, goal, head, line in FORMATS:
        with tempfile.TemporaryDirectory(prefix="snowline-bench.",
                                         dir="/tmp") as folder:
            path = os.path.join(folder, name)
            with open(path, "w") as f:
                f.write(head)
                f.writelines(line(*pair) for pair in names(n))
            rate, mib = measure(folder, path, n)
        print(f"| {name} | {rate:,.0f} | {goal:,} | {mib:.0f} MiB |",
              flush=True)
        missed += rate < goal or mib > RSS_GOAL_MIB
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
