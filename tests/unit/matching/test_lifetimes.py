from careen.database.memory import MemoryDatabase
from careen.distributions.registry import profiles
from careen.matching.lifetimes import end_of_life
from careen.model.advisory import Support


def test_what_is_loaded_counts_before_what_ships():
    assert end_of_life(MemoryDatabase([Support("debian:12", "2027-01-02")]), "debian:12") == "2027-01-02"
    assert (end_of_life(MemoryDatabase([]), "debian:12") or "") > "2028"


def test_a_release_of_which_nothing_is_known():
    for namespace in ("debian:99", "debian:sid", "alpine:3.22", "nobody:1", "npm"):
        assert end_of_life(MemoryDatabase([]), namespace) is None


def test_what_ships_names_releases_that_there_are():
    for one in profiles().values():
        assert one.support.ends.keys() <= one.releases.codenames.keys()
