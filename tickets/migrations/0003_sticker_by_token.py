"""One function looks through the wall: which sticker a token belongs to."""

from django.db import migrations

from servicedesk.tenancy.provision import APP, WATCH

# As the watch role, because before it has run there is no context. It answers with the hospital and the sticker alone;
# unknown and revoked are one and the same: no row.
FIND = """
CREATE FUNCTION sticker_by_token(wanted text) RETURNS TABLE (id uuid, hospital_id int)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT s.id, s.hospital_id::int FROM tickets_sticker s
     WHERE s.token_hash = wanted AND s.revoked_at IS NULL LIMIT 1
$$;
"""
HANDED_OVER = f"""
GRANT CREATE ON SCHEMA public TO {WATCH};
ALTER FUNCTION sticker_by_token(text) OWNER TO {WATCH};
REVOKE CREATE ON SCHEMA public FROM {WATCH};
REVOKE ALL ON FUNCTION sticker_by_token(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sticker_by_token(text) TO {APP};
"""


class Migration(migrations.Migration):
    dependencies = [("tickets", "0002_wall")]

    operations = [
        migrations.RunSQL(FIND, "DROP FUNCTION sticker_by_token(text)"),
        migrations.RunSQL(HANDED_OVER, migrations.RunSQL.noop),
    ]
