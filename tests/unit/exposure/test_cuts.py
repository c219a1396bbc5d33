import pytest
from tests.conftest import ROOT
from tests.support.exposure import exposure

from careen.exposure.cuts import CUT
from careen.exposure.paths import ranked

SHOP = {name: (ROOT / f"examples/shop/{name}.yaml").read_text("utf-8") for name in ("compose", "kubernetes")}


def texts(cut):
    return [change.text for change in cut.changes]


def test_the_best_cut_of_a_chain_to_the_host_needs_all_of_its_changes():
    answer = exposure(SHOP["compose"])
    best = answer.cuts[answer.paths[0].id][0]
    assert texts(best) == [
        "agent: remove the mount of /var/run/docker.sock",
        "agent: remove privileged",
        "agent: remove the mount of /etc",
    ]
    assert (best.worst, best.complete) == (None, True)
    assert all(change.place.line for change in best.changes)


def test_a_published_port_is_bound_to_loopback():
    answer = exposure(SHOP["compose"])
    port = next(path for path in answer.paths if answer.graph.labels()[path.target] == "db" and len(path.steps) == 1)
    assert texts(answer.cuts[port.id][0]) == ["publish port 5432 on 127.0.0.1, or not at all"]


def test_a_role_is_taken_from_the_container():
    answer = exposure(SHOP["kubernetes"])
    cuts = [texts(cut) for path in answer.paths for cut in answer.cuts.get(path.id, ())]
    assert ["agent: set automountServiceAccountToken: false"] in cuts
    assert ["remove Ingress edge, or admit only known addresses"] in cuts


@pytest.mark.parametrize("name", sorted(SHOP))
def test_what_remains_is_what_another_search_finds(name):
    answer = exposure(SHOP[name])
    assert set(answer.cuts) == {path.id for path in answer.paths[:CUT]}
    for path in answer.paths[:CUT]:
        assert answer.cuts[path.id], "no way to cut it"
        for cut in answer.cuts[path.id]:
            left, _ = ranked(answer.graph.without(cut.source, cut.target))
            assert cut.remaining == len(left)
            assert path.id not in {other.id for other in left}
            assert cut.worst == next((other.severity for other in left if other.target == path.target), None)


def test_a_change_that_is_made_has_the_promised_effect():
    text = SHOP["compose"]
    answer = exposure(text)
    cut = next(cut for path in answer.paths for cut in answer.cuts.get(path.id, ()) if "port 5432" in cut.changes[0].text)
    assert len(exposure(text.replace('"5432:5432"', '"127.0.0.1:5432:5432"')).paths) == cut.remaining
