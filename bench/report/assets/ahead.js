// Who is ahead at a budget: the arm of the best median, and whether raw or latent search has it in 95 % of the draws.

const SURE = 0.95;

// The arms of a problem at a stop of the slider, the best first, and how sure it is which side is ahead.
function standingAt(problem, stop) {
  const all = shownArms(problem).map((arm) => summaryAt(problem, arm, stop)).filter((each) => each.costs.length);
  const ranked = all.filter((each) => Number.isFinite(each.cost)).sort((a, b) => a.cost - b.cost);
  if (!ranked.length) return { ranked, best: null };
  const sides = { raw: ranked.find((each) => rawArm(each)), latent: ranked.find((each) => !rawArm(each)) };
  return { ranked, best: ranked[0], sides, chances: chances(all) };
}

function rawArm(each) {
  return ARMS.get(each.arm.arm).raw;
}

// Shares of the draws in which raw search, latent search and each arm have the best median; ties are shared.
function chances(all) {
  const replicates = Math.max(...all.map((each) => each.costs.length));
  const whole = all.filter((each) => each.costs.length === replicates);
  if (replicates < 2) return null;
  const medians = whole.map((each) => drawnMedians(each.costs));
  const found = { raw: 0, latent: 0, arms: new Map(whole.map((each) => [each.arm.arm, 0])) };
  for (let draw = 0; draw < DRAWS; draw++) {
    const least = Math.min(...medians.map((each) => each[draw]));
    if (!Number.isFinite(least)) continue;
    const first = whole.filter((_, place) => medians[place][draw] === least);
    const raw = first.filter(rawArm).length;
    found.raw += raw / first.length / DRAWS;
    found.latent += (first.length - raw) / first.length / DRAWS;
    for (const each of first) found.arms.set(each.arm.arm, found.arms.get(each.arm.arm) + 1 / first.length / DRAWS);
  }
  return found;
}

function verdict({ best, sides, chances }) {
  if (!best) return "nobody has a verified design";
  if (!sides.raw || !sides.latent) return `only ${sides.raw ? "raw" : "latent"} search has one`;
  if (!chances) return "one replicate says nothing of the spread";
  const [side, share] = chances.raw >= chances.latent ? ["raw", chances.raw] : ["latent", chances.latent];
  return share >= SURE ? `${side} search is ahead` : "open";
}

function decided(standing) {
  return verdict(standing).endsWith("is ahead");
}

const valueName = (problem) => (problem.measure === "gap" ? "gap Δ" : problem.quantity);

// A strip a problem: the arm of the best median at every stop, hatched where the side is open.
function drawMap(holder) {
  const problems = shownProblems();
  const cells = problems.flatMap((problem) =>
    STOPS.map((at, stop) => {
      const standing = standingAt(problem, stop);
      const next = STOPS[stop + 1] ?? at * 1.15;
      return { problem: problem.label, at, next, standing, arm: standing.best?.arm.arm ?? null };
    }),
  );
  if (!problems.length) return holder.replaceChildren(nothing("No problem is chosen."));
  const told = cells.filter((cell) => cell.arm);
  const width = holder.clientWidth;
  const colours = [...new Set(told.map((cell) => colourOf(cell.arm)))];
  const hatch = (colour) => `hatch-${COLOURS.indexOf(colour)}`;
  const says = (cell) => {
    const { best, chances } = cell.standing;
    const chance = chances ? `, best in ${percent(chances.arms.get(cell.arm) ?? 0)} of draws` : "";
    return `${cell.problem}\n${d3.format(",")(cell.at)} evaluations\n${cell.arm}: ${significant(best.median)}${chance}\n${verdict(cell.standing)}`;
  };
  const bar = { x1: "at", x2: "next", y: "problem", shapeRendering: "crispEdges" };
  const made = plot(`Who is ahead by budget. ${sentencesAt(state.stop).join(" ")}`, {
    width, marginLeft: 0, marginRight: 0, marginTop: 4, height: 46 + 46 * problems.length,
    x: { ...evaluationsAxis(STOPS.at(-1) * 1.15), grid: false, type: state.x === "log" ? "log" : "linear" },
    y: { domain: problems.map((problem) => problem.label), label: null, axis: null, paddingInner: 0.5, paddingOuter: 0.25 },
    marks: [
      () => patterns(colours, hatch),
      Plot.barX(told.filter((cell) => decided(cell.standing)), { ...bar, fill: (cell) => colourOf(cell.arm) }),
      Plot.barX(told.filter((cell) => !decided(cell.standing)), { ...bar, fill: (cell) => `url(#${hatch(colourOf(cell.arm))})` }),
      Plot.text(problems, { y: "label", text: "label", frameAnchor: "left", textAnchor: "start", dy: -20, fontWeight: 600, fontSize: 12 }),
      Plot.ruleX([budget()], { stroke: "var(--link)", strokeWidth: 2 }),
      Plot.tip(told, Plot.pointer({ x: "at", y: "problem", title: says, ...TIP })),
    ],
  });
  holder.replaceChildren(legend(false), made);
  made.addEventListener("click", () => made.value && change({ stop: STOPS.indexOf(made.value.at), focus: made.value.arm }));
}

function patterns(colours, name) {
  const defs = drawing("defs");
  for (const colour of colours) {
    const pattern = drawing("pattern", { id: name(colour), width: 6, height: 6, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" });
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
    const { best, sides, chances } = standing;
    const told = (each) => (each ? `${each.arm.arm}: ${significant(each.median)}${each.ended ? "*" : ""}` : "–");
    const chance = chances && best ? percent(chances.arms.get(best.arm.arm) ?? 0) : "–";
    const quartiles = best ? `${significant(best.median)} [${significant(best.low)}, ${significant(best.high)}]` : "–";
    const row = [problem.label, verdict(standing), best?.arm.arm ?? "–", `${valueName(problem)} ${quartiles}`, chance,
      told(sides?.raw), told(sides?.latent), best ? runsBehind(best.arm) : "–"];
    return row.map((cell) => element("td", {}, cell));
  });
  byId("ahead-rows").replaceChildren(...rows.map((cells) => {
    const row = element("tr");
    row.append(...cells);
    return row;
  }));
  for (const at of document.querySelectorAll(".budget-now")) at.textContent = d3.format(",")(budget());
}
