/* All there is to say of one finding, made when it is opened. */

const ROWS_SHOWN = 64;

const joined = (list) => (list ?? []).map(visible).join(", ");

const span = (from, to) => !from ? "" : from.slice(0, 10) ===
  (to ?? from).slice(0, 10) ? from.slice(0, 10) :
  from.slice(0, 10) + " to " + to.slice(0, 10);

const registrarOf = (f) => !f.registrar ? "" : visible(f.registrar) +
  (f.registrar_iana_id ? " (IANA " + f.registrar_iana_id + ")" : "");

const of = (n, all, what) => n === null || n === undefined ? "" :
  n + " of " + all + " " + what;

const moment = (iso) => (iso ?? "").replace("T", " ").replace("Z", " UTC");

/* What a finding is made of, as [label, text]; empty ones are not shown. */
const factsOf = (f) => [
  ["Addresses", f.first_ip + (f.first_ip === f.last_ip ? "" : " to " +
    f.last_ip) + ", " + plural(f.ip_count, "address", "addresses") + ", " +
    f.named_count + " named"],
  ["Exact prefixes", f.cidrs.join(" ")],
  ["Domains", joined(f.domains)],
  ["Registered", span(f.created_min, f.created_max) +
    (f.age_days_median === null ? "" : ", median age " +
    Math.round(f.age_days_median) + " days")],
  ["Registrar", registrarOf(f)],
  ["Mail", f.smtp_probed ? of(f.smtp_open, f.smtp_probed,
    "greeted take mail") : "nobody was greeted"],
  ["MX inside", of(f.mx_inside, f.domain_count, "domains")],
  ["SPF covers", of(f.spf_covers, f.domain_count, "domains")],
  ["Names lead back", of(f.fcrdns_ok, f.fcrdns_total, "addresses")],
  ["No website", of(f.web_none, f.domain_count, "domains")],
  ["Reporters", f.reporters_max === null ? "" : "most " + f.reporters_max +
    ", median " + f.reporters_median],
  ["Netblock", joined(f.netname)],
  ["Held by", joined(f.org)],
  ["Announced by", (f.asn ?? []).map((n) => "AS" + n).join(", ")],
  ["Abuse contact", joined(f.abuse_email)],
  ["Customer", joined(f.customer)],
  ["Made by chance as well", f.fdr === null || f.fdr === undefined ? "" :
    (100 * f.fdr).toPrecision(3) + " % of findings with this score"],
  ["Allowed", f.allowed ? visible(f.allowed) : ""],
  ["Seen", f.first_seen ? moment(f.first_seen) + " to " +
    moment(f.last_seen) : ""],
].filter(([, text]) => text);

const facts = (f) => el("dl", { class: "facts" }, factsOf(f).map(
  ([label, text]) => el("div", {}, el("dt", {}, label),
    el("dd", {}, text))));

/* --- the score --- */

const claimOf = (f, name) => (f.claims ?? [])
  .find((c) => c.startsWith(name + ": "))?.slice(name.length + 2) ?? "";

const bar = (share) => svg("svg", { class: "meter", viewBox: "0 0 100 8",
  preserveAspectRatio: "none", "aria-hidden": "true" },
svg("rect", { class: "track", width: 100, height: 8 }),
svg("rect", { class: "value", width: 100 * share, height: 8 }));

const partRow = (f, [name, weight, claim], i) => {
  const value = f["s_" + name];
  const isKnown = value !== null && value !== undefined;
  const counted = weight * f.measured[i];
  return el("tr", { class: isKnown ? "" : "unmeasured" },
    el("th", { scope: "row" }, claim, el("code", {}, name)),
    el("td", { class: "n" }, isKnown ? value.toFixed(2) : "\u2013"),
    el("td", { class: "n" }, isKnown ? counted.toFixed(1) : "\u2013"),
    el("td", { class: "n" }, isKnown ? (value * counted).toFixed(1) :
      "\u2013"),
    el("td", { class: "meters" }, isKnown ? bar(value) : null),
    el("td", {}, isKnown ? visible(claimOf(f, name)) :
      "not measured; left out of the sum"));
};

const score = (f) => {
  const head = ["Part", "Value", "\u00d7 Weight", "= Points", "", "Reason"];
  return el("div", { class: "scroll" }, el("table", { class: "plain score" },
    el("caption", {}, "How the score of " + f.score.toFixed(1) +
      " came about; " + Math.round(100 * f.coverage) +
      " % of all weight was measured"),
    el("thead", {}, el("tr", {}, head.map((h) =>
      h ? el("th", { scope: "col" }, h) : el("td")))),
    el("tbody", {}, data.parts.map((part, i) => partRow(f, part, i)))));
};

const caveats = (f) => (f.caveats ?? []).length ?
  el("div", { class: "caveats" }, el("h4", {}, "What speaks against it, or " +
    "is not known"), el("ul", {}, f.caveats.map((c) => el("li", {},
    visible(c.trim()))))) : el("p", { class: "hint" }, "No caveats.");

/* --- addresses --- */

const lines = (text) => text.split("\n").flatMap((line, i) =>
  i === 0 ? [visible(line)] : [el("br"), visible(line)]);

const helloOf = (row) => row[11] === 1 ? namesOf(row)[0] ?? "" :
  row[11] || "";

/* What the server said, and below it how it calls itself. */
const greetingOf = (row) => [
  ...row[10] ? lines(row[10]) : ["\u2013"],
  helloOf(row) ? el("small", {}, el("br"), "calls itself ",
    visible(helloOf(row))) : null,
];

const mailOf = (row) => row[7] === undefined ? "not greeted" :
  word(row[7]) + (row[8] ? " " + row[8] : "");

const domainOf = (row) => row[3] >= 0 ? data.domains[row[3]] : null;

const broken = (parts) => parts.flatMap((p, i) => i ? [el("br"), p] : [p]);

const registeredOf = (row) => {
  const d = domainOf(row);
  return d && d[1] !== null ? [day(d[1]), el("br"),
    el("small", {}, visible(word(d[2])))] : "\u2013";
};

const addressRow = (row) => el("tr", {},
  el("th", { scope: "row" }, addressText(row[1])),
  el("td", { class: "name" }, namesOf(row).length ?
    broken(namesOf(row).map(visible)) : word(row[4])),
  el("td", { class: "mail" }, mailOf(row)),
  el("td", { class: "greeting" }, greetingOf(row)),
  el("td", {}, { pass: "yes", fail: "no" }[word(row[6])] ?? "\u2013"),
  el("td", { class: "registered" }, registeredOf(row)),
  el("td", { class: "time" },
    broken([seen(row[5]), seen(row[9])].filter(Boolean))));

const addresses = (f) => {
  const rows = allRows(f);
  const head = ["Address", "Name", "Mail", "Greeting", "Leads back",
    "Registered", "Name, greeting seen (UTC)"];
  const body = el("tbody", {}, rows.slice(0, ROWS_SHOWN).map(addressRow));
  const rest = rows.length - ROWS_SHOWN;
  const more = rest > 0 ? el("button", { type: "button", onclick: () => {
    body.append(...rows.slice(ROWS_SHOWN).map(addressRow));
    more.remove();
  } }, "Show " + rest + " more") : null;
  const cut = data.addressesLeftOut ? el("p", { class: "hint" },
    "This page keeps to ten megabytes: of " + data.addressesLeftOut +
    " addresses in all, the evidence is in export --format evidence-csv.") :
    null;
  /* on paper the members have their own */
  return el("div", { class: f.members.length ? "of-members" : "" },
    el("h4", {}, "Addresses"), rows.length ? el("div", { class:
    "scroll" }, el("table", { class: "plain addresses" },
    el("thead", {}, el("tr", {}, head.map((h) => el("th", { scope: "col" },
      h)))), body)) : el("p", {}, "None."), more, cut);
};

const domainRow = (name) => {
  const d = domains.get(name) ?? [name, null];
  return el("tr", {}, el("th", { scope: "row" }, visible(name)),
    el("td", { class: "time" }, d[1] === null ? "\u2013" : utc(d[1])),
    el("td", { class: "registered" }, visible(word(d[2]) || "\u2013")),
    el("td", { class: "name" }, visible(word(d[4])
      .replaceAll(";", ", ") || "\u2013")),
    el("td", {}, word(d[8]) || "\u2013"),
    el("td", { class: "greeting" }, visible(d[9] || "\u2013")),
    el("td", { class: "name" }, visible(d[10] || "\u2013")
      .replaceAll(";", ", ")),
    el("td", { class: "name" }, visible(d[6] || "\u2013")));
};

const domainTable = (f) => {
  const head = ["Domain", "Registered (UTC)", "Registrar", "Name servers",
    "Website", "SPF", "MX", "Who said so"];
  return el("details", {}, el("summary", {}, "What registries and zones say " +
    "of " + plural(f.domains.length, "domain")),
  el("div", { class: "scroll" }, el("table", { class: "plain addresses" },
    el("thead", {}, el("tr", {}, head.map((h) => el("th", { scope: "col" },
      h)))),
    el("tbody", {}, f.domains.map(domainRow)))));
};

/* --- members, text, all --- */

const linkTo = (f) => el("a", { href: "#f-" + f.finding_id },
  nameOf(f));

const relatives = (f) => {
  const parent = byId.get(f.parent_id);
  const parts = [];
  if (parent) {
    parts.push(el("p", {}, "Part of ", linkTo(parent), "."));
  }
  if (f.members.length) {
    parts.push(el("h4", {}, "Members"), el("ul", { class: "members" },
      f.members.map((m) => el("li", {}, linkTo(m), " ", el("span", {},
        m.score.toFixed(1) + ", " + m.cidrs.slice(0, 2).join(" ") +
        (m.cidrs.length > 2 ? " \u2026" : "") + ", " +
        joined(m.domains.slice(0, 3)))))));
  }
  return parts;
};

const summaryText = (f) => [
  "snowline: " + nameOf(f) + ", tier " + f.tier + ", score " +
    f.score.toFixed(1) + " of 100 (" + Math.round(100 * f.coverage) +
    " % measured)",
  ...factsOf(f).map(([label, text]) => label + ": " + text),
  ...(f.claims ?? []).map((c) => "- " + visible(c)),
  ...(f.caveats ?? []).map((c) => "- but: " + visible(c.trim())),
  "A resemblance to a pattern, observed at the times above; no verdict.", "",
].join("\n");

const detail = (f) => el("div", { class: "inside" },
  el("h3", { tabindex: "-1" }, nameOf(f)),
  el("div", { class: "buttons" },
    copyButton("prefixes", () => f.cidrs.join("\n") + "\n"),
    copyButton("domains", () => f.domains.map(visible).join("\n") + "\n"),
    copyButton("summary", () => summaryText(f))),
  facts(f), score(f), caveats(f), relatives(f), addresses(f), domainTable(f));
