// <kith-menu [context="selector"]><button popovertarget="m">⋯</button><div id="m" popover>links, buttons</div></kith-menu>
// Without this module it is a popover of links. With it: a WAI-ARIA menu, which also opens by right-click, Shift+F10,
// the Menu key or a long press anywhere in the closest `context`.

const LONG_PRESS = 500;

class KithMenu extends HTMLElement {
  #typed = "";
  #typedAt = 0;
  #opener = null;
  #area = null;
  #press = 0;

  connectedCallback() {
    this.button = this.querySelector("[popovertarget]");
    this.menu = this.querySelector("[popover]");
    if (!this.menu) return;
    this.menu.setAttribute("role", "menu");
    this.menu.querySelectorAll("form, p").forEach((node) => node.setAttribute("role", "none"));
    this.menu.querySelectorAll("hr").forEach((node) => node.setAttribute("role", "separator"));
    for (const item of this.#items()) {
      const radio = item.hasAttribute("data-radio");
      item.setAttribute("role", radio ? "menuitemradio" : "menuitem");
      if (radio) item.setAttribute("aria-checked", String(item.querySelectorAll("svg").length > 1));
      item.tabIndex = -1;
    }
    this.button?.setAttribute("aria-haspopup", "menu");
    this.button?.setAttribute("aria-expanded", "false");
    if (!this.menu.hasAttribute("aria-label"))
      this.menu.setAttribute("aria-label", this.button?.getAttribute("aria-label") ?? this.button?.textContent ?? "");
    this.menu.addEventListener("toggle", this.#onToggle);
    this.menu.addEventListener("keydown", this.#onKey);
    this.button?.addEventListener("keydown", this.#onButtonKey);
    this.#area = this.getAttribute("context") ? this.closest(this.getAttribute("context")) : null;
    this.#area?.addEventListener("contextmenu", this.#onContext);
    this.#area?.addEventListener("pointerdown", this.#onDown);
    for (const name of ["pointerup", "pointercancel", "pointermove"]) this.#area?.addEventListener(name, this.#onUp);
  }

  disconnectedCallback() {
    this.menu?.removeEventListener("toggle", this.#onToggle);
    this.menu?.removeEventListener("keydown", this.#onKey);
    this.button?.removeEventListener("keydown", this.#onButtonKey);
    this.#area?.removeEventListener("contextmenu", this.#onContext);
    this.#area?.removeEventListener("pointerdown", this.#onDown);
    for (const name of ["pointerup", "pointercancel", "pointermove"]) this.#area?.removeEventListener(name, this.#onUp);
  }

  #items() {
    return [...this.menu.querySelectorAll(".menu-item")];
  }

  #onToggle = (event) => {
    const open = event.newState === "open";
    this.button?.setAttribute("aria-expanded", String(open));
    if (open) {
      if (!this.menu.contains(document.activeElement)) this.#items()[0]?.focus();
      return;
    }
    this.menu.classList.remove("menu-placed");
    this.menu.style.removeProperty("left");
    this.menu.style.removeProperty("top");
    if (this.menu.contains(document.activeElement) || document.activeElement === document.body) this.#opener?.focus();
    this.#opener = null;
  };

  #onButtonKey = (event) => {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    event.preventDefault();
    this.#opener = this.button;
    if (!this.menu.matches(":popover-open")) this.menu.showPopover({ source: this.button });
    this.#items().at(event.key === "ArrowUp" ? -1 : 0)?.focus();
  };

  #onContext = (event) => {
    if (event.defaultPrevented || event.target.closest("input, textarea, .menu-item")) return;
    event.preventDefault();
    const box = event.target.getBoundingClientRect();
    const byKey = event.clientX === 0 && event.clientY === 0;
    this.#openAt(byKey ? box.left + 16 : event.clientX, byKey ? box.bottom : event.clientY, event.target);
  };

  #onDown = (event) => {
    if (event.pointerType !== "touch") return;
    clearTimeout(this.#press);
    const { clientX, clientY, target } = event;
    this.#press = setTimeout(() => this.#openAt(clientX, clientY, target), LONG_PRESS);
  };

  #onUp = (event) => {
    if (event.type !== "pointermove" || Math.hypot(event.movementX, event.movementY) > 3) clearTimeout(this.#press);
  };

  #openAt(x, y, target) {
    if (this.menu.matches(":popover-open")) this.menu.hidePopover();
    this.#opener = target.closest("a, button") ?? this.button;
    this.menu.classList.add("menu-placed");
    this.menu.showPopover();
    const { width, height } = this.menu.getBoundingClientRect();
    this.menu.style.left = `${Math.max(8, Math.min(x, innerWidth - width - 8))}px`;
    this.menu.style.top = `${Math.max(8, Math.min(y, innerHeight - height - 8))}px`;
    this.#items()[0]?.focus();
  }

  #onKey = (event) => {
    const items = this.#items();
    const at = items.indexOf(document.activeElement);
    const steps = { ArrowDown: at + 1, ArrowUp: at - 1 + items.length, Home: 0, End: items.length - 1 };
    if (event.key in steps) {
      items[steps[event.key] % items.length]?.focus();
    } else if (event.key === "Tab") {
      this.menu.hidePopover();
      return;
    } else if (event.key.length === 1 && event.key !== " " && !event.ctrlKey && !event.metaKey && !event.altKey) {
      this.#typed = (event.timeStamp - this.#typedAt > 700 ? "" : this.#typed) + event.key.toLowerCase();
      this.#typedAt = event.timeStamp;
      const from = this.#typed.length > 1 ? at : at + 1;
      const round = [...items.slice(from), ...items.slice(0, from)];
      round.find((item) => item.textContent.trim().toLowerCase().startsWith(this.#typed))?.focus();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };
}

customElements.define("kith-menu", KithMenu);
