require "rubygems"
Gem::Specification.new "till", "1.4.0" do |s|
  s.summary = "name and version as arguments"
end
