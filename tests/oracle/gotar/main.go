// Reads archives from standard input, each behind its length in 8 bytes, and says for each what Go's archive/tar makes of
// it: one line of JSON for a member, then one with "end" or "error". The content is read as engines read it.
package main

import (
	"archive/tar"
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"io"
	"os"
)

type member struct {
	Flag, Mode, Uid, Gid, Size int64
	Name, Link, Sum            string
	Capable                    bool
}

func main() {
	in, out := bufio.NewReader(os.Stdin), bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for {
		var size uint64
		if binary.Read(in, binary.BigEndian, &size) != nil {
			return
		}
		data := make([]byte, size)
		if _, err := io.ReadFull(in, data); err != nil {
			return
		}
		one(data, json.NewEncoder(out))
	}
}

func one(data []byte, out *json.Encoder) {
	reader := tar.NewReader(bytes.NewReader(data))
	for {
		header, err := reader.Next()
		if err == io.EOF {
			out.Encode("end")
			return
		}
		if err != nil {
			out.Encode("error")
			return
		}
		sum, size := "", int64(0)
		switch header.Typeflag {
		case tar.TypeLink, tar.TypeSymlink, tar.TypeChar, tar.TypeBlock, tar.TypeDir, tar.TypeFifo, tar.TypeXGlobalHeader:
		default:
			if header.Size > 1<<26 {
				out.Encode("large")
				return
			}
			hash := sha256.New()
			if size, err = io.Copy(hash, reader); err != nil {
				out.Encode("error")
				return
			}
			sum = hex.EncodeToString(hash.Sum(nil))
		}
		_, capable := header.PAXRecords["SCHILY.xattr.security.capability"]
		out.Encode(member{int64(header.Typeflag), header.Mode & 0o7777, int64(header.Uid), int64(header.Gid), size,
			hex.EncodeToString([]byte(header.Name)), hex.EncodeToString([]byte(header.Linkname)), sum,
			capable && header.Typeflag != tar.TypeXGlobalHeader})
	}
}
