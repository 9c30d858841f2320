#!/usr/bin/env python
import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "servicedesk.settings")
    if sys.argv[1:2] == ["explain"]:  # only reckons: no server, no database and no secret has to be named for it
        os.environ.setdefault("STAGE", "demo")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
