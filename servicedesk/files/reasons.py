"""Why a file is refused: a stable code, and what happened and what to do, in words for the person."""

from enum import StrEnum


def _(sentence: str) -> str:
    """Marks for the catalogue; Django's own marker wants settings, and this room's checks need none."""
    return sentence


class Reason(StrEnum):
    EMPTY = "empty"
    TOO_LARGE = "too_large"
    UNKNOWN_KIND = "unknown_kind"
    EXECUTABLE = "executable"
    SCRIPT = "script"
    WEB_PAGE = "web_page"
    SVG = "svg"
    OLD_OFFICE = "old_office"
    HEIC = "heic"
    OTHER_ARCHIVE = "other_archive"
    DANGEROUS_NAME = "dangerous_name"
    NAME_DISAGREES = "name_disagrees"
    DAMAGED = "damaged"
    HIDDEN_CONTENT = "hidden_content"
    ENCRYPTED = "encrypted"
    TOO_MANY_PIXELS = "too_many_pixels"
    TOO_MANY_FRAMES = "too_many_frames"
    TOO_MANY_MEMBERS = "too_many_members"
    EXPANDS_TOO_FAR = "expands_too_far"
    NESTED_TOO_DEEP = "nested_too_deep"
    UNSAFE_PATH = "unsafe_path"
    LINK_OR_DEVICE = "link_or_device"
    MACROS = "macros"
    ACTIVE_OFFICE = "active_office"
    XML_ENTITIES = "xml_entities"
    ACTIVE_CSV = "active_csv"
    ACTIVE_PDF = "active_pdf"
    PDF_ATTACHMENT = "pdf_attachment"
    INFECTED = "infected"
    SCANNER_UNAVAILABLE = "scanner_unavailable"


SENTENCES: dict[Reason, str] = {
    Reason.EMPTY: _("The file is empty. Check that it was saved, and choose it again."),
    Reason.TOO_LARGE: _("The file is larger than %(megabytes)s MB. Make it smaller or send it in parts."),
    Reason.UNKNOWN_KIND: _(
        "This kind of file is not accepted. Send a picture, a PDF, a text or CSV file, a Word, Excel or PowerPoint "
        "document, a Windows event log, or a ZIP of these."
    ),
    Reason.EXECUTABLE: _("This file is a program, and programs are not accepted. Describe where it can be found."),
    Reason.SCRIPT: _("This file is a script, and scripts are not accepted. Paste the lines that matter as text."),
    Reason.WEB_PAGE: _("This file is a web page, which can run code. Print it to PDF or send a screenshot."),
    Reason.SVG: _("SVG drawings can run code and are not accepted. Save the drawing as PNG or PDF."),
    Reason.OLD_OFFICE: _("This old document format can hide macros. Save the document as DOCX, XLSX, PPTX or PDF."),
    Reason.HEIC: _("HEIC photos cannot be shown everywhere. Save the photo as JPEG and send it again."),
    Reason.OTHER_ARCHIVE: _("This kind of archive cannot be checked. Pack the files as ZIP."),
    Reason.DANGEROUS_NAME: _("Files named “.%(extension)s” can run code and are not accepted. Send text, PDF or ZIP."),
    Reason.NAME_DISAGREES: _(
        "The name ends in “.%(extension)s”, but the content is %(kind)s. If the file is the right one, correct its "
        "name and send it again."
    ),
    Reason.DAMAGED: _("The file is damaged or incomplete. Open it to check, save it anew and send it again."),
    Reason.HIDDEN_CONTENT: _("The file carries a second, hidden content. Save it anew in its own program and send it."),
    Reason.ENCRYPTED: _("The file is protected by a password and cannot be checked. Remove the password and send it."),
    Reason.TOO_MANY_PIXELS: _("The picture has more than %(megapixels)s megapixels. Make it smaller and send it."),
    Reason.TOO_MANY_FRAMES: _("The animation has more than %(frames)s frames. Make it shorter and send it again."),
    Reason.TOO_MANY_MEMBERS: _("The archive holds more than %(members)s files. Send only those that matter."),
    Reason.EXPANDS_TOO_FAR: _("The file would unpack to far more than it is. Send only the part that matters."),
    Reason.NESTED_TOO_DEEP: _("There are archives within archives within archives. Pack the files into one archive."),
    Reason.UNSAFE_PATH: _("The archive would write outside its own folder. Pack the files anew."),
    Reason.LINK_OR_DEVICE: _("The archive holds links or devices, not only files. Pack the files themselves."),
    Reason.MACROS: _("The document holds macros. Save it without them (DOCX, XLSX, PPTX) or as PDF."),
    Reason.ACTIVE_OFFICE: _("The document fetches or runs something when it is opened. Save it as PDF and send that."),
    Reason.XML_ENTITIES: _("The document holds definitions no office program writes. Save it anew and send it again."),
    Reason.ACTIVE_CSV: _("A cell of this table would start a program. Remove cells that begin with “=” and hold “|”."),
    Reason.ACTIVE_PDF: _("The PDF can run or fetch something when opened. Print it to a new PDF and send that."),
    Reason.PDF_ATTACHMENT: _("The PDF has other files inside. Print it to a new PDF, and send those files themselves."),
    Reason.INFECTED: _("The virus scanner found “%(finding)s”. Do not open the file; tell your IT security."),
    Reason.SCANNER_UNAVAILABLE: _("The virus scanner does not answer, so no file can be taken. Try again later."),
}


class Refused(Exception):
    """The file is not taken. `details` fill the places in the translated sentence; `inside` names the culprit's
    place in an archive."""

    def __init__(self, reason: Reason, **details: object) -> None:
        super().__init__(reason, details)
        self.reason = reason
        self.details = details
        self.inside = ""

    @property
    def sentence(self) -> str:
        return SENTENCES[self.reason] % self.details

    def __str__(self) -> str:
        return self.sentence
