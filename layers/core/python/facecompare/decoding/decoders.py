"""Imports all that decoding any photo may need, so that a cell needs no file for it later.

Everything else imports these when it needs them: together they take a tenth of a second.
"""

from __future__ import annotations

import heapq  # noqa: F401 – Counter.most_common asks for it
import tokenize  # noqa: F401 – a traceback looks for sources with it
from contextlib import suppress
from importlib import import_module

from PIL import (  # noqa: F401
    AvifImagePlugin,
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    ImageCms,
    ImageColor,
    ImageFilter,
    ImagePalette,
    JpegImagePlugin,
    MpoImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from facecompare.decoding import (  # noqa: F401
    completeness,
    features,
    jpeg_scans,
    look_alikes,
    samples,
    side_data,
    tiff_layout,
)

Image.preinit()
with suppress(ImportError):  # a platform without its wheel has no HEIC
    import_module("pi_heif").register_heif_opener()
