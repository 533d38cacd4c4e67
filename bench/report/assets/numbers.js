// How numbers are written: as bench/quantities.py writes them in tables.

function significant(value, digits = 5) {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "-∞";
  if (value === 0) return "0";
  const rounded = Number(value.toPrecision(digits));
  const size = Math.abs(rounded);
  if (size >= 1e-4 && size < 1e7) return plainly(rounded);
  const [mantissa, exponent] = rounded.toExponential().split("e");
  return `${mantissa}e${Number(exponent)}`;
}

function plainly(value) {
  const text = String(value);
  return text.includes("e") ? value.toFixed(12).replace(/\.?0+$/, "") : text;
}

function percent(share) {
  return Number.isFinite(share) ? `${(100 * share).toFixed(0)}%` : "–";
}

function duration(seconds) {
  if (seconds === 0) return "0";
  const units = [[86400, "d"], [3600, "h"], [60, "min"], [1, "s"], [1e-3, "ms"], [1e-6, "µs"]];
  const [unit, name] = units.find(([each]) => seconds >= each) ?? units.at(-1);
  return `${significant(seconds / unit, 2)} ${name}`;
}

// Numbers of the data: what is infinite stands there as "inf", what is not there as null.
function finite(value) {
  return value === "inf" ? Infinity : value ?? NaN;
}
