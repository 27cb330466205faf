// <copy-value><button data-copy="text" data-done="Copied" aria-label="Copy email">icon</button></copy-value>
import { say, warn } from "kith/announce";

class CopyValue extends HTMLElement {
  #onClick = async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
    } catch {
      warn(button.dataset.failed);
      return;
    }
    say(button.dataset.done);
    button.toggleAttribute("data-copied", true);
    setTimeout(() => button.removeAttribute("data-copied"), 1500);
  };

  connectedCallback() {
    this.addEventListener("click", this.#onClick);
  }

  disconnectedCallback() {
    this.removeEventListener("click", this.#onClick);
  }
}

customElements.define("copy-value", CopyValue);
