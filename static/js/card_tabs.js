// <card-tabs><nav><a aria-current="page">…</a>…</nav></card-tabs> and what the open tab shows beside it: plain
// links become WAI-ARIA tabs with manual activation, since each is fetched. Fetched with the first of them.

class CardTabs extends HTMLElement {
  connectedCallback() {
    const row = this.firstElementChild;
    const panel = this.parentElement.querySelector(":scope > .card-body");
    const open = row.querySelector("[aria-current]");
    row.role = "tablist";
    for (const tab of row.children) {
      tab.role = "tab";
      tab.ariaSelected = String(tab === open);
      tab.tabIndex = tab === open ? 0 : -1;
    }
    if (panel && open) {
      panel.role = "tabpanel";
      panel.setAttribute("aria-labelledby", open.id);
      open.setAttribute("aria-controls", panel.id);
    }
    this.addEventListener("keydown", this.#onKey);
  }

  #onKey = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const tabs = [...this.firstElementChild.children];
    const at = tabs.indexOf(event.target);
    const last = tabs.length - 1;
    const to = {
      ArrowRight: at === last ? 0 : at + 1,
      ArrowLeft: at === 0 ? last : at - 1,
      Home: 0,
      End: last,
    }[event.key];
    if (event.key === " ") event.target.click();
    else if (to === undefined) return;
    else tabs[to].focus();
    event.preventDefault();
  };
}

customElements.define("card-tabs", CardTabs);
