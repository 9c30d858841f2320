from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tickets", "0141_home_of_what_is_open")]

    operations = [
        migrations.AddField(
            model_name="call",
            name="channel",
            field=models.CharField(
                choices=[
                    ("phone", "phone"),
                    ("web", "web"),
                    ("mail", "mail"),
                    ("remote", "remote"),
                    ("qq", "qq"),
                    ("on_site", "on_site"),
                    ("platform", "platform"),
                ],
                default="phone",
                max_length=10,
                verbose_name="How it came",
            ),
        ),
    ]
