// LaTeX as HTML by KaTeX: at build time for the pages, in the browser for the cards.

const LENIENT = ["htmlExtension", "unicodeTextInMathMode", "unknownSymbol"];

// `output` is "html", or "htmlAndMathml" where no text says what the formula is. `\htmlData` marks
// the numbers that follow the givens; it is the one HTML command trusted.
export function rendered(katex, tex, displayMode, output) {
  const html = katex.renderToString(tex, {
    displayMode, output, throwOnError: true,
    trust: (c) => c.command === "\\htmlData",
    strict: (code) => (LENIENT.includes(code) ? "ignore" : "error"),
  });
  // Joining a one-element array works round a bug of quickjs-ng with long concatenated strings.
  return [html].join("");
}
