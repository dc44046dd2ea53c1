module livetemplate.dev/bench

go 1.21
