"""The screen of ``careen browse``: groups of findings as a tree, and everything about the selected one beside it.

Names of images and feeds are shown as plain text: no markup of theirs is interpreted, and control characters are escapes.
"""

from typing import ClassVar

from rich.text import Text
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Footer, Input, Static, Tree
from textual.widgets.tree import TreeNode

from careen.app.browsing import By, Entry, Group, details, entries, found, groups
from careen.model.report import Report
from careen.output.escape import visible
from careen.output.lines import plural

STYLES = {"critical": "bold red", "high": "red", "medium": "yellow", "low": "cyan"}
LONGEST = 300

Node = TreeNode[Group | Entry]


class Browser(App[None]):
    CSS = """
    #summary { height: 2; padding: 0 1; }
    #groups { width: 3fr; overflow-x: hidden; }
    #beside { width: 2fr; border-left: solid $surface-lighten-2; padding: 0 1; }
    #search { display: none; }
    """
    TITLE = "careen browse"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "group('action')", "by action"),
        Binding("p", "group('package')", "by package"),
        Binding("l", "group('layer')", "by layer"),
        Binding("r", "group('risk')", "by risk"),
        Binding("slash", "search", "search", key_display="/"),
        Binding("escape", "clear", "clear"),
        Binding("q", "quit", "quit"),
    ]

    def __init__(self, report: Report) -> None:
        super().__init__()
        self._report, self._words = report, ""
        self._by: By = "action"
        self._entries = entries(report)

    def compose(self) -> ComposeResult:
        yield Static(id="summary", markup=False)
        yield Input(placeholder="id, package, path, severity or words of the title", id="search")
        with Horizontal():
            tree: Tree[Group | Entry] = Tree("", id="groups")
            tree.show_root = False
            yield tree
            with VerticalScroll(id="beside"):
                yield Static(id="details", markup=False)
        yield Footer()

    def on_mount(self) -> None:
        self._show()
        self.query_one("#groups").focus()

    def action_group(self, by: By) -> None:
        self._by = by
        self._show()

    def action_search(self) -> None:
        search = self.query_one("#search", Input)
        search.display = True
        search.focus()

    def action_clear(self) -> None:
        search = self.query_one("#search", Input)
        search.value = ""
        search.display = False
        self.query_one("#groups").focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        self._words = event.value
        self._show()

    def on_input_submitted(self) -> None:
        self.query_one("#groups").focus()

    def on_tree_node_expanded(self, event: Tree.NodeExpanded[Group | Entry]) -> None:
        """Makes the rows of a group's findings when it is opened: a report may have thousands."""
        group = event.node.data
        if isinstance(group, Group) and not event.node.children:
            for entry in group.entries:
                event.node.add_leaf(_line(entry), entry)

    def on_tree_node_highlighted(self, event: Tree.NodeHighlighted[Group | Entry]) -> None:
        shown = event.node.data
        text = Text()
        if isinstance(shown, Entry):
            for name, value in details(self._report, shown):
                text.append(f"{name}\n", "dim").append(f"{visible(value)}\n\n")
        elif isinstance(shown, Group):
            text.append(f"{visible(shown.title)}\n\n", "bold").append(plural(len(shown.entries), "finding"))
        self.query_one("#details", Static).update(text)

    def _show(self) -> None:
        listed = found(self._entries, self._words)
        tree: Tree[Group | Entry] = self.query_one("#groups", Tree)
        tree.clear()
        for group in groups(self._report, listed, self._by):
            tree.root.add(_head(group), group)
        tree.root.expand()
        tree.cursor_line = 0
        if not listed:
            self.query_one("#details", Static).update("")
        of = f" of {len(self._entries)}" if len(listed) != len(self._entries) else ""
        head = f"{visible(self._report.image.reference, LONGEST)}\n{len(listed)}{of} findings by {self._by}"
        self.query_one("#summary", Static).update(Text(head))


def _head(group: Group) -> Text:
    rated = [entry.row.severity for entry in group.entries if entry.row.severity in STYLES]
    style = STYLES[min(rated, key=list(STYLES).index)] if rated else ""
    return Text().append(f"{len(group.entries):>5}  ", "dim").append(visible(group.title, LONGEST), style)


def _line(entry: Entry) -> Text:
    row = entry.row
    text = Text().append(f"{row.severity:<10} ", STYLES.get(row.severity, "")).append(f"{visible(row.id, 60)}  ", "bold")
    return text.append(visible(row.subject or row.place, 100)).append(f"  {visible(row.title, LONGEST)}", "dim")
