// Figures that stand further down: gradients, gap parts, what encoders reach, what is known of them, leaks.

function withRows(name) {
  return shownProblems().map((problem) => ({ ...problem, rows: problem.details[name].filter((row) => !row.arm || state.arms.has(row.arm)) })).filter((problem) => problem.rows.length);
}

// A figure that hides where these records, or those chosen, have nothing for it.
function detail(id, problems, make) {
  const holder = byId(id);
  const there = problems();
  if (!there.length) return holder.replaceChildren(nothing("The chosen records have no data for this figure."));
  return panels(holder, there, make);
}

const rowsHeight = (labels, top = 44) => top + 22 * labels.length;
const leftOf = (labels, width) => Math.min(width * 0.42, 16 + 6.6 * d3.max(labels, (label) => label.length));
const labelsOf = (rows, name) => [...new Set(rows.map((row) => row[name]))];
const shortened = (width) => (label) => (6.6 * label.length > width * 0.42 - 10 ? `${label.slice(0, Math.floor((width * 0.42 - 22) / 6.6))}…` : label);

function drawGradients() {
  detail("gradients-plot", () => withRows("gradients"), (problem, width) => {
    const labels = labelsOf(problem.rows, "arm");
    const kinds = [["adjoint", "c = 1", "circle"], ["reverse", "c = 4", "square"], ["differences", "c = k", "diamond"]];
    const rows = problem.rows.flatMap((row) => kinds.map(([kind, name, symbol]) => ({ ...row, name, symbol, value: finite(row[kind]), relation: row[`${kind}_relation`] })))
      .filter((row) => Number.isFinite(row.value) && row.value > 0);
    if (!rows.length) return nothing("There is no speed-up to show.");
    const shade = (row) => targetShade(problem.targets.findIndex((target) => target.value === row.target), problem.targets.length);
    const bands = problem.rows.filter((row) => finite(row.low) > 0);
    const says = (row) => `${row.arm}\n${problem.targets.find((target) => target.value === row.target)?.text}, ${row.name}\nS ${row.relation === "=" ? "" : row.relation} ${significant(row.value, 2)}`;
    return plot(`Speed-up by the price of a gradient on ${problem.label}`, {
      width, height: rowsHeight(labels), marginLeft: leftOf(labels, width), marginTop: 8,
      x: { type: "log", label: "S over the strongest raw arm →", tickFormat: (value) => significant(value, 2), ticks: 4 },
      y: { domain: labels, label: null, tickSize: 0, tickFormat: shortened(width) },
      marks: [Plot.ruleX([1], { stroke: "var(--soft)" }),
        Plot.ruleY(bands, { y: "arm", x1: "low", x2: "high", stroke: shade, strokeWidth: 6, strokeOpacity: 0.4 }),
        Plot.dot(rows, { x: "value", y: "arm", symbol: "symbol", stroke: shade, fill: (row) => (row.relation === "=" ? shade(row) : "var(--page)"), r: 3.5 }),
        tip(rows, { x: "value", y: "arm", title: says })],
    });
  });
}

function drawParts() {
  detail("parts-plot", () => withRows("parts"), (problem, width) => {
    const labels = labelsOf(problem.rows, "arm");
    const most = 1.1 * (d3.max(problem.rows, (row) => (Number.isFinite(finite(row.total_gap)) ? finite(row.total_gap) : 0)) || 1);
    const rows = problem.rows.map((row) => ({ ...row, middle: Math.min(most, finite(row.representation_gap)), end: Math.min(most, finite(row.total_gap)) }));
    const says = (row) => `${row.arm}\nnot representable ${significant(finite(row.representation_gap), 2)}\nnot found ${significant(finite(row.search_gap), 2)}\nin all ${significant(finite(row.total_gap), 2)}\n${row.searches} searches`;
    return plot(`Gap parts on ${problem.label}`, {
      width, height: rowsHeight(labels), marginLeft: leftOf(labels, width), marginTop: 8,
      x: { domain: [0, most], label: "normalised gap Δ →" }, y: { domain: labels, label: null, tickSize: 0, tickFormat: shortened(width) },
      marks: [() => patterns([["hatch-parts", "var(--c2)"]]),
        Plot.barX(rows, { y: "arm", x1: 0, x2: "middle", fill: "var(--c1)", insetTop: 3, insetBottom: 3 }),
        Plot.barX(rows, { y: "arm", x1: "middle", x2: "end", fill: "url(#hatch-parts)", insetTop: 3, insetBottom: 3 }),
        tip(rows, { x: "end", y: "arm", title: says })],
    });
  });
}

function drawReach() {
  detail("reach-plot", () => withRows("reach"), (problem, width) => {
    const gap = problem.rows.every((row) => row.representation_gap !== null);
    const value = (row) => (gap ? Math.max(FLOOR, row.representation_gap) : row.reachable);
    const families = labelsOf(problem.rows, "family");
    const colour = (row) => COLOURS[families.indexOf(row.family) % COLOURS.length];
    const says = (row) => `${row.encoder}\nk = ${row.latent_dim}\n${gap ? "gap Δ" : problem.quantity} ${significant(gap ? row.representation_gap : row.reachable)}`;
    return plot(`Reachability on ${problem.label}`, {
      width, height: 260, marginLeft: 48, marginTop: 20,
      x: { type: "log", base: 2, label: "latent dimensions k →", ticks: labelsOf(problem.rows, "latent_dim"), tickFormat: String },
      y: { type: gap ? "log" : "linear", label: gap ? "representation gap Δ" : `reachable ${problem.quantity}`, tickFormat: (each) => significant(each, 2), ticks: 4 },
      marks: [Plot.lineY(problem.rows, { x: "latent_dim", y: value, z: "family", stroke: colour }),
        Plot.dot(problem.rows, { x: "latent_dim", y: value, fill: colour, r: 3.5 }),
        Plot.text(problem.rows, Plot.selectLast({ x: "latent_dim", y: value, z: "family", text: "family", textAnchor: "end", dy: -9, fill: colour })),
        tip(problem.rows, { x: "latent_dim", y: value, title: says })],
    });
  });
}

function drawEncoders() {
  const kinds = [["prior_valid", "valid share of the prior"], ["rmse", "RMSE of a coordinate"], ["prior_spread", "spread of the prior"]];
  detail("encoders-plot", () => withRows("encoders"), (problem, width) => {
    const labels = labelsOf(problem.rows, "encoder");
    const panel = element("div");
    for (const [kind, name] of kinds) {
      const rows = problem.rows.filter((row) => Number.isFinite(row[kind]));
      if (!rows.length) continue;
      const says = (row) => `${row.encoder}\n${name} ${significant(row[kind], 3)}\nmedian of ${row.fits} fits`;
      panel.append(plot(`${name} on ${problem.label}`, {
        width, height: rowsHeight(labels, 40), marginLeft: leftOf(labels, width), marginTop: 6,
        x: { label: `${name} →`, domain: kind === "prior_valid" ? [0, 1] : [0, 1.08 * (d3.max(rows, (row) => row[kind]) || 1)], ticks: 4, grid: true },
        y: { domain: labels, label: null, tickSize: 0, tickFormat: shortened(width) },
        marks: [Plot.dot(rows, { x: kind, y: "encoder", fill: (row) => encoderColour(row.encoder), r: 4 }), tip(rows, { x: kind, y: "encoder", title: says })],
      }));
    }
    return panel;
  });
}

function drawLeaks() {
  const holder = byId("leaks-plot");
  const rows = (DATA.leaks ?? []).filter((row) => state.arms.has(row.arm) && state.problems.has(row.problem));
  if (!rows.length) return holder.replaceChildren(nothing("No two chosen problems differ only in their training data."));
  holder.replaceChildren(...d3.groups(rows, (row) => row.group).map(([, group]) => {
    const told = group.filter((row) => Number.isFinite(finite(row.gap))).map((row) => ({ ...row, gap: Math.max(FLOOR, row.gap) }));
    const [labels, problems] = [labelsOf(group, "arm"), labelsOf(group, "problem")];
    const width = holder.clientWidth;
    const key = element("ul", { class: "key" });
    problems.forEach((problem, number) => {
      const entry = element("li", {}, problem);
      entry.prepend(element("i", { style: `background: ${COLOURS[1 + (number % 7)]}` }));
      key.append(entry);
    });
    const panel = element("div");
    panel.append(key, plot(`Leaks: final gaps of ${labels.length} arms on ${problems.join(", ")}`, {
      width, height: rowsHeight(labels), marginLeft: leftOf(labels, width), marginTop: 8,
      x: { type: "log", label: "normalised gap Δ at the end →", tickFormat: (value) => significant(value, 1), ticks: 5 },
      y: { domain: labels, label: null, tickSize: 0, tickFormat: shortened(width) },
      marks: [Plot.ruleY(told, Plot.groupY({ x1: "min", x2: "max" }, { y: "arm", x1: "gap", x2: "gap", stroke: "var(--line)" })),
        Plot.dot(told, { x: "gap", y: "arm", fill: (row) => COLOURS[1 + (problems.indexOf(row.problem) % 7)], r: 4, symbol: (row) => SYMBOLS[problems.indexOf(row.problem) % SYMBOLS.length] }),
        tip(told, { x: "gap", y: "arm", title: (row) => `${row.arm}\n${row.problem}\ngap Δ ${significant(row.gap, 2)}` })],
    }));
    return panel;
  }));
}
