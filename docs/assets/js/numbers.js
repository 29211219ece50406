// The numbers in the page: which they are, how each is written again, and what changed.
import { picture } from "./charts.js";
import { find, pick, shown } from "./graph.js";

// What "gradient-boosting.residual[row=5, round=2]" refers to; also a picture's name.
export function reference(text) {
  const dot = text.indexOf(".");
  return { slug: text.slice(0, dot), name: text.slice(dot + 1) };
}

// How a span asks to be written: its unit, decimals, bare or not; a verdict as its number.
function optionsOf(element) {
  const { unit, worth, places } = element.dataset;
  const options = { bare: "bare" in element.dataset, number: "number" in element.dataset };
  if (places !== undefined) options.places = Number(places);
  if (unit !== undefined) Object.assign(options, { unit, worth: worth.split("/") });
  return options;
}

// Write a span's figure with these values, in the span's own unit and decimals.
function write(model, name, values, options) {
  if (options.number) return String(valueAt(model, name, values));
  const units = options.worth ? { ...model.units, [options.unit]: options.worth } : model.units;
  return shown({ ...model, units }, name, values, options);
}

function valueAt(model, name, values) {
  const [figure, index] = find(model, name);
  return pick(values[figure.name], index);
}

// Collect what on the page depends on the models. `chapters`: slug -> {model, base, values}.
export function collect(root, chapters) {
  const spans = [...root.querySelectorAll("[data-fig]")]
    .filter((e) => !e.closest("svg") && chapters[reference(e.dataset.fig).slug])
    .map((element) => {
      const { slug, name } = reference(element.dataset.fig);
      const options = optionsOf(element);
      const inMaths = Boolean(element.closest(".katex"));
      // KaTeX wraps the text of a number in spans of its own; the innermost holds it.
      const holder = inMaths ? innermost(element) : element;
      const book = write(chapters[slug].model, name, chapters[slug].base, options);
      if (!inMaths && element.textContent !== book) {
        console.error(`${slug}.${name}: the page says ${element.textContent}, the model ${book}`);
      }
      return { element, holder, slug, name, options, inMaths, book, now: book };
    });
  const labels = [...root.querySelectorAll("[data-template]")];
  const pictures = [...root.querySelectorAll("[data-picture]")].map((element) => ({
    ...reference(element.dataset.picture), holder: element.querySelector(".picture-box"),
  }));
  return { spans, labels, pictures };
}

function innermost(element) {
  let holder = element;
  while (holder.firstElementChild) holder = holder.firstElementChild;
  return holder;
}

// Write everything again with the chapters' present values. Returns the spans that now differ
// from the book and those whose text this call changed.
export function refresh(found, chapters) {
  const [different, touched] = [[], []];
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
    if (text !== span.book) different.push(span);
  }
  for (const label of found.labels) {
    const { model, values } = chapters[label.dataset.chapter];
    label.setAttribute("aria-label", inWords(model, label.dataset.template, values));
  }
  return { different, touched };
}

const last = new WeakMap();

// Draw the pictures again where they come out different.
export function redraw(found, chapters) {
  for (const { slug, name, holder } of found.pictures) {
    const { model, values } = chapters[slug];
    const drawn = picture(model, name, values);
    if (last.get(holder) !== drawn) {
      holder.innerHTML = drawn;
      last.set(holder, drawn);
    }
  }
}

export const isVerdict = (model, name) => Boolean(find(model, name)[0].words);

function markVerdict(element, value) {
  element.classList.toggle("is-yes", value === 1);
  element.classList.toggle("is-no", value === 0 || value > 1);
}

// A formula with values in words: {name} is a figure, {#name} the number of a verdict, and in
// round brackets within the braces, {(name)}, it keeps them where it is negative. Twin of
// `filled` in checks/site/equations.py.
export function inWords(model, template, values) {
  return template.replace(/\{(\(?)(#?)(\w+)\)?\}/g, (_, guarded, number, name) => {
    const written = write(model, name, values, { number: number !== "" });
    return guarded && written.startsWith("−") ? `(${written})` : written;
  });
}
