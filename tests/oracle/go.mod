module livetemplate.dev/oracle

go 1.26
