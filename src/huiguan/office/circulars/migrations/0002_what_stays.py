"""What is never changed of circulars, held by the database itself: what was approved or issued."""

from __future__ import annotations

from typing import Any

from django.db import migrations

FIXED = (
    "key",
    "product",
    '"table"',
    '"row"',
    "takes_effect",
    "title",
    "chinese",
    "drafted_by_id",
    "drafted_at",
)
SQLITE = (
    f"""CREATE TRIGGER circular_unchanged BEFORE UPDATE ON circulars_hallcircular
    WHEN OLD.state IN ('issued', 'failed') OR {" OR ".join(f"NEW.{name} <> OLD.{name}" for name in ("id", *FIXED))}
      OR (OLD.state = 'approved' AND NEW.state = 'draft')
      OR (OLD.shadowed_at IS NOT NULL AND NEW.shadow <> OLD.shadow)
    BEGIN SELECT RAISE(ABORT, 'a circular is decided once and never changed'); END""",
    """CREATE TRIGGER circular_new BEFORE INSERT ON circulars_hallcircular
    WHEN NEW.state <> 'draft' OR EXISTS (SELECT 1 FROM circulars_hallcircular WHERE id = NEW.id)
    BEGIN SELECT RAISE(ABORT, 'a circular begins as a draft'); END""",
    """CREATE TRIGGER circular_kept BEFORE DELETE ON circulars_hallcircular
    BEGIN SELECT RAISE(ABORT, 'a circular is never removed'); END""",
)
POSTGRESQL = (
    f"""CREATE TRIGGER circular_unchanged BEFORE UPDATE ON circulars_hallcircular
    FOR EACH ROW WHEN (OLD.state IN ('issued', 'failed')
      OR ({", ".join(f"NEW.{name}" for name in ("id", *FIXED))})
        <> ({", ".join(f"OLD.{name}" for name in ("id", *FIXED))})
      OR (OLD.state = 'approved' AND NEW.state = 'draft')
      OR (OLD.shadowed_at IS NOT NULL AND NEW.shadow <> OLD.shadow))
    EXECUTE FUNCTION people_refuse('a circular is decided once and never changed')""",
    """CREATE TRIGGER circular_new BEFORE INSERT ON circulars_hallcircular
    FOR EACH ROW WHEN (NEW.state <> 'draft')
    EXECUTE FUNCTION people_refuse('a circular begins as a draft')""",
    """CREATE TRIGGER circular_kept BEFORE DELETE ON circulars_hallcircular
    FOR EACH ROW EXECUTE FUNCTION people_refuse('a circular is never removed')""",
    """CREATE TRIGGER circular_whole BEFORE TRUNCATE ON circulars_hallcircular
    FOR EACH STATEMENT EXECUTE FUNCTION people_refuse('a circular is never removed')""",
)
BY_VENDOR = {"sqlite": SQLITE, "postgresql": POSTGRESQL}


def hold_to_it(apps: Any, schema_editor: Any) -> None:  # noqa: ANN401  Django says no types
    """Make the triggers of this database."""
    del apps
    with schema_editor.connection.cursor() as cursor:
        for statement in BY_VENDOR[schema_editor.connection.vendor]:
            cursor.execute(statement)


class Migration(migrations.Migration):
    """There is no way back: what could be changed for a while proves nothing."""

    dependencies = (("people", "0002_what_stays"), ("circulars", "0001_initial"))
    operations = (migrations.RunPython(hold_to_it),)
