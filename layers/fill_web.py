"""Fill layers/web with what the records function needs from others, for Lambda's Python.

    python layers/fill_web.py

botocore is among it although Lambda's runtime brings one: so what was tested is what runs, whenever
AWS renews the runtime; without the services that are not called it costs 1 MB of the zip. A layer
cannot be written to, so whatever is not compiled here is compiled at every start.
"""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

from slim import slim

LAYERS = Path(__file__).resolve().parent
WEB, CORE = LAYERS / "web" / "python", LAYERS / "core" / "python"
LOCK = LAYERS.parent / "infra" / "locks" / "records.txt"
STAMP = LAYERS / "web" / ".filled"

RUNTIME = "3.13"  # infra/records_function.py deploys on it
PLATFORMS = ("manylinux_2_28_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64")


def main() -> None:
    """Fill the layer unless it is filled, and say how large the layers are."""
    stamp = _stamp()
    if STAMP.exists() and STAMP.read_text() == stamp:
        print(f"{WEB} is up to date")
    else:
        shutil.rmtree(WEB, ignore_errors=True)
        _install()
        slim(WEB)
        _list_licences()
        _compile()
        STAMP.write_text(stamp)
    for layer in (WEB, CORE):
        print(f"{layer.parent.name} layer: {_size(layer)}")


def _install() -> None:
    options = [f"--platform={platform}" for platform in PLATFORMS]
    options += [f"--python-version={RUNTIME}", "--implementation=cp", "--only-binary=:all:"]
    options += ["--no-deps", "--require-hashes", f"--requirement={LOCK}"]
    options += ["--no-compile", f"--target={WEB}", "--quiet"]
    subprocess.run([sys.executable, "-m", "pip", "install", *options], check=True)


def _list_licences() -> None:
    """Into the layer, what is in it. Raises CalledProcessError where something may not ship."""
    command = [sys.executable, "-m", "infra.supply", str(WEB), str(WEB.with_name("licences"))]
    subprocess.run([*command, "--name", "facecompare-records"], cwd=LAYERS.parent, check=True)


def _compile() -> None:
    """Bytecode that is believed unchecked, for a zip keeps no times that it could be checked by."""
    mode = "--invalidation-mode=unchecked-hash"
    command = [f"python{RUNTIME}", "-m", "compileall", "-q", mode, "-s", str(WEB), str(WEB)]
    pyenv = {"PYENV_VERSION": RUNTIME}  # without it pyenv has the command and refuses to run it
    try:
        subprocess.run(command, env=os.environ | pyenv, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        print(f"not compiled, as there is no python{RUNTIME} here: a cold start takes 0.8 s longer")


def _stamp() -> str:
    """Changes with everything that the layer is made of."""
    digest = hashlib.sha256()
    listing = sorted((LAYERS.parent / "infra" / "supply").glob("*.*"))
    for part in (LOCK, LAYERS / "slim.py", Path(__file__), *listing):
        digest.update(part.read_bytes())
    return digest.hexdigest()


def _size(layer: Path) -> str:
    files = [path for path in layer.rglob("*") if path.is_file() and _is_shipped(path)]
    zipped = io.BytesIO()
    with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in files:
            archive.write(path)
    unzipped = sum(path.stat().st_size for path in files)
    return f"{zipped.tell() / 1e6:.1f} MB zipped, {unzipped / 1e6:.1f} MB unzipped"


def _is_shipped(path: Path) -> bool:
    """False for bytecode of this machine's Python, which Lambda's would not look at."""
    return path.suffix != ".pyc" or f".cpython-{RUNTIME.replace('.', '')}." in path.name


if __name__ == "__main__":
    main()
