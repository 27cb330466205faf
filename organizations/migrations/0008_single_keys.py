"""Keys of a single character can be switched off."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("organizations", "0007_name_order")]

    operations = [
        migrations.AddField(
            model_name="user",
            name="single_keys",
            field=models.BooleanField(db_default=True, default=True, verbose_name="keys of a single character"),
        ),
    ]
