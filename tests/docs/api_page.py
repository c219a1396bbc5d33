"""The reference page of the server's API, generated from its OpenAPI document."""

from itertools import groupby

from careen.server.document import document, operations

NOTE = "<!-- Made by `make golden` from the code; tests/docs/test_reference.py fails if they differ. -->\n\n"
INTRODUCTION = """\
Each operation of the API, with the scope that a key or a role needs. [The API](../server-api.md) describes scopes, pages,
errors and versions; `/api/v1/openapi.json` has the parameters, bodies and answers.

"""


def page() -> str:
    text = f"# Operations of the API\n\n{NOTE}{INTRODUCTION}"
    titles = {tag["name"]: tag["description"] for tag in document()["tags"]}
    ordered = sorted(operations(), key=lambda operation: list(titles).index(operation.tag))
    for tag, listed in groupby(ordered, key=lambda operation: operation.tag):
        text += f"## {tag.capitalize()}\n\n{titles[tag]}\n\n| operation | scope | |\n|---|---|---|\n"
        for operation in listed:
            text += (
                f"| `{operation.method} {operation.path.removeprefix('/api/v1')}` | {operation.scope} | {operation.summary} |\n"
            )
        text += "\n"
    return text.rstrip() + "\n"
