// The command bar: a combobox in a dialog over what may be done on the page, what may be done with the open contact or
// with all that are selected, and what is found by its name. The server's pieces say what there is; the items in them
// are the links and forms of the menus, and choosing one presses it. Fetched when it is first asked for.
import { fold, rate } from "kith/command_rating";
import { element, Step } from "kith/command_step";
import { run } from "kith/keys";

const FRESH = 60_000; // milliseconds that what may be done on a page is taken for true
const PAUSE = 60; // before the server is asked for what was typed
const SHOWN = 8; // of a part, where something was typed
const RECENT = 12; // kept; of these the first five are shown
const HERE = ["keys", "undo", "redo"]; // done without leaving the page
const HEADERS = { "HX-Request": "true" };

class CommandBar {
  #steps = [];
  #root = null;
  #waiting = new Map(); // what is on its way: whether it is only what is found by its name
  #eager = false;
  #marked = null;
  #moved = false;

  constructor(bar) {
    this.bar = bar;
    this.input = bar.querySelector("input");
    this.list = bar.querySelector("[role=listbox]");
    this.kept = `kith:recent:${bar.dataset.user}`;
    this.input.addEventListener("input", () => this.#typed());
    this.input.addEventListener("keydown", (event) => this.#onKey(event));
    this.list.addEventListener("mousedown", (event) => event.preventDefault()); // the field keeps the focus
    this.list.addEventListener("click", (event) => this.#onClick(event));
    bar.addEventListener("click", (event) => event.target === bar && bar.close());
    bar.addEventListener("close", () => this.#end());
  }

  get #step() {
    return this.#steps.at(-1);
  }

  get #recent() {
    try {
      return JSON.parse(localStorage.getItem(this.kept)) ?? [];
    } catch {
      return [];
    }
  }

  // What may be done on the page, unless it is known.
  prepare() {
    const query = new URLSearchParams(document.getElementById("results")?.dataset.live?.split("?")[1]);
    query.delete("organization");
    query.delete("place");
    const list = `${query}`;
    const known = this.#root;
    if (known && !known.lost && known.list === list && Date.now() - known.made < FRESH) return;
    this.#root = Object.assign(new Step("", this.bar.dataset.find), { list });
    query.set("recent", this.#recent.filter((key) => key.startsWith("/")).join());
    this.#fetch(`${this.bar.dataset.all}?${query}`, this.#root);
  }

  // `about`: the address of what may be done with the contact that is meant.
  begin(about) {
    if (!this.bar.open) return;
    this.prepare();
    this.#root.forget((row) => row.context);
    this.#root.parts.delete("this");
    this.#root.asked = null;
    this.#steps = [this.#root];
    if (document.querySelector("[form=many][name=contact]:checked")) this.#offerSelection();
    else if (about) this.#fetch(about, this.#root, { context: true }, "this", this.#nameOf(about));
    const eager = this.#eager;
    this.#typed();
    if (eager) this.#enterKey();
  }

  #end() {
    this.abort?.abort();
    this.input.value = "";
    this.#eager = false;
    this.#steps = [];
    clearTimeout(this.saying);
  }

  #nameOf(about) {
    const [id] = about.match(/[0-9a-f-]{36}/);
    const row = document.querySelector(`#row-${id} .row-name`);
    const card = document.querySelector(`.card[data-contact="${id}"] #card-name`);
    return (row?.textContent ?? card?.firstChild.textContent ?? this.bar.dataset.this).trim();
  }

  #offerSelection() {
    const tools = document.querySelector("many-bar");
    const part = this.#root.part("this", tools.querySelector("output").textContent, true);
    for (const tool of tools.querySelectorAll("button[name=do], button[type=reset]")) {
      const item = Object.assign(element("button", "menu-item", ""), { type: "button" });
      const sign = tool.querySelector("svg");
      if (sign) item.append(sign.cloneNode(true));
      item.append(element("span", "wrap", tool.ariaLabel ?? tool.textContent));
      const key = tool.getAttribute("aria-keyshortcuts");
      if (key) item.append(element("kbd", "", key));
      this.#root.add(part, item, { context: true, tool });
    }
  }

  async #fetch(address, step, more, ...part) {
    const asked = (async () => {
      const answer = await fetch(address, { headers: HEADERS, signal: more?.signal }).catch(() => null);
      const text = (await answer?.text().catch(() => null)) ?? null;
      if (more?.signal?.aborted) return;
      const html = answer?.ok && !answer.redirected ? text : null;
      const refusal = answer?.headers.get("Content-Type")?.startsWith("text/plain") && text;
      step.lost = html === null && (refusal || this.bar.dataset.lost);
      if (html) step.read(html, more && { context: more.context, found: more.found }, ...part);
    })();
    this.#waiting.set(asked, more?.found !== undefined);
    await asked;
    this.#waiting.delete(asked);
    if (step === this.#step && this.bar.open) this.#show();
    if (this.#eager && !this.#waiting.size) this.#press();
  }

  #typed() {
    this.#moved = this.#eager = false;
    if (!this.#step) return; // it has not begun
    this.#ask();
    this.#show();
  }

  // What is found by its name is asked for a moment after the last key; an older question is dropped.
  #ask() {
    const step = this.#step;
    const typed = this.input.value.trim();
    if (!step.find || step.asked === typed || (step === this.#root && !typed)) return;
    step.asked = typed;
    this.abort?.abort();
    this.abort = new AbortController();
    const { signal } = this.abort;
    const pause = new Promise((go) => setTimeout(go, PAUSE));
    this.#waiting.set(pause, true);
    pause.then(() => {
      this.#waiting.delete(pause);
      if (signal.aborted) return;
      const address = new URL(step.find, location.href);
      address.searchParams.set("q", typed);
      const recent = this.#recent;
      step.forget((row) => ![undefined, typed].includes(row.found) && !row.rate && !recent.includes(row.key));
      this.#fetch(address, step, { signal, found: typed });
    });
  }

  #show() {
    const step = this.#step;
    const typed = fold(this.input.value);
    const atRoot = step === this.#root;
    const recent = atRoot ? this.#recent : [];
    const shown = new Map();
    if (!typed && recent.length) {
      const rows = recent.map((key) => step.rows.find((row) => row.key === key && !row.context)).filter(Boolean);
      const part = step.part("recent", this.bar.dataset.recent);
      shown.set(part, rows.slice(0, 5));
    }
    const again = new Set([...shown.values()].flat());
    for (const row of step.rows) {
      row.rate = typed ? rate(row.label, row.words, typed) : Number(!(atRoot && row.quiet) && !again.has(row));
      if (typed && !row.rate && row.found === this.input.value.trim()) row.rate = 10;
      if (typed && row.rate) row.rate += (recent.includes(row.key) ? 3 : 0) + (row.context ? 5 : 0) - row.label.length / 100;
      if (row.rate > 0) shown.set(row.part, [...(shown.get(row.part) ?? []), row]);
    }
    let parts = [...step.parts.values()].filter((part) => shown.get(part)?.length);
    const place = { this: 0, recent: 1 };
    if (!typed) parts.sort((one, other) => (place[one.name] ?? 2) - (place[other.name] ?? 2));
    else {
      for (const part of parts) {
        const best = shown.get(part).sort((one, other) => other.rate - one.rate);
        shown.set(part, atRoot ? best.slice(0, SHOWN) : best);
      }
      parts.sort((one, other) => shown.get(other)[0].rate - shown.get(one)[0].rate);
    }
    for (const part of parts) part.box.replaceChildren(part.title, ...shown.get(part).map((row) => row.node));
    this.list.replaceChildren(...parts.map((part) => part.box));
    this.rows = parts.flatMap((part) => shown.get(part));
    const title = this.bar.querySelector("#command-step");
    title.hidden = !step.title;
    title.textContent = step.title;
    this.#mark(this.#moved && this.rows.includes(this.#marked) ? this.rows.indexOf(this.#marked) : 0);
    this.#count();
  }

  #count() {
    const { none, one, many } = this.bar.dataset;
    const count = this.rows.length;
    if (this.#step.lost) this.#say(this.#step.lost);
    else if (count || !this.#waiting.size) this.#say(count ? "" : none, count === 1 ? one : many.replace("#", count));
  }

  // What stands in place of the list, and what is read once typing pauses.
  #say(text, aloud = text) {
    const line = this.bar.querySelector(".command-none");
    line.hidden = !text;
    line.textContent = text;
    clearTimeout(this.saying);
    this.saying = setTimeout(() => (this.bar.querySelector("[role=status]").textContent = text || aloud), 500);
  }

  #mark(at) {
    const rows = this.rows;
    const row = rows.length ? rows[(at + rows.length) % rows.length] : null;
    this.#marked?.item.setAttribute("aria-selected", "false");
    this.#marked = row;
    row?.item.setAttribute("aria-selected", "true");
    if (row) this.input.setAttribute("aria-activedescendant", row.item.id);
    else this.input.removeAttribute("aria-activedescendant");
    row?.item.scrollIntoView({ block: "nearest" });
    if (row === rows[0]) this.list.scrollTop = 0;
  }

  #onKey(event) {
    const { key } = event;
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    const at = this.rows?.indexOf(this.#marked) ?? 0;
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[key];
    const ends = this.input.selectionStart === this.input.value.length;
    if (to !== undefined && !event.shiftKey) {
      this.#moved = true;
      if (this.rows) this.#mark(to);
    } else if (key === "Enter") this.#enterKey();
    else if (key === "Tab") event.shiftKey ? this.#leave() : this.#enter(this.#marked);
    else if (key !== "ArrowRight" || !ends || !this.#enter(this.#marked))
      if (key !== "Backspace" || this.input.value || !this.#leave()) return;
    event.preventDefault();
  }

  // Where what is marked may not be what is meant, since more is on its way, it waits for that.
  #enterKey() {
    const waiting = [...this.#waiting.values()];
    const sure = this.#moved || !waiting.length || (waiting.every(Boolean) && this.#marked?.rate >= 50);
    if (this.#step && sure) this.#press();
    else this.#eager = true;
  }

  #press() {
    this.#eager = false;
    this.#marked?.item.click();
  }

  #enter(row) {
    const inside = row?.item.dataset.inside;
    if (!inside) return false;
    if (row.part.name !== "recent") this.#keep(row);
    const find = inside.startsWith(this.bar.dataset.find);
    this.#step.typed = this.input.value;
    this.#steps.push(new Step(row.name.replace(/…$/, ""), find ? inside : ""));
    this.input.value = "";
    if (!find) this.#fetch(inside, this.#step, {}, "inside", row.name);
    this.#typed();
    return true;
  }

  #leave() {
    if (this.#steps.length < 2) return false;
    this.#steps.pop();
    this.input.value = this.#step.typed;
    this.#step.asked = null;
    this.#typed();
    return true;
  }

  #keep({ key, context }) {
    if (!key || context) return;
    const keys = [key, ...this.#recent.filter((each) => each !== key)].slice(0, RECENT);
    try {
      localStorage.setItem(this.kept, JSON.stringify(keys));
    } catch {
      // A browser that keeps nothing remembers nothing.
    }
  }

  #onClick(event) {
    const row = this.rows.find((each) => each.item.contains(event.target));
    if (!row || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const { item, tool } = row;
    const { does, inside } = item.dataset;
    if (inside?.startsWith(this.bar.dataset.find)) {
      event.preventDefault();
      this.#enter(row);
      return;
    }
    if (this.#steps.length === 1 || item.dataset.inside) this.#keep(row);
    if (item.form?.elements.next) item.form.elements.next.value = location.pathname + location.search;
    this.bar.close();
    const here = HERE.includes(does) || (does === "find" && document.querySelector("search-field"));
    if (here) event.preventDefault();
    if (here) run(does);
    tool?.click();
  }
}

const bar = new CommandBar(document.getElementById("command-bar"));

/** Fetch what may be done on the page. */
export const prepare = () => bar.prepare();

/** Show it in the dialog, which is open; `about` is the address of what may be done with the contact that is meant. */
export const begin = (about) => bar.begin(about);
