"""``careen completion``: a static script for a shell, made of the commands' flags."""

import argparse
import importlib
import sys
from collections.abc import Iterator

from .arguments import Parser


def parser() -> Parser:
    made = Parser(
        prog="careen completion",
        description="Print the completion script of a shell.",
        epilog="careen completion bash > ~/.local/share/bash-completion/completions/careen\n"
        "careen completion fish > ~/.config/fish/completions/careen.fish\n"
        "careen completion zsh > ~/.zfunc/_careen\n"
        "The folder has to exist; for zsh it has to be in $fpath.",
    )
    made.add_argument("shell", type=str.lower, choices=["bash", "zsh", "fish"], help="bash, zsh or fish")
    return made


def run(arguments: argparse.Namespace) -> int:
    sys.stdout.write({"bash": _bash, "zsh": _zsh, "fish": _fish}[arguments.shell]())
    return 0


def _commands() -> Iterator[tuple[str, str, list[argparse.Action]]]:
    """(name, help, actions that are shown) of every command."""
    from .main import COMMANDS

    for name, (module, what) in COMMANDS.items():
        actions = importlib.import_module(module).parser()._actions
        yield name, what, [action for action in actions if action.help != argparse.SUPPRESS]


def _words(action: argparse.Action) -> tuple[str, ...]:
    """The words that a flag or an argument takes."""

    from careen.config import choices, field_by_key

    if action.choices:
        return tuple(map(str, action.choices))
    if action.dest == "format":
        from careen.app.wiring import reporters

        return tuple(reporters())
    if action.dest == "kinds":
        from careen.app.caching import REMOVABLE

        return REMOVABLE
    if action.dest == "fail_on":
        from careen.app.wiring import gate_words

        return gate_words()
    field = field_by_key().get(action.dest)
    return choices(field) if field and action.nargs != 0 else ()


def _is_list(action: argparse.Action) -> bool:
    """Whether several words may be given, with commas between."""
    from careen.config import field_by_key, is_list

    field = field_by_key().get(action.dest)
    return field is not None and is_list(field) and action.dest != "format"


def _bash() -> str:
    cases, values = [], []
    for name, _, actions in _commands():
        flags = [option for action in actions for option in action.option_strings]
        words = [word for action in actions if not action.option_strings for word in _words(action)]
        cases.append(f'    {name}) words="{" ".join(words + flags)}" ;;')
        values += [
            f'    {f"{name}:" + f"|{name}:".join(action.option_strings)}) words="{" ".join(_words(action))}" ;;'
            for action in actions
            if action.option_strings and _words(action)
        ]
    names = " ".join(name for name, _, _ in _commands())
    return f"""\
# bash completion of careen
_careen() {{
  local current=${{COMP_WORDS[COMP_CWORD]}} previous=${{COMP_WORDS[COMP_CWORD-1]}} command=${{COMP_WORDS[1]}} words="" before=""
  if [ "$current" = "=" ]; then
    current=""  # --flag=
  elif [ "$previous" = "=" ]; then
    previous=${{COMP_WORDS[COMP_CWORD-2]}}
  fi
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "{names} --help --version" -- "$current"))
    return
  fi
  case $command in
{chr(10).join(cases)}
  esac
  case $command:$previous in
{chr(10).join(values)}
  esac
  case $current in
    *,*) before=${{current%,*}}, current=${{current##*,}} ;;
  esac
  COMPREPLY=($(compgen -P "$before" -W "$words" -- "$current"))
}}
complete -o bashdefault -o default -F _careen careen
"""


def _zsh() -> str:
    cases = []
    for name, _, actions in _commands():
        specs = []
        for action in actions:
            words = " ".join(_words(action))
            among = f"_values -s , {action.dest} {words}" if words and _is_list(action) else f"({words})"
            after = f":{action.dest}:{among if words else '_files'}"
            several = "*" if action.nargs in ("*", "+") or _repeats(action) else ""
            if not action.option_strings:
                specs.append(f"'{several}{after}'")
            for option in action.option_strings:
                equals = "=" if action.nargs != 0 and option.startswith("--") else ""
                specs.append(f"'{several}{option}{equals}[{_plain(action.help)}]{after if action.nargs != 0 else ''}'")
        cases.append(f"    {name}) _arguments {' '.join(specs)} ;;")
    names = " ".join(f"'{name}:{_plain(what)}'" for name, what, _ in _commands())
    return f"""\
#compdef careen
_careen() {{
  local -a commands
  commands=({names})
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local command=$words[2]
  shift words
  (( CURRENT-- ))
  case $command in
{chr(10).join(cases)}
  esac
}}
if [ "$funcstack[1]" = "_careen" ]; then _careen "$@"; else compdef _careen careen; fi
"""


def _repeats(action: argparse.Action) -> bool:
    return isinstance(action, argparse._AppendAction)


_LISTED = """\
function __careen_list
  set -l value (string replace -r '^--[^=]*=' '' -- (commandline -ct))
  set -l before (string match -r '^.*,' -- $value)
  for word in $argv
    echo "$before$word"
  end
end"""


def _fish() -> str:
    lines = ["# fish completion of careen", _LISTED]
    for name, what, actions in _commands():
        lines.append(f"complete -c careen -n __fish_use_subcommand -f -a {name} -d '{_plain(what)}'")
        seen = f"-n '__fish_seen_subcommand_from {name}'"
        for action in actions:
            offered = " ".join(_words(action))
            offered = f"(__careen_list {offered})" if offered and _is_list(action) else offered
            words = f" -x -a '{offered}'" if offered else " -r" if action.nargs != 0 else ""
            if not action.option_strings and _words(action):
                lines.append(f"complete -c careen {seen}{words}")
            for option in action.option_strings:
                kind = f"-l {option[2:]}" if option.startswith("--") else f"-s {option[1:]}"
                lines.append(f"complete -c careen {seen} {kind}{words} -d '{_plain(action.help)}'")
    return "\n".join(lines) + "\n"


def _plain(text: str | None) -> str:
    """Help text without characters that have a meaning in a shell's script."""
    return "".join(" " if character in "'\"[]:\\`$" else character for character in text or "").replace("%%", "%")
