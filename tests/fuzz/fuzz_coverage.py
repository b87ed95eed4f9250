"""As fuzz_read.py, led by what a case reaches in the code of azroutes.

    python tests/fuzz/fuzz_coverage.py --seconds 600 [--seed N] [--only .xlsx] [--keep FOLDER]

It needs atheris (`pip install azroutes[fuzz]`, on Linux). A case that breaks a law stays in the folder, and is told.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["azroutes"]):
    import azroutes.cli
    import azroutes.mending
    import azroutes.read
    import azroutes.written  # noqa: F401 - what is imported here is watched

from forms import FORMS
from fuzz_read import LENGTH, MEMORY, choices, run


def main() -> None:
    """Run as the command says; atheris ends the process."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=list(FORMS))
    parser.add_argument("--keep", type=Path, default=Path("fuzz-wrong"))
    options = parser.parse_args()
    options.keep.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        corpus, cases = Path(folder) / "corpus", Path(folder) / "cases"
        corpus.mkdir()
        cases.mkdir()
        for number in range(len(FORMS) * 8):  # whole cases to begin with, where it would begin with none
            (corpus / str(number)).write_bytes(choices(options.seed, number))
        flags = [f"-max_total_time={options.seconds}", f"-seed={options.seed}", f"-max_len={LENGTH}",
                 "-len_control=0", "-timeout=60", f"-rss_limit_mb={MEMORY >> 20}",
                 f"-artifact_prefix={options.keep}/", str(corpus)]  # fmt: skip
        atheris.Setup([sys.argv[0], *flags], lambda data: run(data, cases, options.only))
        atheris.Fuzz()


if __name__ == "__main__":
    main()
