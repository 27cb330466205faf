from django.db import migrations, models


class Migration(migrations.Migration):
    """The acts of others are listed by the books that one may read, however much else they did."""

    dependencies = [("contacts", "0005_region_of_derived_rows")]

    operations = [
        migrations.AddIndex(
            model_name="change",
            index=models.Index(fields=["change_set", "book"], name="changes_by_book"),
        ),
    ]
