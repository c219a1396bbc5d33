import io

import pytest

from careen.model.finding import ExposedSecret
from careen.secrets import repositories
from careen.secrets.repositories import is_object, read_repository
from tests.support.git_pack import delta, id_of, loose_object, packed, tree
from tests.support.secrets import filled

TOKEN = filled("token: npm_{alnum36}\n").encode()
OTHER = filled("token: sgp_{hex40}\n").encode()
PACK = f"app/.git/objects/pack/pack-{'0' * 40}.pack"
LOOSE = f"app/.git/objects/ab/{'0' * 38}"


class Stored:
    def __init__(self, path, data):
        self.path, self.size_bytes, self._data = path, len(data), data

    def open(self):
        return io.BytesIO(self._data)


def found(path, data):
    facts = list(read_repository(Stored(path, data)))
    return [fact.location.path if isinstance(fact, ExposedSecret) else (fact.evidence.path, fact.reason) for fact in facts]


@pytest.mark.parametrize(
    "path", [PACK, LOOSE, f".git/modules/lib/objects/ab/{'0' * 38}", f".git/objects/pack/pack-{'0' * 40}.pack"]
)
def test_objects_of_a_repository(path):
    assert is_object(path)


@pytest.mark.parametrize(
    "path",
    [
        *("app/.git/config", f"app/objects/ab/{'0' * 38}", f"app/.git/objects/pack/pack-{'0' * 40}.idx"),
        *(f"root/.nvm/{PACK[4:]}", f"app/node_modules/x/{PACK[4:]}", f"app/tests/{PACK[4:]}", f"usr/share/x/{PACK[4:]}"),
    ],
)
def test_other_files_and_clones_of_tools(path):
    assert not is_object(path)


def test_a_loose_object():
    assert found(LOOSE, loose_object("blob", TOKEN)) == [f"{LOOSE}!/{id_of('blob', TOKEN).hexdigest()[:12]}"]
    assert found(LOOSE, loose_object("commit", TOKEN)) == []


def test_deleted_files_of_a_pack_have_their_paths():
    inner = tree(prod__yml=id_of("blob", TOKEN))
    outer = tree(config=id_of("tree", inner))
    assert found(PACK, packed(("tree", outer), ("tree", inner), ("blob", TOKEN))) == [f"{PACK}!/config/prod.yml"]


def test_a_value_counts_once_in_a_pack_and_deltas_are_read():
    longer = OTHER + TOKEN
    entries = [("blob", TOKEN), (0, delta(TOKEN, OTHER, (0, len(TOKEN))))]
    assert found(PACK, packed(*entries)) == [
        f"{PACK}!/{id_of('blob', TOKEN).hexdigest()[:12]}",
        f"{PACK}!/{id_of('blob', longer).hexdigest()[:12]}",
    ]


def test_files_are_chosen_by_their_paths():
    names = tree(node_modules=id_of("tree", tree(a__js=id_of("blob", TOKEN))), yarn__lock=id_of("blob", OTHER))
    assert (
        found(PACK, packed(("tree", names), ("tree", tree(a__js=id_of("blob", TOKEN))), ("blob", TOKEN), ("blob", OTHER))) == []
    )


def test_what_is_not_searched_is_stated(monkeypatch):
    data = packed(("blob", TOKEN), (b"\1" * 20, delta(TOKEN, b"x")))
    reason = "1 of its objects were not searched: they are too large, or their base is missing"
    assert found(PACK, data)[1:] == [(PACK, reason)]
    monkeypatch.setattr(repositories, "MAX_SEARCHED_BYTES", 10)
    assert found(PACK, data)[0] == (PACK, "its oldest files were not searched: they are too large")
    monkeypatch.setattr(repositories, "MAX_PACK_BYTES", 10)
    assert found(PACK, data) == [(PACK, "it has over 0 MiB, and was not searched")]


def test_a_damaged_pack_is_an_error():
    with pytest.raises(ValueError):
        found(PACK, b"PACK")
