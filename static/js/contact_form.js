// <contact-form data-hints data-pasted data-place><form>…</form><dialog>…</dialog></contact-form>: rows, hints for what
// was typed, a picture that is dropped, an offer to split what was pasted, Ctrl+Enter, Escape, and one question before
// unsaved text is left. Without it every button is a submit. It is fetched with the first form: what was typed before
// counts.
import { warn } from "kith/announce";
import { isFilled, listen, rowKey } from "kith/form_rows";

const original = (field) => {
  if (field.type === "checkbox" || field.type === "radio") return field.defaultChecked;
  if (field.tagName !== "SELECT") return field.defaultValue;
  return ([...field.options].find((option) => option.defaultSelected) ?? field.options[0])?.value;
};
const current = (field) => (field.type === "checkbox" || field.type === "radio" ? field.checked : field.value);

// What a form says, as a text: by `read` as it came or as it is. Empty rows say nothing.
function told(form, read) {
  const empty = new Set([...form.querySelectorAll("[data-row]")].filter((row) => !isFilled(row, read)));
  return [...form.elements]
    .filter((field) => field.name && !["button", "submit", "hidden"].includes(field.type))
    .filter((field) => !empty.has(field.closest("[data-row]")))
    .map((field) => `${field.name}=${read(field) ?? ""}`)
    .join("\n");
}

const HINTED = ":is([data-row], [data-names]) :is(input, textarea).input";
const HERE = ["click", "input", "change", "submit", "keydown", "paste", "dragover", "dragleave", "drop"];
const HTMX = ["htmx:afterRequest", "htmx:afterSettle"];

class ContactForm extends HTMLElement {
  #began = "";
  #leaves = false;
  #answer = null;
  #before = null;
  #changed = new Set();
  #timer = 0;

  connectedCallback() {
    if (!this.form) {
      this.form = this.querySelector("form");
      this.#began = told(this.form, original);
      listen(this);
      for (const name of [...HERE, ...HTMX]) this.addEventListener(name, this);
    }
    addEventListener("beforeunload", this);
    document.addEventListener("click", this.#onLink);
    window.navigation?.addEventListener("navigate", this.#onBack);
  }

  disconnectedCallback() {
    clearTimeout(this.#timer);
    removeEventListener("beforeunload", this);
    document.removeEventListener("click", this.#onLink);
    window.navigation?.removeEventListener("navigate", this.#onBack);
  }

  handleEvent(event) {
    this[`on_${event.type.replace(":", "_")}`](event);
  }

  // --- leaving ---------------------------------------------------------------------------------------------------

  /** Whether something is typed that would be lost. */
  get isDirty() {
    return !this.#leaves && (this.hasAttribute("data-dirty") || told(this.form, current) !== this.#began);
  }

  /** Ask whether to leave what is typed; a promise of the answer. Who said yes is not asked again. */
  ask() {
    const dialog = this.querySelector("dialog");
    this.#answer ??= new Promise((done) => {
      dialog.returnValue = "";
      dialog.addEventListener("close", () => {
        this.#answer = null;
        this.#leaves = dialog.returnValue === "leave";
        done(this.#leaves);
      }, { once: true });
      dialog.showModal();
    });
    return this.#answer;
  }

  on_beforeunload(event) {
    if (this.isDirty) event.preventDefault();
  }

  // A plain link; htmx has taken its own by now.
  #onLink = (event) => {
    const link = event.target.closest?.("a[href^='/'], a[href^='http'], a[href^='?']");
    if (!link || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    if (link.target || link.download || !this.isDirty) return;
    event.preventDefault();
    this.ask().then((leaves) => leaves && location.assign(link.href));
  };

  #onBack = (event) => {
    if (event.navigationType !== "traverse" || !event.cancelable || !event.destination.sameDocument) return;
    if (!this.isDirty) return;
    event.preventDefault();
    this.ask().then((leaves) => leaves && window.navigation.traverseTo(event.destination.key));
  };

  on_submit(event) {
    if (event.target !== this.form) return;
    clearTimeout(this.#timer);
    this.#leaves = true;
    this.form.setAttribute("aria-busy", "true");
  }

  // What did not arrive is still unsaved.
  "on_htmx_afterRequest"({ detail }) {
    if (detail.elt === this.form && !detail.successful) this.#leaves = false;
  }

  // --- typing ----------------------------------------------------------------------------------------------------

  // What was wrong or asked is out of date with the first letter.
  on_input({ target }) {
    this.#leaves = false;
    if (!target.matches(HINTED)) return;
    document.getElementById(`${target.id}-hint`)?.replaceChildren();
    target.removeAttribute("aria-invalid");
  }

  on_keydown(event) {
    if (event.defaultPrevented || event.isComposing || event.target.closest("dialog")) return;
    const mod = event.ctrlKey || event.metaKey;
    if (event.key === "Enter" && mod) {
      event.preventDefault();
      // Not by requestSubmit: htmx would send the button that has the focus.
      this.form.querySelector("[data-save]").click();
    } else if (event.key === "Escape" && !mod) {
      event.preventDefault();
      this.querySelector(".cancel")?.click();
    } else if (!mod) rowKey(this, event);
  }

  on_click(event) {
    const button = event.target.closest("button[name=use], button[name=split], [data-keep]");
    if (!button) return;
    const [field, text] = this.#before ?? [];
    if (button.name === "use") {
      event.preventDefault();
      const named = document.getElementById(button.dataset.for);
      named.value = button.dataset.use;
      named.focus();
      for (const name of ["input", "change"]) named.dispatchEvent(new Event(name, { bubbles: true }));
    } else if (button.name === "split" && field) {
      field.value = text;
    } else if ("keep" in button.dataset) {
      document.getElementById("form-offer").replaceChildren();
      this.querySelector("#f-first_name")?.focus();
    }
  }

  // Text of several lines, or with an address in it, is more than a name.
  on_paste(event) {
    const { target } = event;
    const text = event.clipboardData?.getData("text/plain").trim() ?? "";
    if (!target.closest("[data-names]") || !/[\n@]/.test(text)) return;
    this.#before = [target, target.value];
    this.#send(this.dataset.pasted, "#form-offer", { pasted: text });
  }

  // --- hints -----------------------------------------------------------------------------------------------------

  // The place for what is said of a field stands below it.
  #place(field) {
    const id = `${field.id}-hint`;
    if (document.getElementById(id)) return;
    const place = Object.assign(document.createElement("div"), { id, ariaLive: "polite" });
    place.dataset.hint = "";
    (field.closest("combo-box") ?? field).after(place);
    field.setAttribute("aria-describedby", id);
  }

  on_change({ target }) {
    // At most one value of a kind is preferred.
    if (target.dataset.prefer && target.checked)
      this.querySelectorAll(`[data-prefer="${target.dataset.prefer}"]`).forEach((box) => {
        box.checked = box === target;
      });
    if (target.type === "file") this.#show(target.files[0]);
    if (!target.matches(HINTED) || !this.dataset.hints) return;
    this.#place(target);
    this.#changed.add(target.name);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      const values = Object.fromEntries([...new FormData(this.form)].filter(([, value]) => typeof value === "string"));
      this.#send(this.dataset.hints, "#form-hints", { ...values, changed: [...this.#changed].join(" ") });
      this.#changed.clear();
    }, 150);
  }

  // The element itself asks, not the form: a picture need not go along.
  #send(address, target, values) {
    const { value } = this.form.elements.csrfmiddlewaretoken;
    window.htmx.ajax("POST", address, { source: this, target, swap: "innerHTML", values: { ...values, csrfmiddlewaretoken: value } });
  }

  // What is wrong with a field is said of it as well.
  "on_htmx_afterSettle"({ detail }) {
    if (detail.target?.id !== "form-hints") return;
    for (const { parentElement } of this.querySelectorAll("[data-hint] > .error")) {
      const field = document.getElementById(parentElement.id.slice(0, -5));
      field?.setAttribute("aria-invalid", "true");
      field?.setAttribute("aria-describedby", parentElement.id);
    }
  }

  // --- the picture -----------------------------------------------------------------------------------------------

  #show(file) {
    if (!file) return;
    const reader = new FileReader();
    reader.addEventListener("load", () => {
      const picture = Object.assign(document.createElement("img"), { src: reader.result, alt: "" });
      this.querySelector("[data-picture]")?.replaceChildren(picture);
    });
    reader.readAsDataURL(file);
  }

  #over(event) {
    const place = event.dataTransfer?.types.includes("Files") && event.target.closest?.("[data-takes-files]");
    this.querySelector("[data-takes-files]")?.toggleAttribute("data-over", Boolean(place) && event.type === "dragover");
    return place;
  }

  on_dragover(event) {
    if (this.#over(event)) event.preventDefault();
  }

  on_dragleave(event) {
    this.#over(event);
  }

  on_drop(event) {
    const place = this.#over(event);
    if (!place) return;
    event.preventDefault();
    const input = place.querySelector("input[type=file]");
    const { files } = event.dataTransfer;
    if (files.length !== 1 || !input.accept.split(",").includes(files[0].type)) return warn(place.dataset.refuses);
    input.files = files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

customElements.define("contact-form", ContactForm);
