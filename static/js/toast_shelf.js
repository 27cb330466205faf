// Toasts: what was done, with its Undo; the newest stands nearest, and more than a few scroll. They leave after eight
// seconds, but none while one of them is pointed at or focused. F6 goes to the newest, and back.
import { say, warn } from "kith/announce";

const STAYS = 8000;
const HELD = ":hover, :focus-within";
/** What is fetched anew by itself; any other page comes anew as a whole. */
const LIVING = "#detail :is([data-contact], #acts, .empty, .live-gone)";

class ToastShelf extends HTMLElement {
  #watch = new MutationObserver((changes) => {
    for (const change of changes) change.addedNodes.forEach((node) => node.nodeType === 1 && this.#begin(node));
  });
  #timers = new Map(); // of each toast, while none is held
  #back = null; // where the focus was before F6

  connectedCallback() {
    [...this.children].forEach((child) => this.#begin(child));
    this.#watch.observe(this, { childList: true });
    for (const name of ["pointerenter", "focusin"]) this.addEventListener(name, this.#hold);
    for (const name of ["pointerleave", "focusout"]) this.addEventListener(name, () => setTimeout(this.#go));
    this.addEventListener("click", ({ target }) => {
      if (target.closest("button[data-dismiss]")) this.#leave(target.closest(".toast"));
    });
    this.addEventListener("submit", this.#onUndo);
    document.addEventListener("keydown", this.#onKey);
  }

  disconnectedCallback() {
    this.#watch.disconnect();
    document.removeEventListener("keydown", this.#onKey);
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
    const dismiss = node.querySelector("button[data-dismiss]");
    if (dismiss) dismiss.hidden = false;
    this.#timers.set(node, 0);
    if (!this.matches(HELD)) this.#start(node);
    this.scrollTop = this.scrollHeight;
  }

  #hold = () => this.#timers.forEach((timer) => clearTimeout(timer));

  #go = () => {
    this.#hold();
    if (!this.matches(HELD)) for (const node of this.#timers.keys()) this.#start(node);
  };

  #start(node) {
    this.#timers.set(node, setTimeout(() => this.#leave(node), STAYS));
  }

  // The focus goes on to the next toast, and from the last one back to where it was.
  #leave(node) {
    const focused = node.contains(document.activeElement);
    clearTimeout(this.#timers.get(node));
    this.#timers.delete(node);
    node.remove();
    if (focused) this.#focus() || this.#return();
  }

  #focus() {
    const button = this.lastElementChild?.querySelector("button");
    button?.focus();
    return button;
  }

  #return() {
    (this.#back?.isConnected ? this.#back : document.querySelector("h1[tabindex]"))?.focus({ preventScroll: true });
    this.#back = null;
  }

  // The other toasts stay, and half-typed text.
  #onUndo = (event) => {
    if (!document.querySelector(LIVING)) return;
    event.preventDefault();
    const address = event.target.getAttribute("action");
    this.#leave(event.target.closest(".toast"));
    import("kith/undo_latest").then(({ send }) => send(address));
  };

  #onKey = (event) => {
    const inside = this.contains(event.target);
    if (event.key === "Escape" ? !inside : event.key !== "F6" || !(inside || this.lastElementChild)) return;
    event.preventDefault();
    if (inside) return this.#return();
    this.#back = document.activeElement;
    this.#focus();
  };
}

/** Show `text` as a toast and have `speak` (of announce.js) read it. */
export function toast(text, speak = say) {
  const shelf = document.getElementById("toasts");
  const node = document.createElement("div");
  node.className = "toast";
  if (speak === warn) node.toggleAttribute("data-alert", true);
  const line = document.createElement("p");
  line.textContent = text;
  const dismiss = Object.assign(document.createElement("button"), { type: "button", className: "icon-button" });
  dismiss.textContent = "×";
  dismiss.ariaLabel = dismiss.dataset.dismiss = shelf.dataset.dismiss;
  node.append(line, dismiss);
  shelf.append(node);
}

// Control Z outside text fields.
document.addEventListener("kith:do", (event) => {
  const { name } = event.detail;
  if (name !== "undo" && name !== "redo") return;
  event.preventDefault();
  import("kith/undo_latest").then(({ send }) => send(`/changes/${name}/`));
});

customElements.define("toast-shelf", ToastShelf);
