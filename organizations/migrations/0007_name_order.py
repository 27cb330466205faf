"""The order of names tells how they are shown, too. Everybody keeps what they see: given names first."""

from django.db import migrations, models

KEEP = "UPDATE organizations_user SET name_order = 'mixed' WHERE name_order = 'family'"
BACK = "UPDATE organizations_user SET name_order = 'family' WHERE name_order = 'mixed'"


class Migration(migrations.Migration):
    dependencies = [("organizations", "0006_people_by_name")]

    operations = [
        migrations.AlterField(
            model_name="user",
            name="name_order",
            field=models.CharField(
                choices=[
                    ("mixed", "Given name first, sorted by family name"),
                    ("given", "Given name first, sorted by given name"),
                    ("family", "Family name first, sorted by family name"),
                ],
                db_default="mixed",
                default="mixed",
                max_length=6,
                verbose_name="name order",
            ),
        ),
        migrations.RunSQL(KEEP, BACK),
    ]
