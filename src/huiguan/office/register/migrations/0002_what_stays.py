"""What never changes of a row of the register, held by the database itself."""

from __future__ import annotations

from typing import Any

from django.db import migrations

SAYS = "a row of the register is never removed and stays the one it is"
OTHER = " OR ".join(f'OLD."{name}" <> NEW."{name}"' for name in ("id", "listed", "key", "member"))
SQLITE = (
    f"""CREATE TRIGGER entry_same BEFORE UPDATE ON register_entry
    WHEN {OTHER} BEGIN SELECT RAISE(ABORT, '{SAYS}'); END""",
    f"""CREATE TRIGGER entry_kept BEFORE DELETE ON register_entry
    BEGIN SELECT RAISE(ABORT, '{SAYS}'); END""",
    f"""CREATE TRIGGER entry_new BEFORE INSERT ON register_entry
    WHEN EXISTS (SELECT 1 FROM register_entry WHERE id = NEW.id)
    BEGIN SELECT RAISE(ABORT, '{SAYS}'); END""",
)
POSTGRESQL = (
    f"""CREATE TRIGGER entry_same BEFORE UPDATE ON register_entry
    FOR EACH ROW WHEN ({OTHER}) EXECUTE FUNCTION people_refuse('{SAYS}')""",
    f"""CREATE TRIGGER entry_kept BEFORE DELETE ON register_entry
    FOR EACH ROW EXECUTE FUNCTION people_refuse('{SAYS}')""",
    f"""CREATE TRIGGER entry_whole BEFORE TRUNCATE ON register_entry
    FOR EACH STATEMENT EXECUTE FUNCTION people_refuse('{SAYS}')""",
)
BY_VENDOR = {"sqlite": SQLITE, "postgresql": POSTGRESQL}


def hold_to_it(apps: Any, schema_editor: Any) -> None:  # noqa: ANN401  Django says no types
    """Make the triggers of this database."""
    del apps
    with schema_editor.connection.cursor() as cursor:
        for statement in BY_VENDOR[schema_editor.connection.vendor]:
            cursor.execute(statement)


class Migration(migrations.Migration):
    """There is no way back, as for the record."""

    dependencies = (("register", "0001_initial"), ("people", "0002_what_stays"))
    operations = (migrations.RunPython(hold_to_it),)
