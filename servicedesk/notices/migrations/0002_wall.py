"""The notices behind the wall: only the side a notice is meant for reads it, and only its own people are addressed.

The look-ups pass the wall because the caller may not read the recipients' wishes; they answer with facts about ids the
caller already holds, never with a name or an address.
"""

from django.db import migrations

from servicedesk.tenancy.enums import Ownership
from servicedesk.tenancy.policies import PREDICATES, SIDE, Behind
from servicedesk.tenancy.provision import APP, WATCH

LOOK_UPS = """
CREATE FUNCTION notices_people(ids uuid[])
RETURNS TABLE (id uuid, hospital_id int, vendor_id int, has_mail boolean, has_phone boolean, choices text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN RETURN QUERY
    SELECT m.id, m.hospital_id::int, m.vendor_id::int, m.email <> '', m.phone <> '', coalesce(p.choices, '{}')::text
      FROM tenancy_membership m LEFT JOIN notices_preference p ON p.membership_id = m.id
     WHERE m.id = ANY (ids) AND (m.until_at IS NULL OR now() < m.until_at)
     ORDER BY m.id;
END $$;
CREATE FUNCTION notices_receivers(ids uuid[])
RETURNS TABLE (id uuid, hospital_id int, vendor_id int, channel text, wants text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN RETURN QUERY
    SELECT r.id, r.hospital_id::int, r.vendor_id::int, r.channel::text, r.wants::text
      FROM notices_receiver r
     WHERE r.is_on AND EXISTS (
        SELECT 1 FROM tenancy_membership m
         WHERE m.id = ANY (ids) AND (m.until_at IS NULL OR now() < m.until_at)
           AND m.hospital_id IS NOT DISTINCT FROM r.hospital_id AND m.vendor_id IS NOT DISTINCT FROM r.vendor_id)
     ORDER BY r.id;
END $$;
"""
# A composite foreign key cannot say it: the person belongs to one of the row's two owners, and `side` says to which.
ADDRESSEE = """
CREATE FUNCTION notices_addressee_fits() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    new_row jsonb := to_jsonb(NEW);
    side text := coalesce(new_row ->> 'side', CASE WHEN NEW.hospital_id IS NOT NULL THEN 'hospital'
                                                   WHEN NEW.vendor_id IS NOT NULL THEN 'vendor' ELSE 'platform' END);
    hospital bigint := CASE WHEN side = 'hospital' THEN NEW.hospital_id END;
    vendor bigint := CASE WHEN side = 'vendor' THEN NEW.vendor_id END;
    fits boolean;
BEGIN
    IF new_row ->> 'receiver_id' IS NOT NULL THEN
        SELECT r.hospital_id IS NOT DISTINCT FROM hospital AND r.vendor_id IS NOT DISTINCT FROM vendor INTO fits
          FROM notices_receiver r WHERE r.id = (new_row ->> 'receiver_id')::uuid;
    ELSE
        SELECT m.hospital_id IS NOT DISTINCT FROM hospital AND m.vendor_id IS NOT DISTINCT FROM vendor INTO fits
          FROM tenancy_membership m WHERE m.id = (new_row ->> 'membership_id')::uuid;
    END IF;
    IF fits IS NOT TRUE OR (side = 'platform' AND (NEW.hospital_id IS NOT NULL OR NEW.vendor_id IS NOT NULL)) THEN
        RAISE EXCEPTION 'a row of % is addressed to somebody it does not belong to', TG_TABLE_NAME
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
"""
ADDRESSED = {
    "notices_inboxitem": "hospital_id, vendor_id, side, membership_id",
    "notices_message": "hospital_id, vendor_id, side, membership_id, receiver_id",
    "notices_preference": "hospital_id, vendor_id, membership_id",
}
DROP = """
DROP FUNCTION notices_people(uuid[]); DROP FUNCTION notices_receivers(uuid[]);
"""
SIGNATURES = ("notices_people(uuid[])", "notices_receivers(uuid[])", "notices_addressee_fits()")


def handed_over() -> str:
    lines = [f"GRANT CREATE ON SCHEMA public TO {WATCH};"]
    for signature in SIGNATURES:
        lines += [
            f"ALTER FUNCTION {signature} OWNER TO {WATCH};",
            f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC;",
            f"GRANT EXECUTE ON FUNCTION {signature} TO {APP};",
        ]
    return "\n".join([*lines, f"REVOKE CREATE ON SCHEMA public FROM {WATCH};"])


def triggers() -> str:
    return "\n".join(
        f"CREATE TRIGGER notices_addressee_fits BEFORE INSERT OR UPDATE OF {columns} ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION notices_addressee_fits();"
        for table, columns in ADDRESSED.items()
    )


DROP_TRIGGERS = "\n".join(f"DROP TRIGGER notices_addressee_fits ON {table};" for table in ADDRESSED)


def meant_for_us() -> tuple[str, str]:
    """Either party writes (a reporter's act tells the vendor), but only the side it is meant for reads."""
    reads, writes = PREDICATES[Ownership.EITHER]
    return f"({reads}) AND side = {SIDE}", writes


class Migration(migrations.Migration):
    dependencies = [("notices", "0001_initial"), ("tenancy", "0002_wall")]

    operations = [
        migrations.RunSQL(LOOK_UPS, DROP),
        migrations.RunSQL(ADDRESSEE, "DROP FUNCTION notices_addressee_fits()"),
        migrations.RunSQL(triggers(), DROP_TRIGGERS),
        migrations.RunSQL(handed_over(), migrations.RunSQL.noop),
        Behind("InboxItem", Ownership.EITHER, *meant_for_us()),
        Behind("Message", Ownership.EITHER, *meant_for_us()),
        Behind("Preference", Ownership.EITHER),
        Behind("HistoricalPreference", Ownership.EITHER),
        Behind("Target", Ownership.EITHER),
        Behind("HistoricalTarget", Ownership.EITHER),
        Behind("Receiver", Ownership.EITHER),
        Behind("HistoricalReceiver", Ownership.EITHER),
    ]
