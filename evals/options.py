"""Options that several commands share."""

from __future__ import annotations

import argparse
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def library_options(parser: argparse.ArgumentParser) -> None:
    """Add ``--texts`` and ``--home``: where the texts of a library are, and where the library is kept."""
    parser.add_argument("--texts", type=Path, default=ROOT.parent / "shared", metavar="FOLDER", help="the folder with seeds/ and laws/")
    parser.add_argument("--home", type=Path, metavar="FOLDER", help="where to keep the libraries for the next run; a temporary folder if not given")
