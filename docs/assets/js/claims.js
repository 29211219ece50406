// Claims: the sentences that say more than a number. Each stands in the page with its condition,
// and with what is said otherwise; see checks/faces/claims.py.
import { make } from "./dom.js";
import { interpreter } from "./working/interpret.js";

const NOTES = {
  off: "no longer so with these numbers",
  rests: "measured at other settings",
};

// Whether a condition is true among a model's values; null where it has no meaning.
export function holds(model, { term, wires }, values) {
  try {
    return Boolean(interpreter(model, wires, values).value(term, {}));
  } catch {
    return null; // a place that is none, a cell that is absent or beyond the end of its axis
  }
}

// What a claim is: "holds", "otherwise" (there is a sentence for that), "off", or "rests" on a measurement that
// was made at other givens.
export function stateOf({ model, base, values }, claim, hasOther) {
  if ((claim.at ?? []).some((given) => String(values[given]) !== String(base[given]))) return "rests";
  if (holds(model, claim, values)) return "holds";
  return hasOther ? "otherwise" : "off";
}

// The claims of the page about the chapters that it has the models of.
export function claimsIn(root, chapters) {
  return [...root.querySelectorAll("[data-claim]")]
    .map((element) => ({ element, claim: JSON.parse(element.dataset.claim), state: "holds" }))
    .filter(({ claim }) => chapters[claim.slug]);
}

// Show of each claim the branch that holds, or mark it. Returns how many no longer hold.
export function refreshClaims(found, chapters) {
  for (const it of found) {
    const { element } = it;
    const [then, otherwise] = ["then", "otherwise"].map((name) => element.querySelector(`:scope > .${name}`));
    const state = stateOf(chapters[it.claim.slug], it.claim, Boolean(otherwise));
    if (state === it.state) continue;
    it.state = state;
    element.dataset.state = state;
    then.hidden = state === "otherwise";
    if (otherwise) otherwise.hidden = state !== "otherwise";
    element.querySelector(":scope > .claim-note")?.remove();
    if (state in NOTES) element.append(make("span", { class: "claim-note" }, ` (${NOTES[state]})`));
  }
  return found.filter(({ state }) => state === "off").length;
}

// The names of what is chosen, such as the model.
export function choicesIn(root, chapters) {
  return [...root.querySelectorAll("[data-choice]")]
    .map((element) => [element, ...element.dataset.choice.split(".")])
    .filter(([, slug]) => chapters[slug])
    .map(([element, slug, name]) => ({ element, slug, name }));
}

// Write the name of each choice, or "your model" where the reader has set some of its values.
export function refreshChoices(found, chapters) {
  for (const { element, slug, name } of found) element.textContent = chosen(chapters[slug], name);
}

export function chosen({ model, settings }, name) {
  const { options, default: book, label } = model.choices[name];
  const option = settings[name] ?? book;
  if (!Object.keys(options[option]).some((given) => given in settings)) return option;
  return `your ${/^[A-Z][a-z]/.test(label) ? label[0].toLowerCase() + label.slice(1) : label}`;
}
