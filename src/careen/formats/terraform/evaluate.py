"""Expressions -> values, within bounds of steps, depth and size.

What cannot be known without Terraform, or goes beyond the bounds, is an ``UnknownValue``; nothing raises.
**Source:** Terraform language, "Expressions"; HCL Native Syntax Specification, "Expressions".
"""

import math
from collections.abc import Callable, Mapping
from typing import Any

from careen.formats.terraform.functions import KEEPS_UNKNOWNS, call
from careen.formats.terraform.syntax import (
    Attribute,
    Binary,
    Call,
    Conditional,
    Expression,
    For,
    Index,
    Items,
    Literal,
    Name,
    Object,
    Splat,
    Template,
    TemplateFor,
    TemplateIf,
    Unary,
)
from careen.formats.terraform.values import (
    ResourceValue,
    UnknownValue,
    as_string,
    bounded,
    first_unknown,
    items_of,
    mapping,
    sequence,
    sized,
    unknown,
)

MAX_DEPTH = 70
FAILS = "an expression that fails"
MAX_STEPS = 400_000  # of one root module with all that it calls

Names = Mapping[str, Any]  # variables of ``for``, ``each``, ``count`` and the like
Reference = Callable[[str, str, Names], Any]  # first word and first attribute -> value


class Budget:
    """The steps that the evaluation of one root module may still take."""

    def __init__(self, steps: int = MAX_STEPS) -> None:
        self.steps = steps
        self.depth = 0

    def spend(self, count: int) -> None:
        self.steps -= count


class Evaluator:
    """Evaluates expressions. ``reference`` gives the value of a name outside of the expression, ``read`` the text of
    a file."""

    def __init__(self, reference: Reference, budget: Budget, read: Callable[[str], str | None]) -> None:
        self.reference = reference
        self.budget = budget
        self.read = read

    def value(self, node: Expression, names: Names) -> Any:
        budget = self.budget
        budget.spend(1)
        if budget.depth >= MAX_DEPTH or budget.steps <= 0:
            return unknown("an expression over the limits of size")
        budget.depth += 1
        try:
            found = _HOW[type(node)](self, node, names)
            if not isinstance(node, Literal | Name | Attribute | Index):
                budget.spend(sized(found))
            return found
        except (ValueError, TypeError, KeyError, IndexError, ArithmeticError, AttributeError) as error:
            return unknown(f"{FAILS}: {str(error)[:80] or type(error).__name__}")
        finally:
            budget.depth -= 1

    def name(self, node: Name, names: Names) -> Any:
        return names[node.name] if node.name in names else unknown(node.name)

    def attribute(self, node: Attribute, names: Names) -> Any:
        if isinstance(node.of, Name) and node.of.name not in names:
            return self.reference(node.of.name, node.name, names)
        return _member(self.value(node.of, names), node.name)

    def index(self, node: Index, names: Names) -> Any:
        return _member(self.value(node.of, names), self.value(node.key, names))

    def splat(self, node: Splat, names: Names) -> Any:
        of = self.value(node.of, names)
        if isinstance(of, UnknownValue):
            return of
        items = of if isinstance(of, list) else [] if of is None else [of]
        return sequence(self.value(node.each, {**names, "*": item}) for item in items)

    def unary(self, node: Unary, names: Names) -> Any:
        value = self.value(node.operand, names)
        if isinstance(value, UnknownValue):
            return value
        return not _truth(value) if node.operator == "!" else -_number(value)

    def binary(self, node: Binary, names: Names) -> Any:
        left = self.value(node.left, names)
        if node.operator in ("&&", "||"):
            decides = node.operator == "||"  # the value that decides alone
            right = self.value(node.right, names)
            for value in (left, right):
                if not isinstance(value, UnknownValue) and _truth(value) is decides:
                    return decides
            return next((value for value in (left, right) if isinstance(value, UnknownValue)), not decides)
        right = self.value(node.right, names)
        missing = first_unknown(left) or first_unknown(right)
        if missing is not None:
            return _whole(missing)
        self.budget.spend(sized(left) + sized(right))
        return _operate(node.operator, left, right)

    def conditional(self, node: Conditional, names: Names) -> Any:
        condition = self.value(node.condition, names)
        if isinstance(condition, UnknownValue):
            then, otherwise = self.value(node.then, names), self.value(node.otherwise, names)
            same = first_unknown(then) is None and first_unknown(otherwise) is None and _equal(then, otherwise)
            return then if same else _whole(condition)
        return self.value(node.then if _truth(condition) else node.otherwise, names)

    def call(self, node: Call, names: Names) -> Any:
        if node.name in ("try", "can"):
            values = (self.value(argument, names) for argument in node.arguments)
            found = [value for value in values if not _fails(value)][:1]
            if node.name == "can":
                return _whole(found[0]) if found and isinstance(found[0], UnknownValue) else bool(found)
            return found[0] if found else unknown(f"{FAILS}: try()")
        arguments = [self.value(argument, names) for argument in node.arguments]
        if node.expands and arguments:
            last = arguments.pop()
            if not isinstance(last, list):
                return _whole(last) if isinstance(last, UnknownValue) else unknown(f"{node.name}()")
            arguments += last
        for argument in arguments:
            deep = node.name not in KEEPS_UNKNOWNS
            missing = first_unknown(argument) if deep else argument if isinstance(argument, UnknownValue) else None
            if missing is not None and node.name not in ("coalesce", "jsonencode", "yamlencode"):
                return _whole(missing)
        self.budget.spend(sized(sequence(arguments)))
        return call(node.name, arguments, self.read)

    def items(self, node: Items, names: Names) -> Any:
        found = sequence((self.value(item, names) for item, _ in node.items), node.line)
        found.lines = [line for _, line in node.items]
        found.end_line = node.end_line
        return found

    def object(self, node: Object, names: Names) -> Any:
        found = mapping((), node.line)
        found.end_line = node.end_line
        for key_node, item, line in node.items:
            key = as_string(self.value(key_node, names))
            if key is None or isinstance(key, UnknownValue):
                return _whole(key) if isinstance(key, UnknownValue) else unknown("a key that is no text")
            found[key] = self.value(item, names)
            found.lines[key] = line
        return found

    def loop(self, node: For, names: Names) -> Any:
        over = self.value(node.over, names)
        items = items_of(over)
        if items is None:
            return _whole(over) if isinstance(over, UnknownValue) else unknown("for over what has no items")
        pairs: list[tuple[str, Any]] = []
        for key, value in items:
            inner = {**names, **dict(zip(node.names, (key, value) if len(node.names) > 1 else (value,), strict=True))}
            kept = True if node.condition is None else self.value(node.condition, inner)
            if isinstance(kept, UnknownValue):
                return _whole(kept)
            if not _truth(kept):
                continue
            made = "" if node.key is None else self.value(node.key, inner)
            if isinstance(made, UnknownValue):
                return _whole(made)
            pairs.append((as_string(made) or "", self.value(node.value, inner)))
        if node.key is None:
            return sequence((value for _, value in pairs), node.line)
        if not node.groups:
            return mapping(pairs, node.line)
        groups: dict[str, list[Any]] = {}
        for name, value in pairs:
            groups.setdefault(name, []).append(value)
        return mapping(((name, sequence(values, node.line)) for name, values in groups.items()), node.line)

    def template(self, node: Template, names: Names) -> Any:
        if len(node.parts) == 1 and not isinstance(node.parts[0], TemplateIf | TemplateFor | Template):
            return self.value(node.parts[0], names)
        return _joined([self.value(part, names) for part in node.parts])

    def template_if(self, node: TemplateIf, names: Names) -> Any:
        condition = self.value(node.condition, names)
        if isinstance(condition, UnknownValue):
            return condition
        return _joined([self.value(node.then if _truth(condition) else node.otherwise, names)])

    def template_for(self, node: TemplateFor, names: Names) -> Any:
        over = self.value(node.over, names)
        items = items_of(over)
        if items is None:
            return over
        return _joined([self.value(node.body, {**names, node.key: key, node.value: value}) for key, value in items])


def _fails(value: Any) -> bool:
    return isinstance(value, UnknownValue) and value.rests_on.startswith(FAILS)


def _member(of: Any, key: Any) -> Any:
    """An attribute or item of a value."""
    if isinstance(of, UnknownValue):
        return unknown(f"{of.rests_on}.{key}", of.owner) if of.whole else of
    if isinstance(key, UnknownValue):
        return _whole(key)
    if isinstance(of, ResourceValue):
        value = of.get(as_string(key) or "")
        is_missing = value is None or (isinstance(value, UnknownValue) and value.whole)
        return unknown(f"{of.reference}.{key}", of.address) if is_missing else value
    if isinstance(of, dict):
        return of[as_string(key)]
    if isinstance(of, list):
        return of[_index(key, len(of))]
    raise ValueError(f"a value without parts has no {key}")


def _index(key: Any, length: int) -> int:
    number = int(_number(key))
    if not 0 <= number < length:
        raise ValueError(f"the list has no item {number}")
    return number


def _joined(values: list[Any]) -> Any:
    """The values as one text; it contains the references of unknown ones, and is then unknown in part."""
    texts = [as_string(value) for value in values]
    if any(text is None for text in texts):
        raise ValueError("a value in a template cannot be converted to text")
    joined = "".join(bounded(text or "" for text in texts))
    missing = next((value for value in values if isinstance(value, UnknownValue)), None)
    return joined if missing is None else unknown(missing.rests_on, missing.owner, joined)


def _whole(value: UnknownValue) -> UnknownValue:
    """The result of an operation on an unknown value: nothing of it is known."""
    return unknown(value.rests_on)


def _operate(operator: str, left: Any, right: Any) -> Any:
    if operator in ("==", "!="):
        return _equal(left, right) is (operator == "==")
    one, two = _number(left), _number(right)
    if operator == "+":
        return one + two
    if operator == "-":
        return one - two
    if operator == "*":
        return one * two if abs(one) < 1e50 and abs(two) < 1e50 else unknown("a number over the limits")
    if operator == "/":
        found = one / two
        return int(found) if found.is_integer() else found
    if operator == "%":
        found = math.fmod(one, two)  # the sign is that of the dividend
        return int(found) if found.is_integer() else found
    return {"<": one < two, ">": one > two, "<=": one <= two, ">=": one >= two}[operator]


def _equal(left: Any, right: Any) -> bool:
    if isinstance(left, bool) != isinstance(right, bool):
        return False
    return bool(left == right)


def _truth(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if value in ("true", "false"):
        return bool(value == "true")
    raise ValueError("a condition is neither true nor false")


def _number(value: Any) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError("a value is not a number")  # noqa: TRY004
    if isinstance(value, str):
        if len(value) > 60:
            raise ValueError("a number is too long")
        return int(value) if value.lstrip("-").isdigit() else float(value)
    return value


_HOW: dict[type, Callable[[Evaluator, Any, Names], Any]] = {
    Literal: lambda _evaluator, node, _names: node.value,
    Name: Evaluator.name,
    Attribute: Evaluator.attribute,
    Index: Evaluator.index,
    Splat: Evaluator.splat,
    Unary: Evaluator.unary,
    Binary: Evaluator.binary,
    Conditional: Evaluator.conditional,
    Call: Evaluator.call,
    Items: Evaluator.items,
    Object: Evaluator.object,
    For: Evaluator.loop,
    Template: Evaluator.template,
    TemplateIf: Evaluator.template_if,
    TemplateFor: Evaluator.template_for,
}
