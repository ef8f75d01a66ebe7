import braid.kernel.migrating
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        braid.kernel.migrating.CreateModels(
            models=[
                migrations.CreateModel(
                    name='Delivery',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('key', models.CharField(max_length=100, unique=True)),
                        ('kind', models.CharField(max_length=12)),
                        ('thing', models.BigIntegerField(default=0)),
                        ('person_number', models.BigIntegerField(null=True)),
                        ('channel', models.CharField(max_length=40)),
                        ('to', models.TextField(blank=True, default='')),
                        ('subject', models.CharField(blank=True, default='', max_length=200)),
                        ('body', models.TextField(blank=True, default='')),
                        ('covers', models.JSONField(default=list)),
                        ('rank', models.PositiveSmallIntegerField(default=1)),
                        ('state', models.CharField(choices=[('owed', 'waiting to be sent'), ('begun', 'being sent'), ('sent', 'sent'), ('unknown', 'not known whether it arrived'), ('failed', 'not delivered'), ('skipped', 'not needed any more')], default='owed', max_length=8, verbose_name='state')),
                        ('why', models.CharField(blank=True, default='', max_length=200)),
                        ('due_at', models.DateTimeField()),
                        ('attempts', models.PositiveSmallIntegerField(default=0)),
                        ('settled_at', models.DateTimeField(blank=True, null=True)),
                        ('is_counted', models.BooleanField(default=False)),
                    ],
                    options={
                        'indexes': [models.Index(condition=models.Q(('state__in', ('owed', 'begun'))), fields=['rank', 'due_at', 'id'], name='delivery_due'), models.Index(condition=models.Q(('is_counted', False), ('settled_at__isnull', False)), fields=['kind', 'id'], name='delivery_to_count'), models.Index(fields=['settled_at'], name='delivery_settled'), models.Index(fields=['kind', 'thing', 'state', 'person_number'], name='delivery_thing')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['owed', 'begun', 'sent', 'unknown', 'failed', 'skipped'])), name='delivery_state_known'), models.CheckConstraint(condition=models.Q(models.Q(('to', ''), _negated=True), ('person_number__isnull', False), _connector='OR'), name='delivery_addressed'), models.CheckConstraint(condition=models.Q(('state__in', ('owed', 'begun')), ('settled_at__isnull', False), _connector='OR'), name='delivery_settled_has_time')],
                    },
                ),
                migrations.CreateModel(
                    name='ImportRun',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('kind', models.CharField(max_length=20)),
                        ('file_name', models.CharField(max_length=200, verbose_name='file')),
                        ('digest', models.CharField(max_length=64)),
                        ('state', models.CharField(choices=[('staging', 'being read'), ('staged', 'waiting for confirmation'), ('refused', 'refused'), ('applying', 'being applied'), ('applied', 'applied'), ('dropped', 'dropped')], default='staging', max_length=10, verbose_name='state')),
                        ('options', models.JSONField(default=dict)),
                        ('staged', models.PositiveIntegerField(default=0)),
                        ('outcome', models.JSONField(default=dict)),
                        ('by_number', models.BigIntegerField(null=True)),
                        ('started_at', models.DateTimeField()),
                        ('applied_at', models.DateTimeField(null=True)),
                    ],
                    options={
                        'verbose_name': 'import',
                        'verbose_name_plural': 'imports',
                        'indexes': [models.Index(fields=['digest'], name='import_run_digest'), models.Index(fields=['by_number', 'kind', '-id'], name='import_run_own')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['staging', 'staged', 'refused', 'applying', 'applied', 'dropped'])), name='import_run_state_known')],
                    },
                ),
                migrations.CreateModel(
                    name='Owed',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('task', models.CharField(max_length=100)),
                        ('arguments', models.JSONField(default=list)),
                        ('due_at', models.DateTimeField()),
                        ('leased_until', models.DateTimeField(blank=True, null=True)),
                        ('lease', models.CharField(blank=True, default='', max_length=32)),
                        ('attempts', models.PositiveIntegerField(default=0)),
                        ('failed_at', models.DateTimeField(blank=True, null=True)),
                        ('error', models.TextField(blank=True, default='')),
                    ],
                    options={
                        'indexes': [models.Index(condition=models.Q(('failed_at', None)), fields=['due_at', 'id'], name='owed_due')],
                    },
                ),
                migrations.CreateModel(
                    name='SentOnce',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('who', models.BigIntegerField()),
                        ('key', models.CharField(max_length=64)),
                        ('location', models.CharField(default='', max_length=2000)),
                        ('at', models.DateTimeField()),
                    ],
                    options={
                        'indexes': [models.Index(fields=['at'], name='sent_once_at')],
                        'constraints': [models.UniqueConstraint(fields=('who', 'key'), name='sent_once')],
                    },
                ),
                migrations.CreateModel(
                    name='StoredFile',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('kind', models.CharField(choices=[('jpg', 'picture'), ('pdf', 'PDF'), ('docx', 'DOCX'), ('xlsx', 'XLSX'), ('odt', 'ODT')], max_length=4)),
                        ('name', models.CharField(max_length=120, verbose_name='name')),
                        ('digest', models.CharField(max_length=64)),
                        ('size', models.PositiveIntegerField()),
                        ('small_digest', models.CharField(blank=True, default='', max_length=64)),
                        ('width', models.PositiveIntegerField(null=True)),
                        ('height', models.PositiveIntegerField(null=True)),
                        ('owner', models.CharField(blank=True, default='', max_length=20)),
                        ('owner_number', models.BigIntegerField(null=True)),
                        ('by_number', models.BigIntegerField(null=True)),
                        ('created_at', models.DateTimeField()),
                    ],
                    options={
                        'verbose_name': 'file',
                        'verbose_name_plural': 'files',
                        'indexes': [models.Index(fields=['digest'], name='stored_file_digest'), models.Index(condition=models.Q(('small_digest', ''), _negated=True), fields=['small_digest'], name='stored_file_small_digest'), models.Index(fields=['owner', 'owner_number'], name='stored_file_owner'), models.Index(condition=models.Q(('owner', '')), fields=['created_at'], name='stored_file_unowned')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['jpg', 'pdf', 'docx', 'xlsx', 'odt'])), name='stored_file_kind_known'), models.CheckConstraint(condition=models.Q(models.Q(('height__isnull', False), ('kind', 'jpg'), ('width__isnull', False), models.Q(('small_digest', ''), _negated=True)), models.Q(models.Q(('kind', 'jpg'), _negated=True), ('height', None), ('small_digest', ''), ('width', None)), _connector='OR'), name='stored_file_picture_has_size'), models.CheckConstraint(condition=models.Q(models.Q(('owner', ''), ('owner_number', None)), models.Q(models.Q(('owner', ''), _negated=True), ('owner_number__isnull', False)), _connector='OR'), name='stored_file_owner_whole')],
                    },
                ),
                migrations.CreateModel(
                    name='ImportBatch',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('number', models.PositiveIntegerField()),
                        ('rows', models.BinaryField()),
                        ('run', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='batches', to='kernel.importrun')),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('run', 'number'), name='import_batch_once')],
                    },
                ),
            ],
        ),
    ]
