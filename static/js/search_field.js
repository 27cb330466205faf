// The search form: Enter opens the first hit, Escape clears, arrow down goes into the list. Fetched when it is first
// pointed at or focused.

class SearchField extends HTMLElement {
  #onKey = (event) => {
    const input = event.target;
    if (!input.matches("input[type=search]") || event.isComposing) return;
    const first = document.querySelector("contact-list .row-link");
    if (event.key === "ArrowDown" && first) first.focus();
    else if (event.key === "Enter" && first && input.value.trim()) {
      // Results of what was typed last may still be on their way: then the form is sent as it is without a script.
      if (document.getElementById("results")?.dataset.query !== input.value.trim()) return;
      first.click();
    } else if (event.key === "Escape" && input.value) {
      input.value = "";
      input.dispatchEvent(new Event("input", { bubbles: true }));
    } else return;
    event.preventDefault();
  };

  connectedCallback() {
    this.addEventListener("keydown", this.#onKey);
  }

  disconnectedCallback() {
    this.removeEventListener("keydown", this.#onKey);
  }
}

customElements.define("search-field", SearchField);
