"""What can be found, behind the wall; who writes it down; and the one search that looks past the wall's policies.

No operator that finds words is leakproof, so that under the policies their indexes lie idle. `tickets_find` runs as the
watch, says the policies' own conditions itself, and gives out ids: the query around it asks the wall again.
"""

from django.db import migrations

from servicedesk.tenancy.enums import Ownership
from servicedesk.tenancy.policies import PREDICATES, SIDE, Behind
from servicedesk.tenancy.provision import APP, WATCH

READ_BY_PARTIES, WRITTEN_BY_PARTIES = PREDICATES[Ownership.PARTIES]
OF_ONE_SIDE = f"(side = '' OR side = {SIDE})"

# Full-width letters are narrow ones, case does not count, and what is not seen (direction marks among it) is not there.
FOLDING = r"""
CREATE FUNCTION tickets_folded(words text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT btrim(regexp_replace(
        regexp_replace(lower(normalize(words, NFKC)), '[\u00AD\u200B-\u200F\u202A-\u202E\u2060-\u2069\uFEFF]', '', 'g'),
        '[\s\u0001-\u001F\u007F-\u009F]+', ' ', 'g'))
$$;
-- Each pair of letters, and each letter that is a word by itself, marked with the hospital: an index per tenant in one.
CREATE FUNCTION tickets_grams(hospital bigint, folded text, letters int) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT coalesce(array_agg(DISTINCT hospital || ':' || gram), '{}') FROM (
        SELECT letter AS gram FROM unnest(string_to_array(folded, NULL)) letter WHERE letters = 1 AND letter > '~'
        UNION ALL
        SELECT letter || lead(letter) OVER (ORDER BY n)
          FROM unnest(string_to_array(folded, NULL)) WITH ORDINALITY u(letter, n)
    ) grams WHERE gram IS NOT NULL AND strpos(gram, ' ') = 0
$$;
ALTER TABLE tickets_searchtext
    ADD COLUMN grams text[] GENERATED ALWAYS AS (tickets_grams(hospital_id, text, 1)) STORED;
ALTER TABLE tickets_searchtext ALTER COLUMN grams SET STATISTICS 300;
CREATE INDEX search_grams ON tickets_searchtext USING gin (grams);
"""
UNFOLD = """
ALTER TABLE tickets_searchtext DROP COLUMN grams;
DROP FUNCTION tickets_grams(bigint, text, int);
DROP FUNCTION tickets_folded(text);
"""

# Written by whoever writes the row itself, under the same policies. A department's or person's name that changes later is
# found as it was, a system's by every name it had.
TICKET_WORDS = """concat_ws(' ', {row}.number, {row}.external_number, {row}.title, {row}.words, {row}.category_name,
    (SELECT string_agg(name, ' ') FROM (SELECT name FROM contracts_system WHERE id = {row}.system_id
        UNION SELECT name FROM contracts_historicalsystem WHERE id = {row}.system_id) names),
    (SELECT name FROM tenancy_department WHERE id = {row}.department_id),
    {row}."where", {row}.reporter_name, {row}.assignee_name)"""
SEEN = ("number", "external_number", "title", "words", "category_name", "system_id", "department_id", '"where"',
        "reporter_name", "assignee_name")  # fmt: skip
NAMES = 7204  # the advisory lock of who writes a ticket down by its system's names
# What the ticket's own words and its stream do not say already: who signed and confirmed, and why without either.
RECORD_WORDS = "concat_ws(' ', {row}.number, {row}.title, {row}.system_name, {row}.category_name, {row}.solution,\n" \
    "    {row}.engineer_name, {row}.signer_name, {row}.closed_name, {row}.closed_why)"  # fmt: skip
WRITING = f"""
CREATE FUNCTION tickets_write_search() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    said text;
    whose text := '';
    of_ticket uuid;
BEGIN
    IF TG_TABLE_NAME = 'tickets_ticket' THEN
        -- Until this is committed, its system's renaming is not done with (services/renaming.py).
        PERFORM pg_advisory_xact_lock_shared({NAMES}, hashtext(NEW.system_id::text)) WHERE NEW.system_id IS NOT NULL;
        said := {TICKET_WORDS.format(row="NEW")};
        of_ticket := NEW.id;
    ELSE
        said := concat_ws(' ', NEW.by_name, NEW.text);
        of_ticket := NEW.ticket_id;
    END IF;
    IF TG_TABLE_NAME = 'tickets_note' THEN
        whose := NEW.side;
    END IF;
    INSERT INTO tickets_searchtext (id, hospital_id, vendor_id, ticket_id, side, text)
    VALUES (NEW.id, NEW.hospital_id, NEW.vendor_id, of_ticket, whose, tickets_folded(said))
    ON CONFLICT (id) DO UPDATE SET text = excluded.text;
    RETURN NULL;
END $$;
CREATE FUNCTION tickets_forget_search() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM tickets_searchtext WHERE id = OLD.id;
    RETURN NULL;
END $$;
CREATE TRIGGER search_of_ticket AFTER INSERT ON tickets_ticket
    FOR EACH ROW EXECUTE FUNCTION tickets_write_search();
CREATE TRIGGER search_of_changed_ticket AFTER UPDATE ON tickets_ticket FOR EACH ROW
    WHEN (({", ".join(f"OLD.{name}" for name in SEEN)}) IS DISTINCT FROM ({", ".join(f"NEW.{name}" for name in SEEN)}))
    EXECUTE FUNCTION tickets_write_search();
CREATE TRIGGER search_of_entry AFTER INSERT OR UPDATE OF text ON tickets_entry
    FOR EACH ROW WHEN (NEW.text <> '') EXECUTE FUNCTION tickets_write_search();
CREATE TRIGGER search_of_note AFTER INSERT OR UPDATE OF text ON tickets_note
    FOR EACH ROW EXECUTE FUNCTION tickets_write_search();
CREATE TRIGGER search_of_entry_ends AFTER DELETE ON tickets_entry
    FOR EACH ROW EXECUTE FUNCTION tickets_forget_search();
CREATE TRIGGER search_of_note_ends AFTER DELETE ON tickets_note
    FOR EACH ROW EXECUTE FUNCTION tickets_forget_search();
CREATE FUNCTION tickets_write_record_search() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO tickets_searchtext (id, hospital_id, vendor_id, ticket_id, side, text)
    VALUES (NEW.id, NEW.hospital_id, NEW.vendor_id, NEW.ticket_id, '',
            tickets_folded({RECORD_WORDS.format(row="NEW")}));
    RETURN NULL;
END $$;
CREATE TRIGGER search_of_record AFTER INSERT ON tickets_maintenancerecord
    FOR EACH ROW EXECUTE FUNCTION tickets_write_record_search();
"""
UNWRITE = """
DROP TRIGGER search_of_record ON tickets_maintenancerecord;
DROP FUNCTION tickets_write_record_search();
DROP TRIGGER search_of_note_ends ON tickets_note;
DROP TRIGGER search_of_entry_ends ON tickets_entry;
DROP TRIGGER search_of_note ON tickets_note;
DROP TRIGGER search_of_entry ON tickets_entry;
DROP TRIGGER search_of_changed_ticket ON tickets_ticket;
DROP TRIGGER search_of_ticket ON tickets_ticket;
DROP FUNCTION tickets_forget_search();
DROP FUNCTION tickets_write_search();
"""
# How often a word's rarest pair of letters occurs is in the table's statistics. A common word is near the newest tickets,
# which are walked; reading all its rows through the index cost 128 to 808 ms. What the walk does not find is rare enough.
# What the index was asked for is there whole: `rest` of it is given out, where `most` were not met on the way.
# `department` and `reporter` narrow (a ward sees its own), `with_notes` opens the notes of the caller's own side.
FIND = """
CREATE FUNCTION tickets_find(query text, most int, below uuid, with_notes boolean, department uuid, reporter uuid, rest int)
RETURNS SETOF uuid ROWS 20000  -- in the midst of another question only where it finds many (searching.saying)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET jit = off AS $$
DECLARE
    common CONSTANT int := 1500;  -- rows with the word: above that, walking is cheaper
    near CONSTANT int := 3000;    -- tickets to walk before the index is asked after all
    may int[] := wall_hospitals();
    sides text[] := CASE WHEN with_notes THEN ARRAY['', wall_side()] ELSE ARRAY[''] END;
    -- The conditions of the policy wall_read, for one party or the other.
    scope text := CASE WHEN wall_side() = 'vendor' THEN 't.vendor_id = $1 AND t.hospital_id = ANY ($2)'
                       ELSE 't.hospital_id = $1 AND t.hospital_id = ANY ($2)' END;
    owner int := CASE WHEN wall_side() = 'vendor' THEN wall_vendor() ELSE (wall_hospitals())[1] END;
    narrow text := CASE WHEN below IS NULL THEN '' ELSE ' AND t.id < $3' END
                || CASE WHEN reporter IS NULL THEN '' ELSE ' AND (t.department_id = $4 OR t.reporter_id = $5)' END;
    says text := ' NOT EXISTS (SELECT FROM unnest($6) w WHERE NOT EXISTS (SELECT FROM tickets_searchtext x
                   WHERE x.ticket_id = t.id AND x.side = ANY ($7) AND strpos(x.text, w) > 0))';
    words text[];
    rarest text;
    expected float8;
    found uuid[];
BEGIN
    SELECT array_agg(DISTINCT left(w, 40)) INTO words
      FROM (SELECT w FROM unnest(string_to_array(tickets_folded(left(query, 200)), ' ')) w WHERE w <> '' LIMIT 8) s;
    IF words IS NULL OR owner IS NULL THEN RETURN; END IF;

    WITH frequent AS MATERIALIZED (
        SELECT gram, share FROM pg_stats s,
               unnest(s.most_common_elems::text::text[], s.most_common_elem_freqs) AS u(gram, share)
         WHERE s.schemaname = 'public' AND s.tablename = 'tickets_searchtext' AND s.attname = 'grams'
    ), needed AS (
        SELECT w, h, gram FROM unnest(words) w, unnest(may) h, unnest(tickets_grams(h, w, least(length(w), 2))) gram
    ), of_hospital AS (
        SELECT w, h, min(coalesce(share, 0)) AS share FROM needed LEFT JOIN frequent USING (gram) GROUP BY w, h
    )
    SELECT w, sum(share) * (SELECT reltuples FROM pg_class WHERE oid = 'public.tickets_searchtext'::regclass)
      INTO rarest, expected FROM of_hospital GROUP BY w ORDER BY 2, length(w) DESC LIMIT 1;

    -- Who wants more than is walked at most goes by the index at once.
    IF rarest IS NULL OR (expected > common AND most <= near) THEN
        EXECUTE format('SELECT array_agg(id) FROM (SELECT t.id FROM (
                            SELECT t.id FROM tickets_ticket t WHERE %s ORDER BY t.id DESC LIMIT $9) t
                         WHERE %s ORDER BY t.id DESC LIMIT $8) n', scope || narrow, says)
           INTO found USING owner, may, below, department, reporter, words, sides, most, near;
        IF rarest IS NULL OR cardinality(found) >= most THEN
            RETURN QUERY SELECT unnest(found);
            RETURN;
        END IF;
    END IF;

    RETURN QUERY EXECUTE format('SELECT t.id FROM (
            SELECT DISTINCT x.ticket_id AS id FROM unnest($2) h CROSS JOIN LATERAL (
                SELECT s.ticket_id FROM tickets_searchtext s
                 WHERE s.grams @> tickets_grams(h, $9, $10) AND s.side = ANY ($7) AND strpos(s.text, $9) > 0) x
        ) f JOIN tickets_ticket t USING (id) WHERE %s AND %s ORDER BY t.id DESC LIMIT $8', scope || narrow,
        CASE WHEN cardinality(words) > 1 THEN says ELSE 'true' END)  -- a single word is in what was found by it
        USING owner, may, below, department, reporter, words, sides, rest, rarest, least(length(rarest), 2);
END $$;
"""
# A hundred thousand tickets may be of the system: they are done afterwards, in portions (services/renaming.py).
RENAMED = """
CREATE FUNCTION tickets_search_of_renamed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO tickets_renamedsystem (id, hospital_id, vendor_id, system_id, is_last)
    VALUES (gen_random_uuid(), NEW.hospital_id, NEW.vendor_id, NEW.id, false)
    ON CONFLICT (hospital_id, system_id) DO UPDATE SET after = NULL, is_last = false;
    RETURN NULL;
END $$;
CREATE TRIGGER search_of_renamed_system AFTER UPDATE OF name ON contracts_system FOR EACH ROW
    WHEN (OLD.name IS DISTINCT FROM NEW.name) EXECUTE FUNCTION tickets_search_of_renamed();
"""
NOT_RENAMED = """
DROP TRIGGER search_of_renamed_system ON contracts_system;
DROP FUNCTION tickets_search_of_renamed();
"""
HAND_OVER = f"""
GRANT CREATE ON SCHEMA public TO {WATCH};
ALTER FUNCTION tickets_find(text, int, uuid, boolean, uuid, uuid, int) OWNER TO {WATCH};
REVOKE CREATE ON SCHEMA public FROM {WATCH};
REVOKE ALL ON FUNCTION tickets_find(text, int, uuid, boolean, uuid, uuid, int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION tickets_find(text, int, uuid, boolean, uuid, uuid, int) TO {APP};
"""


class Migration(migrations.Migration):
    dependencies = [("tickets", "0004_closing")]

    operations = [
        Behind(
            "SearchText",
            Ownership.PARTIES,
            f"{READ_BY_PARTIES} AND {OF_ONE_SIDE}",
            f"{WRITTEN_BY_PARTIES} AND {OF_ONE_SIDE}",
        ),
        Behind("RenamedSystem", Ownership.PARTIES),
        migrations.RunSQL(FOLDING, UNFOLD),
        migrations.RunSQL(WRITING, UNWRITE),
        migrations.RunSQL(RENAMED, NOT_RENAMED),
        migrations.RunSQL(FIND, "DROP FUNCTION tickets_find(text, int, uuid, boolean, uuid, uuid, int)"),
        migrations.RunSQL(HAND_OVER, migrations.RunSQL.noop),
    ]
