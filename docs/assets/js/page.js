// What a page does once it is loaded: bring each part of it to life. Where a file cannot be loaded
// that part stays as it was written, and says so.
import { installCopyButtons, makeWideFocusable } from "./copy.js";
import { make } from "./dom.js";

// Load a module and let it begin, if the page has what it is for.
async function begin(where, load, what) {
  const sections = document.querySelectorAll(where);
  if (!sections.length) return;
  try {
    await load();
  } catch (error) {
    console.error(error);
    const said = `${what} now: a file could not be loaded. Load the page again.`;
    for (const section of sections) {
      if (!section.matches("[data-fig]")) section.prepend(make("p", { class: "page-trouble", role: "status" }, said));
    }
  }
}

installCopyButtons();
const lookForWide = makeWideFocusable();
begin("[data-panel], [data-fig]", async () => (await import("./live.js")).start(lookForWide), "The numbers on this page cannot be changed");
begin(".term", async () => (await import("./terms.js")).installTerms(), "What words mean is not shown");
begin("[data-quiz], [data-quiz-set]", async () => (await import("./quiz/steps.js")).installQuestions(), "These questions cannot be answered here");
begin("[data-practice]", async () => (await import("./quiz/practice.js")).installPractice(), "Practice cannot begin");
