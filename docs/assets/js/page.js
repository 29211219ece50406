// What a page does once it is loaded: fetch the models of the figures it shows, build the panel,
// and write every number again when a given changes.
import { keepInAddress, settingsInAddress } from "./address.js";
import { installCards } from "./cards.js";
import { installCopyButtons, makeWideCodeFocusable } from "./copy.js";
import { FigureError, changesOf, evaluate, optionOf } from "./graph.js";
import { collect, redraw, refresh } from "./numbers.js";
import { buildPanel } from "./panel.js";

async function start() {
  const slugs = slugsOnPage();
  if (!slugs.length) return;
  const models = await Promise.all(slugs.map(load));
  const chapters = Object.fromEntries(models.map((model) => [model.slug, chapterOf(model)]));
  const found = collect(document, chapters);
  const page = { chapters, found, panels: [], settings: {} };
  for (const section of document.querySelectorAll("[data-panel]")) {
    const { model } = chapters[section.dataset.panel];
    const panel = buildPanel(section, model, (some) => change(page, some), () => reset(page));
    page.panels.push({ panel, slug: model.slug });
  }
  installCards(chapters, (slug, name) => visit(page, slug, name));
  readAddress(page);
  apply(page);
  document.documentElement.dataset.live = "ready";
}

function slugsOnPage() {
  const figures = [...document.querySelectorAll("[data-fig]")].map((e) => e.dataset.fig.split(".")[0]);
  const panels = [...document.querySelectorAll("[data-panel]")].map((e) => e.dataset.panel);
  return [...new Set([...figures, ...panels])];
}

async function load(slug) {
  return (await import(`../chapters/${slug}.js`)).model;
}

function chapterOf(model) {
  const base = evaluate(model);
  return { model, base, values: base };
}

const models = (page) => Object.values(page.chapters).map((c) => c.model);

// The part of the settings that a model knows.
function known(model, settings) {
  return Object.fromEntries(
    Object.entries(settings).filter(([name]) => model.givens[name] || model.choices[name]),
  );
}

// Take settings over from the address; one that makes no sense is said and left out.
function readAddress(page) {
  const { settings, unknown } = settingsInAddress(models(page));
  const problems = unknown.map((name) => `${name} in the address is not a given of this page.`);
  // A choice first: a given beside it in the address wins over it.
  const isGiven = ([name]) => models(page).every((m) => !m.choices[name]);
  for (const [name, value] of Object.entries(settings).sort((a, b) => isGiven(a) - isGiven(b))) {
    const problem = take(page, name, value);
    if (problem) problems.push(problem);
  }
  page.problems = problems;
}

// Try one setting on top of the present ones; return the reason why it is refused, or null.
function take(page, name, value) {
  const wanted = { ...page.settings, [name]: value };
  if (value === undefined) delete wanted[name];
  try {
    for (const model of models(page)) {
      if (model.choices[name] && value !== undefined) {
        wanted[name] = optionOf(name, model.choices[name], value);
      }
      evaluate(model, known(model, wanted));
    }
  } catch (error) {
    if (error instanceof FigureError) return error.message;
    throw error;
  }
  page.settings = tidy(page, wanted, name);
  return null;
}

// Choosing an option overrides what was typed before into the givens that it sets; a given set
// back to what it would be without the setting needs no setting.
function tidy(page, settings, name) {
  const kept = { ...settings };
  for (const model of models(page)) {
    const options = model.choices[name]?.options[settings[name] ?? model.choices[name].default];
    for (const given of Object.keys(options ?? {})) delete kept[given];
    if (model.givens[name] && name in kept) {
      const { [name]: mine, ...rest } = known(model, kept);
      const without = changesOf(model, rest)[name] ?? model.givens[name].value;
      const number = changesOf(model, { [name]: mine })[name];
      if (number === without) delete kept[name];
      else kept[name] = String(number);
    }
    const choice = model.choices[name];
    if (choice && kept[name] === choice.default) delete kept[name];
  }
  return kept;
}

function change(page, some) {
  page.problems = [];
  for (const { panel } of page.panels) panel.clear();
  for (const [name, value] of Object.entries(some)) {
    const problem = take(page, name, value);
    if (!problem) continue;
    const beside = page.panels.map(({ panel }) => panel.refuse(name, withoutName(problem, name)));
    if (!beside.includes(true)) page.problems.push(problem);
  }
  schedule(page);
}

// Beside its field an error need not repeat the field's name.
function withoutName(message, name) {
  return message.startsWith(`${name}: `) ? message.slice(name.length + 2) : message;
}

function reset(page) {
  page.settings = {};
  page.problems = [];
  for (const { panel } of page.panels) panel.clear();
  apply(page);
}

function schedule(page) {
  page.frame ??= requestAnimationFrame(() => {
    page.frame = null;
    apply(page);
  });
}

// Recompute all figures and write what differs.
function apply(page) {
  const began = performance.now();
  for (const chapter of Object.values(page.chapters)) {
    chapter.values = evaluate(chapter.model, known(chapter.model, page.settings));
  }
  const result = refresh(page.found, page.chapters);
  redraw(page.found, page.chapters);
  for (const { panel, slug } of page.panels) {
    const { model, values, base } = page.chapters[slug];
    panel.show(values, base, known(model, page.settings));
  }
  document.documentElement.dataset.recomputed = (performance.now() - began).toFixed(1);
  flash(result.touched);
  keepInAddress(page.settings);
  clearTimeout(page.later);
  page.later = setTimeout(() => announce(page, result.different), 350);
}

// Mark for a moment what has just changed.
function flash(spans) {
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  for (const { element } of spans) {
    element.animate([{ backgroundColor: "var(--flash)" }, {}], { duration: 900, easing: "ease-out" });
  }
}

// Say what differs from the book, for the eye and for a screen reader.
function announce(page, different) {
  const parts = [...(page.problems ?? [])];
  if (Object.keys(page.settings).length) {
    const verdicts = different.filter((s) => page.chapters[s.slug].model.derived[s.name]?.words);
    const count = different.length;
    parts.push(`${count} ${count === 1 ? "number differs" : "numbers differ"} from the book.`);
    if (verdicts.length) parts.push(`${verdicts.length} of them a verdict.`);
    if (document.querySelector(".fig.measured")) {
      parts.push("Recorded measurements (dashed underline) keep their recorded values.");
    }
  }
  // Once is enough for whoever hears it.
  page.panels[0]?.panel.say(parts.join(" "));
}

function visit(page, slug, name) {
  const place = page.panels.find((p) => p.slug === slug && p.panel.has(name));
  place?.panel.visit(name);
  return Boolean(place);
}

installCopyButtons();
makeWideCodeFocusable();
start();
if (document.querySelector("[data-quiz], [data-quiz-set]")) {
  import("./quiz/steps.js").then(({ installQuestions }) => installQuestions());
}
if (document.querySelector("[data-practice]")) {
  import("./quiz/practice.js").then(({ installPractice }) => installPractice());
}
