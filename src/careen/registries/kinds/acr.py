"""Azure Container Registry: its own lists of repositories and of tags, which contain digests and times.

**Source:** Azure Container Registry REST reference, "Repository - Get List" and "Tag - Get List".
"""

from urllib.parse import quote

from careen.images.distribution import PAGE

from ..asked import Asked
from .kind import Kind, NoListError, Page, Tag, never
from .times import moment

_SUFFIXES = (".azurecr.io", ".azurecr.cn", ".azurecr.us")


def repositories(asked: Asked, namespace: str, start: str) -> Page[str]:
    from .distribution import names

    return names(asked, "/acr/v1/_catalog", start, "repositories")


def tags(asked: Asked, repository: str, start: str) -> Page[Tag]:
    page = asked.page(f"/acr/v1/{quote(repository)}/_tags", start or PAGE, repository)
    if page is None:
        raise NoListError("the registry does not list its tags", "its user needs the permission metadata/read")
    listed = page.document.get("tags")
    found = [entry for entry in listed if isinstance(entry, dict)] if isinstance(listed, list) else []
    return Page(
        tuple(
            Tag(entry["name"], str(entry.get("digest") or ""), moment(entry.get("lastUpdateTime")))
            for entry in found
            if isinstance(entry.get("name"), str)
        ),
        page.following,
    )


KIND = Kind("acr", "Azure Container Registry", lambda host: host.endswith(_SUFFIXES), never, repositories, tags)
