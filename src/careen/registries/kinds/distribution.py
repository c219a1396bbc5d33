"""Any registry of the distribution protocol: its catalogue, and the tags of each repository.

**Source:** OCI distribution-spec 1.1, "Listing tags"; distribution, "Catalog API"; both page by ``Link`` (RFC 8288).
"""

from careen.images.distribution import CATALOGUE, PAGE, TAGS

from ..asked import Asked
from .kind import Kind, NoListError, Page, Tag, never


def repositories(asked: Asked, namespace: str, start: str) -> Page[str]:
    return names(asked, CATALOGUE, start, "repositories")


def tags(asked: Asked, repository: str, start: str) -> Page[Tag]:
    page = asked.page(TAGS, start or PAGE, repository)
    listed = page.document.get("tags") if page else None
    if page is None or not isinstance(listed, list | None):
        raise NoListError("the registry does not list its tags", "check what its user may read")
    return Page(tuple(Tag(name) for name in listed or () if isinstance(name, str)), page.following)


def names(asked: Asked, path: str, start: str, key: str) -> Page[str]:
    page = asked.page(path, start or PAGE)
    listed = page.document.get(key) if page else None
    if page is None or not isinstance(listed, list | None):
        raise NoListError(f"{asked.host} does not list its repositories", "name a repository")
    return Page(tuple(name for name in listed or () if isinstance(name, str)), page.following)


KIND = Kind("distribution", "a registry of the distribution protocol", never, never, repositories, tags)
