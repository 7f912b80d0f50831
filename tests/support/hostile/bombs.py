"""All of them by name; each is made when it is asked for."""

from __future__ import annotations

from collections.abc import Callable

from tests.support import pictures
from tests.support.hostile import (
    heif_bombs,
    jpeg_bombs,
    png_bombs,
    raster_bombs,
    tiff_bombs,
    webp_bombs,
)


def bombs() -> dict[str, Callable[[], bytes]]:
    """Name, which begins with the format, → maker of the file's bytes."""
    makers = {"JPEG": jpeg_bombs, "PNG": png_bombs, "WEBP": webp_bombs, "TIFF": tiff_bombs}
    made = {
        f"{kind}: {name}": make
        for kind, module in makers.items()
        for name, make in module.bombs().items()
    }
    made |= raster_bombs.bombs() | heif_bombs.bombs()
    made["15 MB and one byte"] = lambda: pictures.OBAMA.read_bytes() + bytes(15_000_000)
    return made
