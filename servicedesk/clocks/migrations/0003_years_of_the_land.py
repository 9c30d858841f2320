"""The statutory days as shipped: published years as they were announced, later ones provisional."""

from datetime import UTC, datetime

from django.db import migrations

from servicedesk.clocks.mainland import PUBLISHED_THROUGH, statutory
from servicedesk.sla.calendar import FIRST_YEAR, LAST_YEAR

SHIPPED_AT = datetime(2026, 11, 21, tzinfo=UTC)


def seed(apps, schema_editor):
    LandYear = apps.get_model("clocks", "LandYear")
    LandYear.objects.using(schema_editor.connection.alias).bulk_create(
        LandYear(
            year=year,
            version=1,
            is_published=year <= PUBLISHED_THROUGH,
            closed=[day.isoformat() for day in sorted(statutory(year).closed)],
            worked=[day.isoformat() for day in sorted(statutory(year).worked)],
            source="holidays",
            made_at=SHIPPED_AT,
        )
        for year in range(FIRST_YEAR, LAST_YEAR + 1)
    )


class Migration(migrations.Migration):
    dependencies = [("clocks", "0002_wall")]

    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
