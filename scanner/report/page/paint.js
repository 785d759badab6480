/* One strip of cells on a canvas. What a cell is shows by its height and form
 * as well as by its colour. */

const MAIL_ZONE = 6; /* pixels above the cells, for the marks of mail */
const CELL_HEIGHT = 22;

const HEIGHTS = { n: .12, g: .4, d: .65, u: .65, f: .65, p: .65, o: 0 };

let paintCache = null;

const readPaint = () => {
  const style = getComputedStyle(document.documentElement);
  const value = (name) => style.getPropertyValue(name).trim();
  const paint = { hues: [] };
  for (const name of ["surface", "track", "empty", "generic", "own", "failed",
    "pending", "mail", "high", "review", "context", "text"]) {
    paint[name] = value("--" + name);
  }
  for (let i = 0; i < N_HUES; i++) {
    paint.hues.push(value("--hue" + i));
  }
  return paint;
};

const paint = () => paintCache ??= readPaint();

const forgetPaint = () => {
  paintCache = null;
};

/* Lines, cross lines or dots of the surface over a cell. */
const paintPattern = (c, pattern, x, y, w, h) => {
  const step = Math.max(3, Math.round(h / 6));
  c.fillStyle = paint().surface;
  for (let at = step; at < h - 1 && pattern > 0; at += step) {
    const isOdd = Math.round(at / step) % 2 === 1;
    if (pattern === 1 && isOdd) {
      c.fillRect(x, y + at, w, Math.max(1, step / 2));
    } else if (pattern === 2) {
      c.fillRect(x + (isOdd ? 0 : w / 2), y + at, w / 2, step / 2);
    } else if (pattern === 3 && at > h / 2 - step && at <= h / 2) {
      c.fillRect(x, y + at, w, step);
    }
  }
};

const paintFound = (c, f, x, y, w, h) => {
  c.fillStyle = paint().hues[f.hue];
  c.fillRect(x, y, w, h);
  paintPattern(c, f.pattern, x, y, w, h);
};

const paintState = (c, state, x, y, w, h) => {
  const tall = Math.max(1, Math.round(h * HEIGHTS[state]));
  const top = y + h - tall;
  const color = { n: "empty", g: "generic", d: "own", u: "generic",
    f: "failed", p: "pending" }[state];
  c.fillStyle = paint()[color];
  if (state === "p") { /* hollow */
    c.fillRect(x, top, w, 1);
    c.fillRect(x, y + h - 1, w, 1);
    c.fillRect(x, top, 1, tall);
  } else if (state === "u") { /* a foot and a head */
    c.fillRect(x, top, w, tall * .2);
    c.fillRect(x + w / 3, top, w / 3, tall);
  } else if (state === "f") { /* cut in the middle */
    c.fillRect(x, top, w, tall * .35);
    c.fillRect(x, top + tall * .65, w, tall * .35);
  } else if (state !== "o") {
    c.fillRect(x, top, w, tall);
  }
};

const paintCell = (c, letter, f, x, y, w, scale) => {
  const zone = MAIL_ZONE * scale;
  const h = CELL_HEIGHT * scale;
  const inner = w > 3 ? w - 1 : w;
  const state = letter.toLowerCase();
  if (state !== "o") {
    c.fillStyle = paint().track;
    c.fillRect(x, y + zone, w, h);
  }
  if (f) {
    paintFound(c, f, x, y + zone, inner, h);
  } else {
    paintState(c, state, x, y + zone, inner, h);
  }
  if (letter !== state) {
    c.fillStyle = paint().mail;
    c.fillRect(x, y + scale, inner, zone - 3 * scale);
  }
};

/* Cells a line, and pixels a cell, that fit a width. */
const gridFor = (width) => {
  const per = width >= 720 ? 256 : width >= 400 ? 128 : 64;
  const scale = window.devicePixelRatio || 1;
  return { per, scale, rows: 256 / per,
    pixels: Math.max(per, Math.floor(width * scale)),
    line: (MAIL_ZONE + CELL_HEIGHT + 2) * scale };
};

const paintStrip = (canvas, block, grid) => {
  const { per, scale, pixels, rows, line } = grid;
  const left = (column) => Math.round(column * pixels / per);
  canvas.width = pixels;
  canvas.height = Math.ceil(rows * line);
  const c = canvas.getContext("2d");
  const cells = cellsIn(block);
  const found = cellsOf.get(block.n) ?? [];
  for (let i = 0; i < 256; i++) {
    const x = left(i % per);
    paintCell(c, cells[i], found[i], x, Math.floor(i / per) * line,
      left(i % per + 1) - x, scale);
  }
};

/* A cell by itself, for the legend. */
const swatch = (letter, f) => {
  const canvas = el("canvas", { class: "swatch", "aria-hidden": "true" });
  canvas.repaint = () => {
    const scale = window.devicePixelRatio || 1;
    canvas.width = 14 * scale;
    canvas.height = (MAIL_ZONE + CELL_HEIGHT) * scale;
    paintCell(canvas.getContext("2d"), letter, f, 0, 0, 14 * scale, scale);
  };
  canvas.repaint();
  return canvas;
};
