// Exact fractions of BigInts: [numerator, denominator], in lowest terms, the denominator above 0.

export function fraction(n, d = 1n) {
  let [a, b] = [n < 0n ? -n : n, d < 0n ? -d : d];
  while (b) [a, b] = [b, a % b];
  if (d < 0n) a = -a;
  return [n / a, d / a];
}

// A whole number, a BigInt or a fraction, as a fraction.
export const asFraction = (x) => (Array.isArray(x) ? fraction(...x) : [BigInt(x), 1n]);

export const times = (a, b) => fraction(a[0] * b[0], a[1] * b[1]);
export const over = (a, b) => fraction(a[0] * b[1], a[1] * b[0]);
export const minus = (a, b) => fraction(a[0] * b[1] - b[0] * a[1], a[1] * b[1]);
export const size = (a) => [a[0] < 0n ? -a[0] : a[0], a[1]];

// a to the power k, a whole number of either sign.
export function power(a, k) {
  const [n, d] = k < 0 ? over([1n, 1n], a) : a;
  const count = BigInt(Math.abs(k));
  return [n ** count, d ** count];
}

// Below 0, 0 or above 0, as a is less than, equal to or more than b.
export function compare(a, b) {
  const difference = a[0] * b[1] - b[0] * a[1];
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

// What Python's str(Fraction) writes.
export const written = ([n, d]) => (d === 1n ? String(n) : `${n}/${d}`);
