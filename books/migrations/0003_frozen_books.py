"""Since when a book is frozen: after 30 days it is not given back any more, and erased."""

from django.db import migrations, models

PERSONAL = """
CREATE OR REPLACE FUNCTION books_give_personal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Somebody who returns in time finds their own books again. What is older may be half erased already.
    UPDATE books_contactbook SET owner_id = NEW.user_id, frozen_for = NULL, frozen_at = NULL
     WHERE organization_id = NEW.organization_id AND frozen_for = NEW.user_id
       AND frozen_at > now() - interval '30 days';
    INSERT INTO books_contactbook (organization_id, name, description, owner_id, exclude_from_search)
    SELECT NEW.organization_id, 'Personal', '', NEW.user_id, false
     WHERE NOT EXISTS (SELECT FROM books_contactbook
                        WHERE organization_id = NEW.organization_id AND owner_id = NEW.user_id
                          AND deleted_at IS NULL);
    RETURN NULL;
END $$;
"""

BEFORE = """
CREATE OR REPLACE FUNCTION books_give_personal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE books_contactbook SET owner_id = NEW.user_id, frozen_for = NULL
     WHERE organization_id = NEW.organization_id AND frozen_for = NEW.user_id;
    INSERT INTO books_contactbook (organization_id, name, description, owner_id, exclude_from_search)
    SELECT NEW.organization_id, 'Personal', '', NEW.user_id, false
     WHERE NOT EXISTS (SELECT FROM books_contactbook
                        WHERE organization_id = NEW.organization_id AND owner_id = NEW.user_id
                          AND deleted_at IS NULL);
    RETURN NULL;
END $$;
"""

FROZEN_BEFORE = "UPDATE books_contactbook SET frozen_at = now() WHERE frozen_for IS NOT NULL"


class Migration(migrations.Migration):
    dependencies = [("books", "0002_personal_books")]
    operations = [
        migrations.AddField("contactbook", "frozen_at", models.DateTimeField(editable=False, null=True)),
        migrations.RunSQL(FROZEN_BEFORE, migrations.RunSQL.noop),
        migrations.RemoveConstraint("contactbook", "book_is_owned_or_frozen"),
        migrations.AddConstraint(
            "contactbook",
            models.CheckConstraint(
                condition=models.Q(owner__isnull=False, frozen_for__isnull=True, frozen_at__isnull=True)
                | models.Q(owner__isnull=True, frozen_for__isnull=False, frozen_at__isnull=False),
                name="book_is_owned_or_frozen",
            ),
        ),
        migrations.AddIndex(
            "contactbook",
            models.Index(fields=["frozen_at"], name="books_frozen", condition=models.Q(frozen_at__isnull=False)),
        ),
        migrations.RunSQL(PERSONAL, BEFORE),
    ]
