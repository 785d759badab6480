#!/usr/bin/env python3
"""The rules of the formats in which findings are shared, as their
specifications have them.

usage: tests/golden/sharing.py [xarf FILE...]
"""
import base64
import csv
import datetime
import hashlib
import io
import ipaddress
import json
import re
import sys

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-"
                  r"[0-9a-f]{12}")
LABEL = r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
HOST = re.compile(rf"{LABEL}(\.{LABEL})+")
TAG = re.compile(r"[a-z0-9][a-z0-9_+-]*:[a-z0-9][a-z0-9_+-]*")
ACCUSATIONS = re.compile(r"spammer|criminal|malicious|attacker|illegal|"
                         r"\bguilty\b|\bfraud", re.IGNORECASE)


def read(path):
    """Text that is UTF-8 and holds nothing a terminal would obey."""
    with open(path, "rb") as file:
        text = file.read().decode("utf-8", errors="strict")
    assert all(c == "\n" or c.isprintable() for c in text), path
    return text


def unique(pairs):
    """An object: no member twice."""
    keys = [key for key, _ in pairs]
    assert len(keys) == len(set(keys)), keys
    return dict(pairs)


def load(text):
    return json.loads(text, object_pairs_hook=unique,
                      parse_constant=lambda word: 1 / 0)


def check_time(text, form="%Y-%m-%dT%H:%M:%SZ"):
    return datetime.datetime.strptime(text, form)


# ---- XARF v4: core schema, and reputation/threat_intelligence ----

REQUIRED = {"xarf_version", "report_id", "timestamp", "reporter", "sender",
            "source_identifier", "category", "type", "threat_type"}
MORE = {"evidence_source", "evidence", "tags", "confidence", "description"}


def check_contact(who):
    assert set(who) == {"org", "contact", "domain"}, who
    assert 0 < len(who["org"]) <= 200
    assert re.fullmatch(r"[^@\s]+@[^@\s]+", who["contact"]), who
    assert HOST.fullmatch(who["domain"]) and len(who["domain"]) <= 253, who


def check_item(item, source):
    """One piece of evidence: a CSV file of one row about the source."""
    assert {"content_type", "payload"} <= set(item) <= {
        "content_type", "payload", "description", "hash", "size"}
    assert len(item["description"]) <= 500
    payload = base64.b64decode(item["payload"], validate=True)
    assert item["size"] == len(payload) <= 5242880
    assert item["hash"] == "sha256:" + hashlib.sha256(payload).hexdigest()
    assert item["content_type"] == "text/csv"
    rows = list(csv.DictReader(io.StringIO(payload.decode(), newline=""),
                               strict=True))
    assert len(rows) == 1 and rows[0]["ip"] == source, rows
    return rows[0]


def check_xarf_object(report):
    assert REQUIRED <= set(report) <= REQUIRED | MORE, sorted(report)
    assert re.fullmatch(r"4\.[0-9]+\.[0-9]+", report["xarf_version"])
    assert UUID.fullmatch(report["report_id"]), report["report_id"]
    check_time(report["timestamp"])
    check_contact(report["reporter"])
    check_contact(report["sender"])
    ipaddress.ip_address(report["source_identifier"])
    assert report["category"] == "reputation"
    assert report["type"] == "threat_intelligence"
    assert report["threat_type"] and report["evidence_source"]
    assert 0 < len(report["evidence"]) <= 50
    assert 0 <= report["confidence"] <= 1
    assert len(report["description"]) <= 1000
    assert report["description"].isprintable()
    assert not ACCUSATIONS.search(report["description"])
    assert len(report["tags"]) <= 20
    assert all(TAG.fullmatch(tag) for tag in report["tags"]), report["tags"]
    row = check_item(report["evidence"][0], report["source_identifier"])
    assert f":{row['run_id']}" in report["tags"][0]
    assert row["ptr_rcode"] == "name"
    assert report["timestamp"] == max(row["ptr_observed_at"],
                                      row["smtp_observed_at"])


def check_xarf(path):
    """One report a line, each with an id of its own."""
    text = read(path)
    assert text == "" or text.endswith("\n")
    reports = [load(line) for line in text.splitlines()]
    for report in reports:
        check_xarf_object(report)
    ids = [report["report_id"] for report in reports]
    assert len(ids) == len(set(ids))
    return reports


CHECKS = {"xarf": check_xarf}
GOLDENS = {"xarf": "tests/golden/xarf.ndjson"}

if __name__ == "__main__":
    if len(sys.argv) > 2:
        for name in sys.argv[2:]:
            CHECKS[sys.argv[1]](name)
    else:
        for name, golden in GOLDENS.items():
            assert CHECKS[name](golden), golden
        print("golden", *GOLDENS, "follow the rules of their formats")
