// <contact-form data-hints data-pasted data-place><form>…</form><dialog>…</dialog></contact-form>: rows, hints for what
// was typed, a picture that is dropped, an offer to split what was pasted, Escape, and one question before unsaved text
// is left. Without it every button is a submit. What was typed before it came counts.
const TEXTS = "input:not([type=hidden], [type=checkbox]), textarea";
const ROW_BUTTONS = "button:is([name=add], [name=remove], [name=up])";

/** Whether anything was typed into a row; `value` says what a field holds. */
export const isFilled = (row, value = (field) => field.value) =>
  [...row.querySelectorAll(TEXTS)].some((field) => value(field).trim());

// What is done with rows is fetched with the first that is pointed at or focused, what a change brings with the first.
let rows = null;
const fetchRows = () => import("kith/form_rows").then((there) => (rows = there));
const more = () => import("kith/form_answers");
const withRows = (act) => (rows ? act(rows) : fetchRows().then(act));

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

/** The fields that something is said of once they were changed. */
export const HINTED = ":is([data-row], [data-names]) :is(input, textarea).input";
const HERE = [
  ...["click", "input", "change", "submit", "keydown", "paste", "dragover", "dragleave", "drop"],
  ...["pointerover", "focusin", "pointerdown", "htmx:afterRequest"],
];

// Enter goes on from a field of a row; arrows move a row, with Alt from anywhere but where they choose.
function isRowKey({ key, altKey, target }) {
  if (!target.closest("[data-row]")) return false;
  if (key === "Enter") return target.matches("input:not([type=checkbox])");
  return (key === "ArrowDown" || key === "ArrowUp") && (altKey ? target.tagName !== "SELECT" : target.name === "up");
}

class ContactForm extends HTMLElement {
  #began;
  #address;
  #leaves = false;
  #answer;
  #before;
  #shown;

  connectedCallback() {
    if (!this.form) {
      this.form = this.querySelector("form");
      this.#began = told(this.form, original);
      for (const name of HERE) this.addEventListener(name, this);
    }
    const { signal } = (this.#shown = new AbortController());
    addEventListener("beforeunload", this, { signal });
    document.addEventListener("click", this.#onLink, { signal });
    window.navigation?.addEventListener("navigate", this.#onBack, { signal });
    document.body.addEventListener("htmx:historyCacheMiss", this.#onGone, { signal });
    this.#address = location.href;
  }

  disconnectedCallback() {
    clearTimeout(this.hinting);
    this.#shown.abort();
  }

  handleEvent(event) {
    this[`on_${event.type.replace(":", "_")}`](event);
  }

  // --- leaving

  /** Whether something is typed that would be lost. */
  get isDirty() {
    return !this.#leaves && (this.hasAttribute("data-dirty") || told(this.form, current) !== this.#began);
  }

  /** Ask whether to leave what is typed; a promise of the answer. Who said yes is not asked again. */
  ask() {
    this.#answer ??= more()
      .then(({ ask }) => ask(this))
      .then((leaves) => (this.#leaves = leaves))
      .finally(() => (this.#answer = null));
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

  // Where Back cannot be stopped, the address is put back before htmx fetches the page that it led to.
  #onGone = (event) => {
    if (!this.isDirty) return;
    event.preventDefault();
    history.pushState({ htmx: true }, "", this.#address);
    this.ask().then((leaves) => leaves && history.back());
  };

  on_submit(event) {
    if (event.target !== this.form) return;
    clearTimeout(this.hinting);
    this.#leaves = true;
  }

  // What did not arrive is still unsaved.
  on_htmx_afterRequest({ detail }) {
    if (detail.elt === this.form && !detail.successful) this.#leaves = false;
  }

  // --- typing

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
    if (event.key === "Escape" && !mod) {
      event.preventDefault();
      this.querySelector(".cancel")?.click();
    } else if (!mod && isRowKey(event)) {
      event.preventDefault();
      withRows(({ pressKey }) => pressKey(this, event));
    }
  }

  on_pointerover({ target }) {
    if (!rows && target.closest(`[data-row], ${ROW_BUTTONS}`)) fetchRows().catch(() => {});
  }

  on_focusin = this.on_pointerover;

  on_pointerdown(event) {
    const handle = event.target.closest("button[name=up]");
    if (!handle || event.button) return;
    const late = !rows; // it may be up again by then
    withRows(({ grab }) => (late && !handle.matches(":active")) || grab(this, handle, event));
  }

  on_click(event) {
    const control = event.target.closest(`a[href^="#"], button:is([name=use], [name=split], [data-keep]), ${ROW_BUTTONS}`);
    if (!control) return;
    if (control.name === "split") {
      const [field, text] = this.#before ?? [];
      if (field) field.value = text;
      return;
    }
    // An empty row that did not come along is the server's to add.
    if (control.name === "add" && !this.querySelector(`template[data-kind="${control.value}"]`)) return;
    event.preventDefault();
    if (control.matches(ROW_BUTTONS)) withRows(({ press }) => press(this, control));
    else more().then(({ follow }) => follow(this, control));
  }

  // Text of several lines, with an address in it, or long is more than a name.
  on_paste(event) {
    const { target } = event;
    const text = event.clipboardData?.getData("text/plain").trim() ?? "";
    if (!target.closest("[data-names]") || !/[\n@]|.{200}/.test(text)) return;
    this.#before = [target, target.value];
    more().then(({ offerToSplit }) => offerToSplit(this, text));
  }

  // --- what is changed and dropped

  on_change({ target }) {
    more().then(({ change }) => change(this, target));
  }

  // A picture over its place, and dropped there.
  on_dragover(event) {
    const { dataTransfer, target, type } = event;
    const place = dataTransfer?.types.includes("Files") && target.closest?.("[data-takes-files]");
    this.querySelector("[data-takes-files]")?.toggleAttribute("data-over", !!place && type === "dragover");
    if (!place) return;
    event.preventDefault();
    const { files } = dataTransfer;
    if (type === "drop") more().then(({ drop }) => drop(place, files));
  }

  on_dragleave = this.on_dragover;
  on_drop = this.on_dragover;
}

customElements.define("contact-form", ContactForm);
