import io

import pytest

from careen.formats.archives.window import Window


def test_shows_only_its_part():
    window = Window(io.BytesIO(b"0123456789"), 3, 4)
    assert (window.read(2), window.tell(), window.read(), window.read(5)) == (b"34", 2, b"56", b"")
    assert window.seek(-3, io.SEEK_END) == 1
    assert window.read(1) == b"4"
    assert window.seek(1, io.SEEK_CUR) == 3
    assert window.read(9) == b"6"
    window.seek(100)
    assert window.read(1) == b""
    with pytest.raises(ValueError, match="before"):
        window.seek(-1)


def test_two_windows_of_one_stream_by_turns():
    stream = io.BytesIO(b"abcdef")
    one, two = Window(stream, 0, 3), Window(Window(stream, 2, 4), 1, 3)
    assert [one.read(1), two.read(1), one.read(1), two.read(9), one.read()] == [b"a", b"d", b"b", b"ef", b"c"]
