// <letter-rail><a href="…?from=m">M</a>…</letter-rail>: the letters of the list, one tab stop with arrows. Fetched when they
// are first pointed at or focused.

class LetterRail extends HTMLElement {
  connectedCallback() {
    this.role = "toolbar";
    this.ariaOrientation = "vertical";
    this.ariaLabel = this.closest("nav").ariaLabel;
    this.addEventListener("keydown", this);
    this.addEventListener("focusin", this);
    document.addEventListener("kith:moved", this);
    this.#mark();
    if (this.contains(document.activeElement)) this.#stopAt(document.activeElement);
  }

  disconnectedCallback() {
    document.removeEventListener("kith:moved", this);
  }

  handleEvent(event) {
    if (event.type === "keydown") this.#onKey(event);
    else if (event.type === "focusin") this.#stopAt(event.target.closest("a"));
    else this.#mark();
  }

  get #letters() {
    return [...this.querySelectorAll("a")];
  }

  // The letter that the list begins with; where there are more than fit, it is brought into sight.
  #mark() {
    const from = new URLSearchParams(location.search).get("from");
    let current = null;
    for (const letter of this.#letters) {
      const on = new URL(letter.href).searchParams.get("from") === from && from !== null;
      if (on) letter.setAttribute("aria-current", "true");
      else letter.removeAttribute("aria-current");
      if (on) current = letter;
    }
    if (this.contains(document.activeElement)) return;
    this.#stopAt(current ?? this.#letters[0]);
    if (current) this.scrollTop = current.offsetTop - this.clientHeight / 2;
  }

  #stopAt(stop) {
    for (const letter of this.#letters) letter.tabIndex = letter === stop ? 0 : -1;
  }

  #onKey(event) {
    const letters = this.#letters;
    const at = letters.indexOf(document.activeElement);
    const steps = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: letters.length - 1 };
    const next = event.key in steps && letters[steps[event.key]];
    if (!next) return;
    event.preventDefault();
    next.focus();
  }
}

customElements.define("letter-rail", LetterRail);
