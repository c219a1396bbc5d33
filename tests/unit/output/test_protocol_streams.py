import subprocess
import sys

CODE = """
import os, sys
from careen.output.protocol_streams import protocol_streams
with protocol_streams() as (reader, writer):
    print("printed")
    os.system("echo from a program")
    writer.write(reader.read())
    writer.flush()
print("afterwards")
"""


def test_only_the_protocol_is_on_standard_output():
    done = subprocess.run([sys.executable, "-c", CODE], input=b"asked", capture_output=True, check=True)
    assert done.stdout == b"asked"
    assert b"printed" in done.stderr
    assert b"from a program" in done.stderr
    assert b"afterwards" in done.stderr


def test_the_other_side_may_be_gone():
    code = CODE.replace("writer.write(reader.read())", "os.close(writer.fileno())")
    done = subprocess.run([sys.executable, "-c", code], input=b"", capture_output=True, check=False)
    assert b"printed" in done.stderr
