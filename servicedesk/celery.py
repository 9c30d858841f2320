"""The Celery application. What runs by itself stands in schedule.py; how a task opens the wall in tenancy/tasks.py."""

import os
from typing import Any

import structlog
from celery import Celery, signals

from servicedesk.schedule import BEAT

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "servicedesk.settings")
app = Celery("servicedesk", task_cls="servicedesk.tenancy.tasks:WalledTask")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.beat_schedule = BEAT
app.autodiscover_tasks()


@signals.setup_logging.connect
def keep_our_logging(**_: Any) -> None:
    """Celery sets up logging of its own unless somebody listens here."""


@signals.task_prerun.connect
def name_the_lines(task_id: str, task: Any, **_: Any) -> None:
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=task_id, task=task.name)
