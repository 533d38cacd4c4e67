// One ranking over all problems that are chosen, for the budget of the slider.

// Mean rank of every arm by the median at the budget; arms that found nothing, or did not run, share the last ranks.
function ranking() {
  const problems = shownProblems();
  const labels = [...ARMS.keys()].filter((label) => state.arms.has(label) && problems.some((problem) => shownArms(problem).some((arm) => arm.arm === label)));
  const rows = new Map(labels.map((label) => [label, { label, ranks: [], best: 0, searches: 0 }]));
  for (const problem of problems) {
    const standing = standingAt(problem, state.stop);
    const costs = new Map(standing.ranked.map((each) => [each.arm.arm, each.cost]));
    const sorted = labels.map((label) => costs.get(label) ?? Infinity);
    for (const label of labels) {
      const cost = costs.get(label) ?? Infinity;
      const [before, equal] = [sorted.filter((each) => each < cost).length, sorted.filter((each) => each === cost).length];
      const row = rows.get(label);
      row.ranks.push(before + (equal + 1) / 2);
      row.best += standing.best?.arm.arm === label ? 1 : 0;
      row.searches += shownArms(problem).find((arm) => arm.arm === label)?.searches ?? 0;
    }
  }
  const area = (label) => d3.mean(DATA.areas.filter(([problem, arm]) => arm === label && state.problems.has(problem)), (row) => row[2]) ?? NaN;
  const ranked = [...rows.values()].map((row) => ({ ...row, rank: d3.mean(row.ranks), share: shareAt(row.label, state.stop), area: area(row.label) }));
  return ranked.sort((a, b) => a.rank - b.rank || (b.share || 0) - (a.share || 0));
}

function tellRanking() {
  const body = byId("ranking-rows");
  const rows = ranking().map((each, place) => {
    const row = element("tr");
    const name = element("th", { scope: "row" });
    name.append(swatch(each.label), each.label);
    row.append(name, ...[String(place + 1), each.rank.toFixed(1), String(each.best), percent(each.share), Number.isNaN(each.area) ? "–" : each.area.toFixed(3), String(each.searches)]
      .map((text) => element("td", {}, text)));
    return row;
  });
  body.replaceChildren(...rows);
  resort(body.closest("table"));
}

// A stroke in the colour and dashes of an arm.
function swatch(label) {
  const { encoder, optimiser } = ARMS.get(label);
  return stroke(encoderColour(encoder), optimiserDash(optimiser));
}
