// Keys: each calls what <body data-keys="key name key name …"> says it does for the person. The table of all of them,
// in words, is contacts/keys.py. Whoever can do `name` where the focus is listens to "kith:do".
import { say, warn } from "kith/announce";

const TYPING = "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable], :popover-open";
const CARD = /^(\/contacts\/[0-9a-f-]{36}\/).*?(\?.*)?$/;
const ANYWHERE = ["commands", "contacts"]; // in text fields too
const CHORDS = ["Control", "Meta"];
const said = document.body.dataset.keys?.split(" ") ?? [];
const calls = new Map(said.flatMap((key, at) => (at % 2 ? [] : [[key, said[at + 1]]])));

// The address of the contact that is meant: that of the row with the focus, else the open one; `more` is put behind it.
function addressOf(more) {
  const row = document.activeElement.closest("contact-list .row")?.querySelector(".row-link");
  const found = `${(row ?? location).pathname}${(row ?? location).search}`.match(CARD);
  return found && `${found[1]}${more}${found[2] ?? ""}`;
}

// What is copied or written to of a contact stands in its menu.
async function use(name) {
  const address = addressOf("actions/");
  if (!address) return;
  const answer = await fetch(address, { headers: { "HX-Request": "true" } });
  const menu = new DOMParser().parseFromString(answer.ok ? await answer.text() : "", "text/html");
  const item = menu.querySelector(`[data-does="${name}"]`);
  if (!item) warn(document.getElementById("command-bar").dataset.nothing);
  else if (item.href) location.assign(item.href);
  else await navigator.clipboard.writeText(item.dataset.copy).then(() => say(item.dataset.done), () => warn(item.dataset.failed));
}

// The bar is in every page, so that what is typed after its key is in it, whenever its module comes.
async function openBar() {
  const bar = document.getElementById("command-bar");
  if (!bar || bar.open) return bar?.close();
  if (document.querySelector("dialog[open]")) return; // it asks something, which comes first
  const about = addressOf("actions/");
  document.querySelector(".menu:popover-open")?.hidePopover();
  bar.showModal();
  (await import("kith/command_bar")).begin(about);
}

const ways = {
  commands: openBar,
  contacts() {
    document.querySelector("dialog[open]")?.close();
    const list = document.getElementById("list");
    if (!list?.checkVisibility()) location.assign("/contacts/");
    else (list.querySelector("contact-list [tabindex='0']") ?? list).focus();
  },
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
  email: () => use("email"),
  name: () => use("name"),
  write: () => use("write"),
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

// With Control or Command a key is known by its letter, or by its place where the layout has other letters.
function keyOf({ key, code, shiftKey, ctrlKey, metaKey }) {
  if (!ctrlKey && !metaKey) return key;
  if (shiftKey) return code === "Comma" || ",<;".includes(key) ? "Mod+Shift+," : `Mod+Shift+${key.toLowerCase()}`;
  return `Mod+${(key > "~" && code.match(/^Key(.)$/)?.[1] || key).toLowerCase()}`;
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing || event.altKey || event.repeat && CHORDS.includes(event.key)) return;
  // The first half of the bar's key is when to fetch it.
  if (CHORDS.includes(event.key) && calls.size) import("kith/command_bar").then(({ prepare }) => prepare());
  const name = calls.get(keyOf(event));
  // Dialogs and menus have Escape and letters of their own.
  if (!ANYWHERE.includes(name) && (event.target.closest(TYPING) || document.querySelector("dialog[open], .menu:popover-open")))
    return;
  if (name && run(name)) event.preventDefault();
});

document.addEventListener("click", ({ target }) => target.closest(".command-button") && openBar());
