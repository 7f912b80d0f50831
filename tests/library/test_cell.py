"""Cells: what a stranger's photo can do to the process that decodes it, and to nothing else."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from facecompare.decoding import cell as cell_module
from facecompare.decoding import watch as watch_module
from facecompare.decoding.cell import Cell, Cells, Ending
from facecompare.decoding.limits import ImageLimits
from facecompare.decoding.task import DecodingTask, Raster
from facecompare.decoding.watch import Watch
from facecompare.errors import DamagedImage, DecoderUnavailable, ImageTooCostly, ImageTooLarge
from facecompare.pipeline.decode import Photo, decode
from tests.support import pictures
from tests.support.hostile.seeds import portraits

OBAMA = pictures.OBAMA.read_bytes()
TASK = DecodingTask(ImageLimits(), working_width=600)


def large_png(side: int = 6_000) -> bytes:
    """36 megapixels, 108 MB as RGB, in some kilobytes."""
    buffer = BytesIO()
    Image.new("RGB", (side, side), "teal").save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


def incompressible_png(side: int = 1_000) -> bytes:
    """3 MB: more than a pipe takes."""
    noise = np.random.default_rng(1).integers(0, 256, (side, side, 3), np.uint8)
    return pictures.encoded(Image.fromarray(noise), "PNG", compress_level=1)


@pytest.fixture
def cells() -> Iterator[Cells]:
    cells = Cells(2)
    yield cells
    cells.end()


def test_a_cell_decodes_as_this_process_does() -> None:
    for path in sorted(pictures.OBAMA.parent.glob("*.jpg")):
        photo = Photo(path.read_bytes())
        inside = decode(photo, ImageLimits())
        here = decode(photo, ImageLimits(cell=False))
        assert np.array_equal(inside.pixels, here.pixels), path.name
        assert (inside.width, inside.height) == (here.width, here.height)
        assert inside.sha256 == here.sha256


def test_what_a_cell_refuses_comes_back_as_the_same_error() -> None:
    told = []
    for cell in (True, False):
        with pytest.raises(DamagedImage) as refused:
            decode(Photo(OBAMA[:20_000]), ImageLimits(cell=cell))
        told.append(refused.value.message)
    assert told[0] == told[1]


def test_a_photo_that_takes_too_long_is_told_so_and_the_next_is_decoded(cells: Cells) -> None:
    hurried = replace(TASK, limits=ImageLimits(decode_seconds=1))
    with pytest.raises(ImageTooCostly, match="more than 1 s"):
        cells.decode(_slow_jpeg(), hurried)
    assert _is_portrait(cells.decode(OBAMA, TASK))


def _slow_jpeg() -> bytes:
    """A progressive JPEG whose last scan comes ninety times."""
    buffer = BytesIO()
    pictures.portrait().resize((5_000, 6_000)).save(buffer, "JPEG", quality=30, progressive=True)
    data = buffer.getvalue()
    last = data.rfind(b"\xff\xda")
    return data[:-2] + data[last:-2] * 80 + data[-2:]


def test_a_photo_that_takes_too_much_memory_is_told_so(cells: Cells) -> None:
    tight = replace(TASK, limits=ImageLimits(decode_bytes=50_000_000))
    with pytest.raises(ImageTooCostly, match="more than 50 MB of memory"):
        cells.decode(large_png(), tight)
    assert cells.decode(large_png(), TASK).sizes[0][1] == 600


def test_a_decoder_that_dies_costs_one_photo(cells: Cells) -> None:
    cell = Cell(Watch())
    with pytest.raises(ImageTooCostly, match="SIGSEGV"):
        cell.decode(OBAMA, TASK, lambda _kill: _signalled(cell._process.pid, signal.SIGSEGV))
    assert not cell.usable
    cell.end()
    assert _is_portrait(cells.decode(OBAMA, TASK))


def _signalled(pid: int, number: int) -> nullcontext[None]:
    os.kill(pid, number)
    return nullcontext()


def endings(cells: Cells, numbers: list[int]) -> Ending:
    """Sends a signal to each cell that begins to decode, while there are any."""
    begun: list[Cell] = []
    plain = cells._decode

    def decode(cell: Cell, *rest: object) -> Raster:
        begun.append(cell)
        return plain(cell, *rest)  # type: ignore[arg-type]

    cells._decode = decode  # type: ignore[method-assign, assignment]

    def ending(_kill: object) -> nullcontext[None]:
        if not numbers:
            return nullcontext()
        return _signalled(begun[-1]._process.pid, numbers.pop(0))

    return ending


REAL_TIME = 35  # a signal that Python has no name for
FROM_OUTSIDE = {"SIGKILL": signal.SIGKILL, "SIGHUP": signal.SIGHUP, "signal 35": REAL_TIME}


@pytest.mark.parametrize("name", FROM_OUTSIDE)
def test_a_decoder_that_others_end_costs_no_photo(cells: Cells, name: str) -> None:
    assert _is_portrait(cells.decode(OBAMA, TASK, endings(cells, [FROM_OUTSIDE[name]])))


@pytest.mark.parametrize("name", FROM_OUTSIDE)
def test_decoders_that_others_end_twice_are_no_fault_of_the_photo(cells: Cells, name: str) -> None:
    with pytest.raises(DecoderUnavailable, match=rf"ended from outside, the last by {name};"):
        cells.decode(OBAMA, TASK, endings(cells, 2 * [FROM_OUTSIDE[name]]))
    assert _is_portrait(cells.decode(OBAMA, TASK))


@pytest.mark.parametrize("data", [OBAMA, incompressible_png()], ids=["small", "large"])
def test_a_decoder_that_stands_still_is_ended(
    cells: Cells, data: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cell_module, "PATIENCE", 1)
    hurried = replace(TASK, limits=ImageLimits(decode_seconds=1))
    with pytest.raises(DecoderUnavailable, match="hardly ran for 1 s"):
        cells.decode(data, hurried, endings(cells, [signal.SIGSTOP]))
    assert _is_portrait(cells.decode(OBAMA, TASK))


def test_a_cell_that_died_in_its_sleep_is_replaced(cells: Cells) -> None:
    cells.start()
    (cell,) = cells._idle
    os.kill(cell._process.pid, signal.SIGKILL)
    cell._process.wait()
    assert _is_portrait(cells.decode(OBAMA, TASK))


def test_a_file_that_is_too_large_is_given_to_no_cell(cells: Cells) -> None:
    with pytest.raises(ImageTooLarge, match="the photo has 1,002 bytes; at most 1,000 are"):
        cells.decode(bytes(1_002), replace(TASK, limits=ImageLimits(max_bytes=1_000)))
    assert cells._idle == []


def test_another_cell_is_started_when_photos_wait_again(cells: Cells) -> None:
    """Not for the first that waits: it would wait for longer."""

    def started(photos: int) -> int:
        with ThreadPoolExecutor(photos) as pool:
            answers = pool.map(lambda _: cells.decode(large_png(), TASK), range(photos))
            assert {answer.sizes[0][1] for answer in answers} == {600}
        return len(cells._idle)

    assert started(1) == 1
    assert started(2) == 1
    assert started(2) == 2
    assert started(6) == 2


def test_a_watch_ends_what_takes_longer_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch_module, "CHECKED_EACH_S", 0.01)
    monkeypatch.setattr(watch_module, "IDLE_CHECKS", 3)
    watch, ended = Watch(), threading.Event()
    for _ in range(3):
        with watch.over(0.02, ended.set):
            assert ended.wait(10)
        ended.clear()
        with watch.over(60, ended.set):
            time.sleep(0.05)
        time.sleep(0.1)  # its thread has ended, and the next photo starts another
        assert not watch._is_running
        assert not ended.is_set()


def test_without_processes_the_service_says_so(
    cells: Cells, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with pytest.raises(DecoderUnavailable, match="No such file"):
        cells.decode(OBAMA, TASK)


def test_a_cell_that_cannot_begin_is_no_fault_of_the_photo(
    cells: Cells, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "path", [])
    with pytest.raises(DecoderUnavailable, match="ended with 1"):
        cells.decode(OBAMA, TASK)


def test_there_are_no_more_cells_than_cores(cells: Cells) -> None:
    with ThreadPoolExecutor(10) as pool:
        found = list(pool.map(lambda _: cells.decode(OBAMA, TASK), range(20)))
    assert all(map(_is_portrait, found))
    assert len(cells._idle) <= 2


def test_whoever_gives_up_ends_the_cell(cells: Cells) -> None:
    def at_once(kill: object) -> nullcontext[None]:
        assert callable(kill)
        threading.Timer(0.2, kill).start()
        return nullcontext()

    unhurried = replace(TASK, limits=ImageLimits(decode_seconds=60))
    with pytest.raises(ImageTooCostly, match="SIGKILL"):
        cells.decode(_slow_jpeg(), unhurried, at_once)
    assert not cells._idle


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_cell_has_no_secrets_and_little_to_reach(
    cells: Cells, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    cells.decode(OBAMA, TASK)
    (cell,) = cells._idle
    process = Path(f"/proc/{cell._process.pid}")
    assert b"secret" not in (process / "environ").read_bytes()
    open_files = {str(each.readlink()) for each in (process / "fd").iterdir()}
    own = ("pipe:", "/dev/null", "/memfd:picture", f"/proc/{cell._process.pid}/statm")
    assert all(each.startswith(own) for each in open_files), open_files
    limits = (process / "limits").read_text()
    assert "Max core file size        0" in limits
    assert "Max file size             0" in limits
    assert "Max open files            0                    0" in limits


@pytest.mark.skipif(sys.platform != "linux", reason="as its system limits it")
def test_nothing_can_be_opened_from_a_cell() -> None:
    program = """
import errno, os, socket
from facecompare.decoding import cell_process
cell_process._renounce()
for opened in (
    lambda: open(os.__file__), lambda: open("/tmp/new", "wb"), lambda: os.listdir("/"),
    socket.socket, lambda: socket.create_connection(("127.0.0.1", 9)),
    os.pipe, lambda: os.memfd_create("x"), lambda: os.dup(0), lambda: os.open("/", os.O_PATH),
):
    try:
        opened()
    except OSError as exc:
        assert exc.errno in (errno.EMFILE, errno.EINVAL), exc  # the latter for a copy of one
    else:
        print(opened)
"""
    command = [sys.executable, "-c", program]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    assert not run.stdout


def test_no_photo_makes_a_cell_import_anything(tmp_path: Path) -> None:
    """Its decoders would fail, and the photo be called damaged."""
    program = """
import sys
from pathlib import Path
from facecompare.decoding import cell_process
from facecompare.decoding.limits import ImageLimits
from facecompare.decoding.task import DecodingTask
task = DecodingTask(ImageLimits(), "a.gif", working_width=600, larger=4_000_000)
before = set(sys.modules)
for path in sorted(Path(sys.argv[1]).iterdir()):
    data = path.read_bytes()
    for part in (data, data[: len(data) // 2], data[:-20], b"<svg>" + data):
        answer, _ = cell_process._answered(bytearray(part), task)
        assert "fault" not in answer, answer
print(*sorted(set(sys.modules) - before))
"""
    lab = Image.new("LAB", (64, 64))
    photos = portraits() | {"TIFF LAB": pictures.encoded(lab, "TIFF")}
    for name, data in photos.items():
        (tmp_path / name).write_bytes(data)
    command = [sys.executable, "-W", "ignore", "-c", program, str(tmp_path)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (run.returncode, run.stdout.split()) == (0, []), run.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_cells_end_when_their_owner_is_killed() -> None:
    program = (
        "import os, sys; from facecompare.decoding import cell; cell.start_cells(); "
        "print(*(each._process.pid for each in cell._OURS.cells._idle), flush=True); "
        "os.kill(os.getpid(), 9)"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    pids = run.stdout.split()
    assert len(pids) == 1
    for _ in range(500):
        if not any(Path(f"/proc/{pid}").exists() and _runs(pid) for pid in pids):
            return
        time.sleep(0.02)
    pytest.fail("a cell outlives its owner")


def _runs(pid: str) -> bool:
    return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="forks")
def test_a_forked_process_has_cells_of_its_own() -> None:
    program = """
import os, sys
from facecompare.decoding import cell
from facecompare.decoding.limits import ImageLimits
from facecompare.decoding.task import DecodingTask
task = DecodingTask(ImageLimits(), working_width=600)
data = open(sys.argv[1], "rb").read()
cell.decode_in_cell(data, task)
child = os.fork()
for _ in range(20):
    assert cell.decode_in_cell(data, task).sizes[0][1] == 600
if child:
    assert os.waitpid(child, 0)[1] == 0
else:
    cell._OURS.cells.end()
    os._exit(0)
"""
    command = [sys.executable, "-W", "ignore", "-c", program, str(pictures.OBAMA)]
    run = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert (run.returncode, run.stderr) == (0, "")


def _is_portrait(raster: Raster) -> bool:
    return (*raster.sizes, len(raster.samples)) == ((750, 600), 750 * 600 * 3)
