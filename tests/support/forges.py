"""Small GitHub and GitLab servers with a memory: branches with files, comments, requests. Answers are as documented."""

import base64
import json
import re
from dataclasses import dataclass, field
from urllib.parse import parse_qs, unquote, urlsplit

from tests.support.servers import Answer, Request

TOKEN = "token-of-the-test"


@dataclass
class Memory:
    """``commits``: id → (parent, message, files). ``requests``: number → its fields."""

    commits: dict = field(default_factory=dict)
    branches: dict = field(default_factory=dict)
    comments: dict = field(default_factory=dict)  # id → (author, body)
    requests: dict = field(default_factory=dict)
    scans: list = field(default_factory=list)
    denied: set = field(default_factory=set)  # (method, end of path)

    def add(self, branch, parent, message, files):
        name = f"{len(self.commits) + 1:040x}"
        before = self.commits[parent][2] if parent else {}
        self.commits[name] = (parent, message, {**before, **files})
        if branch:
            self.branches[branch] = name
        return name

    def beyond(self, base, commit):
        """Messages of the commits of a branch that its base does not have."""
        known, at = set(), base
        while at:
            known.add(at)
            at = self.commits[at][0]
        messages = []
        while commit and commit not in known:
            messages.insert(0, self.commits[commit][1])
            commit = self.commits[commit][0]
        return messages

    def at(self, name):
        return self.branches.get(name, name)

    def comment(self, author, body):
        number = len(self.comments) + 1
        self.comments[number] = (author, body)
        return number

    def open(self, **fields):
        number = len(self.requests) + 1
        self.requests[number] = {"state": "open", "merged": False, **fields}
        return number


def answered(status=200, document=None):
    return Answer(status, json.dumps(document if document is not None else {}).encode(), {"Content-Type": "application/json"})


def respond_as(memory, routes, header, value):
    def respond(request: Request) -> Answer:
        if request.headers.get(header) != value:
            return answered(401, {"message": "Bad credentials"})
        parts = urlsplit(request.path)
        if any(request.method == method and parts.path.endswith(end) for method, end in memory.denied):
            return answered(403, {"message": "Resource not accessible by integration"})
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        body = json.loads(request.body) if request.body else {}
        for method, pattern, function in routes:
            found = re.fullmatch(pattern, parts.path)
            if method == request.method and found:
                return function(query, body, *map(unquote, found.groups()))
        return answered(404, {"message": "Not Found"})

    return respond


def paged(items, query):
    size, page = int(query.get("per_page", 30)), int(query.get("page", 1))
    return answered(200, items[(page - 1) * size : page * size])


def github(memory, home="/repos/owner/shop", user="github-actions[bot]"):
    trees = {}

    def comments(query, body, number):
        listed = [{"id": key, "user": {"login": author}, "body": text} for key, (author, text) in memory.comments.items()]
        return paged(listed, query)

    def add(query, body, number):
        return answered(201, {"id": memory.comment(user, body["body"])})

    def change(query, body, number):
        memory.comments[int(number)] = (memory.comments[int(number)][0], body["body"])
        return answered()

    def head(query, body, branch):
        if branch not in memory.branches:
            return answered(404, {"message": "Not Found"})
        return answered(200, {"object": {"sha": memory.branches[branch]}})

    def content(query, body, path):
        files = memory.commits[memory.at(query["ref"])][2]
        if path not in files:
            return answered(404, {"message": "Not Found"})
        return answered(200, {"content": base64.encodebytes(files[path]).decode(), "encoding": "base64"})

    def tree(query, body):
        name = f"tree{len(trees)}"
        trees[name] = {entry["path"]: entry["content"].encode() for entry in body["tree"]}
        return answered(201, {"sha": name})

    def commit(query, body):
        return answered(201, {"sha": memory.add("", body["parents"][0], body["message"], trees[body["tree"]])})

    def add_ref(query, body):
        name = body["ref"].removeprefix("refs/heads/")
        if name in memory.branches:
            return answered(422, {"message": "Reference already exists"})
        memory.branches[name] = body["sha"]
        return answered(201)

    def move_ref(query, body, name):
        assert body["force"]
        memory.branches[name] = body["sha"]
        return answered()

    def compare(query, body, base, commit):
        return answered(200, {"commits": [{"commit": {"message": text}} for text in memory.beyond(base, commit)]})

    def shown(number, item):
        merged = "2026-01-01T00:00:00Z" if item["merged"] else None
        url = f"https://forge.example/{number}"
        return {"number": number, "state": item["state"], "merged_at": merged, "body": item["body"], "html_url": url}

    def pulls(query, body):
        assert query["head"].startswith("owner:")
        found = [
            shown(number, item)
            for number, item in memory.requests.items()
            if item["head"] == query["head"].removeprefix("owner:") and item["base"] == query["base"]
        ]
        return paged(found, query)

    def open_pull(query, body):
        return answered(201, shown(number := memory.open(**body), memory.requests[number]))

    def change_pull(query, body, number):
        memory.requests[int(number)].update(body)
        return answered()

    def scan(query, body):
        memory.scans.append(body)
        return answered(202, {"id": "1"})

    routes = [
        ("GET", f"{home}/issues/([0-9]+)/comments", comments),
        ("POST", f"{home}/issues/([0-9]+)/comments", add),
        ("PATCH", f"{home}/issues/comments/([0-9]+)", change),
        ("GET", f"{home}/git/ref/heads/(.+)", head),
        ("GET", f"{home}/contents/(.+)", content),
        ("POST", f"{home}/git/trees", tree),
        ("POST", f"{home}/git/commits", commit),
        ("POST", f"{home}/git/refs", add_ref),
        ("PATCH", f"{home}/git/refs/heads/(.+)", move_ref),
        ("GET", rf"{home}/compare/(\w+)\.\.\.(\w+)", compare),
        ("GET", f"{home}/pulls", pulls),
        ("POST", f"{home}/pulls", open_pull),
        ("PATCH", f"{home}/pulls/([0-9]+)", change_pull),
        ("POST", f"{home}/code-scanning/sarifs", scan),
    ]
    if user != "github-actions[bot]":
        routes.append(("GET", "/user", lambda query, body: answered(200, {"login": user})))
    else:
        memory.denied.add(("GET", "/user"))
    return respond_as(memory, routes, "authorization", f"Bearer {TOKEN}")


def gitlab(memory, home="/projects/7", user="careen"):
    states = {"open": "opened", "closed": "closed"}

    def notes(query, body, number):
        listed = [{"id": key, "author": {"username": author}, "body": text} for key, (author, text) in memory.comments.items()]
        return paged([*listed, {"id": 999, "author": {"username": user}, "body": "changed the title", "system": True}], query)

    def add(query, body, number):
        return answered(201, {"id": memory.comment(user, body["body"])})

    def change(query, body, number, note):
        memory.comments[int(note)] = (memory.comments[int(note)][0], body["body"])
        return answered()

    def branch(query, body, name):
        if name not in memory.branches:
            return answered(404, {"message": "404 Branch Not Found"})
        return answered(200, {"commit": {"id": memory.branches[name]}})

    def content(query, body, path):
        files = memory.commits[memory.at(query["ref"])][2]
        return Answer(200, files[path]) if path in files else answered(404, {"message": "404 File Not Found"})

    def compare(query, body):
        return answered(200, {"commits": [{"message": text} for text in memory.beyond(query["from"], query["to"])]})

    def commit(query, body):
        assert body["force"]
        files = {action["file_path"]: action["content"].encode() for action in body["actions"]}
        return answered(201, {"id": memory.add(body["branch"], body["start_sha"], body["commit_message"], files)})

    def shown(number, item):
        state = "merged" if item["merged"] else states[item["state"]]
        return {"iid": number, "state": state, "description": item["body"], "web_url": f"https://forge.example/{number}"}

    def merges(query, body):
        wanted = (query["source_branch"], query["target_branch"])
        found = [shown(number, item) for number, item in memory.requests.items() if (item["head"], item["base"]) == wanted]
        return paged(found, query)

    def open_merge(query, body):
        number = memory.open(
            title=body["title"], body=body["description"], head=body["source_branch"], base=body["target_branch"]
        )
        return answered(201, shown(number, memory.requests[number]))

    def change_merge(query, body, number):
        memory.requests[int(number)].update(title=body["title"], body=body["description"])
        return answered()

    routes = [
        ("GET", "/user", lambda query, body: answered(200, {"username": user})),
        ("GET", f"{home}/merge_requests/([0-9]+)/notes", notes),
        ("POST", f"{home}/merge_requests/([0-9]+)/notes", add),
        ("PUT", f"{home}/merge_requests/([0-9]+)/notes/([0-9]+)", change),
        ("GET", f"{home}/repository/branches/([^/]+)", branch),
        ("GET", f"{home}/repository/files/([^/]+)/raw", content),
        ("GET", f"{home}/repository/compare", compare),
        ("POST", f"{home}/repository/commits", commit),
        ("GET", f"{home}/merge_requests", merges),
        ("POST", f"{home}/merge_requests", open_merge),
        ("PUT", f"{home}/merge_requests/([0-9]+)", change_merge),
    ]
    return respond_as(memory, routes, "private-token", TOKEN)
