// What is copied of a contact, or written to: its menu, at `address`, has it as the item that does `name`.
import { toast } from "kith/announce";
import { show } from "kith/toast_shelf";

/** Do it; say what came of it. */
export async function use(address, name) {
  const answer = await fetch(address, { headers: { "HX-Request": "true" } });
  const menu = new DOMParser().parseFromString(answer.ok ? await answer.text() : "", "text/html");
  const item = menu.querySelector(`[data-does="${name}"]`);
  if (!item) toast(document.getElementById("command-bar").dataset.nothing);
  else if (item.href) location.assign(item.href);
  else await navigator.clipboard.writeText(item.dataset.copy).then(() => show(item.dataset.done), () => toast(item.dataset.failed));
}
