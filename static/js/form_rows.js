// The rows of a form's lists: [data-rows=kind] holds [data-row], a <template data-kind> the empty one. They come and
// go without a round trip, Enter goes on to the next, and their order changes by the handle, by drag, and by Alt+↑↓.
// <contact-form> fetches it, and says when.
import { say } from "kith/announce";
import { isFilled } from "kith/contact_form";

const TEXTS = "input:not([type=hidden], [type=checkbox]), textarea";
let dragged = false;

const rowOf = (element) => element.closest("[data-row]");

// The text fields of a row that are not hidden, as that of an own label may be.
const fieldsOf = (row) => [...(row?.querySelectorAll(TEXTS) ?? [])].filter((field) => field.checkVisibility());

function add(host, kind, after) {
  const rows = host.querySelector(`[data-rows="${kind}"]`);
  const template = host.querySelector(`template[data-kind="${kind}"]`);
  if (!rows || !template) return;
  let number = 1;
  while (host.querySelector(`[name^="info-js${number}-"], [name^="membership-js${number}-"]`)) number += 1;
  const html = template.innerHTML.replaceAll("__n__", `js${number}`);
  if (after) after.insertAdjacentHTML("afterend", html);
  else rows.insertAdjacentHTML("beforeend", html);
  rows.closest("[data-section]")?.removeAttribute("hidden");
  fieldsOf(after?.nextElementSibling ?? rows.lastElementChild)[0]?.focus();
}

function remove(host, row) {
  const rows = row.parentElement;
  const next = row.nextElementSibling ?? row.previousElementSibling;
  row.remove();
  (fieldsOf(next)[0] ?? host.querySelector(`button[name=add][value="${rows.dataset.rows}"]`))?.focus();
}

function tell(host, row) {
  const rows = [...row.parentElement.children];
  say(host.dataset.place.replace("#", rows.indexOf(row) + 1).replace("@", rows.length));
}

// Its neighbour moves, and the row stays: what moves loses focus and pointer.
function move(host, row, step) {
  const { previousElementSibling: above, nextElementSibling: below } = row;
  if (step < 0 && above) row.after(above);
  if (step > 0 && below) row.before(below);
  tell(host, row);
}

/** Do what a button of a row says, or one that adds a row. */
export function press(host, button) {
  if (button.name === "add") add(host, button.value);
  else if (button.name === "remove") remove(host, rowOf(button));
  else if (!dragged) move(host, rowOf(button), -1);
}

/** Do what Enter or an arrow does in a row. */
export function pressKey(host, { key, target }) {
  const row = rowOf(target);
  if (!row) return;
  if (key !== "Enter") return move(host, row, key === "ArrowUp" ? -1 : 1);
  const fields = fieldsOf(row);
  const next = fields[fields.indexOf(target) + 1];
  const below = row.nextElementSibling;
  if (next) next.focus();
  else if (below && !isFilled(below)) fieldsOf(below)[0]?.focus();
  else if (isFilled(row)) add(host, row.parentElement.dataset.rows, row);
}

const middle = (row) => (row ? row.getBoundingClientRect().top + row.offsetHeight / 2 : NaN);

/** Have a row follow the pointer that went down on its handle. */
export function grab(host, handle, event) {
  const row = rowOf(handle);
  const began = event.clientY;
  dragged = false;
  handle.setPointerCapture(event.pointerId);
  const follow = ({ clientY }) => {
    if (!dragged && Math.abs(clientY - began) < 5) return;
    dragged = true;
    row.toggleAttribute("data-dragged", true);
    // A quick hand passes several rows at once.
    while (clientY < middle(row.previousElementSibling)) row.after(row.previousElementSibling);
    while (clientY > middle(row.nextElementSibling)) row.before(row.nextElementSibling);
  };
  const drop = () => {
    handle.removeEventListener("pointermove", follow);
    row.removeAttribute("data-dragged");
    if (dragged) tell(host, row);
    setTimeout(() => (dragged = false)); // after the click that ends it
  };
  handle.addEventListener("pointermove", follow);
  handle.addEventListener("lostpointercapture", drop, { once: true });
}
