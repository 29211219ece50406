// The reader's log of reviews in the browser's storage, shared by all tabs. Nothing here touches
// the page: the storage, its locks, the clock and the random bytes are handed in.

import {
  LONGEST_SECONDS,
  ProgressError,
  exportTexts,
  importText,
  merge,
  readWhole,
  reviewFrom,
  wholeText,
} from "./reviews.js";

export const KEY = "mlsd-workbook-progress";
const ASIDE = `${KEY}.set-aside.`;
const LASTS = "New progress lasts until the page is closed: export it.";

// The log of this reader.
//
// storage: localStorage or the like, null where there is none; locks: navigator.locks, null
// where there are none; tell: shows a message; changed: called when the log has changed;
// clock: the time; random: sixteen random bytes. Hand the window's storage events to
// storageChanged.
//
// What this tab has added is kept in memory too, so that a full or missing storage loses
// nothing before the tab is closed, and so that it can be added again should another tab have
// overwritten it, which may happen where there are no locks.
export class ProgressStore {
  #storage;
  #locks;
  #tell;
  #changed;
  #clock;
  #random;
  #own = [];
  #log = [];
  #isBlocked = false;
  #seen = { text: null, log: [] };

  constructor({
    storage = null,
    locks = null,
    tell = () => {},
    changed = () => {},
    clock = () => Date.now(),
    random = () => crypto.getRandomValues(new Uint8Array(16)),
  }) {
    this.#storage = storage;
    this.#locks = locks;
    this.#tell = tell;
    this.#changed = changed;
    this.#clock = clock;
    this.#random = random;
    if (storage) this.#log = this.#read();
    else this.#tell(`This browser keeps no data. ${LASTS}`);
  }

  // The reviews that are known, in order.
  get log() {
    return this.#log;
  }

  // Add an answer given now; a promise of whether it is in the storage. It is in the log at once.
  add({ question, seed, rating, seconds = null, mode }) {
    const hex = Array.from(this.#random(), (byte) => byte.toString(16).padStart(2, "0"));
    const at = new Date(this.#clock()).toISOString();
    // A page that was left open for weeks says nothing about the time taken.
    const taken = seconds >= 0 && seconds <= LONGEST_SECONDS ? seconds : null;
    const id = hex.join("");
    const answer = { id, question, seed, at, rating, seconds: taken, where: "page", mode };
    const review = reviewFrom(answer);
    this.#own = merge(this.#own, [review]);
    this.#log = merge(this.#log, [review]);
    return this.#alone(() => this.#save());
  }

  // Add the reviews of a file, all or none; a promise of how many were new. A ProgressError
  // refuses it.
  async importFile(text) {
    const imported = importText(text);
    return this.#alone(() => {
      const before = merge(this.#read(), this.#log);
      const all = merge(before, imported);
      if (this.#storage && !this.#isBlocked && !this.#write(all)) {
        throw new ProgressError("nothing was imported: the browser's storage has no room for it");
      }
      this.#own = merge(this.#own, imported);
      this.#show(all);
      return all.length - before.length;
    });
  }

  // The texts of the export: one, or several where one would be too large to import.
  exportFiles() {
    return exportTexts(this.#log, this.#clock());
  }

  // Forget all progress, in this tab and in the others, with what could neither be read nor be
  // set aside; what was set aside stays.
  erase() {
    return this.#alone(() => {
      this.#storage?.removeItem(KEY);
      this.#own = [];
      this.#isBlocked = false;
      this.#show([]);
    });
  }

  // The texts that could not be read, as [key, text] pairs, to be offered as files.
  unread() {
    const storage = this.#storage;
    const keys = Array.from({ length: storage?.length ?? 0 }, (_, i) => storage.key(i));
    const isOurs = (key) => key.startsWith(ASIDE) || (key === KEY && this.#isBlocked);
    return keys.filter(isOurs).sort().map((key) => [key, storage.getItem(key)]);
  }

  // Another tab has written: `event` has the key (null where all was cleared) and the newValue.
  async storageChanged({ key, newValue }) {
    if (key !== null && key !== KEY) return;
    if (newValue === null) {
      this.#own = [];
      this.#show([]);
      return;
    }
    await this.#alone(() => {
      const stored = this.#read();
      const ids = new Set(stored.map(({ id }) => id));
      if (this.#own.every(({ id }) => ids.has(id))) this.#show(stored);
      else this.#save();
    });
  }

  // Run `work` while no other tab does; a promise of what it returns.
  async #alone(work) {
    return this.#locks ? this.#locks.request(KEY, work) : work();
  }

  #show(log) {
    this.#log = log;
    this.#changed();
  }

  // Write what is stored and what this tab has added; whether that went well.
  #save() {
    const all = merge(this.#read(), this.#own);
    const isWritten = this.#write(all);
    if (!isWritten && this.#storage && !this.#isBlocked) {
      this.#tell(`The browser's storage has no room for more. ${LASTS}`);
    }
    this.#show(all);
    return isWritten;
  }

  // The stored log; what cannot be read is set aside first.
  #read() {
    if (!this.#storage || this.#isBlocked) return [];
    let text;
    try {
      text = this.#storage.getItem(KEY);
    } catch {
      this.#block("The browser does not let this page read its storage");
      return [];
    }
    if (text === null) return [];
    if (text === this.#seen.text) return this.#seen.log;
    try {
      const log = readWhole(text);
      this.#seen = { text, log };
      return log;
    } catch (error) {
      if (!(error instanceof ProgressError)) throw error;
      this.#putAside(text, `The stored progress cannot be read (${error.message})`);
      return [];
    }
  }

  // Move the stored text to a key of its own. An empty log takes its place, rather than nothing,
  // so that other tabs see no erasure.
  #putAside(text, why) {
    try {
      let key = ASIDE + new Date(this.#clock()).toISOString();
      while (this.#storage.getItem(key) !== null) key += "+";
      this.#storage.setItem(key, text);
      if (this.#storage.getItem(key) !== text) throw new ProgressError("it was not kept");
      this.#storage.setItem(KEY, wholeText([], this.#clock()));
      this.#tell(`${why}. It was set aside under the name ${key}.`);
    } catch {
      this.#block(`${why}, and there is no room to set it aside`);
    }
  }

  // Leave the storage alone from now on.
  #block(why) {
    this.#isBlocked = true;
    this.#tell(`${why}. It is left as it is. ${LASTS}`);
  }

  #write(log) {
    if (!this.#storage || this.#isBlocked) return false;
    const text = wholeText(log, this.#clock());
    try {
      this.#storage.setItem(KEY, text);
    } catch {
      return false;
    }
    this.#seen = { text, log };
    return true;
  }
}
