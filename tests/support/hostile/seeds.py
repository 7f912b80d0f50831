"""A small portrait in every accepted format, and in the kinds of each."""

from __future__ import annotations

from functools import cache

from PIL import Image

from tests.support import pictures, tiff_pictures
from tests.support.hostile import heif_bombs, png_bombs, webp_bombs
from tests.support.pictures import encoded

SIZE = (96, 120)


@cache
def portraits() -> dict[str, bytes]:
    """Name, which begins with the format, → the file."""
    small, other = (
        pictures.portrait(path).resize(SIZE) for path in (pictures.OBAMA, pictures.BIDEN)
    )
    palette, grey, clear = small.quantize(64), small.convert("L"), small.convert("RGBA")
    clear.putalpha(grey)
    exif, tiled = Image.Exif(), tiff_pictures.Layout((64, 80))
    exif[0x0112], exif[0x010F] = 6, "a maker of cameras"

    def more() -> dict[str, object]:  # Pillow keeps a format's settings in a picture it has saved
        return {"save_all": True, "append_images": [other.copy(), small.copy()]}

    found = {
        "JPEG": encoded(small, exif=exif, comment=b"a comment"),
        "JPEG progressive": encoded(small, progressive=True),
        "JPEG restarts": encoded(small, restart_marker_blocks=3),
        "JPEG grey": encoded(grey),
        "JPEG CMYK": encoded(small.convert("CMYK")),
        "JPEG of several": encoded(small, "MPO", save_all=True, append_images=[other.copy()]),
        "PNG": encoded(small, "PNG", exif=exif),
        "PNG palette": encoded(palette, "PNG", transparency=3),
        "PNG clear": encoded(clear, "PNG"),
        "PNG 16 bits": encoded(Image.fromarray(tiff_pictures.grey(16)).resize(SIZE), "PNG"),
        "PNG interlaced": png_bombs.flat(SIZE, 8, png_bombs.COLOUR, interlaced=True),
        "PNG animated": encoded(small, "PNG", **more()),
        "WEBP": encoded(small, "WEBP", exif=exif),
        "WEBP lossless": encoded(small, "WEBP", lossless=True),
        "WEBP clear": encoded(clear, "WEBP"),
        "WEBP animated": encoded(small, "WEBP", **more()),
        "WEBP of no bits": webp_bombs.riff(webp_bombs.lossless(SIZE)),
        "GIF": encoded(palette, "GIF"),
        "GIF animated": encoded(palette, "GIF", save_all=True, append_images=[other.quantize(64)]),
        "BMP": encoded(small, "BMP"),
        "BMP palette": encoded(palette, "BMP"),
        "TIFF tiles": tiff_pictures.tiff(tiff_pictures.grey(8), layout=tiled),
        "TIFF of several": encoded(small.copy(), "TIFF", compression="tiff_lzw", **more()),
        "AVIF": encoded(small, "AVIF", exif=exif.tobytes(), speed=10),
        "AVIF animated": encoded(small, "AVIF", speed=10, **more()),
        "HEIF": pictures.heic(small),
        "HEIF grid": heif_bombs.grid(heif_bombs.HEIC, 3, 3),
    }
    for compression in ("raw", "tiff_lzw", "tiff_adobe_deflate", "jpeg", "packbits"):
        found[f"TIFF {compression}"] = encoded(small.copy(), "TIFF", compression=compression)
    for compression in ("group3", "group4"):
        found[f"TIFF {compression}"] = encoded(small.convert("1"), "TIFF", compression=compression)
    return found
