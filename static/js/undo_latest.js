// Undo, of one's own latest act or of what a toast tells, and redo: sent one after the other, however fast they are
// asked for. The answer is a toast that says which; the list, counts and card beside are fetched anew.

let last = Promise.resolve();

/** Send it to the address that does it. */
export function send(address) {
  const shown = document.getElementById("results")?.dataset.live;
  const organization = shown ? new URL(shown, location.href).searchParams.get("organization") : "";
  const options = { target: "#toasts", swap: "beforeend", values: { organization } };
  last = last
    .then(() => window.htmx.ajax("POST", address, options))
    .then(() => document.dispatchEvent(new CustomEvent("kith:changed")))
    .catch(() => {}); // what went wrong was said
}
