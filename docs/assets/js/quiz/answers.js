// Read a typed answer as an exact number with a unit, and judge how close it is: the twin of
// checks/drill/answers.py, down to the words. The units come from there too (assets/quiz/units.js
// is generated). A text is scanned once from left to right.

import { general, nearestDouble } from "../exact.js";
import { units } from "../../quiz/units.js";
import { asFraction, compare, fraction, minus, over, power, size, times, written } from "./fraction.js";
import { plain } from "./plain_text.js";
import { codePoints, quoted, split, strip, stripEnd } from "./python_text.js";

const LONGEST = 200;
const LARGEST_EXPONENT = 99;
const DIGITS = "0123456789";
const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";
const GROUPING = ", _'";
// Other ways to type the characters that the grammar knows, beside those of plain_text.
const ALIASES = new Map([["\u03bc", "\u00b5"], ["⋅", "·"], ["∙", "·"], ["’", "'"]]);

const ONE = [1n, 1n];
const TEN = [10n, 1n];
const ZERO = [0n, 1n];

// An answer that cannot be read as one number with one unit; the message says why.
export class AnswerError extends Error {}

// ---- the table of units

// A unit has its name, its size in base units (byte, second, dollar), its dimension (exponents
// of those three) and its labels: what is counted -> its power.
const TABLE = new Map(
  units.table.map(([name, n, d, dimension, label]) => [
    name,
    { name, size: [BigInt(n), BigInt(d)], dimension, labels: new Map(label ? [[label, 1]] : []) },
  ]),
);
const FOLDS = new Map(units.folds);
const HINTS = new Map(units.hints);
const KINDS = new Map(units.kinds.map(([dimension, words]) => [String(dimension), words]));
const COUNTED = new Set(units.counted);

// Fold the letters' case as Python does, for all texts that could be the name of a unit.
const folded = (text) =>
  codePoints(text).map((c) => FOLDS.get(c) ?? (c >= "A" && c <= "Z" ? c.toLowerCase() : c)).join("");

const BY_SMALL_LETTERS = new Map();
for (const name of TABLE.keys()) {
  const small = folded(name);
  BY_SMALL_LETTERS.set(small, [...(BY_SMALL_LETTERS.get(small) ?? []), name]);
}

const isPure = (dimension) => dimension.every((exponent) => exponent === 0);
const sameDimension = (a, b) => a.every((exponent, i) => exponent === b[i]);

// ---- a number and how finely it was typed

// last: what a one at the place of its last digit is worth; zeros: how many zeros end a whole
// number, which may be digits or only hold the place ("140" has one, "140.0" and "1.40e2" none).
export class Typed {
  constructor(number, last, zeros = 0) {
    Object.assign(this, { number, last, zeros });
  }

  // The same digits, worth `factor` times as much.
  times(factor) {
    return new Typed(times(this.number, factor), times(this.last, factor), this.zeros);
  }

  negative() {
    return new Typed(minus(ZERO, this.number), this.last, this.zeros);
  }

  // The significant digits, those zeros among them: "140", and "14" for 0.014.
  get digits() {
    return String(size(over(this.number, this.last))[0]);
  }

  // Whether it is one digit and zeros, as one types who has not computed: 1, 0.20.
  get isGuess() {
    return this.digits.replace(/0+$/, "").length < 2;
  }

  // To how many digits `value`, rounded as coarsely, is this number; 0 if it is not.
  agrees(value, zerosCount = false) {
    const twiceOff = times([2n, 1n], size(minus(value, this.number)));
    let agreed = 0;
    for (let zeros = zerosCount ? 0 : this.zeros; zeros >= 0; zeros -= 1) {
      if (compare(twiceOff, times(this.last, power(TEN, zeros))) > 0) break;
      agreed = this.digits.length - zeros;
    }
    return agreed;
  }
}

// ---- reading a unit

// The single units in a text with +1, or -1 after the first "/" or "per".
function atomsOf(text) {
  let sign = 1;
  const atoms = [];
  if (split(text).join(" ") === "per cent") text = "percent";
  for (const part of split(text.replace(/[·*]/g, " ").replaceAll("/", " / "))) {
    if (part === "/" || part === "per") sign = -1;
    else atoms.push([sign, part]);
  }
  return atoms;
}

// The unit called `atom`, or the several that hyphens join (GPU-hours), or null.
function lookUp(atom) {
  if (TABLE.has(atom)) return [TABLE.get(atom)];
  const same = (BY_SMALL_LETTERS.get(folded(atom)) ?? []).map((name) => TABLE.get(name));
  if (same.length === 1 && [...same[0].labels.keys()].some((label) => COUNTED.has(label))) {
    return same;
  }
  if (!atom.includes("-")) return null;
  const parts = atom.split("-").map((part) => TABLE.get(part));
  return parts.every((part) => part) ? parts : null;
}

// The unit that a text names, or a message for the reader (a string) if there is none.
export function findUnit(text) {
  const atoms = atomsOf(text);
  if (stripEnd(text).endsWith("/") || text.replaceAll(" ", "").includes("//") || (text && !atoms.length)) {
    return `${quoted(text)} is not a unit: something is missing beside the /`;
  }
  let worth = ONE;
  const dimension = [0, 0, 0];
  const labels = new Map();
  for (const [sign, atom] of atoms) {
    const found = lookUp(atom);
    if (found === null) return `the unit ${quoted(atom)} is not known here${hint(atom)}`;
    for (const unit of found) {
      worth = times(worth, power(unit.size, sign));
      unit.dimension.forEach((exponent, i) => (dimension[i] += sign * exponent));
      for (const [label, count] of unit.labels) {
        labels.set(label, (labels.get(label) ?? 0) + sign * count);
      }
    }
  }
  const kept = new Map([...labels].filter(([, count]) => count));
  return { name: text, size: worth, dimension, labels: kept };
}

function hint(atom) {
  if (HINTS.has(atom)) return `: ${HINTS.get(atom)}`;
  const near = BY_SMALL_LETTERS.get(folded(atom)) ?? [];
  return near.length ? `: did you mean ${near.slice(0, 4).join(" or ")}? Capitals count` : "";
}

// ---- reading a number

const isDigit = (c) => c !== "" && DIGITS.includes(c);

function refuseComma(text, start) {
  let end = start;
  while (end < text.length && (DIGITS + ",.").includes(text[end])) end += 1;
  const number = text.slice(start, end).replace(/,+$/, "");
  const oneComma = number.split(",").length === 2 && !number.includes(".");
  const advice = oneComma ? `; write ${number.replace(",", ".")}` : "";
  return new AnswerError(`a comma separates thousands, in groups of three, here${advice}`);
}

// Where the run of digits that starts at `i` ends.
function digitsEnd(text, i) {
  while (isDigit(text.charAt(i))) i += 1;
  return i;
}

// [the digits before the decimal point, where they end], groups of three joined.
function scanWhole(text, i) {
  let end = digitsEnd(text, i);
  const first = text.slice(i, end);
  let digits = first;
  const separator = end < text.length && GROUPING.includes(text[end]) ? text[end] : "";
  while (separator && text.charAt(end) === separator) {
    const groupEnd = digitsEnd(text, end + 1);
    const group = text.slice(end + 1, groupEnd);
    if (separator === " " && !group) break;
    const whole = !first.startsWith("0") && first.length >= 1 && first.length <= 3 && group.length === 3;
    if (separator === "," && !whole) throw refuseComma(text, i);
    if (!whole) throw new AnswerError("write one number; thousands are in groups of three, as 1,120");
    digits += group;
    end = groupEnd;
  }
  return [digits, end];
}

const isOneOf = (c, characters) => c !== "" && characters.includes(c);

// [the whole number at `i`, plain with a sign or in superscripts, where it ends].
function scanExponent(text, i) {
  const negative = isOneOf(text.charAt(i), "-⁻");
  if (negative || text.charAt(i) === "+") i += 1;
  const alphabet = isOneOf(text.charAt(i), SUPERSCRIPTS) ? SUPERSCRIPTS : DIGITS;
  let digits = "";
  for (; isOneOf(text.charAt(i), alphabet); i += 1) digits += alphabet.indexOf(text[i]);
  if (!digits) {
    throw new AnswerError("after 10^ comes a whole number, as in 1.12e12 or 1.12 × 10^12");
  }
  if (digits.replace(/^0+/, "").length > 2) {
    throw new AnswerError(`an exponent here is at most ${LARGEST_EXPONENT}`);
  }
  return [negative ? -Number(digits) : Number(digits), i];
}

// Where the exponent starts if a power sign stands at `i`, else -1.
function caret(text, i) {
  if (text.charAt(i) === "^") return i + 1;
  if (text.startsWith("**", i)) return i + 2;
  return isOneOf(text.charAt(i), "⁻" + SUPERSCRIPTS) ? i : -1;
}

function skipSpaces(text, i) {
  while (text.charAt(i) === " ") i += 1;
  return i;
}

// [the number that starts at `i`, where it ends]; refused where there is none, or two readings.
function scanNumber(text, start) {
  let [whole, i] = scanWhole(text, start);
  let part = "";
  const hasPoint = text.charAt(i) === ".";
  if (hasPoint) {
    const end = digitsEnd(text, i + 1);
    part = text.slice(i + 1, end);
    i = end;
  }
  if (!whole && !part) {
    throw new AnswerError("an answer starts with a number, as in 2.5 GiB or $9,024");
  }
  if (text.charAt(i) === ",") throw refuseComma(text, start);
  if (text.charAt(i) === ".") {
    throw new AnswerError("a point marks the decimals, once; thousands are separated as in 1,120");
  }
  const powerAt = caret(text, i);
  let exponent;
  if (powerAt >= 0) {
    if ((whole !== "2" && whole !== "10") || part) {
      throw new AnswerError("only powers of 2 and 10 are read; write the number out");
    }
    [exponent, i] = scanExponent(text, powerAt);
    const number = power([BigInt(whole), 1n], exponent);
    // A power of two is all its digits.
    return [new Typed(number, whole === "10" ? number : power(TEN, Math.min(exponent, 0))), i];
  }
  const last = [1n, 10n ** BigInt(part.length)];
  const zeros = hasPoint ? 0 : whole.length - whole.replace(/0+$/, "").length;
  const typed = new Typed(times([BigInt(whole + part), 1n], last), last, zeros);
  if (isOneOf(text.charAt(i), "eE")) {
    const digitAt = isOneOf(text.charAt(i + 1), "+-") ? i + 2 : i + 1;
    if (isDigit(text.charAt(digitAt))) {
      [exponent, i] = scanExponent(text, i + 1);
      return [typed.times(power(TEN, exponent)), i];
    }
  }
  const cross = skipSpaces(text, i);
  if (isOneOf(text.charAt(cross), "×x*·")) {
    const ten = skipSpaces(text, cross + 1);
    if (text.startsWith("10", ten) && caret(text, ten + 2) >= 0) {
      [exponent, i] = scanExponent(text, caret(text, ten + 2));
      return [typed.times(power(TEN, exponent)), i];
    }
  }
  return [typed, i];
}

// ---- reading an answer

// [the number, the text of its unit] of a typed answer; an AnswerError says what is wrong with it.
export function splitAnswer(answer) {
  if (typeof answer !== "string") throw new AnswerError("an answer is a text");
  const { length } = codePoints(answer);
  if (length > LONGEST) {
    throw new AnswerError(`an answer has at most ${LONGEST} characters; this has ${length}`);
  }
  let text = codePoints(plain(answer)).map((c) => ALIASES.get(c) ?? c).join("");
  if (text.startsWith("(") && text.endsWith(")")) text = strip(text.slice(1, -1));
  if (!text) throw new AnswerError("type a number with its unit, as in 2.5 GiB");
  let i = "~≈=".includes(text[0]) ? skipSpaces(text, 1) : 0;
  let sign = "";
  let money = "";
  for (let round = 0; round < 2; round += 1) {
    if (!sign && isOneOf(text.charAt(i), "-+")) {
      sign = text[i];
      i = skipSpaces(text, i + 1);
    }
    for (const name of ["$", "US$", "USD"]) {
      if (!money && text.startsWith(name, i)) {
        money = "USD ";
        i = skipSpaces(text, i + name.length);
      }
    }
  }
  const [typed, end] = scanNumber(text, i);
  const rest = strip(text.slice(end));
  if (/[0-9]/.test(rest)) {
    throw new AnswerError("write one number with one unit, not a calculation or two amounts");
  }
  return [sign === "-" ? typed.negative() : typed, strip(money + rest)];
}

// How a text reads as an answer in a unit of the same kind as `wanted`: an object whose kind is
// "Answer" (typed, in base units, and unit), "MissingUnit" (number, tell), "UnknownUnit" or
// "ImpossibleUnit" (number, typed, tell). Numbers are fractions; `tell` is for the reader.
export function readAnswer(text, wanted = "") {
  const want = findUnit(wanted);
  if (typeof want === "string") throw new RangeError(`the question's own unit is wrong: ${want}`);
  const [typed, unitText] = splitAnswer(text);
  const { number } = typed;
  let named = unitText;
  if (!named) {
    if (number[0] === 0n || (isPure(want.dimension) && compare(want.size, ONE) === 0)) {
      return { kind: "Answer", typed: typed.times(want.size), unit: want };
    }
    return { kind: "MissingUnit", number, tell: `${brief(number)} of what? ${kindOf(want)}` };
  }
  if (want.labels.has(units.minutes) && ["min", "mins", "minute", "minutes"].includes(named)) {
    named = units.minutes;
  }
  const unit = findUnit(named);
  if (typeof unit === "string") return { kind: "UnknownUnit", number, typed: named, tell: unit };
  if (!sameDimension(unit.dimension, want.dimension) || !countsTheSame(unit, want)) {
    const byte = unit.name === "B" ? " B is the byte; for 10^9 write billion." : "";
    const tell = `${quoted(named)} does not fit this question.${byte} ${kindOf(want)}`;
    return { kind: "ImpossibleUnit", number, typed: named, tell };
  }
  return { kind: "Answer", typed: typed.times(unit.size), unit };
}

const isShare = (labels) => labels.size === 1 && labels.get("%") === 1;

// Whether everything that `unit` counts is counted, in the same power, by `want`.
function countsTheSame(unit, want) {
  if (isShare(unit.labels)) return !want.labels.size || isShare(want.labels);
  return [...unit.labels].every(([label, count]) => want.labels.get(label) === count);
}

// The number briefly, for a message.
const brief = ([n, d]) => general(nearestDouble(n, d));

// A sentence that says what kind of unit is wanted.
function kindOf(want) {
  if (isShare(want.labels)) return "A share is wanted: write 40 % with its sign.";
  const kind = KINDS.get(String(want.dimension));
  if (kind && !want.labels.size) return kind;
  if (isPure(want.dimension) && !want.labels.size && compare(want.size, ONE) === 0) {
    return "A plain number is wanted, without a unit.";
  }
  return `An answer like 3 ${want.name} is wanted.`;
}

// ---- how close is close enough

// A tolerance accepts(answer, key, unit): all fractions, in base units; `unit` is what the
// reader's unit is worth. Its tell() is what the reader is told.

function check(ok, what) {
  if (!ok) throw new RangeError(what);
}

// Only the key itself will do.
export class Exact {
  accepts(answer, key) {
    return compare(answer, key) === 0;
  }

  tell() {
    return "exactly";
  }
}

// Right to `count` significant digits of the key, in the unit in which the reader answers.
export class SignificantDigits {
  constructor(count) {
    check(count >= 1 && count <= 15, `${count} significant digits; it must be 1 to 15`);
    this.count = count;
  }

  // Within half of the last digit that counts.
  accepts(answer, key, unit = ONE) {
    if (key[0] === 0n) return answer[0] === 0n;
    const place = leadingPlace(size(over(key, unit))) - this.count + 1;
    const half = over(power(TEN, place), [2n, 1n]);
    return compare(over(size(minus(answer, key)), unit), half) <= 0;
  }

  tell() {
    return `to ${this.count} significant digit${this.count > 1 ? "s" : ""}`;
  }
}

// The whole number n with 10^n <= amount < 10^(n + 1), for an amount above 0.
function leadingPlace(amount) {
  const place = String(amount[0]).length - String(amount[1]).length;
  return compare(power(TEN, place), amount) <= 0 ? place : place - 1;
}

// At most `percent` per cent of the key away from it.
export class WithinPercent {
  constructor(percent) {
    this.percent = asFraction(percent);
    check(
      compare(this.percent, ZERO) > 0 && compare(this.percent, [100n, 1n]) <= 0,
      `within ${written(this.percent)} %: it must be above 0, at most 100`,
    );
  }

  accepts(answer, key) {
    const away = times(size(minus(answer, key)), [100n, 1n]);
    return compare(away, times(this.percent, size(key))) <= 0;
  }

  tell() {
    return `to within ${brief(this.percent)} %`;
  }
}

// At most 10^decades times too large or too small: for estimates.
export class OrderOfMagnitude {
  constructor(decades) {
    this.decades = asFraction(decades);
    const [, d] = this.decades;
    check(
      compare(this.decades, ZERO) > 0 && compare(this.decades, [6n, 1n]) <= 0 && d <= 10n,
      `${written(this.decades)} decades: it must be above 0 and at most 6, in tenths or simpler`,
    );
  }

  // Of the sign of the key, and within the factor of it.
  accepts(answer, key) {
    if (key[0] === 0n || answer[0] === 0n) return compare(answer, key) === 0;
    const ratio = over(answer, key);
    if (ratio[0] < 0n) return false;
    // ratio <= 10^(n/d) without a root: ratio^d <= 10^n
    const larger = compare(ratio, ONE) >= 0 ? ratio : over(ONE, ratio);
    const [n, d] = this.decades;
    return compare(power(larger, Number(d)), [10n ** n, 1n]) <= 0;
  }

  tell() {
    return `to within a factor of ${general(10 ** nearestDouble(...this.decades), 2)} either way`;
  }
}

// The tolerance that a question declares.
export function toleranceOf({ kind, count, ratio }) {
  if (kind === "exact") return new Exact();
  if (kind === "digits") return new SignificantDigits(count);
  const amount = fraction(BigInt(ratio[0]), BigInt(ratio[1]));
  return kind === "percent" ? new WithinPercent(amount) : new OrderOfMagnitude(amount);
}
