// What is fetched with the first act that needs it: menus, the drop of a file, copying. That act is done all the same.

const held = []; // [event, where it is given again]
const isThere = (name) => !!customElements.get(name);

function giveAgain() {
  for (const [event, target] of held.splice(0)) {
    const focused = document.activeElement;
    // Keys typed after the first go where that one led.
    const to = event instanceof KeyboardEvent && focused?.closest(".menu") ? focused : target;
    to.dispatchEvent(new event.constructor(event.type, event));
  }
}

const fetchMenus = () => import("kith/kith_menu").then(giveAgain);

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
  pointerover: ({ target }) => target.closest?.("kith-menu") && fetchMenus(),
  focusin: ({ target }) => target.closest?.("kith-menu") && fetchMenus(),
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

// The letters beside a list.
for (const name of ["pointerover", "focusin"])
  document.addEventListener(name, ({ target }) => target.closest?.("letter-rail") && import("kith/letter_rail"));

// A button that copies.
document.addEventListener(
  "click",
  (event) => {
    if (isThere("copy-value") || !event.target.closest?.("copy-value [data-copy]")) return;
    hold(event);
    import("kith/copy_value").then(giveAgain);
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
