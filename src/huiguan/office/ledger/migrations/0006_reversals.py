"""The reversal of a transfer is found without reading every transfer; as `makemigrations` wrote it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """An index of the reversals alone."""

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
    ]
