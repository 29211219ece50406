// Numbers to know: the sum in the head, how far it is off, and where a verdict turns. The twin of
// checks/faces/whiteboard.py, where both are explained.
import { holds } from "./claims.js";
import { rounded, withUnit } from "./exact.js";
import { FigureError, cellName, figureOf, find, pick, settingIn, valueWith } from "./graph.js";
import { interpreter } from "./working/interpret.js";
import { text } from "./working/text.js";

const RESULT_DIGITS = 2;
const [STEPS, HALVINGS] = [32, 60];
const LARGE = [[1e12, "trillion"], [1e9, "billion"], [1e6, "million"]];
const NEVER = "nowhere in its range";

// A value to so many significant digits of a figure's unit, and how that is written.
function taken(value, { num, den, unit }, digits) {
  const large = num === den && LARGE.find(([least]) => Math.abs(value) >= least);
  const [worth, scale] = large ? [large[0], ` ${large[1]}`] : [Number(num) / Number(den), ""];
  const short = Number((value / worth).toPrecision(digits));
  let places = short ? Math.max(0, digits - 1 - Number(short.toExponential().split("e")[1])) : 0;
  while (places && Number(short.toFixed(places - 1)) === short) places -= 1;
  const written = rounded(short, "1", "1", places) + scale;
  return [short * worth, withUnit(written, unit)];
}

// A term with numbers in place of its arguments.
function put(t, numbers) {
  if (!Array.isArray(t)) return t;
  return t[0] === "arg" ? ["num", numbers[t[1]]] : t.map((part) => put(part, numbers));
}

// The sum in the head for a figure: "16 × 70 ≈ 1,100, 2% too low".
export function route(model, { figure: name, digits, term, wires }, values) {
  const [shown, numbers] = [{}, {}];
  for (const [argument, wire] of Object.entries(wires)) {
    const value = interpreter(model, { x: wire }, values).value(["arg", "x"], {});
    [numbers[argument], shown[argument]] = taken(value, figureOf(model, wire[1]), digits);
  }
  const result = interpreter(model, {}, values).value(put(term, numbers), {});
  const [figure, index] = find(model, name);
  const [back, written] = taken(result, figure, RESULT_DIGITS);
  return `${text(term, shown)} ≈ ${written}, ${off(back, pick(values[figure.name], index))}`;
}

// How far a number is from the true one: "exact to three digits", "2% too high".
function off(found, right) {
  if (!right) return right === found ? "exact" : "of nothing";
  const error = found / right - 1;
  if (Math.abs(error) < 0.0005) return "exact to three digits";
  const size = rounded(Math.abs(error), "1", "100", Math.abs(error) >= 0.0095 ? 0 : 1);
  return `${size}% too ${error > 0 ? "high" : "low"}`;
}

// The value of the given `by` nearest to its present one at which a condition changes.
export function turn(model, { term, wires, by }, settings, values) {
  const [given, index] = find(model, by);
  const name = cellName(model, given, index);
  const { now, low, high } = settingIn(model, given, index, settings);
  const at = (value) => {
    const other = valueWith(model, values, { ...settings, [name]: value });
    return other && holds(model, { term, wires }, other);
  };
  const found = [low, high].map((end) => firstTurn(at, now, end, given.integer)).filter((x) => x !== null);
  if (!found.length) return NEVER;
  const far = (x) => (now > 0 && x > 0 ? Math.abs(Math.log(x / now)) : Math.abs(x - now));
  const nearest = found.reduce((one, other) => (far(other) < far(one) ? other : one));
  const base = (nearest * Number(given.num)) / Number(given.den);
  if (given.integer) return withUnit(rounded(base, given.num, given.den, 0), given.unit);
  return taken(base, given, 3)[1];
}

function firstTurn(at, now, end, whole) {
  const present = at(now);
  let near = now;
  for (let k = 1; k <= STEPS; k += 1) {
    const far = onTheWay(now, end, k / STEPS, whole);
    const state = at(far);
    if (state === null) return null;
    if (state !== present) return halved(at, near, far, whole);
    near = far;
  }
  return null;
}

function halved(at, near, far, whole) {
  const present = at(near);
  for (let k = 0; k < HALVINGS; k += 1) {
    const middle = onTheWay(near, far, 0.5, whole);
    if (middle === near || middle === far) break;
    if (at(middle) === present) near = middle;
    else far = middle;
  }
  return far;
}

function onTheWay(one, other, share, whole) {
  if (share === 1) return other;
  const equal = one > 0 && other > 0 ? one * (other / one) ** share : one + (other - one) * share;
  return whole ? Math.floor(equal + 0.5) : equal;
}

// The sums and turning points of the page, each a drawing that is made anew when it is looked at.
export function boardsIn(root, chapters) {
  const all = [...root.querySelectorAll("[data-board], [data-flip]")].map((element) => {
    const isFlip = "flip" in element.dataset;
    const data = JSON.parse(isFlip ? element.dataset.flip : element.dataset.board);
    return { element, isFlip, data, seen: null };
  });
  return all.filter(({ data }) => chapters[data.slug]);
}

// Write the next one that is not of the present values; false where there is none left.
export function writeNext(boards, chapters) {
  const isStale = ({ data, seen }) => {
    const { values, base } = chapters[data.slug];
    return (seen ?? base) !== values;
  };
  const it = boards.find(isStale);
  if (!it) return false;
  const { model, settings, values } = chapters[it.data.slug];
  it.seen = values;
  try {
    it.element.textContent = it.isFlip ? turn(model, it.data, settings, values) : route(model, it.data, values);
  } catch (error) {
    if (!(error instanceof FigureError)) it.element.textContent = "—"; // it needs what is absent here
    else throw error;
  }
  return true;
}
