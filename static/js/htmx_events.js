// The only module that listens to htmx: what a person should notice once a piece of the page came or failed to.
import { say, toast } from "kith/announce";

const OFFLINE = "Kith cannot be reached. Check the connection and try again; nothing was changed.";
const SLOW = "Kith did not answer in time. Try again.";

const body = document.body;

// What changes is busy; so is a form, until the page is there that its answer leads to: it is not sent twice.
function mark(busy, { target, elt, xhr, requestConfig: { verb } }) {
  if (target) target.ariaBusy = busy;
  if (elt.matches("form") && !xhr.getResponseHeader("HX-Redirect")) elt.ariaBusy = busy;
  // A card on its way shows where it will be; what asks again by itself changes nothing until it is there.
  if (target?.id === "detail" && verb === "get" && !elt.matches("[hx-trigger^=load]"))
    target.toggleAttribute("data-loading", busy);
}

body.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.elt.matches("form[aria-busy]")) event.preventDefault();
  else mark("true", event.detail);
});

body.addEventListener("htmx:afterRequest", ({ detail }) => mark(null, detail));

// htmx tells each element that goes, twice, which takes longer than to show what comes, and nobody listens: all goes
// before, but what holds the focus, which htmx gives back by its id.
function clear(node) {
  for (const child of [...node.children])
    if (child.contains(document.activeElement)) clear(child);
    else child.remove();
}

body.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.shouldSwap && ["results", "detail"].includes(detail.target.id)) clear(detail.target);
});

// Where there is room for one pane, the one that came is shown.
function turn(target) {
  const pane = target.querySelector("[data-pane]")?.dataset.pane;
  if (pane) document.querySelector(".panel").dataset.pane = pane;
}

/** Put a piece's template into its place elsewhere on the page, which only this does. Return the new elements, which htmx
 * is to process. */
export function place(template) {
  const { append, replace, inner, remove } = template.dataset;
  const target = document.getElementById(append ?? replace ?? inner ?? remove);
  const { id, parentElement } = document.activeElement;
  const row = parentElement?.closest(".row")?.id;
  template.remove();
  if (!target) return [];
  const nodes = [...template.content.children];
  if (append) target.append(...nodes);
  else if (inner) {
    target.replaceChildren(...nodes);
    turn(target);
  } else if (replace) target.replaceWith(...nodes);
  else {
    const next = target.nextElementSibling ?? target.previousElementSibling;
    target.remove();
    next?.querySelector(".row-link")?.focus();
  }
  if (document.activeElement !== body) return nodes;
  const again = document.getElementById(id) ?? (row && document.querySelector(`[value="${row.slice(4)}"] + .row-link`));
  again?.focus({ preventScroll: true });
  return nodes;
}

const LATER = {
  "toast-shelf:has(*)": "kith/toast_shelf",
  "contact-form": "kith/contact_form",
  "pick-list": "kith/pick_list",
  "pass-key": "kith/pass_key",
  "card-tabs": "kith/card_tabs",
  "combo-box:not(contact-form *)": "kith/combo_box",
  // Beside a form, whose modules weigh most, selecting comes when somebody points at the list.
  "many-bar:not(.panel:has(contact-form) *)": "kith/selection",
};

/** Fetch what defines the elements that few pages hold, with the first of them. */
export function fetchElements() {
  for (const name in LATER) if (document.querySelector(name)) import(LATER[name]).then(() => delete LATER[name]);
}
fetchElements();

body.addEventListener("htmx:afterSwap", () => {
  const templates = document.querySelectorAll("template:is([data-append], [data-replace], [data-inner], [data-remove])");
  for (const node of [...templates].flatMap(place)) window.htmx.process(node);
  fetchElements();
});

/** Tell everybody that the page shows something else. */
export const moved = () => document.dispatchEvent(new CustomEvent("kith:moved"));

body.addEventListener("htmx:afterSettle", ({ detail }) => {
  const target = detail.target;
  if (detail.requestConfig?.elt?.closest("search-field")) say(document.getElementById("results")?.dataset.announce ?? "");
  if (target?.id === "detail") {
    target.scrollTop = 0;
    turn(target);
    // The first thing wrong, what is to be typed first, or the title of what was opened.
    const place = target.querySelector("[aria-invalid='true'], .notice[tabindex], [autofocus]");
    if (place) place.focus();
    else if (document.activeElement === body || (innerWidth < 900 && !document.activeElement.closest(".tabs")))
      target.querySelector("h1")?.focus({ preventScroll: true });
  }
  moved();
});

for (const name of ["pushedIntoHistory", "replacedInHistory", "historyRestore"])
  body.addEventListener(`htmx:${name}`, moved);

// A dialog that got no answer goes: what is said lies below it.
for (const [name, text] of Object.entries({ responseError: OFFLINE, sendError: OFFLINE, timeout: SLOW }))
  body.addEventListener(`htmx:${name}`, async ({ detail: { target, xhr } }) => {
    target?.closest("dialog")?.close();
    const token = xhr.getResponseHeader("Kith-CSRF"); // of who signed in since
    if (token) (await import("kith/fresh_token")).renew(token);
    const plain = xhr.getResponseHeader("Content-Type")?.startsWith("text/plain");
    toast(plain ? xhr.responseText : text);
  });

// What an act needs is out of reach; the command bar would stay empty. What htmx asks, its events tell.
addEventListener("unhandledrejection", (event) => {
  const { reason } = event;
  if (reason && !/modul/i.test(reason.message)) return;
  event.preventDefault();
  if (!reason) return;
  document.getElementById("command-bar")?.close();
  toast(OFFLINE);
});

// What would take the place of a form with unsaved text waits for one answer.
body.addEventListener("htmx:confirm", (event) => {
  const host = document.querySelector("contact-form");
  const { target, elt, issueRequest } = event.detail;
  if (target?.id !== "detail" || elt === host?.form || !host?.isDirty) return;
  event.preventDefault();
  host.ask().then((leaves) => leaves && issueRequest(true));
});
