import django.db.models.functions.datetime
import servicedesk.tenancy.ids
from django.db import migrations, models

from servicedesk.tenancy.at_once import AtOnce


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        AtOnce(
            operations=[
                migrations.CreateModel(
                    name='Link',
                    fields=[
                        ('record_id', models.UUIDField(primary_key=True, serialize=False)),
                        ('hospital_id', models.IntegerField(null=True)),
                        ('vendor_id', models.IntegerField(null=True)),
                        ('chain', models.CharField(max_length=24)),
                        ('position', models.BigIntegerField()),
                        ('block', models.IntegerField()),
                        ('hash', models.BinaryField(max_length=32)),
                    ],
                    options={
                        'verbose_name': 'place in the chain',
                        'ordering': ['chain', 'position'],
                        'constraints': [models.UniqueConstraint(fields=('chain', 'position'), name='link_position_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Block',
                    fields=[
                        ('id', models.UUIDField(default=servicedesk.tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                        ('hospital_id', models.IntegerField(null=True)),
                        ('vendor_id', models.IntegerField(null=True)),
                        ('chain', models.CharField(max_length=24)),
                        ('number', models.IntegerField()),
                        ('first', models.BigIntegerField()),
                        ('last', models.BigIntegerField()),
                        ('head', models.BinaryField(max_length=32)),
                        ('encoding', models.PositiveSmallIntegerField()),
                        ('sealed_at', models.DateTimeField(verbose_name='sealed')),
                    ],
                    options={
                        'verbose_name': 'sealed block',
                        'ordering': ['chain', 'number'],
                        'constraints': [models.UniqueConstraint(fields=('chain', 'number'), name='block_number_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Pending',
                    fields=[
                        ('record_id', models.UUIDField(primary_key=True, serialize=False)),
                        ('chain', models.CharField(max_length=24)),
                    ],
                    options={
                        'verbose_name': 'record waiting for its seal',
                        'ordering': ['record_id'],
                    },
                ),
                migrations.CreateModel(
                    name='Record',
                    fields=[
                        ('id', models.UUIDField(default=servicedesk.tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                        ('hospital_id', models.IntegerField(null=True)),
                        ('vendor_id', models.IntegerField(null=True)),
                        ('at', models.DateTimeField(verbose_name='when')),
                        ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        ('act', models.CharField(max_length=60, verbose_name='act')),
                        ('result', models.CharField(choices=[('done', 'done'), ('denied', 'denied'), ('failed', 'failed')], default='done', max_length=10, verbose_name='result')),
                        ('subject_kind', models.CharField(blank=True, max_length=60)),
                        ('subject_id', models.CharField(blank=True, max_length=60)),
                        ('by_user', models.UUIDField(null=True)),
                        ('by_membership', models.UUIDField(null=True)),
                        ('by_role', models.CharField(blank=True, choices=[('ward_reporter', 'Ward reporter'), ('it_engineer', 'Hospital IT engineer'), ('it_lead', 'Hospital IT lead'), ('hospital_auditor', 'Hospital auditor'), ('vendor_engineer', 'Vendor engineer'), ('project_manager', 'Vendor project manager'), ('vendor_manager', 'Vendor manager'), ('account_manager', 'Vendor account manager'), ('system_administrator', 'System administrator'), ('security_administrator', 'Security administrator'), ('audit_administrator', 'Audit administrator')], max_length=30)),
                        ('address', models.CharField(blank=True, max_length=45, verbose_name='address')),
                        ('request_id', models.CharField(blank=True, max_length=64)),
                        ('words', models.JSONField(default=dict)),
                    ],
                    options={
                        'verbose_name': 'audit record',
                        'ordering': ['-at', '-id'],
                        'indexes': [models.Index(fields=['hospital_id', '-at', '-id'], name='trail_of_hospital'), models.Index(fields=['vendor_id', '-at', '-id'], name='trail_of_vendor'), models.Index(fields=['hospital_id', 'subject_kind', 'subject_id', 'at'], name='trail_of_subject'), models.Index(fields=['by_user', '-at', '-id'], name='trail_of_person'), models.Index(condition=models.Q(('hospital_id', None), ('vendor_id', None)), fields=['-at', '-id'], name='trail_of_platform')],
                    },
                ),
            ],
        ),
    ]
