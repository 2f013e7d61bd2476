module github.com/conclint/conclint/runtime

go 1.24
