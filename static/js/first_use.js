// What is fetched with the first act that needs it, which is done all the same: menus, lists, a file's drop, copying.

const held = []; // [event, where it is given again]
const isThere = (name) => !!customElements.get(name);

function giveAgain() {
  for (const [event, target] of held.splice(0)) {
    const isKey = event instanceof KeyboardEvent;
    // Keys go where those before them led.
    const to = isKey ? document.activeElement : target;
    const isFree = to.dispatchEvent(new event.constructor(event.type, event));
    if (isKey && isFree && event.key.length === 1 && to.matches("input, textarea"))
      document.execCommand("insertText", false, event.key);
  }
}

// Out of reach: what waited is lost, as htmx_events.js says; keys are the browser's from then.
const lost = new Set();
const giveUp = (fault) => held.splice(0).length && Promise.reject(fault);
const bring = (module) => import(module).then(giveAgain, (fault) => lost.add(module) && giveUp(fault));
const MENUS = "kith/kith_menu";
const fetchMenus = () => bring(MENUS);

function hold(event) {
  event.preventDefault();
  event.stopImmediatePropagation();
  held.push([event, event.target]);
}

// The rows or the area around that a menu opens in by right-click.
function menuAround(target) {
  for (const menu of document.querySelectorAll("kith-menu")) {
    const context = menu.getAttribute("context");
    const rows = menu.hasAttribute("links") && menu.contains(target) && target.closest(menu.getAttribute("rows"));
    if (rows ? rows.querySelector("[data-menu]") : context && target.closest(context) === menu.closest(context)) return menu;
  }
  return null;
}

const MENU_KEYS = ["ArrowDown", "ArrowUp", "Enter", " "];

const first = {
  // A menu that the browser opened by itself.
  toggle: ({ target }) => target.matches?.("kith-menu > .menu") && fetchMenus(),
  pointerdown(event) {
    if (event.pointerType !== "touch" || !menuAround(event.target)) return;
    held.push([event, event.target]);
    fetchMenus();
  },
  click(event) {
    if (!event.target.closest?.("kith-menu [data-menu]") || event.ctrlKey || event.metaKey || event.shiftKey) return;
    hold(event);
    fetchMenus();
  },
  contextmenu(event) {
    if (event.target.closest?.("input, textarea, .menu-item") || !menuAround(event.target)) return;
    hold(event);
    fetchMenus();
  },
  keydown(event) {
    const { key, target } = event;
    if (!target.closest?.("kith-menu :is([data-menu], [popovertarget])") || !MENU_KEYS.includes(key)) return;
    if (!held.length && (key === "Enter" || key === " ")) return; // a click follows
    hold(event);
    fetchMenus();
  },
};

for (const [name, act] of Object.entries(first))
  document.addEventListener(name, (event) => isThere("kith-menu") || act(event), true);

// Fetched when first pointed at or focused.
const OPENS = "#sidebar a.side-link";
const NEAR = {
  "kith-menu": MENUS,
  [OPENS]: "kith/open_list",
  "#results": "kith/selection",
  "letter-rail": "kith/letter_rail",
  "search-field": "kith/search_field",
  "combo-box": "kith/combo_box",
};
const near = ({ target }) => Object.keys(NEAR).forEach((place) => target.closest?.(place) && bring(NEAR[place]));
for (const name of ["pointerover", "focusin"]) document.addEventListener(name, near);
near({ target: document.activeElement });
// A form has its combo boxes before one gets to them.
for (const name of ["pointerover", "keydown"])
  document.addEventListener(name, ({ target }) => target.closest?.("contact-form") && bring(NEAR["combo-box"]));
// Keys that these answer once they come.
const KEYS = {
  "search-field": ({ key, target }) => target.closest("search-field") && ["ArrowDown", "Escape"].includes(key),
  "combo-box": ({ key, target }) => target.closest("combo-box") && ["ArrowDown", "ArrowUp", "Enter", "Escape"].includes(key),
  "many-bar": ({ key, shiftKey, target }) =>
    target.closest("contact-list .row") && (key === " " ? target.matches("a") : shiftKey && /^Arrow(Up|Down)$/.test(key)),
};
document.addEventListener(
  "keydown",
  (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    for (const name in KEYS) {
      const module = NEAR[name] ?? NEAR["#results"];
      if (isThere(name) || lost.has(module) || !KEYS[name](event)) continue;
      hold(event);
      return bring(module);
    }
    // What is pressed meanwhile comes after.
    if (/^(.|Arrow.*)$/.test(event.key) && held.some(([{ type }]) => type === "keydown")) hold(event);
  },
  true,
);
// A browser that comes back to a page checks again what was checked.
addEventListener("pageshow", () => document.querySelector("[form=many]:checked") && import("kith/selection"));

// Lists of the sidebar, which open in place.
let opens = false;
document.addEventListener(
  "click",
  (event) => {
    if (opens || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    if (!event.target.closest?.(OPENS)) return;
    hold(event);
    import(NEAR[OPENS]).then(() => (opens = true)).then(giveAgain, giveUp);
  },
  true,
);

// A menu's way to print. Its menu closes first, so as not to be printed.
document.addEventListener("click", ({ target }) => target.closest("print-page") && setTimeout(() => print()));

// A button that copies.
document.addEventListener(
  "click",
  (event) => {
    if (isThere("copy-value") || !event.target.closest?.("copy-value [data-copy]")) return;
    hold(event);
    bring("kith/copy_value");
  },
  true,
);

// A file over the window.
for (const name of ["dragenter", "dragover", "drop"])
  window.addEventListener(name, (event) => {
    const drop = document.querySelector("file-drop");
    if (isThere("file-drop") || !drop || !event.dataTransfer?.types.includes("Files")) return;
    if (event.target.closest?.("input[type=file], [data-takes-files]")) return;
    event.preventDefault();
    const files = event.type === "drop" ? event.dataTransfer.files : null;
    import("kith/file_drop").then(() => files && drop.take(files));
  });

// Each row of a sidebar whose menu is fetched gets its ⋯, also those that come later.
function dressRows() {
  for (const menu of document.querySelectorAll("kith-menu[data-more]"))
    for (const link of menu.querySelectorAll("li > .side-link:only-child")) {
      if (!/^\/(books|groups|companies)\/[^/]{36}\//.test(link.pathname)) continue;
      const more = Object.assign(document.createElement("a"), {
        className: "icon-button icon-button-small",
        href: `${link.pathname.replace("/companies/", "/groups/")}actions/`,
        role: "button",
        ariaHasPopup: "menu",
        ariaLabel: `${link.querySelector("bdi").textContent}: ${menu.dataset.more}`,
        innerHTML: '<svg width="20" height="20" aria-hidden="true"><use href="#icon-more"/></svg>',
      });
      more.dataset.menu = more.dataset.own = "";
      link.after(more);
    }
}
if (document.querySelector("kith-menu[data-more]")) {
  dressRows();
  new MutationObserver(dressRows).observe(document.body, { childList: true, subtree: true });
}
