"""What every model of the admins' site has in common: it is confined, and Django's ways around that are shut."""

from __future__ import annotations

from typing import Any, ClassVar, Final
from uuid import UUID

from django.contrib import messages
from django.contrib.admin import ModelAdmin, ShowFacets, SimpleListFilter
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Model, QuerySet
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from organizations.admin_forms import ServiceForm
from organizations.admin_list import KeysetChangeList
from organizations.admin_site import OrganizationAdminSite, organization_of, person_of, role_of
from organizations.audit_list import in_words, of_organization
from organizations.permissions import ADMINISTRATORS

_SEARCH: Final = 200
_HISTORY: Final = 100


class ScopedFilter(SimpleListFilter):
    """A filter whose choices are those of the organization at hand; what is none of them finds nothing."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any] | None:
        """Return the rows of the value that was chosen."""
        value = self.value()
        if value is None:
            return None
        if value not in {str(key) for key, _label in self.lookup_choices}:
            return queryset.none()
        return self.narrowed(request, queryset, value)

    def narrowed(self, request: HttpRequest, queryset: QuerySet[Any], value: str) -> QuerySet[Any]:
        """Return the rows of one of the choices."""
        raise NotImplementedError


class ScopedAdmin(ModelAdmin[Any]):
    """A model within the organization at hand. By itself it can be looked at, and nothing more.

    `scoped` says which rows there are; lists, pages, search, filters, actions and deletion all begin there. Forms are
    `ServiceForm`s and deletion is `delete_through_service`: rows are never written here.
    """

    admin_site: OrganizationAdminSite
    form: Any = ServiceForm
    show_facets = ShowFacets.NEVER
    show_full_result_count = False
    view_on_site = False
    list_per_page = 50
    #: The unique column by which addresses name a row, and which ends every order.
    key_field = "pk"
    #: Where it stands in the list of what there is.
    rank: ClassVar[int] = 0
    can_add = False
    can_change = False
    can_delete = False
    #: Names of the fields that the page shows; `asked_fields` are those that a form asks for.
    shown_fields: ClassVar[tuple[str, ...]] = ()
    asked_fields: ClassVar[tuple[str, ...]] = ()
    added_fields: ClassVar[tuple[str, ...]] = ()

    # --- which rows there are, and what may be done with them

    def scoped(self, request: HttpRequest) -> QuerySet[Any]:
        """Return the rows that exist for who asks, in the organization at hand."""
        raise NotImplementedError

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return those rows, in a total order."""
        return self.scoped(request).order_by(*self.get_ordering(request), self.key_field)

    def may_change(self, request: HttpRequest, obj: Any) -> bool:
        """Say whether who asks may change this row."""
        return True

    def may_delete(self, request: HttpRequest, obj: Any) -> bool:
        """Say whether who asks may delete this row."""
        return True

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Show it to whom the site lets in."""
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Let owners and admins look."""
        return role_of(request) in ADMINISTRATORS

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Let them add what can be added."""
        return self.can_add and self.has_view_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Let them change what can be changed."""
        may = self.can_change and self.has_view_permission(request)
        return may and (obj is None or self.may_change(request, obj))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Let them delete what can be deleted."""
        may = self.can_delete and self.has_view_permission(request)
        return may and (obj is None or self.may_delete(request, obj))

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Allow the filters that stand beside the list: no other column can be asked about by the address."""
        return lookup in {each.parameter_name for each in self.get_list_filter(request)}  # type: ignore[union-attr]  # all are classes

    def to_field_allowed(self, request: HttpRequest, to_field: str) -> bool:
        """Allow none: nothing here is pointed at by another column."""
        return False

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Search for what a person would type: each word is a condition of the query."""
        return super().get_search_results(request, queryset, search_term[:_SEARCH])

    # --- pages

    def get_urls(self) -> list[URLPattern]:
        """Return the addresses that there are for this model."""
        info = f"{self.opts.app_label}_{self.opts.model_name}"
        wrap = self.admin_site.wrap

        def one(view: Any) -> Any:
            return wrap(lambda request, object_id: view(request, str(object_id)))

        found = [path("", wrap(self.changelist_view), name=f"{info}_changelist")]
        if self.can_add:
            found.append(path("add/", wrap(self.add_view), name=f"{info}_add"))
        found.append(path("<uuid:object_id>/change/", one(self.change_view), name=f"{info}_change"))
        found.append(path("<uuid:object_id>/history/", one(self.history_view), name=f"{info}_history"))
        if self.can_delete:
            found.append(path("<uuid:object_id>/delete/", one(self.delete_view), name=f"{info}_delete"))
        return found

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """Return the row if it exists for who asks; 404 otherwise, alike for what is not there and not theirs."""
        found = super().get_object(request, object_id, None if self.key_field == "pk" else self.key_field)
        if found is None:
            raise Http404
        return found

    def key_of(self, obj: Any) -> Any:
        """Return the id by which addresses name the row."""
        return getattr(obj, self.key_field)

    def address_of(self, obj: Any, view: str = "change") -> str:
        """Return the address of a page of the row."""
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_{view}"
        return reverse(name, args=[self.key_of(obj)], current_app=self.admin_site.name)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[KeysetChangeList]:
        """Page lists by key."""
        return KeysetChangeList

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Show the list; where it was not counted to its end, no action is offered for all of it."""
        response = super().changelist_view(request, extra_context)
        if isinstance(response, TemplateResponse) and response.context_data and response.context_data["cl"].is_cut:
            response.context_data["actions_selection_counter"] = False
        return response

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Return the names of what the page shows and asks for; only what it shows, where nothing may be changed."""
        if obj is None:
            return list(self.added_fields)
        return [*self.shown_fields, *(self.asked_fields if self.has_change_permission(request, obj) else ())]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Return what the page only shows."""
        return self.shown_fields if obj is not None else ()

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """Return the form for this request, which it knows."""
        form = super().get_form(request, obj, change, **kwargs)
        form.request = request  # type: ignore[attr-defined]  # a ServiceForm, made anew for each request
        return form

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Make no field from a column: forms say themselves what they ask for, so no drop-down reads a whole table."""
        return

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], **kwargs: Any) -> HttpResponse:  # type: ignore[override]  # all by name
        """Offer *Save* alone; links name the row by its public id."""
        context |= {"show_save_and_continue": False, "show_save_and_add_another": False}
        row = context["original"]
        context["key"] = self.key_of(row) if row is not None else ""
        return super().render_change_form(request, context, **kwargs)

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: str | None = None) -> HttpResponse:
        """Say what was made, and go on to the list, or to the start for who may not see it."""
        self._tell(request, obj, _("The {name} “{obj}” was added successfully."))
        return self.response_post_save_add(request, obj)

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        """Say what was changed, and go on to the list."""
        self._tell(request, obj, _("The {name} “{obj}” was changed successfully."))
        return self.response_post_save_change(request, obj)

    def _tell(self, request: HttpRequest, obj: Any, sentence: str) -> None:
        link = format_html('<a href="{}">{}</a>', self.address_of(obj), obj)
        self.message_user(request, format_html(sentence, name=self.opts.verbose_name, obj=link), messages.SUCCESS)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show what the audit list tells of this object, newest first."""
        found = self.get_object(request, object_id)
        told = of_organization(person_of(request), organization_of(request)).filter(target_id=self.audited_id(found))
        context = {
            **self.admin_site.each_context(request),
            "title": _("History"),
            "subtitle": str(found),
            "lines": [in_words(entry) for entry in told.order_by("-at", "-pk")[:_HISTORY]],
            "object": found,
            "key": self.key_of(found),
            "opts": self.opts,
            "name": capfirst(self.opts.verbose_name_plural),
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "admin/object_history.html", context)

    def audited_id(self, obj: Any) -> UUID:
        """Return the id by which the audit list knows the object."""
        key: UUID = obj.pk
        return key

    # --- writing, by services alone

    def save_form(self, request: HttpRequest, form: Any, change: bool) -> Any:
        """Return what the form's services made or changed."""
        return form.instance

    def save_model(self, request: HttpRequest, obj: Model, form: Any, change: bool) -> None:
        """Write nothing: the form has acted."""

    def save_related(self, request: HttpRequest, form: BaseForm, formsets: Any, change: bool) -> None:
        """Write nothing: the form has acted."""

    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> None:  # type: ignore[override]  # returns no line
        """Write nothing: the services wrote their audit lines."""

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> None:  # type: ignore[override]  # likewise
        """Write nothing: the services wrote their audit lines."""

    def log_deletions(self, request: HttpRequest, queryset: Any) -> None:  # type: ignore[override]  # likewise
        """Write nothing: the services wrote their audit lines."""

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        """List nothing: `consequence` says in words what goes."""
        return [], {}, set(), []

    def consequence(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        """Return what the page that asks before a deletion says: `verb`, `sentences`, perhaps `heirs`."""
        return {"verb": _("Delete"), "sentences": []}

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Ask, then delete; what the service refuses is said on the page."""
        found = self.get_object(request, object_id)
        if not self.has_delete_permission(request, found):
            raise PermissionDenied
        try:
            told = {**self.consequence(request, found), "key": self.key_of(found)}
            return super().delete_view(request, object_id, told)
        except ValidationError as error:
            for sentence in error.messages:
                messages.error(request, sentence)
            return HttpResponseRedirect(request.path)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """Delete it through its service."""
        self.delete_through_service(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Delete each through its service."""
        for obj in queryset:
            self.delete_through_service(request, obj)

    def delete_through_service(self, request: HttpRequest, obj: Any) -> None:
        """Delete it; raise `ValidationError` with what is told to the person."""
        raise PermissionDenied
