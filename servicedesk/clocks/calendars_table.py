"""A year's days as a table of two columns, date and kind: pasted, or from a CSV or XLSX file."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import IO, Any
from unicodedata import normalize

from servicedesk.clocks.calendars_notice import Arrangement, real_day
from servicedesk.sla.calendar import Impossible

ROW = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?"
    r"(?:\s*\([^)]*\))?(?:[T ]0?0:00(?::00)?)?\s*[,;、\t ]\s*[\"']?([^\"',;]+)"
)
MOST_LINES = 800
OFF = frozenset({"off", "closed", "holiday", "rest", "休", "休息", "放假", "假", "假日", "节假日", "公休"})
WORKED = frozenset({"work", "worked", "workday", "on", "班", "上班", "补班", "调休上班", "调班", "工作日"})


def is_table(text: str) -> bool:
    """Half of the lines look like a row: a heading and a note may stand between them."""
    lines = _lines(text)
    return bool(lines) and 2 * sum(bool(ROW.match(line)) for line in lines) >= len(lines)


def read_table(text: str) -> Arrangement:
    found = Arrangement()
    for number, line in enumerate(_lines(text), 1):
        row = ROW.match(line)
        if row:
            _take(row, number, found)
        elif re.search(r"\d", line):
            raise Impossible("Line %(line)s, “%(text)s”, is no date with a kind.", line=number, text=line[:60])
        elif number > 1:
            found.passed_over.append(line)
    return found


def _take(row: re.Match[str], number: int, found: Arrangement) -> None:
    day = real_day(int(row[1]), int(row[2]), int(row[3]), row[0])
    kind = row[4].strip().lower()
    if kind not in OFF | WORKED:
        words = {"line": number, "kind": kind[:40]}
        raise Impossible("Line %(line)s: “%(kind)s” is no kind of day. Write “off” or “worked”, 休 or 班.", **words)
    (found.closed if kind in OFF else found.worked).add(day)


def _lines(text: str) -> list[str]:
    return [line.strip() for line in normalize("NFKC", text).splitlines() if line.strip()]


def decoded(content: bytes) -> str:
    """Excel on a Chinese machine saves GB 18030, others UTF-8 with its mark."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("gb18030", errors="replace")


def text_of_csv(content: bytes) -> str:
    text = decoded(content)
    separator = max(",;\t", key=text.count)
    return _text(csv.reader(io.StringIO(text), delimiter=separator))


def text_of_xlsx(file: IO[bytes]) -> str:
    from openpyxl import load_workbook

    sheet = load_workbook(file, read_only=True, data_only=True).worksheets[0]
    return _text(sheet.iter_rows(max_row=MOST_LINES + 1, max_col=2, values_only=True))


def _text(rows: Iterable[Iterable[Any]]) -> str:
    lines = list(_filled(rows))
    if len(lines) > MOST_LINES:
        raise Impossible("More than %(most)s lines: this is no table of one year.", most=MOST_LINES)
    return "\n".join(lines)


def _filled(rows: Iterable[Iterable[Any]]) -> Iterator[str]:
    for row in rows:
        cells = [_cell(cell) for cell in row][:2]
        if any(cells):
            yield ",".join(cells)


def _cell(value: Any) -> str:
    if isinstance(value, datetime):
        value = value.date()
    return value.isoformat() if isinstance(value, date) else str("" if value is None else value).strip()
