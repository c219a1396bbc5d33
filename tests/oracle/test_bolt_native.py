"""Our reader of Bolt databases against one that bbolt itself wrote, where Go and its sources are installed."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from careen.images.containerd.boltdb import Bolt

SOURCES = Path("/usr/share/gocode/src/go.etcd.io/bbolt")
PROGRAM = """
package main
import (
	"fmt"
	bolt "go.etcd.io/bbolt"
)
func main() {
	db, err := bolt.Open("meta.db", 0600, nil)
	if err != nil { panic(err) }
	defer db.Close()
	err = db.Update(func(tx *bolt.Tx) error {
		top, err := tx.CreateBucket([]byte("v1"))
		if err != nil { return err }
		for i := 0; i < 3000; i++ {
			inner, err := top.CreateBucket([]byte(fmt.Sprintf("name%05d", i)))
			if err != nil { return err }
			if err := inner.Put([]byte("digest"), []byte(fmt.Sprintf("value%d", i))); err != nil { return err }
		}
		return top.Put([]byte("large"), make([]byte, 100000))
	})
	if err != nil { panic(err) }
}
"""


@pytest.mark.skipif(not (shutil.which("go") and SOURCES.is_dir()), reason="no Go with bbolt here")
def test_a_database_of_bbolt(tmp_path):
    (tmp_path / "main.go").write_text(PROGRAM)
    environment = os.environ | {
        "GOCACHE": str(Path(tempfile.gettempdir()) / "careen-go-build"),
        "GO111MODULE": "off", "GOPATH": "/usr/share/gocode", "GOFLAGS": "",
    }  # fmt: skip
    made = subprocess.run(
        ["go", "run", "main.go"], cwd=tmp_path, env=environment, capture_output=True, timeout=300, check=False
    )
    assert made.returncode == 0, made.stderr.decode()
    with (tmp_path / "meta.db").open("rb") as file:
        bolt = Bolt(file)
        top = dict(bolt.items(bolt.bucket(b"v1")))
        assert len(top) == 3001
        assert top[b"large"] == bytes(100000)
        assert dict(bolt.items(top[b"name02999"])) == {b"digest": b"value2999"}
