"""The tables, as `makemigrations` wrote them."""

import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("people", "0002_what_stays"),
    ]

    operations = [
        migrations.CreateModel(
            name="Proof",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("trading_day", models.IntegerField()),
                ("asked_by", models.BigIntegerField()),
                ("asked_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("good", models.BooleanField(null=True)),
                ("said", models.TextField(default="")),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at__isnull", True), ("good__isnull", True)),
                            models.Q(("ended_at__isnull", False), ("good__isnull", False)),
                            _connector="OR",
                        ),
                        name="proof_ended",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="RecordedDay",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("trading_day", models.IntegerField()),
                ("version", models.IntegerField()),
                ("next_trading_day", models.IntegerField()),
                ("day_hash", models.CharField(max_length=64)),
                ("image_hash", models.CharField(max_length=64)),
                ("result_hash", models.CharField(max_length=64, unique=True)),
                ("rulebook_hash", models.CharField(max_length=64)),
                ("commands", models.BigIntegerField()),
                ("trades", models.BigIntegerField()),
                ("volume_lots", models.BigIntegerField()),
                ("turnover_fen", models.BigIntegerField()),
                ("contracts", models.IntegerField()),
                ("accounts", models.IntegerField()),
                ("pools", models.IntegerField()),
                ("calls", models.IntegerField()),
                ("reductions", models.IntegerField()),
                ("cash_fen", models.BigIntegerField()),
                ("margin_fen", models.BigIntegerField()),
                ("fees_fen", models.BigIntegerField()),
                ("call_fen", models.BigIntegerField()),
                ("reserve_share_fen", models.BigIntegerField()),
                ("why", models.CharField(default="", max_length=500)),
                ("recorded_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("trading_day", "version"), name="recorded_day_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("next_trading_day__gt", models.F("trading_day")), ("version__gte", 1)
                        ),
                        name="recorded_day_goes_on",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("calls__gte", 0), ("calls__lte", models.F("pools"))),
                        name="recorded_day_calls",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Errand",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("request", models.CharField(max_length=40, unique=True)),
                ("do", models.CharField(max_length=16)),
                ("given", models.JSONField()),
                ("made_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(default="waiting", max_length=8),
                ),
                ("answered_at", models.DateTimeField(null=True)),
                ("count", models.BigIntegerField(default=0)),
                ("said", models.CharField(default="", max_length=500)),
                (
                    "proposal",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="errand",
                        to="people.proposal",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["done", "refused", "waiting"])),
                        name="errand_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("answered_at__isnull", True),
                                ("state", "waiting"),
                            ),
                            models.Q(
                                models.Q(
                                    ("state", "waiting"),
                                    _negated=True,
                                ),
                                ("answered_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="errand_answered",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RecordedPool",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("member", models.CharField(max_length=16)),
                ("house", models.BooleanField()),
                ("previous_cash_fen", models.BigIntegerField()),
                ("deposits_fen", models.BigIntegerField()),
                ("withdrawals_fen", models.BigIntegerField()),
                ("profit_fen", models.BigIntegerField()),
                ("fees_fen", models.BigIntegerField()),
                ("order_fees_fen", models.BigIntegerField()),
                ("cash_fen", models.BigIntegerField()),
                ("margin_fen", models.BigIntegerField()),
                ("usable_fen", models.BigIntegerField()),
                ("balance_fen", models.BigIntegerField()),
                ("minimum_fen", models.BigIntegerField()),
                ("call_fen", models.BigIntegerField()),
                (
                    "day",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="of_pools",
                        to="days.recordedday",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("day", "member", "house"), name="recorded_pool_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "balance_fen",
                                django.db.models.expressions.CombinedExpression(
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("cash_fen"), "-", models.F("margin_fen")
                                    ),
                                    "+",
                                    models.F("usable_fen"),
                                ),
                            ),
                            (
                                "cash_fen",
                                django.db.models.expressions.CombinedExpression(
                                    django.db.models.expressions.CombinedExpression(
                                        django.db.models.expressions.CombinedExpression(
                                            django.db.models.expressions.CombinedExpression(
                                                django.db.models.expressions.CombinedExpression(
                                                    models.F("previous_cash_fen"),
                                                    "+",
                                                    models.F("deposits_fen"),
                                                ),
                                                "-",
                                                models.F("withdrawals_fen"),
                                            ),
                                            "+",
                                            models.F("profit_fen"),
                                        ),
                                        "-",
                                        models.F("fees_fen"),
                                    ),
                                    "-",
                                    models.F("order_fees_fen"),
                                ),
                            ),
                        ),
                        name="recorded_pool_adds_up",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("call_fen__gte", 0), ("margin_fen__gte", 0)),
                        name="recorded_pool_call",
                    ),
                ],
            },
        ),
    ]
