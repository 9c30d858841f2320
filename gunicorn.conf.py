"""How the web process serves, in the demo and in production alike."""

import gc
import os
import shutil
import socket
import sys
from pathlib import Path

from gunicorn.glogging import Logger

from servicedesk import env
from servicedesk.logs import configuration

port = env.number("PORT", 8000, low=1, high=65535)


class WithoutAccess(Logger):
    """Our own line per request names pages by their route; gunicorn's would name paths, which can hold secrets."""

    def access(self, *_):
        return


bind = f"{env.text('BIND', '127.0.0.1')}:{port}"
workers = env.number("WEB_WORKERS", 2, low=1, high=64)
worker_class = "gthread"
threads = env.number("WEB_THREADS", 4, low=1, high=64)
preload_app = True  # one copy of the code in memory, and a refusal to start ends the master with its sentence
timeout = 60
graceful_timeout = 8
keepalive = 5
max_requests = 20_000  # a leak, should there be one, stays small
max_requests_jitter = 2_000
logger_class = WithoutAccess
forwarded_allow_ips = ""  # the proxies in front are counted by PROXY_COUNT, in one place
control_socket_disable = True
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108
logconfig_dict = configuration(env.text("LOG_LEVEL", "INFO"))

# Each worker counts in a file of its own; a scrape adds them up. What a killed server left there goes first.
metrics = Path(env.text("DATA_DIR", "var/data")).resolve() / "metrics" / f"{socket.gethostname()}-{port}"
shutil.rmtree(metrics, ignore_errors=True)
metrics.mkdir(parents=True)
os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(metrics)


def child_exit(server, worker):
    from prometheus_client import multiprocess

    multiprocess.mark_process_dead(worker.pid)


def when_ready(server):
    """Garbage is made by requests, not by what was loaded: looking through that too cost a tenth of each request."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
    # Who comes back from the database with the day's number in hand waits a fifth as long for another thread.
    sys.setswitchinterval(0.001)
