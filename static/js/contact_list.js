// <contact-list><div class="rows"><div class="row"><div><input type="checkbox"><a class="row-link">…</a></div><div>star, if
// it is starred</div></div>…</div>
// A plain list of links becomes a WAI-ARIA grid with one tab stop: arrows, Home, End, Page keys. Each row gets its ⋯, and
// those that may be changed a star to press.
import { comeBack, keepPlace } from "kith/list_place";

const PAGE = 8;
const STOPS = "a, button, input";

class ContactList extends HTMLElement {
  #watch = new MutationObserver(() => this.#prepare());

  connectedCallback() {
    this.list = this.querySelector(".rows");
    if (!this.list) return;
    this.list.role = "grid";
    this.list.ariaMultiSelectable = "true";
    this.list.ariaRowCount = this.dataset.total || "-1";
    this.#prepare();
    this.#watch.observe(this.list, { childList: true, subtree: true });
    this.addEventListener("keydown", this.#onKey);
    this.addEventListener("click", this.#onClick);
    this.addEventListener("focusin", this.#onFocus);
    this.addEventListener("scrollend", () => keepPlace(this));
    document.addEventListener("kith:moved", this.#mark);
    document.addEventListener("kith:do", this.#onDo);
  }

  disconnectedCallback() {
    this.#watch.disconnect();
    document.removeEventListener("kith:moved", this.#mark);
    document.removeEventListener("kith:do", this.#onDo);
  }

  #rows() {
    return [...this.list.querySelectorAll(":scope > .row")];
  }

  #prepare() {
    this.#rows().forEach((row, at) => {
      row.ariaRowIndex = at + 1;
      this.#dress(row);
    });
    const more = this.list.querySelector(":scope > .more:not([role=row])");
    if (more) {
      more.role = "row";
      const cell = Object.assign(document.createElement("div"), { role: "gridcell" });
      cell.append(...more.children);
      more.append(cell);
    }
    for (const stop of this.list.querySelectorAll(STOPS)) if (stop !== this.stop) stop.tabIndex = -1;
    this.#mark();
    comeBack(this);
  }

  // Rows come, and are changed by others: each is given what it lacks.
  #dress(row) {
    const link = row.querySelector(".row-link");
    const place = row.lastElementChild;
    const name = link.querySelector(".row-name").textContent;
    const to = (more) => link.href.replace(/\/(?=\?|$)/, `/${more}/`);
    const own = (tag, icon, more) => {
      const innerHTML = `<svg width="20" height="20" aria-hidden="true"><use href="#icon-${icon}"/></svg>`;
      const made = Object.assign(document.createElement(tag), { innerHTML, ...more });
      made.dataset.own = "";
      return made;
    };
    if (row.role !== "row") {
      row.role = "row";
      row.id = `row-${row.querySelector("[name=contact]").value}`;
      row.ariaSelected = "false";
      for (const cell of row.children) cell.role = "gridcell";
      link.setAttribute("hx-sync", "#detail:replace");
      const more = { className: "icon-button row-menu", href: to("actions"), role: "button", ariaHasPopup: "menu" };
      const menu = own("a", "more", { ...more, ariaLabel: `${name}: ${this.dataset.more}` });
      menu.dataset.menu = "";
      place.append(menu);
    }
    if ("fixed" in row.dataset || place.querySelector(".star")) return;
    const star = { id: `star-${row.id.slice(4)}`, className: "icon-button star", ariaPressed: "false", name: "starred" };
    const ariaLabel = this.dataset.star.replace("#", name);
    place.prepend(own("button", "star-off", { ...star, value: "1", formAction: to("star"), ariaLabel }));
  }

  // The open contact is the current one, and the tab stop until another row gets the focus.
  #mark = () => {
    const open = location.pathname.match(/^\/contacts\/([0-9a-f-]{36})\//)?.[1];
    const current = this.list.querySelector(`#row-${open} .row-link`);
    for (const link of this.list.querySelectorAll(".row-link[aria-current]"))
      if (link !== current) link.removeAttribute("aria-current");
    current?.setAttribute("aria-current", "true");
    if (!this.stop?.isConnected || !this.contains(document.activeElement))
      this.stopAt(current ?? this.list.querySelector(".row-link"));
  };

  /** Make `element` the one tab stop. */
  stopAt(element) {
    if (this.stop && this.stop !== element) this.stop.tabIndex = -1;
    this.stop = element;
    if (element) element.tabIndex = 0;
  }

  #onFocus = (event) => {
    const stop = event.target.closest(STOPS);
    if (!stop || !this.list.contains(stop)) return;
    this.stopAt(stop);
    keepPlace(this);
  };

  // A link opens beside the list, a star changes in place. Said once here, not in each of thousands of rows.
  #onClick = (event) => {
    if (event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    const link = event.target.closest(".row-link");
    const star = event.target.closest("button.star");
    if (!link && !star) return;
    event.preventDefault();
    if (link) window.htmx.ajax("GET", link.href, { source: link, target: "#detail", swap: "innerHTML", push: "true" });
    else if (star.ariaBusy !== "true")
      window.htmx.ajax("POST", star.formAction, {
        source: star,
        target: star,
        swap: "outerHTML",
        values: { starred: star.value },
      });
  };

  #go(step) {
    const rows = this.#rows();
    const at = rows.indexOf(document.activeElement.closest(".row"));
    const row = at < 0 ? this.stop?.closest(".row") : rows[step(at, rows.length - 1)];
    row?.querySelector(".row-link").focus();
  }

  #onKey = (event) => {
    const { key, target } = event;
    const row = target.closest(".row");
    if (!row || event.metaKey || event.altKey || (event.ctrlKey && key !== "Home" && key !== "End")) return;
    const steps = {
      ArrowDown: (at) => at + 1,
      ArrowUp: (at) => at - 1,
      Home: () => 0,
      End: (_at, last) => last,
      PageDown: (at, last) => Math.min(at + PAGE, last),
      PageUp: (at) => Math.max(at - PAGE, 0),
    };
    const side = { ArrowLeft: -1, ArrowRight: 1 }[key];
    if (key in steps) this.#go(steps[key]);
    else if (side) {
      const stops = [...row.querySelectorAll(STOPS)];
      stops[stops.indexOf(target) + side]?.focus();
    } else return;
    event.preventDefault();
  };

  #onDo = (event) => {
    const { name } = event.detail;
    if (name === "next") this.#go((at) => at + 1);
    else if (name === "previous") this.#go((at) => at - 1);
    else return;
    event.preventDefault();
  };
}

customElements.define("contact-list", ContactList);
