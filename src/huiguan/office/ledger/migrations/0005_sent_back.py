"""Payments that a bank sent back, as `makemigrations` wrote them."""

import django.db.models.deletion
from django.db import migrations, models

from huiguan.office.ledger.migrations._triggers import Refused, hold, kept

REFUSED = (
    Refused("sentback", "UPDATE", "unchanged", "", "what came back is never changed"),
    kept("sentback", "what came back"),
)


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0004_collateral"),
    ]

    operations = [
        migrations.CreateModel(
            name="SentBack",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reason", models.CharField(max_length=100)),
                (
                    "line",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sent_back",
                        to="ledger.bankline",
                    ),
                ),
                (
                    "payment",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sent_back",
                        to="ledger.payment",
                    ),
                ),
            ],
        ),
        migrations.RunPython(hold(REFUSED)),
    ]
