// <form id="many"><many-bar role="toolbar">…</many-bar></form> … <input type="checkbox" form="many" name="contact">
// What is selected in the list, and what is done with it: the checkboxes are the selection, the form sends them. With
// none checked a key is about the row with the focus, else the open contact. Fetched with a list, beside a form when
// the list is first pointed at or focused.
import { say } from "kith/announce";

const boxOf = (row) => row?.querySelector("[name=contact]");

/** Send what is to be done with what is selected, or with the contacts `ids`. A dialog answers, or what changed. */
export function send(values, ids) {
  const form = document.getElementById("many");
  if (ids) values = { ...values, contact: ids.join(" "), all: "" };
  window.htmx.ajax("POST", form.action, { source: form, target: "#many-dialog", swap: "innerHTML", values });
}

class ManyBar extends HTMLElement {
  #anchor;
  #watch = new MutationObserver(() => this.#onRows());

  // The rows stand behind the bar: in a list that was empty before, they come a moment after it.
  connectedCallback() {
    if (this.closest("form").parentElement.querySelector(".rows")) this.#begin();
    else queueMicrotask(() => this.isConnected && this.#begin());
  }

  #begin() {
    this.form = this.closest("form");
    this.all = this.form.elements.all;
    const results = this.form.parentElement;
    this.rows = results.querySelector(".rows");
    this.#watch.observe(this.rows, { childList: true });
    for (const name of ["change", "click", "keydown", "reset", "submit"]) results.addEventListener(name, this);
    results.addEventListener("pointerover", () => import("kith/row_drag").catch(() => {}), { once: true });
    document.addEventListener("kith:do", this);
    this.#anchor = this.#boxes.find((box) => box.checked)?.closest(".row"); // checked before this came
    this.#show();
  }

  disconnectedCallback() {
    this.#watch.disconnect();
    document.removeEventListener("kith:do", this);
  }

  handleEvent(event) {
    this[event.type](event);
  }

  get #boxes() {
    return [...this.rows.querySelectorAll("[name=contact]")];
  }

  get #tools() {
    return [...this.querySelectorAll("button:not([popover] *)")];
  }

  #onRows() {
    if (this.all?.checked) this.#check(this.#boxes, true);
    this.#show();
  }

  #check(boxes, checked) {
    for (const box of boxes) if (box) box.checked = checked;
    if (!checked && this.all) this.all.checked = false;
  }

  #show() {
    const boxes = this.#boxes;
    const chosen = boxes.filter((box) => box.checked);
    for (const box of boxes) {
      const row = box.closest(".row");
      if (row.ariaSelected !== String(box.checked)) row.ariaSelected = box.checked;
    }
    this.toggleAttribute("data-full", chosen.length === boxes.length);
    const count = (this.all?.checked && this.dataset.total) || chosen.length;
    const text = this.dataset.says.replace("#", count);
    const output = this.querySelector("output");
    if ((chosen.length || this.some) && text !== output.textContent) say(text);
    this.some = chosen.length;
    if (!chosen.length && this.contains(document.activeElement)) this.rows.querySelector("[tabindex='0']")?.focus();
    output.textContent = text;
    this.#tools.forEach((tool, at) => (tool.tabIndex = at ? -1 : 0));
  }

  #toggle(row) {
    this.#anchor = row;
    this.#check([boxOf(row)], !boxOf(row).checked);
    this.#show();
  }

  change({ target }) {
    if (target === this.all) this.#check(this.#boxes, target.checked);
    else this.#check([(this.#anchor = target.closest(".row")) && target], target.checked);
    this.#show();
  }

  // With Shift, from where the last one was selected to here.
  click(event) {
    const row = event.shiftKey && !event.target.closest("button") && event.target.closest(".row");
    if (!row) return;
    if (event.target !== boxOf(row)) event.preventDefault();
    const rows = [...this.rows.children];
    const ends = [rows.indexOf(this.#anchor ?? row), rows.indexOf(row)].sort((one, other) => one - other);
    setTimeout(() => {
      this.#check(rows.slice(Math.max(ends[0], 0), ends[1] + 1).map(boxOf), true);
      this.#show();
    });
  }

  keydown(event) {
    const { key, target } = event;
    const row = target.closest(".row");
    const tools = this.#tools;
    const step = { ArrowDown: 1, ArrowUp: -1 }[key];
    const side = { ArrowRight: 1, ArrowLeft: -1 }[key];
    if (key === " " && target.matches(".row-link")) this.#toggle(row);
    else if (row && step && event.shiftKey) this.#extend(row, step);
    else if (side && tools.includes(target)) tools.at((tools.indexOf(target) + side) % tools.length).focus();
    else return;
    event.preventDefault();
  }

  // Back over what was selected so takes it out again.
  #extend(row, step) {
    const next = boxOf(step > 0 ? row.nextElementSibling : row.previousElementSibling);
    if (!next) return;
    this.#check([boxOf(row)], !(boxOf(row).checked && next.checked));
    this.#check([next], true);
    this.#anchor ??= row;
    this.#show();
  }

  reset() {
    setTimeout(() => this.#show());
  }

  submit(event) {
    const verb = event.submitter?.value;
    if (event.target !== this.form || verb === "export") return;
    event.preventDefault();
    send({ do: verb });
  }

  "kith:do"(event) {
    const { name, at } = event.detail;
    const verb = this.form.querySelector(`[value="${name}"]`);
    if (!verb && !["select", "all", "back"].includes(name)) return;
    const row = at.closest("contact-list .row");
    const boxes = this.#boxes;
    const chosen = boxes.filter((box) => box.checked);
    if (name === "select" && row) this.#toggle(row);
    else if (name === "all" && row) {
      if (this.all && chosen.length === boxes.length) this.all.checked = true;
      this.#check(boxes, true);
      this.#show();
    } else if (name === "back" && chosen.length) this.form.reset();
    else if (!verb || !this.#do(name, chosen, row)) return;
    event.preventDefault();
  }

  #do(name, chosen, row) {
    const id = row?.id.slice(4) ?? location.pathname.match(/^\/contacts\/([0-9a-f-]{36})\//)?.[1];
    const starred = chosen.every((box) => box.closest(".row").querySelector(".star[aria-pressed=true]"));
    if (chosen.length) send({ do: name === "star" && starred ? "unstar" : name });
    else if (name === "star") (row ?? document.querySelector(".card-bar"))?.querySelector("button.star")?.click();
    else if (id) send({ do: name }, [id]);
    else return false;
    return true;
  }
}

customElements.define("many-bar", ManyBar);
