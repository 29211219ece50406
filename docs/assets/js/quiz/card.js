// One question on the page: asked, answered, diagnosed, its working shown. A reader's text and
// all texts of the bank are set as text, never as HTML.
import { workingOf } from "../cards.js";
import { make } from "../dom.js";
import { draw, fill, shownKey } from "./draw.js";
import { toleranceOf } from "./answers.js";
import { grade } from "./grade.js";
import { tryAgain } from "./library.js";

export const KINDS = {
  number: "Number", formula: "Formula", choice: "Choice", order: "Put in order",
  mistake: "Find the mistake", open: "Open question",
};
const AGAIN = 1;
const HARD = 2;
const GOOD = 3;
let count = 0;

// A text in which backticks mark code, as nodes.
export function rich(text) {
  return text.split("`").map((part, i) => (i % 2 ? make("code", {}, part) : part));
}

// A random seed for a question.
export function newSeed() {
  return crypto.getRandomValues(new Uint32Array(1))[0];
}

// Build the card of a question. `chapter` is {model, base}; `seed` says which values are drawn;
// `review({rating, seconds, seed})` is called once, at the first answer that could be judged;
// `next` (optional) adds a button with its label: {label, go}. Returns the element.
export function questionCard({ question, chapter, seed, review, next = null, title = "" }) {
  const holder = make("div", { class: "quiz-card" });
  const ask = (itsSeed, focus) => {
    holder.replaceChildren(...parts(question, chapter, itsSeed, { review, next, title, again: () => ask(newSeed(), true) }));
    holder.dataset.seed = String(itsSeed);
    holder.dataset.question = question.id;
    if (focus) holder.querySelector("input, button")?.focus();
  };
  ask(seed, false);
  return holder;
}

function parts(question, chapter, seed, { review, next, title, again }) {
  const asked = draw(chapter.model, question, seed);
  const id = `quiz-${(count += 1)}`;
  const began = Date.now();
  let isReviewed = false;
  let hintsShown = 0;

  const said = make("div", { class: "quiz-verdict", role: "status" });
  const hints = make("ol", { class: "quiz-hints", "aria-live": "polite" });
  const after = make("div", { class: "quiz-after" });

  const record = (rating) => {
    if (isReviewed) return;
    isReviewed = true;
    review({ question: question.id, seed, rating, seconds: Math.round((Date.now() - began) / 100) / 10 });
  };
  const judge = (answer) => {
    const verdict = grade(asked, answer);
    said.className = `quiz-verdict is-${verdict.outcome}`;
    said.replaceChildren(...verdict.says.map((sentence) => make("p", {}, ...rich(sentence))));
    if (verdict.outcome === "again") return;
    record(ratingOf(question, verdict, hintsShown));
    finish(verdict.outcome === "right");
  };
  const finish = (isRight) => {
    const done = isRight || question.kind === "open" || question.kind === "mistake";
    after.replaceChildren(...buttonsAfter(done));
    if (done) reveal.hidden = true;
  };
  const buttonsAfter = (done) => [
    done ? solution() : null,
    done && question.kind === "mistake" ? sourceOf(question) : null,
    ["number", "choice", "order"].includes(question.kind)
      ? make("button", { type: "button", class: "quiz-again", onclick: again }, question.kind === "number" ? "Again, with other numbers" : "Again")
      : null,
    next && make("button", { type: "button", class: "quiz-next", onclick: next.go }, next.label),
  ].filter(Boolean);

  const solution = () => {
    const box = make("details", { class: "quiz-working", open: true }, make("summary", {}, "The working"));
    fillSolution(box, asked, chapter);
    return box;
  };
  const hint = make(
    "button",
    {
      type: "button", class: "quiz-hint", hidden: !question.hints.length,
      onclick: () => {
        hints.append(make("li", {}, ...rich(fill(asked, question.hints[hintsShown]))));
        hintsShown += 1;
        if (hintsShown === question.hints.length) hint.hidden = true;
        else hint.textContent = hintLabel(question, hintsShown);
      },
    },
    hintLabel(question, 0),
  );
  const reveal = make(
    "button",
    {
      type: "button", class: "quiz-reveal", hidden: question.kind === "open",
      onclick: () => {
        record(AGAIN);
        reveal.hidden = true;
        after.replaceChildren(...buttonsAfter(true));
      },
    },
    "Show the answer",
  );
  const form = formOf(asked, id, judge);
  form.querySelector(".quiz-row")?.append(hint, reveal);
  return [
    make("p", { class: "quiz-head", id: `${id}-head` }, make("span", { class: "quiz-kind" }, KINDS[question.kind]), title && make("span", { class: "quiz-where" }, title), make("span", { class: "quiz-level" }, question.level)),
    make("p", { class: "quiz-ask", id: `${id}-ask` }, ...rich(asked.text)),
    form,
    hints,
    said,
    after,
  ];
}

const hintLabel = (question, shown) =>
  question.hints.length > 1 ? `Hint ${shown + 1} of ${question.hints.length}` : "Hint";

// 1 wrong, 2 right with a hint, 3 right; an open question by the share of points that were met.
function ratingOf(question, verdict, hintsShown) {
  if (question.kind === "open") return verdict.share >= 0.8 ? GOOD : verdict.share >= 0.5 ? HARD : AGAIN;
  if (verdict.outcome !== "right") return AGAIN;
  return hintsShown ? HARD : GOOD;
}

function sourceOf({ source, url }) {
  return make("p", { class: "quiz-source" }, "Published in ", url ? make("a", { href: url, rel: "external" }, source) : source, ".");
}

// ---- how each kind is answered

function formOf(asked, id, judge) {
  const forms = {
    number: numberForm, formula: formulaForm, choice: choiceForm, order: orderForm,
    mistake: mistakeForm, open: openForm,
  };
  return forms[asked.question.kind](asked, id, judge);
}

function form(judge, ...children) {
  return make("form", { class: "quiz-form", onsubmit: (event) => (event.preventDefault(), judge()) }, ...children);
}

const row = (...children) => make("div", { class: "quiz-row" }, ...children);
const check = (label = "Check") => make("button", { type: "submit", class: "quiz-check" }, label);

function textForm(asked, id, judge, label, note) {
  const input = make("input", {
    id: `${id}-answer`, type: "text", autocomplete: "off", autocapitalize: "off", spellcheck: "false",
    maxlength: "500", "aria-describedby": `${id}-note`, class: "quiz-answer",
  });
  return form(
    () => judge(input.value),
    make("label", { for: input.id }, label),
    input,
    make("p", { class: "quiz-note", id: `${id}-note` }, note),
    row(check()),
  );
}

function numberForm(asked, id, judge) {
  const unit = asked.question.unit;
  const label = unit ? "Your answer, with its unit" : "Your answer";
  return textForm(asked, id, judge, label, `Graded ${toleranceOf(asked.question.tolerance).tell()}.`);
}

function formulaForm(asked, id, judge) {
  const made = textForm(asked, id, judge, "Your formula", "Write * for times, / for over, ^ for powers; sqrt, log2, ln, exp, ceil, floor, min and max are known.");
  const letters = asked.question.symbols.flatMap(({ letter, meaning }) => [
    make("dt", {}, make("code", {}, letter)),
    make("dd", {}, fill(asked, meaning)),
  ]);
  made.prepend(make("dl", { class: "quiz-symbols" }, ...letters));
  return made;
}

function radios(id, legend, texts, judge, isCode = false) {
  const inputs = texts.map((_, i) => make("input", { type: "radio", name: id, value: String(i), id: `${id}-${i}` }));
  const rows = texts.map((text, i) =>
    make("div", { class: "quiz-option" }, inputs[i], make("label", { for: `${id}-${i}`, class: isCode && "is-line" }, ...rich(text))),
  );
  return form(
    () => judge(inputs.findIndex((input) => input.checked)),
    make("fieldset", { class: "quiz-options" }, make("legend", {}, legend), ...rows),
    row(check()),
  );
}

function choiceForm(asked, id, judge) {
  const { question, order } = asked;
  const texts = order.map((i) => fill(asked, question.options[i].text));
  return radios(id, "Pick one", texts, judge);
}

function mistakeForm(asked, id, judge) {
  const texts = asked.question.lines.map((line) => fill(asked, line));
  return radios(id, "Which line is wrong?", texts, judge, true);
}

function orderForm(asked, id, judge) {
  const { question } = asked;
  const order = asked.order.map((_, i) => i);
  const list = make("ol", { class: "quiz-order" });
  const moved = make("p", { class: "quiz-moved", "aria-live": "polite" });
  const text = (position) => fill(asked, question.items[asked.order[position]]);
  const show = (focus) => {
    list.replaceChildren(...order.map((position, place) => item(position, place)));
    if (focus) (list.children[focus.place].querySelector(`.${focus.which}:not(:disabled)`) ?? list.children[focus.place].querySelector("button:not(:disabled)")).focus();
  };
  const move = (place, by) => {
    [order[place], order[place + by]] = [order[place + by], order[place]];
    show({ place: place + by, which: by < 0 ? "is-up" : "is-down" });
    moved.textContent = `Now at place ${place + by + 1} of ${order.length}.`;
  };
  const item = (position, place) =>
    make(
      "li",
      {},
      make("span", {}, ...rich(text(position))),
      make("button", { type: "button", class: "is-up", disabled: place === 0, "aria-label": `Move up: ${text(position)}`, onclick: () => move(place, -1) }, "↑"),
      make("button", { type: "button", class: "is-down", disabled: place === order.length - 1, "aria-label": `Move down: ${text(position)}`, onclick: () => move(place, 1) }, "↓"),
    );
  show(null);
  return form(() => judge([...order]), list, moved, row(check()));
}

function openForm(asked, id, judge) {
  const { question } = asked;
  const boxes = question.points.map((_, i) => make("input", { type: "checkbox", id: `${id}-${i}` }));
  const levels = [...new Set(question.points.map((p) => p.level))];
  const rubric = make(
    "div",
    { hidden: true },
    ...levels.map((level) =>
      make(
        "fieldset",
        { class: "quiz-options" },
        make("legend", {}, `A ${level} answer`),
        ...question.points.map((point, i) =>
          point.level === level
            ? make("div", { class: "quiz-option" }, boxes[i], make("label", { for: `${id}-${i}` }, ...rich(fill(asked, point.text))))
            : null,
        ),
      ),
    ),
    make("div", { class: "quiz-score" }, check("Score my answer")),
  );
  const show = make("button", { type: "button", class: "quiz-check", onclick: () => ((rubric.hidden = false), (show.hidden = true), boxes[0].focus()) }, "I have answered: show the rubric");
  return form(() => judge(boxes.flatMap((box, i) => (box.checked ? [i] : []))), row(show), rubric);
}

// ---- the answer

function fillSolution(box, asked, chapter) {
  const { question, values } = asked;
  if (question.kind === "number") {
    box.append(make("p", { class: "quiz-key" }, shownKey(asked)));
    const show = () =>
      workingOf(chapter, asked.figure, values).then(
        (nodes) => box.append(...nodes),
        () => box.append(tryAgain("The working cannot be shown now", show)),
      );
    show();
  } else if (question.kind === "formula") {
    box.append(make("p", {}, make("code", {}, question.answer)));
  } else if (question.kind === "choice") {
    for (const option of question.options) {
      const line = make("p", { class: option.right ? "is-yes" : "" }, make("b", {}, ...rich(fill(asked, option.text))), " ", ...rich(fill(asked, option.why)));
      box.append(line);
    }
  } else if (question.kind === "order") {
    box.append(make("ol", {}, ...question.items.map((item) => make("li", {}, ...rich(fill(asked, item))))));
    box.append(make("p", {}, ...rich(fill(asked, question.why))));
  } else if (question.kind === "mistake") {
    box.append(make("p", {}, `Line ${question.wrong + 1}. `, ...rich(fill(asked, question.why))));
  } else {
    box.append(make("p", {}, "The rubric above is the answer's outline."));
  }
}
