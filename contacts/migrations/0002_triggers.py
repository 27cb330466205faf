"""The version follows the document, and the two look-up keys answer from the index alone."""

from django.db import migrations

VERSION = """
CREATE FUNCTION contacts_raise_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.prefix, NEW.first_name, NEW.middle_name, NEW.last_name, NEW.suffix,
        NEW.phonetic_first_name, NEW.phonetic_middle_name, NEW.phonetic_last_name,
        NEW.nickname, NEW.file_as, NEW.gender, NEW.pronouns, NEW.notes, NEW.avatar,
        NEW.starred, NEW.infos, NEW.membership_stamp)
       IS DISTINCT FROM
       (OLD.prefix, OLD.first_name, OLD.middle_name, OLD.last_name, OLD.suffix,
        OLD.phonetic_first_name, OLD.phonetic_middle_name, OLD.phonetic_last_name,
        OLD.nickname, OLD.file_as, OLD.gender, OLD.pronouns, OLD.notes, OLD.avatar,
        OLD.starred, OLD.infos, OLD.membership_stamp) THEN
        NEW.version := OLD.version + 1;
        NEW.modified_at := now();
    ELSE
        NEW.version := OLD.version;
        IF (NEW.book_id, NEW.trashed_at) IS DISTINCT FROM (OLD.book_id, OLD.trashed_at) THEN
            NEW.modified_at := now();
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER raise_version BEFORE UPDATE ON contacts_contact
    FOR EACH ROW EXECUTE FUNCTION contacts_raise_version();
"""

VERSION_UNDONE = """
DROP TRIGGER raise_version ON contacts_contact;
DROP FUNCTION contacts_raise_version();
"""

# Django's primary keys cannot carry INCLUDE; with it a look-up by organization never visits the table.
COVERING = """
ALTER TABLE contacts_contacttoken DROP CONSTRAINT contacts_contacttoken_pkey;
ALTER TABLE contacts_contacttoken ADD CONSTRAINT contacts_contacttoken_pkey
    PRIMARY KEY (organization_id, tier, token, contact_id) INCLUDE (book_id);
ALTER TABLE contacts_contacthandle DROP CONSTRAINT contacts_contacthandle_pkey;
ALTER TABLE contacts_contacthandle ADD CONSTRAINT contacts_contacthandle_pkey
    PRIMARY KEY (organization_id, kind, key, contact_id) INCLUDE (book_id);
"""

COVERING_UNDONE = """
ALTER TABLE contacts_contacttoken DROP CONSTRAINT contacts_contacttoken_pkey;
ALTER TABLE contacts_contacttoken ADD CONSTRAINT contacts_contacttoken_pkey
    PRIMARY KEY (organization_id, tier, token, contact_id);
ALTER TABLE contacts_contacthandle DROP CONSTRAINT contacts_contacthandle_pkey;
ALTER TABLE contacts_contacthandle ADD CONSTRAINT contacts_contacthandle_pkey
    PRIMARY KEY (organization_id, kind, key, contact_id);
"""


class Migration(migrations.Migration):
    dependencies = [("contacts", "0001_initial")]
    operations = [
        migrations.RunSQL(VERSION, VERSION_UNDONE),
        migrations.RunSQL(COVERING, COVERING_UNDONE),
    ]
