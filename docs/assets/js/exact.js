// Exact display of numbers: the twin of worked/units.py (rounded, readable) and worked/showing.py
// (with_unit). All arithmetic is on BigInt fractions, so what a reader sees is the correctly
// rounded value and never depends on how a browser prints floats.

const bits = new DataView(new ArrayBuffer(8));

// A finite double as the exact fraction it is: [numerator, denominator].
export function exactFraction(x) {
  bits.setFloat64(0, x);
  const word = bits.getBigUint64(0);
  const negative = word >> 63n ? -1n : 1n;
  const field = Number((word >> 52n) & 0x7ffn);
  const mantissa = (word & 0xfffffffffffffn) | (field ? 0x10000000000000n : 0n);
  const exponent = BigInt((field || 1) - 1075);
  return exponent >= 0n
    ? [negative * (mantissa << exponent), 1n]
    : [negative * mantissa, 1n << -exponent];
}

// The number a reader would write for a double (its shortest decimal), as a fraction.
export function writtenFraction(x) {
  const [digits, power] = x.toExponential().split("e");
  const [whole, part = ""] = digits.split(".");
  const exponent = Number(power) - part.length;
  const n = BigInt(whole + part);
  return exponent >= 0 ? [n * 10n ** BigInt(exponent), 1n] : [n, 10n ** BigInt(-exponent)];
}

function bitLength(n) {
  return n.toString(2).length;
}

// The double nearest to num/den (ties to even). The quotient is cut to 66 bits or more with a
// sticky last bit, so that Number() rounds once and correctly; the scaling by 2 is exact.
export function nearestDouble(num, den) {
  if (num === 0n) return 0;
  const size = num < 0n ? -num : num;
  const shift = Math.max(0, 66 - bitLength(size) + bitLength(den));
  const scaled = size << BigInt(shift);
  const quotient = scaled / den;
  const sticky = quotient * den === scaled ? 0n : 1n;
  const value = Number(quotient | sticky) * 2 ** -shift;
  return num < 0n ? -value : value;
}

function halfEven(num, den) {
  const quotient = num / den;
  const twice = 2n * (num - quotient * den);
  return twice > den || (twice === den && quotient & 1n) ? quotient + 1n : quotient;
}

// A double's size to so many significant digits, a tie to the even one: [digits, exponent] for
// digits * 10^exponent.
function significant(x, count) {
  const [num, den] = exactFraction(Math.abs(x));
  const exponent = Number(x.toExponential(20).split("e")[1]) - count + 1;
  const power = 10n ** BigInt(Math.abs(exponent));
  const digits = exponent < 0 ? halfEven(num * power, den) : halfEven(num, den * power);
  return [digits, exponent];
}

// A double's size read to 15 significant digits, which removes the noise of binary arithmetic:
// [numerator, denominator].
export function withoutNoise(x) {
  const [n, exponent] = significant(x, 15);
  const power = 10n ** BigInt(Math.abs(exponent));
  return exponent < 0 ? [n, power] : [n * power, 1n];
}

// Write `value` (base units) in a unit of worth unitNum/unitDen, rounded half away from zero.
// A value so small that fewer than two digits would be left gets as many as two digits need.
export function rounded(value, unitNum, unitDen, places) {
  if (!Number.isFinite(value)) throw new RangeError(`cannot display ${value}: not a finite number`);
  if (value === 0) return "0";
  let [num, den] = withoutNoise(value);
  num *= BigInt(unitDen);
  den *= BigInt(unitNum);
  const isWhole = num % den === 0n;
  while (!isWhole && places < 30 && num * 10n ** BigInt(places) < 10n * den) places += 1;
  const power = 10n ** BigInt(places);
  const digits = (2n * num * power + den) / (2n * den);
  const whole = (digits / power).toString().replace(/\B(?=(\d{3})+$)/g, ",");
  const part = places ? "." + (digits % power).toString().padStart(places, "0") : "";
  return (value < 0 ? "−" : "") + whole + part;
}

// Digits before the point, and zeros and digits behind it, beyond which nobody reads them.
const [MOST_WHOLE, MOST_DECIMALS] = [15n, 12n];

// Write a value as `rounded` does, but 2.4 × 10⁷⁶ where that takes more digits than one reads.
export function readable(value, unitNum, unitDen, places) {
  if (value === 0 || !Number.isFinite(value)) return rounded(value, unitNum, unitDen, places);
  let [num, den] = withoutNoise(value);
  num *= BigInt(unitDen);
  den *= BigInt(unitNum);
  if (num * 10n ** (MOST_DECIMALS - 1n) >= den && num < den * 10n ** MOST_WHOLE) {
    return rounded(value, unitNum, unitDen, places);
  }
  let power = 0;
  for (; num >= 10n * den; power += 1) den *= 10n;
  for (; num < den; power -= 1) num *= 10n;
  let digits = (20n * num + den) / (2n * den);
  if (digits === 100n) [digits, power] = [10n, power + 1];
  const raised = String(power).replace(/[-\d]/g, (c) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(c)]);
  return `${value < 0 ? "−" : ""}${digits / 10n}.${digits % 10n} × 10${raised}`;
}

// Join a written number and its unit: "$9,024", "40%", "1.12 TB", "1 GPU".
export function withUnit(number, unit) {
  if (unit.startsWith("USD")) {
    const rest = unit.slice(3);
    const negative = number.startsWith("−");
    const per = rest && " per " + rest.slice(1).replaceAll("/", "-");
    return `${negative ? "−" : ""}$${negative ? number.slice(1) : number}${per}`;
  }
  const isPower = number.includes("×");
  if (unit === "%" || unit === "×") return isPower ? `${number} ${unit.replace("×", "times")}` : number + unit;
  // What makes a counted unit plural: GPUs, queries/s, micro-batches; s and ms are no plurals.
  const plural = /(?<=\w\w)(?:ies|(?<=ch)es|s)(?=\/|$)/g;
  const isOne = number === "1" || number === "−1";
  if (isOne) unit = unit.replace(plural, (end) => (end === "ies" ? "y" : ""));
  return unit ? `${number} ${unit}` : number;
}

// What Python's format(x, ".6g") writes: so many significant digits, no trailing zeros.
export function general(x, count = 6) {
  if (x === 0 || !Number.isFinite(x)) return String(x);
  const [digits, last] = significant(x, count);
  const text = digits.toString();
  const exponent = last + text.length - 1;
  const kept = text.replace(/0+$/, "");
  const sign = x < 0 ? "-" : "";
  if (exponent < -4 || exponent >= count) {
    const part = kept.length > 1 ? "." + kept.slice(1) : "";
    const size = String(Math.abs(exponent)).padStart(2, "0");
    return `${sign}${kept[0]}${part}e${exponent < 0 ? "-" : "+"}${size}`;
  }
  if (exponent < 0) return `${sign}0.${"0".repeat(-exponent - 1)}${kept}`;
  const whole = kept.slice(0, exponent + 1).padEnd(exponent + 1, "0");
  const part = kept.slice(exponent + 1);
  return sign + whole + (part && "." + part);
}

// A number as one types it, in full: 1e+12, 0.1, 1048576.
export function typed(x) {
  const [full, short] = [general(x, 15), general(x)];
  return Number(short) === x && short.length < full.length ? short : full;
}
