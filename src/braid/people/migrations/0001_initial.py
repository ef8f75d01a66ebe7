import braid.kernel.fields
import braid.kernel.migrating
import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('units', '0001_initial'),
    ]

    operations = [
        braid.kernel.migrating.CreateModels(
            models=[
                migrations.CreateModel(
                    name='Account',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('password', models.CharField(max_length=128, verbose_name='password')),
                        ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                        ('username', models.CharField(max_length=80, unique=True, verbose_name='user name')),
                        ('email', models.EmailField(blank=True, default='', max_length=254, verbose_name='e-mail')),
                        ('phone', models.CharField(blank=True, max_length=24, null=True, unique=True, verbose_name='phone')),
                        ('phone_verified', models.BooleanField(default=False)),
                        ('is_active', models.BooleanField(default=True, verbose_name='active')),
                        ('date_joined', models.DateTimeField(verbose_name='opened')),
                        ('session_round', models.PositiveIntegerField(db_default=0, default=0, editable=False)),
                        ('is_being_recovered', models.BooleanField(db_default=False, default=False, editable=False)),
                        ('erased_on', models.DateField(blank=True, editable=False, null=True)),
                        ('person', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='account', to='people.person')),
                    ],
                    options={
                        'verbose_name': 'account',
                        'verbose_name_plural': 'accounts',
                    },
                ),
                migrations.CreateModel(
                    name='ChosenChannel',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('channel', models.CharField(max_length=40, verbose_name='channel')),
                        ('address', models.TextField(blank=True, default='', verbose_name='address')),
                        ('label', models.CharField(blank=True, default='', max_length=80, verbose_name='device')),
                        ('since', models.DateTimeField()),
                        ('person', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='chosen_channels', to='people.person')),
                    ],
                    options={
                        'verbose_name': 'chosen channel',
                        'verbose_name_plural': 'chosen channels',
                        'indexes': [models.Index(fields=['channel', 'address'], name='chosen_channel_address')],
                        'constraints': [models.UniqueConstraint(fields=('person', 'channel', 'address'), name='chosen_channel_once'), models.CheckConstraint(condition=models.Q(('channel', ''), _negated=True), name='chosen_channel_named')],
                    },
                ),
                migrations.CreateModel(
                    name='Consent',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('purpose', models.CharField(max_length=40, verbose_name='what for')),
                        ('text', models.TextField(verbose_name='what was agreed to')),
                        ('language', models.CharField(max_length=10, verbose_name='language')),
                        ('given_at', models.DateTimeField(verbose_name='agreed')),
                        ('withdrawn_at', models.DateTimeField(blank=True, null=True, verbose_name='withdrawn')),
                        ('given_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='people.person')),
                        ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='consents', to='people.person')),
                    ],
                    options={
                        'verbose_name': 'consent',
                        'verbose_name_plural': 'consents',
                        'constraints': [models.UniqueConstraint(condition=models.Q(('withdrawn_at', None)), fields=('person', 'purpose'), name='consent_one_of_a_purpose'), models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='consent_has_text'), models.CheckConstraint(condition=models.Q(('withdrawn_at', None), ('withdrawn_at__gte', models.F('given_at')), _connector='OR'), name='consent_ends_after_start')],
                    },
                ),
                migrations.CreateModel(
                    name='Erasure',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('state', models.CharField(choices=[('asked', 'asked for'), ('erasing', 'being erased'), ('done', 'erased'), ('taken_back', 'taken back')], default='asked', max_length=10, verbose_name='state')),
                        ('asked_at', models.DateTimeField(verbose_name='asked')),
                        ('due_at', models.DateTimeField(verbose_name='erased from')),
                        ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='ended')),
                        ('asked_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='people.person')),
                        ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='erasures', to='people.person')),
                    ],
                    options={
                        'verbose_name': 'erasure',
                        'verbose_name_plural': 'erasures',
                        'constraints': [models.UniqueConstraint(condition=models.Q(('state__in', ('asked', 'erasing'))), fields=('person',), name='erasure_one_at_a_time'), models.CheckConstraint(condition=models.Q(('state__in', ['asked', 'erasing', 'done', 'taken_back'])), name='erasure_state_known'), models.CheckConstraint(condition=models.Q(models.Q(('ended_at', None), ('state__in', ('asked', 'erasing'))), models.Q(('ended_at__isnull', False), models.Q(('state__in', ('asked', 'erasing')), _negated=True)), _connector='OR'), name='erasure_ends_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Guardianship',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('named_at', models.DateTimeField(verbose_name='named')),
                        ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='ended')),
                        ('child', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='guardianships', to='people.person')),
                        ('guardian', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='wards', to='people.person')),
                        ('named_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='people.person')),
                    ],
                    options={
                        'verbose_name': 'guardianship',
                        'verbose_name_plural': 'guardianships',
                        'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('child',), name='guardianship_one_at_a_time'), models.CheckConstraint(condition=models.Q(('child', models.F('guardian')), _negated=True), name='guardianship_of_two')],
                    },
                ),
                migrations.CreateModel(
                    name='Person',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('name', braid.kernel.fields.BytewiseField(max_length=80, verbose_name='name')),
                        ('phone', models.CharField(blank=True, default='', max_length=24, verbose_name='phone')),
                        ('email', models.EmailField(blank=True, default='', max_length=254, verbose_name='e-mail')),
                        ('language', models.CharField(blank=True, default='', max_length=10, verbose_name='language')),
                        ('is_synthetic', models.BooleanField(default=False, verbose_name='made up for the demo')),
                        ('created_at', models.DateTimeField(verbose_name='known since')),
                        ('under_14_until', models.DateField(blank=True, null=True, verbose_name='turns 14 on')),
                        ('erased_at', models.DateTimeField(blank=True, editable=False, null=True)),
                    ],
                    options={
                        'verbose_name': 'person',
                        'verbose_name_plural': 'people',
                        'indexes': [models.Index(fields=['name', 'id'], name='person_name'), models.Index(condition=models.Q(('phone', ''), _negated=True), fields=['phone'], name='person_phone')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='person_named')],
                    },
                ),
                migrations.CreateModel(
                    name='QuietHours',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('begins', models.TimeField(verbose_name='from')),
                        ('ends', models.TimeField(verbose_name='until')),
                        ('unit', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='units.unit')),
                    ],
                    options={
                        'verbose_name': 'quiet hours',
                        'verbose_name_plural': 'quiet hours',
                    },
                ),
                migrations.CreateModel(
                    name='Recovery',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('unit_path', braid.kernel.fields.BytewiseField(editable=False, max_length=200)),
                        ('state', models.CharField(choices=[('asked', 'a second officer must agree'), ('waiting', 'agreed, waiting for a day'), ('ready', 'the link can be given to her'), ('done', 'she has set a new password'), ('stopped', 'she stopped it'), ('withdrawn', 'the officers took it back'), ('lapsed', 'too late, or an officer may no more')], default='asked', max_length=10, verbose_name='state')),
                        ('why', models.CharField(max_length=500, verbose_name='why')),
                        ('asked_at', models.DateTimeField()),
                        ('agreed_at', models.DateTimeField(blank=True, null=True)),
                        ('opens_at', models.DateTimeField(blank=True, null=True)),
                        ('until', models.DateTimeField()),
                        ('secret_hash', models.CharField(blank=True, default='', editable=False, max_length=64)),
                        ('ended_at', models.DateTimeField(blank=True, null=True)),
                        ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='recoveries', to=settings.AUTH_USER_MODEL)),
                        ('agreed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='people.person')),
                        ('asked_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='people.person')),
                        ('unit', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='units.unit')),
                    ],
                    options={
                        'verbose_name': 'recovery',
                        'verbose_name_plural': 'recoveries',
                        'indexes': [models.Index(condition=models.Q(('state__in', ('asked', 'waiting', 'ready'))), fields=['unit_path'], name='recovery_path'), models.Index(fields=['unit'], name='recovery_unit')],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('state__in', ('asked', 'waiting', 'ready'))), fields=('account',), name='recovery_one_at_a_time'), models.UniqueConstraint(condition=models.Q(('secret_hash', ''), _negated=True), fields=('secret_hash',), name='recovery_secret_once'), models.CheckConstraint(condition=models.Q(('state__in', ['asked', 'waiting', 'ready', 'done', 'stopped', 'withdrawn', 'lapsed'])), name='recovery_state_known'), models.CheckConstraint(condition=models.Q(('why', ''), _negated=True), name='recovery_has_reason'), models.CheckConstraint(condition=models.Q(('agreed_by', None), models.Q(('agreed_by', models.F('asked_by')), _negated=True), _connector='OR'), name='recovery_by_two_officers'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['waiting', 'ready', 'done']), _negated=True), models.Q(('agreed_at__isnull', False), ('opens_at__isnull', False)), _connector='OR'), name='recovery_agreed_first'), models.CheckConstraint(condition=models.Q(models.Q(('ended_at', None), ('state__in', ('asked', 'waiting', 'ready'))), models.Q(('ended_at__isnull', False), models.Q(('state__in', ('asked', 'waiting', 'ready')), _negated=True)), _connector='OR'), name='recovery_ends_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Succession',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('unit_path', braid.kernel.fields.BytewiseField(editable=False, max_length=200)),
                        ('on', models.DateField(verbose_name='first day of the successor')),
                        ('came_by', models.PositiveSmallIntegerField(choices=[(0, 'not recorded'), (1, 'elected at a congress'), (2, 'by-election'), (3, 'appointed'), (4, 'acting')], verbose_name='how she comes to it')),
                        ('passes_grants', models.BooleanField(default=True, verbose_name='pass on what was granted to the holder here')),
                        ('state', models.CharField(choices=[('planned', 'planned'), ('done', 'done'), ('cancelled', 'called off'), ('refused', 'refused')], default='planned', max_length=10, verbose_name='state')),
                        ('by_number', models.BigIntegerField(null=True)),
                        ('planned_at', models.DateTimeField()),
                        ('settled_at', models.DateTimeField(blank=True, null=True)),
                        ('outcome', models.JSONField(blank=True, default=dict)),
                        ('held', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='successions', to='people.membership')),
                        ('successor', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='successions', to='people.person')),
                        ('unit', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='units.unit')),
                    ],
                    options={
                        'verbose_name': 'succession',
                        'verbose_name_plural': 'successions',
                        'indexes': [models.Index(fields=['unit', '-on'], name='succession_unit'), models.Index(condition=models.Q(('by_number__isnull', False)), fields=['by_number'], name='succession_by'), models.Index(fields=['unit_path'], name='succession_path')],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'planned')), fields=('held',), name='succession_once'), models.CheckConstraint(condition=models.Q(('came_by__in', [0, 1, 2, 3, 4])), name='succession_came_by_known'), models.CheckConstraint(condition=models.Q(('state__in', ['planned', 'done', 'cancelled', 'refused'])), name='succession_state_known'), models.CheckConstraint(condition=models.Q(('state', 'planned'), ('settled_at__isnull', False), _connector='OR'), name='succession_settled_has_time')],
                    },
                ),
                migrations.CreateModel(
                    name='Term',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('unit_path', braid.kernel.fields.BytewiseField(editable=False, max_length=200)),
                        ('number', models.PositiveSmallIntegerField(verbose_name='number of the term')),
                        ('begins_on', models.DateField(verbose_name='begins on')),
                        ('ends_on', models.DateField(verbose_name='ends on')),
                        ('unit', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='units.unit')),
                    ],
                    options={
                        'verbose_name': 'term',
                        'verbose_name_plural': 'terms',
                        'indexes': [models.Index(fields=['unit_path'], name='term_path')],
                        'constraints': [models.UniqueConstraint(fields=('unit', 'number'), name='term_once'), models.CheckConstraint(condition=models.Q(('number__gt', 0)), name='term_numbered'), models.CheckConstraint(condition=models.Q(('ends_on__gt', models.F('begins_on'))), name='term_ends_after_start')],
                    },
                ),
                migrations.CreateModel(
                    name='ApiToken',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('name', models.CharField(max_length=80, verbose_name='what it is for')),
                        ('secret_hash', models.CharField(max_length=64, unique=True)),
                        ('permissions', models.JSONField(default=list, verbose_name='what it may do')),
                        ('made_at', models.DateTimeField(verbose_name='made')),
                        ('until', models.DateTimeField(verbose_name='until')),
                        ('last_used_on', models.DateField(blank=True, null=True, verbose_name='last used on')),
                        ('revoked_at', models.DateTimeField(blank=True, null=True)),
                        ('unit', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='units.unit', verbose_name='for this unit')),
                        ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='api_tokens', to='people.person')),
                    ],
                    options={
                        'verbose_name': 'access key',
                        'verbose_name_plural': 'access keys',
                        'constraints': [models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='api_token_named'), models.CheckConstraint(condition=models.Q(('until__gt', models.F('made_at'))), name='api_token_ends_after_start')],
                    },
                ),
                migrations.CreateModel(
                    name='Grant',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('unit_path', braid.kernel.fields.BytewiseField(editable=False, max_length=200)),
                        ('role', models.CharField(choices=[('lead', 'leads'), ('manage', 'manages'), ('publish', 'publishes'), ('liaise', 'answers for the unit'), ('view', 'sees'), ('oversee', 'hears complaints')], max_length=10, verbose_name='role')),
                        ('reach', models.CharField(choices=[('unit', 'this unit only'), ('subtree', 'this unit and all below it'), ('case', 'one case only')], default='subtree', max_length=10, verbose_name='reach')),
                        ('since', models.DateTimeField(verbose_name='since')),
                        ('until', models.DateTimeField(blank=True, null=True, verbose_name='until')),
                        ('why', models.CharField(blank=True, default='', max_length=500, verbose_name='why')),
                        ('revoked_at', models.DateTimeField(blank=True, null=True)),
                        ('unit', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='units.unit')),
                        ('given_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='people.person')),
                        ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='grants', to='people.person')),
                        ('revoked_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='people.person')),
                    ],
                    options={
                        'verbose_name': 'grant',
                        'verbose_name_plural': 'grants',
                        'indexes': [models.Index(fields=['unit_path'], name='grant_path'), models.Index(fields=['unit'], name='grant_unit')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('role__in', ['lead', 'manage', 'publish', 'liaise', 'view', 'oversee'])), name='grant_role_known'), models.CheckConstraint(condition=models.Q(('reach__in', ['unit', 'subtree', 'case'])), name='grant_reach_known'), models.CheckConstraint(condition=models.Q(('until', None), ('until__gte', models.F('since')), _connector='OR'), name='grant_ends_after_start')],
                    },
                ),
                migrations.CreateModel(
                    name='Invitation',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('code_hash', models.CharField(max_length=64, unique=True)),
                        ('made_at', models.DateTimeField()),
                        ('until', models.DateTimeField()),
                        ('by_number', models.BigIntegerField(null=True)),
                        ('used_at', models.DateTimeField(blank=True, null=True)),
                        ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='invitations', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'verbose_name': 'invitation',
                        'verbose_name_plural': 'invitations',
                        'indexes': [models.Index(fields=['until'], name='invitation_until')],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('used_at', None)), fields=('account',), name='invitation_one_open'), models.CheckConstraint(condition=models.Q(('until__gt', models.F('made_at'))), name='invitation_ends_after_start')],
                    },
                ),
                migrations.CreateModel(
                    name='Membership',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('unit_path', braid.kernel.fields.BytewiseField(editable=False, max_length=200)),
                        ('office', models.PositiveSmallIntegerField(choices=[(1, 'head'), (2, 'deputy'), (3, 'communications officer'), (4, 'liaison officer'), (5, 'committee member'), (6, 'member')], default=6, verbose_name='office')),
                        ('since', models.DateField(verbose_name='since')),
                        ('until', models.DateField(blank=True, null=True, verbose_name='until')),
                        ('came_by', models.PositiveSmallIntegerField(choices=[(0, 'not recorded'), (1, 'elected at a congress'), (2, 'by-election'), (3, 'appointed'), (4, 'acting')], db_default=0, default=0, verbose_name='how she came to it')),
                        ('unit', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='units.unit')),
                        ('person', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to='people.person')),
                        ('term', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.term')),
                    ],
                    options={
                        'verbose_name': 'membership',
                        'verbose_name_plural': 'memberships',
                        'indexes': [models.Index(fields=['person'], name='membership_person'), models.Index(fields=['unit', 'office'], name='membership_unit'), models.Index(fields=['unit_path', 'office', 'id'], name='membership_path'), models.Index(models.OrderBy(models.F('since'), descending=True), models.OrderBy(models.F('id'), descending=True), models.F('office'), models.F('until'), name='membership_newest_0'), models.Index(django.db.models.functions.text.Substr('unit_path', 1, 10), models.OrderBy(models.F('since'), descending=True), models.OrderBy(models.F('id'), descending=True), models.F('office'), models.F('until'), name='membership_newest_1'), models.Index(django.db.models.functions.text.Substr('unit_path', 1, 15), models.OrderBy(models.F('since'), descending=True), models.OrderBy(models.F('id'), descending=True), models.F('office'), models.F('until'), name='membership_newest_2'), models.Index(django.db.models.functions.text.Substr('unit_path', 1, 20), models.OrderBy(models.F('since'), descending=True), models.OrderBy(models.F('id'), descending=True), models.F('office'), models.F('until'), name='membership_newest_3')],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('until', None)), fields=('person', 'unit', 'office'), name='membership_once'), models.UniqueConstraint(condition=models.Q(('office', 1), ('until', None)), fields=('unit',), name='membership_one_head'), models.CheckConstraint(condition=models.Q(('office__in', [1, 2, 3, 4, 5, 6])), name='membership_office_known'), models.CheckConstraint(condition=models.Q(('came_by__in', [0, 1, 2, 3, 4])), name='membership_came_by_known'), models.CheckConstraint(condition=models.Q(models.Q(('office', 6), _negated=True), models.Q(('came_by', 0), ('term', None)), _connector='OR'), name='membership_plain_has_no_term'), models.CheckConstraint(condition=models.Q(('until', None), ('until__gte', models.F('since')), _connector='OR'), name='membership_ends_after_start')],
                    },
                ),
                migrations.CreateModel(
                    name='Wish',
                    fields=[
                        ('person', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='wish', serialize=False, to='people.person')),
                        ('pace', models.CharField(choices=[('at_once', 'at once'), ('daily', 'once a day'), ('weekly', 'once a week')], default='at_once', max_length=8, verbose_name='how often')),
                        ('hour', models.PositiveSmallIntegerField(default=8, verbose_name='at what hour')),
                        ('weekday', models.PositiveSmallIntegerField(default=0, verbose_name='on which day')),
                        ('hides_titles', models.BooleanField(default=False, verbose_name='hide titles')),
                        ('digest_at', models.DateTimeField(blank=True, null=True)),
                        ('told_until', models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        'verbose_name': 'wish',
                        'verbose_name_plural': 'wishes',
                        'indexes': [models.Index(condition=models.Q(('digest_at__isnull', False)), fields=['digest_at'], name='wish_digest')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('pace__in', ['at_once', 'daily', 'weekly'])), name='wish_pace_known'), models.CheckConstraint(condition=models.Q(('hour__lt', 24), ('weekday__lt', 7)), name='wish_moment_exists'), models.CheckConstraint(condition=models.Q(models.Q(('digest_at', None), ('pace', 'at_once')), models.Q(models.Q(('pace', 'at_once'), _negated=True), ('digest_at__isnull', False), ('told_until__isnull', False)), _connector='OR'), name='wish_digest_has_time')],
                    },
                ),
            ],
        ),
    ]
