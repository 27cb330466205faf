// <kith-menu [context="selector"]><button popovertarget="m">⋯</button><div id="m" popover>links, buttons</div></kith-menu>
// Without this module it is a popover of links. With it: a WAI-ARIA menu, which also opens by right-click, Shift+F10,
// the Menu key or a long press anywhere in the closest `context`.
//
// <kith-menu links="[data-menu]" rows="li">…<li><a data-menu href="page of actions">⋯</a></li>… <div popover></div></kith-menu>
// One menu for many rows: each link leads to a page of what may be done, and here its items are fetched into the menu.

import { fill, isOneOfMany } from "kith/many_menu";

const LONG_PRESS = 500;
const MENU_KEYS = ["ArrowDown", "ArrowUp", "Home", "End", "Enter", " "];

class KithMenu extends HTMLElement {
  #typed = "";
  #typedAt = 0;
  #opener = null;
  #area = null;
  #press = 0;
  #awaited = null;

  connectedCallback() {
    this.button = this.querySelector("[popovertarget]");
    this.menu = this.querySelector("[popover]");
    if (!this.menu) return;
    this.links = this.getAttribute("links");
    this.menu.setAttribute("role", "menu");
    this.#dress();
    for (const link of this.links ? this.querySelectorAll(this.links) : []) {
      link.setAttribute("role", "button");
      link.setAttribute("aria-haspopup", "menu");
    }
    if (this.links) this.addEventListener("click", this.#onLink);
    if (this.links) this.addEventListener("keydown", this.#onLinkKey);
    this.button?.setAttribute("aria-haspopup", "menu");
    this.button?.setAttribute("aria-expanded", "false");
    if (!this.menu.hasAttribute("aria-label"))
      this.menu.setAttribute("aria-label", this.button?.getAttribute("aria-label") ?? this.button?.textContent ?? "");
    if (this.menu.matches(":popover-open")) this.#items()[0]?.focus(); // it was opened before this module came
    this.menu.addEventListener("toggle", this.#onToggle);
    this.menu.addEventListener("keydown", this.#onKey);
    this.menu.addEventListener("click", this.#onItem);
    this.button?.addEventListener("keydown", this.#onButtonKey);
    this.#area = this.links ? this : this.closest(this.getAttribute("context") ?? "kith-none");
    this.#area?.addEventListener("contextmenu", this.#onContext);
    this.#area?.addEventListener("pointerdown", this.#onDown);
    for (const name of ["pointerup", "pointercancel", "pointermove"]) this.#area?.addEventListener(name, this.#onUp);
  }

  #dress() {
    this.menu.querySelectorAll("form, p").forEach((node) => node.setAttribute("role", "none"));
    this.menu.querySelectorAll("hr").forEach((node) => node.setAttribute("role", "separator"));
    for (const item of this.#items()) {
      const radio = item.hasAttribute("data-radio");
      item.setAttribute("role", radio ? "menuitemradio" : "menuitem");
      if (radio) item.setAttribute("aria-checked", String(item.dataset.radio === "on"));
      item.tabIndex = -1;
    }
  }

  disconnectedCallback() {
    this.menu?.removeEventListener("toggle", this.#onToggle);
    this.menu?.removeEventListener("keydown", this.#onKey);
    this.menu?.removeEventListener("click", this.#onItem);
    this.button?.removeEventListener("keydown", this.#onButtonKey);
    this.#area?.removeEventListener("contextmenu", this.#onContext);
    this.#area?.removeEventListener("pointerdown", this.#onDown);
    for (const name of ["pointerup", "pointercancel", "pointermove"]) this.#area?.removeEventListener(name, this.#onUp);
  }

  // The link of the row that something happened in.
  #linkOf(target) {
    return target.closest(this.getAttribute("rows"))?.querySelector(this.links);
  }

  // Returns the keys typed meanwhile, null where nothing is to be opened: whichever answer comes first, the menu is
  // that of the link asked for last.
  async #fetchItems(link) {
    if (isOneOfMany(link.closest(".row"))) {
      this.#awaited = null;
      fill(this.menu);
      this.#dress();
      return [];
    }
    const awaited = { link, keys: [] };
    this.#awaited = awaited;
    const headers = { "HX-Request": "true", "HX-Current-URL": location.href };
    const answer = await fetch(link.href, { headers }).catch(() => null);
    const items = answer?.ok && !answer.redirected ? await answer.text().catch(() => null) : null;
    if (this.#awaited !== awaited) return null;
    this.#awaited = null;
    if (items === null) {
      location.assign(link.href);
      return null;
    }
    this.menu.innerHTML = items;
    window.htmx.process(this.menu);
    this.menu.setAttribute("aria-label", link.getAttribute("aria-label"));
    this.#dress();
    return awaited.keys;
  }

  #onLink = (event) => {
    const link = event.target.closest(this.links);
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const box = link.getBoundingClientRect();
    this.#openAt(box.left, box.bottom, link);
  };

  #onLinkKey = (event) => {
    const link = event.target.closest(this.links);
    if (!link || event.ctrlKey || event.metaKey || event.altKey) return;
    if (this.#awaited?.link === link) {
      // Whoever knows the menu types on before it is there.
      if (event.key === "Escape") this.#awaited = null;
      else if (MENU_KEYS.includes(event.key)) this.#awaited.keys.push(event.key);
      else return;
    } else if (["ArrowDown", "ArrowUp", " "].includes(event.key)) link.click();
    else return;
    event.preventDefault();
  };

  #items() {
    return [...this.menu.querySelectorAll(".menu-item")];
  }

  #onToggle = (event) => {
    const open = event.newState === "open";
    const button = this.button ?? (this.links && this.#opener && this.#linkOf(this.#opener));
    button?.setAttribute("aria-expanded", String(open));
    if (open) {
      if (!this.menu.contains(document.activeElement)) this.#items()[0]?.focus();
      return;
    }
    this.menu.classList.remove("menu-placed");
    this.menu.removeAttribute("style"); // an empty one would be copied by htmx, which the policy forbids
    if (this.menu.contains(document.activeElement) || document.activeElement === document.body) this.#opener?.focus();
    this.#opener = null;
  };

  // What an item leads to may stay on this page.
  #onItem = (event) => event.target.closest(".menu-item") && this.menu.hidePopover();

  #onButtonKey = (event) => {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    event.preventDefault();
    this.#opener = this.button;
    if (!this.menu.matches(":popover-open")) this.menu.showPopover({ source: this.button });
    this.#items().at(event.key === "ArrowUp" ? -1 : 0)?.focus();
  };

  #onContext = (event) => {
    if (event.defaultPrevented || event.target.closest("input, textarea, .menu-item")) return;
    if (this.links && !this.#linkOf(event.target)) return;
    event.preventDefault();
    const box = event.target.getBoundingClientRect();
    const byKey = event.clientX === 0 && event.clientY === 0;
    this.#openAt(byKey ? box.left + 16 : event.clientX, byKey ? box.bottom : event.clientY, event.target);
  };

  #onDown = (event) => {
    if (event.pointerType !== "touch" || (!this.links && event.target.closest("kith-menu[links]"))) return;
    clearTimeout(this.#press);
    const { clientX, clientY, target } = event;
    this.#press = setTimeout(() => this.#openAt(clientX, clientY, target), LONG_PRESS);
  };

  #onUp = (event) => {
    if (event.type !== "pointermove" || Math.hypot(event.movementX, event.movementY) > 3) clearTimeout(this.#press);
  };

  async #openAt(x, y, target) {
    const link = this.links && this.#linkOf(target);
    const typed = link ? await this.#fetchItems(link) : [];
    if ((this.links && !link) || !typed) return;
    if (this.menu.matches(":popover-open")) this.menu.hidePopover();
    this.#opener = target.closest("a, button") ?? this.button;
    this.menu.classList.add("menu-placed");
    this.menu.showPopover();
    const { width, height } = this.menu.getBoundingClientRect();
    this.menu.style.left = `${Math.max(8, Math.min(x, innerWidth - width - 8))}px`;
    this.menu.style.top = `${Math.max(8, Math.min(y, innerHeight - height - 8))}px`;
    this.#items()[0]?.focus();
    for (const key of typed) {
      if (key === "Enter" || key === " ") document.activeElement.click();
      else document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
    }
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
