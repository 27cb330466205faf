// <copy-value><button data-copy="text" data-done="Copied" aria-label="Copy email">icon</button></copy-value>
// With data-fetch the text is that at an address. A browser only lets what a click began be copied, so the text is
// promised to the clipboard before it has come. A menu goes with its item: there a notice tells of it.
import { say, toast } from "kith/announce";

async function textAt(address) {
  const answer = await fetch(address);
  if (!answer.ok || answer.redirected) throw new Error(answer.statusText);
  return new Blob([await answer.text()], { type: "text/plain" });
}

class CopyValue extends HTMLElement {
  #onClick = async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    try {
      const { copy, fetch: address } = button.dataset;
      if (address) await navigator.clipboard.write([new ClipboardItem({ "text/plain": textAt(address) })]);
      else await navigator.clipboard.writeText(copy);
    } catch {
      toast(button.dataset.failed);
      return;
    }
    if (button.matches(".menu-item")) return (await import("kith/toast_shelf")).show(button.dataset.done);
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
