"""Pictures are never stored as sent: the pixels are decoded and written anew, and nothing else survives."""

from collections.abc import Iterator
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from PIL import Image, ImageOps, ImageSequence

from servicedesk.files.kinds import Kind
from servicedesk.files.limits import MIB, Limits
from servicedesk.files.reasons import Reason, Refused

STORED_AS = {Kind.BMP: Kind.PNG}
MOVING = frozenset({Kind.GIF, Kind.WEBP, Kind.PNG})
SHARE = {Kind.PNG: 2 / 3, Kind.GIF: 1 / 2, Kind.WEBP: 1 / 4}  # of the pixels; these take longer to write than JPEG
KEPT_MODES = frozenset({"1", "L", "LA", "I", "I;16", "RGB", "RGBA"})
OPTIONS: dict[Kind, dict[str, Any]] = {
    Kind.JPEG: {"quality": 90},
    Kind.PNG: {"compress_level": 2},
    Kind.WEBP: {"quality": 90, "method": 1},
    Kind.GIF: {},
}


def re_encoded(file: IO[bytes], kind: Kind, limits: Limits) -> IO[bytes]:
    stored_as = STORED_AS.get(kind, kind)
    with opened(file, kind, limits) as picture:
        frames = list(decoded_frames(picture, kind, limits))
        timing = timing_of(picture, frames)
    copy = SpooledTemporaryFile(max_size=MIB)  # noqa: SIM115 - handed to the caller
    frames[0].save(copy, format=stored_as.upper(), **OPTIONS[stored_as], **timing)
    copy.seek(0)
    return copy


def opened(file: IO[bytes], kind: Kind, limits: Limits) -> Image.Image:
    """Only the header is read here."""
    file.seek(0)
    try:
        return Image.open(file, formats=[kind.upper()])
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise too_many_pixels(limits.pixels) from error


def decoded_frames(picture: Image.Image, kind: Kind, limits: Limits) -> Iterator[Image.Image]:
    room = allowed = int(limits.pixels * SHARE.get(kind, 1))
    for number, frame in enumerate(ImageSequence.Iterator(picture)):
        room -= frame.width * frame.height
        if room < 0:
            raise too_many_pixels(allowed)
        if number == limits.frames:
            raise Refused(Reason.TOO_MANY_FRAMES, frames=limits.frames)
        yield bare(frame)
        if kind not in MOVING:
            return


def too_many_pixels(allowed: int) -> Refused:
    return Refused(Reason.TOO_MANY_PIXELS, megapixels=allowed // 1_000_000)


def bare(frame: Image.Image) -> Image.Image:
    """Upright, in a mode every format can write, and without a word of metadata but how long it is shown."""
    frame.load()
    shown_for = frame.info.get("duration", 100)
    ImageOps.exif_transpose(frame, in_place=True)
    clean = frame.convert(mode_of(frame))
    clean.info = {"duration": shown_for}
    return clean


def mode_of(frame: Image.Image) -> str:
    if frame.mode in KEPT_MODES and "transparency" not in frame.info:
        return frame.mode
    return "RGBA" if frame.has_transparency_data else "RGB"


def timing_of(picture: Image.Image, frames: list[Image.Image]) -> dict[str, Any]:
    if len(frames) == 1:
        return {}
    loop = {"loop": picture.info["loop"]} if "loop" in picture.info else {}
    durations = [frame.info["duration"] for frame in frames]
    return {"save_all": True, "append_images": frames[1:], "duration": durations, "disposal": 2} | loop
