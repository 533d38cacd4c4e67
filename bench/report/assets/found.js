// What arms had found by a budget: medians and quartiles over replicates, and how sure it is who is best.

const DRAWS = 500; // of the bootstrap

// Values of every replicate at a stop of the slider; NaN without a verified design.
function foundBy(arm, stop) {
  return arm.found.map((changes) => {
    let value = NaN;
    for (let at = 0; at < changes.length && changes[at] <= stop; at += 2) value = changes[at + 1] ?? NaN;
    return value;
  });
}

function lessIsBetter(problem) {
  return problem.measure === "gap" || !problem.larger;
}

// Of costs, less is better; what is not there is the worst.
function costOf(problem, value) {
  if (!Number.isFinite(value)) return Infinity;
  return lessIsBetter(problem) ? value : -value;
}

// Quantile that was observed, the worse one between two.
function quantile(sorted, share) {
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * (sorted.length - 1) - 1e-9))];
}

function summaryAt(problem, arm, stop) {
  const values = foundBy(arm, stop);
  const costs = values.map((value) => costOf(problem, value));
  const sorted = [...costs].sort((a, b) => a - b);
  const shown = (cost) => (Number.isFinite(cost) ? (lessIsBetter(problem) ? cost : -cost) : NaN);
  const [first, median, last] = [0.25, 0.5, 0.75].map((share) => shown(quantile(sorted, share)));
  const [low, high] = lessIsBetter(problem) ? [first, last] : [last, first];
  return { arm, costs, cost: quantile(sorted, 0.5), low, median, high, ended: arm.price < STOPS[stop] };
}

// A small generator (mulberry32), so that the page says the same every time.
function generator(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const takenOnce = new Map();

// How often each draw takes each replicate: the same draws for all arms, which share a replicate's instance.
function draws(replicates) {
  if (!takenOnce.has(replicates)) {
    const random = generator(replicates);
    takenOnce.set(replicates, Array.from({ length: DRAWS }, () => {
      const counts = new Uint16Array(replicates);
      for (let n = 0; n < replicates; n++) counts[Math.floor(random() * replicates)]++;
      return counts;
    }));
  }
  return takenOnce.get(replicates);
}

// Medians of an arm's costs in every draw: the worse of two in the middle.
function drawnMedians(costs) {
  const order = d3.range(costs.length).sort((a, b) => costs[a] - costs[b]);
  const half = Math.floor(costs.length / 2);
  return draws(costs.length).map((counts) => {
    let seen = 0;
    for (const place of order) {
      seen += counts[place];
      if (seen > half) return costs[place];
    }
    return Infinity;
  });
}
