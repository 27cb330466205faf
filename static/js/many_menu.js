// The menu of what is selected: the tools of the bar, as items.

/** Return whether `row` is one of several that are selected. */
export const isOneOfMany = (row) =>
  row?.ariaSelected === "true" && row.parentElement.querySelectorAll(":scope > .row[aria-selected=true]").length > 1;

/** Put the items of the selection into `menu`. */
export function fill(menu) {
  const bar = document.querySelector("many-bar");
  const items = [...bar.querySelectorAll("button[name=do]")].map((tool) => {
    const item = document.createElement("button");
    const key = tool.getAttribute("aria-keyshortcuts")?.split(" ")[0];
    item.className = "menu-item";
    item.setAttribute("form", "many");
    Object.assign(item, { name: "do", value: tool.value });
    const icon = tool.querySelector("svg");
    if (icon) item.append(icon.cloneNode(true));
    item.append(tool.ariaLabel ?? tool.textContent.trim());
    if (key) {
      item.setAttribute("aria-keyshortcuts", key);
      item.append(Object.assign(document.createElement("kbd"), { textContent: key }));
    }
    return item;
  });
  menu.replaceChildren(...items);
  menu.ariaLabel = bar.querySelector("output").textContent;
}
