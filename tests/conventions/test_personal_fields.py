"""Every column of every table is marked as personal data or not, once."""

from django.apps import apps

from config.personal_data import NEUTRAL, PERSONAL, personal_fields

# Tables of the tests' own.
OWN = {model._meta.label for model in apps.get_models() if model.__module__.startswith("tests.")}


def columns():
    return {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.local_concrete_fields
        if model._meta.label not in OWN
    }


def marked(marks):
    return [f"{label}.{name}" for label, names in marks.items() for name in names.split()]


def test_every_column_is_in_one_of_the_lists():
    assert sorted(marked(PERSONAL) + marked(NEUTRAL)) == sorted(columns())


def test_the_lists_can_be_asked():
    assert "email" in personal_fields("organizations.User")
    assert "id" not in personal_fields("organizations.User")
    assert personal_fields("books.BookCount") == frozenset()
