// Who is ahead at a budget: the kind of space whose best arm has the best median, as bench/analysis/ahead.py says it.

const CERTAIN = 0.95; // share of the draws in which the leading side must be the same
const LEVEL = 1e-3; // costs within it of one another are level

const learned = (kind) => !DATA.unlearned.includes(kind);

// The kind that leads where its arms have such medians: the simplest of a side that is level with the best; "level"
// where both sides are; null without a verified design.
function leaderOf(arms, medians) {
  const best = new Map();
  arms.forEach((arm, place) => {
    if (medians[place] < (best.get(arm.kind) ?? Infinity)) best.set(arm.kind, medians[place]);
  });
  const least = d3.min(best.values());
  if (least === undefined) return null;
  const near = DATA.kinds.filter((kind) => best.get(kind) <= least + LEVEL);
  return near.some(learned) && !near.every(learned) ? "level" : near[0];
}

function sideOf(kind) {
  return kind === null || kind === "level" ? kind : learned(kind);
}

// Who leads a problem at a stop of the slider, with which arm, and whether that is certain.
function standingAt(problem, stop) {
  const ranked = shownArms(problem).filter((arm) => arm.costs.length).map((arm) => summaryAt(problem, arm, stop));
  const arms = ranked.map((each) => each.arm);
  const kind = leaderOf(arms, ranked.map((each) => each.cost));
  const found = ranked.filter((each) => Number.isFinite(each.cost)).sort((a, b) => a.cost - b.cost);
  if (kind === null) return { kind, ranked: found, best: null, share: 0, certain: false };
  const drawn = ranked.map((each) => drawnMedians(problem, each.costs));
  const draws = problem.draws.length;
  const alike = d3.range(draws).filter((draw) => sideOf(leaderOf(arms, drawn.map((each) => each[draw]))) === sideOf(kind)).length;
  const best = found.find((each) => kind === "level" || each.arm.kind === kind);
  return { kind, ranked: found, best, share: draws ? alike / draws : NaN, certain: draws > 0 && alike / draws >= CERTAIN };
}

function verdict({ kind, certain }) {
  if (kind === null) return "nobody has a verified design in most replicates";
  if (kind === "level") return certain ? "both sides are level" : "open";
  return certain ? `${learned(kind) ? "a learned space" : "the raw vector or a fixed basis"} is ahead` : "open";
}

const SHADES = ["var(--k0)", "var(--k1)", "var(--k2)", "var(--k3)", "var(--k4)"];

function kindColour(kind) {
  return SHADES[DATA.kinds.indexOf(kind)] ?? "var(--level)";
}

// A strip a problem: the arm of the best median at every stop, hatched where the side is open.
function drawMap(holder) {
  const problems = shownProblems();
  const cells = problems.flatMap((problem) =>
    STOPS.map((at, stop) => {
      const standing = standingAt(problem, stop);
      const next = STOPS[stop + 1] ?? at * 1.15;
      return { problem: problem.label, at, next, standing, kind: standing.kind, arm: standing.best?.arm.arm ?? null };
    }),
  );
  if (!problems.length) return holder.replaceChildren(nothing("No problem is chosen."));
  const told = cells.filter((cell) => cell.arm);
  const width = holder.clientWidth;
  const kinds = [...DATA.kinds, "level"].filter((kind) => told.some((cell) => cell.kind === kind));
  const hatch = (kind) => `hatch-${DATA.kinds.indexOf(kind) + 1}`;
  const says = (cell) => {
    const { best, share, kind } = cell.standing;
    const sure = Number.isNaN(share) ? "" : `, its side in ${percent(share)} of draws`;
    return `${cell.problem}\n${d3.format(",")(cell.at)} evaluations\n${kind}${sure}\n${cell.arm}: ${significant(best.median)}\n${verdict(cell.standing)}`;
  };
  const bar = { x1: "at", x2: "next", y: "problem", shapeRendering: "crispEdges" };
  const made = plot(`Who is ahead by budget. ${sentencesAt(state.stop).join(" ")}`, {
    width, marginLeft: 0, marginRight: 0, marginTop: 4, height: 46 + 46 * problems.length,
    x: { ...evaluationsAxis(STOPS.at(-1) * 1.15), grid: false, type: state.x === "log" ? "log" : "linear" },
    y: { domain: problems.map((problem) => problem.label), label: null, axis: null, paddingInner: 0.5, paddingOuter: 0.25 },
    marks: [
      () => patterns(kinds.map((kind) => [hatch(kind), kindColour(kind)])),
      Plot.barX(told.filter((cell) => cell.standing.certain), { ...bar, fill: (cell) => kindColour(cell.kind) }),
      Plot.barX(told.filter((cell) => !cell.standing.certain), { ...bar, fill: (cell) => `url(#${hatch(cell.kind)})` }),
      Plot.text(problems, { y: "label", text: "label", frameAnchor: "left", textAnchor: "start", dy: -20, fontWeight: 600, fontSize: 12 }),
      Plot.ruleX([budget()], { stroke: "var(--link)", strokeWidth: 2 }),
      tip(told, { x: "at", y: "problem", title: says, of: (cell) => cell.problem }),
    ],
  });
  holder.replaceChildren(keyTo(kinds.map((kind) => [kind, kindColour(kind)])), made);
  made.addEventListener("click", () => made.value && change({ stop: STOPS.indexOf(made.value.at), focus: made.value.arm }));
}

// Hatches for a drawing, by name and colour.
function patterns(named) {
  const defs = drawing("defs");
  for (const [id, colour] of named) {
    const pattern = drawing("pattern", { id, width: 6, height: 6, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" });
    pattern.append(drawing("rect", { width: 6, height: 6, style: `fill: ${colour}; fill-opacity: .18` }));
    pattern.append(drawing("rect", { width: 2, height: 6, style: `fill: ${colour}` }));
    defs.append(pattern);
  }
  return defs;
}

function sentencesAt(stop) {
  return shownProblems().map((problem) => {
    const standing = standingAt(problem, stop);
    const by = standing.best ? `${standing.best.arm.arm} has ${valueName(problem)} ${significant(standing.best.median)}; ` : "";
    return `${problem.label}: ${by}${verdict(standing)}.`;
  });
}

// The table beside it, for the budget of the slider.
function tellAhead() {
  const rows = shownProblems().map((problem) => {
    const standing = standingAt(problem, state.stop);
    const { best, ranked, share } = standing;
    const sides = [false, true].map((side) => ranked.find((each) => learned(each.arm.kind) === side));
    const told = (each) => (each ? `${each.arm.arm}: ${significant(each.median)}${each.ended ? "*" : ""}` : "–");
    const quartiles = best ? `${significant(best.median)} [${significant(best.low)}, ${significant(best.high)}]` : "–";
    const row = [problem.label, verdict(standing), best?.arm.arm ?? "–", `${valueName(problem)} ${quartiles}`,
      percent(share), ...sides.map(told), best ? runsBehind(best.arm) : "–"];
    return row.map((cell) => element("td", {}, cell));
  });
  byId("ahead-rows").replaceChildren(...rows.map((cells) => {
    const row = element("tr");
    row.append(...cells);
    return row;
  }));
  for (const at of document.querySelectorAll(".budget-now")) at.textContent = d3.format(",")(budget());
}
