#!/usr/bin/env python3
"""Writes snapshot.inc from IANA's bootstrap documents: snapshot.py FOLDER DATE
FOLDER holds dns.json, ipv4.json and ipv6.json as data.iana.org/rdap/ had them
on DATE (YYYY-MM-DD)."""
import collections
import json
import re
import sys

HEAD = """\
/* RDAP servers as data.iana.org/rdap/ listed them on {date}: the services
 * of dns.json, ipv4.json and ipv6.json, of each the https URL where there is
 * one. A * in a URL stands for the key. Written by snapshot.py. */
#define SNAPSHOT_DATE "{date}"
"""


def choose(urls):
    """The https URL, else any; None for a service without."""
    return next((u for u in urls if u.startswith("https:")),
                urls[0] if urls else None)


def pattern(url, key):
    """The URL with * where a whole label or folder is the key."""
    return re.sub(r"(?<=[/.])" + re.escape(key) + r"(?=[/.])", "*", url)


def rows(document):
    """URL to keys; patterns only where they save a row."""
    urls = {key: choose(service[1]) for service in document["services"]
            for key in service[0] if choose(service[1])}
    shared = collections.Counter(pattern(u, k) for k, u in urls.items())
    out = collections.defaultdict(list)
    for key, url in sorted(urls.items()):
        own = pattern(url, key)
        out[own if shared[own] > 1 else url].append(key)
    return sorted(out.items())


def wrapped(keys):
    """String literals of at most 80 columns."""
    line = '      "'
    for key in keys:
        if len(line) + len(key) + 4 > 80:
            yield line + '"'
            line = '      "'
        line += key + " "
    yield line.rstrip() + '"'


def main():
    folder, date = sys.argv[1:]
    print(HEAD.format(date=date))
    for name in "dns", "ipv4", "ipv6":
        with open(f"{folder}/{name}.json", encoding="utf-8") as f:
            table = rows(json.load(f))
        print(f"static const struct snapshot_row {name}_rows[] = {{")
        for url, keys in table:
            print(f'    {{ "{url}",')
            print("\n".join(wrapped(keys)) + " },")
        print("};")


main()
