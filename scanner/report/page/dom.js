/* Elements, and foreign text as text: nothing here or elsewhere parses HTML. */

/* What nobody sees or what turns text around; as text_is_hidden() has it. */
const UNSEEN = new RegExp(
  "[\\u0000-\\u001f\\u007f-\\u009f\\u00ad\\u034f\\u061c\\u115f\\u1160" +
  "\\u17b4\\u17b5\\u180b-\\u180f\\u200b-\\u200f\\u2028-\\u202e" +
  "\\u2060-\\u206f\\u3164\\ufe00-\\ufe0f\\ufeff\\uffa0" +
  "\\ufff9-\\ufffb\\u{1d173}-\\u{1d17a}\\u{e0000}-\\u{e0fff}]", "gu");

const hex = (n, digits) => n.toString(16).toUpperCase().padStart(digits, "0");

const visible = (text) => String(text).replace(UNSEEN, (c) => {
  const point = c.codePointAt(0);
  return point < 0xa0 ? "\\x" + hex(point, 2) : "\\u{" + hex(point, 4) + "}";
});

const fill = (e, attributes, children) => {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) {
      e.addEventListener(name.slice(2), value);
    } else if (value !== false && value !== null && value !== undefined) {
      e.setAttribute(name, value === true ? "" : value);
    }
  }
  e.append(...children.flat().filter((c) => c !== null && c !== undefined));
  return e;
};

const el = (tag, attributes = {}, ...children) =>
  fill(document.createElement(tag), attributes, children);

const svg = (tag, attributes = {}, ...children) =>
  fill(document.createElementNS("http://www.w3.org/2000/svg", tag),
    attributes, children);

const $ = (id) => document.getElementById(id);

/* Read out to those who do not see what has changed. */
const say = (text) => {
  $("said").textContent = text;
};

const grouped = new Intl.NumberFormat("en");

const plural = (n, one, many = one + "s") =>
  grouped.format(n) + " " + (n === 1 ? one : many);

const utc = (seconds) => seconds === null || seconds === undefined ? "" :
  new Date(seconds * 1000).toISOString().replace("T", " ").slice(0, 19);

const day = (seconds) => utc(seconds).slice(0, 10);

/* The tip beside the pointer. */
const showTip = (lines, x, y) => {
  const tip = $("tip");
  tip.replaceChildren(...lines.map((line) => el("div", {}, visible(line))));
  tip.hidden = false;
  const room = document.documentElement.clientWidth - tip.offsetWidth - 8;
  const below = y + 18 + tip.offsetHeight < window.innerHeight;
  tip.style.left = Math.max(4, Math.min(x + 12, room)) + "px";
  tip.style.top = (below ? y + 16 : y - tip.offsetHeight - 10) + "px";
};

const hideTip = () => {
  $("tip").hidden = true;
};

/* --- copying --- */

/* Where the clipboard's own interface is not to be had, as in some browsers
 * for a file from disk. */
const copyBySelection = (text) => {
  const box = el("textarea", { class: "unseen", readonly: true,
    "aria-hidden": "true" });
  const before = document.activeElement;
  box.value = text;
  document.body.append(box);
  box.select();
  const done = document.execCommand("copy");
  box.remove();
  before?.focus({ preventScroll: true });
  return done;
};

const copyText = async (text) => {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
};

const copyButton = (label, text) => {
  const button = el("button", { type: "button", class: "copy",
    onclick: async () => {
      const done = await copyText(text());
      const word = done ? "Copied" : "Could not copy";
      button.textContent = word;
      say(word + ": " + label);
      setTimeout(() => {
        button.textContent = "Copy " + label;
      }, 2000);
    } }, "Copy " + label);
  return button;
};
