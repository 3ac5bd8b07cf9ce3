"""The tables, as `makemigrations` wrote them."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="MetDay",
            fields=[
                ("trading_day", models.IntegerField(primary_key=True, serialize=False)),
                ("is_first", models.BooleanField()),
                ("version", models.IntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="LedgerBook",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=64, unique=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True), name="book_name"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="LedgerAccount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=64)),
                ("kind", models.CharField(max_length=24)),
                ("side", models.CharField(max_length=6)),
                ("below", models.CharField(max_length=6)),
                ("balance_fen", models.BigIntegerField(default=0)),
                ("last_transfer", models.BigIntegerField(default=0)),
                (
                    "book",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="accounts",
                        to="ledger.ledgerbook",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="LedgerTransfer",
            fields=[
                ("number", models.BigIntegerField(primary_key=True, serialize=False)),
                ("amount_fen", models.BigIntegerField()),
                ("reference", models.CharField(max_length=160, unique=True)),
                ("cause", models.CharField(max_length=8)),
                ("trading_day", models.IntegerField(default=0)),
                ("at", models.DateTimeField()),
                (
                    "book",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.ledgerbook",
                    ),
                ),
                (
                    "credit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="credits",
                        to="ledger.ledgeraccount",
                    ),
                ),
                (
                    "debit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="debits",
                        to="ledger.ledgeraccount",
                    ),
                ),
                (
                    "reverses",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reversal",
                        to="ledger.ledgertransfer",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Crossing",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("direction", models.CharField(max_length=3)),
                ("amount_fen", models.BigIntegerField()),
                ("reference", models.CharField(max_length=160, unique=True)),
                (
                    "stage",
                    models.CharField(default="reserved", max_length=8),
                ),
                ("trading_day", models.IntegerField(default=0)),
                ("sequence", models.BigIntegerField(default=0)),
                ("said", models.CharField(default="", max_length=200)),
                ("made_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "asked_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "code",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="crossings",
                        to="ledger.ledgeraccount",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("direction__in", ["in", "out"])),
                        name="crossing_direction",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("stage__in", ["asked", "held", "released", "reserved", "settled"])
                        ),
                        name="crossing_stage",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("amount_fen__gt", 0), ("amount_fen__lte", 10000000000000000)
                        ),
                        name="crossing_amount",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("stage", "held"),
                                _negated=True,
                            ),
                            ("direction", "out"),
                            _connector="OR",
                        ),
                        name="crossing_held",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("ended_at__isnull", False),
                                (
                                    "stage__in",
                                    (
                                        "settled",
                                        "released",
                                    ),
                                ),
                            ),
                            models.Q(
                                models.Q(
                                    (
                                        "stage__in",
                                        (
                                            "settled",
                                            "released",
                                        ),
                                    ),
                                    _negated=True,
                                ),
                                ("ended_at__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="crossing_ended",
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="ledgeraccount",
            constraint=models.UniqueConstraint(fields=("book", "name"), name="account_once"),
        ),
        migrations.AddConstraint(
            model_name="ledgeraccount",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "bank",
                            "clearing deposit",
                            "exchange",
                            "fees",
                            "marking",
                            "on the way in",
                            "on the way out",
                            "payments due",
                            "risk reserve",
                            "trading code",
                            "trading margin",
                            "unmatched payments",
                            "unmatched receipts",
                        ],
                    )
                ),
                name="account_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="ledgeraccount",
            constraint=models.CheckConstraint(
                condition=models.Q(("side__in", ["credit", "debit"])), name="account_side"
            ),
        ),
        migrations.AddConstraint(
            model_name="ledgeraccount",
            constraint=models.CheckConstraint(
                condition=models.Q(("below__in", ["free", "losses", "never"])), name="account_below"
            ),
        ),
        migrations.AddConstraint(
            model_name="ledgeraccount",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("below", "never"), _negated=True),
                    ("balance_fen__gte", 0),
                    _connector="OR",
                ),
                name="account_not_below",
            ),
        ),
        migrations.AddConstraint(
            model_name="ledgeraccount",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("balance_fen__gte", -4000000000000000000),
                    ("balance_fen__lte", 4000000000000000000),
                ),
                name="account_holds_numbers",
            ),
        ),
        migrations.AddConstraint(
            model_name="ledgertransfer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("cause__in", ["bank", "crossing", "evening", "opening", "reversal"])
                ),
                name="transfer_cause",
            ),
        ),
        migrations.AddConstraint(
            model_name="ledgertransfer",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_fen__gt", 0), ("amount_fen__lte", 10000000000000000)),
                name="transfer_amount",
            ),
        ),
        migrations.AddConstraint(
            model_name="ledgertransfer",
            constraint=models.CheckConstraint(
                condition=models.Q(("debit", models.F("credit")), _negated=True),
                name="transfer_two_sides",
            ),
        ),
        migrations.AddConstraint(
            model_name="ledgertransfer",
            constraint=models.CheckConstraint(
                condition=models.Q(("reference", ""), _negated=True), name="transfer_reference"
            ),
        ),
        migrations.AddConstraint(
            model_name="ledgertransfer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("cause", "reversal"),
                        ("reverses__isnull", False),
                    ),
                    models.Q(
                        models.Q(("cause", "reversal"), _negated=True),
                        ("reverses__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="transfer_reverses",
            ),
        ),
    ]
