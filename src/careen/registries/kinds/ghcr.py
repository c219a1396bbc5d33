"""GitHub's Container Registry: repositories from GitHub's list of packages, which needs a token; tags from the
registry.

**Source:** GitHub REST API, "List packages for an organization", "List packages for a user", pages by ``Link``.
"""

from urllib.parse import quote, urlsplit

from ..asked import Asked
from .distribution import tags
from .kind import Kind, NoListError, Page, never

API = "https://api.github.com"
_PAGE = 100


def repositories(asked: Asked, namespace: str, start: str) -> Page[str]:
    """A page of the repositories of an organization, or else of a user. ``start`` is the path of the page; "" for the
    first.
    """
    owner = namespace.partition("/")[0]
    credential = asked.credential()
    token = (credential.bearer or credential.password) if credential else ""
    if not owner or not token:
        raise NoListError(f"{asked.host} lists packages of one owner, to users with a token", f"name {asked.host}/OWNER")
    headers = {
        "Authorization": f"Bearer {token}",
        "Accept": "application/vnd.github+json",
        "X-GitHub-Api-Version": "2022-11-28",
    }
    query = f"packages?package_type=container&per_page={_PAGE}"
    offered = [start] if start else [f"/orgs/{quote(owner)}/{query}", f"/users/{quote(owner)}/{query}"]
    for path in offered:
        status, document, answered = asked.answer(API + path, headers)
        if status == 200 and isinstance(document, list):
            found = (entry.get("name") for entry in document if isinstance(entry, dict))
            return Page(
                tuple(f"{owner}/{name}" for name in found if isinstance(name, str)), _following(answered.get("link", ""))
            )
    raise NoListError(f"{asked.host} does not list the packages of {owner}", "the token needs the scope read:packages")


def _following(link: str) -> str:
    """The path of the next page, which has to be on the same host; "" if there is none."""
    for part in link.split(","):
        target, _, relation = part.strip().partition(">")
        if target.startswith("<") and 'rel="next"' in relation:
            parts = urlsplit(target[1:])
            same = f"{parts.scheme}://{parts.netloc}" == API
            return f"{parts.path}?{parts.query}" if same else ""
    return ""


KIND = Kind("ghcr", "GitHub Container Registry", lambda host: host == "ghcr.io", never, repositories, tags)
