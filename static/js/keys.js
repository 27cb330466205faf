// Keys that work everywhere outside text fields.

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  if (event.key === "/" && !typing) {
    const field = document.querySelector("search-field input[type=search]");
    if (!field) return;
    event.preventDefault();
    field.focus();
    field.select();
  } else if (event.key === "Escape" && !typing && event.target.closest("#detail")) {
    document.querySelector("contact-list [tabindex='0']")?.focus();
  }
});
