// What a table or a chart over axes shows: the places of its axes and the cells there. A
// specification is what checks/page/over_axes.py has read from a directive: `figures`, names or cells; `by`,
// the axes that are laid out; `at`, axis -> key of the place at which it stands; `start`, the axes
// that show what their recurrence starts from as place 0.
import { withUnit } from "./exact.js";
import { figureOf, find, lengthOf, placeLabel, shown } from "./graph.js";

const ABSENT = { figure: null, reference: "", value: null };

// The places that an axis has now: {key, label, figure}. `figure` is the cell whose value is the
// label, where that is a live figure. Place 0 has no key.
export function placesAlong(model, spec, axis, values) {
  const { keys, shownBy } = model.axes[axis];
  const places = keys.slice(0, lengthOf(model, axis, values)).map((key, i) => ({
    key, label: placeLabel(model, axis, i, values), figure: shownBy ? `${shownBy}[${axis}=${key}]` : "",
  }));
  return spec.start?.includes(axis) ? [{ key: null, label: "0", figure: "" }, ...places] : places;
}

// The cell of a figure at places, axis -> key: {figure, reference, value}, the value in base units;
// without a figure where there is no such cell now.
export function cellAt(model, name, places, values) {
  const [own, fixed] = find(model, name);
  const inName = fixed.flatMap((i, k) => (i === null ? [] : [[own.over[k], i < 0 ? "last" : model.axes[own.over[k]].keys[i]]]));
  places = { ...places, ...Object.fromEntries(inName) };
  const first = own.over.find((axis) => places[axis] === null);
  const figure = first === undefined ? own : figureOf(model, own.starts?.[first]);
  if (!figure) return ABSENT;
  const index = figure.over.map((axis) => {
    const length = lengthOf(model, axis, values);
    const i = places[axis] === "last" ? length - 1 : model.axes[axis].keys.indexOf(places[axis]);
    return i < length ? i : -1;
  });
  if (index.includes(-1)) return ABSENT;
  const at = figure.over.map((axis) => `${axis}=${places[axis]}`).join(", ");
  const reference = at ? `${figure.name}[${at}]` : figure.name;
  return { figure, reference, value: index.reduce((row, i) => row[i], values[figure.name]) };
}

// A cell as text, with its unit or `bare`.
export const written = (model, cell, values, options) =>
  cell.figure ? shown(model, cell.reference, values, options) : "—";

// What one place of an axis is called: "delivery".
export const nounOf = (model, axis) => model.axes[axis].noun || axis.replaceAll("_", " ");

export const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

// "Residual (min)", "Price ($ per GPU-h)": what numbers are, and their unit.
export const titled = (label, unit) => (unit ? `${label} (${withUnit("", unit).trim()})` : label);

// Where all of it stands: [{noun, label, figure}] for each axis that is held at a place.
export function held(model, spec, values) {
  return Object.entries(spec.at ?? {}).map(([axis, key]) => {
    const places = placesAlong(model, {}, axis, values);
    const place = key === "last" ? places.at(-1) : places.find((p) => p.key === key);
    return { noun: nounOf(model, axis), label: place?.label ?? key, figure: place?.figure ?? "" };
  });
}
