// <pick-list><form><input type="search"> <div class="picks"><button>…</button>…</div></form></pick-list>
// Choosing one of many by typing: a combobox over buttons, of which Enter presses the one that is marked. Within a
// dialog it opens that when it comes, and closes it when it goes.

class PickList extends HTMLElement {
  #at = 0;
  #eager = false;
  #watch = new MutationObserver(() => this.#onPicks());

  connectedCallback() {
    this.dialog = this.closest("dialog");
    this.input = this.querySelector("input[type=search]");
    this.list = this.querySelector(".picks");
    this.list.role = "listbox";
    Object.assign(this.input, { role: "combobox", ariaExpanded: "true", ariaAutoComplete: "list" });
    this.input.setAttribute("aria-controls", this.list.id);
    this.addEventListener("keydown", this.#onKey);
    this.#watch.observe(this.list, { childList: true });
    this.dialog?.addEventListener("htmx:afterSettle", this.#catchUp);
    this.#mark(0);
    if (this.dialog && !this.dialog.open) this.dialog.showModal();
    this.input.focus();
  }

  // What was typed before htmx listened is asked for then (without htmx's `changed`: to it, that is how it began).
  #catchUp = () => {
    if (this.input.value && !this.#isFresh) this.input.dispatchEvent(new Event("input", { bubbles: true }));
  };

  disconnectedCallback() {
    this.#watch.disconnect();
    this.dialog?.removeEventListener("htmx:afterSettle", this.#catchUp);
    if (!this.dialog?.querySelector("pick-list")) this.dialog?.close(); // nothing else is asked
  }

  #mark(at) {
    const picks = [...this.list.querySelectorAll("button")];
    this.#at = picks.length && (at + picks.length) % picks.length;
    picks.forEach((pick, place) => {
      Object.assign(pick, { id: `pick-${place}`, role: "option", tabIndex: -1, ariaSelected: String(place === this.#at) });
    });
    const marked = picks[this.#at];
    if (marked) this.input.setAttribute("aria-activedescendant", marked.id);
    else this.input.removeAttribute("aria-activedescendant");
    marked?.scrollIntoView({ block: "nearest" });
    return marked;
  }

  // Whether what is listed is what was typed last: it may still be on its way.
  get #isFresh() {
    return this.list.querySelector("[data-find]")?.dataset.find === this.input.value;
  }

  #onPicks() {
    const marked = this.#mark(0);
    if (!this.#eager || !this.#isFresh) return;
    this.#eager = false;
    marked?.click();
  }

  #onKey = (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.target !== this.input || event.isComposing) return;
    this.#eager = event.key === "Enter" && !this.#isFresh;
    if (step) this.#mark(this.#at + step);
    else if (event.key !== "Enter") return;
    else if (!this.#eager) this.#mark(this.#at)?.click();
    event.preventDefault();
  };
}

customElements.define("pick-list", PickList);
