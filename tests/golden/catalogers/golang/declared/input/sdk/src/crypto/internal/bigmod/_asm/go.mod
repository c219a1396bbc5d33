module crypto/internal/bigmod/_asm

go 1.19

require github.com/mmcloughlin/avo v0.4.0
