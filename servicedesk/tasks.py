"""The two heartbeats. Everything else that runs by itself belongs to a room."""

from __future__ import annotations

from celery import shared_task
from django.db.models.functions import Now
from django.utils.module_loading import import_string

from servicedesk.models import Heartbeat
from servicedesk.schedule import LAGS


@shared_task
def beat_of_work() -> None:
    Heartbeat.objects.update_or_create(name="work", defaults={"at": Now()})


@shared_task
def beat_of_watch() -> None:
    facts = {name: import_string(measure)() for name, measure in LAGS.items()}
    Heartbeat.objects.using("watch").update_or_create(name="watch", defaults={"at": Now(), "facts": facts})
