// The working card of a number: formula, values, inputs, source, code and checks, in a dialog
// beside the number that mouse, keyboard and touch can open.
import { called, figureOf, find, lengthOf, shown } from "./graph.js";
import { fetched } from "./fetched.js";
import { fromHtml, isTabStop, make, stopBeside, tabStops } from "./dom.js";
import { rendered } from "./maths.js";
import { reference } from "./numbers.js";
import { inputsOf, lines, prepared } from "./working/working.js";

const SITE = new URL("../../", import.meta.url);
const KIND = { given: "Given", derived: "Computed", measured: "Recorded" };
const PATIENCE = 150;

// The cards of a chapter and what workings are written from, fetched once, at the first card, and
// with them KaTeX, which draws their formulas.
const cardsOf = fetched(async (slug, again) => {
  const at = (address) => new URL(`assets/${address}${again}`, SITE);
  const [answer] = await Promise.all([fetch(at(`chapters/${slug}.cards.json`)), import(at("vendor/katex/katex.min.js"))]);
  if (!answer.ok) throw new Error(`${answer.status} ${answer.statusText}`);
  const { cards, workings } = await answer.json();
  return { cards, workings: prepared(workings) };
});

// Make the numbers of the page open their cards. `chapters`: slug -> {model, base, values,
// settings}; `placeOf(slug, name)` is the panel in which a given can be changed, if there is one.
// Returns refresh(), for when values have changed behind an open card.
export function installCards(chapters, placeOf) {
  const dialog = make("dialog", { class: "card", "aria-labelledby": "card-title" });
  document.body.append(dialog);
  let [opener, trail, turn] = [null, [], 0];

  const close = (refocus) => {
    // A card that is still on its way does not open any more.
    turn += 1;
    opener?.classList.remove("is-open");
    if (!dialog.open) return;
    dialog.close();
    if (refocus) focusOn(opener);
  };

  const show = async (slug, name) => {
    trail.push([slug, name]);
    const mine = (turn += 1);
    const back = trail.length > 1 ? () => (trail.pop(), show(...trail.pop())) : null;
    const leave = () => close(true);
    const panel = placeOf(slug, name);
    const change = panel && (() => (close(false), panel.visit(name)));
    const go = (input) => show(slug, input);
    const again = () => show(...trail.pop());
    const actions = { back, leave, change, go, again };
    const chapter = chapters[slug];
    const from = document.activeElement;
    // Meanwhile the reader may have gone on.
    const isWanted = () => turn === mine && (dialog.open || document.activeElement === from);
    const late = setTimeout(() => isWanted() && fill(waiting(chapter, name, actions)), PATIENCE);
    const found = await cardsOf(slug).catch(() => null);
    clearTimeout(late);
    if (isWanted()) fill(found ? content(chapter, slug, name, found, actions) : missing(chapter, name, actions));
    else if (turn === mine) close(false);
  };

  const fill = (parts) => {
    dialog.replaceChildren(...parts);
    if (!dialog.open) {
      // Opening moves the focus, which scrolls: so the dialog must be near before it opens.
      dialog.style.top = `${scrollY + 80}px`;
      dialog.show();
    }
    place(dialog, opener);
    dialog.querySelector("#card-title").focus({ preventScroll: true });
  };

  const openFrom = (element, figure = element.dataset.fig) => {
    const { slug, name } = reference(figure);
    close(false);
    [opener, trail] = [element, []];
    element.classList.add("is-open");
    show(slug, name);
  };

  const equip = () => {
    for (const element of document.querySelectorAll(".fig[data-fig]:not([role])")) {
      if (element.closest("a, button, label, summary, .katex, nav, dialog")) continue;
      element.tabIndex = 0;
      element.setAttribute("role", "button");
      element.setAttribute("aria-haspopup", "dialog");
    }
    giveKeys(chapters);
  };
  equip();
  // Whoever comes near a number may want its card.
  for (const near of ["pointerover", "focusin"]) {
    document.addEventListener(near, (event) => {
      const number = event.target.closest?.("[data-fig]");
      if (number) cardsOf(reference(number.dataset.fig).slug).catch(() => null);
    });
  }
  document.addEventListener("click", (event) => {
    const number = event.target.closest?.("[data-fig]");
    const key = event.target.closest?.("[data-opens]");
    if (key) openFrom(key, key.dataset.opens);
    else if (number && !event.target.closest("a, button, label, summary")) openFrom(number);
    // The path, since a button of the card may be gone by now.
    else if (!event.composedPath().includes(dialog)) close(false);
  });
  document.addEventListener("keydown", (event) => {
    const number = event.target.closest?.(".fig[role=button]");
    if (number && (event.key === "Enter" || event.key === " ")) {
      event.preventDefault();
      openFrom(number);
    }
    if (event.key === "Escape") close(true);
  });
  // The card stands at the end of the page but belongs to its number: from its last control the
  // tab key leads to what follows the number, and from its first one back to the number.
  dialog.addEventListener("keydown", (event) => {
    if (event.key !== "Tab") return;
    const isEnd = document.activeElement === tabStops(dialog).at(event.shiftKey ? 0 : -1);
    const isHome = event.shiftKey && isTabStop(opener);
    const next = isHome ? opener : stopBeside(opener, event.shiftKey ? -1 : 1, dialog);
    if (!isEnd || !next) return;
    event.preventDefault();
    close(false);
    next.focus();
  });
  // Leaving the card with the tab key closes it.
  dialog.addEventListener("focusout", (event) => {
    if (event.relatedTarget && !dialog.contains(event.relatedTarget)) close(false);
  });
  return { equip, refresh: () => dialog.open && show(...trail.pop()) };
}

// Put the focus back on a number, also on one in a formula or a picture, where no tab stops.
function focusOn(number) {
  if (!isTabStop(number)) {
    number.tabIndex = -1;
    number.addEventListener("blur", () => number.removeAttribute("tabindex"), { once: true });
  }
  number.focus();
}

// Numbers that stand in formulas and pictures only can be reached by mouse and touch: give each of
// these figures a button beside the first such place, seen where the keyboard comes to it. What
// stands there no more loses its button.
function giveKeys(chapters) {
  for (const key of document.querySelectorAll("[data-opens]")) {
    if (!document.querySelector(`[data-fig="${key.dataset.opens}"]`)) key.remove();
  }
  const reached = new Set([...document.querySelectorAll(".fig[role=button]")].map((e) => e.dataset.fig));
  for (const key of document.querySelectorAll("[data-opens]")) reached.add(key.dataset.opens);
  for (const element of document.querySelectorAll(".katex [data-fig], svg [data-fig]")) {
    const { fig } = element.dataset;
    const { slug, name } = reference(fig);
    if (reached.has(fig) || !chapters[slug]) continue;
    reached.add(fig);
    const holder = element.closest(".picture, .equation, p, li, td, figcaption");
    const keys = holder.querySelector(":scope > .fig-keys") ?? holder.appendChild(make("span", { class: "fig-keys" }));
    const label = called(chapters[slug].model, name, chapters[slug].base);
    keys.append(make("button", { type: "button", "aria-haspopup": "dialog", "data-opens": fig }, label), " ");
  }
}

// Put the dialog below the number, or above where there is no room; a phone has it at the foot.
function place(dialog, opener) {
  if (matchMedia("(max-width: 44.9375em)").matches) {
    dialog.style.left = dialog.style.top = dialog.style.maxHeight = "";
    return;
  }
  const spot = opener.getBoundingClientRect();
  const [above, below] = [spot.top - 120, innerHeight - spot.bottom - 16];
  dialog.style.maxHeight = "";
  const wanted = dialog.scrollHeight + 4;
  const downward = wanted <= below || below >= above;
  const height = Math.min(wanted, Math.max(240, downward ? below : above));
  const most = document.documentElement.clientWidth - dialog.offsetWidth - 8;
  dialog.style.maxHeight = `${height}px`;
  dialog.style.left = `${Math.min(Math.max(8, spot.left - 16), most) + scrollX}px`;
  dialog.style.top = `${(downward ? spot.bottom + 8 : spot.top - height - 8) + scrollY}px`;
}

function head(label, kind, { back, leave }) {
  return [
    make(
      "div",
      { class: "card-head" },
      back && make("button", { type: "button", class: "card-back", onclick: back }, "← Back"),
      make("span", { class: "card-kind" }, kind),
      make("button", { type: "button", class: "card-close", "aria-label": "Close", onclick: leave }, "×"),
    ),
    make("h2", { id: "card-title", tabindex: "-1" }, label),
  ];
}

// What stands in a card until its text is there.
function waiting({ model, values }, name, actions) {
  return [
    ...head(called(model, name, values), "", actions),
    make("p", { class: "card-value" }, shown(model, name, values)),
    make("p", { role: "status" }, "Loading the working …"),
  ];
}

// What stands in a card whose text could not be fetched.
function missing({ model, values }, name, actions) {
  return [
    ...head(called(model, name, values), "", actions),
    make("p", { class: "card-value" }, shown(model, name, values)),
    make("p", { role: "alert" }, "The working could not be loaded. Is the connection gone?"),
    make("p", {}, make("button", { type: "button", class: "card-again", onclick: actions.again }, "Try again")),
  ];
}

function content(chapter, slug, name, { cards, workings }, actions) {
  const { model, values, base } = chapter;
  // The cells of a figure share its card.
  const card = cards[find(model, name)[0].name];
  const { change, go } = actions;
  const value = shown(model, name, values);
  const book = shown(model, name, base);
  const parts = [
    ...head(called(model, name, values), `${KIND[card.kind]} · ${card.step}`, actions),
    valueLine(model, name, card, value, values),
    value === book ? null : make("p", { class: "card-book" }, `In the book: ${book}`),
  ];
  if (card.kind === "derived") parts.push(...working(model, workings, name, card, values, go));
  if (card.kind === "given") parts.push(...originParts(chapter, name, card));
  // No panel offers a row of facts, one for each thing.
  if (card.kind === "given" && !card.each) parts.push(make("p", {}, changer(slug, change)));
  if (card.kind === "measured") parts.push(record(card.record));
  return parts.filter(Boolean);
}

function valueLine(model, name, card, value, values) {
  const line = make("p", { class: "card-value" }, value);
  if (card.unitTwin) {
    const twin = twinOf(model, name, values);
    if (twin) line.append(make("span", { class: "card-twin" }, ` = ${twin}`));
  }
  return line;
}

// Bytes in the other kind of prefix: 80 GB is 74.5 GiB.
function twinOf(model, name, values) {
  const { unit } = find(model, name)[0];
  const twins = { MB: "MiB", GB: "GiB", TB: "TiB", MiB: "MB", GiB: "GB", TiB: "TB" };
  return twins[unit] && shown(model, name, values, { unit: twins[unit], places: 1 });
}

// The working of a figure with other values than the page's, as nodes: formula, formula with
// values, inputs, code. `chapter` is {model}; `values` holds the figure and its inputs.
export async function workingOf({ model }, name, values) {
  const { cards, workings } = await cardsOf(model.slug);
  return working(model, workings, name, cards[find(model, name)[0].name], values, null).filter(Boolean);
}

// Of a figure with a formula for each place of an axis, the one of the cell's place.
function formulaAt(model, name, formulas, values) {
  const [{ over }, index] = find(model, name);
  const isHere = ([axis, place]) => {
    const i = index[over.indexOf(axis)];
    return (i < 0 ? lengthOf(model, axis, values) - 1 : i) === place;
  };
  return formulas.find(({ at }) => Object.entries(at).every(isHere));
}

function working(model, workings, name, card, values, go) {
  const { tex, spoken } = formulaAt(model, name, card.formulas, values);
  const drawing = fromHtml("x-maths", rendered(globalThis.katex, tex, true, "html"), {
    class: "maths maths-block", role: "math", "aria-label": spoken,
  });
  const formula = make("div", { class: "card-formula", tabindex: "0" }, drawing);
  const steps = lines(model, workings, name, values, Infinity).map((line) => make("li", {}, line.trim()));
  const numbers = make("ul", { class: "card-steps" }, ...steps);
  const inputs = inputsOf(model, workings, name, values).map((input) => {
    const label = called(model, input, values);
    // Of a row that is looked along, the working above has the values.
    if (find(model, input)[1].includes(null)) return make("li", {}, label);
    return make(
      "li",
      {},
      go ? make("button", { type: "button", class: "card-input", onclick: () => go(input) }, label) : make("span", {}, label),
      make("span", {}, shown(model, input, values)),
    );
  });
  return [
    formula,
    numbers,
    make("h3", {}, "Inputs"),
    make("ul", { class: "card-inputs" }, ...inputs),
    card.doc ? make("details", {}, make("summary", {}, "What the formula says"), make("p", { class: "card-doc" }, card.doc)) : null,
    card.why?.length ? whyParts(card.why) : null,
    card.checks.length
      ? make("p", {}, make("b", {}, "Proved "), card.checks.join("; "))
      : null,
    card.code
      ? make("p", {}, make("b", {}, "Code "), make("a", { href: new URL(card.code.href, SITE).href }, `${card.code.function}, ${card.code.file} line ${card.code.line}`))
      : null,
  ];
}

// The steps that lead from first principles to the formula, folded: each in words, then drawn.
function whyParts(steps) {
  const drawn = ({ words, tex }) => {
    const drawing = fromHtml("x-maths", rendered(globalThis.katex, tex, true, "htmlAndMathml"), { class: "maths maths-block" });
    return make("li", {}, words, make("div", { class: "card-formula", tabindex: "0" }, drawing));
  };
  return make("details", { class: "card-why" }, make("summary", {}, "Why this formula"), make("ol", {}, ...steps.map(drawn)));
}

// What leads to where a given can be changed: a field of this page, or its chapter.
function changer(slug, change) {
  if (change) return make("button", { type: "button", class: "card-change", onclick: change }, "Change this given");
  return make("a", { href: new URL(`chapters/${slug}/`, SITE).href }, "Change it in its chapter");
}

// Where a given's present value comes from: the reader, the option that is chosen, or the book.
function originParts({ model, settings = {} }, name, card) {
  const [place] = find(model, name)[1];
  const choice = Object.keys(card.options).findLast((c) => settings[c] in card.options[c]);
  const chosen = choice ? card.options[choice][settings[choice]] : card.each?.[place] ?? card;
  const isYours = Object.hasOwn(settings, name);
  const { text, url, read, reviewBy } = chosen.source;
  const source = url ? make("a", { href: url, rel: "external" }, text) : make("span", {}, text);
  const dates = [read && `read ${read}`, reviewBy && `review by ${reviewBy}`].filter(Boolean).join(", ");
  return [
    isYours ? make("p", {}, make("b", {}, "Source "), "your own value") : null,
    make("p", {}, make("b", {}, isYours ? "Without it " : "Source "), source, dates && url ? ` (${dates})` : ""),
    chosen.note ? make("p", {}, chosen.note) : null,
  ];
}

function record({ command, at, date, machine, deterministic, seed, file }) {
  const rows = [
    ["Run", make("code", {}, command)],
    ["At", at],
    ["On", `${date}, ${machine}`],
    ["Seed", seed === null ? null : String(seed)],
    ["Repeats", deterministic ? "exactly, on every machine; the tests run it again" : "not exactly: another run, or another machine, comes out a little different"],
    ["File", file],
  ].filter(([, value]) => value);
  return make(
    "div",
    {},
    make("p", {}, "A recorded measurement. It does not change with the givens."),
    make("dl", { class: "card-record" }, ...rows.flatMap(([term, value]) => [make("dt", {}, term), make("dd", {}, value)])),
  );
}
