// Undo, of one's own latest act or of what a toast tells, and redo: sent one after the other, however fast they are
// asked for. The answer is a toast that says which; the list, counts and card beside are fetched anew.

const UNDONE = "kith:undone"; // the act that this browser undid last, in any window

let last = Promise.resolve();

/** Send it to the address that does it. */
export function send(address) {
  const shown = document.getElementById("results")?.dataset.live;
  const organization = shown ? new URL(shown, location.href).searchParams.get("organization") : "";
  const options = { target: "#toasts", swap: "beforeend", values: { organization } };
  last = last
    .then(() => window.htmx.ajax("POST", address, options))
    .then(() => {
      const act = document.querySelector("#toasts > :last-child")?.dataset.undid;
      if (act) localStorage.setItem(UNDONE, act);
      withdraw();
      document.dispatchEvent(new CustomEvent("kith:changed"));
    })
    .catch(() => {}); // what went wrong was said
}

/** Take away the toast that offers to undo what was undone. */
export function withdraw() {
  const offer = `[action="/changes/${localStorage.getItem(UNDONE)}/undo/"]`;
  document.querySelector(`#toasts > :has(${offer}) [data-dismiss]`)?.click();
}

// Another window may hear of the act before its own knows that it was done.
addEventListener("storage", ({ key }) => key === UNDONE && withdraw());
