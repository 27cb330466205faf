// <combo-box src="/groups/names/?kind=group"><input list="…"></combo-box>
// A field that completes names from the server: a WAI-ARIA combobox. Arrows choose, Enter takes, Escape closes and then
// clears. Without this module it is the field and its datalist.
import { say } from "kith/announce";

class ComboBox extends HTMLElement {
  #timer = 0;
  #reading = 0;
  #asked = null;
  #own = false;

  connectedCallback() {
    this.input = this.querySelector("input");
    if (!this.input || this.list) return;
    const { input } = this;
    const list = (this.list = document.createElement("ul"));
    Object.assign(list, { id: `${input.id}-list`, className: "combo-list", hidden: true, role: "listbox" });
    list.ariaLabel = input.ariaLabel ?? input.labels[0]?.textContent;
    this.append(list);
    input.removeAttribute("list");
    Object.assign(input, { role: "combobox", ariaAutoComplete: "list", ariaExpanded: "false" });
    input.setAttribute("aria-controls", list.id);
    input.addEventListener("input", this.#onInput);
    input.addEventListener("keydown", this.#onKey);
    input.addEventListener("blur", this.#close);
    // The field keeps the focus: losing it would close the list before the click.
    list.addEventListener("pointerdown", (event) => event.preventDefault());
    list.addEventListener("click", (event) => this.#take(event.target.dataset.value ?? this.input.value));
  }

  #onInput = () => {
    if (this.#own) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#ask, 120);
  };

  // `end`: which option is chosen at once, 0 the first and -1 the last.
  #ask = async (end) => {
    const typed = this.input.value.trim();
    const asked = (this.#asked = {});
    const found = await fetch(`${this.getAttribute("src")}&q=${encodeURIComponent(typed)}`)
      .then((answer) => answer.json())
      .catch(() => null);
    if (this.#asked !== asked || !found) return;
    const shown = found.names.map((name) => [name, name]);
    if (found.create) shown.push([found.create, typed, "combo-create"]);
    const options = shown.map(([textContent, value, className = ""], at) => {
      const option = document.createElement("li");
      option.dataset.value = value;
      return Object.assign(option, { id: `${this.list.id}-${at}`, role: "option", dir: "auto", textContent, className });
    });
    this.list.replaceChildren(...options);
    this.#mark(options.at(end ?? options.length));
    this.list.hidden = !options.length;
    this.input.ariaExpanded = String(!!options.length);
    clearTimeout(this.#reading);
    this.#reading = setTimeout(say, 500, found.says);
  };

  #mark(option) {
    for (const each of this.list.children) each.ariaSelected = String(each === option);
    this.input.setAttribute("aria-activedescendant", option?.id ?? "");
    option?.scrollIntoView({ block: "nearest" });
  }

  #take(value) {
    this.input.value = value;
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
    this.input.setAttribute("aria-activedescendant", "");
  };

  #onKey = (event) => {
    if (event.isComposing || event.ctrlKey || event.metaKey) return;
    const open = !this.list.hidden;
    const options = [...this.list.children];
    const active = options.find((option) => option.ariaSelected === "true");
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && !open) this.#ask(step > 0 ? 0 : -1);
    else if (step) {
      // Past an end is the field itself: nothing is chosen there.
      const at = options.indexOf(active);
      this.#mark(options[at < 0 && step < 0 ? options.length - 1 : at + step]);
    } else if (event.key === "Enter" && open && active) this.#take(active.dataset.value);
    else if (event.key === "Escape" && open) this.#close();
    else if (event.key === "Escape" && this.input.value) this.#take("");
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
}

customElements.define("combo-box", ComboBox);
