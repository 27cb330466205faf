"""Everyone who belongs to an organization has a book of their own in it, however they came to belong."""

from django.db import migrations

PERSONAL = """
CREATE FUNCTION books_give_personal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Somebody who returns in time finds their own books again.
    UPDATE books_contactbook SET owner_id = NEW.user_id, frozen_for = NULL
     WHERE organization_id = NEW.organization_id AND frozen_for = NEW.user_id;
    INSERT INTO books_contactbook (organization_id, name, description, owner_id, exclude_from_search)
    SELECT NEW.organization_id, 'Personal', '', NEW.user_id, false
     WHERE NOT EXISTS (SELECT FROM books_contactbook
                        WHERE organization_id = NEW.organization_id AND owner_id = NEW.user_id
                          AND deleted_at IS NULL);
    RETURN NULL;
END $$;
CREATE TRIGGER give_personal_book AFTER INSERT ON organizations_organizationmembership
    FOR EACH ROW EXECUTE FUNCTION books_give_personal();
INSERT INTO books_contactbook (organization_id, name, description, owner_id, exclude_from_search)
SELECT membership.organization_id, 'Personal', '', membership.user_id, false
  FROM organizations_organizationmembership membership
 WHERE NOT EXISTS (SELECT FROM books_contactbook book
                    WHERE book.organization_id = membership.organization_id AND book.owner_id = membership.user_id
                      AND book.deleted_at IS NULL);
"""

PERSONAL_UNDONE = """
DROP TRIGGER give_personal_book ON organizations_organizationmembership;
DROP FUNCTION books_give_personal();
"""


class Migration(migrations.Migration):
    dependencies = [("books", "0001_initial")]
    operations = [migrations.RunSQL(PERSONAL, PERSONAL_UNDONE)]
