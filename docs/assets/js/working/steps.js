// What a person would compute of a formula at one cell: the twin of checks/faces/steps.py.
import { general } from "../exact.js";
import { called as calledIn, cellName, figureOf, find, placeLabel, shown } from "../graph.js";
import { arithmeticOf, done, isNumber, isValue, number, PURE, shownNumber } from "./arithmetic.js";
import { add, fraction, minus, times, written, ZERO } from "./fractions.js";
import { COMPARISONS, isAlongAxis, isOverAxis, renamed } from "./interpret.js";
import { text } from "./text.js";

const SAID = {
  "<": ["is at least", "is less than"], "<=": ["is more than", "is at most"],
  ">": ["is at most", "is more than"], ">=": ["is less than", "is at least"],
};
const CONDITIONS = [...COMPARISONS, "all_of", "any_of", "no", "same", "found"];
const LONG_LABEL = 40;
const PLURAL = /(?<!^1)[\u00a0 ]\w\w[\w-]*s$/;

export function literal(value, decided = false) {
  if (typeof value === "string") {
    const [n, d] = value.split("/").map(BigInt);
    return number(fraction(n, d), { decided });
  }
  return number(typeof value === "object" ? value : written(Number(value)), { decided });
}

export const unitOf = (figure) => ({ name: figure.unit, worth: fraction(BigInt(figure.num), BigInt(figure.den)) });

const isNothing = (e) => isNumber(e) && e.decided && !e.isVerdict && isValue(e, 0);
const sum = (parts) => (parts.length === 1 ? parts[0] : done("+", ...parts));
const exact = (x) => (typeof x.value === "number" ? written(x.value) : x.value);

// An operation without what a decision made idle: a factor of 1, an addend of 0.
function joined(op, parts) {
  const decided = parts.map((p) => isNumber(p) && p.decided);
  const isPlain = parts.every((p) => isNumber(p) && (p.decided || !p.cell) && !p.text);
  if (decided.some(Boolean) && isPlain && ["+", "-", "*", "neg"].includes(op)) {
    const x = parts.map(exact);
    const results = { neg: () => minus(x[0]), "+": () => x.reduce(add), "-": () => add(x[0], minus(x.at(-1))),
      "*": () => times(x[0], x.at(-1)) };
    return literal(results[op](), true);
  }
  if (op === "*") {
    for (const i of [0, 1]) {
      if (decided[i] && isValue(parts[i], 0)) return literal(ZERO, true);
      if (decided[i] && isValue(parts[i], 1)) return parts[1 - i];
    }
  }
  if (op === "/" && isNothing(parts[0])) return literal(ZERO, true);
  if (op === "/" && decided[1] && isValue(parts[1], 1)) return parts[0];
  if ((op === "+" || op === "-") && isNothing(parts[1])) return parts[0];
  if (op === "+" && isNothing(parts[0])) return parts[1];
  if (op === "-" && isNothing(parts[0])) return done("neg", parts[1]);
  const name = { maximum: "max", minimum: "min" }[op];
  if (name) {
    const flat = parts.flatMap((p) => (p.op === name ? p.args : [p]));
    return flat.length === 1 ? flat[0] : done(name, ...flat);
  }
  return done(op, ...parts);
}

export function stepsOf(formula) {
  const { model, workings, values } = formula;
  const { natural, toldApart } = arithmeticOf(workings.atoms);
  const [reasons, remarks] = [[], []];
  // Inside an operation over an axis: the conditions met, where each held and where not.
  let held = null;

  function note(reason) {
    for (const part of reason.split("; ")) if (part && !reasons.includes(part)) reasons.push(part);
  }

  function remark(said) {
    if (!remarks.includes(said)) remarks.push(said);
  }

  function see(t, at) {
    const [op, ...a] = t;
    if (op === "arg") return argument(t, at);
    if (op === "num") return literal(a[0]);
    if (op === "pi") return number(written(Math.PI), { text: "π" });
    if (CONDITIONS.includes(op)) {
      const holds = formula.value(t, at);
      note(words(t, at));
      return literal(holds ? 1 : 0, true);
    }
    if (op === "where") {
      const taken = see(branch(t, at), at);
      return isNumber(taken) && !taken.cell ? literal(exact(taken), true) : taken;
    }
    if (op === "along") return see(Object.values(a[1])[at[a[0]]], at);
    if (op === "renamed") return see(a[0], renamed(at, a[1]));
    if (op === "at") {
      const found = formula.value(a[2], at);
      remark(`looked up at ${place(a[1], found)}`);
      return see(a[0], { ...at, [a[1]]: found });
    }
    if (isOverAxis(op) || isAlongAxis(op)) return overAxis(t, at);
    const first = see(a[0], at);
    if ((op === "*" || op === "/") && isNothing(first)) return first;
    return joined(op, [first, ...a.slice(1).map((x) => see(x, at))]);
  }

  function branch([, condition, then, other], at) {
    const holds = Boolean(formula.value(condition, at));
    if (held === null) note(words(condition, at));
    else hold(condition, at, holds);
    return holds ? then : other;
  }

  function hold(condition, at, holds) {
    if (!held.has(condition)) held.set(condition, []);
    held.get(condition).push([at, holds]);
  }

  function argument(t, at) {
    const wire = formula.wires[t[1]];
    const source = formula.placeOf(wire, at);
    if (!source) {
      const unit = wire[0] === "places" ? PURE : unitOf(figureOf(model, wire[1]));
      return { ...literal(formula.own(wire, at)), unit };
    }
    const figure = figureOf(model, source.name);
    const value = formula.stored(source);
    const cell = cellName(model, figure, source.index);
    const isVerdict = Boolean(figure.words);
    if (isVerdict && held === null) note(`${nameOf(t[1], at)} is ${general(value)} (${shown(model, cell, values)})`);
    else if (isVerdict) hold(t, at, Boolean(value));
    return number(value, {
      unit: unitOf(figure), places: figure.places, cell, isGiven: !(source.name in model.derived),
      decided: isVerdict, isVerdict,
    });
  }

  function overAxis(t, at) {
    const [op, x, axis] = t;
    if (op === "count") {
      const places = formula.places(axis, at).filter((p) => formula.value(x, p));
      const all = formula.length(axis);
      remark(places.length ? `${places.length} of ${all}: ${listed(axis, places)}` : `none of ${all}`);
      return literal(places.length);
    }
    if (op === "rank" || op === "nth") {
      const isRank = op === "rank";
      const chosen = chosenOf(t, at);
      const order = chosen.map((p) => shownAt(x, p)).sort(([v, s], [w, u]) => v - w || (s < u ? -1 : 1));
      if (isRank) order.reverse();
      remark(`from the ${isRank ? "largest" : "smallest"}: ${order.map(([, said]) => said).join(", ")}`);
      const value = formula.value(t, at);
      return isRank ? literal(value) : see(x, chosen.find((p) => formula.value(x, p) === value));
    }
    const [places, found] = terms(t, at);
    if (op === "most" || op === "least") return joined(op === "most" ? "maximum" : "minimum", found);
    if (op === "softmax") {
      const here = places.findIndex((p) => p[axis] === at[axis]);
      if (here < 0) return literal(ZERO, true);
      const powers = found.map((e) => done("exp", e));
      return done("/", powers[here], sum(powers));
    }
    const kept = found.filter((e) => !isNothing(e));
    const whole = sum(kept.length ? kept : [literal(ZERO, !found.length)]);
    return op === "mean" && found.length > 1 ? done("/", whole, literal(found.length)) : whole;
  }

  // Where an operation over an axis looks, with a remark on what it leaves out.
  function chosenOf(t, at) {
    const [, , axis] = t;
    const places = formula.chosen(t, at);
    if (places.length < formula.length(axis)) remark(places.length ? `over ${listed(axis, places)} only` : "over nothing");
    return places;
  }

  // The places of an operation over an axis, and what stands at each of them.
  function terms(t, at) {
    const [, x, axis] = t;
    const places = chosenOf(t, at);
    if (held !== null) return [places, places.map((p) => see(x, p))];
    held = new Map();
    const found = places.map((p) => see(x, p));
    const mine = held;
    held = null;
    for (const [condition, met] of mine) {
      const said = text(condition, names(met[0][0]));
      const [yes, no] = [true, false].map((which) => met.filter(([, h]) => h === which).map(([p]) => p));
      if (!yes.length || !no.length) remark(`${said}: at ${yes.length ? "every" : "no"} place`);
      else remark(`${said}: at ${listed(axis, yes)}, not at ${listed(axis, no)}`);
    }
    return [places, found];
  }

  function shownAt(x, at) {
    const value = formula.value(x, at);
    const seen = stepsOf(formula).see(x, at);
    if (isNumber(seen)) return [value, shownNumber(seen)];
    const units = [...natural(seen).keys()];
    const unit = units.length === 1 ? { name: units[0], worth: workings.atoms[units[0]].worth } : PURE;
    return [value, shownNumber(number(value, { unit, places: formula.figure.places, cell: formula.figure.name }))];
  }

  // -- names and words

  const names = (at) => Object.fromEntries(Object.keys(formula.wires).map((a) => [a, nameOf(a, at)]));

  function nameOf(argument, at) {
    const [kind, name, more, start] = formula.wires[argument];
    if (kind === "places") return name;
    if (kind === "before") {
      if (at[more] === 0) return typeof start === "string" ? start : general(start);
      return `${name}[${more} − 1]`;
    }
    const places = Object.entries(more).map(([axis, i]) => `${axis}=${i < 0 ? "last" : model.axes[axis].keys[i]}`);
    return places.length ? `${name}[${places.join(", ")}]` : name;
  }

  const place = (axis, i) => (i === null ? "none" : listed(axis, [{ [axis]: i }]));

  function listed(axis, places) {
    let labels = [...new Set(places.map((p) => placeLabel(model, axis, p[axis], values)))];
    if (labels.length > 8) labels = [...labels.slice(0, 3), "...", labels.at(-1)];
    return /^\p{L}/u.test(labels[0]) ? labels.join(", ") : `${model.axes[axis].noun || axis} ${labels.join(", ")}`;
  }

  function words(t, at) {
    const [op, ...a] = t;
    if (COMPARISONS.includes(op)) return compared(t, at);
    if (op === "all_of" || op === "any_of") {
      const decides = op === "any_of";
      const met = [];
      for (const c of a) {
        const holds = Boolean(formula.value(c, at));
        met.push([c, holds]);
        if (holds === decides) break;
      }
      const alone = met.filter(([, h]) => h === decides);
      return (alone.length ? alone : met).map(([c]) => words(c, at)).filter(Boolean).join("; ");
    }
    if (op === "no") return words(a[0], at);
    if (op === "same") {
      const [one, other] = a.map((x) => named(x, at));
      return formula.value(t, at) ? `both are ${one}` : `${one} is not ${other}`;
    }
    if (op === "found") return `${text(a[0], names(at))} is ${named(a[0], at)}`;
    const inner = stepsOf(formula);
    const seen = inner.see(t, at);
    if (["where", "at", "renamed", "along"].includes(op) || inner.reasons.length) return inner.reasons.join("; ");
    const value = formula.value(t, at);
    return `${called(seen, toldApart(seen, literal(0), "", true)[0], value)} is ${value ? "not " : ""}0`;
  }

  const named = (x, at) => place(axisOf(x), formula.value(x, at));

  // The axis of which this is a place; of a number "".
  function axisOf(x) {
    if (x[0] === "arg") {
      const [kind, name, numbers] = formula.wires[x[1]];
      if (kind === "places") return numbers ? "" : name;
      return model.derived[name]?.place ?? "";
    }
    if (x[0].startsWith("where_")) return x[2];
    if (x[0] === "renamed") {
      const axis = axisOf(x[1]);
      return x[2][axis] ?? axis;
    }
    if (x[0] === "at") return axisOf(x[1]);
    return x[0] === "where" ? axisOf(x[2]) : "";
  }

  function compared(t, at) {
    const [op, ...a] = t;
    const holds = Boolean(formula.value(t, at));
    let said = SAID[op][Number(holds)];
    if (axisOf(a[0])) {
      const [one, other] = a.map((x) => named(x, at));
      return `${one} ${said.replace("less than", "before").replace("more than", "after")} ${other}`;
    }
    const inner = stepsOf(formula);
    const sides = a.map((x) => inner.see(x, at));
    if (sides.some((s) => isNumber(s) && s.decided)) return inner.reasons.join("; ");
    const written = toldApart(...sides, op, holds);
    const [one, other] = sides.map((s, k) => called(s, written[k], formula.value(a[k], at)));
    if (PLURAL.test(one)) said = said.replace(/^is/, "are");
    return [...inner.reasons, `${one} ${said} ${other}`].join("; ");
  }

  // A side of a comparison: with its label where it is a bare number; of what is long, the value.
  function called(e, said, value) {
    if (!isNumber(e)) return said.length <= LONG_LABEL ? said : general(value, 4).replace("-", "−");
    if (!e.cell || e.unit.name) return said;
    const label = calledIn(model, e.cell, formula.values);
    return `${label.length <= LONG_LABEL ? label : e.cell} (${said})`;
  }

  return { formula, reasons, remarks, see, branch, terms, names, place };
}

const parts = ([, ...a]) => a.flatMap((x) => (Array.isArray(x) ? [x] : x && typeof x === "object" ? Object.values(x) : []))
  .filter(Array.isArray);

