// The working of a figure or a cell, as a person writes it: the twin of checks/faces/working.py.
import { floats } from "../floats.js";
import { cellName, figureOf, find, shown } from "../graph.js";
import {
  GLUE, GUARD, MOST_DIGITS, arithmeticOf, cells, done, inBrackets, isNumber, number, shownNumber, written,
} from "./arithmetic.js";
import { equals, fraction } from "./fractions.js";
import { formulaOf, isAlongAxis, isOverAxis } from "./interpret.js";
import { stepsOf, unitOf } from "./steps.js";
import { text } from "./text.js";

const WIDTH = 96;
const MOST_SAID = 6;

// What checks/page/workings.py gives of a chapter, its units' worth as fractions.
export function prepared(data) {
  const atoms = Object.entries(data.atoms).map(([name, atom]) => {
    const [num, den] = atom.worth.map(BigInt);
    return [name, { ...atom, worth: fraction(num, den) }];
  });
  return { ...data, atoms: Object.fromEntries(atoms) };
}

// The lines of a working, none longer than `width`; `workings` comes from `prepared`.
export function lines(model, workings, cell, values, width = WIDTH) {
  const wrapped = (line, indent) => wrappedTo(width, line, indent);
  const [figure, index] = find(model, cell);
  const formula = formulaOf(model, workings, figure.name, values);
  const at = Object.fromEntries(figure.over.map((a, k) => [a, index[k] < 0 ? formula.length(a) - 1 : index[k]]));
  const steps = stepsOf(formula);
  const places = Object.values(at);
  const name = cellName(model, figure, places);
  const value = places.reduce((row, i) => row[i], values[figure.name]);
  if (value === null && !figure.place) {
    return [...wrapped(`${name} = ${text(formula.term, steps.names(at))}`, ""), "  = —, for want of a value"];
  }
  const middle = figure.place ? search(steps, formula.term, at) : arithmetic(steps, value, at, name);
  const found = wrapped(`${name} = ${formulaText(steps, at)}`, "");
  for (const line of middle) found.push(...wrapped(line, "  "));
  found.push(`  = ${shown(model, name, values)}`);
  if (steps.reasons.length) found.push(...wrapped(`since ${few(steps.reasons)}`, "  "));
  if (steps.remarks.length) found.push(...wrapped(`(${few(steps.remarks)})`, "  "));
  return found;
}

// What a figure or a cell is computed from, in the branches that are taken: the cells, and the rows where an axis is looked along.
export function inputsOf(model, workings, cell, values) {
  const [figure, index] = find(model, cell);
  const formula = formulaOf(model, workings, figure.name, values);
  const at = Object.fromEntries(figure.over.map((a, k) => [a, index[k] < 0 ? formula.length(a) - 1 : index[k]]));
  const needed = formula.lookedAt(formula.term, at);
  const wires = Object.entries(formula.wires).filter(([argument]) => needed.has(argument));
  const sources = wires.map(([, wire]) => formula.placeOf(wire, at)).filter(Boolean);
  return [...new Set(sources.map(({ name, index: there }) => cellName(model, figureOf(model, name), there)))];
}

function few(said) {
  const most = said.length > MOST_SAID ? [...said.slice(0, MOST_SAID - 1), `${said.length + 1 - MOST_SAID} more`] : said;
  return most.join("; ");
}

function wrappedTo(width, line, indent) {
  const found = [];
  let now = indent;
  for (const word of line.split(" ").filter(Boolean)) {
    const isStart = now.trim() === "";
    if (!isStart && now.length + 1 + word.length > width) {
      found.push(now);
      now = `${indent}    ${word}`;
    } else now += isStart ? word : ` ${word}`;
  }
  return [...found, now].map((part) => part.replaceAll(GLUE, " "));
}

// The terms with their values, and what stands before or behind them.
function arithmetic(steps, value, at, name) {
  const { figure, term, workings } = steps.formula;
  const { planned, powersOf } = arithmeticOf(workings.atoms);
  const isVerdict = Boolean(figure.words);
  const result = number(value, { unit: unitOf(figure), places: figure.places, cell: name, isVerdict });
  const node = planned(steps.see(term, at), isVerdict ? new Map() : powersOf(figure.unit));
  if (isNumber(node) || (node.op === "neg" && isNumber(node.parts[0][1]))) return [];
  const [digits, extra] = digitsOf(workings, node, result);
  const found = [...stepsBetween(steps.formula, node, digits), `= ${written(node, digits)}`];
  return extra ? [...found, `= ${shownNumber(result, extra)}`] : found;
}

// The digits of the terms, and how many more the result needs in between.
function digitsOf({ atoms }, node, result) {
  const { enough, shows, read } = arithmeticOf(atoms);
  const tries = [GUARD, MOST_DIGITS].flatMap((guard) => floats.each(GUARD + 1, (extra) => [guard, extra]));
  for (const [guard, extra] of tries) {
    if (extra && !shows(result)(read(result, extra))) continue;
    const found = enough(node, shows(result, extra), guard);
    if (found !== null) return [found, extra];
  }
  return [{}, 0];
}

// A line for each number that needs more digits than a reader is shown of it.
function stepsBetween({ model, workings, values }, node, digits) {
  const { enough, planned, powersOf, shows } = arithmeticOf(workings.atoms);
  const deep = new Map(cells(node).filter((x) => digits[x.cell] > GUARD).map((x) => [x.cell, x]));
  return [...deep.values()].map((x) => {
    const extra = digits[x.cell];
    const [figure, index] = find(model, x.cell);
    let middle = "";
    if (figure.name in model.derived && !figure.words) {
      const inner = stepsOf(formulaOf(model, workings, figure.name, values));
      const at = Object.fromEntries(figure.over.map((a, k) => [a, index[k]]));
      const part = planned(inner.see(inner.formula.term, at), powersOf(figure.unit));
      const fewer = enough(part, shows(x, extra));
      if (fewer !== null) middle = `${written(part, fewer)} = `;
    }
    return `with ${x.cell} = ${middle}${shownNumber(x, extra)}`;
  });
}

// How a place was found: "= min(3.0, 2.0) = 2.0, at Tape".
function search(steps, t, at) {
  if (t[0] === "where") return search(steps, steps.branch(t, at), at);
  const { formula } = steps;
  const place = formula.value(t, at);
  if (!t[0].startsWith("where_") || place === null) return [];
  const { computed, natural, planned } = arithmeticOf(formula.workings.atoms);
  const [op, x, axis] = t;
  const [places, terms] = steps.terms(t, at);
  const node = planned(done(op === "where_least" ? "min" : "max", ...terms), natural(terms[0]));
  const best = places.findIndex((p) => p[axis] === place);
  const values = places.map((p) => formula.value(x, p));
  const ties = values.map((v) => !floats.more(v, values[best]) && !floats.more(values[best], v));
  const isSeen = (digits) => {
    const printed = node.parts.map(([, part]) => computed(part, digits));
    return printed.every((v, k) => equals(v, printed[best]) === ties[k]);
  };
  const names = cells(node).map((n) => n.cell);
  const tries = floats.each(MOST_DIGITS, (extra) => Object.fromEntries(names.map((n) => [n, extra])));
  const digits = tries.find(isSeen) ?? tries.at(-1);
  const found = `${written(node.parts[best][1], digits)}, at ${steps.place(axis, place)}`;
  return [terms.length > 1 ? `= ${written(node, digits)} = ${found}` : `= ${found}`];
}

// The formula in the names of its figures, of branches only those taken.
function formulaText(steps, at) {
  const { formula } = steps;
  const words = Object.fromEntries((formula.figure.words ?? []).map((word, n) => [n, word.replace(/\{(\w+)\}/g, "$1")]));
  const names = { ...steps.names(at), "...": "...", ...words };
  return text(taken(formula, formula.term, at, Boolean(formula.figure.words)), names)
    .replace(/round (up|down)/g, `round${GLUE}$1`)
    .replace(/ ([+−×/]) /g, ` $1${GLUE}`)
    .replace(/\([^()]*\)/g, (said) => inBrackets(said.slice(1, -1)));
}

function taken(formula, t, at, inWords) {
  const [op, ...a] = t;
  if (op === "where") {
    const branch = a[formula.value(a[0], at) ? 1 : 2];
    if (branch[0] !== "num") return taken(formula, branch, at, inWords);
    return ["where", a[0], ...a.slice(1).map((x) => said(x, inWords))];
  }
  if (op === "along") return taken(formula, Object.values(a[1])[at[a[0]]], at, false);
  if (isOverAxis(op) || isAlongAxis(op) || op === "renamed" || op === "at") return t;
  return [op, ...a.map((x) => (Array.isArray(x) ? taken(formula, x, at, false) : x))];
}

function said(x, inWords) {
  if (x[0] !== "num" && x[0] !== "arg") return ["arg", "..."];
  return inWords && x[0] === "num" ? ["arg", String(x[1])] : x;
}
