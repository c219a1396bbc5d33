module example.com/app

go 1.22.0

require (
	example.com/a v1.2.3
	example.com/b v0.1.0 // indirect
)

replace example.com/b => example.com/fork/b v0.2.0
