# -*- encoding: utf-8 -*-
# stub: abbrev 0.1.0 ruby lib

Gem::Specification.new do |s|
  s.name = "abbrev".freeze
  s.version = "0.1.0"
  s.licenses = ["Ruby".freeze, "BSD-2-Clause".freeze]
  s.add_development_dependency(%q<rake>.freeze, [">= 0"])
end
