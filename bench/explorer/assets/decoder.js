// Decoders as `bench.explorer.decoders` describes them: a few steps, each on what the last has left.

function bytes(text) {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

function floats(text) {
  return new Float32Array(bytes(text).buffer);
}

function affine({ weight, bias }) {
  const [matrix, shift] = [floats(weight), floats(bias)];
  return (numbers) => {
    const n = numbers.length;
    return Float64Array.from(shift, (start, row) => {
      let sum = start;
      for (let column = 0, at = row * n; column < n; column++, at++) sum += matrix[at] * numbers[column];
      return sum;
    });
  };
}

function relu() {
  return (numbers) => numbers.map((number) => Math.max(0, number));
}

function squash({ low, width }) {
  const lowest = floats(low);
  return (numbers) => numbers.map((number, row) => lowest[row] + width / (1 + Math.exp(-number)));
}

const STEPS = { affine, relu, squash };

// A function from a latent (k) to a design (2N): x0, y0, x1, y1, ...
function decoderOf(steps) {
  const made = steps.map((step) => STEPS[step.step](step));
  return (z) => made.reduce((numbers, step) => step(numbers), Float64Array.from(z));
}
