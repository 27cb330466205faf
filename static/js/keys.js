// Keys outside text fields: each calls what keymap.js names. Keys of a single character can be switched off.
import { say, warn } from "kith/announce";
import { KEYS } from "kith/keymap";

const TYPING = "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable], :popover-open";
const CARD = /^(\/contacts\/[0-9a-f-]{36}\/).*?(\?.*)?$/;
const calls = new Map(
  KEYS.flatMap(([, rows]) => rows.flatMap(([keys, name]) => keys.split("|")[0].split(" ").map((key) => [key, name]))),
);

// The address of the contact that is meant: that of the row with the focus, else the open one; `more` is put behind it.
function addressOf(more) {
  const row = document.activeElement.closest("contact-list .row")?.querySelector(".row-link");
  const found = `${(row ?? location).pathname}${(row ?? location).search}`.match(CARD);
  return found && `${found[1]}${more}${found[2] ?? ""}`;
}

// What is copied of a contact stands in its menu.
async function copy(key) {
  const address = addressOf("actions/");
  if (!address) return false;
  const answer = await fetch(address, { headers: { "HX-Request": "true" } });
  const menu = new DOMParser().parseFromString(answer.ok ? await answer.text() : "", "text/html");
  const item = menu.querySelector(`[data-copy][aria-keyshortcuts="${key}"]`)?.dataset;
  if (!item) return warn("There is nothing to copy.");
  await navigator.clipboard.writeText(item.copy).then(() => say(item.done), () => warn(item.failed));
}

const ways = {
  find() {
    const field = document.querySelector("search-field input[type=search]");
    field?.focus();
    field?.select();
  },
  create: () => document.querySelector("a.create")?.click(),
  keys: () => import("kith/key_sheet").then(({ show }) => show()),
  open: () => document.activeElement.closest("contact-list .row")?.querySelector(".row-link").click(),
  edit() {
    const address = addressOf("edit/");
    if (address) window.htmx.ajax("GET", address, { target: "#detail", swap: "innerHTML", push: "true" });
  },
  email: () => copy("y"),
  name: () => copy("Y"),
  back() {
    const field = document.querySelector("search-field input[type=search]");
    if (document.activeElement.closest("#detail")) document.querySelector("contact-list [tabindex='0']")?.focus();
    else if (field?.value && document.activeElement.closest("contact-list")) {
      field.focus();
      field.value = "";
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
  },
};

/** Do what the table calls `name`, where the focus is; return whether anybody could. */
export function run(name) {
  if (!document.dispatchEvent(new CustomEvent("kith:do", { detail: { name }, cancelable: true }))) return true;
  ways[name]?.();
  return name in ways;
}

document.addEventListener("keydown", (event) => {
  const { key } = event;
  if (event.defaultPrevented || event.isComposing || event.altKey || event.target.closest(TYPING)) return;
  if (document.querySelector("dialog[open], .menu:popover-open")) return; // they have Escape and letters of their own
  const mod = event.ctrlKey || event.metaKey;
  if (!mod && key.length === 1 && document.body.dataset.keys === "off") return;
  const name = calls.get(mod ? `Mod+${event.shiftKey ? key.toUpperCase() : key.toLowerCase()}` : key);
  if (name && run(name)) event.preventDefault();
});
