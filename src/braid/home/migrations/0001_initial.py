import braid.kernel.migrating
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('people', '0001_initial'),
        ('units', '0001_initial'),
    ]

    operations = [
        braid.kernel.migrating.CreateModels(
            models=[
                migrations.CreateModel(
                    name='HomeText',
                    fields=[
                        ('unit', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='home_text', serialize=False, to='units.unit')),
                        ('about', models.TextField(blank=True, default='', verbose_name='what we do')),
                        ('phone', models.CharField(blank=True, default='', max_length=40, verbose_name='phone')),
                        ('email', models.EmailField(blank=True, default='', max_length=254, verbose_name='e-mail')),
                        ('address', models.CharField(blank=True, default='', max_length=200, verbose_name='address')),
                        ('hours', models.CharField(blank=True, default='', max_length=200, verbose_name='opening hours')),
                        ('country', models.CharField(blank=True, choices=[('zh-CN', 'China'), ('en-GB', 'United Kingdom'), ('en-US', 'United States'), ('en-EU', 'European Union')], default='', max_length=10, verbose_name='help numbers of')),
                        ('changed_at', models.DateTimeField()),
                    ],
                    options={
                        'verbose_name': 'Home text',
                        'constraints': [models.CheckConstraint(condition=models.Q(('country__in', ['', 'zh-CN', 'en-GB', 'en-US', 'en-EU'])), name='home_text_country_known')],
                    },
                ),
                migrations.CreateModel(
                    name='HelpLine',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('key', models.CharField(max_length=60)),
                        ('number', models.CharField(max_length=40, verbose_name='number')),
                        ('name', models.CharField(max_length=80, verbose_name='name')),
                        ('name_zh_hant', models.CharField(blank=True, default='', max_length=80, verbose_name='name in Traditional Chinese')),
                        ('name_en', models.CharField(blank=True, default='', max_length=80, verbose_name='name in English')),
                        ('operator', models.CharField(blank=True, default='', max_length=120, verbose_name='run by')),
                        ('for_whom', models.CharField(blank=True, default='', max_length=200, verbose_name='for what')),
                        ('hours', models.CharField(blank=True, default='', max_length=120, verbose_name='hours')),
                        ('is_emergency', models.BooleanField(default=False, verbose_name='for emergencies')),
                        ('is_hidden', models.BooleanField(default=False, verbose_name='not shown here')),
                        ('source', models.CharField(blank=True, default='', max_length=300, verbose_name='how it was checked')),
                        ('checked_on', models.DateField(blank=True, null=True, verbose_name='checked on')),
                        ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='people.person', verbose_name='who keeps it right')),
                        ('unit', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='help_lines', to='units.unit')),
                    ],
                    options={
                        'verbose_name': 'help number',
                        'verbose_name_plural': 'help numbers',
                        'constraints': [models.UniqueConstraint(fields=('unit', 'key'), name='help_line_once'), models.CheckConstraint(condition=models.Q(models.Q(('key', ''), _negated=True), models.Q(('number', ''), _negated=True), models.Q(('name', ''), _negated=True)), name='help_line_named')],
                    },
                ),
            ],
        ),
    ]
