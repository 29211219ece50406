// Reviews, the answers a reader has given, and the file that carries them between the page and
// the terminal: the twin of checks/drill/reviews.py. Progress is a log of reviews that only ever
// grows; two logs merge into their union by id, so that an import loses and doubles nothing.

import { byCodePoint } from "./python_text.js";

const FORMAT = "mlsd-workbook-progress";
const VERSION = 1;
const MOST_BYTES = 5_000_000;
const MOST_REVIEWS = 200_000;
const LARGEST_SEED = 2 ** 32 - 1;
export const LONGEST_SECONDS = 1_000_000;
// Keys that a review may carry beyond its own: kept and written again, within these bounds.
const LONGEST_EXTRA = 2000;
const DEEPEST_EXTRA = 8;

export const WHERE = ["terminal", "page"];
export const MODES = ["drill", "exam", "step", "practice"];

const ID = /^[0-9a-f]{32}$/;
const QUESTION = /^[a-z0-9-]{1,64}\/[a-z0-9-]{1,64}$/;
const AT = /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z$/;
const EARLIEST = "1970-01-01T00:00:00.000Z";
const LATEST = "2199-12-31T23:59:59.999Z";
const KEYS = ["id", "question", "seed", "at", "rating", "seconds", "where", "mode"];

// Something is wrong with a reader's progress; the message is for the reader.
export class ProgressError extends Error {}

// A review, or a file of reviews, that cannot be taken; the message says which and why.
export class ReviewError extends ProgressError {}

// A file or log that a newer version of the workbook wrote; it is left as it is.
export class NewerError extends ProgressError {}

const isRecord = (x) => typeof x === "object" && x !== null && !Array.isArray(x);

// ---- JSON as Python writes it, so that both sides bound and compare the same text

function numberText(x) {
  if (x === 0 || Math.abs(x) >= 1e-4) return String(x);
  // Python goes over to exponents at 1e-05, JavaScript at 1e-7; Python writes two digits of them.
  const [, sign, zeros, first, rest] = /^(-?)0\.(0+)(\d)(\d*)$/.exec(x) ?? [];
  if (first) return `${sign}${first}${rest && "."}${rest}e-0${zeros.length + 1}`;
  return String(x).replace(/e-(\d)$/, "e-0$1");
}

function stringText(x) {
  const escape = (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return JSON.stringify(x).replace(/[\x7f-\uffff]/g, escape);
}

// The text of data from JSON, in ASCII, keys in order, if it is not nested too deeply.
function dataText(value, depth) {
  if (depth > DEEPEST_EXTRA) {
    throw new ReviewError(`its extra keys are nested more than ${DEEPEST_EXTRA} deep`);
  }
  if (Array.isArray(value)) return `[${value.map((v) => dataText(v, depth + 1)).join(",")}]`;
  if (isRecord(value)) {
    const keys = Object.keys(value).sort(byCodePoint);
    return `{${keys.map((k) => `${stringText(k)}:${dataText(value[k], depth + 1)}`).join(",")}}`;
  }
  if (typeof value === "string") return stringText(value);
  if (value === null || typeof value === "boolean") return String(value);
  if (!Number.isFinite(value)) {
    throw new ReviewError("an extra key holds a number that is too large");
  }
  return numberText(value);
}

// A short form of what a file holds.
function shown(value) {
  if (typeof value === "object" && value !== null) {
    return Array.isArray(value) ? "a list" : "an object";
  }
  if (typeof value === "string") {
    const characters = Array.from(value);
    return stringText(characters.length > 40 ? characters.slice(0, 40).join("") + "..." : value);
  }
  if (typeof value !== "number") return String(value ?? null);
  if (Number.isInteger(value)) {
    return Math.abs(value) >= 1e20 ? "a number of more than 20 digits" : String(BigInt(value));
  }
  return numberText(value);
}

// ---- one review

function checkText(name, value, pattern, wanted) {
  if (typeof value !== "string" || !pattern.test(value)) {
    throw new ReviewError(`${name}: ${shown(value)} is not ${wanted}`);
  }
}

function checkWhole(name, value, low, high) {
  if (!Number.isInteger(value) || value < low || value > high) {
    throw new ReviewError(`${name}: ${shown(value)} is not a whole number from ${low} to ${high}`);
  }
}

const exists = (at) => {
  const time = Date.parse(at);
  return Number.isFinite(time) && new Date(time).toISOString() === at;
};

function checkFields(review) {
  checkText("id", review.id, ID, "32 hexadecimal digits");
  checkText("question", review.question, QUESTION, "like gpu-wall/static-bytes");
  checkText("at", review.at, AT, "like 2026-11-25T22:10:00.123Z");
  if (review.at < EARLIEST || review.at > LATEST) {
    throw new ReviewError(`at: ${review.at} is not in the years 1970 to 2199`);
  }
  if (!exists(review.at)) {
    throw new ReviewError(`at: ${review.at} is no date and time that exists`);
  }
  checkWhole("seed", review.seed, 0, LARGEST_SEED);
  checkWhole("rating", review.rating, 1, 4);
  const { seconds } = review;
  if (seconds !== null && !(Number.isFinite(seconds) && seconds >= 0 && seconds <= LONGEST_SECONDS)) {
    throw new ReviewError(
      `seconds: ${shown(seconds)} is not null or a number from 0 to ${LONGEST_SECONDS}`,
    );
  }
  for (const [name, allowed] of [["where", WHERE], ["mode", MODES]]) {
    if (!allowed.includes(review[name])) {
      throw new ReviewError(`${name}: ${shown(review[name])} is none of ${allowed.join(", ")}`);
    }
  }
}

// The review that parsed JSON describes: its eight keys, and in `extra` the JSON text of all
// others. A ReviewError says why it is none.
export function reviewFrom(data) {
  if (!isRecord(data)) throw new ReviewError(`${shown(data)} is not a review`);
  const missing = KEYS.filter((key) => !Object.hasOwn(data, key));
  if (missing.length) throw new ReviewError(`${missing.join(", ")}: missing`);
  const further = Object.entries(data).filter(([key]) => !KEYS.includes(key));
  const extra = dataText(Object.fromEntries(further), 0);
  if (extra.length > LONGEST_EXTRA) {
    throw new ReviewError(`its extra keys take more than ${LONGEST_EXTRA} characters`);
  }
  const review = { ...Object.fromEntries(KEYS.map((key) => [key, data[key]])), extra };
  checkFields(review);
  return Object.freeze(review);
}

// A review as one line of JSON: its own keys in their order, then the extra ones.
export function reviewText(review) {
  const text = `{${KEYS.map((key) => `"${key}":${dataText(review[key], 0)}`).join(",")}}`;
  return review.extra === "{}" ? text : `${text.slice(0, -1)},${review.extra.slice(1)}`;
}

// ---- merging

const order = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

export const inOrder = (log) => [...log].sort((a, b) => order(a.at, b.at) || order(a.id, b.id));

const strength = (r) => [r.at, r.question, r.seed, r.rating, r.seconds ?? -1, r.where, r.mode, r.extra];

// Which of two reviews of one id stays; it is the same whichever comes first. A review never
// changes, so two that differ mean that somebody edited a file.
function stronger(a, b) {
  const [one, two] = [strength(a), strength(b)];
  const at = one.findIndex((value, i) => value !== two[i]);
  return at < 0 || one[at] > two[at] ? a : b;
}

// The union of logs by id, in order.
export function merge(...logs) {
  const found = new Map();
  for (const log of logs) {
    for (const review of log) {
      const known = found.get(review.id);
      found.set(review.id, known && known !== review ? stronger(known, review) : review);
    }
  }
  return inOrder(found.values());
}

// ---- the export file

// The number of bytes of a text in UTF-8.
function byteLength(text) {
  let bytes = text.length;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    // Of the four bytes of a character beyond U+FFFF, each half counts for two.
    if (code >= 0x800) bytes += code >= 0xd800 && code <= 0xdfff ? 1 : 2;
    else if (code >= 0x80) bytes += 1;
  }
  return bytes;
}

// One text that holds a whole log, however large.
export function wholeText(log, now) {
  const head = `{"format":"${FORMAT}","version":${VERSION},"exported":"${new Date(now).toISOString()}"`;
  return `${head},"reviews":[\n${log.map(reviewText).join(",\n")}\n]}\n`;
}

// The text of the export file; of several where one would be too large to import. Every part is
// an export in its own right: to import them all, in any order, gives the log.
export function exportTexts(log, now) {
  const rest = wholeText([], now).length;
  const parts = [[]];
  let size = 0;
  for (const review of merge(log)) {
    const length = reviewText(review).length + 2;
    size += length;
    if (size > MOST_BYTES - rest || parts.at(-1).length === MOST_REVIEWS) {
      parts.push([]);
      size = length;
    }
    parts.at(-1).push(review);
  }
  return parts.map((part) => wholeText(part, now));
}

// The reviews of an export file, in order; all of them or none. A NewerError where a newer
// workbook wrote it, a ReviewError where the file or a review in it is wrong.
export function importText(text) {
  if (typeof text !== "string") throw new ReviewError("the file is not a text");
  if (text.length > MOST_BYTES || byteLength(text) > MOST_BYTES) {
    throw new ReviewError(`the file has more than ${MOST_BYTES} bytes`);
  }
  return readWhole(text, MOST_REVIEWS);
}

// The reviews in a text of any size: the browser's storage has its own limit.
export function readWhole(text, most = Infinity) {
  let file;
  try {
    file = JSON.parse(text.replace(/^\ufeff/, ""));
  } catch {
    // A SyntaxError, or an engine's own error where the text is nested too deeply.
    throw new ReviewError("the file is not JSON");
  }
  if (!isRecord(file) || file.format !== FORMAT) {
    throw new ReviewError("this is not a progress file of the workbook");
  }
  const { version, exported, reviews } = file;
  if (!Number.isInteger(version) || version < 1) {
    throw new ReviewError(`version: ${shown(version)} is not a whole number from 1`);
  }
  if (version > VERSION) {
    throw new NewerError(
      `the file has version ${shown(version)} and this workbook reads version ${VERSION}: ` +
        "update the workbook; the file is left as it is",
    );
  }
  checkText("exported", exported, AT, "like 2026-11-25T22:10:00.123Z");
  if (!Array.isArray(reviews)) throw new ReviewError(`reviews: ${shown(reviews)} is not a list`);
  if (reviews.length > most) {
    throw new ReviewError(`${reviews.length} reviews; a file may hold ${most}`);
  }
  const found = new Map();
  reviews.forEach((entry, i) => {
    try {
      const review = reviewFrom(entry);
      const known = found.get(review.id);
      if (known && reviewText(known) !== reviewText(review)) {
        throw new ReviewError(`id: ${review.id} stands in the file twice, with a difference`);
      }
      found.set(review.id, review);
    } catch (error) {
      if (!(error instanceof ReviewError)) throw error;
      throw new ReviewError(`review ${i + 1} of ${reviews.length}: ${error.message}`);
    }
  });
  return inOrder(found.values());
}
