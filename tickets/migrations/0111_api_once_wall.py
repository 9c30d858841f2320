"""What programs were answered stands with their own organisation."""

from django.db import migrations

from servicedesk.tenancy.enums import Ownership
from servicedesk.tenancy.policies import Behind


class Migration(migrations.Migration):
    dependencies = [("tickets", "0110_api_once")]

    operations = [Behind("KeptAnswer", Ownership.EITHER)]
