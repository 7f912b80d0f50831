"""One run of everything: the commands, the server, a batch, an evaluation and some tests.

    python -m tests.support.whole_run OUT

Results go to the folder OUT; whoever runs it says by HOME, TMPDIR and so on where it is at home.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import Request, urlopen

from tests.support.pictures import BIDEN, FACES, OBAMA, OBAMA2

# ONNX Runtime ≥ 1.29 calls home some ten seconds after its start, if it is not told otherwise.
SERVER_LIVES_S = 15
TESTS = (
    "tests/library/test_sessions.py",
    "tests/library/test_published_networks.py",
    "tests/infra/test_data_stack.py",
)


def main(out: Path) -> None:
    """Ends with the first command that fails."""
    pairs = out / "pairs.csv"
    names = (OBAMA.name, OBAMA2.name, BIDEN.name)
    rows = [(0, 1, 1), (1, 0, 1), (0, 2, 0), (1, 2, 0)]
    lines = ["image1,image2,same", *(f"{names[a]},{names[b]},{same}" for a, b, same in rows)]
    pairs.write_text("\n".join(lines) + "\n")
    with served(out / "server.txt") as address:
        for arguments in commands(out, pairs):
            run("facecompare", *arguments)
        run("pytest", "--quiet", f"--basetemp={out / 'pytest'}", *TESTS)
        ask(address)


def commands(out: Path, pairs: Path) -> Iterator[list[str]]:
    one, other, third = map(str, (OBAMA, OBAMA2, BIDEN))
    of_pairs = ["--images", str(FACES), "--pairs", str(pairs)]
    yield ["compare", one, other, "--json", "--record", "--overlay", str(out / "overlay.png")]
    yield ["predict", one, other, third]
    yield ["detect", one, "--overlay", str(out / "detected.png")]
    yield ["embed", one, other, "--out", str(out / "embeddings.npz")]
    yield ["log", "--csv"]
    yield ["keys", "create", "front-desk"]
    yield ["keys", "list"]
    yield ["batch", str(pairs), "--images", str(FACES), "--out", str(out / "results.csv")]
    yield ["find", one, other, third, "--out", str(out / "found.csv")]
    yield ["completion", "bash"]
    yield ["evaluate", *of_pairs, "--out", str(out / "evaluation"), "--processes", "2"]
    yield ["models", "list"]
    yield ["models", "verify"]
    yield ["cost", one, other]


def run(module: str, *arguments: str) -> None:
    ran = subprocess.run([sys.executable, "-m", module, *arguments])
    if ran.returncode:
        sys.exit(f"{module} {' '.join(arguments)} ended with {ran.returncode}")


@contextmanager
def served(said: Path) -> Iterator[str]:
    """The address of a server, which lives long enough to call home."""
    began = time.monotonic()
    command = [sys.executable, "-m", "facecompare", "serve", "--port", "0"]
    with said.open("wb") as stderr, subprocess.Popen(command, stderr=stderr) as server:
        try:
            while not (announced := re.search(r" on (http://\S+)", said.read_text())):
                if server.poll() is not None:
                    sys.exit(said.read_text())
                time.sleep(0.05)
            yield announced[1]
            time.sleep(max(0, began + SERVER_LIVES_S - time.monotonic()))
        finally:
            server.terminate()


def ask(address: str) -> None:
    """A comparison of photos above 1 MB, which a form keeps in temporary files, and the page."""
    photo = OBAMA.read_bytes()
    parts = [
        b'--x\r\nContent-Disposition: form-data; name="%s"; filename="a.jpg"\r\n\r\n%s\r\n'
        % (name, photo + bytes(2_000_000))
        for name in (b"image1", b"image2")
    ]
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    urlopen(Request(f"{address}/api/compare", b"".join(parts) + b"--x--\r\n", headers)).read()
    for path in ("/", "/api/health", "/api/comparisons.csv"):
        urlopen(address + path).read()


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    os.environ.setdefault("PYTHONDONTWRITEBYTECODE", "1")
    main(folder)
