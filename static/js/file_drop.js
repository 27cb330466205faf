// <file-drop><form enctype="multipart/form-data"><input type="file" name="file"></form><p>…</p></file-drop>
// A file dropped anywhere on the window is sent by the form within, as if it had been chosen there.
import { warn } from "kith/announce";

class FileDrop extends HTMLElement {
  #depth = 0;

  connectedCallback() {
    for (const name of ["dragenter", "dragover", "dragleave", "drop"]) window.addEventListener(name, this);
  }

  disconnectedCallback() {
    for (const name of ["dragenter", "dragover", "dragleave", "drop"]) window.removeEventListener(name, this);
  }

  handleEvent(event) {
    if (!event.dataTransfer?.types.includes("Files")) return;
    // A file field takes its own drops, and so does what stands for one.
    if (event.target.closest?.("input[type=file], [data-takes-files]")) return this.#show(0);
    event.preventDefault();
    if (event.type === "dragenter" || (event.type === "dragover" && !this.#depth)) this.#show(this.#depth + 1);
    if (event.type === "dragleave") this.#show(this.#depth - 1);
    if (event.type === "drop") this.take(event.dataTransfer.files);
  }

  /** Send what was dropped. */
  take(files) {
    this.#show(0);
    const form = this.querySelector("form");
    if (files.length !== 1) return warn(this.dataset.one);
    form.querySelector("input[type=file]").files = files;
    this.toggleAttribute("data-sending", true);
    form.submit();
  }

  #show(depth) {
    this.#depth = Math.max(0, depth);
    this.toggleAttribute("data-over", this.#depth > 0);
  }
}

customElements.define("file-drop", FileDrop);
