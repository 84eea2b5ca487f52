"""The log can be added to, and nothing else: the database itself refuses to change or remove an entry."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

_REFUSE = {
    "sqlite": (
        """\
CREATE TRIGGER log_UPDATE BEFORE UPDATE ON booklet_desk_logentry
BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END""",
        """\
CREATE TRIGGER log_DELETE BEFORE DELETE ON booklet_desk_logentry
BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END""",
    ),
    "postgresql": (
        """\
CREATE FUNCTION booklet_desk_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the log is append-only'; END $$""",
        """\
CREATE TRIGGER log_change BEFORE UPDATE OR DELETE OR TRUNCATE ON booklet_desk_logentry
EXECUTE FUNCTION booklet_desk_refuse()""",
    ),
}


def refuse_changes(_: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """Triggers, as each database writes them."""
    for statement in _REFUSE[editor.connection.vendor]:
        editor.execute(statement, params=None)


class Migration(migrations.Migration):
    """After the tables."""

    dependencies = (("booklet_desk", "0001_initial"),)
    operations = (migrations.RunPython(refuse_changes, migrations.RunPython.noop),)
