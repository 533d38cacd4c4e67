// Small things that the parts of the page share.

const TOLERANCE = 1e-6; // by which a constraint may be exceeded
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

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
