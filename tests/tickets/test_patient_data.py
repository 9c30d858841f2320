"""ALL-15: what looks like a patient is found where it stands, and nothing else is."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tickets.patient_data import CHECKS, WEIGHTS, Kind, find, is_identity_number, masked

IDENTITY = "11010519491231002X"


def kinds(text: str) -> list[Kind]:
    return [one.kind for one in find(text)]


@pytest.mark.parametrize(
    "text",
    [
        IDENTITY,
        IDENTITY.lower(),
        f"患者{IDENTITY}，调不出",
        "110105 19491231 002X",
        "110105-19491231-002X",
        "１１０１０５１９４９１２３１００２Ｘ",
    ],
)
def test_identity_numbers_however_they_are_written(text: str) -> None:
    assert kinds(text) == [Kind.IDENTITY]


@pytest.mark.parametrize(
    "text",
    [
        "110105194912310021",  # the check does not fit
        "110105194913310029",  # a thirteenth month
        "SN110105194912310021002X99",  # longer: a serial number
        "A" + IDENTITY,
        "20261121123456789",
    ],
)
def test_what_only_looks_long_is_left_alone(text: str) -> None:
    assert Kind.IDENTITY not in kinds(text)


@pytest.mark.parametrize(
    "text",
    [
        "住院号 ZY0012345",
        "住院号：0012345",
        "门诊号是 20260001",
        "病历号0012345",
        "检查号 CT20261121",
        "患者ID: 778899",
        "影像号#P00231",
        "就诊卡号 66001234",
    ],
)
def test_record_numbers(text: str) -> None:
    assert kinds(text) == [Kind.RECORD]


@pytest.mark.parametrize(
    "text", ["13900001234", "139 0000 1234", "139-0000-1234", "+86 13900001234", "电话８６１３９００００１２３４"]
)
def test_mobile_numbers(text: str) -> None:
    assert kinds(text) == [Kind.PHONE]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "阅片工作站 05 卡死",
        "分机 8105",
        "010-88886666",
        "192.168.10.200",
        "版本 V2.1.2",
        "工单 SHEN-20261121-004",
        "住院部 3 楼",
        "错误 0x80070005",
        "20261121 10:30 开始",
        "检查号调不出",
    ],
)
def test_ordinary_words_are_no_patients(text: str) -> None:
    assert find(text) == []


def test_masked_keeps_the_end_and_the_rest() -> None:
    assert masked(f"患者{IDENTITY}，住院号 ZY0012345，电话13900001234") == (
        "患者****************2X，住院号 *******45，电话*********34"
    )


def numbers() -> st.SearchStrategy[str]:
    def whole(region: int, born: str, order: int) -> str:
        first = f"{region:06}{born}{order:03}"
        return first + CHECKS[sum(int(d) * w for d, w in zip(first, WEIGHTS, strict=True)) % 11]

    born = st.dates(min_value=date(1900, 1, 1)).map(lambda day: f"{day:%Y%m%d}")
    return st.builds(whole, st.integers(110000, 659999), born.filter(lambda text: text < "2027"), st.integers(0, 999))


@given(numbers(), st.sampled_from(["", "患者", "，"]), st.sampled_from(["", "。", "的片子"]))
@settings(max_examples=200, deadline=None)
def test_every_valid_number_is_found_and_gone_once_masked(number: str, before: str, after: str) -> None:
    text = f"{before}{number}{after}"
    assert is_identity_number(number)
    assert Kind.IDENTITY in kinds(text)
    assert number[:16] not in masked(text)
    assert len(masked(text)) == len(text)
    assert Kind.IDENTITY not in kinds(masked(text))


@given(st.text(max_size=300))
@settings(max_examples=200, deadline=None)
def test_no_text_breaks_it(text: str) -> None:
    assert len(masked(text)) == len(text)
    assert masked(masked(text)) == masked(text)


def test_a_megabyte_is_looked_through_at_once() -> None:
    import time

    begun = time.perf_counter()
    find("1" * 500_000 + "患者住院号 " * 50_000)
    assert time.perf_counter() - begun < 5
