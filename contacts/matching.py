"""Who counts as the same person, and what becomes of a contact that a file says something more of.

The rule: an equal email of a person's own, with names that do not contradict. An equal phone, a shared or role
mailbox, name and company make a *possible* duplicate, which is offered elsewhere, never applied here. Pure: no
queries. Documents are expected normalised.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from typing import Any

import phonenumbers

from contacts.document import (
    MEMBERSHIP_DETAILS,
    SCALAR_NAMES,
    ContactDocument,
    Info,
    Kind,
    Membership,
    altered,
    group_key,
)
from contacts.handles import digits, email_key, phone_keys
from contacts.merging import SINGLE_DATES, item_key
from contacts.names import names_contradict, same_full_name

__all__ = [
    "Ambiguous",
    "Index",
    "Policy",
    "combine",
    "decide",
    "email_keys",
    "is_role_mailbox",
    "names_contradict",
    "same_info",
    "same_person",
    "says_nothing_new",
]

_ROLE_WORDS = """
    abuse accounting accounts admin administration administrator all ap ar billing booking bookings buchhaltung
    bewerbung biuro careers compliance contact contacts customercare customerservice customersupport datenschutz desk
    dispatch einkauf empfang enquiries enquiry events everyone faktura feedback finance finanzen frontdesk hallo hello
    help helpdesk hi hilfe hola hostmaster hotline hr info information informacje infos inquiries inquiry invoice
    invoices it job jobs kadry kancelaria karriere kasse kontakt kontor kundenservice kundendienst ksiegowosc legal
    list mail mailbox mailerdaemon management marketing media newsletter noc noreply donotreply notification
    notifications office officina order orders ordini paiement payroll personal personalabteilung post posta postbox
    postmaster praxis presse press privacy procurement projects purchasing rechnung rechnungen reception recepcja
    recruiting recruitment redaktion registration rezeption reklamacje reservation reservations root sales sekretariat
    secretariat secretary security segreteria service services shop sklep smtp staff studio subscribe support
    sysadmin tech technik team ticket tickets unsubscribe ventas vendas verkauf verwaltung vertrieb webmaster webshop
    welcome work zamowienia zentrale accueil administracion amministrazione ask atencion atencioncliente clientes
    commercial commerciale comercial compras comptabilite contabilidad contabilita contacto contato contatti direction
    direccion direzione facturacion facturation gerencia mairie pedidos prenotazioni rh rrhh salg sav secretaria
    servicio soporte suporte vendite bestellung bestellungen
"""
_ROLES = frozenset(_ROLE_WORDS.split())
# Beside a place or a number, these still name no person: "info-berlin@", "sales.eu@".
_STRONG_ROLES = frozenset({"info", "sales", "support", "office", "kontakt", "contact", "service", "noreply", "billing"})


#: A number without letters, an extension or codes dialled behind it.
_PLAIN_NUMBER = re.compile(r"[0-9+(). /-]*")
#: Last digits that no country rewrites, whatever it does with prefixes.
_END = 4


@lru_cache(maxsize=10_000)
def is_role_mailbox(key: str) -> bool:
    """Return whether an email key is a desk's rather than a person's: info@, office@, no-reply@, Vertrieb@."""
    local = key.rpartition("@")[0].partition("+")[0].casefold()
    words = [word.strip("0123456789") for word in re.split(r"[._\-]+", local)]
    return "".join(words) in _ROLES or words[0] in _STRONG_ROLES


def email_keys(document: ContactDocument) -> list[str]:
    """Return the look-up keys of a contact's emails, in order, without repeats."""
    keys = [email_key(info.value) for info in document.infos if info.kind is Kind.EMAIL]
    return [key for key in dict.fromkeys(keys) if key]


def same_person(a: ContactDocument, b: ContactDocument) -> bool:
    """Return whether two contacts are one person, beyond doubt. Symmetric.

    True for an equal email that is no role mailbox, with names that do not contradict; for an equal role mailbox with
    the same full name; and for contacts with an equal email that say the very same in everything.
    """
    return _same_person(a, b, set(email_keys(a)).intersection(email_keys(b)))


def _same_person(a: ContactDocument, b: ContactDocument, shared: Collection[str]) -> bool:
    """Return what `same_person` does, of contacts that share these emails and no other."""
    if any(not is_role_mailbox(key) for key in shared) and not names_contradict(a, b):
        return True
    return bool(shared) and (same_full_name(a, b) or _says_the_same(a, b))


def _says_the_same(a: ContactDocument, b: ContactDocument) -> bool:
    """Return whether two contacts differ in nothing but ids, picture and star."""
    return (
        all(getattr(a, name) == getattr(b, name) for name in SCALAR_NAMES)
        and [info.content for info in a.infos] == [info.content for info in b.infos]
        and [item.content for item in a.memberships] == [item.content for item in b.memberships]
    )


class Index[Key]:
    """The emails of the rows of one file, in memory: which earlier rows may be the person of this one."""

    def __init__(self) -> None:
        self._keys: dict[str, list[Key]] = {}

    def add(self, key: Key, document: ContactDocument) -> None:
        """Remember a row under its emails."""
        for email in email_keys(document):
            self._keys.setdefault(email, []).append(key)

    def candidates(self, document: ContactDocument) -> list[Key]:
        """Return the keys of rows that share an email with `document`, in the order added, without repeats."""
        found: list[Key] = []
        for email in email_keys(document):
            found += [key for key in self._keys.get(email, ()) if key not in found]
        return found


@dataclass(frozen=True, slots=True)
class Ambiguous[Key]:
    """Several contacts may be the person, and none is guessed."""

    keys: tuple[Key, ...]


def decide[Key](
    document: ContactDocument, candidates: Iterable[tuple[Key, ContactDocument, Collection[str]]]
) -> Key | Ambiguous[Key] | None:
    """Return the key of the one candidate that is the same person, None when none is, `Ambiguous` when several are.

    Candidates come with the keys of the emails that they share with `document`, each key once.
    """
    found = [key for key, candidate, shared in candidates if _same_person(document, candidate, shared)]
    if len(found) > 1:
        return Ambiguous(tuple(found))
    return found[0] if found else None


class Policy(StrEnum):
    """What an import does with people who are in the book already."""

    FILL = "fill"
    OVERWRITE = "overwrite"
    KEEP_BOTH = "keep_both"
    SKIP = "skip"


def combine(existing: ContactDocument, incoming: ContactDocument, policy: Policy, *, region: str) -> ContactDocument:
    """Return `existing` with what `incoming` says of the same person; `region` (ISO 3166) reads phones.

    FILL fills blanks and appends list values that are missing; nothing is replaced. OVERWRITE replaces what both say,
    in place, and appends; what only `existing` says stays. SKIP changes nothing. A star is only raised, a picture
    only filled in. Combining twice is combining once. Raises `InvalidDocument` when the lists grow beyond the limits,
    and ValueError for KEEP_BOTH, which makes a contact of its own.
    """
    if policy is Policy.KEEP_BOTH:
        raise ValueError("Keeping both means creating a second contact; there is nothing to combine.")
    if policy is Policy.SKIP:
        return existing
    combined = _combined(existing, incoming, policy, region)
    return existing if combined == existing else combined.normalised()


def says_nothing_new(existing: ContactDocument, incoming: ContactDocument, policy: Policy, *, region: str) -> bool:
    """Return whether `combine` would leave `existing` as it is. Quicker than combining, and never raises."""
    if policy is Policy.SKIP:
        return True
    if policy is Policy.FILL and not all(
        any(same_info(old, info, region) for old in existing.infos) for info in incoming.infos
    ):
        return False
    return _combined(existing, incoming, policy, region) == existing


def _combined(existing: ContactDocument, incoming: ContactDocument, policy: Policy, region: str) -> ContactDocument:
    """Return `existing` with what `incoming` says, not yet brought in order."""
    overwrite = policy is Policy.OVERWRITE
    texts: dict[str, Any] = {}
    for name in SCALAR_NAMES:
        old, new = getattr(existing, name), getattr(incoming, name)
        texts[name] = (new or old) if overwrite else (old or new)
    return altered(
        existing,
        avatar=existing.avatar or incoming.avatar,
        starred=existing.starred or incoming.starred,
        infos=_combined_infos(existing.infos, incoming.infos, overwrite=overwrite, region=region),
        memberships=_combined_memberships(existing.memberships, incoming.memberships, overwrite=overwrite),
        **texts,
    )


def same_info(a: Info, b: Info, region: str) -> bool:
    """Return whether two infos hold the same value, however spelled and labelled; both birthdays do."""
    if a.kind is not b.kind:
        return False
    return _same_phone(a.value, b.value, region) if a.kind is Kind.PHONE else item_key(a) == item_key(b)


@lru_cache(maxsize=10_000)
def _extension(text: str, region: str) -> str:
    if _PLAIN_NUMBER.fullmatch(text):
        return ""
    try:
        return phonenumbers.parse(text, region).extension or ""
    except phonenumbers.NumberParseException:
        return ""


def _same_phone(a: str, b: str, region: str) -> bool:
    """Compare two numbers by E.164; one written without its country also by its last nine digits."""
    if a == b:
        return True
    if _PLAIN_NUMBER.fullmatch(a) and _PLAIN_NUMBER.fullmatch(b) and digits(a)[-_END:] != digits(b)[-_END:]:
        return False  # however they are read
    if _extension(a, region) != _extension(b, region):
        return False
    (my_number, my_end), (their_number, their_end) = phone_keys(a, region), phone_keys(b, region)
    if my_number and my_number == their_number:
        return True
    if my_number and their_number and _has_country(a) and _has_country(b):
        return False
    if my_end or their_end:
        return my_end == their_end
    return (digits(a) or a.casefold()) == (digits(b) or b.casefold())


def _has_country(text: str) -> bool:
    return text.lstrip(" (").startswith(("+", "00"))


def _combined_infos(
    existing: tuple[Info, ...], incoming: tuple[Info, ...], *, overwrite: bool, region: str
) -> tuple[Info, ...]:
    result = list(existing)
    claimed: set[int] = set()
    for info in _most_certain_first(result, incoming, _covers, claimed):
        equals = [position for position, old in enumerate(existing) if same_info(old, info, region)]
        if not overwrite:
            if not equals:
                result.append(info)
            continue
        free = next((position for position in equals if position not in claimed), None)
        if free is not None:
            claimed.add(free)
            result[free] = _overwritten(existing[free], info)
        elif not (equals and _is_single(info)):
            result.append(replace(info, preferred=False))
    if overwrite:
        for info in incoming:
            if info.preferred:
                _prefer(result, info)
    return tuple(_fresh(result, len(existing)))


def _covers(old: Info, new: Info) -> bool:
    """Return whether `old` already says, letter for letter, what `new` does."""
    unlabelled = new.label == "other" and not new.custom_label
    same_label = unlabelled or (old.label, old.custom_label) == (new.label, new.custom_label)
    return old.kind is new.kind and same_label and (old.value, dict(old.address)) == (new.value, dict(new.address))


def _is_single(info: Info) -> bool:
    return info.kind is Kind.DATE and info.label in SINGLE_DATES


def _overwritten(old: Info, new: Info) -> Info:
    """Return `old` in the form and with the label of `new`; a missing label or year takes nothing away."""
    if _is_single(old) and new.value.startswith("--") and old.value.endswith(new.value[1:]):
        return old
    if new.label == "other" and not new.custom_label:
        return replace(old, value=new.value, address=new.address)
    return replace(old, label=new.label, custom_label=new.custom_label, value=new.value, address=new.address)


def _prefer(result: list[Info], wanted: Info) -> None:
    """Mark as preferred what says what `wanted` does, and nothing else of its kind."""
    covering = [position for position, info in enumerate(result) if _covers(info, wanted)]
    if not covering or any(result[position].preferred for position in covering):
        return
    for position, info in enumerate(result):
        if info.kind is wanted.kind:
            result[position] = replace(info, preferred=position == covering[0])


def _combined_memberships(
    existing: tuple[Membership, ...], incoming: tuple[Membership, ...], *, overwrite: bool
) -> tuple[Membership, ...]:
    result = list(existing)
    claimed: set[int] = set()
    for item in _most_certain_first(result, incoming, _tells, claimed):
        equals = [position for position, old in enumerate(existing) if item_key(old) == item_key(item)]
        free = next((position for position in equals if position not in claimed), None)
        if free is not None:
            claimed.add(free)
            details = {}
            for part in MEMBERSHIP_DETAILS:
                old, new = getattr(existing[free], part), getattr(item, part)
                details[part] = (new or old) if overwrite else (old or new)
            result[free] = replace(existing[free], **details)
        elif overwrite or not equals:
            result.append(item)
    return tuple(_fresh(result, len(existing)))


def _tells(old: Membership, new: Membership) -> bool:
    """Return whether `old` already says all that `new` does."""
    return (old.kind, group_key(old.name)) == (new.kind, group_key(new.name)) and all(
        getattr(new, part) in ("", getattr(old, part)) for part in MEMBERSHIP_DETAILS
    )


def _most_certain_first[Item: (Info, Membership)](
    existing: list[Item], incoming: Iterable[Item], covers: Callable[[Item, Item], bool], claimed: set[int]
) -> list[Item]:
    """Return what of `incoming` says something new, and note in `claimed` the items that said the rest already.

    So that a second import of a file, or of a file with repeats, changes nothing.
    """
    news: list[Item] = []
    for item in incoming:
        covering = [position for position, old in enumerate(existing) if covers(old, item)]
        if covering:
            claimed.update(covering)
        else:
            news.append(item)
    return news


def _fresh[Item: (Info, Membership)](result: list[Item], old: int) -> list[Item]:
    """Return the items; those appended leave their ids when one of the contact's own has it."""
    taken = {item.id for item in result[:old]}
    fresh: list[Item] = result[:old]
    for item in result[old:]:
        fresh.append(replace(item, id="") if item.id in taken else item)
    return fresh
