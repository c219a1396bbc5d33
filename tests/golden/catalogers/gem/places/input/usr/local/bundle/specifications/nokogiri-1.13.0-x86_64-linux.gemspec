# -*- encoding: utf-8 -*-
# stub: nokogiri 1.13.0 x86_64-linux lib

Gem::Specification.new do |s|
  s.name = "nokogiri"
  s.version = "1.13.0"
  s.platform = "x86_64-linux"
  s.license = "MIT"
end
