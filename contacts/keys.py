"""The keys of the pages, in one table: what each does, in words, and which key a person has for it.

`static/js/keys.js` does what a name here says; menus, the sheet of keys and the command bar show the keys from here.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from organizations.models import User


@dataclass(frozen=True, slots=True)
class Key:
    """What `name` does, and its keys.

    `char` is one character: it can be switched off, or changed (WCAG 2.2, 2.1.4). `fixed` keys are always there;
    `told` ones too, and belong to the pages' own patterns. "Mod" is Control, or Command on a Mac.
    """

    name: str
    words: Any  # a lazy string
    char: str = ""
    fixed: tuple[str, ...] = ()
    told: tuple[str, ...] = ()


TABLE: Final[tuple[tuple[Any, tuple[Key, ...]], ...]] = (
    (
        gettext_lazy("Everywhere"),
        (
            Key("commands", gettext_lazy("Command bar"), fixed=("Mod+k",)),
            Key("contacts", gettext_lazy("Contacts, from anywhere"), fixed=("Mod+Shift+,",)),
            Key("find", gettext_lazy("Search"), "/"),
            Key("create", gettext_lazy("Create contact"), "c"),
            Key("back", gettext_lazy("Step back"), fixed=("Escape",)),
            Key("undo", gettext_lazy("Undo my latest change"), fixed=("Mod+z",)),
            Key("redo", gettext_lazy("Do it again"), fixed=("Mod+Shift+z",)),
            Key("notices", gettext_lazy("To the notices, and back"), told=("F6",)),
            Key("keys", gettext_lazy("Show these keys"), "?"),
        ),
    ),
    (
        gettext_lazy("In the list"),
        (
            Key("next", gettext_lazy("Next contact"), "j", told=("↓",)),
            Key("previous", gettext_lazy("Previous contact"), "k", told=("↑",)),
            Key("first", gettext_lazy("First and last contact"), told=("Home", "End")),
            Key("open", gettext_lazy("Open"), "o", told=("Enter",)),
            Key("select", gettext_lazy("Select"), "x", told=("Space",)),
            Key("more", gettext_lazy("Select more"), told=("Shift+↓", "Shift+↑")),
            Key("all", gettext_lazy("Select all"), fixed=("Mod+a",)),
        ),
    ),
    (
        gettext_lazy("With a contact, or all that are selected"),
        (
            Key("move", gettext_lazy("Move to book…"), "m"),
            Key("join", gettext_lazy("Add to group…"), "l"),
            Key("star", gettext_lazy("Star"), "s"),
            Key("delete", gettext_lazy("Delete"), "#", fixed=("Delete",)),
            Key("edit", gettext_lazy("Edit"), "e"),
            Key("write", gettext_lazy("New email"), "n"),
            Key("email", gettext_lazy("Copy email"), "y"),
            Key("name", gettext_lazy("Copy name"), "Y"),
            Key("menu", gettext_lazy("Menu"), told=("Shift+F10",)),
        ),
    ),
    (
        gettext_lazy("In a form"),
        (
            Key("save", gettext_lazy("Save"), told=("Mod+Enter",)),
            Key("next-row", gettext_lazy("Next row"), told=("Enter",)),
            Key("move-row", gettext_lazy("Move a row"), told=("Alt+↑", "Alt+↓")),
            Key("cancel", gettext_lazy("Cancel"), told=("Escape",)),
        ),
    ),
)
KEYS: Final = {key.name: key for _title, rows in TABLE for key in rows}
#: Those that one may change.
CHANGEABLE: Final = tuple(key for key in KEYS.values() if key.char)


def chars_of(user: User) -> dict[str, str]:
    """Return the character of each changeable key as `user` has it, empty for none, whether or not they are switched
    on. What a person chose wins over a default that came later."""
    own = user.own_keys if isinstance(user.own_keys, dict) else {}
    chosen = {key.name: str(own[key.name]) for key in CHANGEABLE if key.name in own}
    taken = set(chosen.values())
    return {key.name: chosen.get(key.name, "" if key.char in taken else key.char) for key in CHANGEABLE}


def keys_of(user: User) -> dict[str, str]:
    """Return the key that menus show for each name, empty for none."""
    chars = chars_of(user) if user.single_keys else {}
    return {key.name: chars.get(key.name) or (key.fixed[0] if key.fixed else "") for key in KEYS.values()}


def calls(user: User) -> str:
    """Return what the pages' script needs: each key that does something, followed by what it does, with blanks."""
    chars = chars_of(user) if user.single_keys else {}
    pairs = [(char, name) for name, char in chars.items() if char]
    pairs += [(fixed, key.name) for key in KEYS.values() for fixed in key.fixed]
    return " ".join(f"{key} {name}" for key, name in pairs)


def sheet(user: User, *, mod: str) -> Iterator[tuple[str, list[tuple[str, list[str]]]]]:
    """Yield (title, [(words, [key])]) of all keys that work for `user`; `mod` is what the key of that name is called
    on their machine."""
    chars = chars_of(user) if user.single_keys else {}
    for title, rows in TABLE:
        lines = [(str(key.words), [chars.get(key.name, ""), *key.fixed, *key.told]) for key in rows]
        shown = [(words, [in_words(key, mod=mod) for key in keys if key]) for words, keys in lines]
        yield str(title), [(words, keys) for words, keys in shown if keys]


def in_words(key: str, *, mod: str) -> str:
    """Return a key as it is written on a cap."""
    if len(key) == 1:
        return key
    key = key.replace("Mod", mod).replace("Escape", "Esc").replace("+", " ")
    head, _blank, last = key.rpartition(" ")
    return f"{head} {last.upper()}" if head and len(last) == 1 else key


def chosen_keys(typed: Mapping[str, str], *, before: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """Return what a person chose other than the defaults, for `User.own_keys`, and what is wrong with it: {name:
    sentence}, told of what was changed since `before`. An empty text is no key. What is not in `typed` stays as it is
    by default."""
    chars = {key.name: unicodedata.normalize("NFC", typed.get(key.name, key.char)).strip() for key in CHANGEABLE}
    errors: dict[str, str] = {}
    taken: dict[str, Key] = {}
    for key in sorted(CHANGEABLE, key=lambda key: chars[key.name] != before.get(key.name)):
        char = chars[key.name]
        if not char:
            continue
        if len(char) > 1 or not char.isprintable():
            errors[key.name] = _("A key is one character: a letter, a digit or a sign. Leave it empty for none.")
        elif char in taken:
            sentence = _("“%(key)s” is the key of “%(other)s” already. Choose another one, or change that one too.")
            errors[key.name] = sentence % {"key": char, "other": taken[char].words}
        else:
            taken[char] = key
    return {key.name: chars[key.name] for key in CHANGEABLE if chars[key.name] != key.char}, errors
