from django.db import migrations


class Migration(migrations.Migration):
    """What the admins' site calls the rows that say who belongs; nothing in the database changes."""

    dependencies = [("organizations", "0005_invitations")]

    operations = [
        migrations.AlterModelOptions(
            name="organizationmembership", options={"verbose_name": "person", "verbose_name_plural": "people"}
        ),
    ]
