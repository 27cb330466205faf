// <contact-form data-leave="question"><form>…</form></contact-form>: rows come and go without a round trip, a chosen
// picture is shown, Ctrl+Enter saves, and leaving unsaved text asks once. Without it every button is a submit.

class ContactForm extends HTMLElement {
  #count = 0;

  connectedCallback() {
    this.form = this.querySelector("form");
    this.addEventListener("click", this.#onClick);
    this.addEventListener("input", this.#onInput);
    this.addEventListener("change", this.#onChange);
    this.addEventListener("submit", this.#onSubmit);
    this.addEventListener("keydown", this.#onKey);
    window.addEventListener("beforeunload", this.#onLeave);
  }

  disconnectedCallback() {
    this.removeEventListener("click", this.#onClick);
    this.removeEventListener("input", this.#onInput);
    this.removeEventListener("change", this.#onChange);
    this.removeEventListener("submit", this.#onSubmit);
    this.removeEventListener("keydown", this.#onKey);
    window.removeEventListener("beforeunload", this.#onLeave);
  }

  #onClick = (event) => {
    const button = event.target.closest("button[name=add], button[name=remove]");
    if (!button) return;
    if (button.name === "add") this.#add(event, button.value);
    else this.#remove(event, button);
  };

  #add(event, kind) {
    const template = this.querySelector(`template[data-kind="${kind}"]`);
    const rows = this.querySelector(`[data-rows="${kind}"]`);
    if (!template || !rows) return;
    event.preventDefault();
    this.#count += 1;
    rows.insertAdjacentHTML("beforeend", template.innerHTML.replaceAll("__n__", `js${this.#count}`));
    rows.closest("[data-section]")?.removeAttribute("hidden");
    this.#field(rows.lastElementChild)?.focus();
    this.#dirty();
  }

  #remove(event, button) {
    const row = button.closest("[data-row]");
    if (!row) return;
    event.preventDefault();
    const rows = row.parentElement;
    const next = row.nextElementSibling ?? row.previousElementSibling;
    row.remove();
    (this.#field(next) ?? this.querySelector(`button[name=add][value="${rows.dataset.rows}"]`))?.focus();
    this.#dirty();
  }

  // The first text field of a row that is not hidden, as that of an own label may be.
  #field(row) {
    const fields = row?.querySelectorAll("input:not([type=hidden], [type=checkbox]), textarea") ?? [];
    return [...fields].find((field) => field.checkVisibility());
  }

  #onInput = () => this.#dirty();

  #dirty() {
    this.toggleAttribute("data-dirty", true);
  }

  #onChange = (event) => {
    // At most one value of a kind is preferred.
    if (event.target.dataset.prefer && event.target.checked)
      this.querySelectorAll(`[data-prefer="${event.target.dataset.prefer}"]`).forEach((box) => {
        box.checked = box === event.target;
      });
    if (!event.target.matches("input[type=file]") || !event.target.files[0]) return;
    const place = this.querySelector("[data-picture]");
    const reader = new FileReader();
    reader.addEventListener("load", () => {
      const picture = document.createElement("img");
      picture.src = reader.result;
      picture.alt = "";
      place?.replaceChildren(picture);
    });
    reader.readAsDataURL(event.target.files[0]);
  };

  #onSubmit = () => {
    this.toggleAttribute("data-dirty", false);
    this.form.setAttribute("aria-busy", "true");
  };

  #onKey = (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    this.form.requestSubmit(this.form.querySelector("[data-save]"));
  };

  #onLeave = (event) => {
    if (this.hasAttribute("data-dirty")) event.preventDefault();
  };
}

customElements.define("contact-form", ContactForm);
