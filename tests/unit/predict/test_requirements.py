"""Requirements without an exact version, and their constraints."""

from careen.predict.requirements import constraint_files, unpinned, versions_of


def test_constraints_give_the_version():
    versions = versions_of(["flask==2.2.2\nJinja2==3.1.1\nother>=1\n", "flask==9\\\n.0\n"])
    assert versions == {"flask": "9.0", "jinja2": "3.1.1"}
    texts = ["# all\njinja2\nFlask>=1 ; python_version > '3'\n-r x.txt\npyyaml==5.3.1\nother\n", "other"]
    assert list(unpinned(texts, versions)) == [("jinja2", "3.1.1"), ("Flask", "9.0"), ("other", "")]


def test_names_of_constraints_files():
    assert constraint_files(["-c a.txt\n--constraint=b.txt # x\n-c https://x.example/c.txt\n-r d.txt"]) == ["a.txt", "b.txt"]
