#!/usr/bin/env python3
"""The rules of the formats in which findings are shared, as their
specifications have them.

usage: tests/golden/sharing.py [xarf|stix|misp FILE...]
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
import uuid

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-"
                  r"[0-9a-f]{12}")
LABEL = r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
HOST = re.compile(rf"{LABEL}(\.{LABEL})+")
TAG = re.compile(r"[a-z0-9][a-z0-9_+-]*:[a-z0-9][a-z0-9_+-]*")
OBEYED = re.compile("[\\0-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
ACCUSATIONS = re.compile(r"spammer|criminal|malicious|attacker|illegal|"
                         r"\bguilty\b|\bfraud", re.IGNORECASE)


def is_plain(text):
    """Nothing a terminal would obey, nothing that turns text around."""
    return not OBEYED.search(text)


def read(path):
    with open(path, "rb") as file:
        text = file.read().decode("utf-8", errors="strict")
    assert is_plain(text.replace("\n", "")), path
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
    assert is_plain(report["description"])
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


# ---- STIX 2.1 ----

OBSERVABLES = uuid.UUID("00abedb4-aa42-466c-9c01-fed23315a9b7")
AMBER = "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82"
COMMON = {"type", "spec_version", "id"}
TOLD = {"created", "modified", "object_marking_refs"}
# type: what it must have, what it may have
STIX = {
    "identity": ({"created", "modified", "name", "identity_class"},
                 {"contact_information"}),
    "infrastructure": (TOLD | {"name", "infrastructure_types"},
                       {"created_by_ref"}),
    "note": (TOLD | {"abstract", "content", "object_refs"},
             {"created_by_ref"}),
    "indicator": (TOLD | {"name", "description", "indicator_types", "pattern",
                          "pattern_type", "valid_from"},
                  {"created_by_ref", "valid_until"}),
    "relationship": (TOLD | {"relationship_type", "source_ref", "target_ref"},
                     {"created_by_ref", "description"}),
    "report": (TOLD | {"name", "report_types", "published", "object_refs"},
               {"created_by_ref"}),
    "ipv4-addr": ({"value"}, {"belongs_to_refs"}),
    "ipv6-addr": ({"value"}, {"belongs_to_refs"}),
    "domain-name": ({"value"}, set()),
    "autonomous-system": ({"number"}, set()),
}
ENDS = {  # of relationships
    ("infrastructure", "consists-of"): {"infrastructure", "ipv4-addr",
                                        "ipv6-addr", "domain-name"},
    ("indicator", "indicates"): {"infrastructure"},
    ("ipv4-addr", "related-to"): {"domain-name"},
    ("ipv6-addr", "related-to"): {"domain-name"},
    ("domain-name", "resolves-to"): {"ipv4-addr", "ipv6-addr"},
}
PART = re.compile(r"(ipv[46]-addr):value ISSUBSET '([^']*)'")


def observable_id(thing):
    key = "number" if thing["type"] == "autonomous-system" else "value"
    name = json.dumps({key: thing[key]}, separators=(",", ":"))
    return f"{thing['type']}--{uuid.uuid5(OBSERVABLES, name)}"


def check_indicator(thing):
    """Disjoint prefixes without host bits, for a time."""
    parts = thing["pattern"].strip("[]").split(" OR ")
    nets = []
    assert len(parts) <= 100  # deeper ones stop some readers
    for part in parts:
        kind, prefix = PART.fullmatch(part).groups()
        nets.append(ipaddress.ip_network(prefix, strict=True))
        assert kind == f"ipv{nets[-1].version}-addr"
    assert list(ipaddress.collapse_addresses(nets)) == nets, nets
    assert thing["indicator_types"] == ["anomalous-activity"]
    assert thing["pattern_type"] == "stix"
    assert thing["valid_from"] < thing.get("valid_until", "9999")


def check_thing(thing):
    must, may = STIX[thing["type"]]
    assert COMMON | must <= set(thing) <= COMMON | must | may, thing
    kind, _, name = thing["id"].partition("--")
    assert kind == thing["type"] and UUID.fullmatch(name), thing
    assert thing["spec_version"] == "2.1"
    for key in {"created", "modified", "published", "valid_from",
                "valid_until"} & set(thing):
        check_time(thing[key], "%Y-%m-%dT%H:%M:%S.000Z")
    if "created" in thing:
        assert thing["created"] <= thing["modified"]
        assert thing.get("object_marking_refs", [AMBER]) == [AMBER]
    else:
        assert thing["id"] == observable_id(thing)
    if kind.startswith("ipv"):
        assert str(ipaddress.ip_address(thing["value"])) == thing["value"]
    if kind == "domain-name":
        assert re.fullmatch(r"[A-Za-z0-9_.-]{1,253}", thing["value"]), thing
    if kind == "indicator":
        check_indicator(thing)
    if kind in ("note", "indicator"):
        assert not ACCUSATIONS.search(thing.get("content", ""))


def refs(thing):
    for key, value in thing.items():
        if key.endswith("_ref"):
            yield value
        elif key.endswith("_refs") and key != "object_marking_refs":
            assert value and len(value) == len(set(value))
            yield from value


def check_stix(path):
    """Every object once, every reference led to one of them."""
    bundle = load(read(path))
    things = bundle.get("objects", [])
    assert bundle["type"] == "bundle" and set(bundle) <= {"type", "id",
                                                          "objects"}
    assert bundle["id"].startswith("bundle--")
    for thing in things:
        check_thing(thing)
    by_id = {thing["id"]: thing for thing in things}
    assert len(by_id) == len(things)
    for thing in things:
        assert all(ref in by_id for ref in refs(thing)), thing
        if thing["type"] == "relationship":
            source = by_id[thing["source_ref"]]["type"]
            target = by_id[thing["target_ref"]]["type"]
            assert target in ENDS[source, thing["relationship_type"]], thing
    return things


# ---- MISP core format, and its object templates ----

EVENT = {"uuid", "info", "date", "threat_level_id", "analysis",
         "distribution", "published", "timestamp", "Tag", "Attribute",
         "Object"}
ATTRIBUTE = {"uuid", "type", "category", "to_ids", "disable_correlation",
             "distribution", "timestamp", "value"}
# template: uuid, version, relation: type, of which one, of which many
TEMPLATES = {
    "domain-ip": ("43b3b146-77eb-4931-b4cc-b66c60f28734", "11",
                  {"ip": "ip-dst", "domain": "domain", "hostname": "hostname",
                   "first-seen": "datetime", "last-seen": "datetime",
                   "registration-date": "datetime", "text": "text"},
                  {"ip", "domain", "hostname"}, {"ip", "domain"}),
    "dns-record": ("f023c8f0-81ab-41f3-9f5d-fa597a34a9b9", "2",
                   {"queried-domain": "domain", "ptr-record": "domain"},
                   {"ptr-record"}, {"ptr-record"}),
    "whois": ("429faea1-34ff-47af-8a00-7c62d3be5a6a", "10",
              {"domain": "domain", "registrar": "whois-registrar",
               "creation-date": "datetime", "expiration-date": "datetime",
               "modification-date": "datetime", "nameserver": "hostname"},
              {"domain"}, {"domain", "nameserver"}),
    "asn": ("4ec55cc6-9e49-4c64-b794-03c25c1a6587", "6", {"asn": "AS"},
            {"asn"}, set()),
}


def check_attribute(attribute, more):
    assert ATTRIBUTE <= set(attribute) <= ATTRIBUTE | more, attribute
    assert UUID.fullmatch(attribute["uuid"])
    assert attribute["to_ids"] is False
    assert attribute["timestamp"].isdigit()
    assert attribute["value"] and is_plain(attribute["value"])
    value, kind = attribute["value"], attribute["type"]
    if kind in ("domain", "hostname"):
        assert re.fullmatch(r"[A-Za-z0-9_.-]{1,253}", value), value
    elif kind == "datetime":
        check_time(value)
    elif kind in ("ip-src", "ip-dst"):
        ipaddress.ip_network(value, strict=True)
    else:
        assert kind in ("text", "AS", "whois-registrar")


def check_misp_object(thing):
    name, version, kinds, one_of, many = TEMPLATES[thing["name"]]
    assert thing["template_uuid"] == name, thing
    assert thing["template_version"] == version
    assert thing["meta-category"] == "network"
    assert UUID.fullmatch(thing["uuid"])
    relations = [a["object_relation"] for a in thing["Attribute"]]
    assert one_of & set(relations), relations
    for attribute in thing["Attribute"]:
        relation = attribute["object_relation"]
        check_attribute(attribute, {"object_relation"})
        assert kinds[relation] == attribute["type"]
        assert relation in many or relations.count(relation) == 1
    if thing["name"] == "dns-record":
        assert "queried-domain" in relations


def check_misp(path):
    """An event that nobody has reviewed, each UUID once."""
    whole = load(read(path))
    assert set(whole) == {"Event"}
    event = whole["Event"]
    assert EVENT <= set(event) <= EVENT | {"Orgc"}, sorted(event)
    check_time(event["date"], "%Y-%m-%d")
    assert event["published"] is False and event["distribution"] == "0"
    assert event["threat_level_id"] == "4" and event["analysis"] == "0"
    assert event["Tag"] == [{"name": "tlp:amber"}]
    for attribute in event["Attribute"]:
        check_attribute(attribute, {"comment", "first_seen", "last_seen"})
        assert attribute["type"] == "ip-src"
        assert not ACCUSATIONS.search(attribute["comment"])
    for thing in event["Object"]:
        check_misp_object(thing)
    uuids = [event["uuid"]]
    for thing in event["Object"]:
        uuids += [thing["uuid"], *(a["uuid"] for a in thing["Attribute"])]
    uuids += [a["uuid"] for a in event["Attribute"]]
    assert len(uuids) == len(set(uuids))
    return event["Object"]


CHECKS = {"xarf": check_xarf, "stix": check_stix, "misp": check_misp}
GOLDENS = {"xarf": "tests/golden/xarf.ndjson", "stix": "tests/golden/stix.json",
           "misp": "tests/golden/misp.json"}

if __name__ == "__main__":
    if len(sys.argv) > 2:
        for name in sys.argv[2:]:
            CHECKS[sys.argv[1]](name)
    else:
        for name, golden in GOLDENS.items():
            assert CHECKS[name](golden), golden
        print("golden", *GOLDENS, "follow the rules of their formats")
