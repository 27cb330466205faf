"""What a person chooses for lists and keys, and whether the first day is over."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("organizations", "0008_single_keys"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="density",
            field=models.CharField(
                choices=[("comfortable", "Comfortable"), ("cosy", "Cosy"), ("compact", "Compact")],
                db_default="comfortable",
                default="comfortable",
                max_length=11,
                verbose_name="density",
            ),
        ),
        migrations.AddField(
            model_name="user",
            name="first_steps_closed",
            field=models.BooleanField(db_default=False, default=False, editable=False),
        ),
        migrations.AddField(
            model_name="user",
            name="own_keys",
            field=models.JSONField(
                blank=True, db_default=models.Value({}, models.JSONField()), default=dict, verbose_name="own keys"
            ),
        ),
    ]
