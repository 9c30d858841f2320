import django.db.models.deletion
import servicedesk.tenancy.ids
import servicedesk.tenancy.keys
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('tenancy', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='StoredFile',
            fields=[
                ('id', models.UUIDField(default=servicedesk.tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('hospital', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='tenancy.hospital')),
                ('vendor', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='tenancy.vendor')),
                ('matter', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='files', to='tenancy.matter')),
                ('name', models.CharField(max_length=255, verbose_name='name')),
                ('media_type', models.CharField(max_length=100)),
                ('size', models.PositiveBigIntegerField(verbose_name='size in bytes')),
                ('sha256', models.CharField(max_length=64)),
                ('added_by', models.UUIDField(verbose_name='added by')),
                ('added_at', models.DateTimeField(verbose_name='added')),
            ],
            options={
                'verbose_name': 'file',
                'ordering': ['added_at', 'id'],
                'indexes': [models.Index(fields=['hospital', 'matter', 'added_at'], name='files_of_matter'), models.Index(fields=['hospital', 'sha256'], include=('size',), name='files_by_content')],
                'constraints': [models.UniqueConstraint(fields=('hospital', 'vendor', 'id'), name='file_of_parties'), servicedesk.tenancy.keys.TenantKey('matter', name='file_matter_same_parties', owner=('hospital', 'vendor'))],
            },
        ),
    ]
