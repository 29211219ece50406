// The figure graph on the page: the twin of worked/figures.py. A model (generated from the
// chapter's graph) holds givens, choices, derived figures with their formulas, and measured ones.
import { general, nearestDouble, rounded, typed, withUnit, writtenFraction } from "./exact.js";

// What is wrong with a figure: its name, and the reason in words.
export class FigureError extends Error {
  constructor(figure, reason) {
    super(`${figure}: ${reason}`);
    Object.assign(this, { figure, reason });
  }
}

// What somebody typed, cut where it is too long to be repeated.
function short(text, most = 40) {
  const characters = Array.from(String(text));
  return characters.length <= most ? String(text) : `${characters.slice(0, most).join("")}...`;
}

// Parse what a reader typed: "70", "8e9", "1,024". NaN where it is no number.
export function parseNumber(text) {
  const plain = String(text).trim().replaceAll(",", "").replaceAll("−", "-");
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(plain) ? Number(plain) : NaN;
}

// Check one value against a given's declared range; return it as a number.
export function checked(given, value) {
  const number = typeof value === "number" ? value : parseNumber(value);
  const where = `${typed(given.low)} to ${typed(given.high)} ${given.unit}`.trimEnd();
  const refuse = (reason) => {
    throw new FigureError(given.name, reason);
  };
  if (Number.isNaN(number)) {
    const how = given.unit || "plain numbers";
    refuse(`'${short(value)}' is not a number; give it in ${how}, e.g. ${typed(given.value)}`);
  }
  if (!Number.isFinite(number)) refuse(`must be a finite number in ${where}, not ${short(value)}`);
  if (number < given.low || number > given.high) {
    refuse(`${typed(number)} is outside its range ${where}`);
  }
  if (given.integer && !Number.isInteger(number)) {
    refuse(`must be a whole number in ${where}, not ${typed(number)}`);
  }
  return number;
}

// Turn settings as a reader writes them ({gpu: "H200", params: 8}) into given -> value.
// A setting names a choice or a given; givens win over choices.
export function changesOf(model, settings) {
  const values = {};
  for (const [name, wanted] of Object.entries(settings)) {
    const choice = model.choices[name];
    if (choice) Object.assign(values, choice.options[optionOf(name, choice, wanted)]);
    else if (!model.givens[name]) throw new FigureError(name, `${model.slug} has no such given`);
  }
  for (const [name, value] of Object.entries(settings)) {
    if (!model.choices[name]) values[name] = checked(model.givens[name], value);
  }
  return values;
}

const folded = (text) => text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");

// The name of the option that `wanted` is or begins: "h200" finds "H200 SXM".
export function optionOf(name, choice, wanted) {
  if (wanted in choice.options) return wanted;
  const key = folded(String(wanted));
  const options = Object.keys(choice.options);
  const same = options.filter((o) => folded(o) === key);
  const hits = same.length ? same : options.filter((o) => key && folded(o).startsWith(key));
  if (hits.length === 1) return hits[0];
  throw new FigureError(
    name,
    hits.length
      ? `'${short(wanted)}' could be ${hits.join(" or ")}; write more of the name`
      : `no option '${short(wanted)}'; there are ${options.join(", ")}`,
  );
}

function toBase(value, given) {
  const [num, den] = writtenFraction(value);
  return nearestDouble(num * BigInt(given.num), den * BigInt(given.den));
}

const NOISE = 2 ** -45;

// The decimal of 12 digits that `value` is but for its last bits, or `value` itself: the noise of
// binary arithmetic must reach no later rounding up, comparison or difference.
function withoutLastBits(value) {
  const decimal = Number(value.toExponential(11));
  return Math.abs(decimal - value) <= NOISE * Math.abs(value) ? decimal : value;
}

function sane(figure, computed) {
  const { name, num, den, places, unit, signed } = figure;
  if (!Number.isFinite(computed)) throw new FigureError(name, "has no finite value here");
  const value = withoutLastBits(computed);
  if (value < 0 && !signed) {
    const text = withUnit(rounded(value, num, den, places), unit);
    throw new FigureError(name, `comes out as ${text}, which has no meaning here`);
  }
  return value;
}

function compute(model, name, values) {
  const d = model.derived[name];
  const value = sane(d, d.f(...d.args.map((a) => values[a])));
  if (!d.words) return value;
  if (!(value in d.words)) {
    throw new FigureError(name, `a verdict is a whole number below ${d.words.length}, not ${general(value)}`);
  }
  if (d.must && value !== 1) throw new FigureError(name, verdict(model, d, { ...values, [name]: value }));
  return value;
}

// The words of a verdict; a name in braces stands for that figure as it is shown.
function verdict(model, { name, words }, values) {
  return words[values[name]].replace(/\{(\w+)\}/g, (_, other) => shown(model, other, values));
}

// Compute every figure, in base units, after applying `settings`; or `only` some (a set that
// holds all that these depend on).
// Throws FigureError where a setting is wrong or a figure comes out meaningless.
export function evaluate(model, settings = {}, only = null) {
  const changes = changesOf(model, settings);
  const values = {};
  const wanted = (name) => only === null || only.has(name);
  for (const [name, given] of Object.entries(model.givens)) {
    if (wanted(name)) values[name] = toBase(name in changes ? changes[name] : given.value, given);
  }
  for (const [name, measured] of Object.entries(model.measured)) {
    if (wanted(name)) values[name] = measured.value;
  }
  for (const name of model.order) if (wanted(name)) values[name] = compute(model, name, values);
  return values;
}

// Evaluate `names` at each of `points` (in the given's unit) of the given `over`, leaving all
// else at `values`. Only what lies between is recomputed. A point without a value gives null.
export function sweep(model, names, over, points, values) {
  const touched = new Set([over]);
  for (const name of model.order) {
    if (model.derived[name].args.some((a) => touched.has(a))) touched.add(name);
  }
  const needed = new Set();
  const visit = (name) => {
    if (needed.has(name) || !touched.has(name)) return;
    needed.add(name);
    model.derived[name]?.args.forEach(visit);
  };
  names.forEach(visit);
  const plan = model.order.filter((name) => needed.has(name));
  return points.map((point) => {
    const at = { ...values, [over]: toBase(point, model.givens[over]) };
    try {
      for (const name of plan) at[name] = compute(model, name, at);
    } catch (error) {
      if (error instanceof FigureError) return null;
      throw error;
    }
    return names.map((name) => at[name]);
  });
}

// The figure's entry in the model, whatever its kind.
export function figureOf(model, name) {
  return model.givens[name] ?? model.derived[name] ?? model.measured[name];
}

// Write a figure as the reader sees it. `options`: unit, places, bare (the number alone).
export function shown(model, name, values, options = {}) {
  const figure = figureOf(model, name);
  if (figure.words) return verdict(model, figure, values);
  const unit = options.unit ?? figure.unit;
  const [num, den] = options.unit === undefined ? [figure.num, figure.den] : model.units[unit];
  let number = rounded(values[name], num, den, options.places ?? figure.places);
  // A given is what it was given as: 5 GB/s, not 5.0 GB/s.
  const isPlainGiven = name in model.givens && options.places === undefined && !unit.startsWith("USD");
  if (isPlainGiven && number.includes(".")) number = number.replace(/\.?0+$/, "");
  return options.bare ? number : withUnit(number, unit);
}

// A figure's value in a unit of the model, as a float (for drawing, not for display).
export function inUnit(model, value, unit) {
  const [num, den] = model.units[unit];
  return (value * Number(den)) / Number(num);
}
