"""Documents for text search, and their index: FTS5 on SQLite, a GIN index over a generated column on PostgreSQL."""

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

SQLITE = [
    """CREATE VIRTUAL TABLE kernel_document_words USING fts5(
        words, content='kernel_document', content_rowid='id', detail='none', columnsize=0
    )""",
    """CREATE TRIGGER kernel_document_added AFTER INSERT ON kernel_document BEGIN
        INSERT INTO kernel_document_words (rowid, words) VALUES (new.id, new.words);
    END""",
    """CREATE TRIGGER kernel_document_removed AFTER DELETE ON kernel_document BEGIN
        INSERT INTO kernel_document_words (kernel_document_words, rowid, words) VALUES ('delete', old.id, old.words);
    END""",
    """CREATE TRIGGER kernel_document_changed AFTER UPDATE ON kernel_document BEGIN
        INSERT INTO kernel_document_words (kernel_document_words, rowid, words) VALUES ('delete', old.id, old.words);
        INSERT INTO kernel_document_words (rowid, words) VALUES (new.id, new.words);
    END""",
]
POSTGRESQL = [
    """ALTER TABLE kernel_document ADD COLUMN vector tsvector
        GENERATED ALWAYS AS (array_to_tsvector(array_remove(string_to_array(words, ' '), ''))) STORED""",
    "CREATE INDEX kernel_document_vector ON kernel_document USING gin (vector)",
]


def make_index(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    for statement in SQLITE if editor.connection.vendor == "sqlite" else POSTGRESQL:
        editor.execute(statement)


def drop_index(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.vendor == "sqlite":
        for name in ("added", "removed", "changed"):
            editor.execute(f"DROP TRIGGER kernel_document_{name}")
        editor.execute("DROP TABLE kernel_document_words")
    else:
        editor.execute("ALTER TABLE kernel_document DROP COLUMN vector")


class Migration(migrations.Migration):
    dependencies = [("kernel", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="Document",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=20)),
                ("key", models.BigIntegerField()),
                ("words", models.TextField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("kind", "key"), name="document_once")],
            },
        ),
        migrations.RunPython(make_index, drop_index),
    ]
