"""The finder of English on Chinese pages finds it, and nothing else (ALL-8)."""

import pytest

from tests.browser.language import latin_sentences


@pytest.mark.parametrize(
    "html",
    [
        "<p>Nothing waits for you</p>",
        '<a title="Go to the list">列表</a>',
        '<input placeholder="Search for tickets">',
        '<html lang="en"><p>Forgot the language entirely</p></html>',
        "<p>报修 this is not translated 已接单</p>",
        '<button data-confirm="Close this department?">关闭</button>',
        '<input type="submit" value="Send the report">',
        "<div><br><p>after a void element</p></div>",
    ],
)
def test_english_is_found(html: str) -> None:
    assert latin_sentences(html)


@pytest.mark.parametrize(
    "html",
    [
        "<p>请用 Chrome 或 Edge 打开</p>",
        "<p>PACS RIS HIS 三个系统</p>",
        '<button lang="en">English as it is spoken</button>',
        "<script>const a = one + two; return of the king</script>",
        '<a href="/some/where" class="btn btn-primary card">报修</a>',
        "<p>文件在 templates/ui/card.html 开头</p>",
        "<p>还剩 3 分 12 秒</p>",
    ],
)
def test_chinese_is_left_alone(html: str) -> None:
    assert latin_sentences(html) == []
