// The two live regions of every page. They stay outside all swap targets, so that a screen reader keeps hearing them.

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
