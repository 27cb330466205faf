// The lists of the sidebar open in place: what stands around the list stays, and no script or style begins anew, which
// takes several times as long. What cannot be shown so is opened by the browser.
import { say } from "kith/announce";

const LIST = /^\/(contacts\/(\?starred=1)?|(books|groups|companies)\/[0-9a-f-]{36}\/)$/;
const LINKS = "#sidebar a.side-link";

document.addEventListener("click", async (event) => {
  const link = event.target.closest(LINKS);
  if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey)
    return;
  const address = link.getAttribute("href");
  const list = document.getElementById("list");
  if (!LIST.test(address) || !list || document.querySelector("contact-form")) return; // a browser asks before it leaves a form
  event.preventDefault();
  await window.htmx.ajax("GET", address, { source: link, target: list, swap: "outerHTML", push: "true" });
  if (list.isConnected) return;
  for (const each of document.querySelectorAll(`${LINKS}[aria-current]`)) each.removeAttribute("aria-current");
  link.ariaCurrent = "true";
  link.closest("[popover]:popover-open")?.hidePopover();
  document.querySelector(".panel").dataset.pane = "list";
  say(document.getElementById("results")?.dataset.announce ?? "");
});

document.body.addEventListener("htmx:responseError", ({ detail }) => {
  if (detail.elt.matches(LINKS)) location.assign(detail.requestConfig.path);
});
