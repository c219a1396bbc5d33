Gem::Specification.new do |s|
  s.name = "nokogiri"
  s.version = "1.13.0"
end
