// The keys of the contacts pages, in one table: what each does, as the sheet of keys and the command bar tell it.
// [parts: [title, [keys that call | keys that are only told, name, words]]]. "Mod" is Control, or Command on a Mac.
// Whoever can do `name` where the focus is listens to "kith:do".

export const KEYS = [
  [
    "In the list",
    [
      ["j|↓", "next", "Next contact"],
      ["k|↑", "previous", "Previous contact"],
      ["o|Enter", "open", "Open"],
      ["x|Space", "select", "Select"],
      ["|Shift+↓ Shift+↑", "", "Select more"],
      ["Mod+a", "all", "Select all"],
    ],
  ],
  [
    "With a contact, or all that are selected",
    [
      ["m", "move", "Move to book…"],
      ["l", "join", "Add to group…"],
      ["s", "star", "Star"],
      ["# Delete", "delete", "Delete"],
      ["e", "edit", "Edit"],
      ["y", "email", "Copy email"],
      ["Y", "name", "Copy name"],
      ["|Shift+F10", "", "Menu"],
    ],
  ],
  [
    "Everywhere",
    [
      ["/", "find", "Search"],
      ["c", "create", "Create contact"],
      ["Escape", "back", "Step back"],
      ["Mod+z", "undo", "Undo my latest change"],
      ["Mod+Z", "redo", "Do it again"],
      ["|F6", "", "To the notices, and back"],
      ["?", "keys", "Show these keys"],
    ],
  ],
];
