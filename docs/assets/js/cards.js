// The working card of a number: formula, values, inputs, source, code and checks, in a dialog
// beside the number that mouse, keyboard and touch can open.
import { figureOf, shown } from "./graph.js";
import { fromHtml, make } from "./dom.js";
import { collect, refresh } from "./numbers.js";

const SITE = new URL("../../", import.meta.url);
const KIND = { given: "Given", derived: "Computed", measured: "Recorded" };
const fetched = new Map();

// The cards of a chapter, fetched once, at the first card.
function cardsOf(slug) {
  if (!fetched.has(slug)) {
    const address = new URL(`assets/chapters/${slug}.cards.json`, SITE);
    fetched.set(slug, fetch(address).then((answer) => answer.json()));
  }
  return fetched.get(slug);
}

// Make the numbers of the page open their cards. `chapters`: slug -> {model, base, values};
// `visit(slug, name)` shows a given in the panel and returns whether there is one.
export function installCards(chapters, visit) {
  const dialog = make("dialog", { class: "card", "aria-labelledby": "card-title" });
  document.body.append(dialog);
  let [opener, trail] = [null, []];

  const close = (refocus) => {
    if (!dialog.open) return;
    dialog.close();
    opener?.classList.remove("is-open");
    if (refocus) opener?.focus();
  };

  const show = async (slug, name) => {
    const card = (await cardsOf(slug))[name];
    const back = trail.length > 1 ? () => (trail.pop(), show(...trail.pop())) : null;
    trail.push([slug, name]);
    const leave = () => close(true);
    const change = () => (close(false), visit(slug, name));
    const go = (input) => show(slug, input);
    dialog.replaceChildren(...content(chapters[slug], slug, name, card, { back, leave, change, go }));
    refresh(collect(dialog, chapters), chapters);
    if (!dialog.open) {
      // Opening moves the focus, which scrolls: so the dialog must be near before it opens.
      dialog.style.top = `${scrollY + 80}px`;
      dialog.show();
    }
    place(dialog, opener);
    dialog.querySelector("#card-title").focus({ preventScroll: true });
  };

  const openFrom = (element) => {
    const [slug, name] = element.dataset.fig.split(".");
    close(false);
    [opener, trail] = [element, []];
    element.classList.add("is-open");
    show(slug, name);
  };

  for (const element of document.querySelectorAll(".fig[data-fig]")) {
    if (element.closest("a, button, label, summary, .katex, nav")) continue;
    element.tabIndex = 0;
    element.setAttribute("role", "button");
    element.setAttribute("aria-haspopup", "dialog");
  }
  document.addEventListener("click", (event) => {
    const number = event.target.closest?.("[data-fig]");
    if (number && !event.target.closest("a, button, label, summary")) openFrom(number);
    // The path, since a button of the card may be gone by now.
    else if (!event.composedPath().includes(dialog)) close(false);
  });
  document.addEventListener("keydown", (event) => {
    const number = event.target.closest?.(".fig[role=button]");
    if (number && (event.key === "Enter" || event.key === " ")) {
      event.preventDefault();
      openFrom(number);
    }
    if (event.key === "Escape" && dialog.open) close(true);
  });
  // Leaving the card with the tab key closes it.
  dialog.addEventListener("focusout", (event) => {
    if (event.relatedTarget && !dialog.contains(event.relatedTarget)) close(false);
  });
  return { close };
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

function content(chapter, slug, name, card, { back, leave, change, go }) {
  const { model, values, base } = chapter;
  const figure = figureOf(model, name);
  const value = shown(model, name, values);
  const book = shown(model, name, base);
  const parts = [
    make(
      "div",
      { class: "card-head" },
      back && make("button", { type: "button", class: "card-back", onclick: back }, "← Back"),
      make("span", { class: "card-kind" }, `${KIND[card.kind]} · ${card.step}`),
      make("button", { type: "button", class: "card-close", "aria-label": "Close", onclick: leave }, "×"),
    ),
    make("h2", { id: "card-title", tabindex: "-1" }, card.label),
    valueLine(model, name, card, value, values),
    value === book ? null : make("p", { class: "card-book" }, `In the book: ${book}`),
  ];
  if (card.kind === "derived") parts.push(...working(model, slug, card, values, go));
  if (card.kind === "given") parts.push(...givenParts(figure, card, change));
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
  const unit = figureOf(model, name).unit;
  const twins = { MB: "MiB", GB: "GiB", TB: "TiB", MiB: "MB", GiB: "GB", TiB: "TB" };
  return twins[unit] && shown(model, name, values, { unit: twins[unit], places: 1 });
}

// The working of a figure with other values than the page's, as nodes: formula, formula with
// values, inputs, code. `chapter` is {model, base}; `values` holds the figure and its inputs.
export async function workingOf({ model, base }, name, values) {
  const card = (await cardsOf(model.slug))[name];
  const box = make("div", { class: "card-working" }, ...working(model, model.slug, card, values, null).filter(Boolean));
  const chapters = { [model.slug]: { model, base, values } };
  refresh(collect(box, chapters), chapters);
  // These numbers are the question's own: no change of the page's, and they open no cards.
  for (const element of box.querySelectorAll("[data-fig]")) {
    element.classList.remove("is-changed");
    delete element.dataset.fig;
  }
  return [...box.children];
}

function working(model, slug, card, values, go) {
  const formula = fromHtml("div", card.formulaHtml, { class: "card-formula", tabindex: "0" });
  const numbers = fromHtml("div", card.valuesHtml, { class: "card-formula", tabindex: "0" });
  const label = numbers.querySelector("[role=math]");
  label.dataset.template = card.valuesText;
  label.dataset.chapter = slug;
  const inputs = card.inputs.map((input) =>
    make(
      "li",
      {},
      go
        ? make("button", { type: "button", class: "card-input", onclick: () => go(input) }, figureOf(model, input).label)
        : make("span", {}, figureOf(model, input).label),
      make("span", {}, shown(model, input, values)),
    ),
  );
  return [
    formula,
    numbers,
    make("h3", {}, "Inputs"),
    make("ul", { class: "card-inputs" }, ...inputs),
    card.doc ? make("details", {}, make("summary", {}, "What the formula says"), make("p", { class: "card-doc" }, card.doc)) : null,
    card.checks.length
      ? make("p", {}, make("b", {}, "Checked by "), card.checks.join(", "))
      : null,
    card.code
      ? make("p", {}, make("b", {}, "Code "), make("a", { href: new URL(card.code.href, SITE).href }, `${card.code.function}, ${card.code.file} line ${card.code.line}`))
      : null,
  ];
}

function givenParts(given, card, change) {
  const { text, url, read, reviewBy } = card.source;
  const source = url ? make("a", { href: url, rel: "external" }, text) : make("span", {}, text);
  const dates = [read && `read ${read}`, reviewBy && `review by ${reviewBy}`].filter(Boolean).join(", ");
  return [
    make("p", {}, make("b", {}, "Source "), source, dates && url ? ` (${dates})` : ""),
    card.note ? make("p", {}, card.note) : null,
    make("p", {}, make("button", { type: "button", class: "card-change", onclick: change }, "Change this given")),
  ];
}

function record({ command, date, machine, deterministic, seed, file }) {
  const rows = [
    ["Run", make("code", {}, command)],
    ["On", `${date}, ${machine}`],
    ["Seed", seed === null ? null : String(seed)],
    ["Repeats", deterministic ? "exactly, on every machine; the tests run it again" : "not exactly: a timing belongs to its machine"],
    ["File", file],
  ].filter(([, value]) => value);
  return make(
    "div",
    {},
    make("p", {}, "A recorded measurement. It does not change with the givens."),
    make("dl", { class: "card-record" }, ...rows.flatMap(([term, value]) => [make("dt", {}, term), make("dd", {}, value)])),
  );
}
