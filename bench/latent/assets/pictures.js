// How a design is drawn, by the kind of its problem's layout: marks of SVG, and the box that they need.

const ROOM = 1.08; // around the picture, in its extent

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

function outline(x) {
  return { marks: [drawing("path", { d: outlinePath(x), class: "outline" })], box: viewBox(extentOf(x)) };
}

// Cells (nx, ny) by rows of the first axis, darker where the value is larger.
function grid(x, { shape, low, high }) {
  const [nx, ny] = shape;
  const marks = [...x].map((value, at) => {
    const [i, j] = [Math.floor(at / ny), at % ny];
    const shade = Math.min(1, Math.max(0, (value - low) / (high - low || 1)));
    return drawing("rect", { x: i, y: ny - 1 - j, width: 1, height: 1, class: "cell", "fill-opacity": shade.toFixed(3) });
  });
  marks.push(drawing("rect", { width: nx, height: ny, fill: "none", class: "frame" }));
  return { marks, box: `-0.5 -0.5 ${nx + 1} ${ny + 1}` };
}

// Triangles of a mesh, seen from a corner of its box.
function mesh(x, { faces }) {
  const places = new Float64Array((2 * x.length) / 3);
  for (let v = 0; 3 * v < x.length; v++) {
    const [a, b, c] = x.slice(3 * v, 3 * v + 3);
    places[2 * v] = Math.cos(Math.PI / 6) * (a - b);
    places[2 * v + 1] = c - (a + b) / 2;
  }
  const d = faces.map((face) => outlinePath(face.flatMap((v) => [places[2 * v], places[2 * v + 1]]))).join("");
  return { marks: [drawing("path", { d, class: "outline" })], box: viewBox(extentOf(places)) };
}

function bars(x, { low, high }) {
  const [bottom, top] = [Math.min(low, 0), Math.max(high, 0)];
  const height = (value) => (x.length * (top - value)) / (top - bottom || 1);
  const marks = [...x].map((value, at) => {
    const ends = [height(value), height(0)];
    return drawing("rect", {
      x: at + 0.1, width: 0.8, y: Math.min(...ends), height: Math.abs(ends[1] - ends[0]), class: "cell",
    });
  });
  return { marks, box: `${-0.04 * x.length} ${-0.04 * x.length} ${1.08 * x.length} ${1.08 * x.length}` };
}

const PICTURES = { outline, grid, mesh, bars };

function pictureOf(x, picture) {
  return (PICTURES[picture.kind] ?? bars)(x, picture);
}
