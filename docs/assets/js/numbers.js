// The numbers in the page: which they are, how each is written again, and what changed.
import { axisChart } from "./axis_charts.js";
import { picture } from "./charts.js";
import { fromHtml } from "./dom.js";
import { called, find, valueAt } from "./graph.js";
import { table } from "./tables.js";
import { inText } from "./words.js";

// What "gradient-boosting.residual[row=5, round=2]" refers to; also a picture's name.
export function reference(text) {
  const dot = text.indexOf(".");
  return { slug: text.slice(0, dot), name: text.slice(dot + 1) };
}

// How a span asks to be written: its unit, decimals, bare or not, in words; a verdict as its number.
function optionsOf(element) {
  const { unit, worth, places, words } = element.dataset;
  const options = { bare: "bare" in element.dataset, number: "number" in element.dataset, words };
  if (places !== undefined) options.places = Number(places);
  if (unit !== undefined) Object.assign(options, { unit, worth: worth.split("/") });
  return options;
}

// Write a span's figure with these values, in the span's own unit and decimals.
function write(model, name, values, options) {
  if (options.number) return String(valueAt(model, name, values));
  const units = options.worth ? { ...model.units, [options.unit]: options.worth } : model.units;
  return inText({ ...model, units }, name, values, options);
}

// Collect what on the page depends on the models. `chapters`: slug -> {model, base, values}.
export function collect(root, chapters) {
  const spans = spansIn(root, chapters);
  for (const { element, slug, name, inMaths, book } of spans) {
    if (!inMaths && element.textContent !== book) {
      console.error(`${slug}.${name}: the page says ${element.textContent}, the model ${book}`);
    }
  }
  const labels = [...root.querySelectorAll("[data-template]")];
  const pictures = [...root.querySelectorAll("[data-picture]")].map((element) => {
    const { slug, name } = reference(element.dataset.picture);
    return drawing(element, slug, ({ model, values }) => picture(model, name, values));
  });
  const charts = overAxes(root, "chart", axisChart);
  return { spans, labels, tables: overAxes(root, "table", table), pictures: [...pictures, ...charts] };
}

function spansIn(root, chapters) {
  return [...root.querySelectorAll("[data-fig]")]
    .filter((e) => !e.closest("svg") && chapters[reference(e.dataset.fig).slug])
    .map((element) => {
      const { slug, name } = reference(element.dataset.fig);
      const options = optionsOf(element);
      const inMaths = Boolean(element.closest(".katex"));
      // KaTeX wraps the text of a number in spans of its own; the innermost holds it.
      const holder = inMaths ? innermost(element) : element;
      const book = write(chapters[slug].model, name, chapters[slug].base, options);
      const recordedAt = measuredAt(chapters[slug].model, name);
      return { element, holder, slug, name, options, inMaths, book, now: book, recordedAt };
    });
}

// The givens at whose values in the book a figure was measured; null where it is none, or none matters.
function measuredAt(model, name) {
  const { at } = model.measured[find(model, name)[0].name] ?? {};
  return at?.length ? at : null;
}

// Mark a measured number where the givens are others than those that it was recorded at.
function markElsewhere({ element, recordedAt }, { model, base, values }) {
  const moved = recordedAt.filter((given) => String(values[given]) !== String(base[given]));
  element.classList.toggle("is-elsewhere", moved.length > 0);
  const said = moved.map((given) => called(model, given, base)).join(", ");
  if (moved.length) element.title = `Recorded at the book's values; changed since: ${said}`;
  else element.removeAttribute("title");
}

// The tables or charts over axes, each with what draws it; the page itself says what they show.
function overAxes(root, kind, draw) {
  return [...root.querySelectorAll(`[data-${kind}]`)].map((element) => {
    const spec = JSON.parse(element.dataset[kind]);
    return drawing(element, element.dataset.chapter, ({ model, values }) => draw(model, spec, values));
  });
}

// `seen`: what it was last drawn from, figure -> value. As the page comes that is the book's.
const drawing = (element, slug, draw) => ({ slug, draw, holder: element.firstElementChild, seen: null });

// Whether a value that a drawing was made from has changed since.
export function isStale({ slug, seen }, chapters) {
  const { values, base } = chapters[slug];
  return seen ? [...seen].some(([name, value]) => values[name] !== value) : values !== base;
}

// What a drawing comes to now; it remembers the values that it takes.
function drawn(it, chapters) {
  const { values } = chapters[it.slug];
  it.seen = new Map();
  const take = (all, name) => (it.seen.set(name, all[name]), all[name]);
  return it.draw({ ...chapters[it.slug], values: new Proxy(values, { get: take }) });
}

function innermost(element) {
  let holder = element;
  while (holder.firstElementChild) holder = holder.firstElementChild;
  return holder;
}

// Write everything again with the chapters' present values. Returns the spans that now differ
// from the book, those whose text this call changed, and whether tables have new cells.
export function refresh(found, chapters) {
  const [different, touched] = [[], []];
  const stale = found.tables.filter((it) => isStale(it, chapters));
  const isNew = stale.filter((it) => follow(it.holder, drawn(it, chapters))).length > 0;
  if (isNew) {
    found.spans = found.spans.filter(({ element }) => element.isConnected);
    const known = new Set(found.spans.map(({ element }) => element));
    const fresh = found.tables.flatMap(({ holder }) => spansIn(holder, chapters));
    found.spans.push(...fresh.filter(({ element }) => !known.has(element)));
  }
  for (const span of found.spans) {
    const { model, values } = chapters[span.slug];
    const text = write(model, span.name, values, span.options);
    if (text !== span.now) {
      span.holder.textContent = span.inMaths ? text.replaceAll(" ", "\u00a0") : text;
      span.now = text;
      touched.push(span);
      if (isVerdict(model, span.name)) markVerdict(span.element, valueAt(model, span.name, values));
    }
    span.element.classList.toggle("is-changed", text !== span.book);
    if (span.recordedAt) markElsewhere(span, chapters[span.slug]);
    if (text !== span.book) different.push(span);
  }
  for (const label of found.labels) {
    const { model, values } = chapters[label.dataset.chapter];
    label.setAttribute("aria-label", inWords(model, label.dataset.template, values));
  }
  return { different, touched, isNew };
}

// What was drawn last in a part of the page.
const last = new WeakMap();

// The figures that stand in a part of the page, in their order.
const figuresIn = (root) => [...root.querySelectorAll("[data-fig]")].map((e) => e.dataset.fig).join();

// Let a table follow what was drawn anew. While it has the same cells only its marks change here,
// for its numbers are written like all others. Returns whether its cells are new.
function follow(holder, drawn) {
  const withoutNumbers = drawn.replace(/(<span [^>]*>)[^<]*/g, "$1");
  if (last.get(holder) === withoutNumbers) return false;
  last.set(holder, withoutNumbers);
  const fresh = fromHtml("div", drawn);
  if (figuresIn(holder) !== figuresIn(fresh)) {
    holder.replaceChildren(...fresh.childNodes);
    return true;
  }
  const cells = fresh.querySelectorAll("td.number");
  holder.querySelectorAll("td.number").forEach((cell, i) => (cell.className = cells[i].className));
  const place = holder.querySelector("caption:not(:has([data-fig]))");
  if (place) place.textContent = fresh.querySelector("caption").textContent;
  return false;
}

// Draw those of `pictures` again whose values have changed. Returns whether other figures stand in
// them now.
export function redraw(pictures, chapters) {
  let isNew = false;
  for (const it of pictures.filter((one) => isStale(one, chapters))) {
    const drawing = drawn(it, chapters);
    if (last.get(it.holder) === drawing) continue;
    const before = figuresIn(it.holder);
    it.holder.innerHTML = drawing;
    last.set(it.holder, drawing);
    isNew ||= figuresIn(it.holder) !== before;
  }
  return isNew;
}

export const isVerdict = (model, name) => Boolean(find(model, name)[0].words);

function markVerdict(element, value) {
  element.classList.toggle("is-yes", value === 1);
  element.classList.toggle("is-no", value === 0 || value > 1);
}

// A formula with values in words: {name} is a figure or a cell, {#name} the number of a verdict, and in
// round brackets within the braces, {(name)}, it keeps them where it is negative. Twin of
// `filled` in checks/faces/equations.py.
export function inWords(model, template, values) {
  return template.replace(/\{(\(?)(#?)([^{}()#]+)\)?\}/g, (_, guarded, number, name) => {
    const written = write(model, name, values, { number: number !== "" });
    return guarded && written.startsWith("−") ? `(${written})` : written;
  });
}
