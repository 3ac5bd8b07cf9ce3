"""Triggers of both databases, made of one list of what is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


class Refused(NamedTuple):
    """What a table of the ledger does not let happen; without a condition it never does."""

    table: str
    event: str  # INSERT, UPDATE, DELETE
    name: str
    condition: str
    words: str


def sqlite(rules: Iterable[Refused]) -> list[str]:
    """Return the triggers of SQLite."""
    return [
        f"CREATE TRIGGER {rule.table}_{rule.name} BEFORE {rule.event} ON ledger_{rule.table}"
        f" {f'WHEN {rule.condition}' if rule.condition else ''}"
        f" BEGIN SELECT RAISE(ABORT, '{rule.words}'); END"
        for rule in rules
    ]


def postgresql(rules: Iterable[Refused]) -> list[str]:
    """Return the functions and triggers of PostgreSQL."""
    made = []
    for table, event, name, condition, words in rules:
        row = "OLD" if event == "DELETE" else "NEW"
        refuse = f"RAISE EXCEPTION '{words}' USING ERRCODE = 'integrity_constraint_violation';"
        body = f"IF {condition} THEN {refuse} END IF; RETURN {row};" if condition else refuse
        function = f"{table}_{name}"
        made += [
            (
                f"CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS"
                f" $$ BEGIN {body} END $$"
            ),
            (
                f"CREATE TRIGGER {function} BEFORE {event} ON ledger_{table}"
                f" FOR EACH ROW EXECUTE FUNCTION {function}()"
            ),
        ]
        if event == "DELETE":
            made.append(
                f"CREATE TRIGGER {table}_whole BEFORE TRUNCATE ON ledger_{table}"
                f" FOR EACH STATEMENT EXECUTE FUNCTION {function}()"
            )
    return made


def kept(table: str, what: str) -> Refused:
    """Return that no row of a table is ever removed."""
    return Refused(table, "DELETE", "kept", "", f"{what} is never removed")


def hold(rules: Iterable[Refused], **more: Iterable[str]) -> Callable[[Any, Any], None]:
    """Return the step of a migration that makes triggers; ``more`` statements by database."""
    by_vendor = {"sqlite": sqlite, "postgresql": postgresql}

    def hold_to_it(apps: Any, schema_editor: Any) -> None:  # noqa: ANN401  Django says no types
        """Make the triggers of this database."""
        del apps
        vendor = schema_editor.connection.vendor
        with schema_editor.connection.cursor() as cursor:
            for statement in (*by_vendor[vendor](rules), *more.get(vendor, ())):
                cursor.execute(statement)

    return hold_to_it
