"""The reversal of a transfer, and on SQLite the sums of books, are read from an index alone."""

from django.db import migrations, models

from huiguan.office.ledger.migrations._triggers import hold

SUMS = "CREATE INDEX account_sums ON ledger_ledgeraccount (book_id, side, balance_fen)"


class Migration(migrations.Migration):
    """PostgreSQL sums whole rows as fast, and a balance in an index would cost it its updates."""

    dependencies = [("ledger", "0005_sent_back")]

    operations = [
        migrations.AddIndex(
            model_name="ledgertransfer",
            index=models.Index(
                condition=models.Q(("reverses__isnull", False)),
                fields=["reverses"],
                name="transfer_reversals",
            ),
        ),
        migrations.RunPython(hold((), sqlite=[SUMS], postgresql=[])),
    ]
