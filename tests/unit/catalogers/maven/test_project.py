import pytest

from careen.catalogers.maven import project as module
from careen.catalogers.maven.project import Dependency, parent_of, read_project, resolve


def dependency(group, artifact, version="", **more):
    fields = {"groupId": group, "artifactId": artifact, "version": version, **more}
    return "<dependency>" + "".join(f"<{name}>{text}</{name}>" for name, text in fields.items() if text) + "</dependency>"


def project(body, artifact="app"):
    return read_project(f"<project><artifactId>{artifact}</artifactId>{body}</project>".encode())


PARENT = project(
    "<groupId>org.up</groupId><version>7</version><properties><lib>1.0</lib><other>2.0</other></properties>"
    f"<dependencyManagement><dependencies>{dependency('g', 'managed', '${other}')}"
    f"{dependency('g', 'tested', '1', scope='test')}</dependencies></dependencyManagement>"
    f"<dependencies>{dependency('g', 'of-parent', '${lib}')}</dependencies>",
    "up",
)
CHILD = project(
    "<parent><groupId>org.up</groupId><artifactId>up</artifactId><version>7</version></parent>"
    "<properties><lib>1.1</lib><project.version>9</project.version></properties>"
    f"<dependencies>{dependency('g', 'managed')}{dependency('${project.groupId}', 'own', '${project.version}')}"
    f"{dependency('g', 'tested')}{dependency('g', 'open', '${nobody}')}{dependency('g', 'range', '[1,2)')}"
    f"{dependency('g', 'exactly', '[3.0]')}</dependencies>"
)


def test_child_with_its_parent():
    found = resolve([CHILD, PARENT])
    assert (found.group, found.artifact, found.version) == ("org.up", "app", "7")
    assert found.dependencies == (
        Dependency("g", "managed", "2.0"),
        Dependency("org.up", "own", "7"),  # what Maven knows itself wins over properties of that name
        Dependency("g", "tested", "1", "test"),
        Dependency("g", "open", ""),
        Dependency("g", "range", ""),
        Dependency("g", "exactly", "3.0"),
        Dependency("g", "of-parent", "1.1"),  # the child's property, in the parent's dependency
    )


def test_child_alone_leaves_open_what_the_parent_knows():
    found = {one.artifact: one.version for one in resolve([CHILD]).dependencies}
    assert found["managed"] == ""
    assert "of-parent" not in found


def test_imported_versions_come_last():
    bom = [Dependency("g", "managed", "8"), Dependency("g", "open2", "5")]
    wanted = project(f"<dependencies>{dependency('g', 'managed')}{dependency('g', 'open2')}</dependencies>")
    assert [one.version for one in resolve([wanted, PARENT], bom).dependencies] == ["2.0", "5", "1.0"]


def test_parent_with_a_placeholder():
    found = project(
        "<parent><groupId>g</groupId><artifactId>up</artifactId><version>${revision}</version>"
        "<relativePath>../up</relativePath></parent><properties><revision>3</revision></properties>"
    )
    assert parent_of(found) == Dependency("g", "up", "3")
    assert found.place == "../up"
    assert parent_of(PARENT) is None


def test_plugins_have_dependencies_of_their_own():
    build = f"<build><plugins><plugin><dependencies>{dependency('g', 'x', '1')}</dependencies></plugin></plugins></build>"
    profile = f"<profiles><profile><dependencies>{dependency('g', 'y', '1')}</dependencies></profile></profiles>"
    assert project(build + profile).dependencies == ()


def test_too_many_dependencies(monkeypatch):
    monkeypatch.setattr(module, "MAX_DEPENDENCIES", 3)
    with pytest.raises(ValueError, match="more than 3"):
        project(f"<dependencies>{dependency('g', 'x', '1') * 4}</dependencies>")
