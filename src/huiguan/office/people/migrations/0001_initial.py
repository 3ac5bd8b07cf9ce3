"""The tables, as `makemigrations` wrote them."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = ()

    operations = [
        migrations.CreateModel(
            name="Failures",
            fields=[
                ("key", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("count", models.IntegerField()),
                ("last_at", models.DateTimeField(db_index=True)),
            ],
        ),
        migrations.CreateModel(
            name="RecordLine",
            fields=[
                ("number", models.BigIntegerField(primary_key=True, serialize=False)),
                ("at", models.CharField(max_length=32)),
                ("actor", models.BigIntegerField()),
                ("action", models.CharField(max_length=32)),
                ("subject", models.CharField(max_length=64)),
                ("facts", models.TextField()),
                ("before", models.CharField(max_length=64)),
                ("hash", models.CharField(max_length=64, unique=True)),
            ],
        ),
        migrations.CreateModel(
            name="User",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                (
                    "last_login",
                    models.DateTimeField(blank=True, null=True, verbose_name="last login"),
                ),
                ("name", models.CharField(max_length=32, unique=True)),
                ("language", models.CharField(default="en", max_length=2)),
                ("is_locked", models.BooleanField(default=False)),
                ("must_change_password", models.BooleanField(default=True)),
                ("made_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("language__in", ["en", "zh"])), name="user_language"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True), name="user_name"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Holding",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("role", models.CharField(max_length=32)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="holdings",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("user", "role"), name="holding_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "role__in",
                                [
                                    "administrator",
                                    "applicant",
                                    "auditor",
                                    "building manager",
                                    "clearing clerk",
                                    "employer",
                                    "housing officer",
                                    "member clerk",
                                    "supervisor",
                                    "tenant",
                                    "trader",
                                ],
                            )
                        ),
                        name="holding_role",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Proposal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("action", models.CharField(max_length=32)),
                ("about", models.CharField(default="", max_length=64)),
                ("before", models.JSONField()),
                ("after", models.JSONField()),
                ("why", models.CharField(max_length=500)),
                ("made_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("salt", models.CharField(max_length=32)),
                ("state", models.CharField(default="waiting", max_length=8)),
                ("decided_at", models.DateTimeField(null=True)),
                ("said", models.CharField(default="", max_length=500)),
                (
                    "checker",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "maker",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "subject",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["approved", "declined", "waiting"])),
                        name="proposal_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("subject__isnull", True), ("about", ""), _connector="OR"
                        ),
                        name="proposal_about_one_thing",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("checker", models.F("maker")), _negated=True),
                        name="proposal_other_person",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("checker", models.F("subject")), _negated=True),
                        name="proposal_not_on_oneself",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("checker__isnull", True),
                                ("decided_at__isnull", True),
                                ("state", "waiting"),
                            ),
                            models.Q(
                                models.Q(("state", "waiting"), _negated=True),
                                ("checker__isnull", False),
                                ("decided_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="proposal_decided_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("why", ""), _negated=True), name="proposal_why"
                    ),
                ],
            },
        ),
    ]
