// When a question is due again: FSRS-6 as the Python library fsrs computes it, so that the
// terminal and the page agree. Its parameters are the library's (assets/quiz/scheduler.js is
// generated); fuzzing is off. Times are milliseconds since 1970, as Date.now() gives them.

import { scheduler } from "../../quiz/scheduler.js";

export const AGAIN = 1;
export const HARD = 2;
export const GOOD = 3;
export const EASY = 4;

export const LEARNING = 1;
export const REVIEW = 2;
export const RELEARNING = 3;

const DAY = 86_400_000;
const w = scheduler.parameters;
const DECAY = -w[20];
const FACTOR = 0.9 ** (1 / DECAY) - 1;
const RETENTION = scheduler.desired_retention;
const LEARNING_STEPS = scheduler.learning_steps.map((seconds) => seconds * 1000);
const RELEARNING_STEPS = scheduler.relearning_steps.map((seconds) => seconds * 1000);

const clampStability = (stability) => Math.max(stability, scheduler.stability_min);

const clampDifficulty = (difficulty) =>
  Math.min(Math.max(difficulty, scheduler.difficulty_min), scheduler.difficulty_max);

// The whole number nearest to x, a half to the even one, as Python rounds.
function roundHalfEven(x) {
  const below = Math.floor(x);
  const part = x - below;
  return part > 0.5 || (part === 0.5 && below % 2 !== 0) ? below + 1 : below;
}

// A question that was never asked: due at once.
export function newCard(now) {
  return { state: LEARNING, step: 0, stability: null, difficulty: null, due: now, last: null };
}

// The probability that the answer is still known at the time `now`.
export function retrievability(card, now) {
  if (card.last === null || card.stability === null) return 0;
  const days = Math.max(0, Math.floor((now - card.last) / DAY));
  return (1 + (FACTOR * days) / card.stability) ** DECAY;
}

const initialStability = (rating) => clampStability(w[rating - 1]);

const initialDifficulty = (rating) => w[4] - Math.E ** (w[5] * (rating - 1)) + 1;

// Days until the retention has fallen to the desired one.
function nextInterval(stability) {
  const days = (stability / FACTOR) * (RETENTION ** (1 / DECAY) - 1);
  return Math.min(Math.max(roundHalfEven(days), 1), scheduler.maximum_interval);
}

function shortTermStability(stability, rating) {
  let increase = Math.E ** (w[17] * (rating - 3 + w[18])) * stability ** -w[19];
  if (rating !== AGAIN) increase = Math.max(increase, 1);
  return clampStability(stability * increase);
}

function nextDifficulty(difficulty, rating) {
  const change = -(w[6] * (rating - 3));
  const damped = difficulty + ((10 - difficulty) * change) / 9;
  return clampDifficulty(w[7] * initialDifficulty(EASY) + (1 - w[7]) * damped);
}

function forgetStability(difficulty, stability, recall) {
  const longTerm =
    w[11] *
    difficulty ** -w[12] *
    ((stability + 1) ** w[13] - 1) *
    Math.E ** ((1 - recall) * w[14]);
  const shortTerm = stability / Math.E ** (w[17] * w[18]);
  return Math.min(longTerm, shortTerm);
}

function recallStability(difficulty, stability, recall, rating) {
  const hardPenalty = rating === HARD ? w[15] : 1;
  const easyBonus = rating === EASY ? w[16] : 1;
  return (
    stability *
    (1 +
      Math.E ** w[8] *
        (11 - difficulty) *
        stability ** -w[9] *
        (Math.E ** ((1 - recall) * w[10]) - 1) *
        hardPenalty *
        easyBonus)
  );
}

function nextStability(card, now, rating) {
  if (now - card.last < DAY) return shortTermStability(card.stability, rating);
  const recall = retrievability(card, now);
  return clampStability(
    rating === AGAIN
      ? forgetStability(card.difficulty, card.stability, recall)
      : recallStability(card.difficulty, card.stability, recall, rating),
  );
}

// The state, the step and the milliseconds to wait after a review on the way through `steps`.
function throughSteps(card, rating, steps, stability) {
  const graduated = () => [REVIEW, null, nextInterval(stability) * DAY];
  if (!steps.length || (card.step >= steps.length && rating !== AGAIN)) return graduated();
  if (rating === AGAIN) return [card.state, 0, steps[0]];
  if (rating === HARD) {
    if (card.step > 0) return [card.state, card.step, steps[card.step]];
    return [card.state, 0, steps.length === 1 ? steps[0] * 1.5 : (steps[0] + steps[1]) / 2];
  }
  if (rating === EASY || card.step + 1 === steps.length) return graduated();
  return [card.state, card.step + 1, steps[card.step + 1]];
}

// The card after a review at the time `now` with a rating of 1 to 4.
export function reviewed(card, rating, now) {
  if (![AGAIN, HARD, GOOD, EASY].includes(rating)) throw new RangeError(`no rating: ${rating}`);
  const first = card.stability === null || card.difficulty === null;
  const stability = first ? initialStability(rating) : nextStability(card, now, rating);
  const difficulty = first
    ? clampDifficulty(initialDifficulty(rating))
    : nextDifficulty(card.difficulty, rating);
  let next;
  if (card.state === LEARNING) next = throughSteps(card, rating, LEARNING_STEPS, stability);
  else if (card.state === RELEARNING) next = throughSteps(card, rating, RELEARNING_STEPS, stability);
  else if (rating === AGAIN && RELEARNING_STEPS.length) next = [RELEARNING, 0, RELEARNING_STEPS[0]];
  else next = [REVIEW, null, nextInterval(stability) * DAY];
  const [state, step, wait] = next;
  return { state, step, stability, difficulty, due: now + wait, last: now };
}
