"""The everyone-team follows the organization's memberships; the audit list only grows."""

from django.db import migrations

EVERYONE = """
CREATE FUNCTION organizations_join_everyone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO organizations_teammembership (organization_id, team_id, user_id)
    SELECT NEW.organization_id, team.group_ptr_id, NEW.user_id
      FROM organizations_team team
     WHERE team.organization_id = NEW.organization_id AND team.everyone
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
CREATE TRIGGER join_everyone AFTER INSERT ON organizations_organizationmembership
    FOR EACH ROW EXECUTE FUNCTION organizations_join_everyone();

CREATE FUNCTION organizations_fill_everyone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO organizations_teammembership (organization_id, team_id, user_id)
    SELECT NEW.organization_id, NEW.group_ptr_id, membership.user_id
      FROM organizations_organizationmembership membership
     WHERE membership.organization_id = NEW.organization_id
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
CREATE TRIGGER fill_everyone AFTER INSERT ON organizations_team
    FOR EACH ROW WHEN (NEW.everyone) EXECUTE FUNCTION organizations_fill_everyone();

CREATE FUNCTION organizations_stay_in_everyone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM organizations_team WHERE group_ptr_id = OLD.team_id AND everyone)
       AND EXISTS (SELECT FROM organizations_organizationmembership
                    WHERE organization_id = OLD.organization_id AND user_id = OLD.user_id) THEN
        RAISE EXCEPTION 'A member of the organization cannot leave its everyone-team.'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER stay_in_everyone BEFORE DELETE ON organizations_teammembership
    FOR EACH ROW EXECUTE FUNCTION organizations_stay_in_everyone();
"""

EVERYONE_UNDONE = """
DROP TRIGGER stay_in_everyone ON organizations_teammembership;
DROP FUNCTION organizations_stay_in_everyone();
DROP TRIGGER fill_everyone ON organizations_team;
DROP FUNCTION organizations_fill_everyone();
DROP TRIGGER join_everyone ON organizations_organizationmembership;
DROP FUNCTION organizations_join_everyone();
"""

APPEND_ONLY = """
CREATE FUNCTION organizations_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The audit list is append-only.' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON organizations_auditentry
    FOR EACH ROW EXECUTE FUNCTION organizations_append_only();
"""

APPEND_ONLY_UNDONE = """
DROP TRIGGER append_only ON organizations_auditentry;
DROP FUNCTION organizations_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("organizations", "0001_initial")]
    operations = [
        migrations.RunSQL(EVERYONE, EVERYONE_UNDONE),
        migrations.RunSQL(APPEND_ONLY, APPEND_ONLY_UNDONE),
    ]
