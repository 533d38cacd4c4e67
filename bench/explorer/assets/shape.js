// The outline that is shown, its thumbnails, and the file that it is saved to.

const ROOM = 1.08; // around the outline, in its extent
const SAVED = { fill: "#88b4e0", stroke: "#0b4a8f", "stroke-width": "0.01", "stroke-linejoin": "round" };

function outlinePath(x) {
  let text = "M";
  for (let at = 0; at < x.length; at += 2) text += `${x[at].toFixed(4)} ${(-x[at + 1]).toFixed(4)} `;
  return `${text}Z`;
}

function extentOf(x) {
  return ROOM * x.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

function viewBox(extent) {
  return `${-extent} ${-extent} ${2 * extent} ${2 * extent}`;
}

class Shape {
  constructor(svg) {
    this.svg = svg;
    this.container = svg.appendChild(drawing("circle", { class: "container" }));
    this.outline = svg.appendChild(drawing("path", { class: "outline" }));
  }

  draw(x, measured, space, isFine) {
    const { tools } = space.problem;
    this.svg.setAttribute("viewBox", viewBox(Math.max(ROOM * space.reach, extentOf(x))));
    this.outline.setAttribute("d", outlinePath(x));
    this.outline.classList.toggle("violated", !isFine);
    this.container.setAttribute("visibility", tools ? "visible" : "hidden");
    if (!tools) return;
    this.container.setAttribute("cx", measured.centroid[0]);
    this.container.setAttribute("cy", -measured.centroid[1]);
    this.container.setAttribute("r", tools.container * Math.sqrt(Math.max(0, measured.A)));
  }
}

function thumbnail(x) {
  const svg = drawing("svg", { viewBox: viewBox(extentOf(x)), "aria-hidden": "true" });
  svg.append(drawing("path", { d: outlinePath(x), class: "outline" }));
  return svg;
}

function svgFile(x) {
  const svg = drawing("svg", { viewBox: viewBox(extentOf(x)) });
  svg.append(drawing("path", { d: outlinePath(x), ...SAVED }));
  return new XMLSerializer().serializeToString(svg);
}

function save(x, name) {
  const address = URL.createObjectURL(new Blob([svgFile(x)], { type: "image/svg+xml" }));
  element("a", { href: address, download: `${name.replace(/[^\p{L}\p{N}]+/gu, "-")}.svg` }).click();
  URL.revokeObjectURL(address);
}
