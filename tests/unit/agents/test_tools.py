import inspect
import json

import jsonschema
import pytest

from careen.agents import tools
from careen.agents.tools import TOOLS, listing


@pytest.mark.parametrize("tool", TOOLS.values(), ids=lambda tool: tool.name)
def test_a_listing_is_read_only_and_its_schema_is_whole(tool):
    found = listing(tool)
    assert found["annotations"]["readOnlyHint"] is True
    assert found["annotations"]["destructiveHint"] is False
    schema = found["inputSchema"]
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["type"] == "object"
    assert schema["additionalProperties"] is False
    assert "$ref" not in json.dumps(schema)
    for name, argument in schema["properties"].items():
        assert argument.get("description"), name


def test_no_tool_writes():
    """What the module calls has no way to write a file."""
    source = inspect.getsource(tools)
    for word in ("write_text", "write_bytes", "open(", "unlink", "mkdir", "rename(", "write_whole", "subprocess"):
        assert word not in source
