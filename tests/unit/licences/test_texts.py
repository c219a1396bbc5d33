import random

import pytest

from careen.licences.library import entries_by_id
from careen.licences.recognise import recognised
from careen.licences.texts import matches_in
from careen.licences.words import words_of

USUAL = (
    "MIT",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "ISC",
    "Zlib",
    "MPL-2.0",
    "GPL-2.0-only",
    "LGPL-2.1-only",
    "CC0-1.0",
)


@pytest.mark.parametrize("id", USUAL)
def test_a_text_is_recognised(id):
    assert recognised(entries_by_id()[id].text).expressions == (id,)


@pytest.mark.parametrize("id", USUAL)
def test_a_text_with_light_edits_is_recognised(id):
    dice, words = random.Random(3), words_of(entries_by_id()[id].text)
    edited = [word if dice.random() > 0.02 else "other" for word in words]
    assert [match.id for match in matches_in(edited)] == [id]


def test_comment_signs_and_wrapping_do_not_matter():
    text = entries_by_id()["BSD-3-Clause"].text
    folded = "\n".join(f" * {line}" for line in " ".join(text.split()).replace(". ", ".\n").split("\n"))
    assert words_of(folded)[-40:] == words_of(text)[-40:]
    assert recognised(folded).expression == "BSD-3-Clause"


def test_a_file_may_have_several_texts():
    both = entries_by_id()["MIT"].text + "\n\nThis part is of somebody else:\n\n" + entries_by_id()["Apache-2.0"].text
    assert recognised(both).expressions == ("Apache-2.0", "MIT")


@pytest.mark.parametrize(
    ("text", "expression"),
    [
        ("under the terms of the GNU General Public License as published by the Free Software Foundation; either version 2 of\n"
         "the License, or (at your option) any later version.", "GPL-2.0-or-later"),
        ("under the GNU Lesser General Public License, version 2.1 only.", "LGPL-2.1-only"),
        ("version 3 of the GNU Affero General Public License or any later version", "AGPL-3.0-or-later"),
        ("it can be redistributed under the same terms as Perl itself", "Artistic-1.0-Perl OR GPL-1.0-or-later"),
        ("The full text is in /usr/share/common-licenses/GPL-3.", "GPL-3.0-only"),
        ("Licensed under the Apache License, Version 2.0 (the License)", "Apache-2.0"),
        ("SPDX-License-Identifier: BSD-2-Clause", "BSD-2-Clause"),
        ("This data is in the public domain.", "LicenseRef-Public-Domain"),
        ("Thank you for your interest in our product.", ""),
    ],
)  # fmt: skip
def test_prose_names_a_licence(text, expression):
    assert recognised(text).expression == expression


def test_the_prose_decides_about_later_versions():
    notice = "This program is free software under the GNU General Public License, either version 2, or any later version.\n\n"
    assert recognised(notice + entries_by_id()["GPL-2.0-only"].text).expression == "GPL-2.0-or-later"
    assert recognised(entries_by_id()["GPL-2.0-only"].text).expression == "GPL-2.0-only"


def test_an_exception_stays_with_its_licence():
    notice = "under the GNU General Public License, either version 3, or any later version.\n\n"
    found = recognised(notice + entries_by_id()["GCC-exception-3.1"].text).expression
    assert found == "GPL-3.0-or-later WITH GCC-exception-3.1"
