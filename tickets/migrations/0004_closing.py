"""A signed form and a record can neither be changed nor taken away; a link finds its own ticket."""

from django.db import migrations

from servicedesk.tenancy.provision import APP, WATCH

FROZEN = ("tickets_feedbackform", "tickets_maintenancerecord")
FREEZE = """
CREATE FUNCTION tickets_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is frozen: what was signed or confirmed is never changed', TG_TABLE_NAME
          USING ERRCODE = 'check_violation';
END $$;
""" + "".join(
    f"CREATE TRIGGER is_frozen BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION tickets_is_frozen();\n"
    for table in FROZEN
)
THAW = "".join(f"DROP TRIGGER is_frozen ON {table};\n" for table in FROZEN) + "DROP FUNCTION tickets_is_frozen();"
# As the watch role: before the secret is known to be one, there is no context.
QUESTION = """
CREATE FUNCTION signing_link_by_secret(secret_hash text) RETURNS TABLE (id uuid, hospital_id int)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT l.id, l.hospital_id::int FROM tickets_signinglink l WHERE l.secret_hash = $1 LIMIT 1
$$;
"""
HAND_OVER = f"""
GRANT CREATE ON SCHEMA public TO {WATCH};
ALTER FUNCTION signing_link_by_secret(text) OWNER TO {WATCH};
REVOKE CREATE ON SCHEMA public FROM {WATCH};
REVOKE ALL ON FUNCTION signing_link_by_secret(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION signing_link_by_secret(text) TO {APP};
"""


class Migration(migrations.Migration):
    dependencies = [("tickets", "0003_sticker_by_token")]

    operations = [
        migrations.RunSQL(FREEZE, THAW),
        migrations.RunSQL(
            f"REVOKE DELETE ON {', '.join(FROZEN)} FROM {APP}, {WATCH}",
            f"GRANT DELETE ON {', '.join(FROZEN)} TO {APP}, {WATCH}",
        ),
        migrations.RunSQL(QUESTION, "DROP FUNCTION signing_link_by_secret(text);"),
        migrations.RunSQL(HAND_OVER, migrations.RunSQL.noop),
    ]
