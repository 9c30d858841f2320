import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
import servicedesk.tenancy.ids
import servicedesk.tenancy.keys
import simple_history.models
from django.conf import settings
from django.db import migrations, models

from servicedesk.tenancy.at_once import AtOnce


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        AtOnce(
            operations=[
                migrations.CreateModel(
                    name='HistoricalHospital',
                    fields=[
                        ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                        ('code', models.CharField(db_index=True, max_length=31, validators=[django.core.validators.RegexValidator('^[a-z][a-z0-9-]{1,30}$', 'Two to 31 small letters, digits or hyphens, a letter first.')], verbose_name='code')),
                        ('name', models.CharField(max_length=100, verbose_name='name')),
                        ('short_name', models.CharField(max_length=20, verbose_name='short name')),
                        ('created_at', models.DateTimeField(blank=True, editable=False)),
                        ('hue', models.PositiveSmallIntegerField(default=210, validators=[django.core.validators.MaxValueValidator(359)], verbose_name='hue of its tag')),
                        ('letters', models.CharField(blank=True, db_index=True, max_length=12, validators=[django.core.validators.RegexValidator('^[A-HJKMNPR-Z2-9]+$', 'Capital letters and digits. Not I, O, L, Q, 0, 1: they are mistaken for others on the telephone and on paper.')], verbose_name='letters before its numbers')),
                        ('history_id', models.AutoField(primary_key=True, serialize=False)),
                        ('history_date', models.DateTimeField(db_index=True)),
                        ('history_change_reason', models.CharField(max_length=100, null=True)),
                        ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                        ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'verbose_name': 'historical hospital',
                        'verbose_name_plural': 'historical hospitals',
                        'ordering': ('-history_date', '-history_id'),
                        'get_latest_by': ('history_date', 'history_id'),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name='Hospital',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('code', models.CharField(max_length=31, unique=True, validators=[django.core.validators.RegexValidator('^[a-z][a-z0-9-]{1,30}$', 'Two to 31 small letters, digits or hyphens, a letter first.')], verbose_name='code')),
                        ('name', models.CharField(max_length=100, verbose_name='name')),
                        ('short_name', models.CharField(max_length=20, verbose_name='short name')),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('hue', models.PositiveSmallIntegerField(default=210, validators=[django.core.validators.MaxValueValidator(359)], verbose_name='hue of its tag')),
                        ('letters', models.CharField(blank=True, max_length=12, unique=True, validators=[django.core.validators.RegexValidator('^[A-HJKMNPR-Z2-9]+$', 'Capital letters and digits. Not I, O, L, Q, 0, 1: they are mistaken for others on the telephone and on paper.')], verbose_name='letters before its numbers')),
                    ],
                    options={
                        'verbose_name': 'hospital',
                        'ordering': ['name'],
                    },
                ),
                migrations.CreateModel(
                    name='HistoricalVendor',
                    fields=[
                        ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                        ('code', models.CharField(db_index=True, max_length=31, validators=[django.core.validators.RegexValidator('^[a-z][a-z0-9-]{1,30}$', 'Two to 31 small letters, digits or hyphens, a letter first.')], verbose_name='code')),
                        ('name', models.CharField(max_length=100, verbose_name='name')),
                        ('short_name', models.CharField(max_length=20, verbose_name='short name')),
                        ('created_at', models.DateTimeField(blank=True, editable=False)),
                        ('history_id', models.AutoField(primary_key=True, serialize=False)),
                        ('history_date', models.DateTimeField(db_index=True)),
                        ('history_change_reason', models.CharField(max_length=100, null=True)),
                        ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                        ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'verbose_name': 'historical vendor',
                        'verbose_name_plural': 'historical vendors',
                        'ordering': ('-history_date', '-history_id'),
                        'get_latest_by': ('history_date', 'history_id'),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name='Vendor',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('code', models.CharField(max_length=31, unique=True, validators=[django.core.validators.RegexValidator('^[a-z][a-z0-9-]{1,30}$', 'Two to 31 small letters, digits or hyphens, a letter first.')], verbose_name='code')),
                        ('name', models.CharField(max_length=100, verbose_name='name')),
                        ('short_name', models.CharField(max_length=20, verbose_name='short name')),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                    ],
                    options={
                        'verbose_name': 'vendor',
                        'ordering': ['name'],
                    },
                ),
                migrations.CreateModel(
                    name='HistoricalDepartment',
                    fields=[
                        ('id', models.UUIDField(db_index=True, default=servicedesk.tenancy.ids.uuid7, editable=False)),
                        ('name', models.CharField(max_length=60, verbose_name='name')),
                        ('phone', models.CharField(blank=True, max_length=20, verbose_name='extension')),
                        ('closed_at', models.DateTimeField(editable=False, null=True)),
                        ('hospital', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='tenancy.hospital')),
                        ('history_id', models.AutoField(primary_key=True, serialize=False)),
                        ('history_date', models.DateTimeField(db_index=True)),
                        ('history_change_reason', models.CharField(max_length=100, null=True)),
                        ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                        ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'verbose_name': 'historical department',
                        'verbose_name_plural': 'historical departments',
                        'ordering': ('-history_date', '-history_id'),
                        'get_latest_by': ('history_date', 'history_id'),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name='Department',
                    fields=[
                        ('id', models.UUIDField(default=servicedesk.tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                        ('hospital', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='tenancy.hospital')),
                        ('name', models.CharField(max_length=60, verbose_name='name')),
                        ('phone', models.CharField(blank=True, max_length=20, verbose_name='extension')),
                        ('closed_at', models.DateTimeField(editable=False, null=True)),
                    ],
                    options={
                        'verbose_name': 'department',
                        'ordering': ['name', 'id'],
                        'constraints': [models.UniqueConstraint(fields=('hospital', 'id'), name='department_of_hospital'), models.UniqueConstraint(fields=('hospital', 'name'), name='department_name_once', violation_error_message='The hospital already has a department of this name.')],
                    },
                ),
                migrations.CreateModel(
                    name='HistoricalPlace',
                    fields=[
                        ('id', models.UUIDField(db_index=True, default=servicedesk.tenancy.ids.uuid7, editable=False)),
                        ('campus', models.CharField(blank=True, max_length=40, verbose_name='campus')),
                        ('building', models.CharField(max_length=40, verbose_name='building')),
                        ('floor', models.CharField(blank=True, max_length=20, verbose_name='floor')),
                        ('room', models.CharField(blank=True, max_length=40, verbose_name='room')),
                        ('closed_at', models.DateTimeField(editable=False, null=True)),
                        ('hospital', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='tenancy.hospital')),
                        ('department', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='tenancy.department', verbose_name='department')),
                        ('history_id', models.AutoField(primary_key=True, serialize=False)),
                        ('history_date', models.DateTimeField(db_index=True)),
                        ('history_change_reason', models.CharField(max_length=100, null=True)),
                        ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                        ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'verbose_name': 'historical place',
                        'verbose_name_plural': 'historical places',
                        'ordering': ('-history_date', '-history_id'),
                        'get_latest_by': ('history_date', 'history_id'),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name='Place',
                    fields=[
                        ('id', models.UUIDField(default=servicedesk.tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                        ('hospital', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='tenancy.hospital')),
                        ('department', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, to='tenancy.department', verbose_name='department')),
                        ('campus', models.CharField(blank=True, max_length=40, verbose_name='campus')),
                        ('building', models.CharField(max_length=40, verbose_name='building')),
                        ('floor', models.CharField(blank=True, max_length=20, verbose_name='floor')),
                        ('room', models.CharField(blank=True, max_length=40, verbose_name='room')),
                        ('closed_at', models.DateTimeField(editable=False, null=True)),
                    ],
                    options={
                        'verbose_name': 'place',
                        'ordering': ['campus', 'building', 'floor', 'room', 'id'],
                        'constraints': [models.UniqueConstraint(fields=('hospital', 'id'), name='place_of_hospital'), servicedesk.tenancy.keys.TenantKey('department', name='place_department_same_hospital', owner=('hospital',))],
                    },
                ),
                migrations.CreateModel(
                    name='HistoricalMembership',
                    fields=[
                        ('id', models.UUIDField(db_index=True, default=servicedesk.tenancy.ids.uuid7, editable=False)),
                        ('role', models.CharField(choices=[('ward_reporter', 'Ward reporter'), ('it_engineer', 'Hospital IT engineer'), ('it_lead', 'Hospital IT lead'), ('hospital_auditor', 'Hospital auditor'), ('vendor_engineer', 'Vendor engineer'), ('project_manager', 'Vendor project manager'), ('vendor_manager', 'Vendor manager'), ('account_manager', 'Vendor account manager'), ('system_administrator', 'System administrator'), ('security_administrator', 'Security administrator'), ('audit_administrator', 'Audit administrator')], max_length=30, verbose_name='role')),
                        ('name', models.CharField(max_length=60, verbose_name='name')),
                        ('phone', models.CharField(blank=True, max_length=30, verbose_name='phone')),
                        ('email', models.EmailField(blank=True, max_length=254, verbose_name='mail address')),
                        ('is_machine', models.BooleanField(default=False, editable=False)),
                        ('from_at', models.DateTimeField(verbose_name='from')),
                        ('until_at', models.DateTimeField(blank=True, null=True, verbose_name='until')),
                        ('user', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('hospital', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='tenancy.hospital')),
                        ('vendor', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='tenancy.vendor')),
                        ('department', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='tenancy.department', verbose_name='department')),
                        ('history_id', models.AutoField(primary_key=True, serialize=False)),
                        ('history_date', models.DateTimeField(db_index=True)),
                        ('history_change_reason', models.CharField(max_length=100, null=True)),
                        ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                        ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'verbose_name': 'historical membership',
                        'verbose_name_plural': 'historical memberships',
                        'ordering': ('-history_date', '-history_id'),
                        'get_latest_by': ('history_date', 'history_id'),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name='Membership',
                    fields=[
                        ('id', models.UUIDField(default=servicedesk.tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to=settings.AUTH_USER_MODEL)),
                        ('hospital', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='tenancy.hospital')),
                        ('vendor', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='tenancy.vendor')),
                        ('role', models.CharField(choices=[('ward_reporter', 'Ward reporter'), ('it_engineer', 'Hospital IT engineer'), ('it_lead', 'Hospital IT lead'), ('hospital_auditor', 'Hospital auditor'), ('vendor_engineer', 'Vendor engineer'), ('project_manager', 'Vendor project manager'), ('vendor_manager', 'Vendor manager'), ('account_manager', 'Vendor account manager'), ('system_administrator', 'System administrator'), ('security_administrator', 'Security administrator'), ('audit_administrator', 'Audit administrator')], max_length=30, verbose_name='role')),
                        ('department', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, to='tenancy.department', verbose_name='department')),
                        ('name', models.CharField(max_length=60, verbose_name='name')),
                        ('phone', models.CharField(blank=True, max_length=30, verbose_name='phone')),
                        ('email', models.EmailField(blank=True, max_length=254, verbose_name='mail address')),
                        ('is_machine', models.BooleanField(default=False, editable=False)),
                        ('from_at', models.DateTimeField(verbose_name='from')),
                        ('until_at', models.DateTimeField(blank=True, null=True, verbose_name='until')),
                    ],
                    options={
                        'verbose_name': 'membership',
                        'ordering': ['name', 'id'],
                        'constraints': [models.UniqueConstraint(fields=('hospital', 'id'), name='membership_of_hospital'), models.UniqueConstraint(fields=('vendor', 'id'), name='membership_of_vendor'), servicedesk.tenancy.keys.TenantKey('department', name='membership_department_same_hospital', owner=('hospital',)), models.CheckConstraint(condition=models.Q(models.Q(('hospital__isnull', False), ('role__in', ['ward_reporter', 'it_engineer', 'it_lead', 'hospital_auditor']), ('vendor__isnull', True)), models.Q(('department__isnull', True), ('hospital__isnull', True), ('role__in', ['vendor_engineer', 'project_manager', 'vendor_manager', 'account_manager']), ('vendor__isnull', False)), models.Q(('department__isnull', True), ('hospital__isnull', True), ('role__in', ['system_administrator', 'security_administrator', 'audit_administrator']), ('vendor__isnull', True)), _connector='OR'), name='membership_role_fits_organisation'), models.CheckConstraint(condition=models.Q(('until_at__isnull', True), ('until_at__gte', models.F('from_at')), _connector='OR'), name='membership_ends_after_start'), models.UniqueConstraint(condition=models.Q(('until_at__isnull', True)), fields=('hospital', 'vendor', 'user'), name='one_open_membership_per_organisation', nulls_distinct=False)],
                    },
                ),
                migrations.CreateModel(
                    name='HistoricalEngagement',
                    fields=[
                        ('id', models.UUIDField(db_index=True, default=servicedesk.tenancy.ids.uuid7, editable=False)),
                        ('from_on', models.DateField(verbose_name='from')),
                        ('to_on', models.DateField(blank=True, null=True, verbose_name='to')),
                        ('read_until', models.DateField(blank=True, null=True, verbose_name='may read until')),
                        ('hospital', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='tenancy.hospital')),
                        ('vendor', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='tenancy.vendor')),
                        ('history_id', models.AutoField(primary_key=True, serialize=False)),
                        ('history_date', models.DateTimeField(db_index=True)),
                        ('history_change_reason', models.CharField(max_length=100, null=True)),
                        ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                        ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'verbose_name': 'historical engagement',
                        'verbose_name_plural': 'historical engagements',
                        'ordering': ('-history_date', '-history_id'),
                        'get_latest_by': ('history_date', 'history_id'),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name='Engagement',
                    fields=[
                        ('id', models.UUIDField(default=servicedesk.tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                        ('hospital', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='tenancy.hospital')),
                        ('vendor', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='tenancy.vendor')),
                        ('from_on', models.DateField(verbose_name='from')),
                        ('to_on', models.DateField(blank=True, null=True, verbose_name='to')),
                        ('read_until', models.DateField(blank=True, null=True, verbose_name='may read until')),
                    ],
                    options={
                        'verbose_name': 'engagement',
                        'ordering': ['from_on', 'id'],
                        'constraints': [models.UniqueConstraint(fields=('hospital', 'vendor', 'id'), name='engagement_of_parties'), models.CheckConstraint(condition=models.Q(('to_on__isnull', True), ('to_on__gte', models.F('from_on')), _connector='OR'), name='engagement_ends_after_start'), models.CheckConstraint(condition=models.Q(('read_until__isnull', True), models.Q(('read_until__gte', models.F('to_on')), ('to_on__isnull', False)), _connector='OR'), name='engagement_reads_after_end')],
                    },
                ),
                migrations.CreateModel(
                    name='SupportSession',
                    fields=[
                        ('id', models.UUIDField(default=servicedesk.tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                        ('hospital', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='tenancy.hospital')),
                        ('operator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='tenancy.membership')),
                        ('operator_name', models.CharField(max_length=60, verbose_name='operator')),
                        ('reason', models.CharField(max_length=300, verbose_name='reason')),
                        ('from_at', models.DateTimeField(verbose_name='from')),
                        ('until_at', models.DateTimeField(verbose_name='until')),
                        ('closed_at', models.DateTimeField(null=True, verbose_name='closed')),
                    ],
                    options={
                        'verbose_name': 'support session',
                        'ordering': ['-from_at', '-id'],
                        'constraints': [models.CheckConstraint(condition=models.Q(('until_at__gt', models.F('from_at')), ('until_at__lte', django.db.models.expressions.CombinedExpression(models.F('from_at'), '+', models.Value('30 minutes')))), name='support_session_is_short'), models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='support_session_has_reason')],
                    },
                ),
                migrations.CreateModel(
                    name='Matter',
                    fields=[
                        ('id', models.UUIDField(default=servicedesk.tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                        ('hospital', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='tenancy.hospital')),
                        ('vendor', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='tenancy.vendor')),
                        ('kind', models.CharField(max_length=30, verbose_name='kind')),
                        ('label', models.CharField(max_length=120, verbose_name='label')),
                        ('url', models.CharField(max_length=200)),
                        ('next_due_at', models.DateTimeField(blank=True, null=True, verbose_name='next due')),
                    ],
                    options={
                        'verbose_name': 'matter',
                        'ordering': [models.OrderBy(models.F('next_due_at'), nulls_last=True), 'id'],
                        'indexes': [models.Index(fields=['hospital', 'next_due_at'], name='matter_by_due')],
                        'constraints': [models.UniqueConstraint(fields=('hospital', 'vendor', 'id'), name='matter_of_parties')],
                    },
                ),
            ],
        ),
    ]
