module example.com/old

go 1.13

require example.com/a v1.0.0
