"""The log can be added to, and nothing else: the database itself refuses to change or remove an entry."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

_REFUSE = """\
CREATE TRIGGER log_{verb} BEFORE {verb} ON booklet_desk_logentry
BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END"""


def refuse_changes(_: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """Triggers, where the database is SQLite."""
    for verb in ("UPDATE", "DELETE") if editor.connection.vendor == "sqlite" else ():
        editor.execute(_REFUSE.format(verb=verb))


class Migration(migrations.Migration):
    """After the tables."""

    dependencies = (("booklet_desk", "0001_initial"),)
    operations = (migrations.RunPython(refuse_changes, migrations.RunPython.noop),)
