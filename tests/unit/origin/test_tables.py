import random
import struct

import pytest

np = pytest.importorskip("numpy")

from careen.origin.source import Parsed, language_of  # noqa: E402
from careen.origin.tables import constants_in, constants_of, rows_in  # noqa: E402

MADE = random.Random(7)
NUMBERS = [MADE.randrange(1, 200) for _ in range(64)]


def of_source(text: str) -> set[int]:
    return set(constants_of(Parsed(text.encode(), language_of("a.c"))).tolist())


def of_program(content: bytes, before: int = 64, after: int = 64, order: str = "<") -> set[int]:
    data = np.frombuffer(bytes(before) + content + bytes(after), np.uint8)
    return set(constants_in(data, order).tolist())


@pytest.mark.parametrize(
    ("declared", "code"),
    [
        ("static const unsigned char a[64]", "64B"),
        ("const uint16_t t32[]", "64H"),
        ("U32 const table[2][32]", "64I"),
        ("static const long long dec8table[64]", "64Q"),
        ("local const int extra[N] /* of 8 */", "64I"),
        ("const thing x[]", "64B"),
        ("const thing x[]", "64H"),
        ("const thing x[]", "64I"),
        ("static const float f[]", "64f"),
        ("double f[64]", "64d"),
    ],
)
def test_a_table_is_known_in_the_width_that_it_is_declared_with(declared, code):
    found = of_source(f"{declared} = {{ {', '.join(map(str, NUMBERS))} }};")
    alone = of_program(struct.pack("<" + code, *NUMBERS), 0, 0)
    assert len(alone) >= 2
    assert alone <= found
    assert len(found & of_program(struct.pack("<" + code, *NUMBERS))) >= 2


def test_forms_of_numbers():
    plain = of_source(f"const int a[] = {{ {', '.join(map(str, NUMBERS))} }};")
    forms = [
        (str, hex, lambda n: f"0{n:o}", lambda n: f"{n}UL", lambda n: f"(int){n}", lambda n: f"UINT32_C({n})")[at % 6]
        for at in range(64)
    ]
    text = ", ".join(form(number) for form, number in zip(forms, NUMBERS, strict=True))
    assert of_source(f"const int a[] = {{ {text}, /* end */ }};") == plain
    assert (
        of_source("const int a[] = { " + ", ".join(f"~{~n & 0xFFFFFFFF}u" if n < 0 else str(n) for n in NUMBERS) + " };")
        == plain
    )


def test_negative_numbers_and_floats_in_text():
    numbers = [-1, 5, -70, 900, 3, -8, 12, 77] * 3
    found = of_source(f"static const short a[] = {{ {', '.join(map(str, numbers))} }};")
    assert found & of_program(struct.pack("<24h", *numbers))
    numbers = [1.5, -2.25, 1e10, 3.0, 0.1, 7.0, 11.0, -0.5] * 2
    found = of_source(f"const float a[] = {{ {', '.join(f'{number}f' for number in numbers)} }};")
    assert found & of_program(struct.pack("<16f", *numbers))


def test_rows_of_members_of_several_widths():
    rows = [(MADE.randrange(200), MADE.randrange(200), MADE.randrange(60_000)) for _ in range(40)]
    text = ", ".join(f"{{{one},{two},{three}}}" for one, two, three in rows)
    content = b"".join(struct.pack("<BBH", *row) for row in rows)
    assert of_source(f"static const code fixed[] = {{ {text} }};") & of_program(content)


def test_a_table_is_found_wherever_it_lies():
    found = of_source(f"const int a[] = {{ {', '.join(map(str, NUMBERS))} }};")
    content = struct.pack("<64i", *NUMBERS)
    for before in range(32, 160, 4):
        assert len(found & of_program(content, before)) >= 5


def test_big_endian():
    found = of_source(f"const short a[] = {{ {', '.join(map(str, NUMBERS))} }};")
    assert found & of_program(struct.pack(">64h", *NUMBERS), order=">")


def test_what_says_nothing_is_left_out():
    assert not of_source(f"const int a[] = {{ {', '.join(map(str, range(64)))} }};")
    assert not of_source(f"const int a[] = {{ {', '.join(['7'] * 64)} }};")
    assert not of_source("const int a[] = { ONE, TWO, 3, 4, FIVE };")
    assert not of_source("int main(void) { return a = { 1 }; }")
    assert not of_program(b"any text that is long enough to be a gram of it, and more of it still", 0, 0)


def test_names_among_the_numbers_divide_a_table():
    text = ", ".join(map(str, NUMBERS[:32])) + ", LAST_ONE, " + ", ".join(map(str, NUMBERS[32:]))
    whole = struct.pack("<32i", *NUMBERS[:32]) + struct.pack("<i", 99) + struct.pack("<31i", *NUMBERS[33:])
    assert len(of_source(f"const int a[] = {{ {text} }};") & of_program(whole)) >= 5


def test_hostile_source_ends():
    for text in (
        "= {" * 100_000,
        "int a[] = { " + "1, " * 300_000,
        "int a[] = { " + "1, " * 300_000 + "};",
        "= { 1" + "(" * 200_000 + ";",
        "= {1,,,,,,,,,,,,, 0x" + "f" * 100_000 + "};",
        "= {1" + ",99999999999999999999999999999" * 20 + "};",
        "double a[] = {1e999, -1e999," + "1.," * 20 + "};",
        "= { 1,2,3,4,5,6,7,8 " + "} {" * 100_000 + ";",
    ):
        of_source(text)


@pytest.mark.parametrize("order", "<>")
def test_rows_are_some_of_the_table(order):
    content = struct.pack(f"{order}256H", *(MADE.randrange(1 << 16) for _ in range(256)))
    data = np.frombuffer(bytes(64) + content + bytes(70), np.uint8)
    rows, table = set(rows_in(data, order).tolist()), set(constants_in(data, order).tolist())
    assert rows
    assert rows <= table


def test_text_and_simple_progressions_have_no_rows():
    assert rows_in(np.frombuffer(b"some text of a program, " * 40, np.uint8)).size == 0
    assert rows_in(np.arange(400, dtype="<u4").view(np.uint8)).size == 0
    assert rows_in(np.zeros(20, np.uint8)).size == 0


def test_rows_of_which_one_has_a_fraction():
    rows = [("(float)0.25", 4, 0), *((MADE.randrange(200), MADE.randrange(200), MADE.randrange(60_000)) for _ in range(40))]
    text = ", ".join(f"{{ {one}, {two}, {three} }}" for one, two, three in rows)
    assert of_source(f"static struct row rows[] = {{ {text} }};")
