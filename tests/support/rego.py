"""Whether Rego can be evaluated here: the extra is installed, and its library starts."""

import pytest


def needs_rego() -> None:
    try:
        import regopy  # noqa: F401
    except (ImportError, OSError) as error:
        pytest.skip(f"the extra rego is not installed, or does not start: {error}", allow_module_level=True)
