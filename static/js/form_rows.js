// The rows of a form's lists: [data-rows=kind] holds [data-row], a <template data-kind> the empty one. They come and
// go without a round trip, Enter goes on to the next, and their order changes by the handle, by drag, and by Alt+↑↓.
import { say } from "kith/announce";

const TEXTS = "input:not([type=hidden], [type=checkbox]), textarea";
let dragged = false;

const rowOf = (element) => element.closest("[data-row]");

// The text fields of a row that are not hidden, as that of an own label may be.
const fieldsOf = (row) => [...(row?.querySelectorAll(TEXTS) ?? [])].filter((field) => field.checkVisibility());

/** Whether anything was typed into a row; `value` says what a field holds. */
export const isFilled = (row, value = (field) => field.value) =>
  [...row.querySelectorAll(TEXTS)].some((field) => value(field).trim());

function add(host, kind, after) {
  const rows = host.querySelector(`[data-rows="${kind}"]`);
  const template = host.querySelector(`template[data-kind="${kind}"]`);
  if (!rows || !template) return false;
  let number = 1;
  while (host.querySelector(`[name^="info-js${number}-"], [name^="membership-js${number}-"]`)) number += 1;
  const html = template.innerHTML.replaceAll("__n__", `js${number}`);
  if (after) after.insertAdjacentHTML("afterend", html);
  else rows.insertAdjacentHTML("beforeend", html);
  rows.closest("[data-section]")?.removeAttribute("hidden");
  fieldsOf(after?.nextElementSibling ?? rows.lastElementChild)[0]?.focus();
  return true;
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

function onClick(host, event) {
  const button = event.target.closest("button[name=add], button[name=remove], button[name=up]");
  if (!button) return;
  const row = rowOf(button);
  if (button.name === "add") {
    if (add(host, button.value)) event.preventDefault();
    return;
  }
  event.preventDefault();
  if (button.name === "remove") remove(host, row);
  else if (!dragged) move(host, row, -1);
}

/** Do what a key does in a row; return whether it did. */
export function rowKey(host, event) {
  const { key, target } = event;
  const row = rowOf(target);
  const step = { ArrowDown: 1, ArrowUp: -1 }[key];
  if (!row) return false;
  if (step && (event.altKey ? target.tagName !== "SELECT" : target.name === "up")) move(host, row, step);
  else if (key === "Enter" && target.matches("input:not([type=checkbox])")) {
    const fields = fieldsOf(row);
    const next = fields[fields.indexOf(target) + 1];
    const below = row.nextElementSibling;
    if (next) next.focus();
    else if (below && !isFilled(below)) fieldsOf(below)[0]?.focus();
    else if (isFilled(row)) add(host, row.parentElement.dataset.rows, row);
  } else return false;
  event.preventDefault();
  return true;
}

function onGrab(host, event) {
  const handle = event.target.closest("button[name=up]");
  if (!handle || event.button) return;
  const row = rowOf(handle);
  const began = event.clientY;
  dragged = false;
  handle.setPointerCapture(event.pointerId);
  const follow = ({ clientY }) => {
    if (!dragged && Math.abs(clientY - began) < 5) return;
    dragged = true;
    row.toggleAttribute("data-dragged", true);
    for (const [each, step] of [[row.previousElementSibling, -1], [row.nextElementSibling, 1]]) {
      if (!each) continue;
      const { top, height } = each.getBoundingClientRect();
      const past = step < 0 ? clientY < top + height / 2 : clientY > top + height / 2;
      if (past) return step < 0 ? row.after(each) : row.before(each);
    }
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

/** Have the rows of a form answer buttons and pointer. */
export function listen(host) {
  host.addEventListener("click", (event) => onClick(host, event));
  host.addEventListener("pointerdown", (event) => onGrab(host, event));
}
