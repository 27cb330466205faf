// <file-drop data-one data-unreadable><form enctype="multipart/form-data"><input type="file" name="file"></form>…
// A file dropped anywhere on the window is sent by the form within, as if it had been chosen there. A folder is refused,
// for a browser that cannot read what it sends shows a page of its own.
import { toast } from "kith/announce";

const isReadable = (file) =>
  file.slice(0, 1).arrayBuffer().then(
    () => true,
    () => false,
  );

class FileDrop extends HTMLElement {
  #depth = 0;

  connectedCallback() {
    this.addEventListener("change", this.#onChange);
    for (const name of ["dragenter", "dragover", "dragleave", "drop"]) window.addEventListener(name, this);
  }

  disconnectedCallback() {
    this.removeEventListener("change", this.#onChange);
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
  async take(files) {
    this.#show(0);
    const form = this.querySelector("form");
    if (files.length !== 1) return toast(this.dataset.one);
    if (!(await isReadable(files[0]))) return toast(this.dataset.unreadable);
    form.querySelector("input[type=file]").files = files;
    this.toggleAttribute("data-sending", true);
    form.submit();
  }

  // A folder can be dropped on a field, too.
  #onChange = async ({ target }) => {
    if (!target.files?.length || (await isReadable(target.files[0]))) return;
    target.value = "";
    toast(this.dataset.unreadable);
  };

  #show(depth) {
    this.#depth = Math.max(0, depth);
    this.toggleAttribute("data-over", this.#depth > 0);
  }
}

customElements.define("file-drop", FileDrop);
