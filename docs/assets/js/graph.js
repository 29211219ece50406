// The figure graph on the page: the twin of worked/figures.py. A model (generated from the
// chapter's graph) holds givens, choices, derived figures with their formulas, and measured ones.
import { floats } from "./floats.js";
import { general, nearestDouble, readable, typed, withUnit, writtenFraction } from "./exact.js";

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

// Parse what a reader typed: "70", "8e9", "1,024", "−5". NaN where it is no number; so is "1,8",
// which may mean 1.8 or 18.
export function parseNumber(text) {
  const plain = String(text).trim().replaceAll("−", "-");
  const isNumber = /^[+-]?(?=[.\d])(\d{1,3}(,\d{3})+|\d*)(\.\d*)?(e[+-]?\d+)?$/i.test(plain);
  return isNumber ? Number(plain.replaceAll(",", "")) : NaN;
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
    else if (!figureOf(model, name) && !/[.[]/.test(name)) throw new FigureError(name, `${model.slug} has no such given`);
  }
  for (const [name, value] of Object.entries(settings)) {
    if (model.choices[name]) continue;
    const [given, index] = find(model, name);
    const cell = cellName(model, given, index);
    const [low, high] = rangeOf(model, given, index);
    values[cell] = checked(given, value, cell, low, high);
  }
  return values;
}

// The range of a given, or of one cell of it.
export function rangeOf(model, given, index) {
  if (!(given.name in model.givens)) {
    const kind = given.name in model.derived ? "computed" : "measured";
    throw new FigureError(given.name, `is ${kind}, so it cannot be set; set one of its inputs`);
  }
  if (index.includes(null) || index.includes(-1)) {
    const [one, two] = [0, 1].map((i) => cellName(model, given, index.map(() => i)));
    throw new FigureError(given.name, `has a value for each place; set ${one} or ${two} ...`);
  }
  return [given.low, given.high].map((x) => (Array.isArray(x) ? pick(x, index) : x));
}

const folded = (text) => text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");

// A cell of a given in its unit: its value with these settings, and its range.
export function settingIn(model, given, index, settings) {
  const cell = cellName(model, given, index);
  const [low, high] = rangeOf(model, given, index);
  return { now: changesOf(model, settings)[cell] ?? pick(given.value, index), low, high };
}

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
  const key = (i, k) => (i < 0 ? "last" : model.axes[figure.over[k]].keys[i]);
  const parts = index.flatMap((i, k) => (i === null ? [] : [`${figure.over[k]}=${key(i, k)}`]));
  return parts.length ? `${figure.name}[${parts.join(", ")}]` : figure.name;
}

// A figure or a cell with the axes that it leaves open at `places` (axis -> key).
export function cellAt(model, text, places) {
  const [figure, index] = find(model, text);
  const filled = index.map((i, k) => {
    const axis = figure.over[k];
    return i === null && Object.hasOwn(places, axis) ? placeOf(model, axis, places[axis], text) : i;
  });
  return cellName(model, figure, filled);
}

// Whether there is such a figure or cell.
export function has(model, text) {
  try {
    return Boolean(find(model, text));
  } catch (error) {
    if (error instanceof FigureError) return false;
    throw error;
  }
}

// The setting that a name means, as messages call it: a choice, a given, minutes[row=3] for
// minutes.3. A name that means none stays as it is.
export function settingOf(model, name) {
  return !model.choices[name] && has(model, name) ? cellName(model, ...find(model, name)) : name;
}

// A setting as it stands in an address: gpu, minutes.3.
export function dotted(model, name) {
  if (model.choices[name]) return name;
  const [figure, index] = find(model, name);
  return [figure.name, ...index.map((i, k) => model.axes[figure.over[k]].keys[i])].join(".");
}

// The places of all cells of a figure, those of its last axis fastest.
export function cellsOf(model, figure, values) {
  const lengths = figure.over.map((axis) => lengthOf(model, axis, values));
  return lengths.reduce((cells, n) => cells.flatMap((at) => floats.each(n, (i) => [...at, i])), [[]]);
}

function sane(model, figure, computed, index) {
  const { num, den, places, unit, signed } = figure;
  if (!Number.isFinite(computed)) throw new FigureError(cellName(model, figure, index), "has no finite value here");
  const value = floats.clean(computed);
  if (value < 0 && !signed) {
    const text = withUnit(readable(value, num, den, places), unit);
    throw new FigureError(cellName(model, figure, index), `comes out as ${text}, which has no meaning here`);
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
      if (d.place === null) value = sane(model, d, Number(value), index);
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
    if (d.must && value !== 1) throw new FigureError(cellName(model, d, index), verdict(model, d, index, values));
  };
}

// The words of a verdict; a name in braces stands for that figure as it is shown, at the
// verdict's own places.
function verdict(model, d, index, values) {
  const places = Object.fromEntries(d.over.map((axis, k) => [axis, index[k]]));
  return d.words[pick(values[d.name], index)].replace(/\{(\w+)\}/g, (_, other) => {
    const figure = figureOf(model, other);
    return shown(model, cellName(model, figure, figure.over.map((axis) => places[axis] ?? null)), values);
  });
}

const rows = (lengths) => (lengths.length ? floats.each(lengths[0], () => rows(lengths.slice(1))) : null);
// The part of nested rows at some places; undefined beyond the end of an axis.
export const pick = (value, index) => index.reduce((row, i) => row?.at(i), value);

// A figure's or a cell's value, in base units.
export function valueAt(model, name, values) {
  const [figure, index] = find(model, name);
  return pick(values[figure.name], index);
}

// How many places an axis has.
export function lengthOf(model, axis, values) {
  const { length, keys, like } = model.axes[axis];
  if (like) return lengthOf(model, like, values);
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
  for (const name of [...touched]) for (const axis of axesOfLength(model, name)) touched.add(axis);
  for (const step of model.steps) {
    if (!dependsOn(step, touched)) continue;
    run(model, step, values, lengths);
    for (const name of step.names) touched.add(name);
  }
  return values;
}

// What `update` gives, or null where the settings are refused.
export function valueWith(model, before, settings) {
  try {
    return update(model, before, settings);
  } catch (error) {
    if (error instanceof FigureError) return null;
    throw error;
  }
}

const dependsOn = (step, touched) => [...step.sources, ...step.axes].some((name) => touched.has(name));

// The axes whose length a given is.
const axesOfLength = (model, given) =>
  Object.keys(model.axes).filter((axis) => model.axes[model.axes[axis].like || axis].length === given);

// Evaluate figures or cells `names` at each of `points` (in the given's unit) of the given `over`, leaving all
// else at `values`. Only what lies between is recomputed. A point without a value gives null.
export function sweep(model, names, over, points, values) {
  const given = model.givens[over];
  const touched = new Set([over, ...axesOfLength(model, over)]);
  for (const step of model.steps) {
    if (dependsOn(step, touched)) for (const name of step.names) touched.add(name);
  }
  const needed = new Set(names.map((name) => find(model, name)[0].name));
  for (const step of model.steps.toReversed()) {
    if (step.names.some((name) => needed.has(name))) for (const name of step.sources) needed.add(name);
  }
  const plan = model.steps.filter(({ names: its }) => its.some((name) => touched.has(name) && needed.has(name)));
  return points.map((point) => {
    const at = Object.create(values);
    at[over] = toBase(point, given);
    const lengths = lengthsOf(model, at);
    try {
      for (const step of plan) run(model, step, at, lengths);
    } catch (error) {
      if (error instanceof FigureError) return null;
      throw error;
    }
    return names.map((name) => valueAt(model, name, at));
  });
}

// Read `leaf[row=3, round=2]` or `leaf.3.2`: [figure, its places], null for one that is left open,
// -1 for the last of an axis whose length may change. Throws FigureError where there is no such figure, axis or place.
export function find(model, text) {
  const [, name, inside, dotted] = /^(\w+)(?:\[(.*)\]|\.(.*))?$/.exec(text) ?? [];
  const figure = figureOf(model, name);
  if (!figure) throw new FigureError(short(text), `${model.slug} has no such figure`);
  const { over } = figure;
  const at = {};
  if (dotted !== undefined) {
    const keys = dotted.split(".");
    if (!over.length) throw new FigureError(short(text), `${name} is a single number; write ${name}`);
    if (keys.length !== over.length) throw new FigureError(short(text), `a cell of ${name} is ${[name, ...over].join(".")}`);
    over.forEach((axis, k) => (at[axis] = keys[k]));
  }
  for (const part of (inside ?? "").split(",").map((p) => p.trim()).filter(Boolean)) {
    const [, axis, key] = /^(\w+)\s*=\s*(.+)$/.exec(part) ?? [];
    if (!axis) throw new FigureError(short(text), `a place is written axis=place, not '${short(part)}'`);
    at[axis] = key;
  }
  // Place 0 of what a recurrence looks back at is what it starts from.
  const start = Object.entries(figure.starts ?? {}).find(([axis]) => at[axis] === "0" && !model.axes[axis].keys.includes("0"));
  const [found, axes] = start ? [figureOf(model, start[1]), Object.keys(at).filter((a) => a !== start[0])] : [figure, Object.keys(at)];
  const unknown = axes.find((axis) => !over.includes(axis));
  if (unknown !== undefined) throw new FigureError(short(text), `${name} is over ${over.join(", ") || "no axis"}, not '${unknown}'`);
  const places = Object.fromEntries(axes.map((axis) => [axis, placeOf(model, axis, at[axis], text)]));
  return [found, found.over.map((axis) => places[axis] ?? null)];
}

const MOST_NAMED = 24;

function placeOf(model, axis, key, wantedBy) {
  const { keys, like } = model.axes[axis];
  if (key === "last") return model.axes[like || axis].length ? -1 : keys.length - 1;
  const exact = keys.indexOf(key);
  const i = exact >= 0 || key.startsWith("-") ? exact : keys.findIndex((k) => folded(k) === folded(key));
  if (i >= 0) return i;
  const known = keys.length <= MOST_NAMED ? keys : [...keys.slice(0, 3), "...", keys.at(-1)];
  throw new FigureError(short(wantedBy), `${axis} has no place '${short(key)}'; there are ${known.join(", ")}`);
}

// The figure's entry in the model, whatever its kind.
export function figureOf(model, name) {
  return model.givens[name] ?? model.derived[name] ?? model.measured[name];
}

// Write a figure as the reader sees it. `options`: unit, places, bare (the number alone).
export function shown(model, name, values, options = {}) {
  const [figure, index] = find(model, name);
  if (index.includes(null)) {
    const open = figure.over.filter((_, k) => index[k] === null).join(", ");
    const cell = cellName(model, figure, index.map((i) => i ?? 0));
    throw new FigureError(name, `has a value for each place of ${open}; write ${cell}, say`);
  }
  const value = pick(values[figure.name], index);
  if (value === undefined) return "—";
  if (figure.place) return value === null ? "none" : placeLabel(model, figure.place, value, values);
  if (value === null) return "—";
  if (figure.words) return verdict(model, figure, index, values);
  const unit = options.unit ?? figure.unit;
  const [num, den] = options.unit === undefined ? [figure.num, figure.den] : model.units[unit];
  let number = readable(value, num, den, options.places ?? figure.places);
  // A given is what it was given as: 5 GB/s, not 5.0 GB/s.
  const isPlainGiven = figure.name in model.givens && options.places === undefined && !unit.startsWith("USD");
  if (isPlainGiven && number.includes(".") && !number.includes("×")) number = number.replace(/\.?0+$/, "");
  return options.bare ? number : withUnit(number, unit);
}

// What a figure or a cell is called: "Minutes of delivery 3", "Leaf, round 2". A label's <row> is
// the place's label; of a row as a whole "delivery <row>" is "each delivery". Places that the
// label does not mention stand behind it, after their axes' nouns.
export function called(model, name, values) {
  const [figure, index] = find(model, name);
  let [title, rest] = [figure.label, ""];
  figure.over.forEach((axis, k) => {
    const noun = model.axes[axis].noun || axis;
    if (index[k] === null) {
      const each = new RegExp(`(?<!\\w)((the|an?|its) )?<${axis}>( ${noun})?|${noun} <${axis}>`, "gi");
      title = title.replace(each, `each ${noun}`).replaceAll(`<${axis}>`, "…");
      return;
    }
    const at = placeLabel(model, axis, index[k] < 0 ? lengthOf(model, axis, values) - 1 : index[k], values);
    rest += title.includes(`<${axis}>`) ? "" : `, ${noun} ${at}`;
    title = title.replaceAll(`<${axis}>`, at);
  });
  return title.replace(/^each/, "Each") + rest;
}

// What a reader sees of a place: its label, which may be a live figure.
export function placeLabel(model, axis, i, values) {
  const { labels, shownBy, keys, like } = model.axes[axis];
  if (like) return placeLabel(model, like, i, values);
  return shownBy ? shown(model, `${shownBy}[${axis}=${keys[i]}]`, values) : labels[i];
}

// A figure's value in a unit of the model, as a float (for drawing, not for display).
export function inUnit(model, value, unit) {
  const [num, den] = model.units[unit];
  return (value * Number(den)) / Number(num);
}
