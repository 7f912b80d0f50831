"""The built image, run as Lambda and careful hosts run it: only /tmp can be written to."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

BUILD = Path(__file__).parents[1] / "image" / "build.sh"
USER, GROUP = "993", "990"  # as on Lambda: known to no file of the image


@dataclass(frozen=True, slots=True)
class Image:
    """A tree of files, and how it is started."""

    root: Path
    config: Mapping[str, Any]

    @classmethod
    def built(cls, folder: Path, target: str) -> Image:
        """This stage of the Dockerfile of now; the folder helps the next build along."""
        said = folder / f"{target}.log"
        folder.mkdir(parents=True, exist_ok=True)
        with said.open("wb") as log:
            built = subprocess.run([BUILD, folder, target], stdout=log, stderr=subprocess.STDOUT)
        if built.returncode:
            raise RuntimeError(f"the image was not built: {said.read_text()[-2_000:]}")
        config = json.loads((folder / f"{target}.json").read_text())["OCIv1"]["config"]
        return cls((folder / target).resolve(), config)

    @property
    def env(self) -> dict[str, str]:
        """The variables that the Dockerfile sets."""
        return dict(line.split("=", 1) for line in self.config["Env"])

    def command(self, *arguments: str, binds: tuple[str, ...] = ()) -> tuple[str, ...]:
        """What runs the image with these arguments; `binds` are further options of bwrap."""
        return self.isolated(*self.config["Entrypoint"], *arguments, binds=binds)

    def isolated(self, *program: str, binds: tuple[str, ...] = ()) -> tuple[str, ...]:
        """What runs a program inside the image."""
        places = ["--ro-bind", str(self.root), "/", "--proc", "/proc", "--dev", "/dev"]
        places += ["--tmpfs", "/tmp", *binds, "--chdir", self.config["WorkingDir"]]
        identity = ["--unshare-user", "--uid", USER, "--gid", GROUP]
        return "bwrap", *places, *identity, "--unshare-pid", "--die-with-parent", *program

    def run(self, *program: str) -> subprocess.CompletedProcess[str]:
        """A program inside, run to its end."""
        command = self.isolated(*program)
        env = self.env | {"PATH": f"{self.env['PATH']}:{os.defpath}"}
        return subprocess.run(command, env=env, capture_output=True, text=True)
