"""What a reader typed, in the characters that answers and formulas are written in.

Keyboards of other scripts, word processors and messengers write the same text with other
characters: full-width letters, digits of another script, letters of mathematical italics, marks
of direction that nobody sees. Nothing that means something else is folded: 10² stays a power and
½ is no digit. docs/assets/js/quiz/plain_text.js is the twin of this file.
"""

from __future__ import annotations

import unicodedata

# Soft hyphen, marks of direction, joiners and other characters without a shape, byte order mark,
# and the selectors that make an emoji of a sign.
HIDDEN = (
    (0xAD, 0xAD),
    (0x61C, 0x61C),
    (0x180E, 0x180E),
    (0x200B, 0x200F),
    (0x202A, 0x202E),
    (0x2060, 0x206F),
    (0xFE00, 0xFE0F),
    (0xFEFF, 0xFEFF),
)
FULL_WIDTH = (0xFF01, 0xFF5E)  # "！" to "～", in the order of ASCII
LETTERS = ((0x2100, 0x214F), (0x1D400, 0x1D7FF))  # ℓ, ℝ; 𝑑, 𝐌, 𝟏
SPACES = "\t\n\r\u00a0\u1680\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
# Minus signs and hyphens, other signs, the Arabic %, point and two commas, full stops.
SIGNS = "−–‐‑‒﹣∗∕⁄\u066a\u066b\u066c\u060c。｡"
MARKS = str.maketrans(SPACES + SIGNS, " " * len(SPACES) + "------*//%.,,..")


def plain(text: str) -> str:
    """Return `text` in plain characters, without spaces around it and a full stop at its end."""
    if not text.isascii():
        text = "".join(map(_folded, text))
    text = text.translate(MARKS).strip()
    return text.removesuffix(".").rstrip()


def _folded(c: str) -> str:
    """Return the plain character for `c`, or nothing for one that nobody sees."""
    code = ord(c)
    if any(first <= code <= last for first, last in HIDDEN):
        return ""
    if FULL_WIDTH[0] <= code <= FULL_WIDTH[1]:
        return chr(code - FULL_WIDTH[0] + ord("!"))
    if any(first <= code <= last for first, last in LETTERS):
        letter = unicodedata.normalize("NFKC", c)
        return letter if len(letter) == 1 else c
    return str(unicodedata.decimal(c, c))
