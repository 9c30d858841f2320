"""Pictures are stored as new ones: upright, without place and camera, with their frames and colours."""

from __future__ import annotations

import io
from typing import Any

import pytest
from PIL import Image

from tests.files import nasty
from tests.files.verdicts import checked


def stored_picture(content: bytes) -> Image.Image:
    return Image.open(checked(content).content)


def test_a_photo_is_turned_upright_and_forgets_place_and_camera() -> None:
    sent, stored = Image.open(io.BytesIO(nasty.photo_with_place())), stored_picture(nasty.photo_with_place())
    assert sent.getexif().get_ifd(0x8825)
    assert (sent.size, stored.size) == ((64, 48), (48, 64))
    assert not dict(stored.getexif())
    assert set(stored.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


@pytest.mark.parametrize("orientation", range(1, 9))
def test_each_orientation_is_applied(orientation: int) -> None:
    assert stored_picture(nasty.photo_with_place(orientation)).size == ((64, 48) if orientation < 5 else (48, 64))


def exif_with_words() -> bytes:
    exif = Image.Exif()
    exif[0x010F] = "SecretCamera"
    return exif.tobytes()


def test_colour_profiles_and_xmp_are_dropped() -> None:
    metadata: dict[str, Any] = {
        "icc_profile": b"SecretProfile" * 20,
        "xmp": b"<x>SecretWords</x>",
        "exif": exif_with_words(),
    }
    sent = nasty.picture("WEBP", **metadata)
    assert b"SecretProfile" in sent
    assert b"Secret" not in checked(sent).content.read()


def test_print_colours_become_screen_colours() -> None:
    stored = stored_picture(nasty.picture(mode="CMYK"))
    assert stored.mode == "RGB"
    red, green, _ = stored.getpixel((9, 9))  # type: ignore[misc]
    assert red > 200 > green


@pytest.mark.parametrize("format", ["GIF", "WEBP", "PNG"])
def test_animations_keep_their_frames_and_their_pace(format: str) -> None:
    stored = stored_picture(nasty.moving(format, 5))
    stored.seek(3)
    stored.load()
    assert (stored.n_frames, stored.info["duration"]) == (5, 80)  # type: ignore[attr-defined]


def test_transparency_and_sixteen_bits_survive() -> None:
    assert stored_picture(nasty.picture("PNG", "RGBA")).getpixel((1, 1)) == (9, 99, 200, 128)
    assert stored_picture(nasty.picture("PNG", transparency=(200, 30, 40))).getpixel((1, 1))[3] == 0  # type: ignore[index]
    assert stored_picture(nasty.picture("PNG", "I;16")).mode == "I;16"
