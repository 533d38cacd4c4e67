// What all figures share: when they are drawn, how they are labelled, and keys that move the budget.

const FLOOR = 1e-6; // smaller gaps lie on the edge, as in figures for print

// A figure is drawn once it comes near the screen, and again when what it shows has changed.
class Chart {
  constructor(id, draw) {
    this.holder = byId(id);
    this.draw = draw;
    this.stale = true;
    this.near = false;
    new IntersectionObserver((seen) => {
      this.near = seen.at(-1).isIntersecting;
      this.update();
    }, { rootMargin: "400px" }).observe(this.holder);
    let width = this.holder.clientWidth;
    new ResizeObserver(() => {
      if (this.holder.clientWidth === width) return;
      width = this.holder.clientWidth;
      this.touch();
    }).observe(this.holder);
    onChange(() => this.touch());
    addEventListener("beforeprint", () => this.now());
    this.holder.addEventListener("keydown", (event) => stepBudget(event));
  }

  touch() {
    this.stale = true;
    this.update();
  }

  update() {
    if (this.near && this.stale) this.now();
  }

  now() {
    if (!this.holder.clientWidth) return;
    this.stale = false;
    const held = this.plots().indexOf(document.activeElement);
    this.draw(this.holder);
    if (held >= 0) this.plots()[held]?.focus({ preventScroll: true });
  }

  plots() {
    return [...this.holder.querySelectorAll("svg[tabindex]")];
  }
}

function stepBudget(event) {
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (step === undefined || event.target.closest("input, select")) return;
  event.preventDefault();
  change({ stop: Math.min(STOPS.length - 1, Math.max(0, state.stop + step)) });
}

// A plot with the page's own looks, which says in words what it shows, and holds the reader's keys.
function plot(label, options) {
  const made = Plot.plot({
    color: { type: "identity" },
    opacity: { type: "identity" },
    style: { background: "none", color: "var(--ink)", fontSize: "12px", overflow: "visible" },
    ...options,
  });
  const svg = made.matches("svg") ? made : made.querySelector("svg[viewBox]");
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", label);
  svg.setAttribute("tabindex", "0");
  tellByKeys(made, svg, options.marks.flat().flatMap((mark) => mark?.told ?? []));
  return made;
}

// What the pointer tells of the nearest of some points, and keys of one after the other; `of` says whose curve a point is on.
function tip(points, options) {
  return Object.assign(Plot.tip(points, Plot.pointer({ ...options, ...TIP })), { told: { points, of: (point) => point.arm, ...options } });
}

// Up and down go through the points; the page says aloud what the pointer would show.
function tellByKeys(made, svg, all) {
  const place = (point, channel, name) => {
    const scale = made.scale(name);
    return scale.apply(typeof channel === "function" ? channel(point) : point[channel]) + (scale.bandwidth ?? 0) / 2;
  };
  let now = -1;
  svg.addEventListener("keydown", (event) => {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    const stops = step ? all.flatMap((told) => atBudget(told).map((point) => ({ point, told }))) : [];
    if (!stops.length) return;
    event.preventDefault();
    now = now < 0 && step < 0 ? stops.length - 1 : (now + step + stops.length) % stops.length;
    const { point, told } = stops[now];
    const box = svg.getBoundingClientRect();
    const unit = box.width / svg.viewBox.baseVal.width;
    const [x, y] = [place(point, told.x, "x"), place(point, told.y, "y") + (told.dy ?? 0)];
    svg.dispatchEvent(new PointerEvent("pointermove", { clientX: box.left + unit * x, clientY: box.top + unit * y, pointerType: "mouse" }));
    byId("told").textContent = told.title(point);
  });
}

// Of points on curves the last of each by the budget; all of others.
function atBudget({ points, of }) {
  if (points[0]?.at === undefined) return points;
  return d3.groups(points.filter((point) => point.at <= budget()), of).map(([, own]) => own.at(-1));
}

// A heading and a plot for each of some problems, beside one another where there is room.
function panels(holder, problems, make, ...before) {
  const wide = holder.clientWidth >= 760 && problems.length > 1;
  holder.classList.toggle("two", wide);
  const width = wide ? Math.floor((holder.clientWidth - 24) / 2) : holder.clientWidth;
  holder.replaceChildren(...before, ...problems.map((problem) => {
    const panel = element("div", { class: "panel" });
    panel.append(element("h3", {}, problem.label), make(problem, width));
    return panel;
  }));
}

function nothing(text) {
  return element("p", { class: "soft" }, text);
}

function runsBehind(arm) {
  const searches = `${arm.searches} ${arm.searches === 1 ? "search" : "searches"}`;
  return `${searches} of ${arm.replicates} ${arm.replicates === 1 ? "replicate" : "replicates"}`;
}

// The place of the last number that is no larger; -1 where there is none.
function placeOf(sorted, value) {
  return d3.bisectRight(sorted, value) - 1;
}

function evaluationsAxis(upTo) {
  const log = state.x === "log";
  return { type: log ? "log" : "linear", domain: [log ? 1 : 0, Math.max(upTo, 2)], label: "evaluations (values + gradients) →",
    tickFormat: log ? (value) => (Number.isInteger(Math.log10(value)) ? d3.format("~s")(value) : "") : "~s", grid: true };
}

const TIP = { fill: "var(--page)", stroke: "var(--line)", fontSize: 12, lineWidth: 24, textPadding: 8, maxRadius: Infinity };

// Steps of every arm, in the colour of its encoder and the dashes of its optimiser.
function armLines(points, y) {
  return d3.groups(points, (point) => dashOf(point.arm)).map(([dash, some]) =>
    Plot.lineY(some, { x: "at", y, z: "arm", curve: "step-after", strokeDasharray: dash || undefined, stroke: (point) => colourOf(point.arm),
      strokeOpacity: (point) => (faded(point.arm) ? 0.15 : 1), strokeWidth: (point) => (state.focus === point.arm ? 3 : 1.6) }));
}

// A key to the colours of encoders and the dashes of optimisers.
function legend() {
  const key = element("ul", { class: "key", "aria-label": "Key" });
  const entry = (mark, label) => {
    const item = element("li", {}, label);
    item.prepend(mark);
    key.append(item);
  };
  const shown = DATA.arms.filter((arm) => state.arms.has(arm.label));
  for (const encoder of DATA.encoders.filter((label) => shown.some((arm) => arm.encoder === label))) {
    entry(element("i", { style: `background: ${encoderColour(encoder)}` }), encoder);
  }
  for (const optimiser of DATA.optimisers.filter((label) => shown.some((arm) => arm.optimiser === label))) {
    entry(stroke("var(--ink)", optimiserDash(optimiser)), optimiser);
  }
  return key;
}

// A key to colours alone.
function keyTo(named) {
  const key = element("ul", { class: "key", "aria-label": "Key" });
  for (const [name, colour] of named) {
    const item = element("li", {}, name);
    item.prepend(element("i", { style: `background: ${colour}` }));
    key.append(item);
  }
  return key;
}

// A stroke in a colour, with dashes.
function stroke(colour, dash) {
  const svg = drawing("svg", { width: 26, height: 10, viewBox: "0 0 26 10", class: "swatch", "aria-hidden": "true" });
  svg.append(drawing("line", { x1: 0, x2: 26, y1: 5, y2: 5, style: `stroke: ${colour}; stroke-width: 3; stroke-dasharray: ${dash || "none"}` }));
  return svg;
}
