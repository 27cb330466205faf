// <combo-box src="/groups/names/?kind=group"><input list="…"></combo-box>: completes names from the server, as the
// WAI-ARIA combobox does. Without this module it is the field and its datalist.
import { say } from "kith/announce";

class ComboBox extends HTMLElement {
  #timer = 0;
  #reading = 0;
  #asked = null;
  #own = false;

  connectedCallback() {
    const input = this.querySelector("input");
    if (!input || this.list) return;
    const list = document.createElement("ul");
    Object.assign(list, { id: `${input.id}-list`, className: "combo-list", hidden: true, role: "listbox" });
    list.ariaLabel = input.ariaLabel ?? input.labels[0]?.textContent;
    Object.assign(this, { input, list }).append(list);
    input.removeAttribute("list");
    Object.assign(input, { role: "combobox", ariaAutoComplete: "list", ariaExpanded: "false" });
    input.setAttribute("aria-controls", list.id);
    input.addEventListener("input", this.#onInput);
    input.addEventListener("keydown", this.#onKey);
    input.addEventListener("blur", this.#close);
    // Losing the focus would close the list before the click.
    list.addEventListener("pointerdown", (event) => event.preventDefault());
    list.addEventListener("click", ({ target }) => this.#take(target));
    // What was typed before this came.
    if (document.activeElement === input && input.value !== input.defaultValue) this.#onInput();
  }

  #onInput = () => {
    clearTimeout(this.#timer);
    if (!this.#own) this.#timer = setTimeout(this.#ask, 120);
  };

  // `end`: the option chosen at once, 0 or -1.
  #ask = async (end) => {
    const { input, list } = this;
    const typed = input.value.trim();
    const asked = (this.#asked = { end });
    const answer = await fetch(`${this.getAttribute("src")}&q=${encodeURIComponent(typed)}`).catch(() => null);
    const found = await answer?.json().catch(() => null);
    if (this.#asked !== asked || !found) return;
    this.#asked = null;
    const shown = found.names.map((name) => [name, name]);
    if (found.create) shown.push([found.create, typed, "combo-create"]);
    const options = shown.map(([textContent, value, className = ""], at) => {
      const option = Object.assign(document.createElement("li"), { textContent, className });
      option.dataset.value = value;
      return Object.assign(option, { id: `${list.id}-${at}`, role: "option", dir: "auto" });
    });
    list.replaceChildren(...options);
    this.#mark(options.at(end ?? options.length));
    list.hidden = !options.length;
    input.ariaExpanded = String(!list.hidden);
    if (asked.taken) this.#take(options.at(end));
    clearTimeout(this.#reading);
    this.#reading = setTimeout(say, 500, found.says);
  };

  #mark(option) {
    for (const each of this.list.children) each.ariaSelected = String(each === option);
    this.input.setAttribute("aria-activedescendant", option?.id ?? "");
    option?.scrollIntoView({ block: "nearest" });
  }

  #take(option) {
    this.input.value = option?.dataset.value ?? this.input.value;
    this.#own = true;
    this.input.dispatchEvent(new Event("input", { bubbles: true }));
    this.#own = false;
    this.#close();
  }

  #close = () => {
    clearTimeout(this.#timer);
    this.#asked = null;
    this.list.hidden = true;
    this.input.ariaExpanded = "false";
    this.#mark();
  };

  #onKey = (event) => {
    const { key } = event;
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    const open = !this.list.hidden;
    const options = [...this.list.children];
    const at = options.findIndex((option) => option.ariaSelected === "true");
    const step = { ArrowDown: 1, ArrowUp: -1 }[key];
    if (step && !open) this.#ask(step > 0 ? 0 : -1);
    // Past an end nothing is chosen.
    else if (step) this.#mark(options[at < 0 && step < 0 ? options.length - 1 : at + step]);
    else if (key === "Enter" && open && at >= 0) this.#take(options[at]);
    else if (key === "Enter" && this.#asked?.end !== undefined) this.#asked.taken = true;
    else if (key === "Escape" && open) this.#close();
    else if (key === "Escape" && this.input.value) this.#take({ dataset: { value: "" } });
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
}

customElements.define("combo-box", ComboBox);
