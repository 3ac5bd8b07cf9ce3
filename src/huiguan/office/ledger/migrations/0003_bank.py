"""The tables of banks, as `makemigrations` wrote them."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from huiguan.office.ledger.migrations._triggers import Refused, hold, kept

REFUSED = (
    Refused("bankfile", "UPDATE", "unchanged",
     "NEW.id <> OLD.id OR NEW.digest <> OLD.digest OR NEW.content <> OLD.content"
     " OR OLD.loaded_at IS NOT NULL", "a loaded file is never changed"),
    Refused("bankline", "UPDATE", "unchanged",
     "NEW.id <> OLD.id OR NEW.key <> OLD.key OR NEW.file_id <> OLD.file_id"
     " OR NEW.book_id <> OLD.book_id OR NEW.day <> OLD.day OR NEW.amount_fen <> OLD.amount_fen"
     " OR NEW.words <> OLD.words OR NEW.reference <> OLD.reference",
     "a line of a bank is never changed"),
    Refused("payment", "UPDATE", "unchanged",
     "NEW.id <> OLD.id OR NEW.crossing_id <> OLD.crossing_id OR NEW.payee <> OLD.payee"
     " OR NEW.number <> OLD.number OR (OLD.file_id IS NOT NULL AND NEW.file_id <> OLD.file_id)"
     " OR OLD.line_id IS NOT NULL", "a payment is asked for once and never changed"),
    Refused("paymentfile", "UPDATE", "unchanged", "", "a file of payments is never changed"),
    *(kept(*one) for one in (("bankfile", "a file of a bank"), ("bankline", "a line of a bank"),
                             ("payment", "a payment"), ("paymentfile", "a file of payments"))),
)  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0002_what_stays"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="BankFile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("name", models.CharField(max_length=64)),
                ("content", models.BinaryField()),
                ("came_at", models.DateTimeField()),
                ("loaded_at", models.DateTimeField(null=True)),
                (
                    "came_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="BankLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=64, unique=True)),
                ("day", models.IntegerField()),
                ("amount_fen", models.BigIntegerField()),
                ("words", models.CharField(max_length=500)),
                ("reference", models.CharField(max_length=100)),
                (
                    "book",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.ledgerbook",
                    ),
                ),
                (
                    "crossing",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="line",
                        to="ledger.crossing",
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="ledger.bankfile",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PaymentFile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("made_at", models.DateTimeField()),
                (
                    "book",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.ledgerbook",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Payment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("payee", models.CharField(max_length=70)),
                ("number", models.CharField(max_length=34)),
                (
                    "crossing",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payment",
                        to="ledger.crossing",
                    ),
                ),
                (
                    "line",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payment",
                        to="ledger.bankline",
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payments",
                        to="ledger.paymentfile",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="BankAccount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.CharField(max_length=34, unique=True)),
                (
                    "book",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="at_bank",
                        to="ledger.ledgerbook",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("number", ""), _negated=True), name="bank_number"
                    )
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="bankline",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_fen", 0), _negated=True), name="line_amount"
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("line__isnull", True), ("file__isnull", False), _connector="OR"
                ),
                name="payment_asked_for",
            ),
        ),
        migrations.RunPython(hold(REFUSED)),
    ]
