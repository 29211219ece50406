// What the questions of a page need: banks and models, loaded once, and the reader's progress.
import { make } from "../dom.js";
import { fetched } from "../fetched.js";
import { evaluate } from "../graph.js";
import { ProgressStore } from "./progress.js";

// A chapter's bank and model: {bank, model, base}.
export const chapterOf = fetched(async (slug, again) => {
  const [{ bank }, { model }] = await Promise.all([
    import(`../../quiz/${slug}.js${again}`),
    import(`../../chapters/${slug}.js${again}`),
  ]);
  return { bank, model, base: evaluate(model) };
});

// A sentence that something could not be loaded, and a button that does `again`.
export function tryAgain(what, again) {
  const button = make("button", { type: "button", onclick: () => (box.remove(), again()) }, "Try again");
  const box = make("p", { class: "quiz-missing", role: "alert" }, `${what}: a file could not be loaded. `, button);
  return box;
}

let store = null;

// The progress of this browser. `told` are called with each message, `watching` after changes.
export const told = new Set();
export const watching = new Set();

export function progress() {
  if (store) return store;
  const messages = [];
  const tell = (message) => {
    messages.push(message);
    for (const listener of told) listener(message);
  };
  const changed = () => watching.forEach((listener) => listener());
  store = new ProgressStore({ storage: storageOf(), locks: navigator.locks ?? null, tell, changed });
  store.messages = messages;
  addEventListener("storage", (event) => store.storageChanged(event));
  return store;
}

function storageOf() {
  try {
    const storage = window.localStorage;
    storage.getItem("mlsd");
    return storage;
  } catch {
    return null;
  }
}

// Keep a review of a question that was answered now.
export function keep(review) {
  return progress().add(review);
}
