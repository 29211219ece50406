// The questions in a chapter: one at the end of each step, a set at the end of the page.
import { make } from "../dom.js";
import { KINDS, newSeed, questionCard } from "./card.js";
import { chapterOf, keep, tryAgain } from "./library.js";

// Make every static question of the page live. They are built as the reader comes near them.
export function installQuestions() {
  const sections = [...document.querySelectorAll("[data-quiz], [data-quiz-set]")];
  if (!sections.length) return;
  const near = new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries) {
        if (!isIntersecting) continue;
        near.unobserve(target);
        build(target);
      }
    },
    { rootMargin: "600px" },
  );
  for (const section of sections) near.observe(section);
}

async function build(section) {
  const isSet = section.dataset.quizSet !== undefined;
  const [slug] = (section.dataset.quiz ?? section.dataset.quizSet).split("/");
  const box = section.querySelector(".quiz-box");
  const chapter = await chapterOf(slug).catch(() => null);
  // What the build wrote stays: the question can be read, with its answer folded below.
  if (!chapter) return void box.prepend(tryAgain("This question cannot be answered here now", () => build(section)));
  if (isSet) {
    box.replaceChildren(...set(chapter));
  } else {
    const question = chapter.bank.questions.find((q) => q.id === section.dataset.quiz);
    box.replaceChildren(card(question, chapter, null));
  }
  section.dataset.live = "ready";
}

// The step of a question, with its number.
function stepOf(question, { bank }) {
  const step = bank.steps.findIndex((s) => s.slug === question.step);
  return `${step + 1}. ${bank.steps[step].title}`;
}

function card(question, chapter, next) {
  const title = stepOf(question, chapter);
  const review = (answer) => keep({ ...answer, mode: "step" });
  return questionCard({ question, chapter, seed: newSeed(), review, next, title });
}

// All questions of the chapter, one after the other.
function set(chapter) {
  const { questions } = chapter.bank;
  const holder = make("div", {});
  const picker = make(
    "select",
    { "aria-label": "Question", onchange: () => show(Number(picker.value)) },
    // By kind and step: a question's own name would give its answer away.
    ...questions.map((q, i) => make("option", { value: String(i) }, `${i + 1} of ${questions.length}: ${KINDS[q.kind]} · ${stepOf(q, chapter)}`)),
  );
  const show = (at, focus) => {
    picker.value = String(at);
    const next = at + 1 < questions.length ? { label: "Next question", go: () => show(at + 1, true) } : null;
    holder.replaceChildren(card(questions[at], chapter, next));
    if (focus) holder.querySelector("input, button, select")?.focus();
  };
  show(0);
  return [make("p", { class: "quiz-picker" }, picker), holder];
}
