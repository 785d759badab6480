#!/usr/bin/env python3
"""Read the golden exports the way people do: csv, json, sqlite3.

usage: tests/golden/consumers.py     (from the folder of the Makefile)
"""
import csv
import json
import subprocess

GOLDEN = "tests/golden/"
FORMULA = ("=", "+", "@", "\t", "\r", "-")


def rows(name):
    with open(GOLDEN + name, newline="", encoding="utf-8") as file:
        table = list(csv.reader(file, strict=True))
    assert all(len(row) == len(table[0]) for row in table), name
    for cell in (cell for row in table for cell in row):
        assert cell == "-" or not cell.startswith(FORMULA), (name, cell)
        assert cell.isprintable(), (name, cell)
    return [dict(zip(table[0], row)) for row in table[1:]]


def sqlite(name, query):
    command = ["sqlite3", ":memory:", "-cmd", f".import --csv {GOLDEN}{name} t"]
    return subprocess.run(command + [query], check=True, capture_output=True,
                          text=True).stdout.split("\n")[:-1]


findings = rows("findings.csv")
for name in ("findings.csv", "evidence.csv", "names.csv", "diff.csv"):
    table = rows(name)
    assert table, name
    # every cell, in a form in which no octet of it can end another
    got = sqlite(name, "SELECT " + " || ',' || ".join(
        f'hex("{column}")' for column in table[0]) + " FROM t")
    assert got == [",".join(cell.encode().hex().upper()
                            for cell in row.values()) for row in table], name

# or nothing above was put to the test
for name in ("findings.csv", "evidence.csv", "names.csv"):
    assert any(cell.startswith("'=") for row in rows(name)
               for cell in row.values()), name

with open(GOLDEN + "findings.json", encoding="utf-8") as file:
    array = json.load(file)
with open(GOLDEN + "findings.ndjson", encoding="utf-8") as file:
    lines = [json.loads(line) for line in file]
assert array == lines
assert [f["finding_id"] for f in lines] == [f["finding_id"] for f in findings]
for line, row in zip(lines, findings):
    assert list(line) == list(row)
    assert ";".join(line["cidrs"]) == row["cidrs"]

ids = {row["finding_id"] for row in findings}
assert {row["run_id"] for row in rows("evidence.csv")} <= ids
print("golden exports: read by csv, json and sqlite3")
