"""Where messages lead."""

from careen.fleet.notifications import links


def test_the_servers_address_is_known_to_workers(fleet):
    assert links.public_address(fleet.engine) == ""
    for address in ("http://127.0.0.1:8080", "https://careen.example/"):
        links.publish(fleet.engine, address)
    assert links.public_address(fleet.engine) == "https://careen.example"


def test_names_are_parts_of_addresses_and_no_more():
    at = "https://careen.example"
    assert links.image(at, 1, "upload:1:a/../b?c#d") == f"{at}/projects/1/images/upload:1:a%2F..%2Fb%3Fc%23d"
    assert links.vulnerability(at, 1, 'x" onclick=1 /..') == f"{at}/projects/1/vulnerabilities/x%22%20onclick%3D1%20%2F.."
    assert links.package(at, 1, "pkg:npm/%40acme/web") == f"{at}/projects/1/search?q=package:%22web%22"
    assert links.project(at, 1) == f"{at}/projects/1"


def test_without_an_address_there_are_no_links():
    assert {links.image("", 1, "x"), links.vulnerability("", 1, "x"), links.package("", 1, "x"), links.project("", 1)} == {""}
