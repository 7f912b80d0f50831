"""Known vulnerabilities of every version that infra/locks/ pins, by pip-audit and npm.

    python -m infra.supply.audit

It ends with 1 where there is one, and with 0 where no database answers, which it says plainly:
behind a closed network nothing is known to be safe, and nothing is held up.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parents[2]
LOCKS = sorted((CHECKOUT / "infra" / "locks").glob("*.txt"))
UNREACHED = "NOT AUDITED, no database of vulnerabilities can be reached from here"
PATIENCE_S = "15"


def main() -> int:
    """The exit code."""
    outcomes = {f"infra/locks/{lock.name}": _python(lock) for lock in LOCKS}
    outcomes["package-lock.json"] = _npm()
    for what, (words, _) in outcomes.items():
        print(f"{what}: {words}")
    return int(any(vulnerable for _, vulnerable in outcomes.values()))


def _python(lock: Path) -> tuple[str, bool]:
    pip_audit = Path(sys.executable).with_name("pip-audit")
    command = [str(pip_audit), "--requirement", str(lock), "--disable-pip", "--require-hashes"]
    command += ["--progress-spinner", "off", "--timeout", PATIENCE_S, "--format", "json"]
    said = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True).stdout
    return python_outcome(said)


def python_outcome(said: str) -> tuple[str, bool]:
    """What pip-audit's JSON means, in words, and whether anything is vulnerable."""
    try:
        packages = json.loads(said)["dependencies"]
    except (json.JSONDecodeError, KeyError):
        return UNREACHED, False
    bad = [f"{one['name']} {one['version']} ({_ids(one)})" for one in packages if one.get("vulns")]
    known = [one for one in packages if "skip_reason" not in one]
    if not known:
        return UNREACHED, False
    words = ", ".join(bad) or "no known vulnerability"
    return f"{words}; {len(known)} of {len(packages)} packages are in the database", bool(bad)


def _ids(package: dict[str, Any]) -> str:
    return " ".join(each["id"] for each in package["vulns"])


def _npm() -> tuple[str, bool]:
    command = ["npm", "audit", "--json", "--fetch-retries=0"]
    return npm_outcome(subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True).stdout)


def npm_outcome(said: str) -> tuple[str, bool]:
    """What `npm audit --json` means, in words, and whether anything is vulnerable."""
    try:
        bad = json.loads(said)["vulnerabilities"]
    except (json.JSONDecodeError, KeyError):
        return UNREACHED, False
    return ", ".join(bad) or "no known vulnerability", bool(bad)


if __name__ == "__main__":
    sys.exit(main())
