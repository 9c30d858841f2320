from django.db import migrations

from servicedesk.tenancy.enums import Ownership
from servicedesk.tenancy.policies import Behind


class Migration(migrations.Migration):
    dependencies = [("files", "0001_initial"), ("tenancy", "0002_wall")]

    operations = [Behind("StoredFile", Ownership.PARTIES)]
