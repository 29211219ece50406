// The figure graph on the page: the twin of worked/figures.py. A model (generated from the
// chapter's graph) holds givens, choices, derived figures with their formulas, and measured ones.
import { floats } from "./floats.js";
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
export function checked(given, value, name = given.name, low = given.low, high = given.high) {
  const number = typeof value === "number" ? value : parseNumber(value);
  const where = `${typed(low)} to ${typed(high)} ${given.unit}`.trimEnd();
  const refuse = (reason) => {
    throw new FigureError(name, reason);
  };
  if (Number.isNaN(number)) {
    const how = given.unit || "plain numbers";
    refuse(`'${short(value)}' is not a number; give it in ${how}, e.g. ${typed([given.value].flat(Infinity).find((x) => x !== null))}`);
  }
  if (!Number.isFinite(number)) refuse(`must be a finite number in ${where}, not ${short(value)}`);
  if (number < low || number > high) {
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
    else if (!givenCell(model, name)) throw new FigureError(name, `${model.slug} has no such given`);
  }
  for (const [name, value] of Object.entries(settings)) {
    if (model.choices[name]) continue;
    const [given, index] = givenCell(model, name);
    const [low, high] = [given.low, given.high].map((x) => (Array.isArray(x) ? pick(x, index) : x));
    const cell = cellName(model, given, index);
    values[cell] = checked(given, value, cell, low, high);
  }
  return values;
}

// The given that a setting names, and the place of the cell; null where there is none.
function givenCell(model, name) {
  const [given, index] = find(model, name) ?? [];
  return given && Object.hasOwn(model.givens, given.name) && !index.includes(-1) ? [given, index] : null;
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

// A cell as it is written: leaf[row=3, round=2]; a figure without axes as it is.
export function cellName(model, figure, index) {
  const parts = index.map((i, k) => `${figure.over[k]}=${model.axes[figure.over[k]].keys[i]}`);
  return parts.length ? `${figure.name}[${parts.join(", ")}]` : figure.name;
}

function sane(figure, computed, name) {
  const { num, den, places, unit, signed } = figure;
  if (!Number.isFinite(computed)) throw new FigureError(name, "has no finite value here");
  const value = floats.clean(computed);
  if (value < 0 && !signed) {
    const text = withUnit(rounded(value, num, den, places), unit);
    throw new FigureError(name, `comes out as ${text}, which has no meaning here`);
  }
  return value;
}

// What a program stores its values with: put(compute, ...places) cleans a value of noise, and
// checks it.
function setter(model, name, values) {
  const d = model.derived[name];
  return (compute, ...index) => {
    let value = null;
    try {
      value = compute();
      if (d.place === null) value = sane(d, Number(value), cellName(model, d, index));
    } catch (error) {
      if (!(error instanceof floats.AbsentError)) throw error;
      if (!d.partial) throw new FigureError(cellName(model, d, index), error.message);
    }
    if (index.length) index.slice(0, -1).reduce((row, i) => row[i], values[name])[index.at(-1)] = value;
    else values[name] = value;
    if (!d.words || value === null) return;
    if (!(value in d.words)) {
      throw new FigureError(name, `a verdict is a whole number below ${d.words.length}, not ${general(value)}`);
    }
    if (d.must && value !== 1) throw new FigureError(name, verdict(model, d, index, values));
  };
}

// The words of a verdict; a name in braces stands for that figure as it is shown, at the
// verdict's own places.
function verdict(model, d, index, values) {
  const places = Object.fromEntries(d.over.map((axis, k) => [axis, index[k]]));
  return d.words[pick(values[d.name], index)].replace(/\{(\w+)\}/g, (_, other) => {
    const figure = figureOf(model, other);
    return shown(model, cellName(model, figure, figure.over.map((axis) => places[axis])), values);
  });
}

const rows = (lengths) => (lengths.length ? floats.each(lengths[0], () => rows(lengths.slice(1))) : null);
const pick = (value, index) => index.reduce((row, i) => row[i], value);

// How many places an axis has.
export function lengthOf(model, axis, values) {
  const { length, keys } = model.axes[axis];
  return length ? values[length] : keys.length;
}

function run(model, step, values, lengths) {
  for (const name of step.names) {
    const { over } = model.derived[name];
    if (over.length) values[name] = rows(over.map((axis) => lengths[axis]));
  }
  const taken = step.needs.map((name) => values[name]);
  step.run(...taken, ...step.names.map((name) => setter(model, name, values)), ...step.axes.map((axis) => lengths[axis]));
}

function lengthsOf(model, values) {
  return Object.fromEntries(Object.keys(model.axes).map((axis) => [axis, lengthOf(model, axis, values)]));
}

// The value of a given, in base units: a number, or rows of numbers.
function inputOf(model, given, changes) {
  const base = (value, index) => {
    if (Array.isArray(value)) return value.map((x, i) => base(x, [...index, i]));
    const name = cellName(model, given, index);
    const number = Object.hasOwn(changes, name) ? changes[name] : value;
    return number === null ? null : toBase(number, given);
  };
  return base(given.value, []);
}

// Compute every figure, in base units, after applying `settings`; or `only` some (a set that
// holds all that these depend on).
// Throws FigureError where a setting is wrong or a figure comes out meaningless.
export function evaluate(model, settings = {}, only = null) {
  const changes = changesOf(model, settings);
  const values = {};
  const wanted = (name) => only === null || only.has(name);
  for (const [name, given] of Object.entries(model.givens)) {
    if (wanted(name)) values[name] = inputOf(model, given, changes);
  }
  for (const [name, measured] of Object.entries(model.measured)) {
    if (wanted(name)) values[name] = measured.value;
  }
  const lengths = lengthsOf(model, values);
  for (const step of model.steps) if (step.names.some(wanted)) run(model, step, values, lengths);
  return values;
}

// Compute again, from the values of earlier settings, what depends on the givens that differ.
// Throws as `evaluate` does; `before` stays as it is.
export function update(model, before, settings) {
  const changes = changesOf(model, settings);
  const values = { ...before };
  const touched = new Set();
  for (const [name, given] of Object.entries(model.givens)) {
    const value = inputOf(model, given, changes);
    if (String(value) === String(before[name])) continue;
    values[name] = value;
    touched.add(name);
  }
  const lengths = lengthsOf(model, values);
  for (const [axis, { length }] of Object.entries(model.axes)) if (touched.has(length)) touched.add(axis);
  for (const step of model.steps) {
    if (![...step.sources, ...step.axes].some((name) => touched.has(name))) continue;
    run(model, step, values, lengths);
    for (const name of step.names) touched.add(name);
  }
  return values;
}

// Evaluate `names` at each of `points` (in the given's unit) of the given `over`, leaving all
// else at `values`. Only what lies between is recomputed. A point without a value gives null.
export function sweep(model, names, over, points, values) {
  const touched = new Set([over]);
  for (const step of model.steps) {
    if (step.sources.some((name) => touched.has(name))) for (const name of step.names) touched.add(name);
  }
  const needed = new Set(names);
  for (const step of model.steps.toReversed()) {
    if (step.names.some((name) => needed.has(name))) for (const name of step.sources) needed.add(name);
  }
  const plan = model.steps.filter(({ names: its }) => its.some((name) => touched.has(name) && needed.has(name)));
  const lengths = lengthsOf(model, values);
  return points.map((point) => {
    const at = { ...values, [over]: toBase(point, model.givens[over]) };
    try {
      for (const step of plan) run(model, step, at, lengths);
    } catch (error) {
      if (error instanceof FigureError) return null;
      throw error;
    }
    return names.map((name) => at[name]);
  });
}

// Read `leaf[row=3, round=2]` or `leaf.3.2`: [figure, its places]. Null where there is none.
export function find(model, text) {
  const [, name, inside, dotted] = /^(\w+)(?:\[(.*)\]|\.(.*))?$/.exec(text) ?? [];
  const figure = figureOf(model, name);
  if (!figure) return null;
  const { over } = figure;
  const starts = Object.entries(figure.starts ?? {});
  const start = starts.find(([axis]) => new RegExp(`(?:^|,\\s*)${axis}=0(?:,|$)`).test(inside ?? ""));
  // Place 0 of what a recurrence looks back at is what it starts from.
  if (start) {
    const open = figureOf(model, start[1]).over;
    const rest = (inside ?? "").split(/,\s*/).filter((part) => open.includes(part.split("=")[0]));
    return find(model, `${start[1]}[${rest.join(", ")}]`);
  }
  const keys = dotted?.split(".") ?? over.map((axis) => new RegExp(`(?:^|,\\s*)${axis}=([^,]*)`).exec(inside ?? "")?.[1]);
  const index = over.map((axis, k) => {
    const at = model.axes[axis].keys.indexOf(keys[k]?.trim());
    return keys[k]?.trim() === "last" ? -1 : at;
  });
  return keys.length === over.length ? [figure, index] : null;
}

// The figure's entry in the model, whatever its kind.
export function figureOf(model, name) {
  return model.givens[name] ?? model.derived[name] ?? model.measured[name];
}

// Write a figure as the reader sees it. `options`: unit, places, bare (the number alone).
export function shown(model, name, values, options = {}) {
  const [figure, index] = find(model, name);
  const value = index.reduce((row, i) => row.at(i), values[figure.name]);
  if (figure.place) return value === null ? "none" : placeLabel(model, figure.place, value, values);
  if (value === null || value === undefined) return "—";
  if (figure.words) return verdict(model, figure, index, values);
  const unit = options.unit ?? figure.unit;
  const [num, den] = options.unit === undefined ? [figure.num, figure.den] : model.units[unit];
  let number = rounded(value, num, den, options.places ?? figure.places);
  // A given is what it was given as: 5 GB/s, not 5.0 GB/s.
  const isPlainGiven = figure.name in model.givens && options.places === undefined && !unit.startsWith("USD");
  if (isPlainGiven && number.includes(".")) number = number.replace(/\.?0+$/, "");
  return options.bare ? number : withUnit(number, unit);
}

// What a reader sees of a place: its label, which may be a live figure.
export function placeLabel(model, axis, i, values) {
  const { labels, shownBy, keys } = model.axes[axis];
  return shownBy ? shown(model, `${shownBy}[${axis}=${keys[i]}]`, values) : labels[i];
}

// A figure's value in a unit of the model, as a float (for drawing, not for display).
export function inUnit(model, value, unit) {
  const [num, den] = model.units[unit];
  return (value * Number(den)) / Number(num);
}
