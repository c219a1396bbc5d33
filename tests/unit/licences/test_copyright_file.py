from hypothesis import given
from hypothesis import strategies as st

from careen.licences.copyright_file import holders, read
from careen.licences.expressions import is_valid
from careen.licences.library import entries_by_id

FORMAT = "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n\n"


def folded(text):
    return "\n".join(f" {line}" if line.strip() else " ." for line in text.splitlines())


def test_the_licences_of_all_files_count():
    text = FORMAT + (
        "Files: *\nCopyright: 2019 A Person\nLicense: GPL-2+ or Artistic\n\n"
        "Files: debian/*\nCopyright: 2020 Somebody <s@example.org>\n 2021 Another\nLicense: Expat\n\n"
        "License: GPL-2+\n This is not asked.\n"
    )
    found = read(text)
    assert found.machine_readable
    assert found.expression == "(GPL-2.0-or-later OR Artistic-1.0-Perl) AND MIT"
    assert found.holders == ("Copyright 2019 A Person", "Copyright 2020 Somebody <s@example.org>", "Copyright 2021 Another")


def test_a_name_of_its_own_is_known_by_its_text():
    text = FORMAT + "Files: *\nLicense: our-terms\n\nLicense: our-terms\n" + folded(entries_by_id()["ISC"].text) + "\n"
    assert read(text).expression == "ISC"


def test_an_unknown_licence_is_a_reference():
    assert read(FORMAT + "Files: *\nLicense: ad-hoc\n Do what is right.\n").expression == "LicenseRef-ad-hoc"


def test_prose_is_recognised():
    text = "This package was debianized by Somebody.\n\nCopyright (C) 1999 A Person\n\n" + entries_by_id()["MIT"].text
    found = read(text)
    assert not found.machine_readable
    assert found.expression == "MIT"
    assert found.holders == ("Copyright (C) 1999 A Person",)


def test_placeholders_are_nobody():
    assert holders("Copyright (c) <year> <owner>\nCopyright (c) [yyyy] [name]\n© 2020 Real\n") == ("© 2020 Real",)


@given(st.text(max_size=300))
def test_any_text_gives_a_valid_answer(text):
    for found in (read(text), read(FORMAT + text)):
        assert found.expression == "" or is_valid(found.expression)
