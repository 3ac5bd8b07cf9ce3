"""Emergencies and recorded mornings, as `makemigrations` wrote them."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import huiguan.office.days.models


class Migration(migrations.Migration):
    dependencies = [
        ("days", "0002_what_stays"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Emergency",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("about", models.CharField(max_length=64)),
                ("why", models.CharField(max_length=500)),
                ("trading_day", models.IntegerField()),
                ("made_at", models.DateTimeField()),
                (
                    "end",
                    models.CharField(
                        default=huiguan.office.days.models.EmergencyEnd["OPEN"], max_length=9
                    ),
                ),
                ("ended_at", models.DateTimeField(null=True)),
                ("said", models.CharField(default="", max_length=500)),
                (
                    "ended_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
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
            name="EmergencyErrand",
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
                    models.CharField(
                        default=huiguan.office.days.models.ErrandState["WAITING"], max_length=8
                    ),
                ),
                ("answered_at", models.DateTimeField(null=True)),
                ("count", models.BigIntegerField(default=0)),
                ("said", models.CharField(default="", max_length=500)),
                ("lifts", models.BooleanField(default=False)),
                (
                    "emergency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="errands",
                        to="days.emergency",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="RecordedForced",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("place", models.IntegerField()),
                ("trading_day", models.IntegerField()),
                ("trading_code", models.CharField(max_length=16)),
                ("instrument", models.CharField(max_length=16)),
                ("side", models.CharField(max_length=8)),
                ("hedging", models.BooleanField()),
                ("lots", models.BigIntegerField()),
                ("reason", models.CharField(max_length=32)),
                (
                    "day",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="forced",
                        to="days.recordedday",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="RecordedMorning",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("trading_day", models.IntegerField()),
                ("image_hash", models.CharField(max_length=64)),
                ("forced", models.IntegerField()),
                ("forced_lots", models.BigIntegerField()),
                ("recorded_at", models.DateTimeField()),
                (
                    "day",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="morning",
                        to="days.recordedday",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="emergency",
            constraint=models.CheckConstraint(
                condition=models.Q(("end__in", ["confirmed", "lifted", "open"])),
                name="emergency_end",
            ),
        ),
        migrations.AddConstraint(
            model_name="emergency",
            constraint=models.CheckConstraint(
                condition=models.Q(("ended_by", models.F("made_by")), _negated=True),
                name="emergency_other_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="emergency",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("end", huiguan.office.days.models.EmergencyEnd["OPEN"]),
                        ("ended_at__isnull", True),
                        ("ended_by__isnull", True),
                    ),
                    models.Q(
                        models.Q(
                            ("end", huiguan.office.days.models.EmergencyEnd["OPEN"]), _negated=True
                        ),
                        ("ended_at__isnull", False),
                        ("ended_by__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="emergency_ended_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="emergency",
            constraint=models.CheckConstraint(
                condition=models.Q(("why", ""), _negated=True), name="emergency_why"
            ),
        ),
        migrations.AddConstraint(
            model_name="emergencyerrand",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["done", "refused", "waiting"])),
                name="emergency_errand_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="emergencyerrand",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("answered_at__isnull", True),
                        ("state", huiguan.office.days.models.ErrandState["WAITING"]),
                    ),
                    models.Q(
                        models.Q(
                            ("state", huiguan.office.days.models.ErrandState["WAITING"]),
                            _negated=True,
                        ),
                        ("answered_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="emergency_errand_answered",
            ),
        ),
        migrations.AddConstraint(
            model_name="emergencyerrand",
            constraint=models.UniqueConstraint(
                fields=("emergency", "lifts"), name="emergency_errand_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="recordedforced",
            constraint=models.UniqueConstraint(
                fields=("day", "place"), name="recorded_forced_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="recordedforced",
            constraint=models.CheckConstraint(
                condition=models.Q(("lots__gt", 0)), name="recorded_forced_lots"
            ),
        ),
        migrations.AddConstraint(
            model_name="recordedmorning",
            constraint=models.CheckConstraint(
                condition=models.Q(("forced__gte", 0), ("forced_lots__gte", models.F("forced"))),
                name="recorded_morning_counts",
            ),
        ),
    ]
