"""File names that are safe to show, to store, to send in a header and to save on Windows."""

import re
import unicodedata

from servicedesk.files.kinds import Kind
from servicedesk.files.reasons import Reason, Refused

LONGEST = 255
NAMELESS = "file"

FORBIDDEN = re.compile(r'[<>:"|?*]')
RESERVED = re.compile(r"(?:CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|(?:COM|LPT)[0-9¹²³])\s*(?:\.|$)", re.IGNORECASE)
EXTENSION = re.compile(r"\.(tar\.gz|[a-z0-9-]{1,20})\Z", re.IGNORECASE)

EXTENSIONS: dict[Kind, tuple[str, ...]] = {
    Kind.JPEG: ("jpg", "jpeg"),
    Kind.PNG: ("png",),
    Kind.WEBP: ("webp",),
    Kind.GIF: ("gif",),
    Kind.PDF: ("pdf",),
    Kind.TEXT: ("txt", "log", "md", "ini", "cfg", "conf", "json", "yaml", "yml", "properties"),
    Kind.CSV: ("csv", "tsv"),
    Kind.DOCX: ("docx",),
    Kind.XLSX: ("xlsx",),
    Kind.PPTX: ("pptx",),
    Kind.ZIP: ("zip",),
    Kind.GZIP: ("gz",),
    Kind.TAR: ("tar",),
    Kind.TAR_GZ: ("tar.gz", "tgz"),
    Kind.EVTX: ("evtx",),
}

# Within a family a wrong extension is put right; across families it is refused.
FAMILIES: tuple[frozenset[str], ...] = (
    frozenset({"jpg", "jpeg", "jpe", "jfif", "png", "webp", "gif", "bmp", "dib", "heic", "heif", "tif", "tiff"}),
    frozenset({"pdf", "docx", "xlsx", "pptx", "doc", "xls", "ppt", "dot", "pps", "rtf", "wps", "et", "dps"}),
    frozenset({*EXTENSIONS[Kind.TEXT], *EXTENSIONS[Kind.CSV], "xml"}),
    frozenset({"zip", "gz", "tar", "tar.gz", "tgz", "rar", "7z", "bz2", "xz"}),
    frozenset({"evtx"}),
)

RUNS, PAGES, MACROS = (
    frozenset(extensions.split())
    for extensions in (
        "exe com scr pif bat cmd ps1 psm1 psd1 vb vbs vbe js jse mjs ws wsf wsh wsc hta msi msp mst msix appx "
        "appxbundle cpl dll ocx sys drv jar jnlp class apk ipa dex app dmg pkg deb rpm run elf so sh bash zsh csh ksh "
        "py pyc pyw pl rb lua php php3 php5 phtml phar asp aspx ashx jsp jspx cgi lnk url website desktop reg inf scf "
        "chm hlp sct shb ins isp iso img vhd vhdx one rdp gadget application appref-ms library-ms settingcontent-ms "
        "search-ms diagcab msc xbap xll iqy oqy slk swf",
        "html htm xhtml xht shtml mht mhtml svg svgz xsl xslt",
        "docm dotm xlsm xltm xlsb xlam xla pptm potm ppam ppsm ppa sldm",
    )
)


def clean_name(raw: str) -> str:
    """The last part of the path without anything that misleads a person, a header or a file system."""
    name = re.split(r"[/\\]", raw)[-1]
    name = unicodedata.normalize("NFC", "".join(filter(is_visible, name)))
    name = FORBIDDEN.sub("_", re.sub(r"\s+", " ", name))
    name = name.lstrip(" .-").rstrip(" .")
    if RESERVED.match(name):
        name = f"_{name}"
    return shortened(name) or NAMELESS


def is_visible(character: str) -> bool:
    """Neither control nor format characters (the bidi overrides), surrogates, unassigned, line separators."""
    return unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Cn", "Co", "Zl", "Zp"}


def shortened(name: str) -> str:
    """At most 255 bytes, a Chinese character being three; the extension stays."""
    stem, extension = split(name)
    ending = f".{extension}" if extension else ""
    room = LONGEST - len(ending.encode())
    return stem.encode()[:room].decode(errors="ignore").rstrip(" .") + ending


def split(name: str) -> tuple[str, str]:
    found = EXTENSION.search(name)
    return (name[: found.start()], found[1].lower()) if found and found.start() else (name, "")


def refuse_dangerous(name: str) -> None:
    refuse_runnable(name)
    if split(name)[1] in PAGES:
        raise Refused(Reason.DANGEROUS_NAME, extension=split(name)[1])


def refuse_runnable(name: str) -> None:
    extension = split(name)[1]
    if extension in MACROS:
        raise Refused(Reason.MACROS)
    if extension in RUNS:
        raise Refused(Reason.DANGEROUS_NAME, extension=extension)


def fitted(name: str, kind: Kind) -> str:
    """The name with the extension its content deserves, put right or refused."""
    stem, extension = split(name)
    fitting = EXTENSIONS[kind]
    if extension in fitting:
        return shortened(f"{stem}.{extension}")
    if any(extension in family and fitting[0] in family for family in FAMILIES):
        return shortened(f"{stem}.{fitting[0]}")
    if any(extension in family for family in FAMILIES):
        raise Refused(Reason.NAME_DISAGREES, extension=extension, kind=fitting[0].upper())
    return shortened(f"{name}.{fitting[0]}")
