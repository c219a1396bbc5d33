from careen.licences.expressions import is_valid
from careen.licences.library import LIST_VERSION, entries_by_id, library, postings
from careen.licences.names import _ALIASES, _EXCEPTIONS, _REPLACED, FAMILIES, id_of


def test_the_library_has_the_list_and_its_exceptions():
    entries = library().entries
    assert len(entries) > 780
    assert LIST_VERSION.startswith("3.2")
    assert entries_by_id()["Classpath-exception-2.0"].exception
    assert all(entry.text.strip() for entry in entries if not entry.deprecated)
    assert max(max(numbers) for numbers in postings().values()) < len(entries)


def test_every_name_stands_for_a_licence_of_the_list():
    for expression in (*FAMILIES.values(), *_ALIASES.values(), *_REPLACED.values()):
        assert is_valid(expression), expression
    assert all(entries_by_id()[id].exception for id in _EXCEPTIONS.values())


def test_every_id_and_name_of_the_list_is_known():
    for entry in library().entries:
        if not entry.exception and not entry.deprecated:
            assert id_of(entry.id) == id_of(entry.id.upper()) == entry.id
