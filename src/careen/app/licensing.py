"""The licences of a report's packages, and the fields that an SBOM lacks for a profile."""

from careen.components.content import Component, content_of
from careen.components.profiles import Element, Profile, elements_of
from careen.licences.categories import category
from careen.licences.expressions import ids_in
from careen.licences.package import is_stated
from careen.model.report import Report

__all__ = ["Component", "Element", "Profile", "category", "components_of", "differs", "elements_of", "states_none"]


def components_of(report: Report) -> tuple[Component, ...]:
    return content_of(report).components


def states_none(component: Component) -> bool:
    """Whether the image states no licence of the component, and none was determined otherwise."""
    return not component.licence.concluded and not is_stated(component.package, component.licence)


def differs(component: Component) -> bool:
    """Whether the component's texts show other licences than it declares. "Or later" is ignored, because no text states
    it.
    """
    licence = component.licence
    declared = {_base(id) for id in ids_in(licence.declared)}
    return bool(declared) and any(_base(id) not in declared for id in ids_in(licence.found))


def _base(id: str) -> str:
    return id.removesuffix("-or-later").removesuffix("-only")
