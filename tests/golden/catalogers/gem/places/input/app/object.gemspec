Gem::Specification.new do |s|
  s.name = "scale".freeze
  s.version = Gem::Version.new("0.9.1")
end
