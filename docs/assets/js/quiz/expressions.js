// Read a formula that a reader typed, evaluate it, and tell whether it equals the book's: the
// twin of checks/drill/expressions.py, which gives the grammar; the words are the same. Nothing
// is executed but the operators and functions below.

import { plain } from "./plain_text.js";
import { PortableRandom } from "./portable_random.js";
import { byCodePoint, codePoints, quoted } from "./python_text.js";

const LONGEST = 500;
const DEEPEST = 50;
const LARGEST_EXPONENT = 64;
const POINTS = 64;
const FEWEST_POINTS = 50;
const RELATIVE = 1e-9;
// Other ways to type the characters that the grammar knows, beside those of plain_text.
const ALIASES = new Map([["×", "*"], ["·", "*"], ["⋅", "*"], ["÷", "/"]]);
// Function -> [fewest, most] arguments.
const FUNCTIONS = new Map([
  ...["sqrt", "log2", "ln", "exp", "ceil", "floor", "abs"].map((name) => [name, [1, 1]]),
  ...["min", "max"].map((name) => [name, [2, LONGEST]]),
]);

// A formula that cannot be read; the message says what to write instead.
export class ExpressionError extends Error {}

const isDigit = (c) => c !== undefined && c >= "0" && c <= "9" && c.length === 1;
const isLetter = (c) => c !== undefined && /^\p{L}$/u.test(c);

// ---- text to tokens

// The tokens of a text (an array of code points): {kind, text, at}, with an end token last.
function tokensOf(text) {
  const tokens = [];
  const add = (kind, start, end, words) =>
    tokens.push({ kind, text: words ?? text.slice(start, end).join(""), at: start });
  let i = 0;
  while (i < text.length) {
    const c = text[i];
    const start = i;
    if (c === " ") {
      i += 1;
    } else if (isDigit(c) || c === ".") {
      i = numberEnd(text, i);
      add("number", start, i);
    } else if (isLetter(c) || c === "_") {
      while (isLetter(text[i]) || isDigit(text[i]) || text[i] === "_") i += 1;
      add("name", start, i);
    } else if (c === "*" && text[i + 1] === "*") {
      i += 2;
      add("sign", start, i, "^");
    } else if ("+-*/^(),".includes(c)) {
      i += 1;
      add("sign", start, i);
    } else if ("[]{}".includes(c)) {
      throw new ExpressionError(
        `write round brackets instead of ${quoted(c)} (character ${i + 1})`,
      );
    } else {
      throw new ExpressionError(`${quoted(c)} (character ${i + 1}) cannot be part of a formula here`);
    }
  }
  add("end", i, i);
  return tokens;
}

// Where the number that starts at `i` ends: digits, a point, and an e with digits.
function numberEnd(text, start) {
  let i = start;
  let points = 0;
  for (; isDigit(text[i]) || text[i] === "."; i += 1) points += text[i] === "." ? 1 : 0;
  const words = () => text.slice(start, i).join("");
  if (points > 1 || i - start === points) {
    throw new ExpressionError(`${quoted(words())} is not a number (character ${start + 1})`);
  }
  if (text[i] === "e" || text[i] === "E") {
    const exponent = text[i + 1] === "+" || text[i + 1] === "-" ? i + 2 : i + 1;
    if (isDigit(text[exponent])) {
      i = exponent;
      while (isDigit(text[i])) i += 1;
    }
  }
  if (!Number.isFinite(Number(words()))) {
    throw new ExpressionError(`${quoted(words())} is too large a number (character ${start + 1})`);
  }
  return i;
}

// ---- tokens to postfix steps

// Walks over the tokens once, appending postfix steps; one method for each grammar rule.
class Parser {
  constructor(tokens, symbols) {
    this.tokens = tokens;
    this.symbols = symbols;
    this.next = 0;
    this.depth = 0;
    this.steps = [];
  }

  get token() {
    return this.tokens[this.next];
  }

  // Move past the next token if it is one of `signs`, and return it, else "".
  take(...signs) {
    const token = this.token;
    if (token.kind !== "sign" || !signs.includes(token.text)) return "";
    this.next += 1;
    return token.text;
  }

  // Move past `sign`, or refuse with `why`.
  need(sign, why) {
    if (this.take(sign)) return;
    this.noImplicitProduct(this.token);
    throw new ExpressionError(`${why} (character ${this.token.at + 1})`);
  }

  // Refuse a value that directly follows a value: the product's sign is missing.
  noImplicitProduct(token) {
    const isValue = (kind) => kind === "number" || kind === "name";
    if (!this.next || !(isValue(token.kind) || token.text === "(")) return;
    const before = this.tokens[this.next - 1];
    if (isValue(before.kind) || before.text === ")") {
      const after = apart(token.text, this.symbols);
      throw new ExpressionError(
        `write the multiplication sign: ${before.text}*${after} (character ${token.at + 1})`,
      );
    }
  }

  apply(name, count) {
    this.steps.push({ kind: "apply", name, count });
  }

  expression() {
    this.term();
    for (let sign; (sign = this.take("+", "-")); ) {
      this.term();
      this.apply(sign, 2);
    }
  }

  term() {
    this.signed();
    for (let sign; (sign = this.take("*", "/")); ) {
      this.signed();
      this.apply(sign, 2);
    }
  }

  signed() {
    this.depth += 1;
    if (this.depth > DEEPEST) {
      throw new ExpressionError(`the formula is nested more than ${DEEPEST} deep`);
    }
    const sign = this.take("+", "-");
    if (sign) {
      this.signed();
      if (sign === "-") this.apply("negate", 1);
    } else {
      this.power();
    }
    this.depth -= 1;
  }

  power() {
    this.atom();
    if (!this.take("^")) return;
    const first = this.steps.length;
    const { at } = this.token;
    this.signed();
    const exponent = this.steps.slice(first);
    if (exponent.every((step) => step.kind !== "symbol")) {
      if (!(Math.abs(evaluate(exponent, new Map())) <= LARGEST_EXPONENT)) {
        throw new ExpressionError(
          `an exponent here is at most ${LARGEST_EXPONENT} (character ${at + 1})`,
        );
      }
    }
    this.apply("^", 2);
  }

  atom() {
    const token = this.token;
    if (token.kind === "number") {
      this.next += 1;
      this.steps.push({ kind: "number", number: Number(token.text) });
    } else if (token.kind === "name") {
      this.next += 1;
      this.named(token);
    } else if (this.take("(")) {
      this.expression();
      this.need(")", "a closing bracket is missing");
    } else if (token.kind === "end") {
      throw new ExpressionError("the formula ends where a number or a name should follow");
    } else {
      throw new ExpressionError(
        `a number or a name should stand instead of ${quoted(token.text)} ` +
          `(character ${token.at + 1})`,
      );
    }
  }

  // Read a symbol, or a function with its arguments; `token` is its name, already taken.
  named(token) {
    const name = token.text;
    if (!FUNCTIONS.has(name)) {
      if (!this.symbols.has(name)) throw unknownName(name, this.symbols, token.at);
      this.steps.push({ kind: "symbol", name });
      return;
    }
    if (!this.take("(")) {
      throw new ExpressionError(
        `${quoted(name)} is a function: write ${name}(...) (character ${token.at + 1})`,
      );
    }
    let count = 1;
    this.expression();
    for (; this.take(","); count += 1) this.expression();
    this.need(")", `a closing bracket is missing after the arguments of ${name}`);
    const [fewest, most] = FUNCTIONS.get(name);
    if (count < fewest || count > most) {
      const wanted = most === 1 ? "one argument" : "two arguments or more";
      throw new ExpressionError(`${quoted(name)} takes ${wanted}, not ${count}`);
    }
    this.apply(name, count);
  }
}

function unknownName(name, symbols, at) {
  if (["log", "log10", "lg"].includes(name)) {
    return new ExpressionError(
      `${quoted(name)} is not known here: write log2(...) or ln(...) (character ${at + 1})`,
    );
  }
  const product = apart(name, symbols);
  if (product !== name) {
    return new ExpressionError(`write the multiplication sign: ${product} (character ${at + 1})`);
  }
  const known = [...symbols].sort(byCodePoint).join(", ") || "none";
  return new ExpressionError(
    `${quoted(name)} is not known here (character ${at + 1}); the symbols are ${known}; ` +
      `the functions are ${[...FUNCTIONS.keys()].join(", ")}; products are written with *`,
  );
}

// A name that is symbols side by side as their product: d*M for dM; else itself.
function apart(name, symbols) {
  if (symbols.has(name) || FUNCTIONS.has(name)) return name;
  const longestFirst = [...symbols].sort((a, b) => b.length - a.length);
  const products = new Map([[name.length, ""]]); // of the rest of the name, by where it starts
  for (let i = name.length - 1; i >= 0; i -= 1) {
    for (const symbol of longestFirst) {
      const rest = products.get(i + symbol.length);
      if (rest !== undefined && name.startsWith(symbol, i)) {
        products.set(i, rest ? `${symbol}*${rest}` : symbol);
        break;
      }
    }
  }
  return products.get(0) ?? name;
}

// The postfix steps of the formula `text` over the declared `symbols` (names, in any iterable).
// An ExpressionError says what cannot be read, and where.
export function parse(text, symbols) {
  const declared = new Set(symbols);
  for (const symbol of declared) {
    if (FUNCTIONS.has(symbol) || !/^[\p{L}_][\p{L}_0-9]*$/u.test(symbol)) {
      throw new RangeError(`${quoted(symbol)} cannot be a symbol of a formula`);
    }
  }
  if (typeof text !== "string") throw new ExpressionError("a formula is a text");
  const { length } = codePoints(text);
  if (length > LONGEST) {
    throw new ExpressionError(`a formula has at most ${LONGEST} characters; this has ${length}`);
  }
  const parser = new Parser(tokensOf(codePoints(plain(text)).map((c) => ALIASES.get(c) ?? c)), declared);
  if (parser.token.kind === "end") throw new ExpressionError("type a formula");
  parser.expression();
  const token = parser.token;
  if (token.kind === "end") return parser.steps;
  parser.noImplicitProduct(token);
  if (token.text === ",") {
    throw new ExpressionError(
      "a comma only separates the arguments of a function; " +
        `write 1000 and 2.5 (character ${token.at + 1})`,
    );
  }
  throw new ExpressionError(`${quoted(token.text)} is one too many (character ${token.at + 1})`);
}

// ---- evaluation

// Floor or ceil of x, with an x that is within 1e-9 of a whole number taken as it.
function whole(x, rounding) {
  if (Math.abs(x) >= 2 ** 53) return x;
  const nearest = Math.floor(x + 0.5);
  return Math.abs(x - nearest) <= RELATIVE * Math.max(1, Math.abs(x)) ? nearest : rounding(x);
}

const OPERATIONS = new Map([
  ["+", (a, b) => a + b],
  ["-", (a, b) => a - b],
  ["*", (a, b) => a * b],
  ["/", (a, b) => a / b],
  ["^", (a, b) => (Math.abs(b) <= LARGEST_EXPONENT ? a ** b : NaN)],
  ["negate", (a) => -a],
  ["sqrt", Math.sqrt],
  ["log2", Math.log2],
  ["ln", Math.log],
  ["exp", Math.exp],
  ["ceil", (a) => whole(a, Math.ceil)],
  ["floor", (a) => whole(a, Math.floor)],
  ["abs", Math.abs],
  ["min", Math.min],
  ["max", Math.max],
]);

// The value of a parsed formula, with the symbols' `values` (a Map of finite numbers); NaN
// where it is not defined, and as soon as any part is too large for a number.
export function evaluate(steps, values) {
  const stack = [];
  for (const step of steps) {
    let value;
    if (step.kind === "number") value = step.number;
    else if (step.kind === "symbol") value = values.get(step.name);
    else value = OPERATIONS.get(step.name)(...stack.splice(stack.length - step.count));
    if (!Number.isFinite(value)) return NaN;
    stack.push(value);
  }
  return stack[0];
}

// ---- equality

// One value for each of `ranges` ([name, low, high]), as a Map: low + (high - low) * u; with
// `lowEnd`, u to the fourth power instead.
export function randomPoint(ranges, random, lowEnd) {
  return new Map(
    ranges.map(([name, low, high]) => {
      const u = random.uniform();
      return [name, low + (high - low) * (lowEnd ? u * u * u * u : u)];
    }),
  );
}

// Whether a parsed formula equals `reference` at 64 random points, to 1e-9 relative.
//
// `ranges` is a list of [name, low, high]; `reference` takes the values in that order. The
// result has same, points, differsAt (a Map, empty when they agree), theirs (NaN where the
// reader's formula is not defined there) and ours.
export function equivalent(steps, reference, ranges, seed) {
  for (const [name, low, high] of ranges) {
    if (!(Number.isFinite(low) && Number.isFinite(high) && low <= high)) {
      throw new RangeError(`${name} has the range ${low} to ${high}; it needs low <= high, finite`);
    }
  }
  const random = new PortableRandom(seed);
  let points = 0;
  for (let draw = 0; draw < 4 * POINTS && points < POINTS; draw += 1) {
    const point = randomPoint(ranges, random, draw % 2 === 1);
    const ours = reference(...point.values());
    if (!Number.isFinite(ours)) continue;
    const theirs = evaluate(steps, point);
    points += 1;
    if (!(Math.abs(theirs - ours) <= RELATIVE * Math.max(Math.abs(theirs), Math.abs(ours)))) {
      return { same: false, points, differsAt: point, theirs, ours };
    }
  }
  if (points < FEWEST_POINTS) {
    throw new RangeError(
      `the reference is defined at only ${points} of ${4 * POINTS} points; narrow the ranges`,
    );
  }
  return { same: true, points, differsAt: new Map(), theirs: NaN, ours: NaN };
}
