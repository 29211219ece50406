// Numbers in words: the twin of worked/words.py, which says what is written when. Arithmetic is
// on BigInt fractions, so that page and build choose the same words.
import { nearestDouble, rounded, withUnit, withoutNoise } from "./exact.js";
import { find, pick, shown } from "./graph.js";

export const FORMS = ["words", "count", "ordinal", "fraction", "times"];
const COUNTS = "one two three four five six seven eight nine ten eleven twelve".split(" ");
const ORDINALS =
  "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split(" ");
const FRACTIONS = [
  ["half", 1n, 2n], ["a third", 1n, 3n], ["two thirds", 2n, 3n],
  ["a quarter", 1n, 4n], ["three quarters", 3n, 4n],
  ["a fifth", 1n, 5n], ["two fifths", 2n, 5n], ["three fifths", 3n, 5n], ["four fifths", 4n, 5n],
  ["a tenth", 1n, 10n], ["three tenths", 3n, 10n], ["seven tenths", 7n, 10n], ["nine tenths", 9n, 10n],
  ["a sixth", 1n, 6n], ["five sixths", 5n, 6n], ["an eighth", 1n, 8n], ["seven eighths", 7n, 8n],
  ["a twentieth", 1n, 20n], ["a fiftieth", 1n, 50n], ["a hundredth", 1n, 100n],
  ["a thousandth", 1n, 1000n], ["a millionth", 1n, 1000000n],
];
const TIMES = [
  ["twice", 2n, 1n],
  ...COUNTS.slice(2).map((word, i) => [`${word} times`, BigInt(i + 3), 1n]),
  ["one and a half times", 3n, 2n], ["two and a half times", 5n, 2n],
  ["twenty times", 20n, 1n], ["fifty times", 50n, 1n], ["a hundred times", 100n, 1n],
  ["a thousand times", 1000n, 1n], ["a million times", 10n ** 6n, 1n], ["a billion times", 10n ** 9n, 1n],
];
const NOUNS = {
  B: "bytes", s: "seconds", min: "minutes", h: "hours", day: "days", month: "months", year: "years",
};

// A figure or a cell as a text asks for it: `shown`, or in words where `options.words` names a form.
export function inText(model, name, values, options) {
  const { words: form, ...others } = options;
  if (!form) return shown(model, name, values, options);
  const [figure, index] = find(model, name);
  if (figure.place) {
    const label = shown(model, name, values);
    return /^\d+$/.test(label) ? spelled(Number(label), label, "", ["1", "1"], 0, form) : label;
  }
  const number = shown(model, name, values, { ...others, bare: true });
  if (number === "—") return number;
  const unit = options.unit ?? figure.unit;
  const worth = options.unit === undefined ? [figure.num, figure.den] : model.units[unit];
  const value = pick(values[figure.name], index);
  return spelled(value, number, unit, worth, options.places ?? figure.places, form, options.bare);
}

// Write `value` (in base units) in words; `number` is what it is shown as without its unit.
export function spelled(value, number, unit, worth, places, form, bare = false) {
  if (value === null || !Number.isFinite(value)) return "—";
  const named = form.toLowerCase();
  const kind = named === "words" ? { "%": "fraction", "×": "times" }[unit] ?? "count" : named;
  const text = asKind(value, number, unit, worth, places, kind, bare);
  return form === named ? text : text[0].toUpperCase() + text.slice(1);
}

function asKind(value, number, unit, worth, places, kind, bare) {
  if (kind === "fraction") {
    if (value === 0 || value === 1) return value ? "all" : "none";
    const percent = () => (unit === "%" ? number : rounded(value, 1, 100, Math.max(places - 2, 0)));
    return near(value, FRACTIONS, worth, places) || `${percent()}%`;
  }
  if (kind === "times") {
    const words = value === 1 ? "once" : near(value, TIMES, worth, places);
    const isHedged = /^(about|just)/.test(words);
    return !words || (isHedged && Number.isInteger(value)) ? `${number} times` : words;
  }
  const [num, den] = value === 0 ? [0n, 1n] : withoutNoise(value);
  const [top, bottom] = [num * BigInt(worth[1]), den * BigInt(worth[0])];
  const isCount = value > 0 && top % bottom === 0n;
  const count = top / bottom;
  const digits = isCount ? count.toString().replace(/\B(?=(\d{3})+$)/g, ",") : number;
  if (kind === "ordinal") return isCount ? ordinal(count, digits) : withUnit(digits, unit);
  const word = isCount && count <= COUNTS.length ? COUNTS[Number(count) - 1] : "";
  if (bare) return word || digits;
  const written = withUnit(digits, word ? NOUNS[unit] ?? unit : unit);
  return word ? word + written.slice(digits.length) : written;
}

function ordinal(count, digits) {
  if (count <= ORDINALS.length) return ORDINALS[Number(count) - 1];
  const isTeen = count % 100n >= 11n && count % 100n <= 13n;
  return digits + (isTeen ? "th" : { 1: "st", 2: "nd", 3: "rd" }[count % 10n] ?? "th");
}

// The words of the table that are close to the value, with their hedge, or "". The gap is compared
// as size - top / bottom = gap / (den * bottom), with all that stays below it brought to one.
function near(value, table, worth, places) {
  let [num, den] = withoutNoise(value);
  if (value < 0) num = -num;
  const written = rounded(value, ...worth, places);
  let [about, just] = ["", ""];
  for (const [words, top, bottom] of table) {
    const off = num * bottom - top * den;
    const gap = off < 0n ? -off : off;
    const rest = bottom - top;
    const room = (rest > 0n && rest < top ? rest : top) * den;
    if (gap * 25n <= room) {
      if (written === rounded(nearestDouble(top, bottom), ...worth, places)) return words;
      about ||= `about ${words}`;
    } else if (gap * 10n <= room) {
      just ||= `just ${off > 0n ? "over" : "under"} ${words}`;
    }
  }
  return about || just;
}
