"""The tables, as `makemigrations` wrote them."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = (("people", "0002_what_stays"),)

    operations = [
        migrations.CreateModel(
            name="Binding",
            fields=[
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("member", models.CharField(max_length=4)),
                ("version", models.IntegerField(default=1)),
            ],
        ),
        migrations.CreateModel(
            name="DoorKey",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=64, unique=True)),
                ("member", models.CharField(max_length=4)),
                ("codes", models.TextField(default="")),
                ("may_trade", models.BooleanField()),
                ("token_hash", models.CharField(max_length=64, unique=True)),
                ("holder", models.CharField(default="", max_length=32)),
                ("made_at", models.DateTimeField()),
                ("withdrawn_at", models.DateTimeField(null=True)),
                ("is_told", models.BooleanField(default=False)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("holder", ""),
                            ("may_trade", False),
                            models.Q(("codes", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="desk_trades_by_code",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("withdrawn_at__isnull", True), models.Q(("holder", ""), _negated=True)
                        ),
                        fields=("holder",),
                        name="desk_has_one_key",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="BoundCode",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=12)),
                (
                    "binding",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="held",
                        to="members.binding",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("binding", "code"), name="bound_code_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="SentOrder",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("form", models.CharField(max_length=32)),
                ("trading_day", models.IntegerField()),
                ("trading_code", models.CharField(max_length=12)),
                ("contract", models.CharField(max_length=16)),
                ("side", models.CharField(max_length=4)),
                ("offset", models.CharField(max_length=16)),
                ("price", models.CharField(max_length=24)),
                ("lots", models.IntegerField()),
                ("sent_at", models.DateTimeField()),
                ("fate", models.CharField(default="sent", max_length=16)),
                ("sequence", models.BigIntegerField(null=True)),
                ("order_id", models.BigIntegerField(null=True)),
                ("refusal", models.IntegerField(null=True)),
                ("first_figure", models.BigIntegerField(null=True)),
                ("second_figure", models.BigIntegerField(null=True)),
                ("said", models.CharField(default="", max_length=300)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("user", "form"), name="form_once"),
                    models.CheckConstraint(
                        condition=models.Q(("side__in", ["buy", "sell"])), name="order_side"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("offset__in", ["close", "close_today", "close_yesterday", "open"])
                        ),
                        name="order_offset",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("fate__in", ["entered", "not placed", "refused", "sent"])
                        ),
                        name="order_fate",
                    ),
                    models.CheckConstraint(condition=models.Q(("lots__gt", 0)), name="order_lots"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("fate", "entered"), _negated=True),
                            ("order_id__isnull", False),
                            _connector="OR",
                        ),
                        name="order_entered_has_id",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("fate", "refused"), _negated=True),
                            ("refusal__gt", 0),
                            _connector="OR",
                        ),
                        name="order_refused_has_number",
                    ),
                ],
            },
        ),
    ]
