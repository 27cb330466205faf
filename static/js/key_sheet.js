// The sheet of all keys, in a dialog: the page of them is fetched when it is first asked for.

/** Show it; Escape and its button close it. */
export async function show() {
  const answer = await fetch("/contacts/keys/", { headers: { "HX-Request": "true" } }).catch(() => null);
  if (!answer?.ok) return location.assign("/contacts/keys/");
  const dialog = document.createElement("dialog");
  dialog.className = "dialog key-sheet";
  dialog.setAttribute("aria-labelledby", "key-sheet");
  dialog.innerHTML = await answer.text();
  dialog.querySelector("form").hidden = false;
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}
