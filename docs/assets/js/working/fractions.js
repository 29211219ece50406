// Exact fractions, as Python's: {n, d} of BigInts, reduced, d above 0.
import { exactFraction, nearestDouble, withoutNoise, writtenFraction } from "../exact.js";

function divisor(a, b) {
  while (b) [a, b] = [b, a % b];
  return a;
}

export function fraction(n, d = 1n) {
  const by = divisor(n < 0n ? -n : n, d < 0n ? -d : d) || 1n;
  const sign = d < 0n ? -1n : 1n;
  return { n: (sign * n) / by, d: (sign * d) / by };
}

export const ZERO = fraction(0n);
export const ONE = fraction(1n);

export const add = (a, b) => fraction(a.n * b.d + b.n * a.d, a.d * b.d);
export const minus = (a) => ({ n: -a.n, d: a.d });
export const times = (a, b) => fraction(a.n * b.n, a.d * b.d);
export const compare = (a, b) => a.n * b.d - b.n * a.d;
export const equals = (a, b) => a.n === b.n && a.d === b.d;
export const absolute = (a) => (a.n < 0n ? minus(a) : a);
export const isWhole = (a) => a.d === 1n;
export const double = (a) => nearestDouble(a.n, a.d);
export const floor = (a) => fraction((a.n - (((a.n % a.d) + a.d) % a.d)) / a.d);
export const ceil = (a) => minus(floor(minus(a)));

// Throws RangeError where b is nothing.
export function over(a, b) {
  if (b.n === 0n) throw new RangeError("divided by nothing");
  return fraction(a.n * b.d, a.d * b.n);
}

// x^y: exact where the exponent is a whole number below 200.
export function power(x, y) {
  if (!isWhole(y) || compare(absolute(y), fraction(200n)) >= 0n) return real(double(x) ** double(y));
  const size = absolute(y).n;
  const raised = fraction(x.n ** size, x.d ** size);
  return y.n < 0n ? over(ONE, raised) : raised;
}

// A double that was computed, exactly. Throws RangeError where it is no number.
export function real(x) {
  if (!Number.isFinite(x)) throw new RangeError("no number");
  return fraction(...exactFraction(x));
}

// A double as the decimal that a reader would write for it.
export const written = (x) => fraction(...writtenFraction(x));

// A double read to 15 significant digits.
export function noiseless(x) {
  if (x === 0) return ZERO;
  const read = fraction(...withoutNoise(x));
  return x < 0 ? minus(read) : read;
}

// "1,024.50" or "−3" as the number that it is.
export function parsed(text) {
  const plain = text.replaceAll(",", "").replace("−", "-");
  const [whole, part = ""] = plain.split(".");
  return fraction(BigInt(whole + part), 10n ** BigInt(part.length));
}

const group = (whole) => whole.toString().replace(/\B(?=(\d{3})+$)/g, ",");

// Write a fraction whose digits end after `places` decimals.
export function fixed(q, places) {
  const power = 10n ** BigInt(places);
  const digits = (absolute(q).n * power) / q.d;
  const part = places ? "." + (digits % power).toString().padStart(places, "0") : "";
  return (q.n < 0n ? "−" : "") + group(digits / power) + part;
}

// Twin of rounded_fraction in worked/units.py.
export function rounded(q, places) {
  if (q.n === 0n) return "0";
  const { n: num, d: den } = absolute(q);
  while (den !== 1n && places < 30 && num * 10n ** BigInt(places) < 10n * den) places += 1;
  const digits = (2n * num * 10n ** BigInt(places) + den) / (2n * den);
  return fixed(fraction(q.n < 0n ? -digits : digits, 10n ** BigInt(places)), places);
}
