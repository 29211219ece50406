// The practice page: questions of all chapters mixed, what is due first; score, progress, and
// its export and import as a file. Nothing leaves the browser.
import { make } from "../dom.js";
import { newSeed, questionCard } from "./card.js";
import { chapterOf, keep, progress, told, tryAgain, watching } from "./library.js";
import { ProgressError } from "./reviews.js";
import { dueNow, memories, nextDue, tally, unseen } from "./schedule.js";

const KINDS = [
  ["number", "numbers"], ["formula", "formulas"], ["choice", "choices"], ["order", "orders"],
  ["mistake", "find the mistake"], ["open", "open questions"],
];

export async function installPractice() {
  const section = document.querySelector("[data-practice]");
  const slugs = section.dataset.practice.split(" ").filter(Boolean);
  const chapters = await Promise.all(slugs.map(chapterOf)).catch(() => null);
  if (!chapters) return void section.prepend(tryAgain("Practice cannot begin now", installPractice));
  const page = new Practice(section, new Map(chapters.map((c) => [c.bank.slug, c])));
  page.start();
}

class Practice {
  constructor(section, chapters) {
    // `passed`: the questions that the reader passed over, in this order.
    Object.assign(this, { section, chapters, store: progress(), asked: 0, right: 0, current: null, passed: [] });
    this.questions = [...chapters.values()].flatMap((c) => c.bank.questions.map((q) => ({ chapter: c, q })));
    this.byId = new Map(this.questions.map((entry) => [entry.q.id, entry]));
  }

  start() {
    this.chapterBoxes = [...this.chapters].map(([slug, c]) => checkbox(slug, c.bank.title, () => this.filtersChanged()));
    this.kindBoxes = KINDS.map(([kind, label]) => checkbox(kind, label, () => this.filtersChanged()));
    this.status = make("p", { class: "practice-status", role: "status" });
    this.message = make("p", { class: "practice-message", role: "alert" });
    this.card = make("div", { class: "quiz" });
    this.table = make("div", { class: "practice-table", tabindex: "0", role: "group", "aria-label": "Progress by chapter" });
    this.section.replaceChildren(
      make(
        "div",
        { class: "practice-filters" },
        make("fieldset", {}, make("legend", {}, "Chapters"), ...this.chapterBoxes.map((b) => b.row)),
        make("fieldset", {}, make("legend", {}, "Kinds"), ...this.kindBoxes.map((b) => b.row)),
      ),
      this.status,
      this.message,
      this.card,
      make("h2", { id: "your-progress" }, "Your progress"),
      this.table,
      this.files(),
    );
    told.add((text) => this.tell(text));
    for (const text of this.store.messages) this.tell(text);
    watching.add(() => this.show());
    this.next(false);
    this.section.dataset.live = "ready";
  }

  tell(text) {
    this.message.append(make("span", {}, text), " ");
  }

  wanted() {
    const slugs = new Set(this.chapterBoxes.filter((b) => b.input.checked).map((b) => b.value));
    const kinds = new Set(this.kindBoxes.filter((b) => b.input.checked).map((b) => b.value));
    return this.questions.filter(({ chapter, q }) => slugs.has(chapter.bank.slug) && kinds.has(q.kind));
  }

  filtersChanged() {
    const isStillWanted = this.wanted().some(({ q }) => q.id === this.current);
    if (isStillWanted) this.show();
    else this.next(false);
  }

  // What is due, and what is new, the chapters taking turns.
  queue(now) {
    const known = memories(this.store.log);
    const ids = inTurns(this.wanted());
    return { known, ids, due: dueNow(ids, known, now).map((m) => m.question), fresh: unseen(ids, known) };
  }

  // Pass over the current question: it comes back after all others.
  pass() {
    this.passed = [...this.passed.filter((id) => id !== this.current), this.current];
    this.next(true);
  }

  next(focus) {
    const { due, fresh, ids } = this.queue(Date.now());
    const others = ids.filter((id) => id !== this.current);
    const pool = others.length ? others : ids;
    const planned = [...due, ...fresh].filter((id) => id !== this.current);
    const id =
      planned.find((one) => !this.passed.includes(one)) ??
      this.passed.find((one) => planned.includes(one)) ??
      pool[Math.floor(Math.random() * pool.length)];
    this.current = id ?? null;
    if (id === undefined) this.card.replaceChildren(make("p", {}, "Choose at least one chapter and one kind."));
    else this.ask(id, focus);
    this.show();
  }

  ask(id, focus) {
    const { chapter, q } = this.byId.get(id);
    const step = chapter.bank.steps.findIndex((s) => s.slug === q.step);
    const title = `${chapter.bank.title}, ${step + 1}. ${chapter.bank.steps[step].title}`;
    const skip = make("button", { type: "button", class: "quiz-skip", onclick: () => this.pass() }, "Another question");
    const review = (answer) => {
      this.asked += 1;
      this.right += answer.rating > 1 ? 1 : 0;
      keep({ ...answer, mode: "practice" });
      this.show();
    };
    const next = { label: "Next question", go: () => this.next(true) };
    const read = make("a", { href: `${this.section.dataset.base}chapters/${chapter.bank.slug}/#${q.step}` }, "Read this step");
    this.card.replaceChildren(
      questionCard({ question: q, chapter, seed: newSeed(), review, next, title }),
      make("p", { class: "practice-links" }, skip, read),
    );
    if (focus) this.card.querySelector("input, select, .quiz-order button:not(:disabled), .quiz-check")?.focus();
  }

  show() {
    const now = Date.now();
    const { due, fresh, known } = this.queue(now);
    const score = this.asked ? ` This session: ${this.right} of ${this.asked} right.` : "";
    const ahead = due.length || fresh.length ? "" : later(nextDue(known, now), now);
    this.status.textContent = this.current ? `${due.length} due now, ${fresh.length} new.${ahead}${score}` : score.trim();
    this.table.replaceChildren(this.summary(now));
  }

  summary(now) {
    const head = ["Chapter", "Questions", "Seen", "Answers", "Right", "Due", "Recall"];
    const rows = [...this.chapters.values()].map(({ bank }) => {
      const t = tally(bank.questions.map((q) => q.id), this.store.log, now);
      const recall = t.retention === null ? "–" : `${Math.round(100 * t.retention)}%`;
      return [bank.title, bank.questions.length, t.questions, t.asked, t.right, t.due, recall];
    });
    return make(
      "table",
      { class: "practice-summary" },
      make("thead", {}, make("tr", {}, ...head.map((text) => make("th", { scope: "col" }, text)))),
      make("tbody", {}, ...rows.map((row) => make("tr", {}, ...row.map((cell, i) => make(i ? "td" : "th", i ? {} : { scope: "row" }, String(cell)))))),
    );
  }

  files() {
    const picked = make("input", { type: "file", accept: ".json,application/json", id: "practice-import", class: "practice-file", onchange: () => this.take(picked) });
    const erase = make("button", { type: "button", onclick: () => this.erase(erase) }, "Erase progress");
    return make(
      "div",
      { class: "practice-files" },
      make("button", { type: "button", onclick: () => this.give() }, "Export progress"),
      make("label", { for: "practice-import", class: "practice-import" }, "Import progress"),
      picked,
      erase,
      make("p", {}, "Kept in this browser only. The file is that of ", make("code", {}, "workbook progress export"), " and goes both ways."),
    );
  }

  give() {
    const day = new Date().toISOString().slice(0, 10);
    const texts = this.store.exportFiles();
    texts.forEach((text, i) => save(text, `workbook-progress-${day}${texts.length > 1 ? `-${i + 1}` : ""}.json`));
    for (const [key, text] of this.store.unread()) save(text, `${key.replace(/[^\w.-]/g, "-")}.txt`);
  }

  async take(picked) {
    const [file] = picked.files;
    if (!file) return;
    this.message.textContent = "";
    try {
      const added = await this.store.importFile(await file.text());
      this.tell(`Imported ${file.name}: ${added} new ${added === 1 ? "answer" : "answers"}.`);
    } catch (error) {
      if (!(error instanceof ProgressError)) throw error;
      this.tell(`${file.name} was not imported: ${error.message}.`);
    }
    picked.value = "";
    this.show();
  }

  // Asks once more before it erases.
  erase(button) {
    if (button.dataset.sure === undefined) {
      button.dataset.sure = "";
      button.textContent = "Erase for good? Export first if unsure";
      setTimeout(() => {
        delete button.dataset.sure;
        button.textContent = "Erase progress";
      }, 8000);
      return;
    }
    delete button.dataset.sure;
    button.textContent = "Erase progress";
    this.store.erase().then(() => this.show());
  }
}

function checkbox(value, label, changed) {
  const input = make("input", { type: "checkbox", id: `practice-${value}`, checked: true, onchange: changed });
  return { value, input, row: make("div", { class: "practice-box" }, input, make("label", { for: input.id }, label)) };
}

// The ids of entries, the chapters taking turns.
function inTurns(entries) {
  const lists = new Map();
  for (const { chapter, q } of entries) {
    if (!lists.has(chapter)) lists.set(chapter, []);
    lists.get(chapter).push(q.id);
  }
  const longest = Math.max(0, ...[...lists.values()].map((list) => list.length));
  return Array.from({ length: longest }, (_, i) => [...lists.values()].flatMap((list) => list.slice(i, i + 1))).flat();
}

// Hand a text to the reader as a file.
function save(text, name) {
  const link = make("a", { href: URL.createObjectURL(new Blob([text], { type: "application/json" })), download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

// When the next question falls due, where nothing is due or new now.
function later(due, now) {
  if (due === null) return "";
  const minutes = Math.max(1, Math.round((due - now) / 60_000));
  const [amount, unit] = minutes < 120 ? [minutes, "min"] : minutes < 2880 ? [Math.round(minutes / 60), "h"] : [Math.round(minutes / 1440), "days"];
  return ` The next falls due in ${amount} ${unit}; until then you practise ahead.`;
}
