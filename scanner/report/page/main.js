/* Everything that needs no script is in the page already; this adds the rest,
 * the first screen's own parts first. */

const onResize = () => {
  hideTip();
  strips.filter((s) => s.grid).forEach(drawStrip);
};

/* A link to a finding opens it, also when the address bar has it already. */
const onLink = (event) => {
  const link = event.target.closest?.("a[href^='#f-']");
  const f = link && byId.get(link.getAttribute("href").slice(3));
  if (f?.row) {
    event.preventDefault();
    goTo(f);
  }
};

/* In the colours of now: what is drawn does not follow the style by itself. */
const repaint = () => {
  forgetPaint();
  document.querySelectorAll("canvas.swatch").forEach((c) => c.repaint());
  redrawStrips();
  if (theView) {
    drawOverview(theView);
  }
};

const main = () => {
  paint(); /* while the page is as it was laid out: to ask later lays it anew */
  document.querySelectorAll("[data-js]").forEach((e) => e.hidden = false);
  join();
  showTable();
  showMap(allBlocks());
  showTimeline();
  window.addEventListener("resize", onResize);
  window.addEventListener("hashchange", onHash);
  document.addEventListener("click", onLink);
  window.addEventListener("keydown", (e) => {
    if (e.key === "Escape") {
      hideTip();
    }
  });
  window.matchMedia("(prefers-color-scheme: dark)")
    .addEventListener("change", repaint);
  onHash();
};

try {
  main();
} finally {
  $("list")?.classList.add("ready"); /* whatever happens, no row is kept back */
}
