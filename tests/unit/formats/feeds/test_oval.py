import pytest

from careen.formats.feeds.oval import definitions

OPEN = '<oval_definitions xmlns="http://oval.mitre.org/XMLSchema/oval-definitions-5"><definitions>'
CLOSE = "</definitions></oval_definitions>"


def read(tmp_path, criteria, meta=""):
    file = tmp_path / "oval.xml"
    file.write_text(f"{OPEN}<definition><metadata><title>t</title>{meta}</metadata>{criteria}</definition>{CLOSE}")
    (found,) = definitions(file, 1 << 20)
    return found


def named(*sentences):
    return "".join(f'<criterion comment="{sentence}"/>' for sentence in sentences)


def both(*inner):
    return f'<criteria operator="AND">{"".join(inner)}</criteria>'


def either(*inner):
    return f'<criteria operator="OR">{"".join(inner)}</criteria>'


def test_release_architecture_and_module_apply_to_all_criteria_below(tmp_path):
    criteria = both(
        named("Oracle Linux 8 is installed", "Module m:18 is enabled"),
        either(
            both(named("Oracle Linux arch is x86_64"), named("a is earlier than 0:1-2.el8", "a is signed with a key")),
            both(named("Oracle Linux arch is aarch64"), either(named("b is earlier than 3:1-2.el8"))),
        ),
    )
    assert read(tmp_path, criteria).tested == (
        ("Oracle Linux 8", "a", "fixed", "1-2.el8", "x86_64", "m:18"),
        ("Oracle Linux 8", "b", "fixed", "3:1-2.el8", "aarch64", "m:18"),
    )


def test_separate_products_apply_to_their_neighbours(tmp_path):
    criteria = either(
        both(
            either(named("One 1 is installed", "Two 2 is installed")),
            either(named("a-b-1.0-2.3 is installed", "c is not affected")),
        ),
        both(named("Three 3 is installed", "c is affected")),
    )
    assert [one[:4] for one in read(tmp_path, criteria).tested] == [
        ("One 1", "a-b", "fixed", "1.0-2.3"),
        ("Two 2", "a-b", "fixed", "1.0-2.3"),
        ("One 1", "c", "not_affected", ""),
        ("Two 2", "c", "not_affected", ""),
        ("Three 3", "c", "open", ""),
    ]


def test_a_product_without_a_release_is_ignored(tmp_path):
    criteria = either(named("AlmaLinux must be installed"), both(named("AlmaLinux 9 is installed", "a is earlier than 0:1-1")))
    assert [one.product for one in read(tmp_path, criteria).tested] == ["AlmaLinux 9"]


def test_the_rest_of_a_name_before_the_version(tmp_path):
    criteria = both(named("Anolis OS 23 is installed", "bind-dnssec-utils is earlier than 32:dnssec-utils-9.18.34-1.an23"))
    assert read(tmp_path, criteria).tested[0].evr == "32:9.18.34-1.an23"


def test_ids_and_dates(tmp_path):
    meta = (
        '<reference ref_id="E-1" source="ELSA"/><reference ref_id="Mitre CVE-2099-0001" source="CVE"/>'
        '<advisory><severity>Moderate</severity><issued date="2099-01-02 03:04"/><cve>CVE-2099-0002</cve></advisory>'
    )
    found = read(tmp_path, "", meta)
    assert (found.ids["E-1"], found.cves) == ("ELSA", ("CVE-2099-0001", "CVE-2099-0002"))
    assert (found.severity, found.issued, found.tested) == ("medium", "2099-01-02", ())


@pytest.mark.parametrize("text", [f"{OPEN}<definition>", "<!DOCTYPE x []><x/>", "no xml"])
def test_other_documents_are_refused(tmp_path, text):
    file = tmp_path / "oval.xml"
    file.write_text(text)
    with pytest.raises(ValueError, match="XML"):
        list(definitions(file, 1 << 20))
