"""The Celery application. What runs by itself stands in schedule.py; how a task opens the wall in tenancy/tasks.py."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "servicedesk.settings")
app = Celery("servicedesk", task_cls="servicedesk.tenancy.tasks:WalledTask")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
