Gem::Specification.new do |spec|
  spec.name = "other"
  spec.version = Other::VERSION
end
