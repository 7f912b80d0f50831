"""What a photo may be, and what decoding it may take. Light."""

from __future__ import annotations

from dataclasses import dataclass

from facecompare.errors import ImageTooLarge


@dataclass(frozen=True, slots=True)
class ImageLimits:
    """What a photo may be before anything big is allocated for it, and what it may cost."""

    max_bytes: int = 15_000_000  # a 50-megapixel phone JPEG has 8–14 MB
    # 156 MB as RGB. Cameras "of 50 megapixels" have 8192 × 6144, 8272 × 6200 or 8688 × 5792.
    max_pixels: int = 52_000_000
    max_side_px: int = 20_000  # panoramas
    min_side_px: int = 16  # a face cannot be told from noise below it
    strict: bool = False  # whether a name or content type that contradicts the bytes is refused
    cell: bool = True  # whether decoding happens in a process of its own, which these two bound
    decode_seconds: int = 3  # of CPU time
    decode_bytes: int = 600_000_000  # of memory, above what the process has without a photo


LIMITS = ImageLimits()


def refuse_large(size: int, limits: ImageLimits) -> None:
    """Raises  ImageTooLarge for a file of so many bytes; asked before anything copies it.

    One byte more than is accepted is what is read of a file whose end nobody looks for.
    """
    if size > limits.max_bytes:
        found = f"{size:,}" if size > limits.max_bytes + 1 else f"more than {limits.max_bytes:,}"
        raise ImageTooLarge(
            f"the photo has {found} bytes; at most {limits.max_bytes:,} are accepted"
        )
