import braid.kernel.fields
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
                    name='WeeklyMail',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('unit_path', braid.kernel.fields.BytewiseField(editable=False, max_length=200)),
                        ('next_at', models.DateTimeField()),
                        ('person', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='people.person')),
                        ('unit', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='units.unit')),
                    ],
                    options={
                        'indexes': [models.Index(fields=['next_at'], name='weekly_mail_due'), models.Index(fields=['unit_path'], name='weekly_mail_path')],
                    },
                ),
            ],
        ),
    ]
