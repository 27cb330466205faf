// Whoever comes back to a list, by Back, by reloading, or from an act that brought the page anew, finds the row and
// place where they were.

const KEY = "kith:place";
const PAGES = 20;

let back =
  performance.getEntriesByType("navigation")[0]?.type !== "navigate" || !!document.querySelector("#toasts > .toast");
let place = null;
addEventListener("popstate", () => (back = true));

/** Remember where `list` is scrolled to, and its row with the tab stop. */
export function keepPlace(list) {
  if (place) return;
  const row = list.stop?.closest(".row")?.id;
  sessionStorage.setItem(KEY, JSON.stringify({ list: list.dataset.list, row, top: list.scrollTop, pages: 0 }));
}

/** Take `list` there, after as many more pages as it takes: called whenever rows have come. */
export function comeBack(list) {
  if (back) place = JSON.parse(sessionStorage.getItem(KEY));
  back = false;
  if (place?.list !== list.dataset.list) place = null;
  if (!place) return;
  const row = place.row && document.getElementById(place.row);
  const more = list.querySelector(".more a");
  const short = list.scrollHeight < place.top + list.clientHeight || (place.row && !row);
  if (short && more && place.pages++ < PAGES) {
    const load = () => window.htmx.ajax("GET", more.href, { source: more, target: more.closest(".more"), swap: "outerHTML" });
    if (document.readyState === "complete") setTimeout(load);
    else addEventListener("load", load, { once: true });
    return;
  }
  list.scrollTop = place.top;
  place = null;
  if (!row) return;
  list.stopAt(row.querySelector(".row-link"));
  if (document.activeElement === document.body) list.stop.focus({ preventScroll: true });
}
