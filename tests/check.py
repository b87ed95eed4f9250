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
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HOME = ROOT / ".venv-check"
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def main() -> int:
    """Run all steps; return the exit code of the first that fails."""
    if sys.version_info < (3, 11):
        print("azroutes needs Python 3.11 or later")
        return 1
    with ThreadPoolExecutor() as pool:
        packages = pool.submit(_debian)
        python = _environment()
        packages.result()
    if not any(map(shutil.which, BROWSERS)):
        _run([str(python), "-m", "playwright", "install", "chromium"])
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
    # Python compiles what is imported; all else of these packages would take half a minute.
    options = ["--quiet", "--disable-pip-version-check", "--no-compile"]
    _run([str(python), "-m", "pip", "install", *options, "-e", ".[dev]"])
    return python


def _debian() -> None:
    """Install as root on Debian what is missing: a Chromium, the one without windows if it has it, and a Java.

    Elsewhere Playwright brings its own Chromium, and without a Java the tests of Spark fail and say so.
    """
    apt = shutil.which("apt-get")
    wanted = [] if shutil.which(BROWSERS[0]) else [BROWSERS[0], "fonts-dejavu-core"]
    wanted += [] if shutil.which("java") else ["default-jre-headless"]
    if not wanted or not apt or not hasattr(os, "geteuid") or os.geteuid() != 0:
        return
    _run([apt, "update", "-qq"])
    if BROWSERS[0] in wanted and not _has(apt, BROWSERS[0]):
        wanted[:1] = [] if any(map(shutil.which, BROWSERS)) else ["chromium"]
    _run([apt, "install", "-y", "-qq", "--no-install-recommends", *wanted])


def _has(apt: str, package: str) -> bool:
    """Tell whether there is a package of a name."""
    asked = [apt, "install", "-qq", "--simulate", "--no-install-recommends", package]
    return subprocess.run(asked, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0


def _run(command: list[str]) -> None:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(command, cwd=ROOT, check=False, env=environment, stdout=subprocess.DEVNULL)
    if done.returncode:
        sys.exit(f"this failed: {' '.join(command)}")


if __name__ == "__main__":
    sys.exit(main())
