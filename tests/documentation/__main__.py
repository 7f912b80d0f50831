"""Writes the generated parts of all pages anew; with --check, only compares them."""

from __future__ import annotations

import argparse
import sys

from tests.documentation.pages import name_of, pages
from tests.documentation.tables import describe, rewrite, stale


def main() -> int:
    """Exit code 1 when something was stale and --check was given."""
    parser = argparse.ArgumentParser(prog="python -m tests.documentation", description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing")
    if parser.parse_args().check:
        found = [describe(part) for part in stale()]
        if found:
            print(f"found stale tables: {', '.join(found)}; run: make docs", file=sys.stderr)
        return int(bool(found))
    for page in pages():
        if rewrite(page):
            print(f"wrote {name_of(page)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
