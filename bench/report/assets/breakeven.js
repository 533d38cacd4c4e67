// Which arm costs least in all, by the cost of one evaluation and the searches that share an encoder.

const COSTS = d3.range(-6, 5.01, 0.25).map((power) => 10 ** power); // seconds
const REUSES = d3.range(0, 3.01, 0.25).map((power) => 10 ** power);

// W = (t_fit + D t_f) / M + t_refit + N (t_f + o), as bench/analysis/cost.py has it.
function work(arm, place, cost, reuse) {
  const ert = finite(arm.targets[place]?.ert);
  if (!Number.isFinite(ert) || !arm.seconds.length) return Infinity;
  const [fit, refit, data, overhead] = arm.seconds.map((value) => value ?? 0);
  return (fit + data * cost) / reuse + refit + ert * (cost + overhead);
}

function cheapest(problem, place) {
  const arms = shownArms(problem);
  return COSTS.flatMap((cost) => REUSES.map((reuse) => {
    const totals = arms.map((arm) => work(arm, place, cost, reuse));
    const least = d3.minIndex(totals);
    return { cost, reuse, arm: arms[least]?.arm, work: totals[least] };
  })).filter((cell) => Number.isFinite(cell.work));
}

function drawBreakEven(holder) {
  const problems = shownProblems().filter((problem) => problem.targets.length);
  if (!problems.length) return holder.replaceChildren(nothing("None of the chosen problems has a target."));
  panels(holder, problems, breakEvenPanel);
}

const chosenTarget = new Map(); // label of a problem -> place of a target

function breakEvenPanel(problem, width) {
  const panel = element("div");
  const reached = problem.targets.map((_, place) => shownArms(problem).some((arm) => Number.isFinite(finite(arm.targets[place]?.ert))));
  const place = chosenTarget.get(problem.label) ?? Math.max(0, reached.lastIndexOf(true));
  const label = element("label", { class: "inline" }, "Target ");
  const select = element("select");
  fillOptions(select, problem.targets.map((target, at) => `${target.text}${reached[at] ? "" : " (nobody)"}`), place);
  select.addEventListener("change", () => {
    chosenTarget.set(problem.label, Number(select.value));
    panel.replaceWith(breakEvenPanel(problem, width));
  });
  label.append(select);
  panel.append(label);
  const cells = cheapest(problem, place);
  if (!cells.length) {
    panel.append(nothing("No arm reached it."));
    return panel;
  }
  const winners = [...new Set(cells.map((cell) => cell.arm))];
  const step = 10 ** 0.125;
  const says = (cell) => `${cell.arm}\n${duration(cell.work)} a search in all\nevaluation ${duration(cell.cost)}, ${significant(cell.reuse, 2)} searches share an encoder`;
  panel.append(keyOf(winners), plot(`Cheapest arm on ${problem.label} at ${problem.targets[place].text}: ${winners.join(", ")}.`, {
    width, height: 220, marginLeft: 44, marginRight: 10, marginTop: 20,
    x: { type: "log", domain: [COSTS[0] / step, COSTS.at(-1) * step], label: "cost of one evaluation (s) →", ticks: 5, tickFormat: (value) => duration(value) },
    y: { type: "log", domain: [REUSES[0] / step, REUSES.at(-1) * step], label: "↑ searches that share an encoder", ticks: 3, tickFormat: "~s" },
    marks: [
      ...winners.map((arm, number) => Plot.rect(cells.filter((cell) => cell.arm === arm), { x1: (cell) => cell.cost / step, x2: (cell) => cell.cost * step, y1: (cell) => cell.reuse / step, y2: (cell) => cell.reuse * step, fill: colourOf(arm), fillOpacity: shadeOf(winners, number) })),
      tip(cells, { x: "cost", y: "reuse", title: says }),
    ],
  }));
  return panel;
}

// Winners of one encoder have one colour, in shades of their own.
function shadeOf(winners, number) {
  const alike = winners.filter((arm) => ARMS.get(arm).encoder === ARMS.get(winners[number]).encoder);
  return 0.85 - (0.55 * alike.indexOf(winners[number])) / Math.max(alike.length, 1);
}

function keyOf(winners) {
  const key = element("ul", { class: "key" });
  winners.forEach((arm, number) => {
    const entry = element("li", {}, arm);
    entry.prepend(element("i", { style: `background: ${colourOf(arm)}; opacity: ${shadeOf(winners, number)}` }));
    key.append(entry);
  });
  return key;
}

function fillOptions(select, texts, chosen) {
  select.replaceChildren(...texts.map((text, value) => new Option(text, value, value === chosen, value === chosen)));
}
