"""Addresses below `/organization/`."""

from django.urls import path

from organizations.views import audit, general, joining, people, teams

app_name = "organization"

urlpatterns = [
    path("", general.home, name="home"),
    path("switch/", general.switch, name="switch"),
    path("general/", general.general, name="general"),
    path("new/", general.new, name="new"),
    path("people/", people.people, name="people"),
    path("people/invite/", people.invite, name="invite"),
    path("people/<uuid:membership_id>/role/", people.role, name="role"),
    path("invitations/<uuid:invitation_id>/resend/", people.resend, name="resend"),
    path("invitations/<uuid:invitation_id>/revoke/", people.revoke, name="revoke"),
    path("teams/", teams.teams, name="teams"),
    path("teams/<uuid:team_id>/", teams.team, name="team"),
    path("teams/<uuid:team_id>/add/", teams.add, name="team-add"),
    path("teams/<uuid:team_id>/<uuid:membership_id>/remove/", teams.remove, name="team-remove"),
    path("teams/<uuid:team_id>/delete/", teams.delete, name="team-delete"),
    path("audit/", audit.audit_list, name="audit"),
    path("audit/export/", audit.export, name="audit-export"),
    path("invitation/<str:key>/", joining.invitation, name="invitation"),
    path("join/", joining.join, name="join"),
]
