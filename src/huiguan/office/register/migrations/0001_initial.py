"""The table of the register, as `makemigrations` wrote it."""

from typing import Any

from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies: Any = ()

    operations = [
        migrations.CreateModel(
            name="Entry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("listed", models.CharField(max_length=16)),
                ("key", models.CharField(max_length=96)),
                ("member", models.CharField(max_length=4)),
                ("cells", models.JSONField()),
                ("maker", models.BigIntegerField(default=0)),
                ("checker", models.BigIntegerField(default=0)),
                ("changed_at", models.DateTimeField(db_index=True)),
            ],
            options={
                "indexes": [models.Index(fields=["listed", "member"], name="entry_by_member")],
                "constraints": [
                    models.UniqueConstraint(fields=("listed", "key"), name="entry_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "listed__in",
                                ["codes", "groups", "members", "programmes", "quotas", "seats"],
                            )
                        ),
                        name="entry_listed",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("member", ""), _negated=True), name="entry_of_member"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("checker", 0), ("maker", 0)),
                            models.Q(("maker", models.F("checker")), _negated=True),
                            _connector="OR",
                        ),
                        name="entry_of_two",
                    ),
                ],
            },
        ),
    ]
