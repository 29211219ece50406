// Grade an answer: right, wrong with its cause, or asked again. The twin of checks/drill/grade.py,
// down to the words.
import { general } from "../exact.js";
import { AnswerError, Exact, WithinPercent, findUnit, readAnswer, toleranceOf } from "./answers.js";
import { fill, shownKey } from "./draw.js";
import { ExpressionError, equivalent, parse } from "./expressions.js";
import { compare, minus, over, power, size, times } from "./fraction.js";

const LEVELS = ["mid", "senior", "staff"];
const ONE = [1n, 1n];
// How well an explanation fits a wrong number: not at all, perhaps, in its ratio, in its digits.
const [NOT, PERHAPS, IN_RATIO, IN_DIGITS] = [0, 1, 2, 3];
const RATIO = new WithinPercent([1n, 10n]);
const NEAR = new WithinPercent([1n, 1n]);

function verdict(outcome, says, more = {}) {
  return { outcome, says, causes: [], share: 0, ...more };
}

// The verdict that asks once more; what a reader typed stands in `why` in quotes.
function again(why) {
  const first = String.fromCodePoint(why.codePointAt(0));
  const sentence = first.toUpperCase() + why.slice(first.length) + (why.endsWith(".") ? "" : ".");
  return verdict("again", [sentence]);
}

// ---- numbers

export function gradeNumber(asked, text) {
  const { question, key } = asked;
  const tolerance = toleranceOf(question.tolerance);
  let reading;
  try {
    reading = readAnswer(text, question.unit);
  } catch (error) {
    if (error instanceof AnswerError) return again(error.message);
    throw error;
  }
  if (reading.kind !== "Answer") return again(reading.tell);
  const { typed, unit } = reading;
  if (tolerance.accepts(typed.number, key, unit.size)) return verdict("right", [`Right: ${shownKey(asked)}.`]);
  // In a count that is asked for exactly, the zeros at its end are digits.
  const isCount = tolerance instanceof Exact;
  if (typed.agrees(key, isCount) >= 2) return again(`too coarse: give more digits (graded ${tolerance.tell()})`);
  const [causes, said] = diagnosis(asked, typed, isCount);
  return verdict("wrong", ["Not right.", said], { causes });
}

// [which of the drawn wrongs a wrong answer is, the nearest first; what is said].
function diagnosis({ question, key, wrongs }, typed, isCount) {
  const fits = wrongs.map((w) => fit(typed, w.value, key, isCount));
  const best = Math.max(NOT, ...fits);
  const ratio = over(typed.number, key);
  const isLarge = compare(ratio, ONE) > 0;
  const slips = [];
  if (ratio[0] > 0n && best < IN_DIGITS && !typed.isGuess) {
    for (const [factor, what] of slipsOf(findUnit(question.unit).dimension)) {
      const value = isLarge ? times(key, factor) : over(key, factor);
      const how = fit(typed, value, key, isCount);
      // A few per cent can be anything: so small a factor has to be met in every way.
      const isSure = how > PERHAPS && RATIO.accepts(typed.number, value);
      if ((how === IN_DIGITS && isSure) || compare(factor, whole(2)) >= 0) slips.push([how, isSure, what]);
    }
  }
  const bestSlip = Math.max(NOT, ...slips.map(([how]) => how));
  if (best && best >= bestSlip) {
    const away = (i) => size(minus(wrongs[i].value, typed.number));
    const causes = wrongs.map((_, i) => i).filter((i) => fits[i] === best).sort((a, b) => compare(away(a), away(b)) || a - b);
    const told = [...new Set(causes.map((i) => wrongs[i].cause))].join(" Or: ");
    const areMet = causes.every((i) => RATIO.accepts(typed.number, wrongs[i].value));
    return [causes, best > PERHAPS && areMet ? told : `Perhaps: ${told}`];
  }
  const side = (isLarge ? "large" : "small") + (key[0] < 0n ? " in size" : "");
  if (bestSlip) {
    const [, isSure, what] = slips.find(([how]) => how === bestSlip);
    return [[], `Your answer is too ${side}: ${isSure ? "" : "perhaps "}${what}.`];
  }
  if (ratio[0] <= 0n) return [[], ratio[0] ? "Its sign is wrong." : "It is not zero."];
  return [[], `Your answer is ${howFar(isLarge ? ratio : over(ONE, ratio), side)}.`];
}

// How well a wrong answer fits `value`, which an explanation of it gives.
function fit(typed, value, key, isCount) {
  const digits = typed.agrees(value, isCount);
  if (digits >= 3) return IN_DIGITS;
  if (RATIO.accepts(typed.number, value) && !RATIO.accepts(typed.number, key)) return IN_RATIO;
  const isNear = digits >= 2 || NEAR.accepts(typed.number, value);
  return isNear && !typed.isGuess ? PERHAPS : NOT;
}

const whole = (n) => [BigInt(n), 1n];

// [factor, what is said] of the slips that happen with numbers of any question.
function slipsOf(dimension) {
  const factors = [
    [whole(10 ** 3), "a prefix slipped by a factor of a thousand"],
    [whole(10 ** 6), "a prefix slipped by a factor of a million"],
    [whole(10 ** 9), "a prefix slipped by a factor of a billion"],
    [whole(10), "a factor of ten is off"],
    [whole(100), "a factor of a hundred is off"],
    [whole(2), "a factor of two is off"],
  ];
  if (dimension[0]) {
    const mixed = "powers of 1,000 and of 1,024 are mixed up";
    factors.push([whole(8), "bits and bytes are mixed up"]);
    factors.push(...[1, 2, 3, 4].map((k) => [power([128n, 125n], k), mixed]));
  }
  if (dimension[1]) {
    factors.push([whole(60), "seconds and minutes, or minutes and hours, are mixed up"]);
    factors.push([whole(3600), "seconds and hours are mixed up"]);
  }
  return factors;
}

// In words, how many times too large or too small an answer is.
function howFar(off, side) {
  if (compare(off, [3n, 2n]) < 0) return `a little too ${side}`;
  if (compare(off, whole(10)) < 0) return `too ${side}, by less than a factor of ten`;
  return `too ${side}, by a factor of ${compare(off, whole(1000)) < 0 ? "ten" : "a thousand"} or more`;
}

// ---- formulas

export function gradeFormula(asked, text) {
  const { question, seed } = asked;
  let steps;
  try {
    steps = parse(text, question.symbols.map((s) => s.letter));
  } catch (error) {
    if (error instanceof ExpressionError) return again(error.message);
    throw error;
  }
  const ranges = question.symbols.map((s) => [s.letter, s.low, s.high]);
  const found = equivalent(steps, question.formula, ranges, seed);
  if (found.same) return verdict("right", ["Right."]);
  const causes = question.mistakes.map((_, i) => i).filter((i) => isSame(steps, question.mistakes[i].wrong, ranges, seed));
  const told = causes.map((i) => fill(asked, question.mistakes[i].cause));
  return verdict("wrong", ["Not right.", told.length ? told.join(" Or: ") : counterexample(found)], { causes });
}

function isSame(steps, formula, ranges, seed) {
  try {
    return equivalent(steps, formula, ranges, seed).same;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

function counterexample({ differsAt, theirs, ours }) {
  const point = [...differsAt].map(([name, value]) => `${name} = ${short(value)}`).join(", ");
  const said = Number.isNaN(theirs) ? "has no value" : `gives ${short(theirs)}`;
  return `At ${point} yours ${said}, the right one gives ${short(ours)}.`;
}

// What Python's format(x, ".4g") writes.
function short(x) {
  return general(x, 4);
}

// ---- picked from what is shown

export function gradeChoice(asked, picked) {
  const { question, order } = asked;
  if (!(picked >= 0 && picked < order.length)) return again(`pick one of the ${order.length} options`);
  const option = question.options[order[picked]];
  const why = fill(asked, option.why);
  return verdict(option.right ? "right" : "wrong", [option.right ? "Right." : "Not right.", why]);
}

export function gradeOrder(asked, picked) {
  const { question } = asked;
  const n = question.items.length;
  if (picked.length !== n || new Set(picked).size !== n || picked.some((p) => !(p >= 0 && p < n))) {
    return again("name each item once");
  }
  const order = picked.map((p) => asked.order[p]);
  const place = order.findIndex((item, i) => item !== i);
  if (place < 0) return verdict("right", ["Right.", fill(asked, question.why)]);
  const item = fill(asked, question.items[order[place]]);
  const said = place ? `Up to here it is right; then this comes too early: ${item}` : `This does not come first: ${item}`;
  return verdict("wrong", ["Not right.", said]);
}

export function gradeFindMistake(asked, picked) {
  const { question } = asked;
  if (!(picked >= 0 && picked < question.lines.length)) return again(`pick one of the ${question.lines.length} lines`);
  if (picked === question.wrong) return verdict("right", ["Right.", fill(asked, question.why)]);
  const of = picked ? "what stands above it" : "the question";
  return verdict("wrong", ["Not right.", `Line ${picked + 1} is no mistake of its own: it follows from ${of}.`]);
}

export function gradeOpen(asked, met) {
  const { points } = asked.question;
  const kept = new Set([...met].filter((i) => i >= 0 && i < points.length));
  let reached = "";
  for (const level of LEVELS) {
    if (!points.every((point, i) => point.level !== level || kept.has(i))) break;
    reached = level;
  }
  const said = reached ? `All points up to ${reached}.` : "Not yet all points of a mid level.";
  const share = kept.size / points.length;
  return verdict(reached ? "right" : "wrong", [`${kept.size} of ${points.length} points.`, said], { share });
}

// Judge an answer of any kind: a text, an index, a list of indices.
export function grade(asked, answer) {
  const judges = {
    number: gradeNumber, formula: gradeFormula, choice: gradeChoice, order: gradeOrder,
    mistake: gradeFindMistake, open: gradeOpen,
  };
  return judges[asked.question.kind](asked, answer);
}

