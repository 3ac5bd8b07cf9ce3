"""What is never changed or removed of emergencies and of what was recorded of a morning."""

from __future__ import annotations

from typing import Any

from django.db import migrations

ENDED = "an emergency is decided once and never changed"
ANSWERED = "an errand is answered once and never changed"
RECORDED = "a recorded morning is never changed or removed"
KEPT = {
    "days_emergency": "an emergency is never removed",
    "days_emergencyerrand": "an errand is never removed",
    "days_recordedmorning": RECORDED,
    "days_recordedforced": RECORDED,
}
MORE = """(SELECT count(*) FROM days_recordedforced WHERE day_id = NEW.day_id)
        >= (SELECT forced FROM days_recordedmorning WHERE day_id = NEW.day_id)"""
SQLITE = (
    """CREATE TRIGGER emergency_new BEFORE INSERT ON days_emergency
    WHEN NEW."end" <> 'open' OR EXISTS (SELECT 1 FROM days_emergency WHERE id = NEW.id)
    BEGIN SELECT RAISE(ABORT, 'an emergency begins open'); END""",
    f"""CREATE TRIGGER emergency_unchanged BEFORE UPDATE ON days_emergency
    WHEN OLD."end" <> 'open' OR NEW.id <> OLD.id OR NEW.about <> OLD.about OR NEW.why <> OLD.why
      OR NEW.trading_day <> OLD.trading_day OR NEW.made_by_id <> OLD.made_by_id
      OR NEW.made_at <> OLD.made_at
    BEGIN SELECT RAISE(ABORT, '{ENDED}'); END""",
    """CREATE TRIGGER emergency_errand_new BEFORE INSERT ON days_emergencyerrand
    WHEN NEW.state <> 'waiting' OR EXISTS (SELECT 1 FROM days_emergencyerrand WHERE id = NEW.id
      OR request = NEW.request OR (emergency_id = NEW.emergency_id AND lifts = NEW.lifts))
    BEGIN SELECT RAISE(ABORT, 'an errand begins unanswered'); END""",
    f"""CREATE TRIGGER emergency_errand_unchanged BEFORE UPDATE ON days_emergencyerrand
    WHEN OLD.state <> 'waiting' OR NEW.id <> OLD.id OR NEW.emergency_id <> OLD.emergency_id
      OR NEW.lifts <> OLD.lifts OR NEW.request <> OLD.request OR NEW."do" <> OLD."do"
      OR NEW.given <> OLD.given OR NEW.made_at <> OLD.made_at
    BEGIN SELECT RAISE(ABORT, '{ANSWERED}'); END""",
    f"""CREATE TRIGGER recorded_morning_new BEFORE INSERT ON days_recordedmorning
    WHEN EXISTS (SELECT 1 FROM days_recordedmorning WHERE id = NEW.id OR day_id = NEW.day_id)
    BEGIN SELECT RAISE(ABORT, '{RECORDED}'); END""",
    f"""CREATE TRIGGER recorded_forced_new BEFORE INSERT ON days_recordedforced
    WHEN EXISTS (SELECT 1 FROM days_recordedforced WHERE id = NEW.id
        OR (day_id = NEW.day_id AND place = NEW.place))
      OR NOT EXISTS (SELECT 1 FROM days_recordedmorning WHERE day_id = NEW.day_id)
      OR {MORE}
    BEGIN SELECT RAISE(ABORT, 'a recorded morning has its list, and then no more'); END""",
    *(
        f"""CREATE TRIGGER {table}_unchanged BEFORE UPDATE ON {table}
        BEGIN SELECT RAISE(ABORT, '{RECORDED}'); END"""
        for table in ("days_recordedmorning", "days_recordedforced")
    ),
    *(
        f"""CREATE TRIGGER {table}_kept BEFORE DELETE ON {table}
        BEGIN SELECT RAISE(ABORT, '{words}'); END"""
        for table, words in KEPT.items()
    ),
)
POSTGRESQL = (
    """CREATE TRIGGER emergency_new BEFORE INSERT ON days_emergency
    FOR EACH ROW WHEN (NEW."end" <> 'open')
    EXECUTE FUNCTION people_refuse('an emergency begins open')""",
    f"""CREATE TRIGGER emergency_unchanged BEFORE UPDATE ON days_emergency
    FOR EACH ROW WHEN (OLD."end" <> 'open'
      OR (NEW.id, NEW.about, NEW.why, NEW.trading_day, NEW.made_by_id, NEW.made_at)
        <> (OLD.id, OLD.about, OLD.why, OLD.trading_day, OLD.made_by_id, OLD.made_at))
    EXECUTE FUNCTION people_refuse('{ENDED}')""",
    """CREATE TRIGGER emergency_errand_new BEFORE INSERT ON days_emergencyerrand
    FOR EACH ROW WHEN (NEW.state <> 'waiting')
    EXECUTE FUNCTION people_refuse('an errand begins unanswered')""",
    f"""CREATE TRIGGER emergency_errand_unchanged BEFORE UPDATE ON days_emergencyerrand
    FOR EACH ROW WHEN (OLD.state <> 'waiting'
      OR (NEW.id, NEW.emergency_id, NEW.lifts, NEW.request, NEW."do", NEW.given, NEW.made_at)
        <> (OLD.id, OLD.emergency_id, OLD.lifts, OLD.request, OLD."do", OLD.given, OLD.made_at))
    EXECUTE FUNCTION people_refuse('{ANSWERED}')""",
    f"""CREATE FUNCTION days_no_more_forced() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF NOT EXISTS (SELECT 1 FROM days_recordedmorning WHERE day_id = NEW.day_id) OR {MORE} THEN
        RAISE EXCEPTION 'a recorded morning has its list, and then no more'
          USING ERRCODE = 'integrity_constraint_violation';
      END IF;
      RETURN NEW;
    END $$""",
    """CREATE TRIGGER recorded_forced_new BEFORE INSERT ON days_recordedforced
    FOR EACH ROW EXECUTE FUNCTION days_no_more_forced()""",
    *(
        f"""CREATE TRIGGER {table}_unchanged BEFORE UPDATE ON {table}
        FOR EACH ROW EXECUTE FUNCTION people_refuse('{RECORDED}')"""
        for table in ("days_recordedmorning", "days_recordedforced")
    ),
    *(
        f"""CREATE TRIGGER {table}_{what} BEFORE {event} ON {table}
        FOR EACH {each} EXECUTE FUNCTION people_refuse('{words}')"""
        for table, words in KEPT.items()
        for what, event, each in (("kept", "DELETE", "ROW"), ("whole", "TRUNCATE", "STATEMENT"))
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

    dependencies = (("days", "0003_emergencies"),)
    operations = (migrations.RunPython(hold_to_it),)
