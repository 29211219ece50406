// Fetch each thing once. A failure is not kept: the next call tries again.

// Return get(key), a promise of what `load(key, again)` gives. `again` ends the address: browsers
// remember a module that failed to load, and another address is another try.
export function fetched(load) {
  const [kept, tries] = [new Map(), new Map()];
  return (key) => {
    if (!kept.has(key)) {
      const count = tries.get(key) ?? 0;
      const coming = load(key, count ? `?try=${count}` : "");
      kept.set(key, coming);
      coming.catch(() => {
        kept.delete(key);
        tries.set(key, count + 1);
      });
    }
    return kept.get(key);
  };
}
