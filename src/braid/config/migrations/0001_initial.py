import braid.kernel.migrating
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        braid.kernel.migrating.CreateModels(
            models=[
                migrations.CreateModel(
                    name='DemoStage',
                    fields=[
                        ('name', models.CharField(max_length=40, primary_key=True, serialize=False)),
                        ('done_at', models.DateTimeField(null=True)),
                        ('seconds', models.FloatField(default=0)),
                        ('details', models.JSONField(default=dict)),
                    ],
                ),
                migrations.CreateModel(
                    name='Heartbeat',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('at', models.DateTimeField()),
                    ],
                ),
            ],
        ),
    ]
