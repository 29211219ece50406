// Grade an answer: right, wrong with its cause, or asked again. The twin of checks/quiz/grade.py,
// down to the words.
import { general } from "../exact.js";
import { AnswerError, Exact, OrderOfMagnitude, SignificantDigits, WithinPercent, findUnit, readAnswer } from "./answers.js";
import { fill, shownKey } from "./draw.js";
import { ExpressionError, equivalent, parse } from "./expressions.js";
import { compare, fraction, minus, over, power, size, times } from "./fraction.js";

const LEVELS = ["mid", "senior", "staff"];
const ONE = [1n, 1n];
const CLOSE = new WithinPercent([2n, 1n]);
const DIGITS = new SignificantDigits(3);
const HALF_A_PERCENT = new WithinPercent([1n, 2n]);

function verdict(outcome, says, more = {}) {
  return { outcome, says, causes: [], share: 0, ...more };
}

function again(why) {
  const first = String.fromCodePoint(why.codePointAt(0));
  const sentence = first.toUpperCase() + why.slice(first.length) + (why.endsWith(".") ? "" : ".");
  return verdict("again", [sentence]);
}

// The tolerance that a question declares.
export function toleranceOf({ kind, count, ratio }) {
  if (kind === "exact") return new Exact();
  if (kind === "digits") return new SignificantDigits(count);
  const amount = fraction(BigInt(ratio[0]), BigInt(ratio[1]));
  return kind === "percent" ? new WithinPercent(amount) : new OrderOfMagnitude(amount);
}

// ---- numbers

export function gradeNumber(asked, text) {
  const { question, key, wrongs } = asked;
  const tolerance = toleranceOf(question.tolerance);
  let reading;
  try {
    reading = readAnswer(text, question.unit);
  } catch (error) {
    if (error instanceof AnswerError) return again(error.message);
    throw error;
  }
  if (reading.kind !== "Answer") return again(reading.tell);
  const { value, unit } = reading;
  if (tolerance.accepts(value, key, unit.size)) return verdict("right", [`Right: ${shownKey(asked)}.`]);
  const causes = causesOf(asked, tolerance, value, unit.size);
  const told = causes.length ? causes.map((i) => wrongs[i].cause) : [slip(asked, value)];
  return verdict("wrong", ["Not right.", [...new Set(told)].join(" Or: ")], { causes });
}

// Which of the drawn wrongs an answer is, the nearest first.
function causesOf({ wrongs }, tolerance, answer, unitSize) {
  const test = diagnosisTolerance(tolerance);
  const hits = wrongs.map((_, i) => i).filter((i) => test.accepts(answer, wrongs[i].value, unitSize));
  const away = (i) => size(minus(wrongs[i].value, answer));
  return hits.sort((a, b) => compare(away(a), away(b)) || a - b);
}

function diagnosisTolerance(tolerance) {
  if (tolerance instanceof SignificantDigits) return tolerance;
  if (tolerance instanceof WithinPercent && compare(tolerance.percent, CLOSE.percent) <= 0) return tolerance;
  return tolerance instanceof Exact ? DIGITS : CLOSE;
}

// What a wrong answer that no declared mistake explains has to do with the key.
function slip({ question, key }, answer) {
  if (answer[0] === 0n) return "It is not zero.";
  const ratio = over(answer, key);
  if (ratio[0] < 0n) return "Its sign is wrong.";
  const off = compare(ratio, ONE) > 0 ? ratio : over(ONE, ratio);
  for (const [factor, what] of factorsFor(findUnit(question.unit).dimension)) {
    if (HALF_A_PERCENT.accepts(off, factor)) return `Your answer is ${howFar(ratio)}: ${what}.`;
  }
  return `Your answer is ${howFar(ratio)}.`;
}

const whole = (n) => [BigInt(n), 1n];
const powers = (base, ks, what) => ks.map((k) => [power(base, k), what]);

function factorsFor(dimension) {
  const factors = [
    ...powers(whole(1000), [1, 2, 3], "a prefix slipped by a factor of 1,000"),
    [whole(10), "a factor of ten is lost"],
    [whole(100), "two places are lost"],
    [whole(2), "a factor of two is off"],
  ];
  if (dimension[0]) {
    factors.push([whole(8), "bits and bytes are mixed up"]);
    factors.push(...powers([128n, 125n], [1, 2, 3, 4], "powers of 1,000 and of 1,024 are mixed up"));
  }
  if (dimension[1]) {
    factors.push([whole(60), "seconds and minutes, or minutes and hours, are mixed up"]);
    factors.push([whole(3600), "seconds and hours are mixed up"]);
  }
  return factors;
}

// How many times too large or too small an answer is, in words.
function howFar(ratio) {
  const isLarge = compare(ratio, ONE) > 0;
  const off = isLarge ? ratio : over(ONE, ratio);
  const word = isLarge ? "large" : "small";
  if (compare(off, [3n, 2n]) < 0) return `${decimal(times(minus(off, ONE), whole(100)), 1)}% too ${word}`;
  return `${decimal(off, compare(off, whole(10)) < 0 ? 2 : 0)} times too ${word}`;
}

// A positive fraction written with `places` decimals, more where fewer than two digits would be
// left; rounded half away from zero, thousands separated.
function decimal([num, den], places) {
  if (num === 0n) return "0";
  let count = places;
  while (num * 10n ** BigInt(count) < 10n * den && den !== 1n && count < 30) count += 1;
  const scale = 10n ** BigInt(count);
  const digits = (2n * num * scale + den) / (2n * den);
  const part = count ? `.${(digits % scale).toString().padStart(count, "0")}` : "";
  return (digits / scale).toString().replace(/\B(?=(\d{3})+$)/g, ",") + part;
}

// ---- formulas

export function gradeFormula(asked, text) {
  const { model, question, seed, values } = asked;
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
  const told = causes.map((i) => fill(model, question.mistakes[i].cause, values));
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
  const { model, question, order, values } = asked;
  if (!(picked >= 0 && picked < order.length)) return again(`pick one of the ${order.length} options`);
  const option = question.options[order[picked]];
  const why = fill(model, option.why, values);
  return verdict(option.right ? "right" : "wrong", [option.right ? "Right." : "Not right.", why]);
}

export function gradeOrder(asked, picked) {
  const { model, question, values } = asked;
  const n = question.items.length;
  if (picked.length !== n || new Set(picked).size !== n || picked.some((p) => !(p >= 0 && p < n))) {
    return again("name each item once");
  }
  const order = picked.map((p) => asked.order[p]);
  const place = order.findIndex((item, i) => item !== i);
  if (place < 0) return verdict("right", ["Right.", fill(model, question.why, values)]);
  const item = fill(model, question.items[order[place]], values);
  const said = place ? `Up to here it is right; then this comes too early: ${item}` : `This does not come first: ${item}`;
  return verdict("wrong", ["Not right.", said]);
}

export function gradeFindMistake(asked, picked) {
  const { model, question, values } = asked;
  if (!(picked >= 0 && picked < question.lines.length)) return again(`pick one of the ${question.lines.length} lines`);
  if (picked === question.wrong) return verdict("right", ["Right.", fill(model, question.why, values)]);
  const why = picked < question.wrong ? "follows from the lines above" : "follows from its line above";
  return verdict("wrong", ["Not right.", `Line ${picked + 1} is no mistake of its own: it ${why}.`]);
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

