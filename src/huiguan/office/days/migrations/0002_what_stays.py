"""What is never changed or removed of days, held by the database itself: errands, recorded days.

SQLite: a REPLACE removes a row without firing a trigger on deletion, but not without one on
insertion.
"""

from __future__ import annotations

from typing import Any

from django.db import migrations

SQLITE = (
    """CREATE TRIGGER errand_new BEFORE INSERT ON days_errand
    WHEN NEW.state <> 'waiting' OR EXISTS
      (SELECT 1 FROM days_errand WHERE id = NEW.id OR proposal_id = NEW.proposal_id OR request = NEW.request)
    BEGIN SELECT RAISE(ABORT, 'an errand begins unanswered, one a proposal'); END""",
    """CREATE TRIGGER errand_unchanged BEFORE UPDATE ON days_errand
    WHEN OLD.state <> 'waiting' OR NEW.id <> OLD.id OR NEW.proposal_id <> OLD.proposal_id
      OR NEW.request <> OLD.request OR NEW."do" <> OLD."do" OR NEW.given <> OLD.given
      OR NEW.made_at <> OLD.made_at
    BEGIN SELECT RAISE(ABORT, 'an errand is answered once and never changed'); END""",
    """CREATE TRIGGER errand_kept BEFORE DELETE ON days_errand
    BEGIN SELECT RAISE(ABORT, 'an errand is never removed'); END""",
    """CREATE TRIGGER recorded_day_new BEFORE INSERT ON days_recordedday
    WHEN EXISTS (SELECT 1 FROM days_recordedday WHERE id = NEW.id OR result_hash = NEW.result_hash
      OR (trading_day = NEW.trading_day AND version = NEW.version))
    BEGIN SELECT RAISE(ABORT, 'a day is recorded once'); END""",
    """CREATE TRIGGER recorded_day_unchanged BEFORE UPDATE ON days_recordedday
    BEGIN SELECT RAISE(ABORT, 'a recorded day is never changed'); END""",
    """CREATE TRIGGER recorded_day_kept BEFORE DELETE ON days_recordedday
    BEGIN SELECT RAISE(ABORT, 'a recorded day is never removed'); END""",
    """CREATE TRIGGER recorded_pool_new BEFORE INSERT ON days_recordedpool
    WHEN EXISTS (SELECT 1 FROM days_recordedpool WHERE id = NEW.id
        OR (day_id = NEW.day_id AND member = NEW.member AND house = NEW.house))
      OR (SELECT count(*) FROM days_recordedpool WHERE day_id = NEW.day_id)
        >= (SELECT pools FROM days_recordedday WHERE id = NEW.day_id)
    BEGIN SELECT RAISE(ABORT, 'a day is recorded with its pools, and then no more'); END""",
    """CREATE TRIGGER recorded_pool_unchanged BEFORE UPDATE ON days_recordedpool
    BEGIN SELECT RAISE(ABORT, 'a recorded day is never changed'); END""",
    """CREATE TRIGGER recorded_pool_kept BEFORE DELETE ON days_recordedpool
    BEGIN SELECT RAISE(ABORT, 'a recorded day is never removed'); END""",
)
POSTGRESQL = (
    """CREATE TRIGGER errand_new BEFORE INSERT ON days_errand
    FOR EACH ROW WHEN (NEW.state <> 'waiting')
    EXECUTE FUNCTION people_refuse('an errand begins unanswered, one a proposal')""",
    """CREATE TRIGGER errand_unchanged BEFORE UPDATE ON days_errand
    FOR EACH ROW WHEN (OLD.state <> 'waiting'
      OR (NEW.id, NEW.proposal_id, NEW.request, NEW."do", NEW.given, NEW.made_at)
        <> (OLD.id, OLD.proposal_id, OLD.request, OLD."do", OLD.given, OLD.made_at))
    EXECUTE FUNCTION people_refuse('an errand is answered once and never changed')""",
    """CREATE FUNCTION days_no_more_pools() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF (SELECT count(*) FROM days_recordedpool WHERE day_id = NEW.day_id)
          >= (SELECT pools FROM days_recordedday WHERE id = NEW.day_id) THEN
        RAISE EXCEPTION 'a day is recorded with its pools, and then no more'
          USING ERRCODE = 'integrity_constraint_violation';
      END IF;
      RETURN NEW;
    END $$""",
    """CREATE TRIGGER recorded_pool_new BEFORE INSERT ON days_recordedpool
    FOR EACH ROW EXECUTE FUNCTION days_no_more_pools()""",
    *(
        f"""CREATE TRIGGER {name}_{what} BEFORE {event} ON {table}
        FOR EACH {each} EXECUTE FUNCTION people_refuse('{words}')"""
        for name, table, kept in (
            ("errand", "days_errand", "an errand is never removed"),
            ("recorded_day", "days_recordedday", "a recorded day is never removed"),
            ("recorded_pool", "days_recordedpool", "a recorded day is never removed"),
        )
        for what, event, each, words in (
            ("kept", "DELETE", "ROW", kept),
            ("whole", "TRUNCATE", "STATEMENT", kept),
            *(
                ()
                if name == "errand"
                else (("unchanged", "UPDATE", "ROW", "a recorded day is never changed"),)
            ),
        )
    ),
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

    dependencies = (("people", "0002_what_stays"), ("days", "0001_initial"))
    operations = (migrations.RunPython(hold_to_it),)
