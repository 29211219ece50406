// Small helpers for building the page's own elements.

// Create an element: make("button", {class: "x", onclick: f}, "text", child).
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((c) => c !== null && c !== undefined));
  return element;
}

const STOPS = "a[href], button, input, select, textarea, summary, [tabindex]";

// Whether the tab key stops at an element.
export const isTabStop = (element) =>
  element.matches(STOPS) && element.tabIndex >= 0 && !element.disabled && element.checkVisibility();

// The elements at which the tab key stops, in their order.
export const tabStops = (root) => [...root.querySelectorAll(STOPS)].filter(isTabStop);

// The nearest of them after `element` (`way` 1) or before it (-1) that is not inside `without`.
export function stopBeside(element, way, without) {
  const side = way > 0 ? Node.DOCUMENT_POSITION_FOLLOWING : Node.DOCUMENT_POSITION_PRECEDING;
  const stops = tabStops(document).filter((other) => !without.contains(other));
  const beside = stops.filter((other) => element.compareDocumentPosition(other) & side);
  return beside.at(way > 0 ? 0 : -1);
}

// Put HTML that the build made (rendered formulas) into a new element.
export function fromHtml(tag, html, attributes = {}) {
  const element = make(tag, attributes);
  element.innerHTML = html;
  return element;
}
