"""Run every check and test of the project; needs Python 3.11 or later with venv and pip, and nothing else.

    python3 tests/check.py

It makes a virtual environment of its own, installs the project with what its tests need, brings a Chromium for the
browser tests and a Java for those of Spark where none is there, and runs ruff, mypy, import-linter and pytest. Extra
words are handed to pytest. The node that runs the tests of the page's scripts is the one in Playwright's wheel, and
axe-core comes in a wheel too.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HOME = ROOT / ".venv-check"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def main() -> int:
    """Run all steps; return the exit code of the first that fails."""
    if sys.version_info < (3, 11):
        print("azroutes needs Python 3.11 or later")
        return 1
    python = _environment()
    _chromium(python)
    _java()
    tools = python.parent
    for step in (
        [str(tools / "ruff"), "check"],
        [str(tools / "ruff"), "format", "--check"],
        [str(tools / "mypy")],
        [str(tools / "lint-imports")],
        [str(python), "-m", "pytest", *_at_once(), *sys.argv[1:]],
    ):
        print("$", *(Path(step[0]).name, *step[1:]), flush=True)
        code = subprocess.run(step, cwd=ROOT, check=False).returncode
        if code:
            return code
    return 0


def _at_once() -> list[str]:
    """Let one more run at once than there are cores: half of the time a test of a page waits for its browser."""
    return ["-n", str(min(8, (os.cpu_count() or 1) + 1)), "--dist", "loadfile"]


def _environment() -> Path:
    """Return the Python of the project's environment for checks, made and filled if need be."""
    python = HOME / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not python.exists():
        venv.create(HOME, with_pip=True)
    _run([str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-e", ".[dev]"])
    return python


def _chromium(python: Path) -> None:
    """Bring a Chromium where none is there: Debian's as root, else Playwright's own."""
    if any(shutil.which(name) for name in BROWSERS):
        return
    if not _debian("chromium", "fonts-dejavu-core"):
        _run([str(python), "-m", "playwright", "install", "chromium"])


def _java() -> None:
    """Bring a Java where none is there, as root on Debian; elsewhere the tests of Spark fail and say so."""
    if shutil.which("java") is None:
        _debian("default-jre-headless")


def _debian(*packages: str) -> bool:
    """Install packages of Debian as root; return whether that can be done."""
    apt = shutil.which("apt-get")
    if not apt or not hasattr(os, "geteuid") or os.geteuid() != 0:
        return False
    _run([apt, "update", "-qq"])
    _run([apt, "install", "-y", "-qq", "--no-install-recommends", *packages])
    return True


def _run(command: list[str]) -> None:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(command, cwd=ROOT, check=False, env=environment, stdout=subprocess.DEVNULL)
    if done.returncode:
        sys.exit(f"this failed: {' '.join(command)}")


if __name__ == "__main__":
    sys.exit(main())
