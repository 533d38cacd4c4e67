// The page: what is shown, and what the reader does to it.

const ARROW_STEP = 0.01; // of the plane's width
const SLIDER_STEPS = 200;
const MOST_SLIDERS = 32;

const spaces = JSON.parse(byId("data").textContent);
const decoders = spaces.map((each) => within(each.problem.bounds, decoderOf(each)));
const plane = new Plane(byId("plane"));
const shape = new Shape(byId("shape"));
let current = 0;
let z = [];
let isAwaited = false;

const player = new Player((latent) => move(latent));
const pins = new Pins(
  (latent) => (player.stop(), move(latent)),
  (latent) => decoders[current](latent),
  () => space().picture,
);

function space() {
  return spaces[current];
}

// The formulas that its problem names, if any.
function formulas(index) {
  return FORMULAS[spaces[index].problem.formulas];
}

function constraints(index, x) {
  const { tools } = spaces[index].problem;
  return tools ? formulas(index).constraintsOf(x, tools) : [];
}

// By formulas, or else of the landscape's cell that the point is in; off the plane it is not known.
function measure(x) {
  const live = formulas(current);
  if (live) return live.measure(x);
  return isAside() ? { value: NaN, isFeasible: true } : plane.cell(z);
}

function others() {
  return [...z.keys()].filter((axis) => !space().axes.includes(axis));
}

// Whether the point lies off the plane whose landscape is drawn.
function isAside() {
  return others().some((axis) => Math.abs(z[axis] - space().centre[axis]) > TOLERANCE);
}

// Decode the latent and draw all that depends on it.
function frame() {
  const x = decoders[current](z);
  const [measured, broken] = [measure(x), constraints(current, x).map((g) => !(g <= TOLERANCE))];
  const isFine = formulas(current) ? Number.isFinite(measured.sigma) && !broken.includes(true) : measured.isFeasible;
  if (plane.isAside !== isAside()) plane.show(space(), isAside());
  shape.draw(x, measured, space(), isFine);
  plane.draw(z, player.path, player.progress);
  tellNumbers(measured);
  tellState(broken, isFine);
  tellSliders();
}

function move(latent) {
  z = latent;
  if (isAwaited) return;
  isAwaited = true;
  requestAnimationFrame(() => {
    isAwaited = false;
    frame();
  });
}

function moveByHand(latent) {
  player.stop();
  move(latent);
}

function tellNumbers({ sigma, P, A, value }) {
  const { target, quantity } = space().problem;
  const isLive = Boolean(formulas(current));
  byId("quantity").textContent = isLive ? "σ" : quantity;
  for (const number of document.querySelectorAll(".measured")) number.hidden = !isLive;
  byId("sigma").textContent = isLive || !Number.isNaN(value) ? figures(isLive ? sigma : value) : "–";
  if (!isLive) return;
  byId("perimeter").textContent = figures(P);
  byId("area").textContent = figures(A);
  byId("deviation").textContent = target ? figures(Math.abs(sigma / target - 1)) : "";
}

function tellState(broken, isFine) {
  const items = byId("constraints").children;
  broken.forEach((isBroken, index) => {
    items[index].classList.toggle("violated", isBroken);
    items[index].lastChild.textContent = isBroken ? "violated" : "ok";
  });
  const sentence = broken.length ? "All constraints are satisfied" : "No constraints";
  if (!formulas(current)) {
    const told = isAside() ? "Its value is known on the plane only" : isFine ? "Feasible" : "Infeasible";
    byId("state").textContent = isAside() ? told : `${told}; as computed on a grid of the plane`;
    byId("state").classList.toggle("violated", !isFine);
    return;
  }
  byId("state").textContent = isFine ? sentence : broken.length ? "Cannot be made" : "Encloses no area";
  byId("state").classList.toggle("violated", !isFine);
}

function tellSliders() {
  for (const slider of byId("others").querySelectorAll("input")) slider.value = z[slider.dataset.axis];
}

// --- what is chosen

function titles(part) {
  return [...new Set(spaces.map(({ title }) => title[part]))];
}

function listEncoders() {
  const problem = byId("problem").selectedOptions[0].text;
  const here = spaces.map((each, index) => [each.title, index]).filter(([title]) => title[0] === problem);
  byId("encoder").replaceChildren(...here.map(([title, index]) => new Option(title[1], index)));
}

// The first problem's encoder stays chosen on the next problem, where that has it.
function chooseProblem() {
  const label = byId("encoder").selectedOptions[0]?.text;
  listEncoders();
  const same = [...byId("encoder").options].find((option) => option.text === label);
  if (same) same.selected = true;
  choose(Number(byId("encoder").value));
}

function choose(index) {
  current = index;
  z = Float64Array.from(space().centre);
  pins.clear();
  player.show(space().paths);
  listConstraints();
  listSliders();
  describe();
  redraw();
}

function listConstraints() {
  const { tools, target } = space().problem;
  const items = (tools?.names ?? []).map((name) => {
    const item = element("li");
    item.append(element("span", {}, name), element("b", {}, "ok"));
    return item;
  });
  byId("constraints").replaceChildren(...items);
  byId("target").hidden = !target;
}

function listSliders() {
  const { low, high, decoder } = space();
  const sliders = decoder.lattice ? [] : others().slice(0, MOST_SLIDERS);
  byId("coordinates").hidden = !sliders.length;
  byId("others").replaceChildren(...sliders.map((axis) => slider(axis, low[axis], high[axis])));
}

function slider(axis, low, high) {
  const label = element("label", {}, `z${axis + 1}`);
  const [min, max, step] = [low, high, (high - low) / SLIDER_STEPS];
  const input = element("input", { type: "range", min, max, step, "data-axis": axis });
  input.addEventListener("input", () => {
    const moved = Float64Array.from(z);
    moved[axis] = Number(input.value);
    moveByHand(moved);
  });
  label.append(input);
  return label;
}

// Onto the plane whose landscape is drawn.
function returnToPlane() {
  const moved = Float64Array.from(z);
  for (const axis of others()) moved[axis] = space().centre[axis];
  moveByHand(moved);
}

function caption({ axes, centre, share, decoder }) {
  const plane = captionOfPlane(axes, centre, share);
  if (!decoder.lattice) return plane;
  const counts = decoder.lattice.counts.join(" × ");
  const others = centre.length > 2 ? "; it shows no other designs, also along a search" : "";
  return `The page cannot compute this decoder: it interpolates between ${counts} designs of the plane${others}. ${plane}`;
}

// Which coordinates the plane shows.
function captionOfPlane(axes, centre, share) {
  if (axes.length < 2) return "A latent space of one dimension: the vertical position of dots only shows their class.";
  if (centre.length === 2) return "";
  const shown = axes.map((axis) => `z${axis + 1}`).join(" and ");
  const why = `which vary most over the training designs (${Math.round(100 * share)} % of the variance)`;
  const where = `through the mean of the other ${centre.length - 2}`;
  return `The plane of ${shown}, ${why}, ${where}; the landscape is faint while the point is not on this plane.`;
}

function describe() {
  const { names, landscape } = space();
  byId("note").textContent = caption(space());
  byId("low").textContent = `${space().problem.quantity} ${landscape.low.toPrecision(4)}`;
  byId("high").textContent = landscape.high.toPrecision(4);
  byId("hatched").hidden = !bytes(landscape.feasible).includes(0);
  byId("legend").replaceChildren(
    ...names.map((name, index) => {
      const item = element("li", {}, name);
      item.style.setProperty("--dot", PALETTE[index % PALETTE.length]);
      return item;
    }),
  );
}

function redraw() {
  byId("plane").classList.toggle("line", space().axes.length < 2);
  plane.show(space(), isAside());
  frame();
}

// --- what the reader does

function drag(event) {
  if (!event.buttons) return;
  const { left, top } = byId("plane").getBoundingClientRect();
  moveByHand(plane.latent(z, event.clientX - left, event.clientY - top));
}

function pressArrow([right, up]) {
  const { low, high, axes } = space();
  const moved = Float64Array.from(z);
  axes.forEach((axis, at) => {
    const step = [right, up][at] * ARROW_STEP * (high[axis] - low[axis]);
    moved[axis] = Math.min(high[axis], Math.max(low[axis], moved[axis] + step));
  });
  moveByHand(moved);
}

function saveShape() {
  save(decoders[current](z), space().picture, space().title.join(" "));
  announce("Saved the shape");
}

function press(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("select")) return;
  const action = {
    " ": () => player.toggle(),
    p: () => pins.add(z),
    s: saveShape,
  }[event.key.toLowerCase()];
  const arrow = ARROWS[event.key];
  const isTaken = arrow ? event.target.closest("input") : event.key === " " && event.target.closest("button, summary");
  if (!(arrow || action) || isTaken) return;
  event.preventDefault();
  if (arrow) pressArrow(arrow);
  else if (!event.repeat) action();
}

fill(byId("problem"), titles(0));
byId("problem").addEventListener("change", chooseProblem);
byId("encoder").addEventListener("change", () => choose(Number(byId("encoder").value)));
byId("plane").addEventListener("pointerdown", (event) => {
  event.target.setPointerCapture(event.pointerId);
  drag(event);
});
byId("plane").addEventListener("pointermove", drag);
byId("pin").addEventListener("click", () => pins.add(z));
byId("return").addEventListener("click", returnToPlane);
byId("save").addEventListener("click", saveShape);
addEventListener("keydown", press);
addEventListener("resize", redraw);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
chooseProblem();

window.latentbench = { decode: (index, latent) => decoders[index](latent), constraints, measure, frame };
