"""A sticker may name no system: it stands for all that are at its place. And the ward's first page reads what was
announced, never a guess."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

import servicedesk.tenancy.keys

OVER = "('closed', 'merged', 'withdrawn')"
OPEN = "t.state IN ('call_awaited', 'handed_over', 'reported', 'resolved', 'signed', 'waiting', 'working')"
HEAD = "tickets_home_of_ward(of_hospital bigint, of_department uuid, me uuid)"
TELLS = """RETURNS TABLE (kind text, id uuid, number text, title text, severity text, state text, due_at timestamptz,
    assignee text, hospital bigint, words text)"""
MINE = """(SELECT 'mine'::text, t.id, t.number::text, t.title::text, t.severity::text, t.state::text, t.due_at,
        t.assignee_name::text, t.hospital_id::bigint, ''::text
   FROM tickets_ticket t WHERE t.hospital_id = of_hospital AND t.reporter_id = me ORDER BY t.id DESC LIMIT 6)"""
ANNOUNCED = f"""(SELECT 'outages'::text, o.id, ''::text, o.title::text, ''::text, ''::text, o.expected_at,
        ''::text, o.hospital_id::bigint, o.words::text
   FROM tickets_outage o JOIN tickets_ticket t ON t.id = o.ticket_id AND t.hospital_id = o.hospital_id
  WHERE o.hospital_id = of_hospital AND o.ended_at IS NULL AND t.state NOT IN {OVER}
  ORDER BY o.announced_at DESC, o.id DESC LIMIT 6)"""
GUESSED = f"""(SELECT 'outages'::text, t.id, t.number::text, t.title::text, t.severity::text, t.state::text, t.due_at,
        t.assignee_name::text, t.hospital_id::bigint, ''::text
   FROM tickets_ticket t
  WHERE t.hospital_id = of_hospital AND (t.department_id = of_department OR t.reporter_id = me) AND {OPEN}
    AND (t.severity IN ('1', 'A')
         OR EXISTS (SELECT FROM tickets_ticket o WHERE o.parent_id = t.id AND o.hospital_id = of_hospital))
  ORDER BY t.due_at NULLS LAST, t.id LIMIT 6)"""


def function(outages: str) -> str:
    return (
        f"CREATE OR REPLACE FUNCTION {HEAD} {TELLS} LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan "
        f"AS $$\n#variable_conflict use_column\nBEGIN RETURN QUERY\n{MINE} UNION ALL {outages};\nEND $$;"
    )


class Migration(migrations.Migration):
    dependencies = [
        ("tickets", "0080_ticket_page"),
        ("contracts", "0005_who_decides"),
        ("tenancy", "0004_enter_says_more"),
    ]

    operations = [
        migrations.RemoveConstraint("scan", "scan_sticker_same_parties"),
        migrations.RemoveConstraint("sticker", "sticker_of_parties"),
        migrations.AlterField(
            "sticker",
            "vendor",
            models.ForeignKey(
                db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, to="tenancy.vendor"
            ),
        ),
        migrations.AlterField(
            "sticker",
            "contract",
            models.ForeignKey(
                db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT,
                related_name="+", to="contracts.contract",
            ),
        ),
        migrations.AddConstraint(
            "sticker", models.UniqueConstraint(fields=("hospital", "id"), name="sticker_of_hospital")
        ),
        migrations.AddConstraint(
            "sticker",
            models.CheckConstraint(
                name="sticker_names_a_vendor_with_its_contract",
                condition=Q(contract__isnull=True, vendor__isnull=True, system__isnull=True)
                | Q(contract__isnull=False, vendor__isnull=False),
            ),
        ),
        migrations.AddConstraint(
            "scan", servicedesk.tenancy.keys.TenantKey("sticker", name="scan_sticker_same_hospital")
        ),
        migrations.RunSQL(function(ANNOUNCED), function(GUESSED)),
    ]  # fmt: skip
