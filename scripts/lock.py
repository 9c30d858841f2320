"""`make lock`: versions and hashes, for Python and the browser. No lock file names an address or an index."""

from __future__ import annotations

import subprocess
import sys

from setup import PROJECT, npm, with_node

TOOL = PROJECT / "var" / "lock"
PLAIN = ["--quiet", "--generate-hashes", "--no-emit-index-url", "--no-header", "--upgrade",
         "--universal", "--python-version", "3.11"]  # fmt: skip


def main() -> None:
    uv = TOOL / "bin" / "uv"
    if not uv.exists():
        subprocess.run([sys.executable, "-m", "venv", TOOL], check=True)
        subprocess.run([TOOL / "bin" / "pip", "install", "--quiet", "uv"], check=True)
    lock = [uv, "pip", "compile", *PLAIN]
    subprocess.run([*lock, "requirements/app.in", "-o", "requirements/app.txt"], cwd=PROJECT, check=True)
    subprocess.run(
        [*lock, "requirements/dev.in", "-c", "requirements/app.txt", "-o", "requirements/dev.txt"],
        cwd=PROJECT,
        check=True,
    )
    words = [*npm(), "install", "--package-lock-only", "--loglevel=error"]
    subprocess.run(words, cwd=PROJECT, env=with_node(), check=True)


if __name__ == "__main__":
    main()
