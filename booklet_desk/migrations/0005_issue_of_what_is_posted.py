from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("booklet_desk", "0004_shelf_and_standing"),
    ]

    operations = [
        migrations.AddField("batch", "issue", models.CharField(default="", max_length=20)),
        migrations.AddField("postedcount", "issue", models.CharField(default="", max_length=20)),
        migrations.RemoveConstraint("postedcount", "one_count_a_day"),
        migrations.AddConstraint(
            "postedcount", models.UniqueConstraint(fields=("day", "code", "issue"), name="one_count_a_day")
        ),
    ]
