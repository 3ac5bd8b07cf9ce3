"""PostgreSQL: balances follow the transfers of a statement together, each account once.

A row that is changed a thousand times in one transaction is a thousand rows to PostgreSQL, each
read again at the next change; a first day of 200,000 codes never ended. What is held to is the
same: an account changes only together with the number of its newest transfer, by exactly what its
transfers since the one before come to. SQLite changes a row in place and keeps a trigger a row.
"""

from django.db import migrations

from huiguan.office.ledger.migrations._triggers import hold

SINCE = (
    "FROM ledger_ledgertransfer made WHERE made.{side}_id = OLD.id"
    " AND made.number > OLD.last_transfer AND made.number <= NEW.last_transfer"
)
MOVED = (
    "coalesce((SELECT sum(made.amount_fen) {debits}), 0)"
    " - coalesce((SELECT sum(made.amount_fen) {credits}), 0)"
).format(debits=SINCE.format(side="debit"), credits=SINCE.format(side="credit"))
NEWEST = (
    "EXISTS (SELECT 1 FROM ledger_ledgertransfer made WHERE made.number = NEW.last_transfer"
    " AND (made.debit_id = OLD.id OR made.credit_id = OLD.id))"
)
UNCHANGED = (
    "NEW.id <> OLD.id OR NEW.book_id <> OLD.book_id OR NEW.name <> OLD.name"
    " OR NEW.kind <> OLD.kind OR NEW.side <> OLD.side OR NEW.below <> OLD.below"
    f" OR NEW.last_transfer <= OLD.last_transfer OR NOT {NEWEST}"
    " OR NEW.balance_fen - OLD.balance_fen <>"
    f" (CASE OLD.side WHEN 'debit' THEN 1 ELSE -1 END) * ({MOVED})"
)
OTHERS = "AND made.cause NOT IN ('opening', 'evening')"
LOSSES = (
    "NEW.below = 'losses' AND NEW.balance_fen < 0 AND NEW.balance_fen < OLD.balance_fen AND ("
    + " OR ".join(
        f"EXISTS (SELECT 1 {SINCE.format(side=side)} {OTHERS})" for side in ("debit", "credit")
    )
    + ")"
)
CHECKS = {
    "ledgeraccount_unchanged": (UNCHANGED, "a balance changes by a transfer alone"),
    "ledgeraccount_losses": (LOSSES, "money that is not there cannot be taken out"),
}
# What reads in a trigger: its plan is made while a first day's tables are empty, and kept.
READING = (
    *("ledgertransfer_next", "ledgertransfer_one_book", "ledgertransfer_mirror"),
    *("ledgertransfer_moves", "ledgeraccount_unchanged", "ledgeraccount_losses"),
)
MOVES = """UPDATE ledger_ledgeraccount account SET last_transfer = moved.last, balance_fen =
 balance_fen + CASE account.side WHEN 'debit' THEN moved.fen ELSE -moved.fen END
 FROM (SELECT id, max(number) AS last, sum(fen)::bigint AS fen FROM (
  SELECT debit_id AS id, number, amount_fen AS fen FROM fresh
  UNION ALL SELECT credit_id, number, -amount_fen FROM fresh) sides GROUP BY id) moved
 WHERE account.id = moved.id;"""
POSTGRESQL = [
    *(
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF {condition} THEN RAISE EXCEPTION '{words}'"
        " USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$"
        for name, (condition, words) in CHECKS.items()
    ),
    "DROP TRIGGER ledgertransfer_moves ON ledger_ledgertransfer",
    (
        "CREATE OR REPLACE FUNCTION ledgertransfer_moves() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN {MOVES} RETURN NULL; END $$"
    ),
    (
        "CREATE TRIGGER ledgertransfer_moves AFTER INSERT ON ledger_ledgertransfer"
        " REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT"
        " EXECUTE FUNCTION ledgertransfer_moves()"
    ),
    *(f"ALTER FUNCTION {name}() SET enable_seqscan = off" for name in READING),
]


class Migration(migrations.Migration):
    """There is no way back, as for the triggers whose place these take."""

    dependencies = [("ledger", "0006_reversals")]
    operations = [migrations.RunPython(hold((), postgresql=POSTGRESQL))]
