package = "LPeg"
version = "1.0.2-1"
source = {
   url = "http://example.org/x.tar.gz",
}
description = {
   license = "MIT"
}
