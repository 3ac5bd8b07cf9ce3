"""No name stands in the clear any more."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("people", "0005_sealed"),)

    operations = (
        migrations.RemoveField(model_name="user", name="name"),
        migrations.AlterField(
            model_name="user",
            name="person",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="user",
                to="persons.personkey",
            ),
        ),
        migrations.AlterField(model_name="user", name="sealed_name", field=models.TextField()),
        migrations.AlterField(
            model_name="user",
            name="name_index",
            field=models.CharField(max_length=32, unique=True),
        ),
    )
