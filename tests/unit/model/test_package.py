"""Package URLs."""

from careen.model.package import Package


def test_the_repository_of_a_github_url_is_in_lower_case_and_its_path_is_not():
    def purl(name):
        return Package("github", None, name, "v1").purl

    assert purl("Actions/Checkout") == "pkg:github/actions/checkout@v1"
    assert purl("Octo/Shared/Sub/Path.yml") == "pkg:github/octo/shared@v1#Sub/Path.yml"
