Gem::Specification.new do |spec|
  spec.name = %q{shop} # comment
  spec.version = '3.1.0'
end
