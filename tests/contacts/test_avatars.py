"""Pictures: taken in through a process of their own, whatever they are."""

import io
import struct
import zlib

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image

from contacts.avatars import BadPicture, decode, store


def picture(kind="PNG", size=(40, 60), mode="RGB", colour="red", **more):
    data = io.BytesIO()
    Image.new(mode, size, colour).save(data, kind, **more)
    return data.getvalue()


def bomb(width, height):
    """Return a PNG that claims a size and holds none of it."""

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("kind", "mode"),
    [("JPEG", "RGB"), ("JPEG", "CMYK"), ("PNG", "RGBA"), ("PNG", "P"), ("WEBP", "RGB"), ("AVIF", "RGBA")],
)
def test_pictures_become_square_webp(kind, mode):
    with Image.open(io.BytesIO(decode(picture(kind, (700, 900), mode, None)))) as small:
        assert (small.format, small.size) == ("WEBP", (512, 512))


def test_small_pictures_are_not_blown_up():
    with Image.open(io.BytesIO(decode(picture(size=(40, 60))))) as small:
        assert small.size == (40, 40)


def test_what_the_camera_wrote_is_used_and_goes():
    exif = Image.Exif()
    exif[0x0112] = 6  # turn a quarter clockwise
    exif[0x010F] = "Secret camera"
    wide = Image.new("RGB", (100, 100), "red")
    wide.paste("blue", (0, 0, 100, 50))
    data = io.BytesIO()
    wide.save(data, "JPEG", exif=exif, comment=b"where I live", quality=95)
    done = decode(data.getvalue())
    assert b"Secret" not in done
    assert b"live" not in done
    with Image.open(io.BytesIO(done)) as small:
        assert not small.getexif()
        red, _green, blue = small.convert("RGB").getpixel((90, 50))
        assert blue > 200 > red  # the blue half was at the top, and is at the right


@pytest.mark.parametrize(
    "data",
    [b"", b"not a picture", picture()[:60], picture("TIFF"), picture("BMP"), b"<svg xmlns='x'/>", bomb(10, 10)],
    ids=["empty", "text", "cut short", "tiff", "bmp", "svg", "without pixels"],
)
def test_what_is_no_picture_is_refused(data):
    with pytest.raises(BadPicture, match="JPEG, PNG, WebP or AVIF"):
        decode(data)


def test_more_than_fifty_megapixels_are_refused_before_they_are_decoded():
    with pytest.raises(BadPicture, match="50 megapixels"):
        decode(bomb(50_000, 50_000))


def test_fifty_megapixels_fit():
    data = picture("PNG", (8_000, 6_000), "L", 128)
    with Image.open(io.BytesIO(decode(data))) as small:
        assert small.size == (512, 512)


def test_files_above_the_limit_are_not_even_read(settings):
    settings.AVATAR_MAX_BYTES = 2**20
    with pytest.raises(BadPicture, match="more than 1 MB"):
        store(ContentFile(b"x" * (2**20 + 1)))


@pytest.mark.django_db
def test_stored_names_tell_nothing():
    name = store(ContentFile(picture(), name="ann-prado.png"))
    assert "ann" not in name
    assert name.startswith("avatars/")
    assert default_storage.size(name) > 0
