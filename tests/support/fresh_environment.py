"""A virtual environment that holds a wheel and exactly what its extras ask for, without a network.

Packages are links into the environment that runs the tests: what is not asked for is not there.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

BUILD_TOOLS = {"setuptools", "pip", "wheel"}  # of environments, and no package's to bring


def build_wheel(checkout: Path, folder: Path) -> Path:
    """The wheel of this checkout."""
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-index", "--no-deps"]
    pip += ["--no-build-isolation", "--wheel-dir", str(folder), str(checkout)]
    subprocess.run(pip, check=True)
    (wheel,) = folder.glob("*.whl")
    return wheel


@dataclass(frozen=True, slots=True)
class FreshEnvironment:
    """The environment's folder."""

    folder: Path

    @classmethod
    def with_wheel(cls, folder: Path, wheel: Path, *extras: str) -> FreshEnvironment:
        """A new one with the wheel, and with links to the packages of these extras."""
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
        made = cls(folder)
        pip = [sys.executable, "-m", "pip", "--python", made.program("python"), "install"]
        pip += ["--quiet", "--no-index", "--no-deps", "--no-compile", str(wheel)]
        subprocess.run(pip, check=True)
        (metadata,) = made.packages.glob("facecompare-*.dist-info")
        for found in _closure(Distribution.at(metadata), set(extras)):
            made._link(found)
        return made

    def program(self, name: str) -> str:
        return str(self.folder / "bin" / name)

    @property
    def packages(self) -> Path:
        (found,) = self.folder.glob("lib/python3.*/site-packages")
        return found

    @property
    def page(self) -> Path:
        return self.packages / "facecompare" / "web"

    def _link(self, found: Distribution) -> None:
        for top in {file.parts[0] for file in found.files or () if file.parts[0] != ".."}:
            link = self.packages / top
            if top != "__pycache__" and not link.exists():
                link.symlink_to(Path(str(found.locate_file(top))).resolve())


def _closure(package: Distribution, extras: set[str]) -> Iterator[Distribution]:
    """What the extras of this package need, and what that needs, once each; not the package."""
    seen: set[tuple[str, str]] = set()
    waiting = [(package, extra) for extra in ("", *extras)]
    while waiting:
        owner, extra = waiting.pop()
        for requirement in map(Requirement, owner.requires or ()):
            if requirement.marker and not requirement.marker.evaluate({"extra": extra}):
                continue
            own = canonicalize_name(requirement.name) == canonicalize_name(package.name)
            needed = package if own else distribution(requirement.name)
            for wanted in ("", *requirement.extras):
                if (needed.name, wanted) not in seen:
                    seen.add((needed.name, wanted))
                    waiting.append((needed, wanted))
            if not own and canonicalize_name(requirement.name) not in BUILD_TOOLS:
                yield needed
