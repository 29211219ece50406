// The value of any part of a formula at a cell: the twin of checks/faces/interpret.py.
// A term is [operation, ...arguments]; see checks/page/workings.py.
import { floats } from "../floats.js";
import { lengthOf } from "../graph.js";

const OVER = ["total", "mean", "count", "least", "most", "where_least", "where_most", "nth"];
const ALONG = ["rank", "softmax"];
export const isOverAxis = (op) => OVER.includes(op);
export const isAlongAxis = (op) => ALONG.includes(op);
export const COMPARISONS = ["<", "<=", ">", ">="];

const NAMES = { "**": "power", where_least: "whereLeast", where_most: "whereMost" };
const OPERATORS = {
  "+": floats.plus, "-": floats.minus, "*": (a, b) => a * b, "/": floats.divided, neg: (a) => -a,
  pi: () => floats.pi, no: (c) => !c, "<": (a, b) => floats.more(b, a), ">": floats.more,
  "<=": (a, b) => !floats.more(a, b), ">=": (a, b) => !floats.more(b, a),
};

// A formula among a model's values. `workings` holds the terms and wires of the chapter.
export function formulaOf(model, workings, name, values) {
  const { term, wires } = workings.figures[name];
  const figure = model.derived[name];
  return { workings, figure, term: workings.terms[term], ...interpreter(model, wires, values) };
}

// What terms come to among a model's values; `wires` says what each of their arguments takes.
export function interpreter(model, wires, values) {
  const length = (axis) => lengthOf(model, axis, values);

  // The figure and the places that an argument takes; null where it takes no figure.
  function placeOf(wire, at) {
    const [kind, source, ...more] = wire;
    if (kind === "places") return null;
    let [name, there] = [source, at];
    if (kind === "cell") {
      there = { ...at };
      for (const [axis, i] of Object.entries(more[0])) there[axis] = i < 0 ? length(axis) - 1 : i;
    } else {
      const [axis, start] = more;
      if (at[axis] > 0) there = { ...at, [axis]: at[axis] - 1 };
      else if (at[axis] === 0 && typeof start === "string") name = start;
      else if (at[axis] === 0) return null;
    }
    const { over } = model.givens[name] ?? model.derived[name] ?? model.measured[name];
    return { name, index: over.map((axis) => there[axis] ?? null) };
  }

  // What an argument takes where that is no figure: a place, its label as a number, a start.
  function own(wire, at) {
    const [kind, axis, more, start] = wire;
    if (kind !== "places") return start;
    return more ? more[at[axis]] : at[axis];
  }

  function stored({ name, index }) {
    const found = index.reduce((row, i) => row[i], values[name]);
    return model.derived[name]?.place ? found : floats.has(found);
  }

  function value(t, at) {
    const [op, ...a] = t;
    if (op === "arg") {
      const wire = wires[a[0]];
      const source = placeOf(wire, at);
      return source ? stored(source) : own(wire, at);
    }
    if (op === "num") return typeof a[0] === "string" ? a[0].split("/").reduce((n, d) => n / d) : a[0];
    if (op === "where") return value(value(a[0], at) ? a[1] : a[2], at);
    if (op === "all_of") return a.every((c) => value(c, at));
    if (op === "any_of") return a.some((c) => value(c, at));
    if (op === "along") return value(Object.values(a[1])[at[a[0]]], at);
    if (op === "renamed") return value(a[0], renamed(at, a[1]));
    if (op === "at") return value(a[0], { ...at, [a[1]]: floats.place(value(a[2], at)) });
    if (isOverAxis(op) || isAlongAxis(op)) return over(t, at);
    return (OPERATORS[op] ?? floats[NAMES[op] ?? op])(...a.map((x) => value(x, at)));
  }

  // The arguments that are needed at `at`: of branches only those that are taken.
  function lookedAt(t, at) {
    const [op, ...a] = t;
    if (op === "arg") return new Set([a[0]]);
    let parts = a.flatMap((x) => (Array.isArray(x) ? [x] : Object.values(x ?? {}))).filter(Array.isArray);
    try {
      if (op === "where") parts = [a[0], value(a[0], at) ? a[1] : a[2]];
      if (op === "along" && a[0] in at) parts = [Object.values(a[1])[at[a[0]]]];
    } catch {
      // Along an axis that is looked at as a whole each place may take another branch.
    }
    return new Set(parts.flatMap((part) => [...lookedAt(part, at)]));
  }

  const places = (axis, at) => floats.each(length(axis), (i) => ({ ...at, [axis]: i }));

  // Where an operation over an axis looks: the places at which its mask holds.
  const chosen = ([, , axis, mask], at) => places(axis, at).filter((p) => mask === null || value(mask, p));

  function over([op, x, axis, mask, ...more], at) {
    const row = (part) => (i) => value(part, { ...at, [axis]: i });
    const rest = [];
    if (op === "nth") rest.push(value(more[0], at));
    if (op !== "count") rest.push(mask === null ? undefined : row(mask));
    if (op.startsWith("where_")) rest.push(...more);
    const result = floats[NAMES[op] ?? op](length(axis), row(x), ...rest);
    return isAlongAxis(op) ? floats.has(result[at[axis]]) : result;
  }

  return { model, values, wires, length, placeOf, own, stored, value, lookedAt, places, chosen };
}

export const renamed = (at, axes) => ({ ...at, ...Object.fromEntries(Object.entries(axes).map(([old, now]) => [old, at[now]])) });
