// Toasts: what was done, with its Undo; the newest stands nearest, and more than a few scroll. They leave after eight
// seconds, but none while one of them is pointed at or focused. F6 goes to the newest, and back. Fetched with the first.
import { say, warn } from "kith/announce";

const STAYS = 8000;
const HELD = ":hover, :focus-within";
/** What is fetched anew by itself; any other page comes anew as a whole. */
const LIVING = "#detail :is([data-contact], #acts, .empty, .live-gone)";

/** Show `text`, and say it when the reader pauses. */
export function show(text) {
  const node = Object.assign(document.createElement("div"), { className: "toast" });
  node.append(Object.assign(document.createElement("p"), { textContent: text }));
  document.getElementById("toasts").append(node);
}

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
    else node.append(this.#dismissal());
    this.#timers.set(node, 0);
    if (!this.matches(HELD)) this.#start(node);
    this.scrollTop = this.scrollHeight;
  }

  #dismissal() {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "icon-button" });
    button.textContent = "×";
    button.ariaLabel = button.dataset.dismiss = this.dataset.dismiss;
    return button;
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

customElements.define("toast-shelf", ToastShelf);
