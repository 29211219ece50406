// What the questions of a page need: banks and models, loaded once, and the reader's progress.
import { evaluate } from "../graph.js";
import { ProgressStore } from "./progress.js";

const loaded = new Map();

// A chapter's bank and model: {bank, model, base}.
export function chapterOf(slug) {
  if (!loaded.has(slug)) loaded.set(slug, load(slug));
  return loaded.get(slug);
}

async function load(slug) {
  const [{ bank }, { model }] = await Promise.all([
    import(`../../quiz/${slug}.js`),
    import(`../../chapters/${slug}.js`),
  ]);
  return { bank, model, base: evaluate(model) };
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
