// Makes what is on the page look like what was fetched, node by node, so that focus, scroll, selection and open menus
// stay where they are.

// A row of the list gets its id on the page, and comes without.
const rowOf = (node) => node.classList?.contains("row") && `row-${node.querySelector("[name=contact]").value}`;
const key = (node) => node.id || node.getAttribute?.("href") || rowOf(node);
const isBlank = (node) => node?.nodeType === 3 && !node.data.trim();
const isOwn = (node) => node?.nodeType === 1 && node.hasAttribute("data-own");

function drop(node) {
  const next = node.nextElementSibling ?? node.previousElementSibling;
  const held = node.contains(document.activeElement);
  node.remove();
  if (held) (next?.matches("a, button") ? next : next?.querySelector("a, button"))?.focus();
}

// A row comes without a star that is not pressed; the focus may be on the one that was, until a moment ago.
function unpress(star) {
  Object.assign(star, { ariaPressed: "false", value: "1" }).toggleAttribute("data-own", true);
  star.querySelector("use").setAttribute("href", "#icon-star-off");
}

/** Change `old` into `fresh`. Attributes that scripts set are left; `data-live` elements and open menus as well, and
 * what scripts added, which is marked `data-own`. */
export function morph(old, fresh) {
  if (old.nodeType !== 1) {
    if (old.data !== fresh.data) old.data = fresh.data;
    return;
  }
  for (const { name, value } of fresh.attributes)
    if (old.getAttribute(name) !== value && !/^(role|tabindex|aria-(current|selected))$/.test(name))
      old.setAttribute(name, value);
  old.toggleAttribute("data-own", isOwn(fresh));
  const kept = new Set([...fresh.children].map(key));
  for (const child of [...old.children])
    if (!isOwn(child) && key(child) && !kept.has(key(child))) child.matches("button.star") ? unpress(child) : drop(child);
  const keyed = new Map([...old.children].map((child) => [key(child), child]));
  let at = old.firstChild;
  for (const node of [...fresh.childNodes]) {
    if (isBlank(node)) continue;
    while (isBlank(at) || isOwn(at)) at = at.nextSibling;
    const same = key(node) ? keyed.get(key(node)) : at && !key(at) && at;
    if (same?.nodeName !== node.nodeName) {
      old.insertBefore(node, at);
      continue;
    }
    keyed.delete(key(node));
    if (same === at) at = at.nextSibling;
    else if (!isOwn(same)) old.insertBefore(same, at);
    if (!same.matches?.("[data-live], .menu:popover-open")) morph(same, node);
  }
  while (at) {
    const next = at.nextSibling;
    if (at.nodeType !== 1) at.remove();
    else if (!isOwn(at)) drop(at);
    at = next;
  }
}
