// The only module that listens to htmx: what a person should notice after a piece of the page came or failed to come.
import { say, warn } from "kith/announce";
import { toast } from "kith/toast_shelf";

const OFFLINE = "Kith cannot be reached. Check the connection and try again; nothing was changed.";
const SLOW = "Kith did not answer in time. Try again.";

const body = document.body;

body.addEventListener("htmx:beforeRequest", ({ detail }) => {
  detail.target?.setAttribute("aria-busy", "true");
  // A card on its way shows where it will be; what asks again by itself changes nothing until it is there.
  if (detail.target?.id === "detail" && detail.requestConfig.verb === "get" && !detail.elt.matches("[hx-trigger^=load]"))
    detail.target.toggleAttribute("data-loading", true);
  if (detail.elt.matches("form")) detail.elt.setAttribute("aria-busy", "true");
});

body.addEventListener("htmx:afterRequest", ({ detail }) => {
  detail.target?.removeAttribute("aria-busy");
  detail.target?.removeAttribute("data-loading");
  if (detail.elt.matches("form")) detail.elt.removeAttribute("aria-busy");
});

// A piece may bring what belongs elsewhere on the page, in templates: the only place where that is put in.
function place(template) {
  const { append, replace, inner, remove } = template.dataset;
  const target = document.getElementById(append ?? replace ?? inner ?? remove);
  const { id, parentElement } = document.activeElement;
  const row = parentElement?.closest(".row")?.id;
  template.remove();
  if (!target) return;
  const nodes = [...template.content.cloneNode(true).children];
  if (append) target.append(...nodes);
  else if (inner) target.replaceChildren(...nodes);
  else if (replace) target.replaceWith(...nodes);
  else {
    const next = target.nextElementSibling ?? target.previousElementSibling;
    target.remove();
    next?.querySelector(".row-link")?.focus();
  }
  nodes.forEach((node) => window.htmx.process(node));
  if (document.activeElement !== body) return;
  const again = document.getElementById(id) ?? (row && document.querySelector(`[value="${row.slice(4)}"] + .row-link`));
  again?.focus({ preventScroll: true });
}

// Elements that few pages hold are fetched with the first of them.
const LATER = {
  "contact-form": "kith/contact_form",
  "combo-box": "kith/combo_box",
  "pick-list": "kith/pick_list",
  "pass-key": "kith/pass_key",
  "card-tabs": "kith/card_tabs",
  "print-page": "kith/print_page",
};

function fetchElements() {
  for (const [name, module] of Object.entries(LATER)) if (document.querySelector(name)) import(module);
}
fetchElements();

body.addEventListener("htmx:afterSwap", () => {
  fetchElements();
  document
    .querySelectorAll("template:is([data-append], [data-replace], [data-inner], [data-remove])")
    .forEach(place);
});

body.addEventListener("htmx:afterSettle", ({ detail }) => {
  const target = detail.target;
  if (detail.requestConfig?.elt?.closest("search-field")) say(document.getElementById("results")?.dataset.announce ?? "");
  if (target?.id === "detail") {
    target.scrollTop = 0;
    const pane = target.querySelector("[data-pane]");
    if (pane) target.closest("[data-pane]:not(#detail *)")?.setAttribute("data-pane", pane.dataset.pane);
    // The first thing wrong, what is to be typed first, or the title of what was opened.
    const place = target.querySelector("[aria-invalid='true'], .notice[tabindex], [autofocus]");
    if (place) place.focus();
    else if (document.activeElement === body || (innerWidth < 900 && !document.activeElement.closest(".tabs")))
      target.querySelector("h1")?.focus({ preventScroll: true });
  }
  document.dispatchEvent(new CustomEvent("kith:moved"));
});

for (const name of ["htmx:pushedIntoHistory", "htmx:replacedInHistory", "htmx:historyRestore"])
  body.addEventListener(name, () => document.dispatchEvent(new CustomEvent("kith:moved")));

body.addEventListener("htmx:responseError", ({ detail }) => {
  const plain = detail.xhr.getResponseHeader("Content-Type")?.startsWith("text/plain");
  toast(plain ? detail.xhr.responseText : OFFLINE, warn);
});
body.addEventListener("htmx:sendError", () => toast(OFFLINE, warn));
body.addEventListener("htmx:timeout", () => toast(SLOW, warn));

// Whatever would take the place of a form with unsaved text waits for one answer.
body.addEventListener("htmx:confirm", (event) => {
  const host = document.querySelector("contact-form");
  const { target, elt, issueRequest } = event.detail;
  if (target?.id !== "detail" || elt === host?.form || !host?.isDirty) return;
  event.preventDefault();
  host.ask().then((leaves) => leaves && issueRequest(true));
});
