"""One finding for each value."""

from msgspec.structs import replace

from careen.model.finding import Location
from careen.secrets.find import find
from careen.secrets.values import one_per_value
from tests.support.reports import TOKEN
from tests.support.secrets import filled


def places(secret):
    return [(place.location.path, place.location.line) for place in secret.all_places]


def test_a_value_in_two_lines_of_a_file_is_one():
    token = filled("npm_{alnum36}")
    (secret,) = find(f"a = {token}\n\nb = {token}\n".encode(), "srv/a")
    assert places(secret) == [("srv/a", 1), ("srv/a", 3)]


def test_a_short_password_under_two_names_in_a_file_is_one():
    (secret,) = find(b"DB_PASSWORD=kJ7x2Qp9\nAPP_PASSWORD=kJ7x2Qp9\n", "srv/.env")
    assert places(secret) == [("srv/.env", 1), ("srv/.env", 2)]
    assert secret.value_id is None


def test_a_value_in_two_files_is_one():
    token = filled("npm_{alnum36}").encode()
    first, second = (find(token, path)[0] for path in ("srv/a", "srv/b"))
    (secret,) = one_per_value((first, replace(second, layer=3, deleted=True)))
    assert secret == replace(first, places=second.all_places and (replace(second.all_places[0], layer=3, deleted=True),))


def test_a_value_that_could_be_guessed_is_not_compared_across_files():
    found = [find(b"DB_PASSWORD=kJ7x2Qp9\n", path)[0] for path in ("srv/.env", "opt/.env")]
    assert one_per_value(found) == tuple(found)


def test_the_surest_finding_counts_then_the_gravest_then_the_visible():
    weak = replace(TOKEN, confidence="possible", deleted=False)
    low = replace(TOKEN, severity="low", location=Location("b"), deleted=False)
    hidden = replace(TOKEN, location=Location("c"), deleted=True)
    visible = replace(TOKEN, location=Location("d"), deleted=False)
    (secret,) = one_per_value((weak, low, hidden, visible))
    assert [place.location.path for place in secret.all_places] == ["d", "app/settings.py", "b", "c"]
    assert one_per_value((TOKEN, replace(TOKEN, fingerprint="other"))) == (TOKEN, replace(TOKEN, fingerprint="other"))
