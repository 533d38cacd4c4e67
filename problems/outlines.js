// The formulas of `problems.geometry` and `problems.manufacturing`, for one outline (2N): x0, y0, x1, y1, ...

const LONGEST_EDGE = 1.5; // in mean edges
const LEAST_COSINE = 0.5; // of the angle by which consecutive edges turn
const SOFTENING = 1e-3; // the length below which two points count as one, in √A

// Moved to its first vertex and divided by its own extent, so that nothing over- or underflows.
function unitSize(outline) {
  const moved = outline.map((value, at) => value - outline[at % 2]);
  const extent = moved.reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1;
  return { points: moved.map((value) => value / extent), extent };
}

function edgesOf(points) {
  const n = points.length;
  const along = points.map((value, at) => points[(at + 2) % n] - value);
  const length = new Float64Array(n / 2);
  for (let i = 0; i < length.length; i++) length[i] = Math.hypot(along[2 * i], along[2 * i + 1]);
  return { along, length };
}

function total(values) {
  return values.reduce((sum, value) => sum + value, 0);
}

function largest(values) {
  return values.reduce((most, value) => Math.max(most, value), -Infinity);
}

function signedArea(points) {
  const n = points.length;
  let twice = 0;
  for (let i = 0; i < n; i += 2) twice += points[i] * points[(i + 3) % n] - points[(i + 2) % n] * points[i + 1];
  return twice / 2;
}

// The centroid of the curve, not of the area.
function curveCentroid(points, { along, length }) {
  const sum = [0, 0];
  points.forEach((value, at) => (sum[at % 2] += (value + along[at] / 2) * length[at >> 1]));
  return sum.map((value) => value / total(length));
}

// Perimeter P, signed area A, quotient Q = 4πA/P² and σ = P/(2√(πA)), infinite where A <= 0.
function measure(outline) {
  const { points, extent } = unitSize(outline);
  const edges = edgesOf(points);
  const [perimeter, area] = [total(edges.length), signedArea(points)];
  const quotient = (4 * Math.PI * area) / (perimeter || 1) ** 2;
  return {
    P: perimeter * extent,
    A: area * extent ** 2,
    Q: quotient,
    sigma: quotient > 0 ? quotient ** -0.5 : Infinity,
    centroid: curveCentroid(points, edges).map((value, axis) => value * extent + outline[axis]),
  };
}

// The largest curvatures of circles that are tangent at a vertex and pass through another point, inside and outside.
function tangentPointCurvatures(points, near) {
  const n = points.length / 2;
  const { along, length } = edgesOf(points);
  const others = new Float64Array(4 * n); // vertices, then middles of edges
  others.set(points);
  for (let at = 0; at < 2 * n; at++) others[2 * n + at] = (points[at] + points[(at + 2) % (2 * n)]) / 2;
  let [most, least] = [-Infinity, Infinity];
  for (let i = 0; i < n; i++) {
    const before = (i + n - 1) % n;
    const [coming, going] = [length[before] || 1, length[i] || 1]; // an edge of no length has no direction
    const tx = along[2 * before] / coming + along[2 * i] / going;
    const ty = along[2 * before + 1] / coming + along[2 * i + 1] / going;
    const scale = Math.hypot(tx, ty) || 1;
    const [nx, ny, x, y] = [-ty / scale, tx / scale, points[2 * i], points[2 * i + 1]]; // halves the angle
    for (let j = 0; j < 2 * n; j++) {
      const isNear = j >= n && (j - n - i + near + n) % n < 2 * near; // an edge within `near` of the vertex
      const [dx, dy] = [others[2 * j] - x, others[2 * j + 1] - y];
      const curvature = isNear ? 0 : (2 * (nx * dx + ny * dy)) / (dx * dx + dy * dy + SOFTENING ** 2);
      if (curvature > most) most = curvature;
      if (curvature < least) least = curvature;
    }
  }
  return [most, -least];
}

function compressed(excess) {
  return excess > 0 ? Math.log1p(excess) : excess;
}

// The least cosine of consecutive edges, and how often the tangent turns round.
function turning({ along, length }) {
  const n = length.length;
  let [least, turned] = [Infinity, 0];
  for (let i = 0; i < n; i++) {
    const before = (i + n - 1) % n;
    const scale = length[i] * length[before];
    const [ax, ay, bx, by] = [along[2 * before], along[2 * before + 1], along[2 * i], along[2 * i + 1]];
    const [cosine, sine] = [(ax * bx + ay * by) / scale, (ax * by - ay * bx) / scale];
    least = Math.min(least, cosine);
    turned += Math.atan2(sine, cosine);
  }
  return { least, turns: turned / (2 * Math.PI) };
}

// The seven signed constraints, satisfied where g <= 0.
function constraintsOf(outline, { r, h, container, leastQuotient }) {
  const unit = unitSize(outline).points;
  const edges = edgesOf(unit);
  const n = edges.length.length;
  const { Q } = measure(outline);
  const size = total(edges.length) * Math.sqrt(Math.max(Q, leastQuotient) / (4 * Math.PI));
  const centroid = curveCentroid(unit, edges);
  const points = unit.map((value, at) => (value - centroid[at % 2]) / size);
  const near = Math.ceil((n * Math.PI * r ** 2) / (1 + Math.PI * r ** 2));
  const [inside, outside] = tangentPointCurvatures(points, Math.min(near, n));
  const longest = largest(edges.length);
  const { least, turns } = turning(edges);
  let farthest = 0;
  for (let i = 0; i < n; i++) farthest = Math.max(farthest, Math.hypot(points[2 * i], points[2 * i + 1]));
  return [
    compressed(inside * r - 1),
    compressed(outside * h - 1),
    1 - Q / leastQuotient,
    Math.max(longest / ((LONGEST_EDGE * total(edges.length)) / n), longest / (r * size)) - 1,
    LEAST_COSINE - least,
    Math.abs(turns - 1) - 0.5,
    compressed(farthest / container - 1),
  ];
}
