// The best verified design of every arm; one opens in large, and the arrow keys go on to the next.

function armOfDesign(design) {
  return DATA.arms.find((arm) => arm.encoder === design.encoder && arm.optimiser === design.optimiser)?.label ?? `${design.encoder}/${design.optimiser}`;
}

function designSvg(design, gallery, title) {
  const { marks, box } = pictureOf(design.x, gallery);
  const svg = drawing("svg", { viewBox: box, role: "img", "aria-label": title, style: `--good: ${encoderColour(design.encoder)}` });
  svg.append(...marks);
  return svg;
}

function captionOf(problem, design) {
  return `${armOfDesign(design)}: ${problem.quantity} ${significant(design.best)}`;
}

function drawGalleries(holder) {
  const problems = shownProblems().filter((problem) => problem.gallery);
  if (!problems.length) return holder.replaceChildren(nothing("The chosen records have no designs."));
  holder.replaceChildren(...problems.map((problem) => {
    const shown = problem.gallery.designs.filter((design) => state.arms.has(armOfDesign(design)));
    const extent = d3.max(shown, (design) => (problem.gallery.kind === "outline" ? extentOf(design.x) : 0));
    const list = element("ul", { class: "gallery" });
    shown.forEach((design, place) => {
      const entry = element("li");
      const open = element("button", { type: "button", "aria-label": `Open ${captionOf(problem, design)}` });
      const svg = designSvg(design, problem.gallery, captionOf(problem, design));
      if (extent) svg.setAttribute("viewBox", viewBox(extent)); // all at one scale
      svg.setAttribute("aria-hidden", "true");
      open.append(svg, element("span", {}, captionOf(problem, design)));
      open.addEventListener("click", () => openDesign(problem, shown, place));
      entry.append(open);
      list.append(entry);
    });
    const part = element("div");
    part.append(element("h3", {}, problem.label), list);
    return part;
  }));
}

let opened = null; // { problem, shown, place }

function openDesign(problem, shown, place) {
  opened = { problem, shown, place };
  showDesign();
  byId("design").showModal();
}

function showDesign() {
  const { problem, shown, place } = opened;
  const design = shown[place];
  byId("design-title").textContent = captionOf(problem, design);
  byId("design-picture").replaceChildren(designSvg(design, problem.gallery, captionOf(problem, design)));
  byId("design-facts").textContent = `${problem.label}; best of replicate ${design.replicate}; run ${design.run}; ${design.x.length} coordinates; ${place + 1} of ${shown.length}`;
}

function stepDesign(step) {
  opened.place = (opened.place + step + opened.shown.length) % opened.shown.length;
  showDesign();
}

function listenToDesigns() {
  const dialog = byId("design");
  dialog.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step) stepDesign(step);
  });
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  byId("design-before").addEventListener("click", () => stepDesign(-1));
  byId("design-next").addEventListener("click", () => stepDesign(1));
  byId("design-close").addEventListener("click", () => dialog.close());
}
