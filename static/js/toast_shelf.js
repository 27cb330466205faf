// Toasts: what was done, with its Undo. They leave after eight seconds, but not while pointed at or focused.
import { say, warn } from "kith/announce";

const STAYS = 8000;

class ToastShelf extends HTMLElement {
  #watch = new MutationObserver((changes) => {
    for (const change of changes) change.addedNodes.forEach((node) => node.nodeType === 1 && this.#begin(node));
  });

  connectedCallback() {
    [...this.children].forEach((child) => this.#begin(child));
    this.#watch.observe(this, { childList: true });
  }

  disconnectedCallback() {
    this.#watch.disconnect();
  }

  #begin(node) {
    if (node.dataset.say) {
      say(node.dataset.say);
      node.remove();
      return;
    }
    const text = node.querySelector("p")?.textContent ?? "";
    const undo = node.querySelector("form button")?.textContent ?? "";
    (node.hasAttribute("data-alert") ? warn : say)(undo ? `${text} ${undo}` : text);
    const dismiss = node.querySelector("[data-dismiss]");
    if (dismiss) {
      dismiss.hidden = false;
      dismiss.addEventListener("click", () => node.remove());
    }
    let left = setTimeout(() => node.remove(), STAYS);
    const hold = () => clearTimeout(left);
    const go = () => {
      hold();
      if (!node.matches(":hover, :focus-within")) left = setTimeout(() => node.remove(), STAYS);
    };
    for (const name of ["pointerenter", "focusin"]) node.addEventListener(name, hold);
    for (const name of ["pointerleave", "focusout"]) node.addEventListener(name, () => setTimeout(go));
  }
}

/** Show `text` as a toast and have `speak` (of announce.js) read it. */
export function toast(text, speak = say) {
  const shelf = document.getElementById("toasts");
  const node = document.createElement("div");
  node.className = "toast";
  if (speak === warn) node.toggleAttribute("data-alert", true);
  const line = document.createElement("p");
  line.textContent = text;
  node.append(line);
  shelf.append(node);
}

customElements.define("toast-shelf", ToastShelf);
