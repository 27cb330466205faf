// The search form: Enter opens the first hit, Escape clears, arrow down goes into the list, and waits for it while it is
// on its way: no key is for a row of the list before. Fetched when it is first pointed at or focused.
import { afterPaint } from "kith/after_paint";

const firstRow = () => document.querySelector("contact-list .row-link");

class SearchField extends HTMLElement {
  #asks = true; // an answer to what was typed is still to come, if the list does not show it
  #keys = null; // pressed since arrow down, while the list is on its way

  connectedCallback() {
    this.addEventListener("input", this.#onInput);
    this.addEventListener("keydown", this.#onKey);
    this.addEventListener("htmx:afterRequest", this.#onAnswer);
    document.addEventListener("keydown", this.#onLaterKey, true);
  }

  disconnectedCallback() {
    this.removeEventListener("input", this.#onInput);
    this.removeEventListener("keydown", this.#onKey);
    this.removeEventListener("htmx:afterRequest", this.#onAnswer);
    document.removeEventListener("keydown", this.#onLaterKey, true);
  }

  #onInput = () => {
    this.#asks = true;
  };

  #onKey = (event) => {
    const input = event.target;
    if (!input.matches("input[type=search]") || event.isComposing) return;
    const first = firstRow();
    const isShown = document.getElementById("results")?.dataset.query === input.value.trim();
    if (event.key === "ArrowDown" && !isShown && this.#asks) this.#keys = [];
    else if (event.key === "ArrowDown" && first) first.focus();
    else if (event.key === "Enter" && first && input.value.trim()) {
      // Results of what was typed last may still be on their way: then the form is sent as it is without a script.
      if (!isShown) return;
      first.click();
    } else if (event.key === "Escape" && input.value) {
      input.value = "";
      input.dispatchEvent(new Event("input", { bubbles: true }));
    } else return;
    event.preventDefault();
  };

  #onLaterKey = (event) => {
    if (!this.#keys || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape" || event.key === "Tab") this.#keys = null; // waits no longer
    else if (event.key !== "Shift") {
      event.preventDefault();
      event.stopImmediatePropagation();
      this.#keys.push(event);
    }
  };

  // The answer to what is in the field now; those before were called off.
  #onAnswer = ({ detail, target }) => {
    if (detail.requestConfig.parameters.q !== target.value) return;
    this.#asks = false;
    if (!detail.successful) this.#keys = null;
    else if (this.#keys) afterPaint(this.#giveKeys); // rows have their buttons by then
  };

  #giveKeys = () => {
    const keys = this.#keys;
    const first = firstRow();
    this.#keys = null;
    if (!keys || !first || !this.contains(document.activeElement)) return;
    first.focus();
    for (const event of keys) {
      const at = document.activeElement;
      const isFree = at.dispatchEvent(new KeyboardEvent("keydown", event));
      if (isFree && event.key === "Enter") at.click();
    }
  };
}

customElements.define("search-field", SearchField);
