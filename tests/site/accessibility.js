// What axe-core finds on a page. Pages of formulas and code draw ten thousand texts in a few ways:
// the contrast of text is judged by a few of each. The value is the function that finds it, by all
// rules or by those that read colours only.
(() => {
  const RULE = "color-contrast";
  const OF_COLOURS = [RULE, "link-in-text-block"];
  const MARK = "data-judged";
  const SAMPLES = 3;
  // What axe's rule reads of the text itself, and of each box that it stands in.
  const INK = ["color", "fontSize", "fontWeight", "textShadow", "webkitTextFillColor", "webkitTextStroke"];
  const PAINT = ["backgroundColor", "backgroundImage", "backgroundClip", "opacity", "filter", "mixBlendMode"];
  const BARE = ["rgba(0, 0, 0, 0)", "none", "border-box", "1", "none", "normal"].join();

  // What only screen readers see, as the words of a formula, is clipped to nothing.
  const NOTHING = ["rect(0px, 0px, 0px, 0px)", "rect(1px, 1px, 1px, 1px)"];
  // Fields without a text that axe would judge.
  const NO_FIELD = "[type=hidden], [type=checkbox], [type=radio], [type=range], [type=color], [type=image]";

  const said = (style, names) => names.map((name) => style[name]).join();
  const edges = ({ left, top, right, bottom }) => ({ left, top, right, bottom });
  const meet = (a, b) => a.left < b.right && a.right > b.left && a.top < b.bottom && a.bottom > b.top;
  const ownTexts = (e) => [...e.childNodes].filter((n) => n.nodeType === Node.TEXT_NODE && /[^\s\p{Cf}]/u.test(n.data));
  const isSeen = (e) => e.checkVisibility({ opacityProperty: true, visibilityProperty: true });

  // The places of an element's own text, or of the field that shows one.
  function placesOfText(e) {
    if (e.matches(`input:not(${NO_FIELD}), select, textarea`)) return [edges(e.getBoundingClientRect())];
    const range = document.createRange();
    return ownTexts(e).flatMap((n) => (range.selectNodeContents(n), [...range.getClientRects()].map(edges)));
  }

  // The elements with text that is drawn, in lists of those drawn alike. Text that meets a painted
  // box other than those it stands in is in a list of its own: there the place decides as well.
  // Text of a picture is left out: axe cannot judge it, not knowing what is drawn beneath.
  function kindsOfText() {
    const all = [...document.body.querySelectorAll("*")];
    if (all.some((e) => e.shadowRoot)) throw new Error("the text of a shadow root would not be judged");
    const [grounds, boxes, kinds] = [new Map([[document.body, ""]]), [], new Map()];
    for (const e of all) {
      const ground = grounds.get(e.parentElement);
      if (ground === undefined || e.matches("svg")) continue;
      const style = getComputedStyle(e);
      if (NOTHING.includes(style.clip)) continue;
      const paint = said(style, PAINT);
      grounds.set(e, paint === BARE ? ground : `${ground};${paint}`);
      if (paint !== BARE && isSeen(e)) boxes.push(...[...e.getClientRects()].map((r) => [edges(r), e]));
    }
    for (const [e, ground] of grounds) {
      const places = isSeen(e) ? placesOfText(e) : [];
      if (!places.length) continue;
      const isAlone = boxes.some(([box, other]) =>
        places.some((place) => meet(box, place)) && !other.contains(e) && !e.contains(other));
      const kind = isAlone ? e : `${said(getComputedStyle(e), INK)};${ground}`;
      if (!kinds.has(kind)) kinds.set(kind, []);
      kinds.get(kind).push(e);
    }
    return [...kinds.values()];
  }

  // Some of a kind to judge it by, words first: for a sign or a letter axe may find no ratio.
  function samplesOf(kind) {
    const worded = kind.filter((e) => ownTexts(e).some((n) => /[\p{L}\p{N}]{2}/u.test(n.data)));
    return [...new Set([...worded.slice(0, SAMPLES), ...kind.slice(0, SAMPLES)])].slice(0, SAMPLES);
  }

  // Run axe, its rule of contrast on some elements only; return what is wrong, in words, and the
  // set of those for which it found a ratio.
  async function run(elements, options) {
    for (const e of elements) e.setAttribute(MARK, "");
    const { violations, passes } = await axe.run(document, {
      resultTypes: ["violations", "passes"], elementRef: true, selectors: false, preload: false, ...options,
    });
    for (const e of elements) e.removeAttribute(MARK);
    const contrast = [...violations, ...passes].filter(({ id }) => id === RULE).flatMap(({ nodes }) => nodes);
    const judged = contrast.filter(({ any }) => any.some(({ data }) => data?.contrastRatio)).map((n) => n.element);
    const wrong = violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 200)} ${failureSummary.slice(-200)}`));
    return { wrong, judged: new Set(judged) };
  }

  return async (onlyColours) => {
    axe.configure({ rules: [{ id: RULE, selector: `[${MARK}]` }] });
    const kinds = kindsOfText();
    const samples = kinds.map(samplesOf);
    const first = await run(samples.flat(), onlyColours ? { runOnly: OF_COLOURS } : {});
    // A kind whose samples lie under something, before a picture or the like is judged whole.
    const unjudged = kinds.filter((kind, i) => kind.length > SAMPLES && !samples[i].some((e) => first.judged.has(e)));
    const second = unjudged.length ? await run(unjudged.flat(), { runOnly: [RULE] }) : { wrong: [] };
    return [...first.wrong, ...second.wrong];
  };
})()
