// Rows, those selected or one, are dragged onto a book or group of the sidebar. What would happen there, or why it may
// not, is said beside the pointer. The same is in their menu, and by the keys m and l.
import { send } from "kith/selection";

let drag = null;

const ofRow = (selector) => `contact-list .row${selector}`;
const targetOf = (event) => event.target.closest?.(".side-link:is([href^='/books/'], [href^='/groups/'])");

// [what it says, and the deed; none where it may not be]
function answer(link) {
  const words = drag.bar.dataset;
  const [, folder, id] = link.pathname.split("/");
  const name = link.querySelector("bdi")?.textContent;
  if (!name || id?.length !== 36) return [drag.what];
  const fill = (text) => text.replace(/[#@]/g, (mark) => (mark === "#" ? drag.what : name));
  if (!drag.editable) return [words.fixed];
  if (folder === "groups") return [fill(words.join), { do: "join", to: id }];
  if (link.hasAttribute("data-viewed")) return [fill(words.view)];
  if (link.hasAttribute("aria-current")) return [fill(words.here)];
  return [fill(words.move), { do: "move", to: id }];
}

function follow({ clientX, clientY }) {
  drag.ghost.style.translate = `${clientX + 14}px ${clientY + 14}px`;
}

function stop() {
  drag?.ghost.remove();
  drag?.over?.removeAttribute("data-drop");
  drag = null;
}

document.addEventListener("dragstart", (event) => {
  const row = event.target.closest?.(ofRow(""));
  const bar = document.querySelector("many-bar");
  if (!row || !bar) return;
  const chosen = [...document.querySelectorAll(ofRow(":has([name=contact]:checked)"))];
  const rows = chosen.includes(row) ? chosen : [row];
  const what = rows.length > 1 ? bar.dataset.what.replace("#", rows.length) : row.querySelector(".row-name").textContent;
  const ghost = Object.assign(document.createElement("p"), { className: "drag-says", textContent: what });
  drag = { bar, what, ghost, ids: rows === chosen ? null : [row.id.slice(4)] };
  drag.editable = rows.some((each) => !("fixed" in each.dataset));
  document.body.append(ghost);
  follow(event);
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setDragImage(document.createElement("i"), 0, 0);
});

document.addEventListener("dragover", (event) => {
  if (!drag) return;
  const link = targetOf(event);
  const [says, deed] = link ? answer(link) : [drag.what];
  if (link !== drag.over) drag.over?.removeAttribute("data-drop");
  drag.over = link;
  link?.setAttribute("data-drop", deed ? "yes" : "no");
  drag.ghost.textContent = says;
  follow(event);
  if (deed) event.preventDefault();
});

document.addEventListener("drop", (event) => {
  const link = drag && targetOf(event);
  const deed = link && answer(link)[1];
  if (!deed) return;
  event.preventDefault();
  send(deed, drag.ids);
  stop();
});

document.addEventListener("dragend", stop);
