import msgspec
import pytest
from tests.support.matching import DEBIAN, ECOSYSTEMS, SCHEMES, TODAY, advisory, deb, info, knowledge, pypi, run

from careen.database.memory import MemoryDatabase
from careen.formats.feeds.archive_facts import RPM_SOURCE, SOURCE
from careen.matching.coverage import MAX_PATHS, coverage, with_attached, with_sbom, with_unread
from careen.matching.match import Matched, match
from careen.model.advisory import DatabaseInfo, LimitedSupport, SourceInfo, Support
from careen.model.attached import Attached, AttachedVex
from careen.model.integrity import Integrity
from careen.model.inventory import Inventory, Unknown
from careen.model.origin import Origin
from careen.model.package import Distribution, Evidence, Package, Source
from careen.model.reasons import effect_of
from careen.model.report import Coverage


def cover(packages, *records, unknowns=(), as_of="2026-05-31", without=False, distribution=DEBIAN, max_age_days=14):
    inventory = Inventory(distribution, tuple(packages), tuple(unknowns), files=7, unowned_executables=1)
    known = knowledge(*records, as_of=as_of)
    matched = match(inventory, known, SCHEMES, ECOSYSTEMS, TODAY)
    found = coverage(inventory, None if without else known, matched, unknowns, TODAY, max_age_days)
    return found, {reason.code: reason for reason in found.reasons}


def test_everything_assessed():
    found, reasons = cover([deb()], info(unfixed=True), advisory())
    assert (found.verdict, reasons, found.files, found.unowned_executables) == ("assessed", {}, 7, 1)


def test_a_source_of_fixes_only_assesses_and_is_reported():
    found, reasons = cover([deb()], info())
    assert found.verdict == "assessed"
    assert reasons["fixed_only"].detail == "Debian 12: debian lists only vulnerabilities that have a fix"


def test_a_source_that_knows_a_few_packages():
    others = [deb(f"p{number}", source=Source(f"p{number}", "1")) for number in range(3)]
    found, reasons = cover([deb(), deb("openssl"), *others], info(packages=12, partial=True), advisory(fixed="0.1"))
    assert found.verdict == "partially_assessed"
    assert (reasons["partial_source"].packages, reasons["fixed_only"].packages) == (3, 2)
    assert reasons["partial_source"].detail == (
        "debian covers only 12 source packages of Debian 12: 2 of the image's 5 packages"
    )


def test_a_list_of_fixes_that_names_a_handful_of_packages_is_a_sample():
    packages = [deb(), deb("zlib1g", source=Source("zlib", "1"))]
    found, reasons = cover(packages, info(packages=59), advisory(fixed="0.1"))
    assert (found.verdict, reasons["partial_source"].packages) == ("partially_assessed", 1)
    assert cover(packages, info(packages=60), advisory(fixed="0.1"))[0].verdict == "assessed"
    assert cover(packages, info(packages=5, unfixed=True), advisory(fixed="0.1"))[0].verdict == "assessed"


def test_a_partial_source_that_knows_every_package_is_not_a_gap():
    found, reasons = cover([deb()], info(packages=12, partial=True, unfixed=True), advisory(fixed="0.1"))
    assert (found.verdict, reasons) == ("assessed", {})


def test_one_complete_source_beside_a_partial_one_is_complete():
    assert cover([deb()], info(packages=1, partial=True), info(unfixed=True))[0].verdict == "assessed"
    assert cover([deb()], info(packages=1, partial=True), info())[0].verdict == "assessed"


def test_a_partial_feed_of_a_language():
    found, reasons = cover([pypi()], info("PyPI", "osv", partial=True, detail="thin since 2022"))
    assert found.verdict == "not_assessed"
    assert reasons["no_advisories"].detail == "PyPI: its main source is not loaded, only osv: thin since 2022"
    known = advisory("PYSEC-1", "4.2.3", "PyPI", "django")
    assert cover([pypi()], info("PyPI", "osv", partial=True), known)[0].verdict == "partially_assessed"


def test_no_feed_for_a_release_or_a_language():
    found, reasons = cover([deb(), pypi()])
    assert found.verdict == "not_assessed"
    assert {reason.detail for reason in found.reasons} == {
        "Debian 12: no feed",
        "PyPI: no feed",
    }
    found, reasons = cover([deb(), pypi()], info(unfixed=True))
    assert found.verdict == "partially_assessed"
    assert reasons["no_advisories"].packages == 1


@pytest.mark.parametrize(("end", "ended"), [("2026-05-31", True), ("2026-06-01", False), ("2028-06-30", False)])
def test_end_of_life(end, ended):
    found, reasons = cover([deb()], info(unfixed=True), Support("debian:12", end))
    assert ("end_of_life" in reasons) is ended
    assert found.verdict == ("partially_assessed" if ended else "assessed")
    if ended:
        assert reasons["end_of_life"].detail == "Debian 12 gets no security updates since 2026-05-31"


def test_centos_ended_before_the_release_whose_versions_it_has():
    centos = Distribution("centos", "8", pretty_name="CentOS Linux 8")
    records = info("rhel:8", unfixed=True), Support("rhel:8", "2029-05-31"), Support("centos:8", "2021-12-31")
    _, reasons = cover([Package("rpm", "centos", "zlib", "1.2.11-16.el8")], *records, distribution=centos)
    assert reasons["end_of_life"].detail == "CentOS 8 gets no security updates since 2021-12-31"


def test_old_data():
    assert cover([deb()], info(unfixed=True), as_of="2026-05-18")[0].verdict == "assessed"
    found, reasons = cover([deb()], info(unfixed=True), as_of="2026-05-17T10:00:00Z")
    assert found.verdict == "partially_assessed"
    assert reasons["stale_source"].detail == "debian: its data is of 2026-05-17"
    assert cover([deb()], info(unfixed=True), as_of="2026-05-17", max_age_days=None)[0].verdict == "assessed"


def test_old_data_that_assessed_nothing_does_not_lower_the_verdict():
    assert "stale_source" not in cover([pypi()], info(unfixed=True), info("PyPI", "elsewhere"), as_of="2020-01-01")[1]


def test_no_database_and_no_packages():
    found, reasons = cover([deb()], info(unfixed=True), without=True)
    assert (found.verdict, reasons["no_database"].packages) == ("not_assessed", 1)
    found, reasons = cover([])
    assert (found.verdict, reasons["no_packages"].detail) == ("not_assessed", "no package was found among 7 files")


def test_what_could_not_be_read():
    unknowns = [
        Unknown("rpm", Evidence("var/lib/rpm/Packages", 0), "damaged"),
        Unknown("npm", Evidence("app/package.json", 1), "no JSON"),
        Unknown("layer", Evidence("", 2), "truncated gzip", whole_layer=True),
    ]
    found, _ = cover([deb()], info(unfixed=True), unknowns=unknowns)
    assert found.verdict == "partially_assessed"
    assert [reason.detail for reason in found.reasons] == [
        "layer 2 could not be read completely: truncated gzip",
        "2 files could not be read (var/lib/rpm/Packages: damaged …)",
    ]


def test_a_package_database_that_a_layer_removed():
    found, reasons = cover([deb(presence="shadowed")], info(unfixed=True))
    assert (found.verdict, reasons["shadowed_database"].packages) == ("partially_assessed", 1)


def test_third_party_packages_are_counted():
    packages = [deb(), deb("nginx", "1.25.3-1~bookworm", Source("nginx", "1.25.3-1~bookworm"))]
    found, reasons = cover(packages, info(unfixed=True))
    assert (found.verdict, reasons["unassessed_package"].packages) == ("partially_assessed", 1)
    assert isinstance(packages[0], Package)


def test_rules_inside_the_image_are_reported_and_do_not_lower_the_verdict():
    from careen.model.decision import Decision

    inventory = Inventory(DEBIAN, (deb(),), decisions=tuple(Decision("vex", "", f"{name}.vex.json") for name in "abcd"))
    known = knowledge(info(unfixed=True))
    found = coverage(inventory, known, match(inventory, known, SCHEMES, ECOSYSTEMS, TODAY), (), TODAY)
    (reason,) = [one for one in found.reasons if one.code == "untrusted_rules"]
    assert reason.detail.endswith("a.vex.json, b.vex.json, c.vex.json …")
    assert found.verdict == "assessed"


def test_packages_that_the_release_supports_in_part_or_no_more_are_named():
    packages = [
        deb("libssl3", source=Source("openssl", "1")),
        deb("golang-x", source=Source("golang-1.19", "1")),
        deb("golang-y", source=Source("golang-y", "1")),
        deb("tor", source=Source("tor", "1")),
        deb("bash", source=Source("bash", "3")),
    ]
    records = [
        LimitedSupport("debian:12", "openssl", "2026-05-01", "2", "abandoned"),
        LimitedSupport("debian:12", "golang.*", detail="built statically"),
        LimitedSupport("debian:12", "golang-y", "9999-12-31"),
        LimitedSupport("debian:12", "tor", "2026-05-01", "0.1", "the installed one is newer"),
        LimitedSupport("debian:12", "bash", "2026-05-01", "3", "the last one"),
        LimitedSupport("debian:13", "tor"),
    ]
    found, reasons = cover(packages, info(unfixed=True), *records)
    assert found.verdict == "partially_assessed"
    assert reasons["package_end_of_life"].detail == (
        "Debian 12 no longer provides security updates for "
        "bash (since 2026-05-01: the last one), openssl (since 2026-05-01: abandoned)"
    )
    assert reasons["limited_support"].detail == (
        "Debian 12 provides limited security updates for golang-1.19 (built statically)"
    )
    later = LimitedSupport("debian:12", "openssl", "2027-01-01")
    found, reasons = cover(packages, info(unfixed=True), records[1], later)
    assert (found.verdict, list(reasons)) == ("assessed", ["limited_support"])


@pytest.mark.parametrize(
    ("before", "after"),
    [("assessed", "partially_assessed"), ("partially_assessed", "partially_assessed"), ("not_assessed", "not_assessed")],
)
def test_what_was_not_read_beside_the_packages_only_lowers_the_verdict(before, after):
    covered = Coverage(before, (), 7, 1)
    found = with_unread(covered, ("a: refused", "a: refused"))
    assert (found.verdict, [reason.code for reason in found.reasons]) == (after, ["unread_archive"])
    found = with_attached(covered, Attached(asked=("sha256:1",), complete=False))
    assert (found.verdict, [reason.code for reason in found.reasons]) == (after, ["attached_unread"])
    assert with_unread(covered, ()) == with_attached(covered, Attached()) == covered


@pytest.mark.parametrize(("count", "more"), [(3, ""), (4, " …")])
def test_vex_documents_that_anybody_may_have_written_are_listed_up_to_three(count, more):
    documents = tuple(AttachedVex(f"d{number}", "openvex", 1, "{}") for number in range(count))
    found = with_attached(Coverage("assessed", (), 7, 1), Attached(vex=documents))
    assert [reason.code for reason in found.reasons] == ["untrusted_rules"]
    assert found.reasons[0].detail.endswith(f"d0, d1, d2{more}")


@pytest.mark.parametrize("source", [SOURCE, RPM_SOURCE])
def test_an_archive_alone_assesses_in_part(source):
    found, reasons = cover([deb()], info(source=source))
    assert found.verdict == "partially_assessed"
    assert "archive_only" in reasons
    found, reasons = cover([deb()], info(source=source), info(unfixed=True))
    assert (found.verdict, list(reasons)) == ("assessed", [])


def test_a_feed_that_the_mirror_made_is_reported_and_does_not_lower_the_verdict():
    inventory, records = Inventory(DEBIAN, (deb(),)), [info(unfixed=True)]
    sources = (
        SourceInfo(
            "debian", "2026-05-31", 3, detail="made by the mirror and not by its source: resolved issues alone", derived=True
        ),
    )
    known = MemoryDatabase(records, DatabaseInfo("memory", "2026-05-31", sources))
    found = coverage(inventory, known, match(inventory, known, SCHEMES, ECOSYSTEMS, TODAY), (), TODAY)
    assert found.verdict == "assessed"
    assert [reason.detail for reason in found.reasons] == [
        "debian: its feed was made by the mirror and not by its source: resolved issues alone"
    ]


def test_a_refresh_that_failed_is_reported_and_does_not_lower_the_verdict():
    inventory, records = Inventory(DEBIAN, (deb(),)), [info(unfixed=True)]
    sources = (SourceInfo("debian", "2026-05-31", 3, trouble="failed"), SourceInfo("osv", "2026-05-31", 3, trouble="failed"))
    sources = (*sources, SourceInfo("kev", "2026-05-31", 3, trouble="failed"), SourceInfo("epss", "2026-05-31", 3))
    known = MemoryDatabase(records, DatabaseInfo("memory", "2026-05-31", sources))
    found = coverage(inventory, known, match(inventory, known, SCHEMES, ECOSYSTEMS, TODAY), (), TODAY)
    assert found.verdict == "assessed"
    assert {reason.code for reason in found.reasons} == {"refresh_failed"}
    assert [reason.subjects for reason in found.reasons] == [("debian",), ("kev",)]


def test_programs_that_were_not_compared_are_counted_and_do_not_lower_the_verdict():
    known, inventory = knowledge(info(unfixed=True)), Inventory(DEBIAN, (deb(),), integrity=Integrity(not_compared=7))
    found = coverage(inventory, known, match(inventory, known, SCHEMES, ECOSYSTEMS, TODAY), (), TODAY)
    assert found.verdict == "assessed"
    assert [(reason.code, reason.detail) for reason in found.reasons] == [
        ("not_compared", "7 programs of packages not compared with recorded digests: --scanners vuln,config compares them")
    ]


def test_reasons_name_what_they_are_about():
    other = deb("other", source=Source("other", "1"))
    assert cover([deb()])[1]["no_advisories"].subjects == ("debian-12",)
    assert cover([pypi()])[1]["no_advisories"].subjects == ("pypi",)
    assert cover([deb()], info())[1]["fixed_only"].subjects == ("debian-12",)
    partial = cover([deb(), other], info(packages=1, partial=True, unfixed=True), advisory(fixed="0.1"))[1]["partial_source"]
    assert partial.subjects == (other.purl,)
    assert cover([pypi()], info("PyPI", "osv", partial=True))[1]["no_advisories"].subjects == ("pypi",)
    ended = cover([deb()], info(unfixed=True), Support("debian:12", "2020-01-01"))[1]["end_of_life"]
    assert ended.subjects == ("debian-12",)
    assert cover([deb()], info(unfixed=True), as_of="2020-01-01")[1]["stale_source"].subjects == ("debian",)
    odd = deb("odd", source=Source("odd", "no version"))
    assert cover([odd], info())[1]["unassessed_package"].subjects == (odd.purl,)
    assert cover([msgspec.structs.replace(deb(), distro=None)], distribution=None)[1]["unknown_distribution"].subjects == (
        "deb",
    )


def test_unreadable_files_are_named_and_the_rest_is_counted_apart():
    few = [Unknown("java", Evidence("a.jar", 0), "damaged"), Unknown("layer", Evidence("", 3), "breaks off")]
    assert cover([deb()], info(), unknowns=few)[1]["unreadable"].subjects == ("/a.jar", "layer-3")
    many = [Unknown("java", Evidence(f"{number}.jar", 0), "damaged") for number in range(MAX_PATHS + 5)]
    listed, rest = (one for one in cover([deb()], info(), unknowns=many)[0].reasons if one.code == "unreadable")
    assert (len(listed.subjects), rest.subjects) == (MAX_PATHS, ())
    assert rest.detail == "and 5 more, too many to list"


def test_unidentified_files_lower_the_verdict_and_are_listed():
    inventory = Inventory(DEBIAN, (deb(),), unidentified=("opt/a", "opt/b!/c.jar"))
    known = knowledge(info(unfixed=True))
    found = coverage(inventory, known, match(inventory, known, SCHEMES, ECOSYSTEMS, TODAY), (), TODAY)
    assert found.verdict == "partially_assessed"
    assert [(one.code, one.subjects) for one in found.reasons] == [("unidentified_files", ("/opt/a", "/opt/b!/c.jar"))]
    assert found.reasons[0].detail.startswith(
        "2 programs or libraries that no package owns and no cataloger identifies: /opt/a"
    )


def test_a_program_of_rust_without_a_list_of_its_crates_is_partial():
    def reasons(**fields):
        found = Package("cargo", None, "ring", "0.17.0", evidence=(Evidence("opt/app", 0),), **fields)
        return {one.code: one.subjects for one in cover([deb(), found], info(unfixed=True))[0].reasons}

    assert reasons(confidence=0.4)["partial_program"] == ("/opt/app",)
    assert "partial_program" not in reasons()
    assert "partial_program" not in reasons(confidence=0.4, owned_by="pkg:deb/debian/ripgrep@13")


def test_code_whose_version_the_knowledge_base_lacks_is_not_wholly_assessed():
    def reasons(**fields):
        found = Package(
            "pypi", None, "six", "", evidence=(Evidence("opt/six.py", 0),), origin=Origin("pypi:six", ("1.17",), **fields)
        )
        return {one.code: (one.packages, one.subjects) for one in cover([deb(), found], info(unfixed=True))[0].reasons}

    assert reasons(band="high", nearest=True, modified=True)["origin_version_unknown"] == (1, ("pypi:six",))
    assert reasons(band="high", nearest=True, modified=None)["origin_version_unknown"] == (1, ("pypi:six",))
    assert "origin_version_unknown" not in reasons(band="exact", nearest=True, modified=False)
    assert "origin_version_unknown" not in reasons(band="high", modified=True)


def test_a_distribution_without_a_list_of_its_packages():
    inventory = Inventory(DEBIAN, (), no_package_database=True)
    known = knowledge(info(unfixed=True))
    found = coverage(inventory, known, match(inventory, known, SCHEMES, ECOSYSTEMS, TODAY), (), TODAY)
    reasons = {one.code: one.subjects for one in found.reasons}
    assert (found.verdict, reasons["no_package_database"]) == ("not_assessed", ("debian-12",))


def jar(confidence, name="com.acme:app"):
    return Package("maven", None, name, "1.0", confidence=confidence, evidence=(Evidence("app.jar", 0),))


def test_guessed_coordinates_that_no_source_knows_are_not_assessed():
    maven = info("Maven", "osv", unfixed=True)
    found, reasons = cover([jar(0.4)], maven)
    assert (found.verdict, reasons["unassessed_package"].subjects) == ("not_assessed", ("pkg:maven/com.acme/app@1.0",))
    assert cover([jar(0.6)], maven)[0].verdict == "assessed"
    spoken = advisory(fixed="2.0", namespace="Maven", package="com.acme:app")
    assert cover([jar(0.4)], maven, spoken)[0].verdict == "assessed"
    found, reasons = cover([jar(0.4), jar(1.0, "com.acme:other")], maven)
    assert (found.verdict, reasons["unassessed_package"].packages) == ("partially_assessed", 1)


@pytest.mark.parametrize(
    ("source", "code"), [("debian-archive", "no_advisories"), ("private", "no_advisories"), ("debian", "partial_source")]
)
def test_without_a_main_source_the_packages_of_a_release_are_not_answered_for(source, code):
    packages = [deb(), deb("bash", source=Source("bash", "5"))]
    found = run(packages, [advisory(source=source), info(source=source, partial=True)]).reasons
    assert [(one.code, one.packages) for one in found if one.code in ("no_advisories", "partial_source")] == [(code, 1)]


ALL_SCANNERS = ("vuln", "secret", "config")


def of_sbom(*packages, tool="syft 1.19.0", scanners=ALL_SCANNERS):
    found = with_sbom(Coverage("assessed", (), 0, 0), Inventory(DEBIAN, packages, sbom_tool=tool), scanners)
    return found.verdict, [(reason.code, reason.packages, reason.subjects, reason.detail) for reason in found.reasons]


def test_what_an_sbom_lacks_of_other_scanners():
    assert of_sbom(pypi(), scanners=("licence",))[1][0][3].endswith("does not contain the texts of licences")
    assert of_sbom(pypi(), scanners=("origin",)) == ("assessed", [])


def test_what_an_sbom_of_another_tool_does_not_contain():
    assert of_sbom(tool=None) == ("assessed", [])
    verdict, [(code, count, subjects, detail)] = of_sbom(pypi())
    assert (verdict, code, count, subjects) == ("partially_assessed", "sbom_only", 1, ("syft 1.19.0",))
    assert detail == (
        "an SBOM of syft 1.19.0 lists the packages; it does not contain files that no package owns and no tool identified, "
        "what could not be read, programs without a package, which language packages the distribution built, secrets and "
        "misconfigurations"
    )


@pytest.mark.parametrize(
    ("package", "scanners", "present", "missing"),
    [
        (Package("generic", None, "redis", "7"), ALL_SCANNERS, "programs", "where packages are"),
        (pypi(evidence=()), ALL_SCANNERS, "nothing", "where packages are"),
        (pypi(owned_by=deb().purl), ALL_SCANNERS, "language packages", "secrets"),
        (pypi(), ("vuln",), "secrets", "what could not be read"),
        (pypi(), ("secret",), "files that no package owns", "secrets"),
        (pypi(), ("config",), "secrets", "misconfigurations"),
    ],
)
def test_only_what_it_lacks_and_was_asked_for(package, scanners, present, missing):
    _, [(*_, subjects, detail)] = of_sbom(package, tool="", scanners=scanners)
    assert subjects == ()
    assert detail.startswith("an SBOM of an unnamed tool lists the packages; it does not contain ")
    assert present not in detail
    assert missing in detail


@pytest.mark.parametrize("packages", [(), (Package("generic", None, "mast", "1"),)])
def test_an_sbom_of_which_nothing_is_assessed_answers_no_gate(packages):
    inventory = Inventory(DEBIAN, packages, sbom_tool="x 1")
    found = with_sbom(coverage(inventory, knowledge(), Matched((), ()), (), TODAY), inventory, ("vuln",))
    assert [reason.code for reason in found.reasons if effect_of(reason.code) == "blocks"] == ["no_assessed_package"]
    assert "no_assessed_package" not in {reason.code for reason in with_sbom(found, inventory, ("secret",)).reasons[-1:]}


def test_an_sbom_that_is_not_assessed_for_a_known_reason_has_that_reason_alone():
    inventory = Inventory(DEBIAN, (deb(),), sbom_tool="x 1")
    found = with_sbom(coverage(inventory, None, Matched((), ()), (), TODAY), inventory, ("vuln",))
    assert [reason.code for reason in found.reasons if effect_of(reason.code) == "blocks"] == ["no_database"]
