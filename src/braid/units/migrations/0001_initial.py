import braid.kernel.fields
import braid.kernel.migrating
import braid.units.paths
import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        braid.kernel.migrating.CreateModels(
            models=[
                migrations.CreateModel(
                    name='Level',
                    fields=[
                        ('number', models.PositiveSmallIntegerField(primary_key=True, serialize=False, verbose_name='level')),
                        ('name', models.CharField(max_length=60, verbose_name='name')),
                        ('name_zh_hant', models.CharField(blank=True, default='', max_length=60, verbose_name='name in Traditional Chinese')),
                        ('name_en', models.CharField(blank=True, default='', max_length=60, verbose_name='name in English')),
                    ],
                    options={
                        'ordering': ['number'],
                    },
                ),
                migrations.CreateModel(
                    name='TreeVersion',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('version', models.BigIntegerField(default=0)),
                        ('last_number', models.BigIntegerField(default=0)),
                    ],
                ),
                migrations.CreateModel(
                    name='Unit',
                    fields=[
                        ('number', models.BigAutoField(primary_key=True, serialize=False)),
                        ('path', braid.kernel.fields.BytewiseField(max_length=200)),
                        ('depth', models.PositiveSmallIntegerField()),
                        ('level', models.PositiveSmallIntegerField(verbose_name='level')),
                        ('code', models.CharField(max_length=40, verbose_name='code')),
                        ('kind', models.PositiveSmallIntegerField(choices=[(1, 'body'), (2, 'online-only body'), (3, 'group')], default=1, verbose_name='kind')),
                        ('name', models.CharField(max_length=120, verbose_name='name')),
                        ('name_zh_hant', models.CharField(blank=True, default='', max_length=120, verbose_name='name in Traditional Chinese')),
                        ('name_en', models.CharField(blank=True, default='', max_length=120, verbose_name='name in English')),
                        ('full_name', models.CharField(blank=True, default='', max_length=200, verbose_name='full name')),
                        ('full_name_zh_hant', models.CharField(blank=True, default='', max_length=200, verbose_name='full name in Traditional Chinese')),
                        ('full_name_en', models.CharField(blank=True, default='', max_length=200, verbose_name='full name in English')),
                        ('is_placeholder', models.BooleanField(default=False, verbose_name='placeholder of the register')),
                        ('status', models.CharField(choices=[('active', 'active'), ('closed', 'closed')], default='active', max_length=10, verbose_name='status')),
                        ('opened_on', models.DateField(blank=True, null=True, verbose_name='opened on')),
                        ('closed_on', models.DateField(blank=True, null=True, verbose_name='closed on')),
                        ('address', models.CharField(blank=True, default='', max_length=200, verbose_name='address')),
                        ('latitude', models.FloatField(blank=True, null=True, verbose_name='latitude')),
                        ('longitude', models.FloatField(blank=True, null=True, verbose_name='longitude')),
                        ('placed_at', models.DateTimeField(blank=True, editable=False, null=True)),
                        ('page_version', models.PositiveIntegerField(default=0, editable=False)),
                        ('merged_into', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='merged_units', to='units.unit')),
                        ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='units.unit')),
                    ],
                    options={
                        'verbose_name': 'unit',
                        'verbose_name_plural': 'units',
                        'constraints': [models.UniqueConstraint(fields=('path',), name='unit_path_unique'), models.UniqueConstraint(fields=('code',), name='unit_code_unique'), models.UniqueConstraint(condition=models.Q(('depth', 0)), fields=('depth',), name='unit_one_root'), models.CheckConstraint(condition=models.Q(models.Q(('depth', 0), ('parent', None)), models.Q(('depth__gt', 0), ('parent__isnull', False)), _connector='OR'), name='unit_root_has_no_parent'), models.CheckConstraint(condition=models.Q(('path__length', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('depth'), '+', models.Value(1)), '*', models.Value(5)))), name='unit_path_fits_depth'), models.CheckConstraint(condition=models.Q(('path__last_step', braid.units.paths.StepOf('number'))), name='unit_path_ends_in_number'), models.CheckConstraint(condition=models.Q(models.Q(('name', ''), _negated=True), models.Q(('code', ''), _negated=True)), name='unit_named'), models.CheckConstraint(condition=models.Q(('kind__in', [1, 2, 3])), name='unit_kind_known'), models.CheckConstraint(condition=models.Q(models.Q(('closed_on', None), ('status', 'active')), models.Q(('closed_on__isnull', False), ('status', 'closed')), _connector='OR'), name='unit_closed_has_date'), models.CheckConstraint(condition=models.Q(('closed_on', None), ('opened_on', None), ('closed_on__gte', models.F('opened_on')), _connector='OR'), name='unit_closed_after_opened'), models.CheckConstraint(condition=models.Q(('level__gte', 1)), name='unit_level_counts_from_one'), models.CheckConstraint(condition=models.Q(('merged_into', None), ('status', 'closed'), _connector='OR'), name='unit_merged_is_closed'), models.CheckConstraint(condition=models.Q(models.Q(('latitude', None), ('longitude', None)), models.Q(('latitude__isnull', False), ('longitude__isnull', False)), _connector='OR'), name='unit_coordinates_together'), models.CheckConstraint(condition=models.Q(('latitude__gte', -90), ('latitude__lte', 90), ('longitude__gte', -180), ('longitude__lte', 180)), name='unit_coordinates')],
                    },
                ),
                migrations.CreateModel(
                    name='TreeEvent',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('kind', models.CharField(choices=[('added', 'added'), ('renamed', 'renamed'), ('moved', 'moved'), ('merged', 'merged'), ('split', 'split'), ('closed', 'closed'), ('reopened', 'reopened'), ('changed', 'details changed')], max_length=10, verbose_name='kind')),
                        ('on', models.DateField(verbose_name='on')),
                        ('recorded_at', models.DateTimeField()),
                        ('by_number', models.BigIntegerField(null=True)),
                        ('why', models.CharField(max_length=500, verbose_name='why')),
                        ('details', models.JSONField(default=dict)),
                        ('unit', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='events', to='units.unit')),
                    ],
                    options={
                        'indexes': [models.Index(fields=['unit', '-recorded_at'], name='tree_event_unit'), models.Index(condition=models.Q(('by_number__isnull', False)), fields=['by_number'], name='tree_event_by')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['added', 'renamed', 'moved', 'merged', 'split', 'closed', 'reopened', 'changed'])), name='tree_event_kind_known')],
                    },
                ),
                migrations.CreateModel(
                    name='Placement',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('path', braid.kernel.fields.BytewiseField(max_length=200)),
                        ('parent_number', models.BigIntegerField(null=True)),
                        ('level', models.PositiveSmallIntegerField()),
                        ('code', models.CharField(max_length=40)),
                        ('name', models.CharField(max_length=120)),
                        ('status', models.CharField(choices=[('active', 'active'), ('closed', 'closed')], default='active', max_length=10)),
                        ('since', models.DateTimeField(null=True)),
                        ('until', models.DateTimeField()),
                        ('until_on', models.DateField()),
                        ('unit', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='placements', to='units.unit')),
                    ],
                    options={
                        'indexes': [models.Index(fields=['unit', 'until'], name='placement_unit'), models.Index(fields=['path'], name='placement_path'), models.Index(fields=['code'], name='placement_code')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('path__last_step', braid.units.paths.StepOf('unit'))), name='placement_path_ends_in_number'), models.CheckConstraint(condition=models.Q(models.Q(('parent_number', None), ('path__length', 5)), models.Q(('parent_number__isnull', False), ('path__length__gt', 5)), _connector='OR'), name='placement_root_has_no_parent'), models.CheckConstraint(condition=models.Q(('status__in', ['active', 'closed'])), name='placement_status_known'), models.CheckConstraint(condition=models.Q(('level__gte', 1)), name='placement_level_counts_from_one')],
                    },
                ),
            ],
        ),
    ]
