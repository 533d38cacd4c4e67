// Speed-up over the strongest raw arm, an arm a row, a mark a target; or over an arm of one's choice.

const SYMBOLS = ["circle", "square", "diamond", "triangle", "star", "wye"];

// Rows to draw: S with its interval, or a bound on it. Against a chosen arm there is no interval.
function speedUpRows(problem) {
  const reference = problem.arms.find((arm) => arm.arm === state.relative);
  return shownArms(problem).flatMap((arm) => arm.targets.map((told, place) => {
    const row = { arm: arm.arm, of: arm, place, told, text: problem.targets[place]?.text ?? "" };
    if (state.relative) {
      const [own, other] = [finite(told.ert), finite(reference?.targets[place]?.ert)];
      return { ...row, value: other / own, low: NaN, high: NaN, relation: Number.isFinite(own) && Number.isFinite(other) ? "=" : "" };
    }
    const [value, low, high, relation] = told.speedUp;
    return { ...row, value: finite(value), low: finite(low), high: finite(high), relation };
  })).filter((row) => row.relation);
}

function drawSpeedUps(holder) {
  const problems = shownProblems().filter((problem) => problem.targets.length);
  if (!problems.length) return holder.replaceChildren(nothing("None of the chosen problems has a target."));
  panels(holder, problems, speedUpPanel);
}

function targetShade(place, count) {
  return `color-mix(in oklab, var(--hard) ${Math.round((100 * (place + 1)) / count)}%, var(--easy))`;
}

function speedUpPanel(problem, width) {
  const rows = speedUpRows(problem);
  const told = shownArms(problem).map((arm) => arm.arm).filter((label) => rows.some((row) => row.arm === label));
  const silent = shownArms(problem).map((arm) => arm.arm).filter((label) => !told.includes(label));
  const panel = element("div");
  if (!rows.length) return nothing(`No arm can be compared${state.relative ? ` with ${state.relative}` : ""} here: at each target at least one of the two never succeeded.`);
  const numbers = rows.flatMap((row) => [row.value, row.low, row.high]).filter((value) => Number.isFinite(value) && value > 0);
  const domain = padded(d3.extent([...numbers, 0.5, 2]), true);
  const inside = (value) => Math.min(domain[1], Math.max(domain[0], value));
  const narrow = width < 520;
  const height = narrow ? 38 : 26;
  const count = problem.targets.length;
  const offset = (row) => (count > 1 ? 14 * (row.place / (count - 1) - 0.5) : 0) + (narrow ? 6 : 0);
  const colour = (row) => targetShade(row.place, count);
  const says = (row) => `${row.arm} at ${row.text}\nS ${row.relation === "=" ? "" : `${row.relation} `}${significant(row.value, 2)}` +
    `${Number.isNaN(row.low) ? "" : ` [${significant(row.low, 2)}, ${significant(row.high, 2)}]`}\nreached by ${row.told.reached[0]} of ${row.told.reached[1]} searches\nERT ${significant(finite(row.told.ert), 3)}`;
  const marks = [
    Plot.ruleX([1], { stroke: "var(--soft)" }),
    Plot.ruleX([0.1, 10, 100].filter((value) => value > domain[0] && value < domain[1]), { stroke: "var(--line)" }),
  ];
  for (let place = 0; place < count; place++) {
    const at = rows.filter((row) => row.place === place);
    const dy = at.length ? offset(at[0]) : 0;
    const opacity = (row) => (faded(row.arm) ? 0.15 : 1);
    marks.push(
      Plot.ruleY(at.filter((row) => !Number.isNaN(row.low)), { y: "arm", x1: (row) => inside(row.low), x2: (row) => inside(row.high), stroke: colour, strokeWidth: 2, dy, strokeOpacity: opacity }),
      Plot.dot(at, { x: (row) => inside(row.value), y: "arm", stroke: colour, fill: (row) => (row.relation === "=" ? colour(row) : "var(--page)"), symbol: SYMBOLS[place % SYMBOLS.length], r: 4, dy, strokeWidth: 1.5, strokeOpacity: opacity, fillOpacity: opacity }),
      ...[["≥", "→", 12], ["≤", "←", -12]].map(([relation, arrow, dx]) => Plot.text(at.filter((row) => row.relation === relation), { x: (row) => inside(row.value), y: "arm", text: () => arrow, dx, dy, fill: colour, fontWeight: 700 })),
      tip(at, { x: (row) => inside(row.value), y: "arm", title: says, dy }),
    );
  }
  if (narrow) marks.push(Plot.text(told, { y: (label) => label, text: (label) => label, frameAnchor: "left", textAnchor: "start", dy: -11, fontSize: 11 }));
  const over = state.relative ?? "the strongest raw arm";
  panel.append(targetKey(problem), plot(`Speed-up on ${problem.label} over ${over}: ${rows.length} comparisons of ${told.length} arms.`, {
    width, height: 44 + height * told.length, marginLeft: narrow ? 6 : Math.min(230, 16 + 6.6 * d3.max(told, (label) => label.length)), marginTop: 8, marginBottom: 34, marginRight: 14,
    x: { type: "log", domain, label: `speed-up S over ${over} →`, tickFormat: (value) => (/^[125]/.test(value.toExponential()) ? significant(value, 2) : ""), ticks: 5 },
    y: { domain: told, label: null, axis: narrow ? null : "left", tickSize: 0 },
    marks,
  }));
  if (silent.length) panel.append(element("p", { class: "soft small" }, `No speed-up for ${silent.join("; ")}: neither they nor the arm they are compared with succeeded, or there is no such arm.`));
  return panel;
}

// A key to the marks: a symbol and a shade a target.
function targetKey(problem) {
  const key = element("ul", { class: "key" });
  problem.targets.forEach((target, place) => {
    const entry = element("li", {}, target.text);
    const svg = drawing("svg", { width: 14, height: 14, viewBox: "-7 -7 14 14", "aria-hidden": "true" });
    svg.append(drawing("path", { d: d3.symbol(d3[`symbol${SYMBOLS[place % SYMBOLS.length].replace(/^./, (letter) => letter.toUpperCase())}`], 50)(), style: `fill: ${targetShade(place, problem.targets.length)}` }));
    entry.prepend(svg);
    key.append(entry);
  });
  return key;
}
