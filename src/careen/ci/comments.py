"""One comment of Careen in a request for each ``name``: written once and updated later, never a second one.

A hidden line identifies it. Only comments of the token's own user count: any user could write that line.
"""

import hashlib

from .forge import Forge

MAX_CHARACTERS = 65_500  # GitHub takes 65,536, GitLab more


def put_comment(forge: Forge, request: int, name: str, report: str) -> bool:
    """Writes or updates the comment; returns whether it is new. ``name`` distinguishes it from those of other steps;
    the report is Markdown."""
    mark = f"<!-- careen:comment {hashlib.sha256(name.encode()).hexdigest()[:16]} -->"
    body = f"{mark}\n{report}"
    if len(body) > MAX_CHARACTERS:
        body = f"{mark}\nThe report is too long for a comment: the files of the pipeline have it.\n"
    user = forge.user()
    for comment in forge.comments(request):
        if comment.author == user and comment.body.startswith(mark):
            if comment.body != body:
                forge.change_comment(request, comment.id, body)
            return False
    forge.add_comment(request, body)
    return True
