/* All /24s at once along Hilbert's curve: what is near in the order of the
 * addresses is near in the picture. */

const OVERVIEW_FROM = 64; /* /24s: fewer are seen at a glance as strips */
const OVERVIEW_WIDTH = 560;

/* Place of the d-th step in a square of the given side, a power of two. */
const hilbert = (side, d) => {
  let x = 0;
  let y = 0;
  for (let s = 1; s < side; s *= 2) {
    const right = 1 & d >>> 1;
    const up = 1 & (d ^ right);
    if (!up) {
      if (right) {
        x = s - 1 - x;
        y = s - 1 - y;
      }
      [x, y] = [y, x];
    }
    x += s * right;
    y += s * up;
    d >>>= 2;
  }
  return [x, y];
};

const bestTier = (block) => {
  const found = (cellsOf.get(block.n) ?? []).filter(Boolean);
  return found.length ?
    Math.min(...found.map((f) => TIERS.indexOf(f.tier))) : null;
};

/* Colour and size of a /24; the size tells the same as the colour. */
const lookOf = (block) => {
  const tier = bestTier(block);
  if (tier !== null) {
    return [TIERS[tier], [1, .8, .6][tier]];
  }
  const counts = countCells(block);
  const has = (state) => (counts.get(state) ?? 0) > 0;
  return has("d") ? ["own", .5] : has("g") ? ["generic", .4] :
    has("f") ? ["failed", .3] : has("p") ? ["pending", .2] : ["empty", .2];
};

const drawOverview = (view) => {
  const scale = window.devicePixelRatio || 1;
  const size = Math.max(1, Math.floor(view.size * scale));
  const c = view.canvas.getContext("2d");
  view.canvas.width = view.canvas.height = size * view.side;
  view.blocks.forEach((block, i) => {
    const [x, y] = view.places[i];
    const [color, share] = lookOf(block);
    const inner = Math.max(1, (size - (size > 3 ? 1 : 0)) * share);
    const margin = (size - inner) / 2;
    c.fillStyle = paint().track;
    c.fillRect(x * size, y * size, size - (size > 3 ? 1 : 0),
      size - (size > 3 ? 1 : 0));
    c.fillStyle = paint()[color];
    c.fillRect(x * size + margin, y * size + margin, inner, inner);
  });
};

const blockAt = (view, event) => {
  const box = view.canvas.getBoundingClientRect();
  const x = Math.floor((event.clientX - box.left) / box.width * view.side);
  const y = Math.floor((event.clientY - box.top) / box.height * view.side);
  return view.at.get(y * view.side + x) ?? null;
};

const moveInView = (view, dx, dy) => {
  const [x, y] = view.places[view.here];
  const to = view.at.get((y + dy) * view.side + x + dx);
  if (to === undefined || x + dx < 0 || x + dx >= view.side) {
    return;
  }
  view.here = to;
  tellInView(view);
};

const tellInView = (view) => {
  const box = view.canvas.getBoundingClientRect();
  const [x, y] = view.places[view.here];
  const lines = describeBlock(view.blocks[view.here]);
  const style = view.mark.style;
  style.left = x * 100 / view.side + "%";
  style.top = y * 100 / view.side + "%";
  style.width = style.height = 100 / view.side + "%";
  view.mark.hidden = false;
  showTip(lines, box.left + x * view.size, box.top + (y + 1) * view.size);
  say(lines.join(", "));
};

const onViewKey = (view, event) => {
  const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1],
    ArrowDown: [0, 1] };
  if (event.key === "Enter" || event.key === " ") {
    event.preventDefault();
    goToBlock(view.blocks[view.here]);
  } else if (moves[event.key]) {
    event.preventDefault();
    moveInView(view, ...moves[event.key]);
  }
};

const listen = (view, box) => {
  view.canvas.addEventListener("pointermove", (e) => {
    const i = blockAt(view, e);
    if (i === null) {
      hideTip();
    } else {
      showTip(describeBlock(view.blocks[i]), e.clientX, e.clientY);
    }
  });
  view.canvas.addEventListener("pointerleave", hideTip);
  view.canvas.addEventListener("click", (e) => {
    const i = blockAt(view, e);
    if (i !== null) {
      hideTip();
      goToBlock(view.blocks[i]);
    }
  });
  box.addEventListener("keydown", (e) => onViewKey(view, e));
  box.addEventListener("focus", () => tellInView(view));
  box.addEventListener("blur", () => {
    view.mark.hidden = true;
    hideTip();
  });
};

let theView = null;

const overview = (blocks) => {
  let side = 1;
  while (side * side < blocks.length) {
    side *= 2;
  }
  const view = { blocks, side, here: 0,
    size: Math.max(2, Math.floor(OVERVIEW_WIDTH / side)),
    places: blocks.map((_, i) => hilbert(side, i)), at: new Map(),
    canvas: el("canvas", { role: "img", "aria-label": "All " +
      plural(blocks.length, "/24") + " along Hilbert's curve" }),
    mark: el("div", { class: "cursor", hidden: true }) };
  view.places.forEach(([x, y], i) => view.at.set(y * side + x, i));
  view.canvas.style.width = view.size * side + "px";
  const box = el("div", { class: "frame", tabindex: "0", role: "application",
    "aria-label": "Overview of all /24s; arrow keys move, Enter leads to " +
      "the strip" }, view.canvas, view.mark);
  listen(view, box);
  drawOverview(view);
  theView = view;
  return el("figure", { class: "overview" }, box, el("figcaption", {},
    "All " + plural(blocks.length, "/24") + " of the scan, each one square, " +
    "along Hilbert's curve: neighbours in the picture are neighbours in the " +
    "order of the addresses. The larger the square, the more there is to " +
    "look at: findings of the tiers high, review and context, then names. " +
    "A click leads to the strip."));
};
