"""What a report asks of a contract, and whom an act tells, as a function each: PostgreSQL keeps their plans, as of a
ticket's page (0008). Both run as whoever asks, behind the wall."""

from django.db import migrations

PLAIN = "LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan"
AT_REPORT = f"""
CREATE FUNCTION contract_at_report(of_contract uuid, of_category text, moment timestamptz) RETURNS jsonb {PLAIN} AS $$
DECLARE
    v contracts_matrixversion%ROWTYPE;
BEGIN
    SELECT x.* INTO v FROM contracts_matrixversion x
     WHERE x.contract_id = of_contract AND x.activated_at IS NOT NULL AND x.active_from <= moment
     ORDER BY x.active_from DESC, x.version DESC LIMIT 1;
    RETURN jsonb_build_object(
        'signings', (SELECT jsonb_agg(jsonb_build_object('id', x.id, 'from_on', x.from_on, 'to_on', x.to_on)
                                      ORDER BY x.from_on, x.id) FROM contracts_signing x WHERE x.contract_id = of_contract),
        'item', (SELECT jsonb_build_object('id', x.id, 'category', x.category, 'name', x.name, 'roles', x.roles)
                   FROM contracts_catalogueitem x WHERE x.contract_id = of_contract AND x.category = of_category),
        'version', CASE WHEN v.id IS NOT NULL THEN jsonb_build_object('id', v.id, 'version', v.version,
                       'marks_itself', v.marks_itself, 'activated_at', v.activated_at, 'calendar_id', v.calendar_id) END,
        'calendar', (SELECT coalesce(n.id, m.id) FROM clocks_workcalendar m LEFT JOIN clocks_workcalendar n
                       ON n.hospital_id = m.hospital_id AND n.vendor_id = m.vendor_id AND n.name = m.name
                      AND n.replaced_at IS NULL WHERE m.id = v.calendar_id));
END $$;
"""
TOLD = f"""
CREATE FUNCTION ticket_told(of_desk uuid, of_hospital int, of_vendor int, others uuid[], at timestamptz) RETURNS jsonb
{PLAIN} AS $$
DECLARE
    named uuid[] := ARRAY(SELECT p.of_hospital_id FROM clocks_post p
                           WHERE p.desk_id = of_desk AND p.of_hospital_id IS NOT NULL
                             AND p.role IN ('hospital_it', 'hospital_lead') ORDER BY p.role);
    duty uuid[] := ARRAY(SELECT d.member FROM clocks_on_duty(ARRAY[of_desk], at) d WHERE d.level = 1);
BEGIN
    RETURN jsonb_build_object('named', to_jsonb(named), 'duty', to_jsonb(duty),
        'people', (SELECT jsonb_agg(jsonb_build_array(p.id, p.hospital_id, p.vendor_id, p.has_mail, p.has_phone, p.choices))
                     FROM notices_people(named || duty || others) p),
        'receivers', (SELECT jsonb_agg(jsonb_build_array(r.id, r.hospital_id, r.vendor_id, r.channel, r.wants))
                        FROM notices_receivers(named || duty || others) r),
        'subscribers', (SELECT jsonb_agg(jsonb_build_array(s.id, s.hospital_id, s.vendor_id, s.events))
                          FROM notices_subscribers(of_hospital, of_vendor) s));
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("tickets", "0008_plans_that_are_kept"),
        ("contracts", "0003_who_decides"),
        ("notices", "0003_subscribers"),
    ]

    operations = [
        migrations.RunSQL(AT_REPORT, "DROP FUNCTION contract_at_report"),
        migrations.RunSQL(TOLD, "DROP FUNCTION ticket_told"),
    ]
