// When a question comes back: the replay of its reviews through FSRS-6, and the order of a
// drill; the twin of checks/drill/schedule.py. Times are milliseconds since 1970.

import { AGAIN, LEARNING, RELEARNING, REVIEW, newCard, retrievability, reviewed } from "./fsrs.js";
import { byCodePoint } from "./python_text.js";
import { inOrder } from "./reviews.js";

// How many questions a day are new, unless the reader wants more: each comes back several times.
export const NEW_PER_DAY = 20;

const STATES = new Map([
  [LEARNING, "learning"],
  [REVIEW, "review"],
  [RELEARNING, "relearning"],
]);

// The state of every question that a log knows, by its id: a Map to {question, state, stability,
// difficulty, first, last, due, asked, right, streak}; `streak` counts the right answers since
// the last wrong one.
export function memories(log) {
  const cards = new Map();
  const known = new Map();
  for (const { question, rating, at } of inOrder(log)) {
    const time = Date.parse(at);
    const card = reviewed(cards.get(question) ?? newCard(time), rating, time);
    const before = known.get(question) ?? { first: time, asked: 0, right: 0, streak: 0 };
    const right = rating > AGAIN;
    cards.set(question, card);
    known.set(question, {
      question,
      state: STATES.get(card.state),
      stability: card.stability,
      difficulty: card.difficulty,
      first: before.first,
      last: time,
      due: card.due,
      asked: before.asked + 1,
      right: before.right + (right ? 1 : 0),
      streak: right ? before.streak + 1 : 0,
    });
  }
  return known;
}

export const isDue = (memory, now) => memory.due <= now;

// How long the question has been due, as a multiple of its last interval.
const overdue = (memory, now) => (now - memory.due) / (memory.due - memory.last);

// The chance that the reader can answer now, by the library's model.
export const recall = (memory, now) => retrievability(memory, now);

// What is due among `questions`, in the order in which to ask: first what is overdue by the
// largest multiple of its own interval.
export function dueNow(questions, known, now) {
  const asked = [...new Set(questions)].map((question) => known.get(question));
  const due = asked.filter((memory) => memory && isDue(memory, now));
  return due.sort(
    (a, b) =>
      overdue(b, now) - overdue(a, now) || a.due - b.due || byCodePoint(a.question, b.question),
  );
}

// The questions never asked, in the order given: the book's.
export const unseen = (questions, known) => [...new Set(questions)].filter((q) => !known.has(q));

// How many questions were asked for the first time on the reader's day that `now` is in.
export function newToday(known, now) {
  const midnight = new Date(now).setHours(0, 0, 0, 0);
  return [...known.values()].filter(({ first }) => midnight <= first && first <= now).length;
}

// What to ask now: what is due, then new ones while the day has room for them. `questions` are
// the ids that may be asked, in the book's order; what the log knows beside them is not asked,
// but counts for the day.
export function queue(questions, known, now, newPerDay = NEW_PER_DAY) {
  const room = Math.max(0, newPerDay - newToday(known, now));
  const due = dueNow(questions, known, now).map(({ question }) => question);
  return [...due, ...unseen(questions, known).slice(0, room)];
}

// When the next question falls due; null where none is planned.
export function nextDue(known, now) {
  const later = [...known.values()].map(({ due }) => due).filter((due) => due > now);
  return later.length ? later.reduce((a, b) => Math.min(a, b)) : null;
}

// What a log says about `questions`: {questions, asked, right, due, streak, retention}, where
// retention is the mean chance of recall now, null where nothing was asked. What was answered
// wrongly last counts as not known: the model only says that its answer has just been shown.
export function tally(questions, log, now) {
  const wanted = new Set(questions);
  const own = inOrder(log).filter(({ question }) => wanted.has(question));
  const known = [...memories(own).values()];
  const wrong = own.findLastIndex(({ rating }) => rating === AGAIN);
  const chances = known.map((memory) => (memory.streak ? recall(memory, now) : 0));
  return {
    questions: known.length,
    asked: own.length,
    right: own.filter(({ rating }) => rating > AGAIN).length,
    due: known.filter((memory) => isDue(memory, now)).length,
    streak: own.length - 1 - wrong,
    retention: known.length ? chances.reduce((a, b) => a + b) / known.length : null,
  };
}
