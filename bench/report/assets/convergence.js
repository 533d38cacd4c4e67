// Best verified value against evaluations: the same medians and quartiles as in figures for print.

const FEW = 8; // arms, up to which quartiles are shaded

// A curve's steps as points, relative to another arm's where one is chosen.
function curvePoints(problem, arm, reference) {
  const { evaluations, low, median, high } = arm.curve;
  const base = (at) => {
    if (!reference) return 1;
    const place = placeOf(reference.curve.evaluations, at);
    return place < 0 ? NaN : finite(reference.curve.median[place]);
  };
  return evaluations.map((at, place) => {
    const unit = base(at);
    const [least, middle, most] = [low, median, high].map((series) => finite(series[place]) / unit);
    return { arm: arm.arm, at, low: least, median: middle, high: most, of: arm, problem };
  });
}

function drawConvergence(holder) {
  if (!shownProblems().length) return holder.replaceChildren(nothing("No problem is chosen."));
  panels(holder, shownProblems(), convergencePanel, legend());
}

function convergencePanel(problem, width) {
  const arms = shownArms(problem);
  const reference = problem.arms.find((arm) => arm.arm === state.relative && arm.searches > 0);
  if (state.relative && !reference) return nothing(`${state.relative} did not run here.`);
  const points = arms.flatMap((arm) => curvePoints(problem, arm, reference));
  const told = points.filter((point) => Number.isFinite(point.median));
  if (!told.length) return nothing("No arm has a verified design in half of its searches.");
  const gap = problem.measure === "gap";
  const log = state.y === "log";
  const least = log && gap ? FLOOR : -Infinity;
  const name = valueName(problem);
  const levels = reference ? [] : Object.entries(problem.levels).filter(([, value]) => value !== null);
  const marks = reference ? [] : arms.flatMap((arm) => arm.marks.map((value, kind) => ({ arm: arm.arm, value, kind })).filter((each) => each.value !== null));
  const switches = arms.flatMap((arm) => arm.switches.map((at) => {
    const place = placeOf(arm.curve.evaluations, at);
    const unit = reference ? finite(reference.curve.median[placeOf(reference.curve.evaluations, at)]) : 1;
    return { arm: arm.arm, at, median: finite(arm.curve.median[Math.max(0, place)]) / unit };
  })).filter((each) => Number.isFinite(each.median));
  const inside = (value) => Math.max(value, least);
  const values = [...told.map((point) => inside(point.median)), ...levels.map(([, value]) => inside(value)), ...marks.map((each) => inside(each.value))].filter((value) => !log || value > 0);
  const domain = padded(d3.extent(values), log);
  const clamp = (value) => Math.min(domain[1], Math.max(domain[0], inside(value)));
  const quartile = (value) => (Number.isFinite(value) ? clamp(value) : domain[lessIsBetter(problem) ? 1 : 0]);
  const better = lessIsBetter(problem) ? "↓ less is better" : "↑ more is better";
  const says = (point) =>
    `${point.arm}\n${d3.format(",")(point.at)} evaluations\n${reference ? `times that of ${state.relative}: ` : `${name} `}${significant(point.median)}` +
    ` [${significant(point.low)}, ${significant(point.high)}]\n${runsBehind(point.of)}`;
  const line = { x: "at", z: "arm", curve: "step-after" };
  const shaded = arms.length <= FEW ? told : told.filter((point) => point.arm === state.focus);
  const [left, right] = [["left", "start", 4], ["right", "end", -4]].map(([frameAnchor, textAnchor, dx]) => ({ frameAnchor, textAnchor, dx, dy: -6 }));
  const LEVEL = { data_best: ["6 3", "best training design", right], best_known: ["6 2 1 2", "best known", left], bound: ["", "bound", right] };
  const made = plot(convergenceLabel(problem, arms, reference), {
    width, height: Math.min(360, 130 + width / 2), marginLeft: 52, marginRight: 12, marginTop: 22, marginBottom: 38,
    x: evaluationsAxis(d3.max(told, (point) => point.at)),
    y: { type: log ? "log" : "linear", domain, label: reference ? `${name} over that of ${state.relative} (${better})` : `${gap ? "normalised gap Δ" : `best verified ${name}`} (${better})`,
      grid: true, ticks: 5, tickFormat: (value) => significant(value, 3), clamp: true },
    marks: [
      Plot.areaY(shaded, { ...line, y1: (point) => quartile(point.low), y2: (point) => quartile(point.high), fill: (point) => colourOf(point.arm), fillOpacity: 0.13 }),
      ...levels.map(([kind, value]) => Plot.ruleY([clamp(value)], { stroke: "var(--soft)", strokeDasharray: LEVEL[kind][0] })),
      ...levels.map(([kind, value]) => Plot.text([LEVEL[kind][1]], { y: [clamp(value)], ...LEVEL[kind][2], fill: "var(--soft)", fontSize: 10 })),
      ...reference ? [Plot.ruleY([clamp(1)], { stroke: "var(--soft)" })] : [],
      ...armLines(told, (point) => clamp(point.median)),
      Plot.dot(marks, { x: (each) => [1, 1000][each.kind], y: (each) => clamp(each.value), stroke: (each) => colourOf(each.arm), fill: "var(--page)", symbol: (each) => ["circle", "diamond"][each.kind], r: 3.5, strokeOpacity: (each) => (faded(each.arm) ? 0.15 : 1) }),
      Plot.dot(switches, { x: "at", y: (each) => clamp(each.median), fill: (each) => colourOf(each.arm), symbol: "times", stroke: (each) => colourOf(each.arm), r: 5, strokeWidth: 2.5 }),
      Plot.ruleX([budget()], { stroke: "var(--link)", strokeWidth: 1.5, strokeDasharray: "3 3" }),
      tip(told, { x: "at", y: (point) => clamp(point.median), title: says }),
    ],
  });
  made.addEventListener("click", () => change({ focus: made.value && made.value.arm !== state.focus ? made.value.arm : null }));
  return made;
}

function padded([low, high], log) {
  if (low === undefined) return log ? [0.1, 1] : [0, 1];
  if (log) return low === high ? [low / 2, high * 2] : [low * (low / high) ** 0.03, high * (high / low) ** 0.03];
  const room = 0.04 * (high - low) || Math.abs(high) * 0.1 || 1;
  return [low - room, high + room];
}

function convergenceLabel(problem, arms, reference) {
  const best = standingAt(problem, state.stop).best;
  const now = best ? ` At ${d3.format(",")(budget())} evaluations the best median is that of ${best.arm.arm}: ${significant(best.median)}.` : "";
  return `Convergence on ${problem.label}: ${arms.length} arms${reference ? `, relative to ${reference.arm}` : ""}.${now}`;
}
