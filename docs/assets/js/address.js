// The change a reader made, kept in the address, so that it can be shared and the browser's Back
// undoes it: ?gpu=H200+SXM&params=8 on the chapter's own page, ?gpu-wall.gpu=H200+SXM elsewhere;
// a cell of a given is minutes.3. What else stands in the address belongs to others and stays.
import { dotted, settingOf } from "./graph.js";

// Whether a name is of something that can be set; of a cell, whether its given can.
function knows(model, name) {
  const [given] = name.split(/[.[]/);
  return given in model.givens || given in model.choices;
}

// Whose setting a parameter is, as {slug, name}, or null where it is none. `models` is a Map from
// slug to model; `own` is the chapter that a name without one belongs to.
function ownerOf(key, models, own) {
  const dot = key.indexOf(".");
  const slug = key.slice(0, Math.max(0, dot));
  if (models.has(slug)) return { slug, name: key.slice(dot + 1) };
  return models.has(own) && knows(models.get(own), key) ? { slug: own, name: key } : null;
}

// The settings in the address: {settings: [{slug, name, value}], unknown: [parameter]}, where
// unknown names a chapter of this page and nothing in it.
export function settingsInAddress(models, own) {
  const [settings, unknown] = [[], []];
  for (const [key, value] of new URLSearchParams(location.search)) {
    const owner = ownerOf(key, models, own);
    if (!owner) continue;
    const model = models.get(owner.slug);
    if (knows(model, owner.name)) settings.push({ slug: owner.slug, name: settingOf(model, owner.name), value });
    else unknown.push(key);
  }
  return { settings, unknown };
}

// Write the settings, [slug, {name: value}] a chapter, into the address; `page` is the chapter
// whose own page this is. `isStep` makes a new step in the history. Returns whether it changed.
export function keepInAddress(models, own, page, settings, isStep) {
  // The sign before a part keeps a question mark that is its own.
  const keyOf = (part) => [...new URLSearchParams(`&${part}`).keys()][0];
  const parts = location.search.slice(1).split("&")
    .filter((part) => part && !ownerOf(keyOf(part) ?? "", models, own));
  for (const [slug, its] of settings) {
    for (const [setting, value] of Object.entries(its)) {
      const name = dotted(models.get(slug), setting);
      const key = slug === page ? name : `${slug}.${name}`;
      parts.push(new URLSearchParams([[key, value]]).toString());
    }
  }
  const search = parts.length ? `?${parts.join("&")}` : "";
  if (search === location.search) return false;
  const address = location.pathname + search + location.hash;
  if (isStep) history.pushState(null, "", address);
  else history.replaceState(history.state, "", address);
  return true;
}
