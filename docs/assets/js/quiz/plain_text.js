// What a reader typed, in the characters that answers and formulas are written in: the twin of
// checks/faces/plain_text.py, which says why.
import { codePoints, strip, stripEnd } from "./python_text.js";

const HIDDEN = /[\xad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]/;
const FULL_WIDTH = /[\uff01-\uff5e]/;
const LETTERS = /[\u2100-\u214f\u{1d400}-\u{1d7ff}]/u;
const SPACES =
  "\t\n\r\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000";
// Minus signs and hyphens, other signs, the Arabic %, point and two commas, full stops.
const SIGNS = "−–‐‑‒﹣∗∕⁄\u066a\u066b\u066c\u060c。｡";
const MARKS = new Map([
  ...SPACES.split("").map((c) => [c, " "]),
  ...SIGNS.split("").map((c, i) => [c, "------*//%.,,.."[i]]),
]);

const isDecimal = (code) => /^\p{Nd}$/u.test(String.fromCodePoint(code));

// The plain character for `c`, or nothing for one that nobody sees.
function folded(c) {
  const code = c.codePointAt(0);
  if (code < 0x80) return c;
  if (HIDDEN.test(c)) return "";
  if (FULL_WIDTH.test(c)) return String.fromCharCode(code - 0xff01 + 0x21);
  if (LETTERS.test(c)) {
    const letter = c.normalize("NFKC");
    return codePoints(letter).length === 1 ? letter : c;
  }
  if (!isDecimal(code)) return c;
  // The digits of a script stand in a row, from its zero.
  let digit = 0;
  while (digit < 9 && isDecimal(code - digit - 1)) digit += 1;
  return String(digit);
}

// A text in plain characters, without spaces around it and a full stop at its end.
export function plain(text) {
  const characters = codePoints(text).map(folded).map((c) => MARKS.get(c) ?? c);
  return stripEnd(strip(characters.join("")).replace(/\.$/, ""));
}
