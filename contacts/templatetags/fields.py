"""Django's own form fields in our look."""

from django import template
from django.forms import BoundField
from django.utils.safestring import SafeString

register = template.Library()


@register.filter
def dressed(field: BoundField) -> SafeString:
    """Render the widget with our class, if it has none. A placeholder that would only repeat the label is dropped."""
    widget = field.field.widget
    attrs: dict[str, str | bool] = {"class": widget.attrs.get("class", "input")}
    if widget.attrs.get("placeholder"):
        attrs["placeholder"] = ""
    return field.as_widget(attrs=attrs)
