"""Addresses below `/admin/`: those of the admins' site; every room has registered its models by then."""

from organizations.admin_site import site

app_name = "admin"

urlpatterns = site.get_urls()
