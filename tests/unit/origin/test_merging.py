"""Several bases answer as one of all their releases would."""

import pytest

np = pytest.importorskip("numpy")

from msgspec.structs import replace  # noqa: E402
from tests.unit.origin.test_identify import PROJECTS, below  # noqa: E402

from careen.origin.building import ReleaseReader, build  # noqa: E402
from careen.origin.fixes import Change, Fix  # noqa: E402
from careen.origin.identify import identify  # noqa: E402
from careen.origin.knowledge import Project, write_base  # noqa: E402
from careen.origin.merging import joined, merged  # noqa: E402


def base(sampling=1, fixes=(), **wanted):
    found = []
    for name, versions in wanted.items():
        reader = ReleaseReader()
        releases = [reader.read(version, PROJECTS[name][version].items()) for version in versions]
        found.append((Project(name, tuple(versions), (f"pkg:generic/{name}",)), releases))
    return build(found, sampling, fixes)


ALL = tuple(PROJECTS["liba"])
WHOLE = base(liba=ALL, libb=ALL, libc=ALL)
PARTS = (base(liba=ALL, libc=("1.1", "1.3")), base(libb=ALL, libc=("1.2", "1.3", "1.4")))


def test_a_merged_base_is_the_one_that_was_built_at_once(tmp_path):
    write_base(tmp_path / "whole", WHOLE)
    write_base(tmp_path / "merged", merged(PARTS))
    for path in (tmp_path / "whole").iterdir():
        assert path.read_bytes() == (tmp_path / "merged" / path.name).read_bytes()


def test_a_merged_base_has_the_coarser_sample(tmp_path):
    write_base(tmp_path / "whole", base(4, liba=ALL, libb=ALL))
    write_base(tmp_path / "merged", merged((base(4, liba=ALL), base(1, libb=ALL))))
    for path in (tmp_path / "whole").iterdir():
        assert path.read_bytes() == (tmp_path / "merged" / path.name).read_bytes()


@pytest.mark.parametrize("bases", [PARTS, PARTS[::-1], (WHOLE,), (WHOLE, WHOLE)])
def test_a_joined_base_answers_as_the_whole_one(bases):
    together = joined(bases)
    for name, versions in PROJECTS.items():
        for files in versions.values():
            looked_up = list(below("app", files).items())
            assert identify(together, looked_up) == identify(WHOLE, looked_up), name


def test_who_vouches_for_fixes_is_kept():
    one, other = (Fix("liba", cve, (Change("src/part1.c", b"12345678", b""),)) for cve in ("CVE-2024-1", "CVE-2024-2"))
    trusted = replace(base(liba=ALL, fixes=[one]), is_trusted=True)
    together = joined((trusted, base(libb=ALL, fixes=[other])))
    assert together.fixes_of("liba") == (one, other)
    assert together.trusted_fixes_of("liba") == (one,)
    assert (together.is_trusted, joined((trusted, trusted)).is_trusted, merged((trusted,)).is_trusted) == (False, True, False)


def test_days_of_versions_stay_with_them(tmp_path):
    releases = {version: ReleaseReader().read(version, PROJECTS["liba"][version].items(), f"2024-01-0{number}")
                for number, version in enumerate(ALL, 1)}  # fmt: skip
    one, other = (build([(Project("liba", part), [releases[version] for version in part])]) for part in (ALL[2:], ALL[:2]))
    whole = build([(Project("liba", ALL), list(releases.values()))])
    undated = base(liba=("1.1",))
    assert [merged(bases).projects[0].dates for bases in ((one, other), (one, other, undated))] == [whole.projects[0].dates] * 2
    assert dict(zip(*(getattr(joined((undated, one)).projects[0], name) for name in ("versions", "dates")), strict=True)) == {
        "1.1": "", "1.3": "2024-01-03", "1.4": "2024-01-04"}  # fmt: skip
