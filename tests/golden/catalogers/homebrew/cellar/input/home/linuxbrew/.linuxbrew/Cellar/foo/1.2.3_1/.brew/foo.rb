class Foo < Formula
end
