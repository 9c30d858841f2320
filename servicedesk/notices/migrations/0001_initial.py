import django.core.validators
import django.db.models.deletion
import servicedesk.tenancy.ids
import simple_history.models
from django.conf import settings
from django.db import migrations, models

from servicedesk.tenancy.at_once import AtOnce


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ('tenancy', '0001_initial'),
    ]

    operations = [
        AtOnce(
            operations=[
                migrations.CreateModel(
                    name='HistoricalTarget',
                    fields=[
                        ('id', models.UUIDField(db_index=True, default=servicedesk.tenancy.ids.uuid7, editable=False)),
                        ('host', models.CharField(max_length=253, verbose_name='host')),
                        ('port', models.PositiveIntegerField(validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(65535)], verbose_name='port')),
                        ('hospital', models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='tenancy.hospital')),
                        ('vendor', models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='tenancy.vendor')),
                        ('history_id', models.AutoField(primary_key=True, serialize=False)),
                        ('history_date', models.DateTimeField(db_index=True)),
                        ('history_change_reason', models.CharField(max_length=100, null=True)),
                        ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                        ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'verbose_name': 'historical allowed target',
                        'verbose_name_plural': 'historical allowed targets',
                        'ordering': ('-history_date', '-history_id'),
                        'get_latest_by': ('history_date', 'history_id'),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name='Target',
                    fields=[
                        ('id', models.UUIDField(default=servicedesk.tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                        ('hospital', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.CASCADE, to='tenancy.hospital')),
                        ('vendor', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.CASCADE, to='tenancy.vendor')),
                        ('host', models.CharField(max_length=253, verbose_name='host')),
                        ('port', models.PositiveIntegerField(validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(65535)], verbose_name='port')),
                    ],
                    options={
                        'verbose_name': 'allowed target',
                        'ordering': ['host', 'port'],
                        'constraints': [models.CheckConstraint(condition=models.Q(('hospital__isnull', True), ('vendor__isnull', True), _connector='OR'), name='target_of_one_organisation'), models.UniqueConstraint(fields=('hospital', 'vendor', 'host', 'port'), name='target_once', nulls_distinct=False)],
                    },
                ),
                migrations.CreateModel(
                    name='HistoricalReceiver',
                    fields=[
                        ('id', models.UUIDField(db_index=True, default=servicedesk.tenancy.ids.uuid7, editable=False)),
                        ('name', models.CharField(max_length=60, verbose_name='name')),
                        ('channel', models.CharField(choices=[('inbox', 'Inbox'), ('mail', 'Mail'), ('sms', 'Text message'), ('webhook', 'Webhook'), ('wecom', 'WeCom robot'), ('dingtalk', 'DingTalk robot'), ('feishu', 'Feishu robot')], max_length=10, verbose_name='channel')),
                        ('shown', models.CharField(max_length=280, verbose_name='address')),
                        ('wants', models.CharField(choices=[('everything', 'Everything'), ('escalations', 'Escalations only'), ('acts', 'Every act on tickets, for a program')], default='everything', max_length=12, verbose_name='wants')),
                        ('events', models.JSONField(default=list, verbose_name='which acts')),
                        ('is_on', models.BooleanField(default=True, verbose_name='switched on')),
                        ('hospital', models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='tenancy.hospital')),
                        ('vendor', models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='tenancy.vendor')),
                        ('history_id', models.AutoField(primary_key=True, serialize=False)),
                        ('history_date', models.DateTimeField(db_index=True)),
                        ('history_change_reason', models.CharField(max_length=100, null=True)),
                        ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                        ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'verbose_name': 'historical receiver',
                        'verbose_name_plural': 'historical receivers',
                        'ordering': ('-history_date', '-history_id'),
                        'get_latest_by': ('history_date', 'history_id'),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name='Receiver',
                    fields=[
                        ('id', models.UUIDField(default=servicedesk.tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                        ('hospital', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.CASCADE, to='tenancy.hospital')),
                        ('vendor', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.CASCADE, to='tenancy.vendor')),
                        ('name', models.CharField(max_length=60, verbose_name='name')),
                        ('channel', models.CharField(choices=[('inbox', 'Inbox'), ('mail', 'Mail'), ('sms', 'Text message'), ('webhook', 'Webhook'), ('wecom', 'WeCom robot'), ('dingtalk', 'DingTalk robot'), ('feishu', 'Feishu robot')], max_length=10, verbose_name='channel')),
                        ('shown', models.CharField(max_length=280, verbose_name='address')),
                        ('sealed', models.TextField()),
                        ('wants', models.CharField(choices=[('everything', 'Everything'), ('escalations', 'Escalations only'), ('acts', 'Every act on tickets, for a program')], default='everything', max_length=12, verbose_name='wants')),
                        ('events', models.JSONField(default=list, verbose_name='which acts')),
                        ('is_on', models.BooleanField(default=True, verbose_name='switched on')),
                    ],
                    options={
                        'verbose_name': 'receiver',
                        'ordering': ['name', 'id'],
                        'constraints': [models.CheckConstraint(condition=models.Q(('hospital__isnull', True), ('vendor__isnull', True), _connector='OR'), name='receiver_of_one_organisation'), models.CheckConstraint(condition=models.Q(('channel__in', ['inbox', 'mail']), _negated=True), name='receiver_is_called'), models.UniqueConstraint(condition=models.Q(('channel', 'sms'), ('is_on', True)), fields=('hospital', 'vendor'), name='one_gateway_for_text_messages', nulls_distinct=False)],
                    },
                ),
                migrations.CreateModel(
                    name='Breaker',
                    fields=[
                        ('key', models.CharField(max_length=40, primary_key=True, serialize=False)),
                        ('failures', models.PositiveIntegerField(default=0)),
                        ('rests_until', models.DateTimeField(null=True)),
                    ],
                    options={
                        'verbose_name': 'breaker',
                    },
                ),
                migrations.CreateModel(
                    name='InboxItem',
                    fields=[
                        ('id', models.UUIDField(default=servicedesk.tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                        ('hospital', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, to='tenancy.hospital')),
                        ('vendor', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, to='tenancy.vendor')),
                        ('side', models.CharField(choices=[('hospital', 'hospital'), ('vendor', 'vendor'), ('platform', 'platform')], max_length=10)),
                        ('event_key', models.CharField(max_length=120)),
                        ('kind', models.CharField(max_length=30, verbose_name='kind')),
                        ('words', models.JSONField(default=dict)),
                        ('url', models.CharField(max_length=200)),
                        ('subject_kind', models.CharField(max_length=60)),
                        ('subject_id', models.CharField(max_length=60)),
                        ('at', models.DateTimeField(verbose_name='when')),
                        ('membership', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, to='tenancy.membership')),
                        ('read_at', models.DateTimeField(null=True, verbose_name='read')),
                    ],
                    options={
                        'verbose_name': 'notice',
                        'ordering': ['-id'],
                        'indexes': [models.Index(condition=models.Q(('read_at__isnull', True)), fields=['membership'], name='inbox_unread'), models.Index(fields=['membership', '-id'], name='inbox_newest_first')],
                        'constraints': [models.UniqueConstraint(fields=('hospital', 'vendor', 'event_key', 'membership'), name='inbox_item_once', nulls_distinct=False)],
                    },
                ),
                migrations.CreateModel(
                    name='Message',
                    fields=[
                        ('id', models.UUIDField(default=servicedesk.tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                        ('hospital', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, to='tenancy.hospital')),
                        ('vendor', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, to='tenancy.vendor')),
                        ('side', models.CharField(choices=[('hospital', 'hospital'), ('vendor', 'vendor'), ('platform', 'platform')], max_length=10)),
                        ('event_key', models.CharField(max_length=120)),
                        ('kind', models.CharField(max_length=30, verbose_name='kind')),
                        ('words', models.JSONField(default=dict)),
                        ('url', models.CharField(max_length=200)),
                        ('subject_kind', models.CharField(max_length=60)),
                        ('subject_id', models.CharField(max_length=60)),
                        ('at', models.DateTimeField(verbose_name='when')),
                        ('channel', models.CharField(choices=[('inbox', 'Inbox'), ('mail', 'Mail'), ('sms', 'Text message'), ('webhook', 'Webhook'), ('wecom', 'WeCom robot'), ('dingtalk', 'DingTalk robot'), ('feishu', 'Feishu robot')], max_length=10, verbose_name='channel')),
                        ('membership', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, to='tenancy.membership')),
                        ('receiver', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, to='notices.receiver')),
                        ('comes_through', models.BooleanField()),
                        ('state', models.CharField(choices=[('waiting', 'Waiting'), ('sent', 'Sent'), ('dead', 'Not delivered'), ('dismissed', 'No longer wanted'), ('withdrawn', 'No longer for them')], default='waiting', max_length=10, verbose_name='state')),
                        ('reason', models.CharField(blank=True, choices=[('quiet', 'held back until the quiet hours end'), ('resting', 'the receiver keeps failing and is left alone for a while'), ('timeout', 'the receiver did not answer in time'), ('unreachable', 'no connection to the receiver'), ('busy', 'the receiver asked to wait'), ('broken', 'the receiver reported a fault of its own'), ('refused', 'the receiver refused the message'), ('redirected', 'the receiver pointed elsewhere; that is never followed'), ('not_allowed', 'the address is not on the list of allowed targets'), ('forbidden_address', 'the name leads to an address that may not be called'), ('no_address', 'there is no address to send to'), ('fault', 'a fault in this product; its log has the details'), ('left', 'the person no longer has access')], max_length=20, verbose_name='reason')),
                        ('due_at', models.DateTimeField(verbose_name='next try')),
                        ('handed_at', models.DateTimeField(null=True)),
                        ('lease_until', models.DateTimeField(null=True)),
                        ('attempt', models.PositiveIntegerField(default=0, verbose_name='tries')),
                        ('failures', models.PositiveIntegerField(default=0)),
                        ('failing_since', models.DateTimeField(null=True)),
                        ('sent_at', models.DateTimeField(null=True, verbose_name='sent')),
                    ],
                    options={
                        'verbose_name': 'message',
                        'ordering': ['-id'],
                        'indexes': [models.Index(condition=models.Q(('state', 'waiting')), fields=['due_at'], name='message_due'), models.Index(fields=['hospital', 'side', '-id'], name='message_of_hospital'), models.Index(fields=['vendor', 'side', '-id'], name='message_of_vendor'), models.Index(fields=['membership', '-id'], name='message_of_person')],
                        'constraints': [models.UniqueConstraint(fields=('hospital', 'vendor', 'event_key', 'membership', 'channel', 'receiver'), name='message_once', nulls_distinct=False), models.CheckConstraint(condition=models.Q(models.Q(('membership__isnull', False), ('receiver__isnull', True)), models.Q(('membership__isnull', True), ('receiver__isnull', False)), _connector='OR'), name='message_to_person_or_receiver'), models.CheckConstraint(condition=models.Q(models.Q(('sent_at__isnull', False), ('state', 'sent')), models.Q(models.Q(('state', 'sent'), _negated=True), ('sent_at__isnull', True)), _connector='OR'), name='message_sent_has_moment')],
                    },
                ),
                migrations.CreateModel(
                    name='HistoricalPreference',
                    fields=[
                        ('id', models.UUIDField(db_index=True, default=servicedesk.tenancy.ids.uuid7, editable=False)),
                        ('choices', models.JSONField(default=dict)),
                        ('quiet_from', models.TimeField(null=True, verbose_name='quiet from')),
                        ('quiet_to', models.TimeField(null=True, verbose_name='quiet to')),
                        ('quiet_days', models.JSONField(default=list, verbose_name='quiet on')),
                        ('hospital', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='tenancy.hospital')),
                        ('vendor', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='tenancy.vendor')),
                        ('membership', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='tenancy.membership')),
                        ('history_id', models.AutoField(primary_key=True, serialize=False)),
                        ('history_date', models.DateTimeField(db_index=True)),
                        ('history_change_reason', models.CharField(max_length=100, null=True)),
                        ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                        ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'verbose_name': 'historical preference',
                        'verbose_name_plural': 'historical preferences',
                        'ordering': ('-history_date', '-history_id'),
                        'get_latest_by': ('history_date', 'history_id'),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name='Preference',
                    fields=[
                        ('id', models.UUIDField(default=servicedesk.tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                        ('hospital', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, to='tenancy.hospital')),
                        ('vendor', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, to='tenancy.vendor')),
                        ('membership', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, to='tenancy.membership')),
                        ('choices', models.JSONField(default=dict)),
                        ('quiet_from', models.TimeField(null=True, verbose_name='quiet from')),
                        ('quiet_to', models.TimeField(null=True, verbose_name='quiet to')),
                        ('quiet_days', models.JSONField(default=list, verbose_name='quiet on')),
                    ],
                    options={
                        'verbose_name': 'preference',
                        'ordering': ['id'],
                        'constraints': [models.UniqueConstraint(fields=('hospital', 'vendor', 'membership'), name='preference_once', nulls_distinct=False), models.CheckConstraint(condition=models.Q(models.Q(('quiet_from__isnull', True), ('quiet_to__isnull', True)), models.Q(('quiet_from__isnull', False), ('quiet_to__isnull', False)), _connector='OR'), name='quiet_hours_have_both_ends')],
                    },
                ),
            ],
        ),
    ]
