// The share of targets reached within a number of evaluations, pooled over the problems that are chosen.

// Shares of an arm on the grid of evaluations: the mean over problems; on a problem where it has no run, 0.
function pooledShare(label, problems) {
  const there = problems.map((problem) => problem.arms.find((arm) => arm.arm === label)).filter((arm) => arm?.share.length);
  if (!there.length) return null;
  return DATA.evaluations.map((_, place) => d3.sum(there, (arm) => arm.share[place]) / problems.length);
}

function problemsWithShare() {
  return shownProblems().filter((problem) => problem.arms.some((arm) => arm.share.length));
}

function shareAt(label, stop) {
  return pooledShare(label, problemsWithShare())?.[DATA.stops[stop]] ?? NaN;
}

function drawEcdf(holder) {
  const problems = problemsWithShare();
  if (!problems.length) return holder.replaceChildren(nothing("None of the chosen problems has a known gap."));
  const base = state.relative ? pooledShare(state.relative, problems) : null;
  const shown = [...ARMS.keys()].filter((label) => state.arms.has(label));
  const curves = shown.map((label) => ({ label, share: pooledShare(label, problems) })).filter((curve) => curve.share);
  const points = curves.flatMap(({ label, share }) =>
    share.map((value, place) => ({ arm: label, at: DATA.evaluations[place], share: value - (base?.[place] ?? 0) })));
  const ends = curves.map(({ label }) => {
    const price = d3.max(problems, (problem) => problem.arms.find((arm) => arm.arm === label)?.price ?? 0);
    const place = Math.max(0, placeOf(DATA.evaluations, price));
    return points.find((point) => point.arm === label && point.at === DATA.evaluations[place]);
  });
  const searches = (label) => d3.sum(problems, (problem) => problem.arms.find((arm) => arm.arm === label)?.searches ?? 0);
  const says = (point) => `${point.arm}\n${d3.format(",")(point.at)} evaluations\n${base ? `${point.share < 0 ? "" : "+"}${percent(point.share)} against ${state.relative}` : `${percent(point.share)} of targets`}\n${searches(point.arm)} searches on ${problems.length} problems`;
  const ranked = [...curves].sort((a, b) => shareAt(b.label, state.stop) - shareAt(a.label, state.stop));
  const now = ranked.slice(0, 3).map(({ label }) => `${label} ${percent(shareAt(label, state.stop))}`).join(", ");
  const x = evaluationsAxis(DATA.evaluations.at(-1));
  const made = plot(`Runtime distribution over ${problems.length} problems. At ${d3.format(",")(budget())} evaluations: ${now}.`, {
    width: holder.clientWidth, height: Math.min(440, 180 + holder.clientWidth / 3), marginLeft: 48, marginRight: 14, marginTop: 22, marginBottom: 38,
    x,
    y: { domain: base ? padded(d3.extent(points, (point) => point.share), false) : [0, 1], grid: true, tickFormat: percent, label: base ? `share of targets less that of ${state.relative}` : "share of targets reached" },
    marks: [
      ...armLines(points, "share"),
      Plot.dot(ends, { x: "at", y: "share", symbol: "times", stroke: (point) => colourOf(point.arm), r: 3.5, strokeOpacity: (point) => (faded(point.arm) ? 0.15 : 1) }),
      Plot.ruleX([budget()], { stroke: "var(--link)", strokeWidth: 1.5, strokeDasharray: "3 3" }),
      tip(points, { x: "at", y: "share", title: says }),
    ],
  });
  made.addEventListener("click", () => change({ focus: made.value && made.value.arm !== state.focus ? made.value.arm : null }));
  holder.replaceChildren(legend(), made);
}
