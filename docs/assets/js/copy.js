// A button on each block of code that copies it.
import { make } from "./dom.js";

// Let code and formulas that are wider than the screen be scrolled by keyboard. Returns a function
// that looks again, for when their contents have changed.
export function makeWideFocusable() {
  const look = () => {
    for (const wide of document.querySelectorAll("pre > code, .maths-block")) {
      if (wide.scrollWidth > wide.clientWidth) wide.tabIndex = 0;
    }
  };
  if (document.readyState === "complete") look();
  else addEventListener("load", look);
  addEventListener("resize", look);
  return look;
}

export function installCopyButtons() {
  if (!navigator.clipboard) return;
  for (const code of document.querySelectorAll(".highlight pre > code")) {
    const block = code.closest(".highlight");
    const copy = async () => {
      await navigator.clipboard.writeText(code.innerText);
      button.textContent = "Copied";
      setTimeout(() => (button.textContent = "Copy"), 1500);
    };
    const button = make("button", { type: "button", class: "copy", onclick: copy }, "Copy");
    block.classList.add("has-copy");
    block.append(button);
  }
}
