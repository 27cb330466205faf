// <contact-list><div class="rows"><div class="row"><div><input type="checkbox"><a class="row-link">…</a></div><div>star, if
// it is starred</div></div>…</div>: a list of links becomes a WAI-ARIA grid with one tab stop. Each row gets its buttons.
import { afterPaint } from "kith/after_paint";

const PAGE = 8;
const STEPS = {
  ArrowDown: (at) => at + 1,
  ArrowUp: (at) => at - 1,
  Home: () => 0,
  End: (_at, last) => last,
  PageDown: (at, last) => Math.min(at + PAGE, last),
  PageUp: (at) => Math.max(at - PAGE, 0),
};
const STOPS = "a, button, input";

const drawn = document.createElement("template");
drawn.innerHTML = `
<button class="icon-button star" name="starred" value="1" aria-pressed="false" tabindex="-1" data-own><svg width="20"
height="20" aria-hidden="true"><use href="#icon-star-off"/></svg></button><a class="icon-button row-menu" role="button"
aria-haspopup="menu" tabindex="-1" data-menu data-own><svg width="20" height="20" aria-hidden="true"><use
href="#icon-more"/></svg></a>`;
const [STAR, MENU] = drawn.content.children;

// Row and place of a list are kept from the first focus on. Whoever comes back, by Back, by reloading, or from an act
// that brought the page anew, is led there.
const places = () => import("kith/list_place").catch(() => new Promise(() => {}));
let back =
  performance.getEntriesByType("navigation")[0]?.type !== "navigate" || !!document.querySelector("#toasts > .toast");
addEventListener("popstate", () => (back = true));
if (back) places();

class ContactList extends HTMLElement {
  #watch = new MutationObserver(() => {
    this.#prepare();
    // Where the last row went, the list says so.
    if (!this.list.children.length) window.htmx.ajax("GET", this.dataset.list, { target: "#results", swap: "outerHTML" });
  });

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
    this.addEventListener("scrollend", () => places().then(({ keepPlace }) => keepPlace(this)));
    document.addEventListener("kith:moved", this.#mark);
    document.addEventListener("kith:do", this.#onDo);
  }

  disconnectedCallback() {
    this.#watch.disconnect();
    document.removeEventListener("kith:moved", this.#mark);
    document.removeEventListener("kith:do", this.#onDo);
  }

  get #rows() {
    return this.list.getElementsByClassName("row");
  }

  #prepare() {
    [...this.#rows].forEach(this.#name);
    const more = this.list.querySelector(":scope > .more:not([role=row])");
    if (more) {
      more.role = "row";
      const cell = Object.assign(document.createElement("div"), { role: "gridcell" });
      cell.append(...more.children);
      more.append(cell);
    }
    for (const stop of this.list.querySelectorAll(`:is(${STOPS}):not([tabindex])`)) stop.tabIndex = -1;
    this.#mark();
    this.#watch.takeRecords(); // of our own
    // Rows have their buttons with the page; in lists that come later, once these are painted.
    if (document.readyState === "complete" && !back) afterPaint(this.#dress);
    else this.#dress();
    if (back) places().then(({ comeBack }) => back && (back = comeBack(this)));
  }

  #name(row, at) {
    if (row.ariaRowIndex != at + 1) row.ariaRowIndex = at + 1;
    if (row.role) return;
    row.role = "row";
    row.id = `row-${row.querySelector("[name=contact]").value}`;
    row.ariaSelected = "false";
    for (const cell of row.children) cell.role = "gridcell";
    row.querySelector(".row-link").setAttribute("hx-sync", "#detail:replace");
  }

  // Rows come, and are changed by others: each is given what it lacks.
  #dress = () => {
    for (const row of [...this.#rows]) {
      const place = row.lastElementChild;
      const hasMenu = place.lastElementChild?.matches(".row-menu");
      const hasStar = "fixed" in row.dataset || place.firstElementChild?.matches(".star");
      if (hasMenu && hasStar) continue;
      const link = row.querySelector(".row-link");
      const name = link.querySelector(".row-name").textContent;
      const to = (more) => link.href.replace(/\/(?=\?|$)/, `/${more}/`);
      const menu = { href: to("actions"), ariaLabel: `${name}: ${this.dataset.more}` };
      const star = { id: `star-${row.id.slice(4)}`, formAction: to("star"), ariaLabel: this.dataset.star.replace("#", name) };
      if (!hasMenu) place.append(Object.assign(MENU.cloneNode(true), menu));
      if (!hasStar) place.prepend(Object.assign(STAR.cloneNode(true), star));
    }
    this.#watch.takeRecords();
  };

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
    places().then(({ keepPlace }) => keepPlace(this));
  };

  // A link opens beside the list, a star changes in place. Said once here, not in each of thousands of rows.
  #onClick = (event) => {
    if (event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    const link = event.target.closest(".row-link");
    const star = event.target.closest("button.star");
    if (!link && !star) return;
    event.preventDefault();
    if (link) window.htmx.ajax("GET", link.href, { source: link, target: "#detail", swap: "innerHTML", push: "true" });
    else if (star.ariaBusy !== "true") {
      const values = { starred: star.value };
      window.htmx.ajax("POST", star.formAction, { source: star, target: star, swap: "outerHTML", values });
    }
  };

  #go(step) {
    const rows = this.#rows;
    const at = document.activeElement.closest(".row")?.ariaRowIndex - 1;
    const row = at >= 0 ? rows[step(at, rows.length - 1)] : this.stop?.closest(".row");
    row?.querySelector(".row-link").focus();
  }

  #onKey = (event) => {
    const { key, target } = event;
    const row = target.closest(".row");
    if (!row || event.metaKey || event.altKey || (event.ctrlKey && key !== "Home" && key !== "End")) return;
    const side = { ArrowLeft: -1, ArrowRight: 1 }[key];
    if (key in STEPS) this.#go(STEPS[key]);
    else if (side) {
      const stops = [...row.querySelectorAll(STOPS)];
      stops[stops.indexOf(target) + side]?.focus();
    } else return;
    event.preventDefault();
  };

  #onDo = (event) => {
    const key = { next: "ArrowDown", previous: "ArrowUp" }[event.detail.name];
    if (!key) return;
    this.#go(STEPS[key]);
    event.preventDefault();
  };
}

customElements.define("contact-list", ContactList);
