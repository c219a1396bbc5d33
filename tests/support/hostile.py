"""Names that try to be more than text, in a message that has them everywhere."""

from msgspec.structs import replace

from careen.fleet.notifications.message import Fix, Line, Message, Outgoing, Place
from careen.fleet.notifications.sample import sample
from careen.output.escape import visible

NAMES = (
    "<!channel> <@U012345> <https://evil.test|click> *bold* _it_ ~no~ `code` :boom:",
    "@everyone @octo-org/team #1 GH-1 fixes #2 https://evil.test [x](https://evil.test) ![i](https://evil.test/i.png)",
    "```\n@octocat\n````` {noformat} {NOFORMAT:title=x} [~admin] {html}<script>alert(1)</script>{html} !https://evil.test/i.png!",
    "a\r\nBcc: victim@evil.test\r\n\r\n<img src=x onerror=alert(1)>",
    "<script>alert(1)</script><a href='javascript:alert(1)'>x</a>&lt;b&gt;",
    "<at>Ada</at> **bold** [a](javascript:alert(1)) {{mustache}} ${dollar}",
    "\u202egnp.exe\u2066 \x1b[31mred\x07 \u200b\x00",
    "'; DROP TABLE x; -- \" \\ %0d%0aX: y =?utf-8?q?x?=",
    "=HYPERLINK(\"https://evil.test\") ::set-output name=x::y ##vso[task.setvariable]x",
)  # fmt: skip


def message(name: str) -> Message:
    """As the fleet makes it: its texts have been made visible."""
    text = visible(name, 300)
    made = sample(1, text, "https://careen.test", 1_780_000_000.0)
    assert made.vulnerability is not None and made.images is not None
    vulnerability = replace(made.vulnerability, id=text, fixes=(Fix(text, text, "fixed"), Fix(text, "", "wont_fix")))
    images = replace(made.images, first=(Place(text, "https://careen.test/projects/1"), Place(text)))
    return replace(made, title=text, vulnerability=vulnerability, images=images, lines=(Line(text, "", "high"),), more=7)


def outgoing(name: str, attempt: int = 2) -> Outgoing:
    return Outgoing("0123456789abcdef" * 2, attempt, message(name), 1_780_000_000.0, 7, "https://careen.test")
