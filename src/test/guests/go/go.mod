module dev.windlass/guests

go 1.21
