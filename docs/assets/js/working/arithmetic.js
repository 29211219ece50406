// Arithmetic as a person writes it: the twin of checks/faces/arithmetic.py, where it is explained.
// `atoms` (unit -> {worth, kind, base}) comes with the chapter's workings.
import { general, withUnit } from "../exact.js";
import {
  ONE, ZERO, absolute, add, ceil, compare, double, equals, fixed, floor, fraction, isWhole, minus,
  noiseless, over, parsed, power, real, rounded, times,
} from "./fractions.js";

const MOST_TERMS = 8;
export const GUARD = 3;
export const MOST_DIGITS = 12;
export const GLUE = "\u00a0";
export const PURE = { name: "", worth: ONE };

// A number: a cell's value (a double, in base units) or a literal (a fraction).
export const number = (value, more = {}) => ({
  value, unit: PURE, places: 0, cell: "", text: "", isGiven: false, decided: false, isVerdict: false, ...more,
});
export const done = (op, ...args) => ({ op, args });
export const isNumber = (e) => !("op" in e);

const exactOf = (x) => over(typeof x.value === "number" ? noiseless(x.value) : x.value, x.unit.worth);
const decimals = (text) => text.split(".")[1]?.length ?? 0;

function digitsOf(x, extra = 0) {
  if (x.text) return x.text;
  if (!x.cell) return literalText(exactOf(x));
  if (x.isVerdict) return general(x.value);
  let text = rounded(exactOf(x), x.places);
  if (x.isGiven && text.includes(".") && !x.unit.name.startsWith("USD")) text = text.replace(/\.?0+$/, "");
  if (!extra) return text;
  const least = decimals(text);
  let more = rounded(exactOf(x), least + extra);
  while (decimals(more) > least && more.endsWith("0")) more = more.slice(0, -1);
  return more.replace(/\.$/, "");
}

export function shownNumber(x, extra = 0) {
  const unit = x.isVerdict || x.unit.name === "×" ? "" : x.unit.name;
  return withUnit(digitsOf(x, extra), unit).replaceAll(" ", GLUE);
}

// Write a number that stands in a formula: 1,000, 0.1, 1/3, 10^(−9).
function literalText(q) {
  let places = 0;
  while (places < 13 && !isWhole(times(q, fraction(10n ** BigInt(places))))) places += 1;
  if (places === 13) return `${fixed(fraction(q.n), 0)}/${fixed(fraction(q.d), 0)}`;
  const exponent = q.n ? Math.floor(Math.log10(Math.abs(double(q)))) : 0;
  if (places > 5 && exponent < -4) {
    const digits = literalText(times(q, fraction(10n ** BigInt(-exponent))));
    const tens = `10^(−${-exponent})`;
    return digits === "1" ? tens : `${digits}${GLUE}×${GLUE}${tens}`;
  }
  return fixed(q, places);
}

// What depends on the units of a chapter.
export function arithmeticOf(atoms) {
  const kind = (atom) => atoms[atom]?.kind ?? "";

  // -- units

  function powersOf(name) {
    const found = new Map();
    name.split("/").forEach((part, place) => {
      for (const atom of part.split("·")) if (kind(atom)) count(found, atom, place ? -1 : 1);
    });
    return found;
  }

  function count(powers, atom, by) {
    const sum = (powers.get(atom) ?? 0) + by;
    if (sum) powers.set(atom, sum);
    else powers.delete(atom);
  }

  function product(parts) {
    const result = new Map();
    for (const [powers, by] of parts) for (const [atom, p] of powers) count(result, atom, p * by);
    return result;
  }

  const worth = (powers) => [...powers].reduce(
    (result, [atom, p]) => times(result, power(atoms[atom].worth, over(fraction(BigInt(2 * p)), fraction(2n)))), ONE,
  );

  const scaleOf = (unit) => over(unit.worth, worth(powersOf(unit.name)));

  const isSame = (a, b) => a.size === b.size && [...a].every(([atom, p]) => b.get(atom) === p);

  function natural(e) {
    if (isNumber(e)) return powersOf(e.unit.name);
    if (e.op === "*" || e.op === "/") return alike(product(factors(e).map(([sign, x]) => [natural(x), sign])));
    if (e.op === "**") {
      const exponent = e.args[1];
      const by = isNumber(exponent) && !exponent.cell ? double(exactOf(exponent)) : 0;
      return product([[natural(e.args[0]), by]]);
    }
    if (e.op === "sqrt") return product([[alike(natural(e.args[0])), 1 / 2]]);
    if (SAME.includes(e.op)) return e.args.map(natural).find((p) => p.size) ?? new Map();
    return new Map();
  }

  function alike(powers) {
    const [result, first] = [new Map(), new Map()];
    for (const [atom, p] of powers) {
      if (!first.has(kind(atom))) first.set(kind(atom), atom);
      count(result, first.get(kind(atom)), p);
    }
    return result;
  }

  // -- what is printed

  function planned(e, wanted) {
    if (e.op === "+" || e.op === "-") return printed("sum", addends(e).map(([sign, x]) => [sign, planned(x, wanted)]));
    if (SAME.includes(e.op)) return printed(e.op, e.args.map((x) => ["", planned(x, wanted)]));
    if (isNumber(e) && (isSame(powersOf(e.unit.name), wanted) || isValue(e, 0))) return e;
    return chain(factors(e), wanted);
  }

  function single(e) {
    if (isNumber(e)) return e;
    if (e.op === "sqrt") return printed("sqrt", [["", planned(e.args[0], alike(natural(e.args[0])))]]);
    if (e.op === "**") {
      return printed("**", [["", planned(e.args[0], natural(e.args[0]))], ["", planned(e.args[1], new Map())]]);
    }
    if (SAME.includes(e.op) || "+-*/".includes(e.op)) return planned(e, natural(e));
    return printed(e.op, e.args.map((x) => ["", planned(x, new Map())]));
  }

  function chain(parts, wanted) {
    const own = parts.map(([sign, x]) => new Map([...natural(x)].map(([atom, p]) => [atom, p * sign])));
    const [behind, last] = conversions(own, wanted);
    const found = [];
    parts.forEach(([sign, x], k) => {
      const node = single(x);
      const isChain = node.op === "chain";
      if (sign < 0 && behind[k].length) {
        const turned = behind[k].map(([s, c]) => [s === "×" ? "/" : "×", c]);
        found.push(["/", printed("chain", [...(isChain ? node.parts : [["×", node]]), ...turned])]);
      } else if (sign > 0 && isChain) found.push(...node.parts, ...behind[k]);
      else found.push([sign > 0 ? "×" : "/", node], ...behind[k]);
    });
    found.push(...last);
    if (found[0][0] === "/") found.unshift(["×", number(ONE)]);
    return found.length === 1 ? found[0][1] : printed("chain", found);
  }

  function conversions(own, wanted) {
    const behind = own.map(() => []);
    const last = [];
    const open = product([...own.map((p) => [p, 1]), [wanted, -1]]);
    for (const k of new Set([...open.keys()].map(kind))) {
      const net = [...open].filter(([atom]) => kind(atom) === k);
      const asked = net.filter(([atom]) => wanted.has(atom));
      const isLeft = net.reduce((sum, [, p]) => sum + p, 0) !== 0;
      const { base, counts } = atoms[net[0][0]];
      const least = net.reduce((a, b) => (compare(atoms[b[0]].worth, atoms[a[0]].worth) < 0n ? b : a));
      const target = isLeft && counts ? base : (asked[0] ?? least)[0];
      for (const [atom, p] of net) {
        if (atom === target) continue;
        if (asked.length) {
          last.push(...converted(atom, target, p));
          continue;
        }
        let rest = p;
        own.forEach((powers, place) => {
          const here = powers.get(atom) ?? 0;
          if (here * rest <= 0) return;
          const used = Math.abs(rest) < Math.abs(here) ? rest : here;
          behind[place].push(...converted(atom, target, used));
          rest -= used;
        });
      }
    }
    return [behind, last];
  }

  function converted(atom, target, p) {
    let ratio = over(atoms[atom].worth, atoms[target].worth);
    if (equals(ratio, ONE)) return [];
    const { base, counts } = atoms[atom];
    if (!counts && base && ratio.d !== 1n && ratio.n !== 1n && target !== base && atom !== base) {
      return [...converted(atom, base, p), ...converted(target, base, -p)];
    }
    const [large, small] = compare(ratio, ONE) > 0n ? [atom, target] : [target, atom];
    if (large !== atom) ratio = over(ONE, ratio);
    const sign = p > 0 === (large === atom) ? "×" : "/";
    const step = { op: "conversion", value: ratio, text: `${powerText(ratio)} ${small}/${large}`.replaceAll(" ", GLUE) };
    if (Math.abs(p) === 1) return [[sign, step]];
    const exponent = number(over(fraction(BigInt(2 * Math.abs(p))), fraction(2n)));
    return [[sign, printed("**", [["", step], ["", exponent]])]];
  }

  // -- reading it back

  function read(x, extra) {
    if (!x.cell) return over(times(exactOf(x), x.unit.worth), worth(powersOf(x.unit.name)));
    return times(parsed(digitsOf(x, extra)), scaleOf(x.unit));
  }

  // What the printed arithmetic comes to. Throws RangeError where the digits give no value.
  function computed(node, digits) {
    if (isNumber(node)) return read(node, digits[node.cell] ?? 0);
    if (node.op === "conversion") return node.value;
    const x = node.parts.map(([, part]) => computed(part, digits));
    if (node.op === "sum") return node.parts.reduce((sum, [sign], k) => add(sum, sign === "−" ? minus(x[k]) : x[k]), ZERO);
    if (node.op === "chain") return node.parts.reduce((r, [sign], k) => (sign === "/" ? over(r, x[k]) : times(r, x[k])), ONE);
    if (REAL[node.op]) return real(REAL[node.op](double(x[0])));
    return EXACT[node.op](...x);
  }

  function enough(node, fits, most = GUARD) {
    const names = [...new Set(cells(node).map((x) => x.cell))];
    const comesOut = (digits) => orNot(() => fits(computed(node, digits)));
    for (let extra = 0; extra <= most; extra += 1) {
      let digits = Object.fromEntries(names.map((name) => [name, extra]));
      if (!comesOut(digits)) continue;
      for (const name of extra ? names : []) {
        for (let fewer = 0; fewer < extra; fewer += 1) {
          if (!comesOut({ ...digits, [name]: fewer })) continue;
          digits = { ...digits, [name]: fewer };
          break;
        }
      }
      return digits;
    }
    return null;
  }

  function toldApart(one, other, op, holds) {
    const units = [one, other].map(natural);
    const nodes = [one, other].map((e, k) => planned(e, units[k]));
    const names = nodes.flatMap(cells).map((x) => x.cell);
    let digits = {};
    for (let extra = 0; extra <= MOST_DIGITS; extra += 1) {
      const tried = Object.fromEntries(names.map((name) => [name, extra]));
      const isSeen = orNot(() => {
        const [x, y] = nodes.map((node, k) => times(computed(node, tried), worth(units[k])));
        return !COMPARED[op] || COMPARED[op](compare(x, y)) === holds;
      });
      if (!isSeen) continue;
      digits = tried;
      break;
    }
    return nodes.map((node) => written(node, digits));
  }

  // Whether a computed value is the number shown, at the digits shown.
  function shows(x, extra = 0) {
    const text = digitsOf(x, extra);
    const power = fraction(10n ** BigInt(decimals(text)));
    const scale = over(scaleOf(x.unit), power);
    const want = times(absolute(parsed(text)), power);
    return (value) => {
      const isTurned = value.n !== 0n && (value.n < 0n) !== (x.value < 0) && x.value !== 0;
      const size = floor(add(absolute(over(value, scale)), fraction(1n, 2n)));
      return equals(size, want) && !(isTurned && want.n);
    };
  }

  return { powersOf, natural, planned, read, computed, enough, toldApart, shows };
}

const SAME = ["neg", "absolute", "max", "min", "+", "-"];

export const isValue = (x, n) => (typeof x.value === "number" ? x.value === n : equals(x.value, fraction(BigInt(n))));

const printed = (op, parts) => ({ op, parts });

// The factors of a product, 1 or −1 for above or below the line.
function factors(e, sign = 1) {
  if (e.op === "*") return e.args.flatMap((a) => factors(a, sign));
  if (e.op === "/") return [...factors(e.args[0]), [-1, e.args[1]]];
  return [[sign, e]];
}

function addends(e) {
  return e.args.flatMap((x, place) => {
    const sign = e.op === "-" && place ? "−" : "+";
    return sign === "+" && (x.op === "+" || x.op === "-") ? addends(x) : [[sign, x]];
  });
}

function powerText(n) {
  for (const [base, least] of [[10, 4], [2, 20]]) {
    const exponent = Math.round(Math.log(double(n)) / Math.log(base));
    if (exponent >= least && equals(n, fraction(BigInt(base) ** BigInt(exponent)))) return `${base}^${exponent}`;
  }
  return literalText(n);
}

const REAL = { sqrt: Math.sqrt, ln: Math.log, log2: Math.log2, exp: Math.exp, sin: Math.sin, cos: Math.cos };
const EXACT = {
  neg: minus, absolute, ceil, floor, "**": power,
  max: (...x) => x.reduce((a, b) => (compare(b, a) > 0n ? b : a)),
  min: (...x) => x.reduce((a, b) => (compare(b, a) < 0n ? b : a)),
};
const COMPARED = { "<": (c) => c < 0n, "<=": (c) => c <= 0n, ">": (c) => c > 0n, ">=": (c) => c >= 0n };

function orNot(check) {
  try {
    return check();
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

// The numbers of the printed arithmetic that are cells.
export function cells(node) {
  if (isNumber(node)) return node.cell ? [node] : [];
  return (node.parts ?? []).flatMap(([, part]) => cells(part));
}

// -- writing

const [ADD, MUL, POW, ATOM] = [0, 1, 2, 3];
const SHORT = 36;
const CALLED = { ceil: `round${GLUE}up`, floor: `round${GLUE}down` };

export const written = (node, digits) => writtenPart(node, digits)[0];

// The text, and how closely it holds together; isFirst: a sign is clear before it.
function writtenPart(node, digits, isFirst = true) {
  if (isNumber(node)) {
    const text = shownNumber(node, digits[node.cell] ?? 0);
    if (text.includes(`${GLUE}×`)) return [text, MUL];
    return [text, node.cell ? ATOM : text.includes("^") ? POW : text.includes("/") ? MUL : ATOM];
  }
  if (node.op === "conversion") return [node.text, node.text.includes("^") ? POW : ATOM];
  if (node.op === "sum") {
    const texts = node.parts.map(([sign, part], place) => {
      const [text, level] = writtenPart(part, digits, place === 0);
      const clear = bracketed(text, level, sign === "−" ? MUL : ADD, place === 0);
      return place ? `${sign}${GLUE}${clear}` : clear;
    });
    return [elided(texts, `+${GLUE}...`).join(" "), ADD];
  }
  if (node.op === "chain") {
    const texts = node.parts.map(([sign, part], place) => {
      const isStart = isFirst && place === 0;
      const [text, level] = writtenPart(part, digits);
      const own = isStart && part.op === "neg" ? MUL : level;
      const clear = bracketed(text, own, sign === "/" ? POW : MUL, isStart);
      return place ? `${sign}${GLUE}${clear}` : clear;
    });
    return [texts.join(" "), MUL];
  }
  const inner = node.parts.map(([, part]) => writtenPart(part, digits));
  if (node.op === "neg") return [`−${bracketed(...inner[0], MUL, false)}`, ADD];
  if (node.op === "**") return [inner.map((part) => raised(...part)).join("^"), POW];
  const texts = elided(inner.map(([text]) => text), "...");
  return [`${CALLED[node.op] ?? node.op}(${texts.join(", ")})`, ATOM];
}

function bracketed(text, level, least, isFirst) {
  return level >= least && (isFirst || !text.startsWith("−")) ? text : inBrackets(text);
}

// Bracket a text; no line is broken within a short one.
export const inBrackets = (text) => `(${text.length <= SHORT ? text.replaceAll(" ", GLUE) : text})`;

function raised(text, level) {
  const isClosed = level === ATOM && (/^(?:[\w.,π]+|\(.*\))$/.test(text) || text.endsWith(")"));
  return isClosed && !text.startsWith("−") ? text : inBrackets(text);
}

const elided = (texts, gap) => (texts.length <= MOST_TERMS ? texts : [...texts.slice(0, 3), gap, texts.at(-1)]);
