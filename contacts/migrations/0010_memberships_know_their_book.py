"""Memberships know in which book they are seen, none in the trash: groups are asked by book, without the contacts."""

import django.db.models.deletion
from django.db import migrations, models

FILL = """
UPDATE contacts_contactmembership AS member
   SET book_id = contact.book_id
  FROM contacts_contact AS contact
 WHERE contact.id = member.contact_id AND contact.trashed_at IS NULL
"""


class Migration(migrations.Migration):
    dependencies = [
        ("books", "0003_frozen_books"),
        ("contacts", "0009_starred_by_book"),
        ("organizations", "0007_name_order"),
    ]

    operations = [
        migrations.AddField(
            model_name="contactmembership",
            name="book",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="books.contactbook",
            ),
        ),
        # Before the table is written anew, so that no index takes every row twice.
        migrations.RemoveIndex(model_name="contactmembership", name="members_of_group"),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name="contactmembership",
            index=models.Index(fields=["group", "book", "contact"], name="members_of_group_in_book"),
        ),
        migrations.AddIndex(
            model_name="contactmembership",
            index=models.Index(fields=["book", "group"], name="groups_of_book"),
        ),
        # By first names too: a group's starred contacts are otherwise looked for among all that there are.
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(
                condition=models.Q(("trashed_at__isnull", True), ("starred", True)),
                fields=["organization", "sort_given", "id"],
                include=["book"],
                name="contacts_starred_given",
            ),
        ),
    ]
