"""The sample people of the first day come through a door of their own."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("contacts", "0011_incomplete_contacts"),
    ]

    operations = [
        migrations.AlterField(
            model_name="changeset",
            name="source",
            field=models.CharField(
                choices=[
                    ("form", "the contacts page"),
                    ("import", "an import"),
                    ("command", "the command line"),
                    ("undo", "undo"),
                    ("sample", "the sample people"),
                ],
                max_length=10,
            ),
        ),
    ]
