from django.db import migrations


def suit_storage(apps, schema_editor):
    """PostgreSQL: changes die young, so vacuum by their number; totals are updated in place, so leave them room."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            "ALTER TABLE work_change SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000)"
        )
        schema_editor.execute("ALTER TABLE work_total SET (fillfactor = 80)")


class Migration(migrations.Migration):
    dependencies = [("work", "0001_initial")]

    operations = [migrations.RunPython(suit_storage, migrations.RunPython.noop)]
