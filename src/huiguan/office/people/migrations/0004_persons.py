"""A user is a person whose name is sealed: room for it."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("people", "0003_second_factor"), ("persons", "0001_initial"))

    operations = (
        migrations.RemoveConstraint(model_name="user", name="user_name"),
        migrations.AddField(
            model_name="user",
            name="person",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="user",
                to="persons.personkey",
            ),
        ),
        migrations.AddField(
            model_name="user", name="sealed_name", field=models.TextField(default="")
        ),
        migrations.AddField(
            model_name="user", name="name_index", field=models.CharField(max_length=32, default="")
        ),
        migrations.AlterField(model_name="secondfactor", name="secret", field=models.TextField()),
    )
