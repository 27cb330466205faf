from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("contacts", "0002_triggers")]

    operations = [
        migrations.AddIndex(
            model_name="change",
            index=models.Index(
                fields=["change_set", "book", "contact"], name="changes_to_trash", condition=Q(kind="trash")
            ),
        ),
        migrations.AddIndex(
            model_name="change",
            index=models.Index(fields=["book"], name="book_deletions", condition=Q(kind="book_delete")),
        ),
    ]
