"""Pages below `/organization/`: settings, people, teams, invitations, audit list."""
