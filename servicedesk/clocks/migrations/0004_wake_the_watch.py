"""Whoever writes a step that is due within a second wakes the watch; all others it finds by its own plan."""

from django.db import migrations

WAKE = """
CREATE FUNCTION clocks_wake_the_watch() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM fresh WHERE fired_at IS NULL AND fire_at <= clock_timestamp() + interval '1 second') THEN
        PERFORM pg_notify('clocks_step', '');
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER clocks_wake_the_watch AFTER INSERT ON clocks_step REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION clocks_wake_the_watch();
"""
DROP = "DROP TRIGGER clocks_wake_the_watch ON clocks_step; DROP FUNCTION clocks_wake_the_watch();"


class Migration(migrations.Migration):
    dependencies = [("clocks", "0003_years_of_the_land")]

    operations = [migrations.RunSQL(WAKE, DROP)]
