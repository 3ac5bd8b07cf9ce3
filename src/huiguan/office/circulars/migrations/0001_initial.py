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
            name="HallCircular",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=32, unique=True)),
                ("product", models.CharField(max_length=16)),
                ("table", models.CharField(max_length=32)),
                ("row", models.JSONField()),
                ("takes_effect", models.IntegerField()),
                ("title", models.CharField(max_length=160)),
                ("chinese", models.CharField(max_length=160)),
                ("drafted_at", models.DateTimeField()),
                ("shadowed_at", models.DateTimeField(null=True)),
                ("shadow", models.JSONField(default=dict)),
                ("state", models.CharField(default="draft", max_length=8)),
                ("number", models.IntegerField(null=True, unique=True)),
                ("decided_at", models.DateTimeField(null=True)),
                ("said", models.CharField(default="", max_length=500)),
                (
                    "drafted_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["approved", "draft", "failed", "issued"])
                        ),
                        name="circular_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("table__in", ["circular", "fee", "opening_limit", "year"])
                        ),
                        name="circular_table",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("number__isnull", False), ("state", "issued")),
                            models.Q(
                                models.Q(("state", "issued"), _negated=True),
                                ("number__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="circular_numbered",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state", "draft"), ("shadowed_at__isnull", False), _connector="OR"
                        ),
                        name="circular_shadowed_first",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("title", ""), _negated=True),
                            models.Q(("chinese", ""), _negated=True),
                        ),
                        name="circular_titles",
                    ),
                ],
            },
        ),
    ]
