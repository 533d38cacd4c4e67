// What arms had found by a budget: medians and quartiles over replicates, as observed and in each bootstrap draw.

// What each replicate has at a stop of the slider, by changes; NaN without a verified design.
function at(series, stop) {
  let value = NaN;
  for (let place = 0; place < series.length && series[place] <= stop; place += 2) value = series[place + 1] ?? NaN;
  return value;
}

function lessIsBetter(problem) {
  return problem.measure === "gap" || !problem.larger;
}

const valueName = (problem) => (problem.measure === "gap" ? "gap Δ" : problem.quantity);

// Costs of all replicates, less being better: infinite without a verified design, NaN without a run.
function costsAt(arm, stop) {
  return arm.costs.map((series) => {
    if (series === null) return NaN;
    const cost = at(series, stop);
    return Number.isNaN(cost) ? Infinity : cost;
  });
}

// The quartile that was observed, the worse one between two, as [cost, shown].
function quartile(sorted, share) {
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * (sorted.length - 1) - 1e-9))];
}

function summaryAt(problem, arm, stop) {
  const costs = costsAt(arm, stop);
  const shown = problem.measure === "gap" ? costs : arm.values.map((series) => at(series, stop));
  const sorted = d3.range(costs.length).filter((place) => !Number.isNaN(costs[place])).sort((a, b) => costs[a] - costs[b]);
  const [first, middle, last] = [0.25, 0.5, 0.75].map((share) => quartile(sorted, share));
  const ends = lessIsBetter(problem) ? [first, last] : [last, first];
  return { arm, costs, cost: costs[middle], median: shown[middle], low: shown[ends[0]], high: shown[ends[1]], ended: arm.price < STOPS[stop] };
}

const countsOf = new WeakMap();

// How often each draw takes each replicate: the draws that the map for print takes.
function drawsOf(problem) {
  if (!countsOf.has(problem)) {
    countsOf.set(problem, problem.draws.map((taken) => {
      const counts = new Uint16Array(taken.length);
      for (const replicate of taken) counts[replicate]++;
      return counts;
    }));
  }
  return countsOf.get(problem);
}

// Medians of costs in every draw, the worse of two in the middle; NaN where a draw holds no run of the arm.
function drawnMedians(problem, costs) {
  const order = d3.range(costs.length).filter((place) => !Number.isNaN(costs[place])).sort((a, b) => costs[a] - costs[b]);
  return drawsOf(problem).map((counts) => {
    const half = Math.floor(d3.sum(order, (place) => counts[place]) / 2);
    let seen = 0;
    for (const place of order) {
      seen += counts[place];
      if (seen > half) return costs[place];
    }
    return NaN;
  });
}
