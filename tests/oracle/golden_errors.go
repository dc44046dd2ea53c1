package main

// The tables of what is refused, when a template is loaded and when it runs, and of where C differs by nature.

import "strings"

func goldenLoadErrors(t *goldenTable) {
	t.about("actions")
	t.both(people, "{{nope}}", "{{.Name | nope}}", "{{print nope}}", "{{$x}}", "{{$x.Y}}", "a\nb {{$x}}", "a\n\n{{if}}{{end}}", "{{if .Ok}}\n\n{{nope}}{{end}}", "{{.Name}}\n{{end}}", "{{define \"a\"}}\n{{nope}}{{end}}", "{{define \"a\"}}\n\n{{.X}}\n{{end", "{{template \"a\"\n}}", "{{range .L}}\n{{else}}\n{{else}}{{end}}", "{{with .S}}\n{{else if .Ok}}{{end}}", "{{ .Name\n| }}", "{{print 1\n2 ! }}", "{{\"a\nb\"}}", "{{`a\nb", "{{/* a\nb", "{{(1\n}}", "{{1 | 2\n}}", "{{.Name.}}", "\n\n\n{{", "{{- /* c */ . -}}", "{{if .Ok}}{{else}}\n{{else}}{{end}}", "{{break\n}}", "\n{{continue}}", "{{define \"a\"}}{{end}}\n{{define \"b\"}}{{end}\n}", "{{block \"a\"\n}}{{end}}")
	t.about("words")
	for _, word := range []string{"if", "else", "end", "range", "with", "define", "template", "block", "break", "continue", "nil", "true", "else if", "else with", "if else", "end end", "if end", "range end", "define define", "template template"} {
		t.text(people, "{{"+word+"}}", "{{"+word+" }}", "{{"+word+" .Name}}", "{{"+word+" \"a\"}}", "{{.Name | "+word+"}}", "{{print "+word+"}}", "{{("+word+")}}", "{{$x := "+word+"}}", "{{if .Ok}}{{"+word+"}}{{end}}", "{{range .L}}{{"+word+" .}}{{end}}", "{{if "+word+"}}{{end}}", "{{template \"a\" "+word+"}}", "{{"+word+"")
	}
	t.about("tokens")
	for _, token := range []string{"|", ",", ":=", "=", "(", ")", ".", "$", "\"a\"", "'a'", "1", "$x", ".X", "nil", "true", "print", "`r`"} {
		t.text(people, "{{if "+token+"}}x{{end}}", "{{range "+token+"}}x{{end}}", "{{with "+token+"}}x{{end}}", "{{"+token+" "+token+"}}", "{{print "+token+" 1}}", "{{print 1 "+token+"}}", "{{.Name"+token+"}}", "{{$y := "+token+"}}", "{{template "+token+"}}", "{{define "+token+"}}x{{end}}", "{{block "+token+" .}}x{{end}}", "{{else "+token+"}}", "{{end "+token+"}}", "{{(1 "+token+")}}", "{{1 | "+token+"}}", "{{1"+token+"}}", "{{\"s\""+token+"}}", "{{nil"+token+"}}", "{{(1)"+token+"}}", "{{$"+token+"}}", "{{range $a, "+token+" := .L}}{{end}}", "{{range $a "+token+" .L}}{{end}}", "{{break "+token+"}}")
	}
	t.about("long quotations")
	t.text(people, "{{\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\\q\"}}", "{{functionwithalonglonglonglonglonglonglonglonglonglongname}}", "{{$variablewithalonglonglonglonglonglonglonglonglonglongname}}", "{{.Name 12345678901234567890123456789012345678901234567890x}}", "{{1 | \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"}}", "{{if \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\" , }}{{end}}", "{{template \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"}}", "{{template aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa}}", "{{\"a\".aaaaaaaaaaaaaaaaaaaaaaaaa}}", "{{123456789012345678901234567890}}", "{{1e99999}}", "{{'aaaaaaaaaaaaaaaaaaaaaaaaaaaa'}}", "{{print\n\"日本日本日本日本日本日本\\q\"}}")
	t.about("contexts that cannot be decided")
	t.html(`{"B":true,"N":1,"S":"x","L":[1,2]}`, "{{if .B}}<a href=\"{{else}}<p>{{end}}", "<a href=\"x{{if .N}}?q={{end}}{{.S}}\">", "<a href=\"{{.S}}", "<a href='{{.S}}", "<a href={{.S}}", "<a {{.S}}", "<a", "<script>{{.S}}", "<style>{{.S}}", "<title>{{.S}}", "<!-- {{.S}}", "<script>\"{{.S}}</script>", "<script>'a\n'</script>", "<script>/a\n/</script>", "<script>/[{{.S}}</script>", "<script>`{{.S}}</script>", "<style>\"{{.S}}</style>", "<style>'a\n'</style>", "<style>url({{.S}}</style>", "{{range .L}}<a href=\"{{end}}", "{{range .L}}<a href=\"{{else}}{{end}}", "{{range .L}}{{else}}<a href=\"{{end}}", "{{with .S}}<script>{{end}}", "{{with .S}}<b>{{else}}<script>{{end}}", "{{if .B}}<b>{{else}}<b {{end}}", "{{if .B}}{{if .N}}<a {{end}}{{end}}", "<a {{if .B}}b='{{else}}b=\"{{end}}x", "<a b{{if .B}}={{end}}\"c\">", "<a {{if .B}}href{{else}}src{{end}}=\"{{.S}}\">", "<a {{if .B}}href{{else}}style{{end}}=\"{{.S}}\">", "<a {{if .B}}href={{else}}title={{end}}\"{{.S}}\">", "<a href=\"{{if .B}}/a?{{else}}/b#{{end}}{{.S}}\">", "<a href=\"{{if .B}}/a?{{else}}/b{{end}}\">", "<script>{{if .B}}x = {{else}}y{{end}}/{{.S}}/</script>", "<script>{{if .B}}\"{{end}}x\"</script>", "<script>{{if .B}}/*{{end}}x*/</script>", "<script>x = `${ {{if .B}}{ {{end}} }`</script>", "<a b=c\"{{.S}}>", "<a b=c'{{.S}}>", "<a b=c`{{.S}}>", "<a b=c={{.S}}>", "<a b=c<{{.S}}>", "<a b<{{.S}}>", "<a \"b\"={{.S}}>", "<a 'b'>", "<a =b>", "<a b\"c>", "<a b='c'd'>", "{{template \"x\"}}", "<p>{{template \"x\" .S}}</p>", "{{define \"x\"}}<a href=\"{{end}}{{template \"x\"}}", "{{define \"x\"}}<script>{{end}}{{template \"x\"}}</script>{{template \"x\"}}", "{{define \"x\"}}{{if .}}<a {{end}}{{end}}{{template \"x\"}}", "{{define \"x\"}}{{template \"y\"}}{{end}}{{template \"x\"}}", "{{define \"x\"}}<p{{if .}}{{template \"x\"}}{{end}}>{{end}}{{template \"x\"}}", "{{define \"x\"}}{{if .}}{{template \"x\"}}<a {{end}}{{end}}{{template \"x\"}}", "{{define \"x\"}}\"{{if .}}{{template \"x\"}}{{end}}{{end}}<a title={{template \"x\"}}>", "<p title={{. | html}}>", "<p>{{. | html | print}}</p>", "<a href=\"{{. | urlquery | print}}\">", "<a href=\"a{{range .L}}?{{end}}{{.S}}\">", "<a href=\"a{{range .L}}{{if .}}?{{continue}}{{end}}{{end}}{{$.S}}\">", "{{range .L}}<a {{break}}>{{end}}", "{{range .L}}<a href=\"{{if .}}{{break}}{{end}}\">{{end}}", "{{range .L}}{{if .}}<a {{continue}}{{end}}{{end}}", "<script>{{define \"x\"}}x{{end}}{{template \"x\"}}", "\n\n<a href=\"\n{{.S}}", "\n{{if .B}}\n<a href=\"\n{{else}}\n{{end}}", "<p>\n</p>\n<a href=\"{{if .B}}?{{end}}\n{{.S}}\">", "<script>\nx = \"\n\"</script>", "<style>\na { b: \"\n\" }</style>", "<a\nb=\"c\"\nd=e'>", "{{.S}}\n  {{template \"nope\"}}", "<script>{{if .B}}x{{else}}`{{end}}</script>", "<textarea>{{if .B}}</textarea>{{end}}", "<p {{if .B}}title=\"a{{end}}\">", "<p title=\"{{if .B}}\"{{end}}>", "<{{if .B}}a{{else}}b{{end}}>", "<a{{if .B}}b{{end}}>", "<!--{{if .B}}-->{{end}}", "<script src=\"{{if .B}}/a?{{end}}{{.S}}\">", "<style>a { b: url({{if .B}}?{{end}}{{.S}}) }</style>", "<img srcset=\"{{if .B}}/a?{{end}}{{.S}} 2x\">")
}

func goldenRunErrors(t *goldenTable) {
	t.about("fields")
	t.both(people, "{{.Name.X}}", "{{.Age.X}}", "{{.F.X}}", "{{.Ok.X}}", "{{.Nil.X}}", "{{.L.X}}", "{{.E.X}}", "{{.Zero.X}}", "{{.S.T.U.V}}", "{{.S.T.U.V.W}}", "{{.M.a.b}}", "{{$.Name.X}}", "{{$x := .Name}}{{$x.Y}}", "{{$x := .Nil}}{{$x.Y}}", "{{(.Name).X}}", "{{(1).X}}", "{{(\"a\").X}}", "{{(1.5).X}}", "{{(true).X}}", "{{(print 1).X}}", "{{(len .L).X}}", "{{(eq 1 1).X}}", "{{(index .L 0).X}}", "{{(index .P 0).N.X}}", "{{(slice .Name 1).X}}", "{{(slice .L 1).X}}", "{{(nil).X}}", "{{with .Name}}{{.X}}{{end}}", "{{range .L}}{{.X}}{{end}}", "{{range 3}}{{.X}}{{end}}", "{{range $i, $e := .L}}{{$i.X}}{{end}}", "{{range $k, $v := .M}}{{$k.X}}{{end}}", "{{define \"a\"}}{{.X}}{{end}}{{template \"a\" .Name}}", "{{define \"a\"}}\n{{.X}}{{end}}\n{{template \"a\" 1}}", "a\nb\n  {{.Name.X}}", "{{if .Name.X}}{{end}}", "{{with .Name.X}}{{end}}", "{{range .Name.X}}{{end}}", "{{template \"a\" .Name.X}}{{define \"a\"}}{{end}}", "{{print .Name.X}}", "{{print 1 .Name.X 2}}", "{{.Name.X | print}}", "{{1 | print .Name.X}}", "{{print (print .Name.X)}}", "{{$x := .Name.X}}", "{{.Name.X 1}}", "{{.Name 1}}", "{{.Age 1 2}}", "{{1 | .Name}}", "{{$.Name 1}}", "{{.Name.X.Y.Z}}", "{{.P.N}}", "{{(.P).N}}", "{{.Nil.X.Y}}", "{{(.Nil).X}}", "{{(index .L 9).X}}", "{{.S.T.U | .X}}")
	t.about("functions")
	t.both(people, "{{len 3}}", "{{len .Nil}}", "{{len nil}}", "{{len}}", "{{len 1 2}}", "{{index}}", "{{index .L 9}}", "{{index .L -1}}", "{{index .L 3}}", "{{index .L \"a\"}}", "{{index .L nil}}", "{{index .L 1.5}}", "{{index .L true}}", "{{index .M 1}}", "{{index .M nil}}", "{{index .Name 9}}", "{{index .Name 3}}", "{{index .Age 1}}", "{{index .Nil 1}}", "{{index nil}}", "{{index .P 0 1}}", "{{index .P 9 \"N\"}}", "{{slice}}", "{{slice .L 2 1}}", "{{slice .L 0 9}}", "{{slice .L -1}}", "{{slice .Name 9}}", "{{slice .Name 2 1}}", "{{slice .Name 0 1 2}}", "{{slice .M}}", "{{slice .Nil}}", "{{slice .L 0 1 2 3}}", "{{slice .L \"a\"}}", "{{not}}", "{{not 1 2}}", "{{and}}", "{{or}}", "{{eq}}", "{{eq 1}}", "{{eq 1 \"a\"}}", "{{eq .L 1}}", "{{eq .L .L}}", "{{eq .M .M}}", "{{ne 1}}", "{{ne 1 2 3}}", "{{lt 1}}", "{{lt 1 \"a\"}}", "{{lt .L .L}}", "{{lt true true}}", "{{lt nil 1}}", "{{gt .M 1}}", "{{printf}}", "{{printf 1}}", "{{printf nil}}", "{{printf .Nil}}", "{{printf .Missing}}", "{{printf .L}}", "{{call}}", "{{call 1}}", "{{call nil}}", "{{call .Name}}", "{{call .Nil}}", "{{html}}", "{{js}}", "{{urlquery}}", "{{print (index .L 9)}}", "{{if index .L 9}}{{end}}", "{{with len 3}}{{end}}", "{{range len 3}}{{end}}", "{{$x := len 3}}", "{{3 | len}}", "{{9 | index .L}}", "{{len 3 | print}}", "{{1 | len 2}}", "{{and 1 (len 3)}}", "{{or 0 (len 3)}}", "{{range .L}}{{index $.L .}}{{end}}", "{{range 5}}{{index $.L .}},{{end}}", "{{template \"a\" len 3}}{{define \"a\"}}{{end}}", "{{define \"a\"}}\n\n  {{len .}}{{end}}{{template \"a\" 3}}", "{{len (len (len 3))}}", "{{nil}}", "{{nil | print}}", "{{1 2}}", "{{\"a\" 1}}", "{{. 1}}", "{{9223372036854775808}}", "{{-9223372036854775809}}", "{{18446744073709551616}}", "{{print 9223372036854775808}}", "{{index .L 9223372036854775808}}", "{{range .Name}}{{end}}", "{{range .F}}{{end}}", "{{range .Ok}}{{end}}", "{{range \"abc\"}}{{end}}", "{{range 1.5}}{{end}}", "{{range nil}}{{end}}", "{{range true}}{{end}}", "{{if nil}}{{end}}", "{{with nil}}{{end}}", "{{template \"a\" nil}}{{define \"a\"}}{{.X.Y}}{{end}}")
	t.about("where in a page")
	t.html(people, "<a href=\"{{.Name.X}}\">", "<script>x = {{.Name.X}}</script>", "<p title={{.Name.X}}>", "<p {{.Name.X}}>", "<style>a { b: {{.Name.X}} }</style>", "<title>{{.Name.X}}</title>", "<!-- {{.Name.X}} -->", "<p>\n<b>\n{{index .L 9}}", "<p>{{.Name}}{{len 3}}</p>", "<script>f('{{len 3}}')</script>", "<a href=\"/?{{len 3}}\">", "<p>{{.Name.X | html}}</p>", "<p>{{len 3 | print}}</p>", "{{define \"r\"}}<b>{{.X}}</b>{{end}}<p>{{template \"r\" 3}}</p>", "{{define \"r\"}}{{.X}}{{end}}<a title=\"{{template \"r\" 3}}\">", "{{block \"r\" 3}}<b>{{.X}}</b>{{end}}", "{{define \"r\"}}{{.X}}{{end}}<script>{{template \"r\" 3}}</script>")
	t.about("what stood before is not printed")
	t.text(people, "before {{.Name}} {{.Name.X}} after", "{{range .L}}{{.}}{{index $.L .}}{{end}}", "{{template \"a\" .}}{{define \"a\"}}before{{len 3}}{{end}}")
}

func goldenDifferences(t *goldenTable) {
	type difference struct{ template, cError string }
	t.about("no complex numbers")
	for _, number := range []string{"1i", "1+2i", "1.5e3i", "0x1i", "-2i"} {
		t.refuse("text", "{{"+number+"}}", "", "complex numbers are not supported: \""+number+"\"")
		t.refuse("text", "{{print "+number+"}}", "", "complex numbers are not supported: \""+number+"\"")
	}
	t.about("a function in C looks at its arguments itself")
	for _, one := range []difference{
		{"{{.T.Format 1}}", "Format: Format: argument 1: expected string"},
		{"{{.T.Format nil}}", "Format: Format: argument 1: expected string"},
		{"{{.T.Format true}}", "Format: Format: argument 1: expected string"},
		{"{{.T.Format .T}}", "Format: Format: argument 1: expected string"},
		{"{{.T.Format .Missing}}", "Format: Format: argument 1: expected string"},
		{"{{1 | .T.Format}}", "Format: Format: argument 1: expected string"},
		{"{{.T.AddDate \"a\" 1 1}}", "AddDate: AddDate: argument 1: expected int; got string"},
		{"{{.T.AddDate 1.5 1 1}}", "AddDate: AddDate: argument 1: expected int; got float64"},
		{"{{.T.AddDate .F 1 1}}", "AddDate: AddDate: argument 1: expected int; got float64"},
		{"{{.T.Before 1}}", "Before: Before: argument 1: expected time.Time"},
		{"{{.T.Before nil}}", "Before: Before: argument 1: expected time.Time"},
		{"{{.T.Before .Missing}}", "Before: Before: argument 1: expected time.Time"},
		{"{{.T.Equal \"a\"}}", "Equal: Equal: argument 1: expected time.Time"},
	} {
		t.refuse("text", one.template, `{"T":{"$time":"2024-02-29T23:59:59Z"},"F":1.0}`, "executing \"t\": error calling "+one.cError)
	}
	t.about("a time has neither durations nor zones")
	for _, name := range []string{"GoString", "Add 1", "Sub .T", "Truncate 1", "Round 1", "Local", "Zone", "Date", "Clock", "ISOWeek", "wall", "ext", "loc"} {
		field, _, _ := strings.Cut(name, " ")
		t.refuse("text", "{{.T."+name+"}}", `{"T":{"$time":"2024-02-29T23:59:59Z"}}`, "executing \"t\": can't evaluate field "+field+" in type interface {}")
	}
	t.about("a loop in a template literal")
	t.refuse("html", "<script>x = `{{range 3}}${ {{end}}`</script>", `"x"`, "{{range}} branches end in different contexts: {stateJS delimNone urlPartNone jsCtxRegexp [0] attrNone elementScript <nil>}, {stateJS delimNone urlPartNone jsCtxRegexp [1] attrNone elementScript <nil>}")
	t.about("templates invoke each other a thousand times at most")
	t.refuse("text", "{{define \"r\"}}{{template \"r\"}}{{end}}{{template \"r\"}}", "", "executing \"r\": exceeded maximum template depth (1000)")
	t.refuse("html", "{{define \"r\"}}{{template \"r\"}}{{end}}{{template \"r\"}}", "", "executing \"r\": exceeded maximum template depth (1000)")
}
