// Keys: each calls what <body data-keys="key name key name …"> says it does for the person. The table of all of them,
// in words, is contacts/keys.py. Whoever can do `name` where the focus is listens to "kith:do".

const TYPING = "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable], :popover-open";
const CARD = /^(\/contacts\/[0-9a-f-]{36}\/).*?(\?.*)?$/;
const ANYWHERE = ["commands", "contacts"]; // in text fields too
const CHORDS = ["Control", "Meta"];
const WALKING = ["next", "previous"]; // held, a key does anything else once
const said = document.body.dataset.keys?.split(" ") ?? [];
const calls = new Map(said.flatMap((key, at) => (at % 2 ? [] : [[key, said[at + 1]]])));

// The address of the contact that is meant: that of the row with the focus, else the open one; `more` is put behind it.
function addressOf(more) {
  const row = document.activeElement.closest("contact-list .row")?.querySelector(".row-link");
  const found = `${(row ?? location).pathname}${(row ?? location).search}`.match(CARD);
  return found && `${found[1]}${more}${found[2] ?? ""}`;
}

// What is copied or written to of a contact stands in its menu.
function use(name) {
  const address = addressOf("actions/");
  if (address) import("kith/use_contact").then((there) => there.use(address, name));
}

const takeBack = (name) => import("kith/undo_latest").then(({ send }) => send(`/changes/${name}/`));

// The bar is in every page, so that what is typed after its key is in it, whenever its module comes.
function openBar() {
  const bar = document.getElementById("command-bar");
  if (!bar || bar.open) return bar?.close();
  if (document.querySelector("dialog[open]")) return; // it asks something, which comes first
  const about = addressOf("actions/");
  document.querySelector(".menu:popover-open")?.hidePopover();
  bar.showModal();
  import("kith/command_bar").then(({ begin }) => begin(about));
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
  undo: () => takeBack("undo"),
  redo: () => takeBack("redo"),
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

// What is done with a selection may still be on its way.
const MANY = ["select", "all", "move", "join", "star", "delete"];

function doLater(name, at) {
  const isText = name === "all" && !at.closest(".row");
  const waits = !isText && MANY.includes(name) && document.querySelector("many-bar:not(:defined)");
  if (waits) import("kith/selection").then(() => run(name, at));
  return !!waits;
}

/** Do what the table calls `name`, where the focus is, or `at` where it was; return whether anybody could. */
export function run(name, at = document.activeElement) {
  if (!document.dispatchEvent(new CustomEvent("kith:do", { detail: { name, at }, cancelable: true }))) return true;
  ways[name]?.();
  return name in ways || doLater(name, at);
}

// With Control or Command a key is known by its letter, or by its place where the layout has other letters.
function keyOf({ key, code, shiftKey, ctrlKey, metaKey }) {
  if (!ctrlKey && !metaKey) return key;
  if (shiftKey) return code === "Comma" || ",<;".includes(key) ? "Mod+Shift+," : `Mod+Shift+${key.toLowerCase()}`;
  return `Mod+${(key > "~" && code.match(/^Key(.)$/)?.[1] || key).toLowerCase()}`;
}

// A form is saved from any of its fields, whether or not its own module has come.
function save(event) {
  const button = !event.target.closest("dialog") && event.target.closest("form")?.querySelector("[data-save]");
  if (!button) return;
  event.preventDefault();
  button.click(); // not by requestSubmit: htmx would send the button that has the focus
}

// Kept, for lists may be long.
const [dialogs, menus] = [document.getElementsByTagName("dialog"), document.getElementsByClassName("menu")];
const asks = () => [...dialogs, ...menus].some((each) => each.matches("[open], :popover-open"));

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing || event.altKey || event.repeat && CHORDS.includes(event.key)) return;
  // The first half of the bar's key is when to fetch it.
  if (CHORDS.includes(event.key) && calls.size) import("kith/command_bar").then(({ prepare }) => prepare(), () => {});
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) return event.repeat || save(event);
  const name = calls.get(keyOf(event));
  // Dialogs and menus have Escape and letters of their own.
  const passes = name && (ANYWHERE.includes(name) || !(event.target.closest(TYPING) || asks()));
  if (passes && ((event.repeat && !WALKING.includes(name)) || run(name))) event.preventDefault();
});

document.addEventListener("click", ({ target }) => target.closest(".command-button") && openBar());
