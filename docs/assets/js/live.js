// What makes a page's numbers live: fetch the models of the figures it shows, build the panel, and
// write every number again when a given changes.
import { keepInAddress, settingsInAddress } from "./address.js";
import { installCards } from "./cards.js";
import { choicesIn, claimsIn, refreshChoices, refreshClaims } from "./claims.js";
import { fetched } from "./fetched.js";
import { FigureError, called, changesOf, evaluate, find, has, optionOf, pick, update } from "./graph.js";
import { collect, isStale, isVerdict, redraw, reference, refresh } from "./numbers.js";
import { buildPanel } from "./panel.js";
import { boardsIn, writeNext } from "./whiteboard.js";

const PAUSE = 150;
const SCREEN = "300px";

// Begin. `lookForWide` is called when what the page shows may have become wider.
export async function start(lookForWide) {
  const panels = [...document.querySelectorAll("[data-panel]")];
  const slugs = slugsOnPage(panels);
  if (!slugs.length) return;
  const models = await Promise.all(slugs.map(modelOf));
  const chapters = Object.fromEntries(models.map((model) => [model.slug, chapterOf(model)]));
  const page = {
    chapters,
    models: new Map(models.map((model) => [model.slug, model])),
    // The chapter whose own page this is, and the one that a plain name in the address means.
    chapter: document.body.dataset.chapter,
    own: document.body.dataset.chapter ?? panels[0]?.dataset.panel,
    found: collect(document, chapters),
    claims: claimsIn(document, chapters),
    choices: choicesIn(document, chapters),
    boards: boardsIn(document, chapters),
    panels: [],
    problems: [],
    lookForWide,
  };
  for (const section of panels) {
    const chapter = chapters[section.dataset.panel];
    const panel = buildPanel(section, chapter.model, (...what) => change(page, chapter, ...what), () => reset(page));
    // Whoever leaves a field has made up their mind: what comes next is a step of its own.
    section.addEventListener("focusout", () => (page.ongoing = null));
    page.panels.push({ panel, chapter });
  }
  page.cards = installCards(chapters, (slug, name) => placeOf(page, slug, name));
  watchScreen(page.found.pictures);
  readAddress(page);
  addEventListener("popstate", () => goBack(page));
  addEventListener("beforeprint", () => redraw(page.found.pictures, page.chapters));
  apply(page);
  document.documentElement.dataset.live = "ready";
}

function slugsOnPage(panels) {
  const figures = [...document.querySelectorAll("[data-fig]")].map((e) => reference(e.dataset.fig).slug);
  return [...new Set([...figures, ...panels.map((e) => e.dataset.panel)])];
}

const modelOf = fetched(async (slug, again) => (await import(`../chapters/${slug}.js${again}`)).model);

function chapterOf(model) {
  const base = evaluate(model);
  return { model, base, values: base, settings: {} };
}

function toBook(page) {
  for (const chapter of Object.values(page.chapters)) Object.assign(chapter, { values: chapter.base, settings: {} });
}

// ---- settings

// Take the settings over from the address; one that makes no sense is said and left out.
function readAddress(page) {
  const { settings, unknown } = settingsInAddress(page.models, page.own);
  page.search = location.search;
  page.problems = unknown.map((key) => `${key} in the address is not a given of this page.`);
  toBook(page);
  for (const chapter of Object.values(page.chapters)) {
    const its = settings.filter(({ slug }) => slug === chapter.model.slug);
    page.problems.push(...takeAll(chapter, its));
  }
}

// Take settings that come together; return sentences on those that are refused. First all at
// once, since some make sense with others only, as the shape of a model does; then one by one.
function takeAll(chapter, settings) {
  const { model } = chapter;
  // A choice first: a given beside it wins over it.
  const isGiven = ({ name }) => !(name in model.choices);
  const its = settings.sort((a, b) => isGiven(a) - isGiven(b));
  if (take(chapter, its) === null) return [];
  let rest = its;
  for (let tried = []; rest.length && rest.length !== tried.length; ) {
    tried = rest;
    rest = tried.filter((one) => (one.refused = take(chapter, [one])));
  }
  return rest.map(({ name, refused }) => {
    const kept = refused.figure === name ? "" : `${labelOf(chapter, name)} is left as it was. `;
    return kept + saying(chapter, refused);
  });
}

// Take settings, [{name, value}], on top of the present ones, with the values that they give;
// return the error that refuses them, or null.
function take(chapter, settings) {
  const { model } = chapter;
  try {
    const kept = settings.reduce((before, one) => withSetting(model, before, one), chapter.settings);
    chapter.values = update(model, chapter.values, kept);
    chapter.settings = kept;
    return null;
  } catch (error) {
    if (error instanceof FigureError) return error;
    throw error;
  }
}

// The settings with one more, or without it where its value is undefined.
function withSetting(model, settings, { name, value }) {
  const wanted = { ...settings, [name]: value };
  if (value === undefined) delete wanted[name];
  else if (model.choices[name]) wanted[name] = optionOf(name, model.choices[name], value);
  return tidy(model, wanted, name);
}

// Choosing an option overrides what was typed before into the givens that it sets; a given set
// back to what it would be without the setting needs no setting.
function tidy(model, settings, name) {
  const kept = { ...settings };
  const choice = model.choices[name];
  if (choice) {
    for (const given of Object.keys(choice.options[settings[name] ?? choice.default])) delete kept[given];
    if (kept[name] === choice.default) delete kept[name];
  } else if (name in kept) {
    const { [name]: mine, ...rest } = kept;
    const number = changesOf(model, { [name]: mine })[name];
    const [given, index] = find(model, name);
    const without = changesOf(model, rest)[name] ?? pick(given.value, index);
    if (number === without) delete kept[name];
    else kept[name] = String(number);
  }
  return kept;
}

function labelOf({ model, values }, name) {
  if (model.choices[name]) return model.choices[name].label;
  return has(model, name) ? called(model, name, values) : name;
}

// An error as a sentence: what it is about by its label, not by the graph's name for it.
function saying(chapter, { figure, reason }) {
  return `${labelOf(chapter, figure)}: ${reason}${reason.endsWith(".") ? "" : "."}`;
}

// Take new settings of a chapter. While the reader moves one slider or types into one field
// (`isOngoing`), all of it is one step of the history.
function change(page, chapter, some, isOngoing) {
  const began = performance.now();
  page.problems = [];
  for (const { panel } of page.panels) panel.clear();
  for (const [name, value] of Object.entries(some)) {
    const refused = take(chapter, [{ name, value }]);
    if (!refused) continue;
    const said = saying(chapter, refused);
    const beside = refused.figure === name ? refused.reason : said;
    const places = page.panels.filter((p) => p.chapter === chapter).map(({ panel }) => panel.refuse(name, beside));
    if (!places.includes(true)) page.problems.push(said);
  }
  const what = isOngoing ? `${chapter.model.slug}.${Object.keys(some)}` : null;
  page.isStep ||= what === null || what !== page.ongoing;
  page.ongoing = what;
  page.took = (page.took ?? 0) + performance.now() - began;
  page.frame ??= requestAnimationFrame(() => {
    page.frame = null;
    apply(page);
  });
}

function reset(page) {
  toBook(page);
  page.problems = [];
  for (const { panel } of page.panels) panel.clear();
  page.ongoing = null;
  page.isStep = true;
  apply(page);
}

// Follow the browser's Back and Forward; a jump within the page changes nothing.
function goBack(page) {
  if (location.search === page.search) return;
  clearTimeout(page.keeping);
  for (const { panel } of page.panels) panel.clear();
  page.ongoing = null;
  page.isStep = false;
  readAddress(page);
  apply(page, true);
  page.cards.refresh();
}

// ---- showing

// Write what differs. `isForced`: fields take the values even where
// the reader is typing.
function apply(page, isForced = false) {
  const began = performance.now();
  const result = refresh(page.found, page.chapters);
  const untrue = refreshClaims(page.claims, page.chapters);
  refreshChoices(page.choices, page.chapters);
  const isRedrawn = redraw(page.found.pictures.filter((it) => it.isNear), page.chapters);
  if (result.isNew || isRedrawn) page.cards.equip();
  const isChanged = Object.values(page.chapters).some((c) => Object.keys(c.settings).length);
  for (const { panel, chapter } of page.panels) panel.show(chapter, isChanged, isForced);
  document.documentElement.dataset.recomputed = ((page.took ?? 0) + performance.now() - began).toFixed(1);
  page.took = 0;
  drawTheRest(page);
  flash(result.touched);
  keep(page);
  clearTimeout(page.later);
  page.later = setTimeout(() => announce(page, result.different, untrue, isChanged), 350);
}

// Note of each picture whether it is on the screen, or next to it: to ask while the page is being
// written would make the browser lay it out twice.
function watchScreen(pictures) {
  const byHolder = new Map(pictures.map((it) => [it.holder, it]));
  const note = ({ target, isIntersecting }) => (byHolder.get(target).isNear = isIntersecting);
  const observer = new IntersectionObserver((entries) => entries.forEach(note), { rootMargin: SCREEN });
  for (const holder of byHolder.keys()) observer.observe(holder);
}

const soon = globalThis.requestIdleCallback ?? ((work) => setTimeout(work, 30));

// Draw the pictures out of sight, one after the other, whenever there is time.
function drawTheRest(page) {
  document.documentElement.dataset.drawn = "some";
  const mine = (page.drawing = Symbol("drawing"));
  const next = () => {
    if (page.drawing !== mine) return;
    const it = page.found.pictures.find((one) => isStale(one, page.chapters));
    if (it) {
      if (redraw([it], page.chapters)) page.cards.equip();
    } else if (!writeNext(page.boards, page.chapters)) return void (document.documentElement.dataset.drawn = "all");
    soon(next);
  };
  soon(next);
}

// Write the settings into the address; while a slider moves once the reader pauses, for browsers
// refuse to do so at each move. `page.isStep`: the reader may want to come back to how it was.
function keep(page) {
  clearTimeout(page.keeping);
  const write = () => {
    const settings = Object.entries(page.chapters).map(([slug, { settings }]) => [slug, settings]);
    // What was refused has changed nothing: the step is still to come.
    if (keepInAddress(page.models, page.own, page.chapter, settings, page.isStep)) page.isStep = false;
    page.search = location.search;
  };
  if (page.ongoing) page.keeping = setTimeout(write, PAUSE);
  else write();
}

// Mark for a moment what has just changed.
function flash(spans) {
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  for (const { element } of spans) {
    element.animate([{ backgroundColor: "var(--flash)" }, {}], { duration: 900, easing: "ease-out" });
  }
}

// Say what differs from the book, for the eye and for a screen reader.
function announce(page, different, untrue, isChanged) {
  page.lookForWide();
  const parts = [...page.problems];
  if (isChanged) {
    const verdicts = different.filter((s) => isVerdict(page.chapters[s.slug].model, s.name));
    const count = different.length;
    parts.push(`${count} ${count === 1 ? "number differs" : "numbers differ"} from the book.`);
    const many = verdicts.length;
    if (many) parts.push(`${many} of them ${many === 1 ? "is a verdict" : "are verdicts"}.`);
    if (untrue) parts.push(`${untrue} ${untrue === 1 ? "sentence no longer holds" : "sentences no longer hold"}, and ${untrue === 1 ? "is" : "are"} marked.`);
    if (document.querySelector(".fig.measured")) {
      parts.push("Recorded measurements (dashed underline) keep their recorded values.");
    }
  }
  // Once is enough for whoever hears it.
  page.panels[0]?.panel.say(parts.join(" "), page.problems.length > 0);
}

// The panel of this page in which a given can be changed.
function placeOf(page, slug, name) {
  return page.panels.find((p) => p.chapter.model.slug === slug && p.panel.has(name))?.panel;
}
