// Text as Python sees it, where JavaScript sees it otherwise: characters are code points, white
// space is another set, and a quoted text shows what cannot be seen.

const SPACE = "\\t-\\r\\x1c- \\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
const START = new RegExp(`^[${SPACE}]+`);
const END = new RegExp(`[${SPACE}]+$`);
const RUN = new RegExp(`[${SPACE}]+`);
const HIDDEN = /[\p{C}\p{Z}]/u;
const SHORT = new Map([["\\", "\\\\"], ["\n", "\\n"], ["\r", "\\r"], ["\t", "\\t"]]);

export const codePoints = (text) => Array.from(text);

export const stripEnd = (text) => text.replace(END, "");

export const strip = (text) => stripEnd(text.replace(START, ""));

export const split = (text) => text.split(RUN).filter((part) => part);

// What Python's repr() writes.
export function quoted(text) {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const inside = codePoints(text).map((c) => {
    if (SHORT.has(c)) return SHORT.get(c);
    if (c === quote) return "\\" + c;
    if (c === " " || !HIDDEN.test(c)) return c;
    const code = c.codePointAt(0);
    const [mark, width] = code < 0x100 ? ["x", 2] : code < 0x10000 ? ["u", 4] : ["U", 8];
    return `\\${mark}${code.toString(16).padStart(width, "0")}`;
  });
  return quote + inside.join("") + quote;
}

// Which of two texts comes first in Python's order, that of code points.
export function byCodePoint(a, b) {
  const [one, two] = [codePoints(a), codePoints(b)];
  for (let i = 0; i < Math.min(one.length, two.length); i += 1) {
    const difference = one[i].codePointAt(0) - two[i].codePointAt(0);
    if (difference) return difference;
  }
  return one.length - two.length;
}
