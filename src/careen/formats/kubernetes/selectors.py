"""Label selectors of Kubernetes: whether they match a set of labels.

**Source:** https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors
"""

from careen.formats.data.yaml_document import Mapping, as_text


def matches(labels: Mapping, selector: Mapping) -> bool:
    """Whether a label selector matches; an empty one matches everything. Old kinds have a plain mapping of labels."""
    if any(key not in labels or as_text(labels[key]) != as_text(value) for key, value in plain_labels(selector).items()):
        return False
    return all(_expression(labels, expression) for expression in selector.maps("matchExpressions"))


def plain_labels(selector: Mapping) -> Mapping:
    """The labels that a selector requires with a value."""
    if "matchLabels" in selector or "matchExpressions" in selector:
        return selector.map("matchLabels")
    return selector


def _expression(labels: Mapping, expression: Mapping) -> bool:
    key, values = expression.text("key"), expression.texts("values")
    match expression.text("operator"):
        case "In":
            return key in labels and as_text(labels[key]) in values
        case "NotIn":
            return key not in labels or as_text(labels[key]) not in values
        case "Exists":
            return key in labels
        case "DoesNotExist":
            return key not in labels
    return False
