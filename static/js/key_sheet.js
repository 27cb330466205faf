// The sheet of all keys, a dialog. Fetched when it is first asked for.
import { KEYS } from "kith/keymap";

const MOD = /Mac|iP(hone|ad)/.test(navigator.platform) ? "⌘" : "Ctrl";

const cap = (key) => `<kbd>${key.replace("Mod", MOD).replace("Escape", "Esc").replaceAll("+", " ")}</kbd>`;
const caps = (keys) => keys.split(/[| ]/).filter(Boolean).map(cap);
const line = ([keys, , words]) => `<div><dt>${words}</dt><dd>${caps(keys).join(" ")}</dd></div>`;

/** Show it; Escape and its button close it. */
export function show() {
  const dialog = document.createElement("dialog");
  const off = document.body.dataset.keys === "off";
  dialog.className = "dialog key-sheet";
  dialog.setAttribute("aria-labelledby", "key-sheet");
  dialog.innerHTML = `<form method="dialog"><h2 id="key-sheet">Keys</h2><button class="button">Close</button></form>
    <p class="muted">Keys of a single character are switched ${off ? "off" : "on"}. <a href="/settings/profile/">Change</a></p>
    ${KEYS.map(([title, rows]) => `<h3>${title}</h3><dl>${rows.map(line).join("")}</dl>`).join("")}`;
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}
