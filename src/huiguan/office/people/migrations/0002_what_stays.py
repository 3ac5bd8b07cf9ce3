"""What is never changed or removed, held by the database itself: the record, what was decided.

SQLite: a REPLACE removes a row without firing a trigger on deletion, but not without one on
insertion; a line that is not the next one is therefore refused too.
"""

from __future__ import annotations

from typing import Any

from django.db import migrations

SQLITE = (
    """CREATE TRIGGER record_next BEFORE INSERT ON people_recordline
    WHEN NEW.number <> (SELECT coalesce(max(number), 0) + 1 FROM people_recordline)
      OR NEW.before <> coalesce((SELECT hash FROM people_recordline ORDER BY number DESC LIMIT 1),
                                '0000000000000000000000000000000000000000000000000000000000000000')
    BEGIN SELECT RAISE(ABORT, 'a line of the record follows the one before it'); END""",
    """CREATE TRIGGER record_unchanged BEFORE UPDATE ON people_recordline
    BEGIN SELECT RAISE(ABORT, 'a line of the record is never changed'); END""",
    """CREATE TRIGGER record_kept BEFORE DELETE ON people_recordline
    BEGIN SELECT RAISE(ABORT, 'a line of the record is never removed'); END""",
    """CREATE TRIGGER proposal_new BEFORE INSERT ON people_proposal
    WHEN NEW.state <> 'waiting' OR EXISTS (SELECT 1 FROM people_proposal WHERE id = NEW.id)
    BEGIN SELECT RAISE(ABORT, 'a proposal begins undecided'); END""",
    """CREATE TRIGGER proposal_unchanged BEFORE UPDATE ON people_proposal
    WHEN OLD.state <> 'waiting' OR NEW.id <> OLD.id OR NEW.action <> OLD.action
      OR NEW.subject_id IS NOT OLD.subject_id OR NEW.about <> OLD.about OR NEW.before <> OLD.before
      OR NEW.after <> OLD.after OR NEW.why <> OLD.why OR NEW.maker_id <> OLD.maker_id
      OR NEW.made_at <> OLD.made_at OR NEW.ends_at <> OLD.ends_at OR NEW.salt <> OLD.salt
    BEGIN SELECT RAISE(ABORT, 'a proposal is decided once and never changed'); END""",
    """CREATE TRIGGER proposal_kept BEFORE DELETE ON people_proposal
    BEGIN SELECT RAISE(ABORT, 'a proposal is never removed'); END""",
)
POSTGRESQL = (
    """CREATE FUNCTION people_refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'integrity_constraint_violation'; END $$""",
    """CREATE FUNCTION people_next_line() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE last record;
    BEGIN
      SELECT number, hash INTO last FROM people_recordline ORDER BY number DESC LIMIT 1;
      IF NEW.number <> coalesce(last.number, 0) + 1
         OR NEW.before <> coalesce(last.hash, repeat('0', 64)) THEN
        RAISE EXCEPTION 'a line of the record follows the one before it'
          USING ERRCODE = 'integrity_constraint_violation';
      END IF;
      RETURN NEW;
    END $$""",
    """CREATE TRIGGER record_next BEFORE INSERT ON people_recordline
    FOR EACH ROW EXECUTE FUNCTION people_next_line()""",
    """CREATE TRIGGER record_unchanged BEFORE UPDATE ON people_recordline
    FOR EACH ROW EXECUTE FUNCTION people_refuse('a line of the record is never changed')""",
    """CREATE TRIGGER record_kept BEFORE DELETE ON people_recordline
    FOR EACH ROW EXECUTE FUNCTION people_refuse('a line of the record is never removed')""",
    """CREATE TRIGGER record_whole BEFORE TRUNCATE ON people_recordline
    FOR EACH STATEMENT EXECUTE FUNCTION people_refuse('a line of the record is never removed')""",
    """CREATE TRIGGER proposal_new BEFORE INSERT ON people_proposal
    FOR EACH ROW WHEN (NEW.state <> 'waiting')
    EXECUTE FUNCTION people_refuse('a proposal begins undecided')""",
    """CREATE TRIGGER proposal_unchanged BEFORE UPDATE ON people_proposal
    FOR EACH ROW WHEN (OLD.state <> 'waiting'
      OR (NEW.id, NEW.action, NEW.before, NEW.after, NEW.why, NEW.maker_id, NEW.made_at,
          NEW.ends_at, NEW.salt, NEW.about)
        <> (OLD.id, OLD.action, OLD.before, OLD.after, OLD.why, OLD.maker_id, OLD.made_at,
          OLD.ends_at, OLD.salt, OLD.about)
      OR NEW.subject_id IS DISTINCT FROM OLD.subject_id)
    EXECUTE FUNCTION people_refuse('a proposal is decided once and never changed')""",
    """CREATE TRIGGER proposal_kept BEFORE DELETE ON people_proposal
    FOR EACH ROW EXECUTE FUNCTION people_refuse('a proposal is never removed')""",
    """CREATE TRIGGER proposal_whole BEFORE TRUNCATE ON people_proposal
    FOR EACH STATEMENT EXECUTE FUNCTION people_refuse('a proposal is never removed')""",
)
BY_VENDOR = {"sqlite": SQLITE, "postgresql": POSTGRESQL}


def hold_to_it(apps: Any, schema_editor: Any) -> None:  # noqa: ANN401  Django says no types
    """Make the triggers of this database."""
    del apps
    with schema_editor.connection.cursor() as cursor:
        for statement in BY_VENDOR[schema_editor.connection.vendor]:
            cursor.execute(statement)


class Migration(migrations.Migration):
    """There is no way back: a record that could be changed for a while proves nothing."""

    dependencies = (("people", "0001_initial"),)
    operations = (migrations.RunPython(hold_to_it),)
