"""Each contact keeps the region in which its phones were read: until now that was its organization's."""

from django.db import migrations, models

# Where it makes no difference too: the next write, or the next change of the region, finds that out.
FILL = """
UPDATE contacts_contact AS contact
   SET derived_region = organization.region
  FROM organizations_organization AS organization
 WHERE organization.id = contact.organization_id AND contact.infos @> '[{"kind": "phone"}]'
"""


class Migration(migrations.Migration):
    dependencies = [
        ("books", "0003_frozen_books"),
        ("contacts", "0004_pending_pictures"),
        ("organizations", "0006_people_by_name"),
    ]

    operations = [
        migrations.AddField(
            model_name="contact",
            name="derived_region",
            field=models.CharField(db_default="", default="", editable=False, max_length=2),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(
                condition=models.Q(("trashed_at__isnull", True), models.Q(("derived_region", ""), _negated=True)),
                fields=["organization", "derived_region", "id"],
                include=["book"],
                name="contacts_by_region",
            ),
        ),
    ]
