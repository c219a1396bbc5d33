"""The group of an artifact by its place in a repository: ``libraries/com/mojang/authlib/2.3.31/authlib-2.3.31.jar`` of Maven's
layout, ``files-2.1/com.mojang/authlib/2.3.31/<digest>/authlib-2.3.31.jar`` in Gradle's cache.

**Source:** Maven, "Repository layout"; Gradle, "The Gradle dependency cache".
"""

from careen.safety.pattern import pattern

_ROOTS = r"(?:^|/)(?:repository|libraries|maven2?|m2|maven-repo)/"
_GROUP = r"(?P<group>[a-z][a-z0-9_-]{0,60}(?:/[A-Za-z0-9_-]{1,60}){0,10})"
_FILE = r"(?P<artifact>[A-Za-z0-9][\w.-]{0,120})/(?P<version>[0-9][\w.+-]{0,80})"
_MAVEN = pattern(rf"{_ROOTS}{_GROUP}/{_FILE}/(?P=artifact)-(?P=version)(?:-(?!sources|javadoc)[\w.]{{1,40}})?\.[jw]ar$")
_GRADLE = pattern(
    r"(?:^|/)files-2\.1/(?P<group>[A-Za-z][\w.-]{0,200})/(?P<artifact>[A-Za-z0-9][\w.-]{0,120})/(?P<version>[0-9][\w.+-]{0,80})/"
    r"[0-9a-f]{30,40}/(?P=artifact)-(?P=version)(?:-(?!sources|javadoc)[\w.]{1,40})?\.[jw]ar$"
)


def coordinates_of(path: str) -> tuple[str, str, str] | None:
    """(group, artifact, version); None if the file is in no repository."""
    found = _MAVEN.search(path) or _GRADLE.search(path)
    return (found["group"].replace("/", "."), found["artifact"], found["version"]) if found else None
