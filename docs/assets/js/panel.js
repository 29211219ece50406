// The panel of givens: choices, a field and a slider for each given, errors beside the field.
import { general, typed } from "./exact.js";
import { changesOf } from "./graph.js";
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

// Fill a panel's section with its live form. `change(settings, isOngoing)` is called with new
// settings of the chapter, `isOngoing` while a slider moves or a field is being typed in; the
// returned object shows values, errors and what changed.
export function buildPanel(section, model, change, reset) {
  const only = section.dataset.only?.split(" ");
  const wanted = (name) => !only || only.includes(name);
  // A page may hold several panels of one chapter; names of elements must differ.
  const nth = [...document.querySelectorAll("[data-panel]")].indexOf(section);
  const prefix = `panel-${model.slug}${nth > 0 ? `-${nth + 1}` : ""}`;
  const choices = Object.entries(model.choices).filter(([name]) => wanted(name));
  const givens = Object.values(model.givens).filter((g) => wanted(g.name));
  const selects = Object.fromEntries(choices.map(([name, c]) => [name, selectOf(name, c, change)]));
  const fields = Object.fromEntries(givens.map((g) => [g.name, fieldOf(g, prefix, change, Boolean(only))]));

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
  body.append(...groups(givens, fields));
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
      for (const given of givens) {
        const value = changes[given.name] ?? given.value;
        fields[given.name].show(value, values[given.name] !== base[given.name], isForced);
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

function groups(givens, fields) {
  const steps = [...new Set(givens.map((g) => g.step))];
  return steps.map((step) =>
    make(
      "fieldset",
      {},
      make("legend", {}, step),
      ...givens.filter((g) => g.step === step).map((g) => fields[g.name].row),
    ),
  );
}

// Previous and Next, for a given that counts a few steps.
function steppers(given, set, now) {
  const button = (by, word) =>
    make(
      "button",
      {
        type: "button", class: "panel-step", "aria-label": `${given.label}: ${word.toLowerCase()}`,
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

function fieldOf(given, prefix, change, small) {
  const id = `${prefix}-${given.name}`;
  const hint = `${typed(given.low)} to ${typed(given.high)} ${given.unit}`.trim();
  const set = (value, isOngoing = true) => change({ [given.name]: value }, isOngoing);
  const input = make("input", {
    id, type: "text", inputmode: "decimal", autocomplete: "off", "data-given": given.name,
    "aria-describedby": `${id}-error`, title: `${hint}${given.integer ? ", whole" : ""}`,
    oninput: () => set(input.value),
  });
  const slider = make("input", {
    type: "range", min: "0", max: String(STEPS), "aria-label": `${given.label}, slider`,
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
  const label = make("label", { for: id }, given.label, " ");
  label.append(fromHtml("span", given.symbolHtml, { class: "given-symbol", "aria-hidden": "true" }));
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
