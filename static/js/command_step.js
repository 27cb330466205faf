// What the command bar offers in one of its steps: the items of the server's pieces, made options of a listbox.
import { fold } from "kith/command_rating";

// What is remembered of a choice: what it is called, or where it leads without the query. Never a name.
function keyOf(item) {
  if (item.dataset.does) return item.dataset.does;
  const { pathname, search } = new URL(item.getAttribute("href") ?? item.form?.getAttribute("action") ?? "", location);
  if (!item.form) return item.hasAttribute("href") ? pathname + (search.match(/^\?\w+=1$/) ?? "") : "";
  const sent = [...new FormData(item.form)].filter(([name]) => name !== "csrfmiddlewaretoken" && name !== "next");
  return `${pathname} ${sent.flat().join(" ")}`;
}

/** Make an element. */
export function element(tag, className, text) {
  return Object.assign(document.createElement(tag), { className, textContent: text });
}

/** What there is to choose from in one step: rows in parts, each part with its title. */
export class Step {
  static #count = 0;

  rows = [];
  parts = new Map();

  constructor(title = "", find = "") {
    Object.assign(this, { title, find, typed: "", asked: null, made: Date.now() });
  }

  part(name, title, first) {
    if (this.parts.has(name)) return this.parts.get(name);
    const part = { name, box: document.createElement("div"), title: element("p", "menu-title", title) };
    part.title.id = `command-part-${name}`;
    part.title.role = "presentation";
    part.box.role = "group";
    part.box.setAttribute("aria-labelledby", part.title.id);
    this.parts = new Map(first ? [[name, part], ...this.parts] : [...this.parts, [name, part]]);
    return part;
  }

  add(part, item, more) {
    const key = keyOf(item);
    if (!more.context && key && this.rows.some((row) => row.key === key && !row.context)) return;
    let node = item;
    while (node.parentElement && !node.parentElement.dataset.part) node = node.parentElement;
    const asks = item.closest("[hx-target]");
    if (asks && !document.querySelector(asks.getAttribute("hx-target")))
      for (const name of ["hx-get", "hx-post", "hx-target", "hx-push-url"]) asks.removeAttribute(name);
    if (item.form) item.form.role = "none";
    item.role = "option";
    item.tabIndex = -1;
    item.id = `command-${Step.#count++}`;
    const name = item.querySelector(".wrap").textContent;
    this.rows.push({ part, item, node, key, name, label: fold(name), words: fold(item.dataset.words ?? ""), ...more });
    window.htmx.process(node);
  }

  // The rows of a piece of the server's: in its parts, or all in the part `name`.
  read(html, more = {}, name = "", title = "") {
    const piece = document.createElement("template");
    piece.innerHTML = html;
    const foot = piece.content.querySelector(".command-foot");
    if (foot) document.querySelector("#command-bar > .command-foot").replaceChildren(...foot.children);
    const parts = [...piece.content.querySelectorAll("[data-part]")];
    for (const each of parts.length ? parts : [piece.content]) {
      const quiet = each.hasAttribute?.("data-quiet");
      const part = this.part(each.dataset?.part ?? name, each.querySelector("h2")?.textContent ?? title, more.context);
      for (const item of each.querySelectorAll(".menu-item")) this.add(part, item, { quiet, ...more });
    }
  }

  forget(which) {
    this.rows = this.rows.filter((row) => !which(row));
  }
}
