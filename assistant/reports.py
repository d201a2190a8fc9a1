"""Where the evaluation's report is, for a page that shows it."""

from __future__ import annotations

from pathlib import Path

from assistant.config import shipped

REPORTS = "reports"


def latest_report(home: Path) -> Path | None:
    """Return the newest report: an HTML file in ``reports/`` of the home folder or in ``evals/results`` of a checkout.

    A report is one self-contained page. ``None`` where there is none.
    """
    folders = (home / REPORTS, shipped("corpus").parent / "evals" / "results")
    found = [(path.stat().st_mtime_ns, path.name, path) for folder in folders for path in folder.glob("*.html") if path.is_file()]
    return max(found)[2] if found else None
