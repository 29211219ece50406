// Draw a question: from a bank's question and a seed to what the reader is asked. The twin of
// checks/drill/draw.py; the same seed gives the same question.
import { withoutNoise } from "../exact.js";
import { FigureError, cellAt, evaluate, find, pick, placeLabel, shown } from "../graph.js";
import { inText } from "../words.js";
import { readAnswer, toleranceOf } from "./answers.js";
import { minus, times } from "./fraction.js";
import { PortableRandom, seedOf } from "./portable_random.js";

const TRIES = 64;
const MOST_PLACES = 16;

// What a double is shown as, exactly: its first 15 digits as a fraction of BigInts.
export function exact(value) {
  if (value === 0) return [0n, 1n];
  const [n, d] = withoutNoise(value);
  return reduced(value < 0 ? -n : n, d);
}

function reduced(n, d) {
  let [a, b] = [n < 0n ? -n : n, d];
  while (b) [a, b] = [b, a % b];
  return [n / a, d / a];
}

// The text of parts (strings, figures, labels of the places drawn) as it is asked.
export function fill(asked, parts) {
  return parts.map((part) => (typeof part === "string" ? part : written(asked, part))).join("");
}

function written({ model, values, places }, part) {
  if (part.axis) return placeLabel(model, part.axis, model.axes[part.axis].keys.indexOf(places[part.axis]), values);
  const cell = cellAt(model, part.fig, places);
  const options = { bare: part.bare === true, words: part.words };
  if (part.places !== undefined) options.places = part.places;
  if (part.unit === undefined) return inText(model, cell, values, options);
  const units = { ...model.units, [part.unit]: part.worth };
  return inText({ ...model, units }, cell, values, { ...options, unit: part.unit });
}

// The question as it is asked for `seed`: {model, question, seed, text, settings, values, places,
// key, wrongs, order}. Numbers are fractions in base units; see Asked in checks/drill/draw.py.
export function draw(model, question, seed) {
  const random = new PortableRandom((seedOf(question.id) ^ seed) >>> 0);
  if (question.kind === "number") return drawNumber(model, question, seed, random);
  const values = evaluate(model, {}, new Set(question.needs));
  const asked = { model, question, seed, settings: {}, values, places: {}, wrongs: [], order: [] };
  asked.text = fill(asked, question.ask);
  if (question.kind === "choice") asked.order = random.shuffled(question.options.map((_, i) => i));
  if (question.kind === "order") {
    const right = question.items.map((_, i) => i);
    asked.order = random.shuffled(right);
    if (asked.order.every((item, i) => item === i)) asked.order = [...right.slice(1), right[0]];
  }
  return asked;
}

function drawNumber(model, question, seed, random) {
  const drawn = (options) => options[random.below(options.length)];
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const places = Object.fromEntries(Object.entries(question.places).map(([axis, keys]) => [axis, drawn(keys)]));
    const settings = Object.fromEntries(
      Object.entries(question.vary).map(([name, options]) => [
        model.choices[name] ? name : cellAt(model, name, places), drawn(options),
      ]),
    );
    const values = valuesAt(model, settings, question.needs);
    if (values === null) continue;
    const valueOf = (name) => {
      const [figure, index] = find(model, cellAt(model, name, places));
      return pick(values[figure.name], index) ?? NaN;
    };
    const value = valueOf(question.figure);
    if (!value) continue;
    const key = exact(value);
    const figure = cellAt(model, question.figure, places);
    const asked = { model, question, seed, settings, values, places, figure, key, wrongs: [], order: [] };
    asked.text = fill(asked, question.ask);
    for (const { cause, args, wrong } of question.mistakes) {
      const found = wrong(...args.map(valueOf));
      if (!Number.isFinite(found)) continue;
      const [n, d] = exact(found);
      if (n !== key[0] || d !== key[1]) asked.wrongs.push({ value: [n, d], cause: fill(asked, cause) });
    }
    return asked;
  }
  throw new RangeError(`${question.id}: no values that make sense in ${TRIES} tries (seed ${seed})`);
}

function valuesAt(model, settings, needs) {
  try {
    return evaluate(model, settings, new Set(needs));
  } catch (error) {
    if (error instanceof FigureError) return null;
    throw error;
  }
}

// The right value of a number as the book writes it, with the digits that it needs: the fewest
// decimals, no fewer than the figure's own, with which it would still be right if it were
// rounded off by twice as much.
export function shownKey({ model, question, values, figure, key }) {
  const own = question.ownUnit ? { unit: question.unit } : {};
  const units = { ...model.units, ...(question.ownUnit && { [question.unit]: question.worth }) };
  const write = (options) => shown({ ...model, units }, figure, values, { ...own, ...options });
  const tolerance = toleranceOf(question.tolerance);
  for (let { places } = find(model, figure)[0]; places < MOST_PLACES; places += 1) {
    const text = write({ places });
    const reading = readAnswer(text, question.unit);
    if (reading.kind !== "Answer") continue;
    const twice = minus(times(reading.typed.number, [2n, 1n]), key);
    if (tolerance.accepts(twice, key, reading.unit.size)) return text;
  }
  return write({});
}
