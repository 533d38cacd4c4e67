// The controls, and what starts when the page is there.

function choice(fieldset, label, mark, checked, toggle) {
  const holder = element("label", { class: "chip" });
  const box = element("input", { type: "checkbox" });
  box.checked = checked;
  box.addEventListener("change", () => toggle(box.checked));
  holder.append(box, ...(mark ? [mark] : []), label);
  byId(fieldset).append(holder);
  return box;
}

function toggled(set, items, on) {
  const next = new Set(set);
  for (const item of items) next[on ? "add" : "delete"](item);
  return next;
}

function makeChoices() {
  for (const { label } of DATA.problems) {
    choice("problems", label, null, true, (on) => change({ problems: toggled(state.problems, [label], on) }));
  }
  const groups = [["encoders", "encoder", (label) => stroke(encoderColour(label), "")], ["optimisers", "optimiser", (label) => stroke("var(--ink)", optimiserDash(label))]];
  const boxes = [];
  for (const [list, kind, mark] of groups) {
    for (const label of DATA[list]) {
      const members = DATA.arms.filter((arm) => arm[kind] === label).map((arm) => arm.label);
      const box = choice(list === "encoders" ? "encoders-of-arms" : list, label, mark(label), true, (on) => change({ arms: toggled(state.arms, members, on) }));
      boxes.push([box, members]);
    }
  }
  const withGradients = DATA.arms.map((arm) => arm.label).filter((label) => DATA.problems.some((problem) => problem.arms.some((arm) => arm.arm === label && arm.gradients)));
  if (withGradients.length && withGradients.length < DATA.arms.length) {
    boxes.push([choice("optimisers", "all that take gradients", null, true, (on) => change({ arms: toggled(state.arms, withGradients, on) })), withGradients]);
  }
  for (const { label } of DATA.arms) {
    boxes.push([choice("arms", label, swatch(label), true, (on) => change({ arms: toggled(state.arms, [label], on) })), [label]]);
  }
  // a group is checked where all of its arms are, and half so where some are
  onChange(() => boxes.forEach(([box, members]) => {
    const on = members.filter((label) => state.arms.has(label)).length;
    box.checked = on === members.length;
    box.indeterminate = on > 0 && on < members.length;
  }));
}

function listenToControls() {
  const slider = byId("budget");
  slider.max = STOPS.length - 1;
  slider.value = state.stop;
  slider.addEventListener("input", () => change({ stop: Number(slider.value) }));
  for (const axis of ["x", "y"]) byId(`${axis}-scale`).addEventListener("change", (event) => change({ [axis]: event.target.value }));
  const relative = byId("relative");
  relative.append(...DATA.arms.map((arm) => new Option(arm.label, arm.label)));
  relative.addEventListener("change", () => change({ relative: relative.value || null }));
  for (const [id, on] of [["all-arms", true], ["no-arms", false]]) {
    byId(id).addEventListener("click", () => change({ arms: new Set(on ? ARMS.keys() : []) }));
  }
  onChange(() => {
    slider.value = state.stop;
    slider.setAttribute("aria-valuetext", `${d3.format(",")(budget())} evaluations`);
  });
}

function listenToCopies() {
  for (const button of document.querySelectorAll("button[data-save]")) {
    button.addEventListener("click", () => {
      const link = element("a", { download: button.dataset.name });
      link.href = URL.createObjectURL(new Blob([byId(button.dataset.save).textContent], { type: "text/plain" }));
      link.click();
      URL.revokeObjectURL(link.href);
    });
  }
}

// Draw figures one after the other once the page is there, so that nothing moves when the reader comes to them.
function drawInTurn([first, ...others]) {
  if (!first) return;
  setTimeout(() => {
    if (first.stale) first.now();
    drawInTurn(others);
  });
}

function start() {
  listenToTables();
  listenToCopies();
  if (!DATA.problems.length) return;
  makeChoices();
  listenToControls();
  listenToDesigns();
  let closed = [];
  addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll("main details:not([open])")].filter((each) => !each.matches(".bulk"));
    for (const each of closed) each.open = true;
  });
  addEventListener("afterprint", () => closed.forEach((each) => (each.open = false)));
  const main = [["ahead-plot", drawMap], ["convergence-plot", drawConvergence], ["ecdf-plot", drawEcdf], ["speedups-plot", drawSpeedUps], ["galleries", drawGalleries]];
  drawInTurn(main.map(([id, draw]) => new Chart(id, draw)));
  new Chart("breakeven-plot", drawBreakEven);
  for (const [id, draw] of [["gradients", drawGradients], ["parts", drawParts], ["reach", drawReach], ["encoders", drawEncoders], ["leaks", drawLeaks]]) new Chart(`${id}-plot`, draw);
  onChange(() => {
    tellAhead();
    tellRanking();
  });
  change({});
}

start();
