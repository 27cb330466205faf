// The lists of the sidebar open in place: what stands around the list stays, and no script or style begins anew, which
// takes several times as long. What cannot be shown so is opened by the browser.
import { afterPaint } from "kith/after_paint";
import { say } from "kith/announce";
import { fetchElements, moved, place } from "kith/htmx_events";

const LIST = /^\/(contacts\/(\?starred=1)?|(books|groups|companies)\/[0-9a-f-]{36}\/)$/;
const LINKS = "#sidebar a.side-link";
const HEIGHTS = { cosy: 44, compact: 34 }; // of a row by density, else 56, as list.css has them
let wanted; // the link pressed last

// The rows of a list that the window has no room for.
function below(list, density) {
  return [...list.content.querySelectorAll(".row")].slice(Math.ceil(innerHeight / (HEIGHTS[density] ?? 56)));
}

// The answer is made of templates. htmx would look in them for more than they hold before it shows them.
function show(link, address, { status, responseText }) {
  if (link !== wanted) return;
  const piece = document.createElement("template");
  piece.innerHTML = responseText;
  const list = piece.content.querySelector("[data-replace=list]");
  if (status !== 200 || !list) return location.assign(address);
  if (!history.state?.htmx) history.replaceState({ htmx: true }, ""); // htmx leads back here, too
  history.pushState({ htmx: true }, "", address);
  const panel = document.querySelector(".panel");
  const later = below(list, panel.dataset.density);
  for (const row of later) row.style.contentVisibility = "hidden";
  const fresh = [...piece.content.querySelectorAll("template")].flatMap(place);
  for (const each of document.querySelectorAll(`${LINKS}[aria-current]`)) each.removeAttribute("aria-current");
  link.ariaCurrent = "true";
  link.closest("[popover]:popover-open")?.hidePopover();
  panel.dataset.pane = "list";
  afterPaint(() => {
    for (const row of later) row.removeAttribute("style");
    document.title = piece.content.querySelector("title").textContent;
    for (const node of fresh) window.htmx.process(node);
    fetchElements();
    moved();
    say(document.getElementById("results")?.dataset.announce ?? "");
  });
}

document.addEventListener("click", (event) => {
  const link = event.target.closest(LINKS);
  if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey)
    return;
  const address = link.getAttribute("href");
  const list = document.getElementById("list");
  if (!LIST.test(address) || !list || document.querySelector("contact-form")) return; // a browser asks before it leaves a form
  event.preventDefault();
  wanted = link;
  window.htmx.ajax("GET", address, { source: link, target: list, handler: (_link, { xhr }) => show(link, address, xhr) });
});
