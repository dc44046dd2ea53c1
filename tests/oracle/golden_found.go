package main

// Cases that random templates once told apart: each was a fault of the library, as the fuzzer minimised it.

func goldenFound(t *goldenTable) {
	t.about("found")
	t.add("html", "<a{{if $}}T=\"\"b=\"\"{{range.}}e=x{{block \"\"and (not nil)}} e=\"\"e=\"\"{{end}}{{end}}{{end}}>", "", "")
	t.add("text", "{{.T.AddDate 1 5 1e2}} {{.T.AddDate 0 0 0x1p4}} {{.T.AddDate 0 0 'a'}}", "{\"T\":{\"$time\":\"1999-12-31T03:59:59-11:30\"}}", "")
	t.add("html", "<a on=\"{{.T.AddDate -3 0 0}}\"><script>{{.T.AddDate 8000 0 0}}</script>", "{\"T\":{\"$time\":\"2024-02-29T23:59:01.5+01:00\"}}", "")
	t.add("html", "<script>{{.T.AddDate 8000 0 0}} {{.T.AddDate -2025 0 0}} {{.T}}</script>", "{\"T\":{\"$time\":\"2024-02-29T23:59:01.5+01:00\"}}", "")
	t.add("text", "{{slice (slice .I 1 2) 1 2}} {{slice (slice .I 1 1) 0 3}} {{slice (slice .I 0 0) 4}}", "{\"I\":[1,2,3,4]}", "")
	t.add("text", "{{slice (slice .I 0 1 2) 0 3}}", "{\"I\":[1,2,3,4]}", "")
	t.add("text", "{{printf \"%T %T %T %T %T\" 0xE +0xE -0xfe -0xF 0x1p4}} {{-0xE}} {{printf \"%d\" -0xe}}", "", "")
	t.add("text", "{{index .L +0x0E}} {{index .L +0x1}}", "{\"L\":[1,2]}", "")
	t.add("text", "{{slice (slice . 1 1) 1 2}} {{slice (slice . 0 1) 0 3 3}} {{slice (slice (slice . 0 1) 0 3) 1}} {{printf \"%s %x %T\" (slice . 1) (slice . 1) (slice . 1)}}", "{\"$bytes\":\"cmlw\"}", "")
	t.add("text", "{{slice (slice . 1 1 2) 0 2}}", "{\"$bytes\":\"cmlw\"}", "")
	t.add("text", "{{eq (slice . 0) nil}}", "[]", "")
	t.add("html", "<style>a { b: {{printf \"%20000d\" .}} }</style>", "1000", "")
	t.add("html", "<a style=\"b: {{.A}}; c: {{.B}}; d: {{.C}}\">", "{\"A\":\"  e x-p r e s.s i o n  \",\"B\":\"mOz - bIn-d ing\",\"C\":\"e e x p r e s s i o\"}", "")
}
