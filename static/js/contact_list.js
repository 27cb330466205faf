// <contact-list><div role="list"><div role="listitem"><a class="row-link">…</a> star</div>…</div></contact-list>
// A plain list of links becomes a WAI-ARIA grid with one tab stop: arrows, j and k, Home, End, Page keys, Enter or o.

const PAGE = 8;

class ContactList extends HTMLElement {
  #watch = new MutationObserver(() => this.#prepare());

  connectedCallback() {
    this.list = this.querySelector("[role=list]");
    if (!this.list) return;
    this.list.setAttribute("role", "grid");
    this.list.setAttribute("aria-rowcount", this.dataset.total || "-1");
    this.#prepare();
    this.#watch.observe(this.list, { childList: true });
    this.addEventListener("keydown", this.#onKey);
    this.addEventListener("click", this.#onClick);
    this.addEventListener("focusin", this.#onFocus);
    document.addEventListener("kith:moved", this.#mark);
  }

  disconnectedCallback() {
    this.#watch.disconnect();
    this.removeEventListener("keydown", this.#onKey);
    this.removeEventListener("click", this.#onClick);
    this.removeEventListener("focusin", this.#onFocus);
    document.removeEventListener("kith:moved", this.#mark);
  }

  #rows() {
    return [...this.list.querySelectorAll(":scope > .row")];
  }

  #prepare() {
    this.#rows().forEach((row, at) => {
      row.setAttribute("role", "row");
      row.setAttribute("aria-rowindex", at + 1);
      for (const cell of row.children) cell.setAttribute("role", "gridcell");
      row.querySelector(".row-link").setAttribute("hx-sync", "#detail:replace");
      row.querySelectorAll("a, button").forEach((stop) => {
        if (stop !== this.stop) stop.tabIndex = -1;
      });
    });
    this.list.querySelectorAll(":scope > .more").forEach((more) => {
      more.setAttribute("role", "row");
      for (const cell of more.children) cell.setAttribute("role", "gridcell");
    });
    this.#mark();
  }

  // The open contact is the current one, and the tab stop until another row gets the focus.
  #mark = () => {
    const open = location.pathname.match(/^\/contacts\/([0-9a-f-]{36})\//)?.[1];
    let current = null;
    for (const link of this.list.querySelectorAll(".row-link")) {
      const here = link.closest(".row").id === `row-${open}`;
      if (here) current = link;
      if (here) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
      link.closest(".row").setAttribute("aria-selected", String(here));
    }
    if (!this.stop?.isConnected || !this.contains(document.activeElement))
      this.#stopAt(current ?? this.list.querySelector(".row-link"));
  };

  #stopAt(element) {
    if (this.stop && this.stop !== element) this.stop.tabIndex = -1;
    this.stop = element;
    if (element) element.tabIndex = 0;
  }

  #onFocus = (event) => {
    const stop = event.target.closest("a, button");
    if (stop && this.list.contains(stop)) this.#stopAt(stop);
  };

  // A link opens beside the list, a star changes in place. Said once here, not in each of thousands of rows.
  #onClick = (event) => {
    if (event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    const link = event.target.closest(".row-link");
    const star = event.target.closest("button.star");
    if (link) window.htmx.ajax("GET", link.href, { source: link, target: "#detail", swap: "innerHTML", push: "true" });
    else if (star && star.ariaBusy !== "true")
      window.htmx.ajax("POST", star.formAction, {
        source: star,
        target: star,
        swap: "outerHTML",
        values: { starred: star.value },
      });
    else if (!star) return;
    event.preventDefault();
  };

  #onKey = (event) => {
    if (event.ctrlKey && event.key !== "Home" && event.key !== "End") return;
    if (event.metaKey || event.altKey || event.target.matches("input")) return;
    const row = event.target.closest(".row");
    if (!row) return;
    const rows = this.#rows();
    const at = rows.indexOf(row);
    const goals = {
      ArrowDown: at + 1,
      j: at + 1,
      ArrowUp: at - 1,
      k: at - 1,
      Home: 0,
      End: rows.length - 1,
      PageDown: Math.min(at + PAGE, rows.length - 1),
      PageUp: Math.max(at - PAGE, 0),
    };
    if (event.key in goals) rows[goals[event.key]]?.querySelector(".row-link").focus();
    else if (event.key === "ArrowRight") row.querySelector("button")?.focus();
    else if (event.key === "ArrowLeft") row.querySelector(".row-link").focus();
    else if (event.key === "o") row.querySelector(".row-link").click();
    else return;
    event.preventDefault();
  };
}

customElements.define("contact-list", ContactList);
