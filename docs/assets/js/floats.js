// Arithmetic of a compiled graph, in which the noise of binary numbers decides nothing: the twin of
// worked/floats.py, where each function is explained.
// One object, so that programs can take from it what they need, under these short names.
export const floats = (() => {
  const NOISE = 2 ** -45;
  const TIE = 2 ** -40;

  // A value was needed that is not there; the message says what is missing.
  class AbsentError extends Error {}

  function plus(a, b) {
    const total = a + b;
    return Math.abs(total) <= Math.abs(a) / 8 ? settled(total, Math.abs(a)) : total;
  }

  // What is left of numbers as large as `size`, as the decimal that it is but for their noise.
  function settled(value, size) {
    if (value === 0 || Math.abs(value) < NOISE * size) return 0;
    const lost = exponent(size) - exponent(value);
    return decimal(value, Math.max(0, 11 - lost), NOISE * size);
  }

  // The decimal of so many digits behind the first, where it is the value but for noise.
  function decimal(value, digits, noise) {
    const near = Number(value.toExponential(digits));
    return Math.abs(near - value) <= noise ? near : value;
  }

  // The power of ten of a number's first digit.
  const exponent = (value) => Number(value.toExponential(16).split("e")[1]);

  const minus = (a, b) => plus(a, -b);

  function more(a, b) {
    if (a === null || b === null) throw new AbsentError("there is no such place");
    return a - b > TIE * Math.max(Math.abs(a), Math.abs(b));
  }

  // The decimal of 12 digits that `value` is but for its last bits, or `value` itself.
  function clean(value) {
    if (Number.isInteger(value)) return value + 0; // a zero has no sign
    return decimal(value, 11, NOISE * Math.abs(value));
  }

  // What Python refuses to compute gives no number here either.
  function finite(value) {
    if (!Number.isFinite(value)) throw new AbsentError("has no finite value here");
    return value;
  }

  function divided(a, b) {
    if (Number(b) === 0) throw new AbsentError("has no finite value here");
    return a / b;
  }

  const pi = Math.PI;
  const { sin, cos, abs: absolute, max: maximum, min: minimum } = Math;
  const sqrt = (x) => finite(Math.sqrt(x));
  const log2 = (x) => finite(Math.log2(x));
  const ln = (x) => finite(Math.log(x));
  const exp = (x) => finite(Math.exp(x));
  const power = (x, y) => finite(x ** y);
  const ceil = (x) => Math.ceil(clean(x));
  const floor = (x) => Math.floor(clean(x));
  const same = (one, other) => one === other && one !== null;
  const found = (it) => it !== null;

  function loop(n, body) {
    for (let i = 0; i < n; i += 1) body(i);
  }

  const each = (n, value) => Array.from({ length: n }, (_, i) => value(i));

  const chosen = (n, where) => each(n, (i) => i).filter((i) => !where || where(i));

  const total = (n, value, where) => {
    let [sum, size] = [0, 0];
    for (const i of chosen(n, where)) {
      const x = Number(value(i));
      [sum, size] = [plus(sum, x), size + Math.abs(x)];
    }
    return Math.abs(sum) <= size / 8 ? settled(sum, size) : sum;
  };

  const count = (n, where) => chosen(n, where).length;

  function mean(n, value, where) {
    const values = some("mean", n, value, where);
    return total(values.length, (i) => values[i]) / values.length;
  }

  const least = (n, value, where) => Math.min(...some("least", n, value, where));

  const most = (n, value, where) => Math.max(...some("largest", n, value, where));

  const whereLeast = (n, value, where, last) => whereMost(n, (i) => -value(i), where, last);

  function whereMost(n, value, where, last = false) {
    const places = chosen(n, where);
    if (!places.length) return null;
    const values = places.map(value);
    const top = Math.max(...values);
    const ties = places.filter((_, k) => !more(top, values[k]));
    return ties.at(last ? -1 : 0);
  }

  function nth(n, value, count, where) {
    const values = chosen(n, where).map(value).sort((a, b) => a - b);
    if (!(count - 1 in values)) throw new AbsentError(`there is no number ${count} of ${values.length}`);
    return values[count - 1];
  }

  function rank(n, value, where) {
    const places = chosen(n, where);
    const values = places.map(value);
    const ranks = Array(n).fill(new AbsentError("has no rank here"));
    places.forEach((i, k) => {
      const x = values[k];
      ranks[i] = 1 + values.filter((y, j) => more(y, x) || (j < k && !more(x, y))).length;
    });
    return ranks;
  }

  function softmax(n, value, where) {
    const places = chosen(n, where);
    const values = places.map(value);
    const powers = values.map((x) => Math.exp(x - Math.max(...values)));
    const whole = total(powers.length, (k) => powers[k]);
    const shares = Array(n).fill(0);
    places.forEach((i, k) => (shares[i] = powers[k] / whole));
    return shares;
  }

  function place(found) {
    if (found === null) throw new AbsentError("there is no such place");
    return found;
  }

  function has(value) {
    if (value instanceof Error) throw value;
    if (value === null) throw new AbsentError("there is no value here");
    return value;
  }

  function tried(value) {
    try {
      return value();
    } catch (error) {
      if (error instanceof AbsentError) return error;
      throw error;
    }
  }

  function some(what, n, value, where) {
    const values = chosen(n, where).map(value);
    if (!values.length) throw new AbsentError(`there is nothing to take the ${what} of`);
    return values;
  }

  return {
    AbsentError, plus, minus, more, clean, finite, divided, pi, sqrt, log2, ln, exp, power,
    ceil, floor, same, found, loop, each, chosen, total, count, mean, least, most,
    whereLeast, whereMost, nth, rank, softmax, place, has, tried, sin, cos, absolute,
    maximum, minimum,
  };
})();
