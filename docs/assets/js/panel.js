// The panel of givens: choices, a field and a slider for each given, errors beside the field.
import { general, typed } from "./exact.js";
import { called, cellName, changesOf, dotted, lengthOf, pick, rangeOf } from "./graph.js";
import { fromHtml, make } from "./dom.js";

const STEPS = 1000;

// A slider runs over orders of magnitude where the range spans them.
const isLogarithmic = (given) => given.low > 0 && given.high / given.low > 50;

function toSlider(given, value) {
  const part = isLogarithmic(given)
    ? Math.log(value / given.low) / Math.log(given.high / given.low)
    : (value - given.low) / (given.high - given.low);
  return Math.round(part * STEPS);
}

function fromSlider(given, position) {
  const part = position / STEPS;
  if (part <= 0) return given.low;
  if (part >= 1) return given.high;
  const value = isLogarithmic(given)
    ? given.low * (given.high / given.low) ** part
    : given.low + part * (given.high - given.low);
  const tidy = given.integer ? Math.round(value) : Number(value.toPrecision(3));
  return Math.min(given.high, Math.max(given.low, tidy));
}

// The least by which a given can be seen to move: one, or one of the third digit.
function leastStep(given, value) {
  if (given.integer) return 1;
  return 10 ** (Math.floor(Math.log10(Math.abs(value) || given.high)) - 2);
}

// What a slider that was moved to `position` sets, where `current` was set before. A step of the
// arrow keys that is finer than the given moves it all the same.
function moved(given, position, current) {
  const value = fromSlider(given, position);
  const way = Math.sign(position - toSlider(given, current));
  if (value !== current || !way) return value;
  const next = Number((current + way * leastStep(given, current)).toPrecision(12));
  return Math.min(given.high, Math.max(given.low, next));
}

// A value as it stands in its field: 70e9 rather than a row of zeros.
function fieldText(value) {
  if (Math.abs(value) < 1e7) return String(value);
  const power = 3 * Math.floor(Math.log10(Math.abs(value)) / 3);
  const short = `${Number((value / 10 ** power).toPrecision(12))}e${power}`;
  return Number(short) === value ? short : String(value);
}

// The places of all numbers in nested rows, but for those that are absent.
const places = (value, at = []) => {
  if (Array.isArray(value)) return value.flatMap((part, i) => places(part, [...at, i]));
  return value === null ? [] : [at];
};

// What has a field of its own: a given, or each cell of one that is over axes. `name` is what a
// setting of it is called.
function settable(model, given) {
  return places(given.value).map((index) => {
    const [low, high] = rangeOf(model, given, index);
    return { ...given, given: given.name, index, name: cellName(model, given, index), value: pick(given.value, index), low, high };
  });
}

// Fill a panel's section with its live form. `change(settings, isOngoing)` is called with new
// settings of the chapter, `isOngoing` while a slider moves or a field is being typed in; the
// returned object shows values, errors and what changed.
export function buildPanel(section, model, change, reset) {
  const only = section.dataset.only?.split(" ");
  const wanted = (name) => (only ? only.includes(name) : !model.givens[name]?.isRowOfFacts);
  // A page may hold several panels of one chapter; names of elements must differ.
  const nth = [...document.querySelectorAll("[data-panel]")].indexOf(section);
  const prefix = `panel-${model.slug}${nth > 0 ? `-${nth + 1}` : ""}`;
  const choices = Object.entries(model.choices).filter(([name]) => wanted(name));
  const givens = Object.values(model.givens).filter((g) => wanted(g.name));
  const selects = Object.fromEntries(choices.map(([name, c]) => [name, selectOf(name, c, change)]));
  const cells = givens.flatMap((given) => settable(model, given));
  const fields = Object.fromEntries(cells.map((cell) => {
    const id = `${prefix}-${dotted(model, cell.name).replaceAll(".", "-")}`;
    return [cell.name, fieldOf(cell, id, change, Boolean(only))];
  }));

  const status = make("p", { class: "panel-status", role: "status" });
  const undo = make("button", { type: "button", class: "panel-reset", disabled: true, onclick: reset }, "Reset");
  const body = make("div", { class: "panel-body", id: `${prefix}-body` });
  const more = make(
    "button",
    {
      type: "button", class: "panel-more", "aria-expanded": "false", "aria-controls": body.id,
      onclick: () => open(body.hidden),
    },
    `All ${givens.length} givens`,
  );
  const open = (wide) => {
    body.hidden = !wide;
    more.setAttribute("aria-expanded", String(wide));
    section.classList.toggle("is-open", wide);
  };
  body.append(...groups(model, givens, cells, fields));
  const bar = make(
    "div",
    { class: "panel-bar" },
    make("span", { class: "panel-name" }, "Change the givens"),
    ...choices.map(([name, c]) =>
      make("label", { class: "panel-choice" }, make("span", {}, c.label), selects[name]),
    ),
    only ? null : more,
    undo,
  );
  section.replaceChildren(bar, body, status);
  section.classList.add("is-live");
  open(Boolean(only));
  if (only) section.classList.add("is-small");
  section.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !only && !body.hidden) {
      open(false);
      more.focus();
    }
  });

  return {
    // Show the present values; a field that the reader is typing in keeps its text unless
    // `isForced`. `isChanged`: there is something to reset.
    show({ values, base, settings }, isChanged, isForced) {
      for (const [name, select] of Object.entries(selects)) {
        select.value = settings[name] ?? model.choices[name].default;
      }
      const changes = changesOf(model, settings);
      for (const { name, given, index, over, value } of cells) {
        const isThere = over.every((axis, k) => index[k] < lengthOf(model, axis, values));
        const isMoved = pick(values[given], index) !== pick(base[given], index);
        fields[name].row.hidden = !isThere;
        if (isThere) fields[name].call(called(model, name, values));
        fields[name].show(changes[name] ?? value, isMoved, isForced);
      }
      undo.disabled = !isChanged;
    },
    refuse(name, message) {
      if (!fields[name]) return false;
      fields[name].refuse(message);
      return true;
    },
    clear() {
      for (const field of Object.values(fields)) field.refuse("");
    },
    // Say what has changed; what was refused is said in full, also where there is little room.
    say(text, isRefusal) {
      status.textContent = text;
      status.classList.toggle("is-refusal", isRefusal);
    },
    // Open the panel at a given's field.
    visit(name) {
      if (!fields[name]) return;
      open(true);
      fields[name].input.scrollIntoView({ block: "center" });
      fields[name].input.focus();
      fields[name].input.select();
    },
    has: (name) => Boolean(fields[name]),
  };
}

function selectOf(name, choice, change) {
  const options = Object.keys(choice.options).map((o) => make("option", { value: o }, o));
  const select = make(
    "select",
    {
      "data-choice": name, "aria-label": choice.label,
      onchange: () => change({ [name]: select.value === choice.default ? undefined : select.value }, false),
    },
    ...options,
  );
  return select;
}

// A fieldset for the givens of each step, and in it a group for the cells of each row.
function groups(model, givens, cells, fields) {
  const rowsOf = (given) => cells.filter((cell) => cell.given === given.name).map((cell) => fields[cell.name].row);
  const partOf = (given) => {
    if (!given.over.length) return rowsOf(given);
    const name = called(model, given.name, {});
    const head = make("p", { class: "given-group-name" }, name, " ", symbolOf(given));
    return [make("div", { class: "given-group", role: "group", "aria-label": name }, head, ...rowsOf(given))];
  };
  const steps = [...new Set(givens.map((g) => g.step))];
  return steps.map((step) =>
    make("fieldset", {}, make("legend", {}, step), ...givens.filter((g) => g.step === step).flatMap(partOf)),
  );
}

const symbolOf = (given) => fromHtml("span", given.symbolHtml, { class: "given-symbol", "aria-hidden": "true" });

// Previous and Next, for a given that counts a few steps.
function steppers(given, set, now) {
  const button = (by, word) =>
    make(
      "button",
      {
        type: "button", class: "panel-step",
        onclick: () => {
          const next = now() + by;
          if (next >= given.low && next <= given.high) set(String(next), false);
        },
      },
      word,
    );
  return make("span", { class: "given-steps" }, button(-1, "Previous"), button(1, "Next"));
}

const MOST_STEPS = 24;

function fieldOf(given, id, change, small) {
  const hint = `${typed(given.low)} to ${typed(given.high)} ${given.unit}`.trim();
  const set = (value, isOngoing = true) => change({ [given.name]: value }, isOngoing);
  const input = make("input", {
    id, type: "text", inputmode: "decimal", autocomplete: "off", "data-given": given.name,
    "aria-describedby": `${id}-error`, title: `${hint}${given.integer ? ", whole" : ""}`,
    oninput: () => set(input.value),
  });
  const slider = make("input", {
    type: "range", min: "0", max: String(STEPS),
    oninput: () => {
      const value = moved(given, Number(slider.value), current);
      input.value = fieldText(value);
      set(value);
    },
  });
  let current = given.value;
  const counts = small && given.integer && given.high - given.low <= MOST_STEPS;
  const buttons = counts ? steppers(given, set, () => current) : null;
  const error = make("p", { class: "given-error", id: `${id}-error` });
  const name = make("span", {});
  const label = make("label", { for: id }, name, " ", given.over.length ? null : symbolOf(given));
  const row = make(
    "div",
    { class: "given-row" },
    label,
    make("span", { class: "given-value" }, input, make("span", { class: "given-unit" }, given.unit)),
    slider,
    buttons,
    error,
  );
  return {
    row,
    input,
    // Take a label, which in a row may hold a place that moves.
    call(text) {
      if (name.textContent === text) return;
      name.textContent = text;
      slider.setAttribute("aria-label", `${text}, slider`);
      for (const button of buttons?.children ?? []) {
        button.setAttribute("aria-label", `${text}: ${button.textContent.toLowerCase()}`);
      }
    },
    show(value, changed, isForced) {
      current = value;
      for (const [i, end] of [given.low, given.high].entries()) {
        buttons?.children[i].setAttribute("aria-disabled", String(value === end));
      }
      if (isForced || document.activeElement !== input) input.value = fieldText(value);
      slider.value = String(toSlider(given, value));
      slider.setAttribute("aria-valuetext", `${general(value)} ${given.unit}`.trim());
      row.classList.toggle("is-changed", changed);
    },
    refuse(message) {
      error.textContent = message;
      if (message) input.setAttribute("aria-invalid", "true");
      else input.removeAttribute("aria-invalid");
    },
  };
}
