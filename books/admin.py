"""Contact books with their sharing on the admins' site, and removing people, which is about their books too."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import display, register
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from books import leaving
from books.admin_forms import BookSharingForm, sharing_fields
from books.models import BookType, ContactBook
from organizations.admin import MembershipAdmin
from organizations.admin_base import ScopedAdmin, ScopedFilter
from organizations.admin_forms import heir_of
from organizations.admin_site import organization_of, person_of, role_of, site
from organizations.models import OrganizationMembership, Role, User
from organizations.sharing import Level

_CHOICES = 500


class TypeFilter(ScopedFilter):
    """By whom books are shared with."""

    title = gettext_lazy("type")
    parameter_name = "type"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Offer the types."""
        return list(BookType.choices)

    def narrowed(self, request: HttpRequest, queryset: QuerySet[Any], value: str) -> QuerySet[Any]:
        """Keep one type: what `ContactBook.type` says."""
        if value == BookType.ORGANIZATION:
            return queryset.filter(shared_with_everyone=True)
        narrower = queryset.filter(shared_with_everyone=False, shared_with_teams=value == BookType.TEAM)
        return narrower if value == BookType.TEAM else narrower.filter(shared_with_people=value == BookType.USERS)


class OwnerFilter(ScopedFilter):
    """By who owns books."""

    title = gettext_lazy("owner")
    parameter_name = "owner"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Offer the owners of the books that are listed."""
        books = model_admin.scoped(request).order_by().values("owner")
        owners = User.objects.filter(pk__in=books, memberships__organization=organization_of(request))
        return [(str(owner.pk), str(owner)) for owner in owners.order_by("name", "email", "pk")[:_CHOICES]]

    def narrowed(self, request: HttpRequest, queryset: QuerySet[Any], value: str) -> QuerySet[Any]:
        """Keep the books of one."""
        return queryset.filter(owner=value)


@register(OrganizationMembership, site=site)
class LeavingMembershipAdmin(MembershipAdmin):
    """People, who can be removed too: their shared books pass on, their personal ones freeze."""

    can_delete = True

    def may_delete(self, request: HttpRequest, obj: OrganizationMembership) -> bool:
        """Leave owners to owners; oneself leaves by the ordinary dialog."""
        mine = obj.user_id == person_of(request).pk
        return not mine and (obj.role != Role.OWNER or role_of(request) == Role.OWNER)

    def consequence(self, request: HttpRequest, obj: OrganizationMembership) -> dict[str, Any]:
        """Say what becomes of their books, and offer who may get the shared ones: by default, who removes."""
        here = organization_of(request)
        books = leaving.shared_books(here, obj.user)
        sentences = [
            _("They lose access to everything in %(organization)s at once.") % {"organization": here},
            _("Their personal contact books are frozen for %(days)d days and come back if they return.")
            % {"days": leaving.FROZEN_DAYS},
        ]
        if books:
            text = ngettext(
                "%(count)d contact book that they share passes on: %(names)s.",
                "%(count)d contact books that they share pass on: %(names)s.",
                len(books),
            )
            sentences.append(text % {"count": len(books), "names": ", ".join(book.name for book in books[:50])})
        staying = User.objects.filter(memberships__organization=here, is_active=True)
        others = staying.exclude(pk__in=[obj.user_id, person_of(request).pk]).order_by("name", "email", "pk")
        heirs = [person_of(request), *others[:_CHOICES]] if books else []
        return {"verb": _("Remove"), "sentences": sentences, "heirs": heirs}

    def delete_through_service(self, request: HttpRequest, obj: OrganizationMembership) -> None:
        """End the membership."""
        leaving.end_membership(
            organization=organization_of(request), user=obj.user, by=person_of(request), heir=heir_of(request, obj)
        )


class BookAdmin(ScopedAdmin):
    """The books that who asks manages: their own, and those shared with anybody. Never what is in them."""

    form = BookSharingForm
    rank = 3
    can_change = True
    list_display = ("name", "owner_name", "type_name", "number_of_contacts")
    list_filter = (TypeFilter, OwnerFilter)
    search_fields = ("name",)
    ordering = ("name",)
    shown_fields = ("name", "owner_name", "type_name", "number_of_contacts")

    def scoped(self, request: HttpRequest) -> QuerySet[ContactBook]:
        """Return the books of the organization at hand that who asks manages: other people's personal ones not."""
        books = ContactBook.objects.for_user(person_of(request), at_least=Level.MANAGE)
        return books.in_organization(organization_of(request)).with_type().with_counts().select_related("owner")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Show the book, and ask for every team and person that it is or can be shared with."""
        asked = sharing_fields(obj)
        return [*self.shown_fields, *asked, "new_people", "new_level", "confirmed"]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """Return the form with a field for each of them."""
        asked = sharing_fields(obj)
        form = type("SharingOfOneBookForm", (BookSharingForm,), {name: field for name, (_to, field) in asked.items()})
        form.targets = {name: to for name, (to, _field) in asked.items()}  # type: ignore[attr-defined]  # declared there
        made = super().get_form(request, obj, change, form=form, **kwargs)
        return made

    @display(description=gettext_lazy("Owner"), ordering="owner__name")
    def owner_name(self, obj: ContactBook) -> str:
        """Return whose it is."""
        return str(obj.owner)

    @display(description=gettext_lazy("Type"))
    def type_name(self, obj: ContactBook) -> str:
        """Return with whom it is shared, in a word."""
        return str(obj.type.label)

    @display(description=gettext_lazy("Contacts"), ordering="contact_count")
    def number_of_contacts(self, obj: ContactBook) -> int:
        """Return how many contacts are in it."""
        return obj.contact_count
