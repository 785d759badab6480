/* When the domains were registered: bars a day, a week or more, by registrar,
 * with those of the scan's other domains behind them. */

const DAY = 86400;
const BARS_MAX = 110;
const REGISTRARS_SHOWN = 4;
const BOX = { width: 960, height: 260, left: 34, right: 8, top: 26,
  bottom: 26 };
const STEPS = [[1, "day"], [7, "week"], [30, "30 days"], [91, "91 days"],
  [365, "365 days"], [3653, "ten years"]];

const registered = () => data.domains.filter((d) => d[1] !== null)
  .map((d) => ({ name: d[0], day: Math.floor(d[1] / DAY),
    registrar: word(d[2]) || "registrar unknown" }));

/* The commonest registrars; all others are one. */
const rankRegistrars = (all) => {
  const counts = new Map();
  for (const { registrar } of all) {
    counts.set(registrar, (counts.get(registrar) ?? 0) + 1);
  }
  return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
    .slice(0, REGISTRARS_SHOWN).map(([name]) => name);
};

const binned = (all, ranked) => {
  /* not Math.min(...all): a call has room for so many arguments only */
  const first = all.reduce((n, d) => Math.min(n, d.day), Infinity);
  const last = all.reduce((n, d) => Math.max(n, d.day), -Infinity);
  const [step, unit] = STEPS.find(([s]) => (last - first) / s < BARS_MAX) ??
    STEPS.at(-1);
  const start = first - Math.floor(step / 2) - 2 * step;
  const n = Math.floor((last - start) / step) + 3;
  const bins = Array.from({ length: n }, (_, i) => ({
    day: start + i * step, background: 0, names: [],
    by: new Array(ranked.length + 1).fill(0) }));
  for (const d of all) {
    const bin = bins[Math.floor((d.day - start) / step)];
    const rank = ranked.indexOf(d.registrar);
    bin.by[rank < 0 ? ranked.length : rank]++;
    bin.names.push(d.name);
  }
  for (const [at, count] of data.background) {
    const bin = bins[Math.floor((at - start) / step)];
    if (bin) {
      bin.background += count;
    }
  }
  return { bins, step, unit, start, end: start + n * step };
};

const sum = (numbers) => numbers.reduce((a, b) => a + b, 0);

/* Findings whose dates lie closer together than chance would have it. */
const bursts = () => findings.filter((f) => f.created_min && f.created_max &&
  !byId.has(f.parent_id) && f.burst_p !== null &&
  (f.reasons ?? []).includes("burst")).slice(0, 6);

const shape = (rank) => ["solid", "hatched", "dotted", "barred",
  "others"][Math.min(rank, 4)];

const patterns = () => svg("defs", {}, ...["hatched", "dotted", "barred"].map(
  (name) => svg("pattern", { id: "p-" + name, width: 6, height: 6,
    patternUnits: "userSpaceOnUse",
    patternTransform: name === "hatched" ? "rotate(45)" : "" },
  svg("rect", { width: 6, height: 6, class: "base-" + name }),
  name === "dotted" ? svg("circle", { cx: 3, cy: 3, r: 1.5, class: "over" }) :
    svg("rect", { width: name === "hatched" ? 2 : 6,
      height: name === "hatched" ? 6 : 2, class: "over" }))));

const axes = (scale) => {
  const { x, y, most, start, end } = scale;
  const parts = [];
  for (const n of [...new Set([Math.ceil(most / 2), most])]) {
    parts.push(svg("line", { class: "grid", x1: BOX.left, y1: y(n),
      x2: BOX.width - BOX.right, y2: y(n) }),
    svg("text", { x: BOX.left - 6, y: y(n) + 4, "text-anchor": "end" },
      String(n)));
  }
  const labels = 6;
  for (let i = 0; i <= labels; i++) {
    const at = start + (end - start) * i / labels;
    parts.push(svg("text", { x: x(at), y: BOX.height - 6, "text-anchor":
      i === 0 ? "start" : i === labels ? "end" : "middle" },
    day(Math.floor(at) * DAY)));
  }
  return parts;
};

/* The days of a burst, bars that hold its ends included. */
const burstBands = (scale, t) => bursts().map((f, i) => {
  const bin = (iso) => Math.floor(
    (Math.floor(Date.parse(iso) / 1000 / DAY) - t.start) / t.step);
  const from = scale.x(t.start + bin(f.created_min) * t.step);
  const to = scale.x(t.start + (bin(f.created_max) + 1) * t.step);
  /* half of the chart has room for what is written, whatever the font */
  const isLeft = from + to < BOX.width;
  return svg("g", { class: "burst" },
    svg("rect", { x: from - 3, y: BOX.top - 4, width: to - from + 5,
      height: BOX.height - BOX.top - BOX.bottom + 4 }),
    i < 1 ? svg("text", { x: isLeft ? from : to, y: BOX.top - 10,
      "text-anchor": isLeft ? "start" : "end" }, plural(f.domains.length, "domain") +
      " registered close together, by chance p = " +
      f.burst_p.toPrecision(2)) : null,
    svg("title", {}, nameOf(f) + ": registered close together, " +
      f.created_min.slice(0, 10) + " to " + f.created_max.slice(0, 10)));
});

const barOf = (bin, scale, step) => {
  const { x, y } = scale;
  const width = Math.max(1.5, x(bin.day + step) - x(bin.day) - 1);
  const parts = [];
  if (bin.background) {
    parts.push(svg("rect", { class: "background", x: x(bin.day),
      y: y(bin.background), width, height: y(0) - y(bin.background) }));
  }
  let below = 0;
  bin.by.forEach((n, rank) => {
    if (n > 0) {
      parts.push(svg("rect", { class: "bar-" + shape(rank), x: x(bin.day) +
        width * .15, y: y(below + n), width: width * .7,
      height: y(below) - y(below + n) }));
    }
    below += n;
  });
  const label = day(bin.day * DAY) + ": " + plural(below, "domain") +
    (bin.background ? ", " + bin.background + " others" : "");
  return svg("g", {}, ...parts, svg("title", {},
    [label, ...bin.names.slice(0, 12)].map(visible).join("\n")));
};

const chart = (all, t, ranked) => {
  const most = Math.max(1, ...t.bins.map((b) =>
    Math.max(sum(b.by), b.background)));
  const scale = { most, start: t.start, end: t.end,
    x: (at) => BOX.left + (at - t.start) / (t.end - t.start) *
      (BOX.width - BOX.left - BOX.right),
    y: (n) => BOX.height - BOX.bottom - n / most *
      (BOX.height - BOX.top - BOX.bottom) };
  return svg("svg", { class: "chart", role: "img",
    viewBox: "0 0 " + BOX.width + " " + BOX.height,
    "aria-label": plural(all.length, "domain") + " by day of registration; " +
      "the table below has the same" },
  patterns(), ...burstBands(scale, t), ...axes(scale),
  ...t.bins.filter((b) => b.names.length || b.background)
    .map((b) => barOf(b, scale, t.step)));
};

const chartKey = (ranked, hasOthers, hasBackground) => {
  const entry = (name, text) => el("li", {},
    svg("svg", { class: "swatch", viewBox: "0 0 14 14", "aria-hidden":
      "true" }, svg("rect", { class: name, width: 14, height: 14 })),
    visible(text));
  return el("ul", { class: "legend", "aria-label": "Legend" },
    ...ranked.map((name, i) => entry("bar-" + shape(i), name)),
    hasOthers ? entry("bar-others", "other registrars") : null,
    hasBackground ? entry("background", "other domains of the scan") : null,
    bursts().length ? entry("band", "registered close together") : null);
};

const timeTable = (t, ranked) => {
  const used = t.bins.filter((b) => b.names.length);
  return el("details", { class: "alternative" },
    el("summary", {}, "The same as a table"),
    el("div", { class: "scroll" }, el("table", { class: "plain" },
      el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "From"),
        el("th", { scope: "col" }, "Domains"),
        ...ranked.map((r) => el("th", { scope: "col" }, visible(r))),
        el("th", { scope: "col" }, "Other registrars"),
        el("th", { scope: "col" }, "Other domains of the scan"))),
      el("tbody", {}, used.map((b) => el("tr", {},
        el("th", { scope: "row" }, day(b.day * DAY)),
        el("td", { class: "n" }, sum(b.by)),
        ...b.by.map((n) => el("td", { class: "n" }, n)),
        el("td", { class: "n" }, b.background)))))));
};

const showTimeline = () => {
  const section = $("timeline");
  const all = registered();
  const unknown = data.domains.length - all.length;
  if (!all.length) {
    section.append(el("p", {}, "Of no domain the day is known."));
    return;
  }
  const ranked = rankRegistrars(all);
  const t = binned(all, ranked);
  section.append(el("p", { class: "hint" },
    plural(all.length, "domain") + " of the findings, a bar for each " +
    t.unit + (unknown ? "; of " + unknown + " more the day is not known" :
    "") + "."),
  el("div", { class: "scroll" }, chart(all, t, ranked)),
  chartKey(ranked, t.bins.some((b) => b.by.at(-1) > 0),
    t.bins.some((b) => b.background > 0)), timeTable(t, ranked));
};
