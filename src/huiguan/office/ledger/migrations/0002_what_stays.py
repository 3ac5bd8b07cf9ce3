"""What the database itself holds to: transfers stay, balances follow them, crossings step on.

A balance may only be changed together with the number of the transfer that changes it, by exactly
its amount; a trigger does so for every transfer, and no other change finds a transfer to name.
SQLite: a REPLACE removes a row without firing a trigger on deletion, but not without one on
insertion; a transfer that is not the next one is therefore refused too.
"""

from __future__ import annotations

from django.db import migrations

from huiguan.office.ledger.migrations._triggers import Refused, hold, kept

STEPS = (  # of a crossing; the same stage again changes what is said alone
    *("reserved>reserved", "reserved>asked", "reserved>released"),
    *("asked>asked", "asked>reserved", "asked>held", "asked>settled", "asked>released"),
    *("held>held", "held>reserved", "held>settled", "held>released"),
)
# What is refused: table, event, name, condition, words. ``IS NOT`` is SQLite's for two rows.
KEPT = (
    *(("ledgerbook", "a book"), ("ledgeraccount", "an account"), ("ledgertransfer", "a transfer")),
    *(("crossing", "a crossing"), ("metday", "a day")),
)
REFUSED = (
    Refused("ledgertransfer", "INSERT", "next",
     "NEW.number <> (SELECT coalesce(max(number), 0) + 1 FROM ledger_ledgertransfer)",
     "a transfer follows the one before it"),
    Refused("ledgertransfer", "INSERT", "one_book",
     ("NEW.book_id <> (SELECT book_id FROM ledger_ledgeraccount WHERE id = NEW.debit_id)"
     " OR NEW.book_id <> (SELECT book_id FROM ledger_ledgeraccount WHERE id = NEW.credit_id)"),
     "both accounts of a transfer are in its book"),
    Refused("ledgertransfer", "INSERT", "mirror",
     ("NEW.reverses_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM ledger_ledgertransfer was"
     " WHERE was.number = NEW.reverses_id AND was.debit_id = NEW.credit_id"
     " AND was.credit_id = NEW.debit_id AND was.amount_fen = NEW.amount_fen"
     " AND was.reverses_id IS NULL)"),
     "a reversal moves the same amount back"),
    Refused("ledgertransfer", "UPDATE", "unchanged", "", "a transfer is never changed"),
    Refused("ledgerbook", "UPDATE", "unchanged", "", "a book is never changed"),
    Refused("ledgeraccount", "INSERT", "begins", ("NEW.balance_fen <> 0 OR NEW.last_transfer <> 0"
     " OR EXISTS (SELECT 1 FROM ledger_ledgeraccount was WHERE was.id = NEW.id)"),
     "an account begins with nothing"),
    Refused("ledgeraccount", "UPDATE", "unchanged",
     ("NEW.id <> OLD.id OR NEW.book_id <> OLD.book_id OR NEW.name <> OLD.name"
     " OR NEW.kind <> OLD.kind OR NEW.side <> OLD.side OR NEW.below <> OLD.below"
     " OR NEW.last_transfer <= OLD.last_transfer OR NOT EXISTS (SELECT 1"
     " FROM ledger_ledgertransfer made WHERE made.number = NEW.last_transfer"
     " AND NEW.balance_fen - OLD.balance_fen ="
     " CASE WHEN made.debit_id = OLD.id AND OLD.side = 'debit' THEN made.amount_fen"
     " WHEN made.credit_id = OLD.id AND OLD.side = 'credit' THEN made.amount_fen"
     " WHEN made.debit_id = OLD.id OR made.credit_id = OLD.id THEN -made.amount_fen"
     " ELSE NULL END)"),
     "a balance changes by a transfer alone"),
    Refused("ledgeraccount", "UPDATE", "losses",
     ("NEW.below = 'losses' AND NEW.balance_fen < 0 AND NEW.balance_fen < OLD.balance_fen"
     " AND NOT EXISTS (SELECT 1 FROM ledger_ledgertransfer made WHERE made.number ="
     " NEW.last_transfer AND made.cause IN ('opening', 'evening'))"),
     "money that is not there cannot be taken out"),
    Refused("crossing", "INSERT", "begins", ("NEW.stage <> 'reserved' OR NEW.trading_day <> 0"
     " OR EXISTS (SELECT 1 FROM ledger_crossing was WHERE was.id = NEW.id)"),
     "a crossing begins reserved"),
    Refused("crossing", "UPDATE", "steps",
     ("NEW.id <> OLD.id OR NEW.code_id <> OLD.code_id OR NEW.direction <> OLD.direction"
     " OR NEW.amount_fen <> OLD.amount_fen OR NEW.reference <> OLD.reference"
     f" OR OLD.stage || '>' || NEW.stage NOT IN {STEPS}"),
     "a crossing goes on step by step and never back"),
    Refused("metday", "UPDATE", "booked_once",
     ("NEW.trading_day <> OLD.trading_day OR NEW.is_first <> OLD.is_first"
        " OR NEW.version <= OLD.version"),
     "a version of a day is booked once"),
    *(kept(*one) for one in KEPT),
)  # fmt: skip
MOVES = (
    "UPDATE ledger_ledgeraccount SET last_transfer = NEW.number, balance_fen = balance_fen +"
    " CASE side WHEN '{side}' THEN NEW.amount_fen ELSE -NEW.amount_fen END"
    " WHERE id = NEW.{side}_id"
)


BOTH = [MOVES.format(side=side) for side in ("debit", "credit")]
AFTER = "CREATE TRIGGER ledgertransfer_moves AFTER INSERT ON ledger_ledgertransfer"
SQLITE = [f"{AFTER} BEGIN {'; '.join(BOTH)}; END"]
POSTGRESQL = [
    (
        "CREATE FUNCTION ledgertransfer_moves() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN {'; '.join(BOTH)}; RETURN NULL; END $$"
    ),
    f"{AFTER} FOR EACH ROW EXECUTE FUNCTION ledgertransfer_moves()",
]


class Migration(migrations.Migration):
    """There is no way back: a ledger that could be changed for a while proves nothing."""

    dependencies = (("ledger", "0001_initial"),)
    operations = (migrations.RunPython(hold(REFUSED, sqlite=SQLITE, postgresql=POSTGRESQL)),)
