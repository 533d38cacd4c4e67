// The design that is shown, its thumbnails, and the file that it is saved to.

const SAVED = { fill: "#88b4e0", stroke: "#0b4a8f", "stroke-width": "0.01", "stroke-linejoin": "round" };

class Shape {
  constructor(svg) {
    this.svg = svg;
    this.container = svg.appendChild(drawing("circle", { class: "container" }));
    this.marks = svg.appendChild(drawing("g"));
    const body = new Body(byId("body"));
    this.canvases = { grid: new Cells(byId("cells")), ...(body.works && { mesh: body }) };
  }

  draw(x, measured, space, isFine) {
    const view = this.canvases[space.picture.kind];
    const shown = view?.canvas ?? this.svg;
    for (const each of [this.svg, byId("cells"), byId("body")]) each.toggleAttribute("hidden", each !== shown);
    if (view) view.draw(x, space, isFine);
    else this.drawMarks(x, measured, space, isFine);
  }

  drawMarks(x, measured, space, isFine) {
    const { tools } = space.problem;
    const { marks, box } = pictureOf(x, space.picture);
    const isOutline = space.picture.kind === "outline";
    this.svg.setAttribute("viewBox", isOutline ? viewBox(Math.max(ROOM * space.reach, extentOf(x))) : box);
    this.marks.replaceChildren(...marks);
    for (const mark of marks) mark.classList.toggle("violated", !isFine);
    this.container.setAttribute("visibility", tools ? "visible" : "hidden");
    if (!tools) return;
    this.container.setAttribute("cx", measured.centroid[0]);
    this.container.setAttribute("cy", -measured.centroid[1]);
    this.container.setAttribute("r", tools.container * Math.sqrt(Math.max(0, measured.A)));
  }
}

function thumbnail(x, picture) {
  const { marks, box } = pictureOf(x, picture);
  const svg = drawing("svg", { viewBox: box, "aria-hidden": "true" });
  svg.append(...marks);
  return svg;
}

function svgFile(x, picture) {
  const { marks, box } = pictureOf(x, picture);
  const svg = drawing("svg", { viewBox: box });
  for (const mark of marks) {
    mark.removeAttribute("class");
    for (const [name, value] of Object.entries(SAVED)) if (!mark.hasAttribute(name)) mark.setAttribute(name, value);
  }
  svg.append(...marks);
  return new XMLSerializer().serializeToString(svg);
}

function save(x, picture, name) {
  const address = URL.createObjectURL(new Blob([svgFile(x, picture)], { type: "image/svg+xml" }));
  element("a", { href: address, download: `${name.replace(/[^\p{L}\p{N}]+/gu, "-")}.svg` }).click();
  URL.revokeObjectURL(address);
}
