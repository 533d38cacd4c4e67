// Decoders as `bench.explorer.decoders` describes them: steps on one row of numbers, or designs to interpolate between.

function bytes(text) {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

function floats(text) {
  return new Float32Array(bytes(text).buffer);
}

const sigmoid = (x) => 1 / (1 + Math.exp(-x));
const ONE = {
  relu: (x) => Math.max(0, x),
  sigmoid,
  tanh: Math.tanh,
  silu: (x) => x * sigmoid(x),
  exp: Math.exp,
  log: Math.log,
  sin: Math.sin,
  cos: Math.cos,
  sqrt: Math.sqrt,
  neg: (x) => -x,
  abs: Math.abs,
};
const TWO = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  pow: (a, b) => a ** b,
  max: Math.max,
  min: Math.min,
};

// A kind of step gives a function of the row, which writes from `to` on what it has computed.
const STEPS = {
  take(to, places) {
    const from = new Int32Array(bytes(places).buffer);
    return (row) => from.forEach((place, at) => (row[to + at] = row[place]));
  },
  one(to, n, name, from) {
    const f = ONE[name];
    return (row) => {
      for (let at = 0; at < n; at++) row[to + at] = f(row[from + at]);
    };
  },
  two(to, n, name, a, aStep, b, bStep) {
    const f = TWO[name];
    return (row) => {
      for (let at = 0; at < n; at++) row[to + at] = f(row[a + at * aStep], row[b + at * bStep]);
    };
  },
  product(to, a, b, rows, inner, columns) {
    return (row) => {
      row.fill(0, to, to + rows * columns);
      for (let i = 0; i < rows; i++) {
        for (let k = 0; k < inner; k++) {
          const [weight, from, into] = [row[a + i * inner + k], b + k * columns, to + i * columns];
          for (let j = 0; j < columns; j++) row[into + j] += weight * row[from + j];
        }
      }
    };
  },
  sum(to, from, n, m) {
    return (row) => {
      row.fill(0, to, to + n);
      for (let at = 0; at < n * m; at++) row[to + Math.floor(at / m)] += row[from + at];
    };
  },
  convolve(to, from, weight, [outputs, inputs], [rows, columns], [height, width], [down, along]) {
    const [outRows, outColumns] = [Math.floor((rows - height) / down) + 1, Math.floor((columns - width) / along) + 1];
    const cells = outRows * outColumns;
    return (row) => {
      row.fill(0, to, to + outputs * cells);
      for (let tap = weight, output = 0; output < outputs; output++) {
        for (let input = 0; input < inputs; input++) {
          for (let y = 0; y < height; y++) {
            for (let x = 0; x < width; x++, tap++) {
              const share = row[tap];
              for (let i = 0; i < outRows; i++) {
                let at = from + (input * rows + y + i * down) * columns + x;
                const end = to + output * cells + (i + 1) * outColumns;
                for (let into = end - outColumns; into < end; into++, at += along) row[into] += share * row[at];
              }
            }
          }
        }
      }
    };
  },
};

function played({ size, constants, steps, result }, dim) {
  const row = new Float64Array(size);
  for (const [at, numbers] of constants) row.set(floats(numbers), at);
  const made = steps.map(([kind, ...rest]) => STEPS[kind](...rest));
  return (z) => {
    row.set(z);
    for (const step of made) step(row);
    return row.slice(result, result + dim);
  };
}

// Linear between the designs of a lattice over the plane's axes; other coordinates have no say.
function interpolated({ counts, designs }, dim, { low, high, axes }) {
  const known = floats(designs);
  return (z) => {
    let corners = [[0, 1]];
    let stride = 1;
    axes.forEach((axis, at) => {
      const last = counts[at] - 1;
      const place = Math.min(last, Math.max(0, (last * (z[axis] - low[axis])) / (high[axis] - low[axis])));
      const cell = Math.min(last - 1, Math.floor(place));
      corners = corners.flatMap(([index, weight]) => [
        [index + stride * cell, weight * (1 - place + cell)],
        [index + stride * (cell + 1), weight * (place - cell)],
      ]);
      stride *= counts[at];
    });
    const x = new Float64Array(dim);
    for (const [index, weight] of corners) {
      for (let at = 0; at < dim; at++) x[at] += weight * known[index * dim + at];
    }
    return x;
  };
}

// Designs as searches evaluate them: within the problem's bounds, [lower, upper], where it has some.
function within(bounds, decode) {
  if (!bounds) return decode;
  const [lower, upper] = bounds;
  return (latent) => decode(latent).map((value, i) => Math.min(Math.max(value, lower[i]), upper[i]));
}

// A function from a latent (k) to a design (d).
function decoderOf({ decoder, picture, low, high, axes }) {
  const dim = picture.shape.reduce((product, n) => product * n, 1);
  return decoder.tape ? played(decoder.tape, dim) : interpolated(decoder.lattice, dim, { low, high, axes });
}
