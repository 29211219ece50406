// Terms: what a word means, shown beside it while it is pointed at, has the focus, or was tapped. The
// word is a link to the page of terms, which is all there is to it without JavaScript.
import { make } from "./dom.js";

export function installTerms() {
  const tip = make("div", { class: "term-tip", role: "tooltip", id: "term-tip", hidden: true });
  document.body.append(tip);
  let shown = null;
  let tapped = null;

  function show(term) {
    hide();
    shown = term;
    tip.textContent = term.dataset.says;
    tip.hidden = false;
    term.setAttribute("aria-describedby", tip.id);
    const { left, bottom, top } = term.getBoundingClientRect();
    const room = document.documentElement.clientWidth - tip.offsetWidth - 8;
    const isBelow = bottom + tip.offsetHeight + 8 < innerHeight;
    tip.style.left = `${scrollX + Math.max(8, Math.min(left, room))}px`;
    tip.style.top = `${scrollY + (isBelow ? bottom + 6 : top - tip.offsetHeight - 6)}px`;
  }

  function hide() {
    shown?.removeAttribute("aria-describedby");
    shown = null;
    tip.hidden = true;
  }

  const termOf = (event) => event.target.closest?.(".term");
  document.addEventListener("pointerover", (event) => {
    const term = event.pointerType === "mouse" && termOf(event);
    if (term && term !== shown) show(term);
    else if (!term && shown && !tip.contains(event.target) && shown !== document.activeElement) hide();
  });
  document.addEventListener("focusin", (event) => {
    if (termOf(event)) show(termOf(event));
    else hide();
  });
  document.addEventListener("focusout", () => hide());
  document.addEventListener("keydown", (event) => event.key === "Escape" && hide());
  // The first tap says what the word means, a second one goes to the page of terms.
  document.addEventListener("pointerdown", (event) => {
    const term = termOf(event);
    if (!term && !tip.contains(event.target)) hide();
    tapped = event.pointerType !== "mouse" && term && term !== shown ? term : null;
  });
  document.addEventListener("click", (event) => {
    const term = termOf(event);
    if (!term || term !== tapped) return;
    event.preventDefault();
    show(term);
  });
}
