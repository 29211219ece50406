// The questions in a chapter: one at the end of each step, a set at the end of the page.
import { make } from "../dom.js";
import { newSeed, questionCard } from "./card.js";
import { chapterOf, keep } from "./library.js";

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
  const chapter = await chapterOf(slug);
  const box = section.querySelector(".quiz-box");
  if (isSet) {
    box.replaceChildren(...set(chapter));
  } else {
    const question = chapter.bank.questions.find((q) => q.id === section.dataset.quiz);
    box.replaceChildren(card(question, chapter, null));
  }
  section.dataset.live = "ready";
}

function card(question, chapter, next) {
  const step = chapter.bank.steps.findIndex((s) => s.slug === question.step);
  const title = `${step + 1}. ${chapter.bank.steps[step].title}`;
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
    ...questions.map((q, i) => make("option", { value: String(i) }, `${i + 1} of ${questions.length}: ${q.id.split("/")[1].replaceAll("-", " ")}`)),
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
