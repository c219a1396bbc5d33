import pytest
from msgspec.structs import replace

from careen.app import wiring
from careen.app.wiring import fingerprint, limits_of, max_age_days, open_store, policy_of, readers_of, readers_with
from careen.config import Settings
from careen.matching.coverage import MAX_AGE_DAYS
from careen.store.memory import NoStore


@pytest.fixture
def settings(tmp_path):
    return Settings(cache_dir=tmp_path)


def test_the_policy_has_what_the_settings_ask_for(settings):
    asked = replace(settings, fail_on=("high",), ignore_unfixed=True, grace_days=7, strict=True, severity_from=("nvd",))
    policy = policy_of(asked)
    assert (len(policy.fail_on), policy.ignore_unfixed, policy.grace_days, policy.strict) == (1, True, 7, True)
    assert policy.severity_from == ("nvd",)
    assert not policy.age_is_a_rule
    assert policy_of(replace(settings, db_max_age=3)).age_is_a_rule
    assert not policy_of(replace(settings, db_max_age="off")).age_is_a_rule


@pytest.mark.parametrize(("setting", "days"), [(None, MAX_AGE_DAYS), ("off", None), (3, 3), (0, 0)])
def test_how_old_advisory_data_may_be(settings, setting, days):
    assert max_age_days(replace(settings, db_max_age=setting)) == days


def test_the_budget_multiplies_limits_but_not_those_of_the_settings(settings):
    usual, twice = limits_of(settings), limits_of(replace(settings, budget=2.0))
    assert twice.members == 2 * usual.members
    assert (twice.inflated_bytes, twice.ratio) == (usual.inflated_bytes, usual.ratio)
    assert limits_of(replace(settings, max_ratio=3)).ratio == 3


def test_without_a_cache_nothing_is_stored(settings):
    assert isinstance(open_store(replace(settings, no_cache=True)), NoStore)
    store = open_store(settings)
    store.put("key", b"value")
    assert store.get("key") == b"value"
    store.close()


@pytest.mark.parametrize(
    ("address", "hosts"),
    [
        (None, ()),
        ("/mirror", ()),
        ("https://mirror.example/x", ()),
        ("http://mirror.example:8080/x", ("mirror.example:8080",)),
        ("http://user:secret@mirror.example/x", ("mirror.example",)),
    ],
)
def test_plain_http_is_for_a_mirror_that_is_named_so(address, hosts):
    assert wiring._plain_host(address) == hosts


def test_secrets_are_read_by_a_reader_of_their_own():
    without, with_secrets = readers_with(("vuln",)), readers_with(("vuln", "secret"))
    assert len(with_secrets) == len(without) + 1
    assert fingerprint(("vuln", "secret")) != fingerprint(("vuln",))


def test_programs_are_compared_if_something_asks_which_files_are_as_installed():
    for scanner in ("config", "origin", "behaviour"):
        assert "digests" in {one.role for one in readers_with(("vuln", scanner))}
    assert "digests" not in {one.role for one in readers_with(("vuln", "secret", "licence"))}
    for reads in ((("vuln",), False, True), (("vuln",), True, False)):  # --strict, an SBOM
        assert "digests" in {one.role for one in readers_with(*reads)}
        assert fingerprint(*reads) != fingerprint(("vuln",))


def test_programs_are_compared_for_policies_which_read_the_whole_report(tmp_path):
    asked = Settings(cache_dir=tmp_path, scanners=("vuln",), policy=(tmp_path / "no-modified.rego",))
    assert "digests" in {one.role for one in readers_of(asked).catalogers}
    assert "digests" not in {one.role for one in readers_of(replace(asked, policy=())).catalogers}


def test_readers_know_the_usual_ones_that_find_more(tmp_path):
    def fingerprints(**fields):
        readers = readers_of(Settings(cache_dir=tmp_path, **fields))
        return readers.fingerprint, readers.wider

    usual = fingerprint(("vuln", "secret", "config", "origin"))
    listed = fingerprint(("vuln", "secret", "config", "origin"), True)
    assert fingerprints() == (usual, [listed])
    assert fingerprints(scanners=("vuln",)) == (fingerprint(("vuln",)), [usual, listed])
    assert fingerprints(scanners=("vuln",), strict=True) == (fingerprint(("vuln",), False, True), [usual, listed])
    assert fingerprints(scanners=("licence",)) == (fingerprint(("licence",)), [listed])
    assert readers_of(Settings(cache_dir=tmp_path), details=True).wider == []


def test_signs_of_behaviour_are_read_if_they_are_asked_for():
    for scanner in ("behaviour", "config"):
        assert {"hardening", "hooks"} <= {one.role for one in readers_with((scanner,))}
    assert not {"hardening", "hooks"} & {one.role for one in readers_with(("vuln",))}
    assert fingerprint(("behaviour",)) != fingerprint(("vuln",))
