"""The tables of collateral, dated figures, orders and interest, as `makemigrations` wrote them."""

import django.db.models.deletion
from django.db import migrations, models

from huiguan.office.ledger.migrations._triggers import Refused, hold, kept

REFUSED = (
    Refused("collateralmove", "INSERT", "there",
     "NEW.quantity + coalesce((SELECT sum(was.quantity) FROM ledger_collateralmove was"
     " WHERE was.book_id = NEW.book_id AND was.kind = NEW.kind AND was.name = NEW.name"
     " AND was.last_day = NEW.last_day), 0) < 0",
     "collateral that is not there cannot go back"),
    Refused("collateralmove", "UPDATE", "unchanged", "", "what was lodged is never changed"),
    Refused("datedfigure", "UPDATE", "unchanged", "", "a figure is never changed, only followed"),
    Refused("interestpaid", "UPDATE", "unchanged", "", "interest is never changed"),
    Refused("openingorder", "UPDATE", "steps",
     "NEW.id <> OLD.id OR NEW.book_id <> OLD.book_id OR NEW.kind <> OLD.kind"
     " OR NEW.amount_fen <> OLD.amount_fen OR NEW.reason <> OLD.reason"
     " OR NEW.proposal_id <> OLD.proposal_id OR OLD.stage = 'followed'",
     "an order is never changed, and followed once"),
    *(kept(*one) for one in (("collateralmove", "a move of collateral"),
                             ("datedfigure", "a figure"), ("interestpaid", "interest"),
                             ("openingorder", "an order"))),
)  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0003_bank"),
        ("people", "0003_second_factor"),
    ]

    operations = [
        migrations.CreateModel(
            name="CollateralMove",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=16)),
                ("name", models.CharField(max_length=32)),
                ("last_day", models.IntegerField(default=0)),
                ("quantity", models.BigIntegerField()),
                ("trading_day", models.IntegerField()),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="DatedFigure",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=64)),
                ("effective", models.IntegerField()),
                ("millionths", models.BigIntegerField()),
                ("source", models.CharField(max_length=200)),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="InterestPaid",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("first_day", models.IntegerField()),
                ("last_day", models.IntegerField()),
                ("yuan_days", models.BigIntegerField()),
                ("amount_fen", models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="OpeningOrder",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=16)),
                ("amount_fen", models.BigIntegerField()),
                ("reason", models.CharField(max_length=200)),
                (
                    "stage",
                    models.CharField(default="waiting", max_length=8),
                ),
                ("trading_day", models.IntegerField(default=0)),
                ("said", models.CharField(default="", max_length=200)),
                ("made_at", models.DateTimeField()),
            ],
        ),
        migrations.AddIndex(
            model_name="ledgertransfer",
            index=models.Index(fields=["debit", "-number"], name="transfer_debits"),
        ),
        migrations.AddIndex(
            model_name="ledgertransfer",
            index=models.Index(fields=["credit", "-number"], name="transfer_credits"),
        ),
        migrations.AddIndex(
            model_name="ledgertransfer",
            index=models.Index(fields=["cause", "trading_day"], name="transfer_days"),
        ),
        migrations.AddField(
            model_name="collateralmove",
            name="book",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="collateral",
                to="ledger.ledgerbook",
            ),
        ),
        migrations.AddField(
            model_name="collateralmove",
            name="proposal",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.proposal"
            ),
        ),
        migrations.AddField(
            model_name="datedfigure",
            name="proposal",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.proposal"
            ),
        ),
        migrations.AddField(
            model_name="interestpaid",
            name="book",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="ledger.ledgerbook",
            ),
        ),
        migrations.AddField(
            model_name="interestpaid",
            name="figure",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="ledger.datedfigure",
            ),
        ),
        migrations.AddField(
            model_name="openingorder",
            name="book",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="ledger.ledgerbook",
            ),
        ),
        migrations.AddField(
            model_name="openingorder",
            name="proposal",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.proposal"
            ),
        ),
        migrations.AddField(
            model_name="interestpaid",
            name="order",
            field=models.OneToOneField(
                null=True, on_delete=django.db.models.deletion.PROTECT, to="ledger.openingorder"
            ),
        ),
        migrations.AddConstraint(
            model_name="collateralmove",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["currency", "standard warrant", "treasury bond"])),
                name="collateral_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="collateralmove",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("quantity__gte", -10000000000000000),
                    ("quantity__lte", 10000000000000000),
                    models.Q(("quantity", 0), _negated=True),
                ),
                name="collateral_quantity",
            ),
        ),
        migrations.AddConstraint(
            model_name="datedfigure",
            constraint=models.CheckConstraint(
                condition=models.Q(("millionths__gt", 0), ("millionths__lte", 10000000000000000)),
                name="figure_positive",
            ),
        ),
        migrations.AddConstraint(
            model_name="datedfigure",
            constraint=models.CheckConstraint(
                condition=models.Q(("source", ""), _negated=True), name="figure_source"
            ),
        ),
        migrations.AddConstraint(
            model_name="openingorder",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["MoveMemberMoney", "SetCollateral"])),
                name="order_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="openingorder",
            constraint=models.CheckConstraint(
                condition=models.Q(("stage__in", ["asked", "followed", "kept", "waiting"])),
                name="order_stage",
            ),
        ),
        migrations.AddConstraint(
            model_name="openingorder",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_fen__gte", 0), ("amount_fen__lte", 10000000000000000)),
                name="order_amount",
            ),
        ),
        migrations.AddConstraint(
            model_name="interestpaid",
            constraint=models.UniqueConstraint(fields=("book", "last_day"), name="interest_once"),
        ),
        migrations.AddConstraint(
            model_name="interestpaid",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_fen__gte", 0)), name="interest_amount"
            ),
        ),
        migrations.RunPython(hold(REFUSED)),
    ]
