/* The map: every /24 a strip of 256 cells; what holds nothing is folded. */

const CHIPS_SHOWN = 12;

const strips = []; /* those in the page, in their order */
const cursor = { strip: 0, cell: 0, isOn: false };
let stripObserver = null;
let listBox = null;

const isRemarkable = (block) => cellsOf.has(block.n);
const isBlank = (block) => !/[gdufGDUFN]/.test(block.letters);

const chip = (f) => {
  const first = f.first_ip.slice(f.first_ip.lastIndexOf("."));
  const last = f.last_ip.slice(f.last_ip.lastIndexOf("."));
  return el("a", { class: "chip", href: "#f-" + f.finding_id },
    swatch("d", f), visible(f.domains[0] ?? f.finding_id),
    el("small", {}, first === last ? first : first + "\u2013" + last));
};

const chipsOf = (block) => {
  const found = [...new Set((cellsOf.get(block.n) ?? []).filter(Boolean))];
  const chips = found.slice(0, CHIPS_SHOWN).map(chip);
  if (found.length > CHIPS_SHOWN) {
    chips.push(el("span", { class: "more" },
      "+" + (found.length - CHIPS_SHOWN) + " more"));
  }
  return chips.length ? el("div", { class: "chips" }, chips) : null;
};

const cellAt = (strip, event) => {
  const box = strip.canvas.getBoundingClientRect();
  const { per, rows } = strip.grid;
  const x = Math.floor((event.clientX - box.left) / box.width * per);
  const y = Math.floor((event.clientY - box.top) / box.height * rows);
  const cell = y * per + x;
  return x >= 0 && x < per && cell >= 0 && cell < 256 ? cell : null;
};

const onPointer = (strip, event) => {
  const cell = strip.grid ? cellAt(strip, event) : null;
  if (cell === null) {
    hideTip();
    return;
  }
  showTip(describeCell(strip.block, cell), event.clientX, event.clientY);
};

const openCell = (strip, cell) => {
  const f = cellsOf.get(strip.block.n)?.[cell];
  if (f) {
    hideTip();
    goTo(f);
  }
};

const placeCursor = () => {
  const strip = strips[cursor.strip];
  strips.forEach((s) => s.mark.hidden = s !== strip || !cursor.isOn);
  if (!strip?.grid) {
    return;
  }
  const { per, rows } = strip.grid;
  const style = strip.mark.style;
  style.left = cursor.cell % per * 100 / per + "%";
  style.top = Math.floor(cursor.cell / per) * 100 / rows + "%";
  style.width = 100 / per + "%";
  style.height = 100 / rows + "%";
};

const tellCursor = () => {
  const strip = strips[cursor.strip];
  if (!strip) {
    return;
  }
  drawStrip(strip);
  placeCursor();
  strip.node.scrollIntoView({ block: "nearest" });
  const lines = describeCell(strip.block, cursor.cell);
  const box = strip.mark.getBoundingClientRect();
  showTip(lines, box.left, box.bottom - 8);
  say(lines.map(visible).join(", "));
};

const KEYS = {
  ArrowLeft: (c) => c.cell = Math.max(0, c.cell - 1),
  ArrowRight: (c) => c.cell = Math.min(255, c.cell + 1),
  Home: (c) => c.cell = 0,
  End: (c) => c.cell = 255,
  ArrowUp: (c) => c.strip = Math.max(0, c.strip - 1),
  ArrowDown: (c) => c.strip = Math.min(strips.length - 1, c.strip + 1),
  PageUp: (c) => c.cell = nextFound(c, -1),
  PageDown: (c) => c.cell = nextFound(c, 1),
  Escape: () => hideTip(),
};

/* The next finding of the strip in that direction. */
const nextFound = (c, step) => {
  const found = cellsOf.get(strips[c.strip].block.n) ?? [];
  const here = found[c.cell];
  for (let i = c.cell + step; i >= 0 && i < 256; i += step) {
    if (found[i] && found[i] !== here) {
      return i;
    }
  }
  return c.cell;
};

const onKey = (event) => {
  if (event.target !== listBox || !strips.length) {
    return;
  }
  if (event.key === "Enter" || event.key === " ") {
    event.preventDefault();
    openCell(strips[cursor.strip], cursor.cell);
  } else if (KEYS[event.key]) {
    event.preventDefault();
    KEYS[event.key](cursor);
    if (event.key !== "Escape") {
      tellCursor();
    }
  }
};

const drawStrip = (strip) => {
  const width = listBox.clientWidth;
  fillStrip(strip);
  if (strip.grid?.width === width) {
    return;
  }
  strip.grid = { ...gridFor(width), width };
  paintStrip(strip.canvas, strip.block, strip.grid);
  strip.canvas.style.width =
    strip.canvas.width / strip.grid.scale + "px";
  placeCursor();
};

const redrawStrips = () => {
  for (const strip of strips.filter((s) => s.grid)) {
    strip.grid = null;
    drawStrip(strip);
  }
};

/* Thousands of strips may be in the page: each is filled when it is about to
 * be seen. */
const fillStrip = (strip) => {
  const { block, canvas } = strip;
  if (strip.isFull) {
    return;
  }
  strip.isFull = true;
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", visible(describeBlock(block).join(": ")));
  canvas.addEventListener("pointermove", (e) => onPointer(strip, e));
  canvas.addEventListener("pointerleave", hideTip);
  canvas.addEventListener("click", (e) => {
    const cell = cellAt(strip, e);
    if (cell !== null) {
      openCell(strip, cell);
    }
  });
  strip.node.append(el("div", { class: "cells" }, el("div", { class: "frame" },
    canvas, strip.mark)), chipsOf(block) ?? "");
};

const makeStrip = (block) => {
  const strip = { block, canvas: el("canvas"), grid: null, isFull: false,
    mark: el("div", { class: "cursor", hidden: true }),
    node: el("div", { class: "strip", id: "b-" + block.n },
      el("p", { class: "net" }, blockText(block))) };
  strip.node.strip = strip;
  return strip;
};

/* Strips in the page, in its order: the cursor walks along them. */
const collectStrips = () => {
  strips.length = 0;
  for (const node of listBox.querySelectorAll(".strip")) {
    strips.push(node.strip);
  }
};

const addStrips = (blocks, before) => {
  for (const block of blocks) {
    const strip = makeStrip(block);
    before.before(strip.node);
    stripObserver.observe(strip.node);
  }
};

const foldText = (blocks) => {
  const blank = blocks.filter(isBlank).length;
  const text = plural(blocks.length, "/24") + " without a finding, " +
    blockText(blocks[0]) +
    (blocks.length > 1 ? " to " + blockText(blocks.at(-1)) : "");
  return text + (blank === blocks.length ? ", no name in any" :
    blank ? ", " + blank + " of them without a name" : "");
};

const foldOf = (blocks) => {
  const button = el("button", { type: "button", class: "fold",
    onclick: () => unfold(fold) }, "Show " + foldText(blocks));
  const fold = el("div", { class: "folded" }, button);
  fold.blocks = blocks;
  for (const block of blocks) {
    block.fold = fold;
  }
  return fold;
};

const unfold = (fold) => {
  const held = fold.contains(document.activeElement);
  const here = held ? fold.blocks[0] : strips[cursor.strip]?.block;
  addStrips(fold.blocks, fold);
  for (const block of fold.blocks) {
    block.fold = null;
  }
  fold.remove();
  collectStrips();
  cursor.strip = Math.max(0, strips.findIndex((s) => s.block === here));
  if (held) {
    listBox.focus({ preventScroll: true });
  }
};

const fillStrips = (blocks) => {
  let folded = [];
  const end = el("div");
  const flush = () => {
    if (folded.length) {
      end.before(foldOf(folded));
    }
    folded = [];
  };
  listBox.append(end);
  for (const block of blocks) {
    if (!isRemarkable(block)) {
      folded.push(block);
      continue;
    }
    flush();
    addStrips([block], end);
  }
  flush();
  end.remove();
  collectStrips();
};

/* Lead to the strip of a block, out of its fold if need be. */
const goToBlock = (block) => {
  if (block.fold) {
    unfold(block.fold);
  }
  cursor.strip = strips.findIndex((s) => s.block === block);
  const found = cellsOf.get(block.n) ?? [];
  cursor.cell = Math.max(0, found.findIndex(Boolean));
  strips[cursor.strip].node.scrollIntoView({ block: "center" });
  listBox.focus({ preventScroll: true });
};

const legend = () => {
  const sample = findings.find((f) => f.hue !== undefined && f.pattern > 0) ??
    { hue: 0, pattern: 1 };
  const entry = (letter, f, text) =>
    el("li", {}, swatch(letter, f), text);
  return el("ul", { class: "legend", "aria-label": "Legend" },
    entry("n", sample, "a finding: each run its own colour and pattern"),
    entry("d", null, "a name of its own, in no finding"),
    entry("g", null, "a name made by the provider"),
    data.blocks.some((b) => /u/i.test(b[1])) ? entry("u", null, STATES.u) : null,
    entry("n", null, "no name"),
    entry("f", null, "failed: no answer"),
    entry("p", null, "not asked yet"),
    entry("o", null, "excluded, or no target"),
    entry("G", null, "the mark on top: takes mail"));
};

const showMap = (blocks) => {
  const section = $("map");
  stripObserver = new IntersectionObserver((entries) => {
    entries.filter((e) => e.isIntersecting)
      .forEach((e) => drawStrip(e.target.strip));
  }, { rootMargin: "400px" });
  listBox = el("div", { id: "strips", role: "application", tabindex: "0",
    "aria-label": "Strips of addresses", "aria-describedby": "map-keys",
    onkeydown: onKey,
    onfocus: () => {
      cursor.isOn = true;
      placeCursor();
    },
    onblur: () => {
      cursor.isOn = false;
      placeCursor();
      hideTip();
    } });
  if (data.blocksLeftOut) {
    section.append(el("p", {}, "The scan is too large to be drawn: " +
      plural(data.blocksLeftOut, "/24") + " without a finding are left out."));
  }
  if (!blocks.length) {
    section.append(el("p", {}, "There is no IPv4 address to be drawn."));
    return;
  }
  section.append(el("p", { id: "map-keys", class: "hint" },
    "Each line is a /24, each cell an address. Click a cell of a finding to " +
    "read about it; with the keyboard: arrow keys move, Page Up and Page " +
    "Down go from finding to finding, Enter opens."), legend());
  if (blocks.length > OVERVIEW_FROM) {
    section.append(overview(blocks));
  }
  section.append(listBox);
  fillStrips(blocks);
};
