"""The yardstick's server: ours, without what ours does to be quicker than a Django as `startproject` makes it."""

from runpy import run_path

globals().update(run_path("gunicorn.conf.py"))
del globals()["when_ready"]
