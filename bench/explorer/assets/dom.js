// Small things that the parts of the page share.

const TOLERANCE = 1e-6; // by which a constraint may be exceeded
const SVG = "http://www.w3.org/2000/svg";

function byId(id) {
  return document.getElementById(id);
}

function element(tag, attributes = {}, text = "") {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.textContent = text;
  return made;
}

function drawing(tag, attributes = {}) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

function fill(select, labels) {
  select.replaceChildren(...labels.map((label, index) => new Option(label, index)));
}

function mix(from, to, share) {
  return Float64Array.from(from, (value, at) => value + share * (to[at] - value));
}

// For readers of screens: said once, not at every frame.
function announce(text) {
  byId("status").textContent = text;
}

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

function figures(value) {
  return Number.isFinite(value) ? value.toFixed(4) : "∞";
}
