// Whoever comes back to a list finds the row and place where they were. Fetched by contact_list.js when there is a place to
// keep, or to come back to.

const KEY = "kith:place";
const PAGES = 20;

let place = null;

/** Remember where `list` is scrolled to, and its row with the tab stop. */
export function keepPlace(list) {
  if (place) return;
  const row = list.stop?.closest(".row")?.id;
  sessionStorage.setItem(KEY, JSON.stringify({ list: list.dataset.list, row, top: list.scrollTop, pages: 0 }));
}

/** Take `list` there, after as many more pages as it takes: called whenever rows have come, until it returns false. */
export function comeBack(list) {
  place ??= JSON.parse(sessionStorage.getItem(KEY));
  if (place?.list !== list.dataset.list || !list.isConnected) place = null;
  if (!place) return false;
  const row = place.row && document.getElementById(place.row);
  const more = list.querySelector(".more a");
  const short = list.scrollHeight < place.top + list.clientHeight || (place.row && !row);
  if (short && more && place.pages++ < PAGES) {
    const load = () => window.htmx.ajax("GET", more.href, { source: more, target: more.closest(".more"), swap: "outerHTML" });
    if (document.readyState === "complete") setTimeout(load);
    else addEventListener("load", load, { once: true });
    return true;
  }
  list.scrollTop = place.top;
  place = null;
  if (!row) return false;
  list.stopAt(row.querySelector(".row-link"));
  if (document.activeElement === document.body) list.stop.focus({ preventScroll: true });
  return false;
}
