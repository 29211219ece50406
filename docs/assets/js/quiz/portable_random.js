// The generator that draws the questions: the twin of checks/drill/portable_random.py, which
// explains it. The same seed gives the same numbers in the terminal and here.

const TWO_32 = 4294967296;

// [the next state, the word drawn], both whole numbers in 0 .. 2^32 - 1.
export function nextWord(state) {
  const next = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(next ^ (next >>> 15), 1 | next);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return [next >>> 0, (t ^ (t >>> 14)) >>> 0];
}

// The bytes of a text in UTF-8; a surrogate that stands alone counts as U+FFFD.
export function utf8(text) {
  const bytes = [];
  for (const c of text) {
    let code = c.codePointAt(0);
    if (code >= 0xd800 && code <= 0xdfff) code = 0xfffd;
    if (code < 0x80) bytes.push(code);
    else if (code < 0x800) bytes.push(0xc0 | (code >> 6), 0x80 | (code & 63));
    else {
      if (code < 0x10000) bytes.push(0xe0 | (code >> 12));
      else bytes.push(0xf0 | (code >> 18), 0x80 | ((code >> 12) & 63));
      bytes.push(0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
    }
  }
  return bytes;
}

// A seed in 0 .. 2^32 - 1 for a text: the FNV-1a hash of its UTF-8 bytes.
export function seedOf(text) {
  let value = 2166136261;
  for (const byte of utf8(text)) value = Math.imul(value ^ byte, 16777619);
  return value >>> 0;
}

// A stream of random numbers from one seed, any safe integer; its lowest 32 bits count.
export class PortableRandom {
  constructor(seed) {
    this.state = seed >>> 0;
  }

  // The next whole number in 0 .. 2^32 - 1.
  word() {
    const [state, word] = nextWord(this.state);
    this.state = state;
    return word;
  }

  // The next number in 0 <= u < 1, a multiple of 2^-32.
  uniform() {
    return this.word() / TWO_32;
  }

  // The next whole number in 0 .. n - 1.
  below(n) {
    if (!(Number.isInteger(n) && n >= 1 && n <= 2 ** 20)) {
      throw new RangeError(`below(${n}): n must be 1 to 2^20`);
    }
    return Math.floor(this.uniform() * n);
  }

  // The items in a random order (Fisher and Yates, from the end).
  shuffled(items) {
    const mixed = [...items];
    for (let i = mixed.length - 1; i > 0; i -= 1) {
      const j = this.below(i + 1);
      [mixed[i], mixed[j]] = [mixed[j], mixed[i]];
    }
    return mixed;
  }
}
