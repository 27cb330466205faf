"""Words are cut, marked and turned round in another way than the index rows of older contacts have them."""

from typing import Any

from django.db import migrations


def write_anew(apps: Any, schema_editor: Any) -> None:
    """Write all index rows anew; what contacts hold stays as it is."""
    from contacts.services.reindexing import write_all_anew  # the models are not there before Django is

    write_all_anew()


class Migration(migrations.Migration):
    dependencies = [("contacts", "0007_covered_keys")]

    operations = [migrations.RunPython(write_anew, migrations.RunPython.noop)]
