// What is said and shown. The two live regions of every page stay outside all swap targets: screen readers keep hearing
// them.

function put(id, text) {
  const region = document.getElementById(id);
  if (!region) return;
  region.textContent = "";
  // An unchanged text would not be read again.
  requestAnimationFrame(() => (region.textContent = text));
}

/** Say `text` when the reader pauses. */
export const say = (text) => put("status", text);

/** Say `text` at once: something went wrong. */
export const warn = (text) => put("alert", text);

/** Show `text`, said at once: by the shelf, fetched with its first, or alone for as long. What fails together is said
 * once. */
export function toast(text) {
  const shelf = document.getElementById("toasts");
  for (const said of shelf.querySelectorAll("[data-alert]:not(:focus-within)"))
    if (said.querySelector("p").textContent === text) said.remove();
  shelf.insertAdjacentHTML("beforeend", '<div class="toast" data-alert><p></p></div>');
  const node = shelf.lastChild;
  node.firstChild.textContent = text;
  import("kith/toast_shelf").catch(() => {
    warn(text);
    setTimeout(() => node.remove(), 8000);
  });
}
