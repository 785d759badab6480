/* The list of findings: opened, sorted, filtered. Its rows are in the page
 * before any script runs. */

const PRINTED_MAX = 200; /* details opened, strips drawn for paper */

const body = document.querySelector("#list tbody");
const inOrder = body ? [...body.rows] : [];
const findingOf = (row) => findings[Number(row.dataset.i)];

/* --- unrolling --- */

/* Thousands of rows are laid out a few hundred at a time, while nobody waits;
 * to count and sort them they need not be seen. */
const UNROLLED = 300;

let current = inOrder; /* as they are sorted */
let unrolled = UNROLLED;
let unrolling = null;

const whenIdle = (work) => window.requestIdleCallback ?
  requestIdleCallback(work, { timeout: 500 }) : setTimeout(work, 50);

const unrollTo = (most) => {
  let n = 0;
  unrolled = most;
  for (const row of current) {
    const isLater = !row.hidden && n++ >= most;
    row.classList.toggle("later", isLater);
    findingOf(row).detail?.classList.toggle("later", isLater);
  }
  return n > most;
};

/* Go on as long as the same list is shown. */
const unroll = (token) => whenIdle(() => {
  if (token === unrolling && unrollTo(unrolled + UNROLLED)) {
    unroll(token);
  }
});

const restartUnrolling = () => {
  unrolling = {};
  if (unrollTo(UNROLLED)) {
    unroll(unrolling);
  }
};

const unrollAll = () => {
  unrolling = null;
  unrollTo(Infinity);
};

/* --- opening --- */

const open = (f) => {
  if (!f.row || f.detail) {
    return;
  }
  f.detail = el("tr", { class: "detail", id: "d-" + f.finding_id },
    el("td", { colspan: f.row.cells.length }, detail(f)));
  f.row.after(f.detail);
  f.row.classList.add("open");
  f.toggle.setAttribute("aria-expanded", "true");
};

const close = (f) => {
  f.detail?.remove();
  f.detail = null;
  f.row.classList.remove("open");
  f.toggle.setAttribute("aria-expanded", "false");
};

const toggle = (f) => f.detail ? close(f) : open(f);

/* Open a finding, and lead there. A filter does not keep it away. */
const goTo = (f) => {
  if (!f.row) {
    return;
  }
  if (f.row.hidden) {
    clearFilters();
  }
  if (f.row.classList.contains("later")) {
    unrollAll();
  }
  open(f);
  if (location.hash !== "#f-" + f.finding_id) {
    history.replaceState(null, "", "#f-" + f.finding_id);
  }
  f.row.scrollIntoView({ block: "start" });
  f.detail.querySelector("h3").focus({ preventScroll: true });
  say("Opened " + nameOf(f));
};

const onHash = () => {
  const f = byId.get(location.hash.slice(3)); /* ids need no %HH */
  if (f && location.hash.startsWith("#f-")) {
    goTo(f);
  }
};

const onRowClick = (event) => {
  const row = event.target.closest("tr[data-i]");
  const isOwn = event.target.closest("a, button");
  if (row && !isOwn && !String(getSelection())) {
    toggle(findingOf(row));
  }
};

const addToggle = (row) => {
  const f = findingOf(row);
  f.toggle = el("button", { type: "button", class: "toggle",
    "aria-expanded": "false", "aria-label": "Details of " + nameOf(f),
    onclick: () => toggle(f) });
  row.cells[0].prepend(f.toggle);
};

/* --- sorting --- */

const ratio = (f) => f.smtp_probed ? f.smtp_open / f.smtp_probed : null;

const SORT = {
  tier: (f) => TIERS.indexOf(f.tier),
  score: (f) => -f.score,
  coverage: (f) => -f.coverage,
  kind: (f) => KINDS.indexOf(f.kind),
  first: (f) => ipv4Number(f.first_ip) ?? Number.MAX_SAFE_INTEGER,
  ips: (f) => -f.ip_count,
  domains: (f) => f.domains[0] ?? null,
  created: (f) => f.created_min || null,
  registrar: (f) => f.registrar || null,
  smtp: (f) => ratio(f) === null ? null : -ratio(f),
};
/* Columns whose first click shows the largest first. */
const FALLING = ["score", "coverage", "ips", "smtp"];

const compare = (a, b) => a < b ? -1 : a > b ? 1 : 0;

/* What is not known stands last, whichever way. */
const sorted = (key, isReversed) => {
  const keys = new Map(inOrder.map((row) => [row, SORT[key](findingOf(row))]));
  return [...inOrder].sort((x, y) => {
    const [a, b] = [keys.get(x), keys.get(y)];
    if (a === null || b === null) {
      return (a === null) - (b === null);
    }
    return isReversed ? compare(b, a) : compare(a, b);
  });
};

const place = (rows) => {
  current = rows;
  const all = document.createDocumentFragment();
  for (const row of rows) {
    all.append(row);
    if (findingOf(row).detail) {
      all.append(findingOf(row).detail);
    }
  }
  restartUnrolling();
  body.append(all);
};

const heads = () => [...document.querySelectorAll("#list th[data-sort]")];

/* A click sorts, the next one turns it round, the third one goes back. */
const sortBy = (head) => {
  const was = head.getAttribute("aria-sort");
  const key = head.dataset.sort;
  const [first, second] = FALLING.includes(key) ?
    ["descending", "ascending"] : ["ascending", "descending"];
  const next = was === null ? first : was === first ? second : null;
  heads().forEach((h) => h.removeAttribute("aria-sort"));
  if (next) {
    head.setAttribute("aria-sort", next);
  }
  $("list").classList.toggle("sorted", next !== null);
  place(next ? sorted(key, next === second) : inOrder);
  say(next ? "Sorted by " + head.textContent + ", " + next :
    "In the order of the findings");
};

/* The same from a list, where the screen is too narrow for heads. */
const sortFrom = (event) => {
  heads().forEach((h) => h.removeAttribute("aria-sort"));
  const head = heads().find((h) => h.dataset.sort === event.target.value);
  if (head) {
    sortBy(head);
  } else {
    place(inOrder);
    $("list").classList.remove("sorted");
  }
};

const sortList = () => el("label", { class: "narrow" }, "Sort by ",
  el("select", { id: "sort", onchange: sortFrom },
    el("option", { value: "" }, "order of the findings"),
    heads().map((h) => el("option", { value: h.dataset.sort },
      h.textContent))));

const addSorting = () => {
  for (const head of heads()) {
    const button = el("button", { type: "button",
      onclick: () => sortBy(head) }, head.textContent);
    head.replaceChildren(button);
  }
};

/* --- filtering --- */

const searchText = (f) => f.search ??= [f.finding_id, f.kind, f.tier,
  f.first_ip, f.last_ip, f.registrar ?? "", ...f.cidrs, ...f.domains,
  ...(f.abuse_email ?? []), ...(f.customer ?? []), ...(f.netname ?? []),
  ...(f.reasons ?? [])].join("\n").toLowerCase();

const matches = (f, text, tiers, kind) => {
  if (!tiers.includes(f.tier) || (kind && f.kind !== kind)) {
    return false;
  }
  const address = ipv4Number(text);
  return text === "" || searchText(f).includes(text) || (address !== null &&
    rangesOf(f).some(([a, b]) => a <= address && address <= b));
};

const applyFilters = () => {
  const text = $("filter-text").value.trim().toLowerCase();
  const kind = $("filter-kind").value;
  const tiers = TIERS.filter((t) => $("filter-" + t).checked);
  let shown = 0;
  for (const row of inOrder) {
    const f = findingOf(row);
    row.hidden = !matches(f, text, tiers, kind);
    if (f.detail) {
      f.detail.hidden = row.hidden;
    }
    shown += !row.hidden;
  }
  restartUnrolling();
  $("list").classList.toggle("filtered", shown < inOrder.length);
  $("count").textContent = shown === inOrder.length ?
    plural(shown, "finding") : shown + " of " + plural(inOrder.length,
      "finding");
};

const clearFilters = () => {
  $("filter-text").value = "";
  $("filter-kind").value = "";
  TIERS.forEach((t) => $("filter-" + t).checked = true);
  applyFilters();
};

const addControls = () => {
  const tiers = TIERS.map((t) => el("label", {}, el("input", { type:
    "checkbox", id: "filter-" + t, checked: true, onchange: applyFilters }),
  t));
  $("controls").append(
    el("label", { class: "search", for: "filter-text" }, "Filter ",
      el("input", { type: "search", id: "filter-text", placeholder:
        "domain, address, registrar, contact", autocomplete: "off",
      spellcheck: "false", oninput: applyFilters })),
    el("fieldset", {}, el("legend", { class: "unseen" }, "Tiers"), tiers),
    el("label", {}, "Kind ", el("select", { id: "filter-kind",
      onchange: applyFilters }, el("option", { value: "" }, "all"),
    KINDS.map((k) => el("option", { value: k }, k + "s")))),
    sortList(),
    el("button", { type: "button", onclick: clearFilters }, "Clear"),
    el("output", { id: "count", role: "status" }));
  applyFilters();
};

/* --- paper --- */

let openedForPaper = [];

const beforePrint = () => {
  document.documentElement.classList.add("on-paper"); /* which is light */
  repaint();
  unrollAll();
  const all = inOrder.filter((r) => !r.hidden).map(findingOf);
  openedForPaper = all.slice(0, PRINTED_MAX).filter((f) => !f.detail);
  openedForPaper.forEach(open);
  if (all.length > PRINTED_MAX || strips.length > PRINTED_MAX) {
    $("said").before(el("p", { id: "not-printed", class: "paper" },
      "The first " + PRINTED_MAX + " /24s of the map, details of the first " +
      PRINTED_MAX + " findings; filter the list to print others."));
  }
  strips.slice(0, PRINTED_MAX).forEach(drawStrip);
};

const afterPrint = () => {
  openedForPaper.forEach(close);
  openedForPaper = [];
  $("not-printed")?.remove();
  document.documentElement.classList.remove("on-paper");
  repaint();
};

const showTable = () => {
  if (!body) {
    $("controls").hidden = true;
    return;
  }
  inOrder.forEach(addToggle);
  body.addEventListener("click", onRowClick);
  addSorting();
  addControls();
  window.addEventListener("beforeprint", beforePrint);
  window.addEventListener("afterprint", afterPrint);
};
