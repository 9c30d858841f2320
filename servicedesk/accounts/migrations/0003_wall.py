"""Invitations and hand-overs behind the wall; what can be asked past it; and a platform role excludes every other."""

from django.db import migrations

from servicedesk.tenancy.enums import Ownership
from servicedesk.tenancy.policies import PREDICATES, SIDE, Behind
from servicedesk.tenancy.provision import APP, WATCH

# The security administrator makes an organisation's first lead without seeing anything else of it.
READS, WRITES = PREDICATES[Ownership.EITHER]
FROM_PLATFORM = f"(from_platform AND {SIDE} = 'platform')"
LEAD_ROLES = "role IN ('it_lead', 'vendor_manager')"
INVITATION_READS = f"{READS} OR {FROM_PLATFORM}"
INVITATION_WRITES = f"{WRITES} OR ({FROM_PLATFORM} AND {LEAD_ROLES})"

# Each answers one narrow question, as the watch role: a link's own invitation, whether an organisation has a lead (one
# bit), whether a person is anywhere a member (one bit), and a signed-in person's own memberships.
QUESTIONS = """
CREATE FUNCTION invitation_by_secret(secret_hash text)
RETURNS TABLE (id uuid, hospital_id int, vendor_id int, role text, name text, organisation text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT i.id, i.hospital_id::int, i.vendor_id::int, i.role::text, i.name::text,
           coalesce(h.name, v.name, '')::text
      FROM accounts_invitation i
      LEFT JOIN tenancy_hospital h ON h.id = i.hospital_id
      LEFT JOIN tenancy_vendor v ON v.id = i.vendor_id
     WHERE i.secret_hash = $1 LIMIT 1
$$;

CREATE FUNCTION organisation_is_led(of_hospital bigint, of_vendor bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (
        SELECT 1 FROM tenancy_membership m JOIN accounts_user u ON u.id = m.user_id AND u.is_active
         WHERE (m.hospital_id = of_hospital AND m.role = 'it_lead'
                OR m.vendor_id = of_vendor AND m.role = 'vendor_manager')
           AND (m.until_at IS NULL OR clock_timestamp() < m.until_at))
$$;

CREATE FUNCTION person_is_member(who uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT 1 FROM tenancy_membership m
                    WHERE m.user_id = who AND (m.until_at IS NULL OR clock_timestamp() < m.until_at))
$$;

CREATE FUNCTION own_memberships()
RETURNS TABLE (id uuid, role text, organisation text, short_name text, hue int)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT m.id, m.role::text, coalesce(h.name, v.name, '')::text, coalesce(h.short_name, v.short_name, '')::text,
           h.hue::int
      FROM tenancy_membership m
      LEFT JOIN tenancy_hospital h ON h.id = m.hospital_id
      LEFT JOIN tenancy_vendor v ON v.id = m.vendor_id
     WHERE m.user_id = wall_person() AND m.from_at <= clock_timestamp()
       AND (m.until_at IS NULL OR clock_timestamp() < m.until_at)
     ORDER BY m.from_at, m.id
$$;
"""
SIGNATURES = (
    "invitation_by_secret(text)",
    "organisation_is_led(bigint, bigint)",
    "person_is_member(uuid)",
    "own_memberships()",
)
# Row-level security hides a person's other memberships from whoever adds one, so the trigger asks as the watch role.
# The lock keeps two additions at once from missing each other.
SEPARATION = """
CREATE FUNCTION platform_role_stands_alone() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    of_platform boolean := NEW.hospital_id IS NULL AND NEW.vendor_id IS NULL;
BEGIN
    IF NEW.until_at IS NOT NULL AND NEW.until_at <= clock_timestamp() THEN RETURN NEW; END IF;
    PERFORM pg_advisory_xact_lock(7203, hashtext(NEW.user_id::text));
    IF EXISTS (SELECT 1 FROM tenancy_membership m
                WHERE m.user_id = NEW.user_id AND m.id <> NEW.id
                  AND (m.until_at IS NULL OR clock_timestamp() < m.until_at)
                  AND (of_platform OR (m.hospital_id IS NULL AND m.vendor_id IS NULL))) THEN
        RAISE EXCEPTION 'a platform role excludes every other membership'
              USING ERRCODE = 'check_violation', CONSTRAINT = 'platform_role_stands_alone';
    END IF;
    RETURN NEW;
END $$;
"""
TRIGGER = """
CREATE TRIGGER platform_role_stands_alone BEFORE INSERT OR UPDATE ON tenancy_membership
    FOR EACH ROW EXECUTE FUNCTION platform_role_stands_alone();
"""
FIRST_LEAD_ONLY = f"""
CREATE POLICY platform_invites_first_leads_only ON accounts_invitation AS RESTRICTIVE FOR INSERT
    WITH CHECK ({SIDE} <> 'platform' OR (hospital_id IS NULL AND vendor_id IS NULL)
                OR NOT organisation_is_led(hospital_id, vendor_id));
"""


def handed_over(*signatures: str) -> str:
    return "\n".join(
        [
            f"GRANT CREATE ON SCHEMA public TO {WATCH};",
            *(f"ALTER FUNCTION {signature} OWNER TO {WATCH};" for signature in signatures),
            f"REVOKE CREATE ON SCHEMA public FROM {WATCH};",
            *(f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC;" for signature in signatures),
            *(f"GRANT EXECUTE ON FUNCTION {signature} TO {APP};" for signature in signatures),
        ]
    )


def dropped(*signatures: str) -> str:
    return "\n".join(f"DROP FUNCTION {signature};" for signature in signatures)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_people"), ("tenancy", "0002_wall")]

    operations = [
        migrations.RunSQL(QUESTIONS, dropped(*SIGNATURES)),
        migrations.RunSQL(handed_over(*SIGNATURES), migrations.RunSQL.noop),
        Behind("Invitation", Ownership.EITHER, INVITATION_READS, INVITATION_WRITES),
        Behind("HandOver", Ownership.EITHER),
        migrations.RunSQL(FIRST_LEAD_ONLY, "DROP POLICY platform_invites_first_leads_only ON accounts_invitation"),
        migrations.RunSQL(SEPARATION, dropped("platform_role_stands_alone()")),
        # The owner keeps the right to hang it on the table: granting to PUBLIC is not needed, triggers run regardless.
        migrations.RunSQL(TRIGGER, "DROP TRIGGER platform_role_stands_alone ON tenancy_membership"),
        migrations.RunSQL(handed_over("platform_role_stands_alone()"), migrations.RunSQL.noop),
    ]
