/* The data of the page, joined: findings and members, addresses, colours. */

const TIERS = ["high", "review", "context"];
const KINDS = ["campaign", "strip", "run"];
const N_HUES = 8;
const N_PATTERNS = 4;

const data = JSON.parse($("data").textContent);
const findings = data.findings;
const byId = new Map(findings.map((f) => [f.finding_id, f]));
const domains = new Map(data.domains.map((d) => [d[0], d]));
const rowOf = new Map(); /* IPv4 address to its row of data.addresses */
const cellsOf = new Map(); /* /24 to the findings of its addresses */

const ipv4Text = (n) =>
  [n >>> 24, n >>> 16 & 255, n >>> 8 & 255, n & 255].join(".");

const ipv4Number = (text) => {
  const octets = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  if (!octets || octets.slice(1).some((o) => o > 255)) {
    return null;
  }
  return octets.slice(1).reduce((n, o) => n * 256 + Number(o), 0);
};

const addressText = (a) => typeof a === "number" ? ipv4Text(a) : a;

/* First and last of an IPv4 prefix, null of another. */
const prefixRange = (cidr) => {
  const [address, length] = cidr.split("/");
  const first = ipv4Number(address);
  return first === null ? null :
    [first, first + 2 ** (32 - Number(length ?? 32)) - 1];
};

const rangesOf = (f) => f.cidrs.map(prefixRange).filter(Boolean);

/* FNV-1a: the same id has the same colour in every report. */
const hash = (text) => {
  let h = 2166136261;
  for (const c of text) {
    h = Math.imul(h ^ c.codePointAt(0), 16777619);
  }
  return h >>> 0;
};

/* Colour and pattern come from the id; a neighbour with the same colour gets
 * the next one. */
const dress = () => {
  const runs = findings.filter((f) => ipv4Number(f.first_ip) !== null)
    .sort((a, b) => ipv4Number(a.first_ip) - ipv4Number(b.first_ip) ||
      KINDS.indexOf(b.kind) - KINDS.indexOf(a.kind));
  let before = -1;
  for (const f of runs) {
    const h = hash(f.finding_id);
    f.hue = h % N_HUES;
    f.pattern = (h >>> 8) % N_PATTERNS;
    if (f.kind !== "run") {
      continue;
    }
    if (f.hue === before) {
      f.hue = (f.hue + 1) % N_HUES;
    }
    before = f.hue;
  }
};

const markRange = (f, first, last) => {
  for (let a = first; a <= last; a++) {
    const block = Math.floor(a / 256);
    if (!cellsOf.has(block)) {
      cellsOf.set(block, new Array(256).fill(null));
    }
    cellsOf.get(block)[a % 256] = f;
  }
};

/* The smaller thing stays: a run lies over its strip and its campaign. */
const markCells = () => {
  for (const kind of KINDS) {
    for (const f of findings.filter((x) => x.kind === kind)) {
      for (const [first, last] of rangesOf(f)) {
        markRange(f, first, last);
      }
    }
  }
};

const join = () => {
  findings.forEach((f, i) => {
    f.i = i;
    f.measured = data.measured[i];
    f.members = [];
    f.rows = [];
    f.cidrs ??= [];
    f.domains ??= [];
    f.row = $("f-" + f.finding_id);
  });
  for (const f of findings) {
    byId.get(f.parent_id)?.members.push(f);
  }
  for (const row of data.addresses) {
    findings[row[0]].rows.push(row);
    if (typeof row[1] === "number" && !rowOf.has(row[1])) {
      rowOf.set(row[1], row);
    }
  }
  dress();
  markCells();
};

/* Rows of a finding, those of its members included. */
const allRows = (f) => f.rows.concat(...f.members.map(allRows));

const namesOf = (row) => [].concat(row[2]).filter(Boolean);
const word = (i) => i === undefined ? "" : data.words[i];
const seen = (offset) => offset === null || offset === undefined ? "" :
  utc(data.begun + offset);

const nameOf = (f) => f.kind + " " + f.finding_id;

/* --- blocks --- */

const expand = (letters) => {
  const cells = [];
  for (const [, letter, n] of letters.matchAll(/([a-zA-Z])(\d*)/g)) {
    for (let i = 0; i < Number(n || 1); i++) {
      cells.push(letter);
    }
  }
  return cells;
};

const STATES = {
  n: "no name",
  g: "a name made by its provider",
  d: "a name of its own",
  u: "a name that no host can have",
  f: "the question failed",
  p: "not asked yet",
  o: "excluded, or no target",
};

/* Every /24 of the targets, in the order of the addresses. */
const allBlocks = () => data.blocks.map(([n, letters, like, names]) =>
  ({ n, letters, like, names }));

const cellsIn = (block) => {
  block.cells ??= expand(block.letters);
  return block.cells;
};

const blockText = (block) => ipv4Text(block.n * 256) + "/24";

/* How many addresses of each state, as [[how many, what], ...]. */
const countCells = (block) => {
  const counts = new Map();
  for (const [, letter, n] of block.letters.matchAll(/([a-zA-Z])(\d*)/g)) {
    const key = letter.toLowerCase();
    counts.set(key, (counts.get(key) ?? 0) + Number(n || 1));
  }
  return counts;
};

const describeBlock = (block) => {
  const found = new Set((cellsOf.get(block.n) ?? []).filter(Boolean));
  const parts = [...countCells(block)].map(([s, n]) => n + " " + STATES[s]);
  return [blockText(block), parts.join(", ")].concat(
    found.size ? [plural(found.size, "finding")] : []);
};

/* What there is to say of one address. */
const describeCell = (block, i) => {
  const address = block.n * 256 + i;
  const letter = cellsIn(block)[i];
  const row = rowOf.get(address);
  const f = cellsOf.get(block.n)?.[i];
  const lines = [ipv4Text(address)];
  const state = letter.toLowerCase();
  if (row && namesOf(row).length) {
    lines.push(...namesOf(row));
  } else if (block.names[i]) {
    lines.push(block.names[i]);
  } else if (state === "g") {
    lines.push(STATES.g + ", as " + block.like);
  } else {
    lines.push(STATES[state]);
  }
  if (letter !== state) {
    lines.push("takes mail");
  }
  if (f) {
    lines.push(nameOf(f) + ", " + f.tier + ", " + f.domains.slice(0, 2)
      .join(", "));
  }
  return lines;
};
