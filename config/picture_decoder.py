"""Decodes one picture in a process of its own: `python -I picture_decoder.py < picture > picture.webp`.

A picture is a program for a decoder: a bad one may hang it, eat the memory or break it. This process has little of
each, no Django, no database and no environment worth reading. Exit code 0 with WebP on stdout, else one of the codes
below. Imports nothing of ours.
"""

import contextlib
import io
import resource
import sys
from typing import Any

MEMORY = 1024 * 2**20  # bytes of address space: 50 megapixels in RGBA take 200 MB, twice while converting
SECONDS = 10  # of processor time
PIXELS = 50_000_000
SIZE = 512  # pixels, both ways

ORIENTATION = 0x0112  # Exif 2.3, table 4

NOT_A_PICTURE = 3
TOO_LARGE = 4


def main() -> int:
    """Read stdin, write stdout; return the exit code."""
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(ValueError, OSError):  # macOS does not limit address space
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))

    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = None  # our own check comes before any pixel is decoded
    try:
        formats = ("JPEG", "PNG", "WEBP", "AVIF", "GIF")
        with Image.open(io.BytesIO(sys.stdin.buffer.read()), formats=formats) as picture:
            if picture.width * picture.height > PIXELS:
                return TOO_LARGE
            picture.draft("RGB", (SIZE * 2, SIZE * 2))  # JPEG decodes small at once
            picture.load()
            turn = _turns(Image.Transpose).get(picture.getexif().get(ORIENTATION, 1))
            has_alpha = "A" in picture.getbands() or "transparency" in picture.info
            mode = "RGBA" if has_alpha else "RGB"
            side = min(SIZE, picture.width, picture.height)
            whole = picture if picture.mode == mode else picture.convert(mode)
            square = ImageOps.fit(whole, (side, side), method=Image.Resampling.LANCZOS)
            if turn is not None:
                square = square.transpose(turn)
            output = io.BytesIO()
            square.save(output, "WEBP", quality=85, method=4, exif=b"", icc_profile=b"", xmp=b"")
    except Exception:  # noqa: BLE001, RUF100 - whatever a broken picture raises, it is not a picture
        return NOT_A_PICTURE
    sys.stdout.buffer.write(output.getvalue())
    return 0


def _turns(turn: Any) -> dict[int, Any]:
    """Return how each Exif orientation is turned upright, in Pillow's `Transpose`."""
    return {
        2: turn.FLIP_LEFT_RIGHT,
        3: turn.ROTATE_180,
        4: turn.FLIP_TOP_BOTTOM,
        5: turn.TRANSPOSE,
        6: turn.ROTATE_270,
        7: turn.TRANSVERSE,
        8: turn.ROTATE_90,
    }


if __name__ == "__main__":
    sys.exit(main())
