package main

// The tables of functions: built-in ones, comparisons, printing and times.

func goldenBuiltins(t *goldenTable) {
	t.about("and, or, not")
	operands := []string{".Ok", ".No", ".Zero", ".Age", ".Empty", ".Name", ".Nil", ".Missing", ".L", ".E", "nil"}
	for _, a := range operands {
		t.text(people, "{{not "+a+"}}", "{{and "+a+"}}", "{{or "+a+"}}")
		for _, b := range operands {
			t.text(people, "{{and "+a+" "+b+"}}|{{or "+a+" "+b+"}}")
		}
	}
	t.text(people, "{{and}}", "{{or}}", "{{not}}", "{{not 1 2}}", "{{and 1 2 3}}", "{{and 1 0 3}}", "{{or 0 0 3}}", "{{or 0 \"\" nil}}", "{{and .No (index .L 9)}}", "{{or .Ok (index .L 9)}}", "{{and .Ok (index .L 9)}}", "{{or .No (index .L 9)}}", "{{and .No .Name.X}}", "{{or .Ok .Name.X}}", "{{and .No (len 3)}}", "{{.No | and .Ok}}", "{{.Ok | or .No}}", "{{.Ok | and .No}}", "{{index .L 9 | and .No}}", "{{1 | and}}", "{{1 | or}}", "{{0 | not}}", "{{and (or .No .Ok) (not .No)}}", "{{if and}}x{{end}}", "{{print (and 1 2) (or 0 2)}}", "{{and .Ok .Ok .Ok .Ok .Name}}", "{{or .No .No .No .No .Name}}", "{{and (1) (2)}}", "{{true | and 1 | or 0}}")
	t.about("len")
	t.text(people, "{{len .Name}}", "{{len \"\"}}", "{{len \"é\"}}", "{{len \"日本🎉\"}}", "{{len .L}}", "{{len .E}}", "{{len .M}}", "{{len .EM}}", "{{len .P}}", "{{len .Age}}", "{{len .F}}", "{{len .Ok}}", "{{len .Nil}}", "{{len .Missing}}", "{{len nil}}", "{{len}}", "{{len .L .L}}", "{{len 1}}", "{{len 1.5}}", "{{len true}}", "{{len 'a'}}", "{{len .}}", "{{len (print 1 2)}}", "{{.Name | len}}", "{{.L | len .M}}", "{{len (slice .L 1)}}", "{{len print}}", "{{len (len .Name)}}", "{{eq (len .Name) 3}}", "{{len `a\nb`}}")
	t.cross("text", []string{"{{len .}}"}, []string{`{"$html":"é<"}`, `{"$bytes":"AAEC"}`, `{"$bytes":""}`, `{"$time":"2024-05-06T07:08:09Z"}`, `{"$js":"x"}`, `[null]`, `"\u0000"`, `"\ud83c\udf89"`})
	t.about("index")
	t.text(people, "{{index .L 0}}", "{{index .L 2}}", "{{index .L 3}}", "{{index .L -1}}", "{{index .L 1.0}}", "{{index .L 1.5}}", "{{index .L \"1\"}}", "{{index .L true}}", "{{index .L nil}}", "{{index .L .Zero}}", "{{index .L .F}}", "{{index .L .Name}}", "{{index .L .Nil}}", "{{index .L .Missing}}", "{{index .L}}", "{{index}}", "{{index .L 0 0}}", "{{index .E 0}}", "{{index .M \"a\"}}", "{{index .M \"zz\"}}", "{{index .M \"zz\" \"y\"}}", "{{index .M 1}}", "{{index .M nil}}", "{{index .M true}}", "{{index .M .Name}}", "{{index .M .Nil}}", "{{index .M .Missing}}", "{{index .M 'a'}}", "{{index .M}}", "{{index .S \"T\"}}", "{{index .S \"T\" \"U\"}}", "{{index .S \"T\" \"U\" 0}}", "{{index .S \"T\" \"U\" 9}}", "{{index .S \"T\" \"X\" 0}}", "{{index .P 0 \"N\"}}", "{{index .P 0 \"N\" 0}}", "{{index .P 1 \"V\" 0}}", "{{(index .P 2).N}}", "{{index .Name 0}}", "{{index .Name 3}}", "{{index .Name -1}}", "{{index .Name 9}}", "{{index .Name \"a\"}}", "{{index \"é\" 0}}", "{{index \"abc\" 1}}", "{{index .Age 0}}", "{{index .F 0}}", "{{index .Ok 0}}", "{{index .Nil 0}}", "{{index .Nil}}", "{{index .Missing 0}}", "{{index .Missing}}", "{{index nil}}", "{{index nil 0}}", "{{index 1 2}}", "{{index .L 9223372036854775807}}", "{{index .L -9223372036854775808}}", "{{index .L 'a'}}", "{{0 | index .L}}", "{{\"a\" | index .M}}", "{{index .L (len .E)}}", "{{index . \"Name\"}}", "{{index . \"S\" \"T\" \"U\"}}", "{{index . \"P\" 1 \"N\"}}", "{{index (slice .L 1) 0}}", "{{index (index .P 0) \"N\"}}", "{{print (index .L 0) (index .L 1)}}", "{{index .L 0 | printf \"%03d\"}}", "{{index . .Name}}", "{{index .P 0 1}}", "{{index .P \"N\"}}", "{{index .EM \"a\"}}", "{{index .EM \"a\" 1}}")
	t.cross("text", []string{"{{index . 0}}", "{{index . 1}}", "{{index . 2}}", "{{index . \"k\"}}", "{{index . \"k\" \"k\"}}"}, []string{`{"$bytes":"YWI="}`, `{"$html":"ab"}`, `[null,[1]]`, `{"k":null}`, `{"k":{"k":"v"}}`, `[["k"],{"k":1}]`, `"é"`, `null`, `7`, `{"$time":"2024-05-06T07:08:09Z"}`})
	t.about("slice")
	t.text(people, "{{slice .L}}", "{{slice .L 0}}", "{{slice .L 1}}", "{{slice .L 3}}", "{{slice .L -1}}", "{{slice .L 0 0}}", "{{slice .L 0 1}}", "{{slice .L 1 2}}", "{{slice .L 2 1}}", "{{slice .L 4}}", "{{slice .L 0 4}}", "{{slice .L 0 1 4}}", "{{slice (slice .L 0 1) 0 2}}", "{{slice (slice .L 0 1) 0 4}}", "{{slice (slice .L 0 1) 0 5}}", "{{slice (slice .L 0 1 2) 0 3}}", "{{slice .L 0 3}}", "{{slice .L 3 3}}", "{{slice .L 0 5}}", "{{slice .L 0 -1}}", "{{slice .L 0 1 2}}", "{{slice .L 0 1 3}}", "{{slice .L 0 2 1}}", "{{slice .L 1 1 1}}", "{{slice .L 0 1 9}}", "{{slice .L 0 1 2 3}}", "{{slice .L 1.0 2}}", "{{slice .L 1.5}}", "{{slice .L \"1\"}}", "{{slice .L nil}}", "{{slice .L .Nil}}", "{{slice .L .Missing}}", "{{slice .L true}}", "{{slice}}", "{{slice nil}}", "{{slice nil 1}}", "{{slice .Nil}}", "{{slice .Missing 1}}", "{{slice .Name}}", "{{slice .Name 0}}", "{{slice .Name 1}}", "{{slice .Name 3}}", "{{slice .Name 4}}", "{{slice .Name 1 2}}", "{{slice .Name 2 1}}", "{{slice .Name 0 3}}", "{{slice .Name 0 4}}", "{{slice .Name 0 1 2}}", "{{slice .Name 0 1 2 3}}", "{{slice .Name -1}}", "{{slice \"é\" 0 1}}", "{{slice \"日本\" 3}}", "{{slice .M 1}}", "{{slice .M}}", "{{slice .Age 1}}", "{{slice .F 1}}", "{{slice .Ok}}", "{{slice .E}}", "{{slice .E 0}}", "{{slice .E 1}}", "{{slice .E 0 0}}", "{{slice .P 1}}", "{{slice (slice .L 1) 1}}", "{{slice (slice .L 0 1) 0 1}}", "{{1 | slice .L}}", "{{2 | slice .L 1}}", "{{slice .L 1 | len}}", "{{index (slice .L 1 2) 0}}", "{{range slice .L 1}}{{.}}{{end}}", "{{printf \"%v\" (slice .L 0 2)}}", "{{len (slice .Name 1)}}", "{{slice .S 1}}", "{{slice \"abc\" 'a'}}", "{{slice \"\" 0}}", "{{slice \"\" 1}}")
	t.cross("text", []string{"{{slice . 1}}", "{{slice . 0 1}}", "{{slice . 0 1 2}}", "{{slice . 0 2}}", "{{slice . 3}}", "{{slice (slice . 0 1) 0 3}}"}, []string{`{"$bytes":"YWJj"}`, `{"$bytes":"YQ=="}`, `{"$html":"a<b"}`, `{"$js":"abc"}`, `{"$time":"2024-05-06T07:08:09Z"}`, `[1,null,"x"]`, `"é"`})
	t.about("call")
	t.text(people, "{{call}}", "{{call .Name}}", "{{call .Nil}}", "{{call .Missing}}", "{{call nil}}", "{{call .Age 1}}", "{{call .L 1 2}}", "{{call \"a\"}}", "{{call 1}}", "{{.Name | call}}", "{{1 | call .Name}}", "{{call print}}", "{{call len .Name}}", "{{call (print)}}", "{{call .M}}", "{{call .S.T}}")
	t.about("names of functions")
	t.text(people, "{{print}}", "{{println}}", "{{printf}}", "{{html}}", "{{js}}", "{{urlquery}}", "{{eq}}", "{{ne}}", "{{lt}}", "{{le}}", "{{gt}}", "{{ge}}", "{{add 1 2}}", "{{break}}", "{{upper .Name}}", "{{print print}}", "{{print (print)}}", "{{len (len)}}", "{{print len}}", "{{_html_template_htmlescaper .Name}}", "{{_eval_args_ 1}}", "{{printf print}}", "{{printf (print \"%d\") 1}}", "{{print.X}}", "{{(print).X}}", "{{(print 1).X}}", "{{(len .L).X}}", "{{$f := print}}{{$f}}", "{{$print := 1}}{{$print}}{{print 2}}", "{{.print}}", "{{safeHTML .Name}}", "{{join .L}}")
}

func goldenComparisons(t *goldenTable) {
	const values = `{"i":3,"j":4,"f":3.0,"s":"a","u":"b","b":true,"z":null,"l":[1],"k":[1],"m":{"a":1},"t":{"$time":"2024-05-06T07:08:09Z"},"w":{"$time":"2025-01-01T00:00:00Z"},"x":{"$html":"a"},"y":{"$js":"a"},"q":{"$bytes":"YQ=="}}`
	t.about("pairs")
	kinds := []string{"3", "-3", "3.0", "2.5", `"a"`, `""`, "true", "false", "null", "[1]", `{"k":1}`, `{"$time":"2024-05-06T07:08:09Z"}`, `{"$time":"2025-01-01T00:00:00+02:00"}`, `{"$html":"a"}`, `{"$js":"a"}`, `{"$bytes":"YQ=="}`}
	for _, a := range kinds {
		for _, b := range kinds {
			t.text(`{"a":`+a+`,"b":`+b+`}`, "{{eq .a .b}}", "{{lt .a .b}}")
		}
		t.text(`{"a":`+a+`}`, "{{eq .a .Missing}}", "{{eq .Missing .a}}", "{{eq .a nil}}", "{{ne nil .a}}", "{{lt .a .Missing}}", "{{gt .Missing .a}}")
	}
	t.about("all six")
	pairs := [][2]string{{"1", "1"}, {"1", "2"}, {"2", "1"}, {"-1", "1"}, {"1.5", "1.5"}, {"1.5", "2.5"}, {"1", "1.0"}, {"1.0", "1"}, {"1", "1.5"}, {"\"a\"", "\"a\""}, {"\"a\"", "\"b\""}, {"\"b\"", "\"a\""}, {"\"a\"", "\"\""}, {"\"a\"", "\"A\""}, {"\"a\"", "\"ab\""}, {"\"é\"", "\"z\""}, {"true", "true"}, {"true", "false"}, {"true", "1"}, {"\"1\"", "1"}, {"'a'", "97"}, {"'a'", "\"a\""}, {"nil", "nil"}, {"nil", "1"}, {"1", "nil"}, {"\"\"", "nil"}, {"0.1", "0.1"}, {"-0.0", "0.0"}, {"9223372036854775807", "-9223372036854775808"}, {"1e3", "1000"}, {"1e300", "1e301"}}
	for _, pair := range pairs {
		for _, name := range []string{"eq", "ne", "lt", "le", "gt", "ge"} {
			t.text("", "{{"+name+" "+pair[0]+" "+pair[1]+"}}")
		}
	}
	for _, name := range []string{"ne", "le", "gt", "ge"} {
		t.text(values, expand([]string{"{{" + name + " .i §}}", "{{" + name + " § .i}}"}, ".i", ".j", ".f", ".s", ".b", ".z", ".l", ".t", ".x", ".Missing")...)
		t.text(values, expand([]string{"{{" + name + " .s §}}"}, ".s", ".u", ".x", ".q", ".i", ".z")...)
	}
	t.about("more than two")
	t.text(values, "{{eq 1 1 2}}", "{{eq 1 2 1}}", "{{eq 1 2 3}}", "{{eq 1 2 3 4 5 1}}", "{{eq \"a\" \"b\" \"a\"}}", "{{eq 1 \"a\" 1}}", "{{eq 1 1 \"a\"}}", "{{eq 1 2 \"a\"}}", "{{eq .l .k .l}}", "{{eq .i .i .l}}", "{{eq .z nil 1}}", "{{eq .i nil 3}}", "{{ne 1 2 3}}", "{{lt 1 2 3}}", "{{eq 1}}", "{{eq}}", "{{ne 1}}", "{{lt 1}}", "{{lt}}", "{{le 1}}", "{{gt 1}}", "{{ge 1}}", "{{1 | eq 1}}", "{{1 | eq}}", "{{2 | eq 1 2}}", "{{2 | lt 1}}", "{{1 | lt 2}}", "{{1 | lt}}", "{{not (eq 1 2)}}", "{{eq (eq 1 1) true}}", "{{eq (len .l) 1}}", "{{if eq .i 3}}y{{end}}", "{{if and (eq .i 3) (ne .s \"b\")}}y{{end}}", "{{if or (lt .i 3) (gt .i 2)}}y{{end}}", "{{eq .i 3 | not}}", "{{with eq .i 4}}y{{else}}n{{end}}", "{{eq .Missing .Other}}", "{{eq nil .z .Missing}}")
	t.about("incomparable")
	t.text(values, "{{eq .l 1}}", "{{eq 1 .l}}", "{{eq .l .m}}", "{{eq .m .m}}", "{{eq .m nil}}", "{{eq nil .m}}", "{{eq .l nil}}", "{{ne .l nil}}", "{{ne .l .l}}", "{{lt .l .l}}", "{{lt .m 1}}", "{{lt true false}}", "{{gt true false}}", "{{eq .q .q}}", "{{eq .q .s}}", "{{eq .t .s}}", "{{lt .t .w}}", "{{eq .x .s}}", "{{eq .x .y}}", "{{lt .x .s}}", "{{lt .x .y}}", "{{eq print print}}", "{{eq .l (slice .l 0)}}", "{{eq . .}}", "{{eq . 1}}")
}

func goldenPrintf(t *goldenTable) {
	const values = `{"I":42,"N":-42,"O":0,"B":1099511627776,"F":3.14159,"G":-2.5,"E":1e21,"S":"héllo","Q":"a\"b'c\n","T":true,"U":"","Z":null,"L":[1,-2],"M":{"k":"v","a":1.5},"H":{"$html":"<b>"},"D":{"$bytes":"AQL/PA=="},"W":["x",null,[true]],"X":"日本🎉"}`
	t.about("verbs")
	for _, argument := range []string{".I", ".N", ".F", ".S", ".T", ".Z", ".L", ".M", ".H", ".D", ".W"} {
		for _, verb := range "vTtbcdoOqxXUeEfFgGswyZ!" {
			// %v of it prints the same everywhere; a nil has no type.
			t.text(values, "{{printf \"%"+string(verb)+"\" "+argument+"}}")
		}
	}
	t.about("integers")
	flags := []string{"", "+", "-", " ", "0", "#", "+0", "-0", "#0", " 0", "+-", "#-", "+ "}
	for _, verb := range []string{"d", "x", "b", "o", "v", "q", "c", "U"} {
		for _, flag := range flags {
			t.text(values, "{{printf \"[%"+flag+verb+"] [%"+flag+"8"+verb+"] [%"+flag+".4"+verb+"] [%"+flag+"8.4"+verb+"]\" .I .N .I .N}}")
		}
	}
	for _, verb := range []string{"X", "O"} {
		t.text(values, expand([]string{"{{printf \"[%§" + verb + "] [%§9" + verb + "]\" .B .N}}"}, flags...)...)
	}
	t.text(values, expand([]string{"{{printf \"[%§] [%5§] [%-5§] [%05§] [%.0§] [%+§] [%#§]\" .O .O .O .O .O .O .O}}"}, "d", "x", "o", "b", "c", "q", "U", "v")...)
	t.about("floats")
	for _, verb := range []string{"f", "e", "g", "G", "v", "E", "F", "b", "x", "X"} {
		for _, flag := range flags {
			t.text(values, "{{printf \"[%"+flag+verb+"] [%"+flag+"12"+verb+"] [%"+flag+".2"+verb+"] [%"+flag+"12.3"+verb+"]\" .F .G .F .G}}")
		}
		t.text(values, expand([]string{"{{printf \"[%" + verb + "] [%.0" + verb + "] [%.1" + verb + "] [%#" + verb + "] [%+.10" + verb + "]\" § § § § §}}"}, "0.0", "-0.0", "1.0", "0.5", "1.5", "2.5", "0.05", "99.95", "999999.5", "1e6", "1e20", "1e21", "123456789.0", "1e-4", "1e-5", "1e100", "5e-324", "1.7976931348623157e308", "0.1", "100.0")...)
	}
	t.about("strings")
	for _, verb := range []string{"s", "q", "x", "X", "v"} {
		for _, flag := range []string{"", "-", "0", "#", "+", " ", "# ", "-0", "+#"} {
			t.text(values, "{{printf \"[%"+flag+verb+"] [%"+flag+"10"+verb+"] [%"+flag+".2"+verb+"] [%"+flag+"10.3"+verb+"] [%"+flag+".0"+verb+"]\" .S .Q .X .S .S}}")
		}
	}
	t.text(values, expand([]string{"{{printf \"[%§] [%-9§] [%9.2§]\" .U .H .D}}", "{{printf \"[%§]\" \"\\x00\\x7f\\u00a0\\u200b\\u2028\\ufeff\\U0001F389\"}}", "{{printf \"[%§]\" \"\\t\\n\\\"'`\\\\\"}}", "{{printf \"[%§]\" \"\\xff\\xc3(\\xed\\xa0\\x80\"}}"}, "s", "q", "+q", "#q", "x", "X", "# x", "% X", "v", "#v", "+v")...)
	t.about("characters")
	t.text(values, expand([]string{"{{printf \"[%§] [%5§] [%-5§] [%05§]\" 'a' 'é' '🎉' 'x'}}", "{{printf \"[%§]\" 0}}", "{{printf \"[%§]\" 10}}", "{{printf \"[%§]\" 127}}", "{{printf \"[%§]\" 160}}", "{{printf \"[%§]\" 0x200b}}", "{{printf \"[%§]\" 0xd800}}", "{{printf \"[%§]\" 0x10ffff}}", "{{printf \"[%§]\" 0x110000}}", "{{printf \"[%§]\" -1}}", "{{printf \"[%§]\" 1099511627776}}", "{{printf \"[%§]\" 39}}"}, "c", "q", "U", "#U", "+q", "#q")...)
	t.about("booleans")
	t.text(values, expand([]string{"{{printf \"[%§] [%7§] [%-7§] [%07§]\" true false true false}}"}, "t", "v", "#v", "d", "s", "q")...)
	t.about("lists and maps")
	t.text(values, expand([]string{"{{printf \"%§\" .L}}", "{{printf \"%§\" .M}}", "{{printf \"%§\" .W}}"}, "d", "5d", "05d", "-5d|", "+d", "x", "#x", "X", "q", "s", "v", "+v", "#v", "6.2f", "t", "T", "c", "U", "8v", "-8v|", "o")...)
	t.about("bytes")
	t.text(values, expand([]string{"{{printf \"%§\" .D}}"}, "d", "5d", "x", "X", "# x", "% X", "#x", "s", "q", "+q", "#q", "v", "+v", "#v", "8s", "-8s|", ".2s", ".2x", "c", "b", "o", "U", "T", "t", "f", "08d")...)
	t.about("argument indexes")
	t.text(values, "{{printf \"%[1]d\" 1 2}}", "{{printf \"%[2]d %[1]d\" 1 2}}", "{{printf \"%[2]d\" 1 2}}", "{{printf \"%[2]d %d\" 1 2 3}}", "{{printf \"%[3]d\" 1 2}}", "{{printf \"%[0]d\" 1}}", "{{printf \"%[-1]d\" 1}}", "{{printf \"%[x]d\" 1}}", "{{printf \"%[]d\" 1}}", "{{printf \"%[1d\" 1}}", "{{printf \"%[1]\" 1}}", "{{printf \"%[1]d %[1]x %[1]q\" 65}}", "{{printf \"%d %d %#[1]x %#x\" 16 17}}", "{{printf \"%[1]*d\" 5 7}}", "{{printf \"%[2]*[1]d|\" 7 5}}", "{{printf \"%[3]*.[2]*[1]f|\" 12.0 2 6}}", "{{printf \"%6.2f|%[1]v\" 12.0}}", "{{printf \"%.[2]*f\" 1.5 3}}", "{{printf \"%[2]*d\" 1 2}}", "{{printf \"%[5]*d\" 1 2}}", "{{printf \"%[1]d %d %d\" 1 2 3}}", "{{printf \"%d %[3]d %d\" 1 2 3}}", "{{printf \"%[99999999999]d\" 1}}", "{{printf \"%[ 1]d\" 1}}", "{{printf \"%[1]%\" 1}}", "{{printf \"%[1]s %[2]s\" \"a\"}}", "{{printf \"%[2]s\" \"a\"}}", "{{printf \"%[1]-5d|\" 3}}", "{{printf \"%-[1]5d|\" 3}}", "{{printf \"%5[1]d|\" 3}}", "{{printf \"%.[1]3f|\" 1.5}}", "{{printf \"%.3[1]f|\" 1.5}}")
	t.about("widths from arguments")
	t.text(values, "{{printf \"%*d|\" 5 42}}", "{{printf \"%-*d|\" 5 42}}", "{{printf \"%*d|\" -5 42}}", "{{printf \"%0*d|\" 5 42}}", "{{printf \"%.*f|\" 2 3.14159}}", "{{printf \"%*.*f|\" 8 2 3.14159}}", "{{printf \"%.*f|\" -2 3.14159}}", "{{printf \"%*s|\" 6 \"ab\"}}", "{{printf \"%.*s|\" 1 \"ab\"}}", "{{printf \"%*d\" \"a\" 1}}", "{{printf \"%*d\" 1.5 1}}", "{{printf \"%.*d\" \"a\" 1}}", "{{printf \"%*d\" 5}}", "{{printf \"%*d\"}}", "{{printf \"%*d\" 100000001 1}}", "{{printf \"%.*d\" 100000001 1}}", "{{printf \"%*d|\" .I .N}}", "{{printf \"%*d|\" .Z 1}}", "{{printf \"%*d|\" true 1}}", "{{printf \"%-*s|%*s|\" 4 \"a\" 4 \"b\"}}")
	t.about("malformed")
	t.text(values, "{{printf \"\"}}", "{{printf \"%\"}}", "{{printf \"a%\"}}", "{{printf \"%%\"}}", "{{printf \"%%\" 1}}", "{{printf \"%5%\"}}", "{{printf \"%-5%|\"}}", "{{printf \"%!\"}}", "{{printf \"%!\" 1}}", "{{printf \"%z\" 1}}", "{{printf \"%z\"}}", "{{printf \"%d\"}}", "{{printf \"%d %d\" 1}}", "{{printf \"%d\" 1 2}}", "{{printf \"\" 1}}", "{{printf \"x\" 1 \"a\" nil}}", "{{printf \"%d\" \"a\"}}", "{{printf \"%s\" 1}}", "{{printf \"%d\" 1.5}}", "{{printf \"%f\" 1}}", "{{printf \"%t\" 1}}", "{{printf \"%s\" nil}}", "{{printf \"%d\" nil}}", "{{printf \"%v\" nil}}", "{{printf \"%s\" true}}", "{{printf \"%x\" true}}", "{{printf \"%é\" 1}}", "{{printf \"%日\" 1}}", "{{printf \"% \" 1}}", "{{printf \"%#\" 1}}", "{{printf \"%+\" 1}}", "{{printf \"%-\" 1}}", "{{printf \"%0\" 1}}", "{{printf \"%5\" 1}}", "{{printf \"%.\" 1}}", "{{printf \"%.5\" 1}}", "{{printf \"%5.\" 1}}", "{{printf \"%100000001d\" 1}}", "{{printf \"%.100000001d\" 1}}", "{{printf \"%1.2.3d\" 1}}", "{{printf \"%--5d|\" 1}}", "{{printf \"%++d\" 1}}", "{{printf \"%5 d\" 1}}", "{{printf \"%5-d\" 1}}", "{{printf \"%.-5d\" 1}}", "{{printf \"%.+5d\" 1}}", "{{printf \"%h\" 1}}", "{{printf \"%l\" 1}}", "{{printf \"%ld\" 1}}", "{{printf \"%n\" 1}}", "{{printf \"%i\" 1}}", "{{printf \"%u\" 1}}", "{{printf \"%a\" 1}}", "{{printf \"%s\" .L}}", "{{printf \"%d\" .S}}", "{{printf \"%d\" .M}}", "{{printf \"%!d\" 1}}", "{{printf \"100%\"}}", "{{printf \"100% d\" 1}}", "{{printf \"%w\" 1}}", "{{printf \"%v %v\" 1}}", "{{printf \"%v\" 1 .L}}", "{{printf \"%d%%\" 5}}", "{{printf \"%d\\n\" 5}}", "{{printf \"%s\\x00%s\" \"a\" \"b\"}}")
	t.about("the format itself")
	t.text(values, "{{printf}}", "{{printf 1}}", "{{printf 1.5}}", "{{printf true}}", "{{printf nil}}", "{{printf .S}}", "{{printf .I}}", "{{printf .Z}}", "{{printf .Missing}}", "{{printf .H}}", "{{printf .L}}", "{{printf .D}}", "{{printf `%d` 1}}", "{{printf (print \"%\" \"d\") 1}}", "{{printf .U}}", "{{printf \"é%dé\" 1}}", "{{\"%d\" | printf}}", "{{1 | printf}}", "{{1 | printf \"%d\"}}", "{{.S | printf \"%s\"}}", "{{printf \"%v\" .Missing}}", "{{printf \"%s\" .Missing}}", "{{printf \"%d\" .Missing}}", "{{printf \"%v|%v\" .Missing .Z}}", "{{printf \"%q\" .Z}}", "{{printf \"%x\" .Z}}", "{{printf \"%#v\" .Z}}", "{{printf \"%T\" .Z}}", "{{printf \"%T\" .Missing}}", "{{printf \"%T\" nil}}", "{{printf \"%5v|\" nil}}", "{{printf \"%05v|\" nil}}", "{{printf \"%v\" .}}")
	t.about("printf in a page")
	t.html(values, "{{printf \"<%s>\" .S}}", "<a title=\"{{printf \"%q\" .Q}}\">", "<a href=\"/{{printf \"%03d\" .I}}?a={{printf \"%s b\" .S}}\">", "<script>x = {{printf \"%d\" .I}}</script>", "<script>x = {{printf \"%q\" .Q}}</script>", "<script>x = '{{printf \"%q\" .Q}}'</script>", "<p style=\"width: {{printf \"%d\" .I}}px\">", "<p style=\"width: {{printf \"%.1f\" .F}}px\">", "{{printf \"%v\" .H}}", "{{printf \"%s\" .H}}", "{{.S | printf \"%s<\"}}", "<p title={{printf \"%s x\" .S}}>", "<style>a { width: {{printf \"%d%%\" .I}} }</style>")
}

func goldenPrint(t *goldenTable) {
	const values = `{"I":1,"F":1.5,"S":"a","T":true,"Z":null,"L":[1,"b"],"M":{"k":1},"H":{"$html":"h"},"D":{"$bytes":"AQI="},"W":{"$time":"2024-05-06T07:08:09Z"}}`
	t.about("pairs")
	names := []string{".I", ".F", ".S", ".T", ".Z", ".L", ".M", ".H", ".D", ".W", "nil", ".Missing", "\"\"", "1", "'a'"}
	for _, a := range names {
		for _, b := range names {
			t.text(values, "{{print "+a+" "+b+"}}|{{println "+a+" "+b+"}}|")
		}
	}
	t.about("one and many")
	t.text(values, "{{print}}|", "{{println}}|", "{{print 1}}|", "{{println 1}}|", "{{print \"\"}}|", "{{println \"\"}}|", "{{print \"a\" \"b\" \"c\"}}", "{{print 1 2 3}}", "{{print \"a\" 1 \"b\" 2}}", "{{print 1 \"a\" 2}}", "{{print 1 2 \"a\" 3 4}}", "{{println \"a\" \"b\" \"c\"}}", "{{println 1 2 3}}", "{{println \"a\" 1 \"b\"}}", "{{print .}}", "{{println .}}", "{{print nil nil nil}}", "{{print .Z .Z}}", "{{print .Missing}}", "{{print true false}}", "{{print 1.0 2.50 1e6 1e21 -0.0}}", "{{print 'a' 'b'}}", "{{print (print 1 2) (print 3)}}", "{{print \"a \" \" b\"}}", "{{print \"\\n\" \"\\n\"}}", "{{println \"\\n\"}}", "{{.I | print 2}}", "{{.S | print \"x\"}}", "{{.S | println}}", "{{println .S | len}}", "{{print `a` `b`}}", "{{print -1 +1}}", "{{print 0x10 0b11 0o17 1_000}}", "{{print .L.X}}")
	t.about("numbers")
	t.cross("text", []string{"{{.}} {{print .}} {{printf \"%v\" .}}"}, []string{"0", "-1", "9223372036854775807", "-9223372036854775808", "9223372036854775808", "1.0", "1.50", "100000.0", "1e5", "1e20", "1e21", "123456789.0", "1234567.0", "21e5", "0.1", "0.0001", "0.00001", "1e-7", "-0.0", "2.5e22", "1e100", "5e-324", "1.7976931348623157e308", "0.30000000000000004", "3.0000000000000004", "1e+2", "12345678901234567890", "1E2", "-1e-2", "4.35", "1e23", "9007199254740993.0", "123456.789"})
	t.about("in a page")
	t.html(values, "{{print .S .S}}", "{{println .S}}", "{{print \"<\" .I}}", "<a title=\"{{print .S \"\\\"\" .I}}\">", "<script>x = {{print .S .I}}</script>", "<script>x = {{println .S}}</script>", "<a href=\"{{print \"/a b/\" .I}}\">", "{{print .H}}", "{{print .H \"<\"}}", "{{print .L}}", "{{print .Z}}", "{{print .Missing}}", "{{print nil}}", "{{println nil}}", "<p title={{print .S .S}}>")
}

func goldenNestedValues(t *goldenTable) {
	data := []string{`[]`, `{}`, `[[]]`, `[{}]`, `{"a":[]}`, `{"a":{}}`, `[1,2,3]`, `["a","b c",""]`, `[null]`, `[null,null]`, `{"a":null}`, `{"b":1,"a":2}`, `{"b":[1,{"x":null}],"a":{"z":"q","y":2.5}}`, `[[1,[2,[3,[4]]]]]`, `{"a":{"b":{"c":{"d":1}}}}`, `[true,false]`, `[1.5,-0.25,1e21,100000.0]`, `[9223372036854775807]`, `["<b>&\"'"]`, `{"<k>":"<v>"}`, `{"":""}`, `{" ":" "}`, `{"10":1,"9":2,"a":3,"A":4,"é":5}`, `[{"$html":"<b>"}]`, `{"h":{"$js":"x"},"t":{"$time":"2024-05-06T07:08:09.5Z"}}`, `[{"$bytes":"AQL/"}]`, `[{"$time":"2024-05-06T07:08:09+02:00"}]`, `[[{"a":[{"b":1}]}]]`, `["é","日本","🎉"]`, `["\u0000\u0007\u001b","\n\t"]`, `[0,"",false,null,[],{}]`, `{"x":[[1,2],[3,4]],"y":[{"z":1},{"z":2}]}`, `[{"$url":"a b"},{"$css":"x"},{"$attr":"y"},{"$srcset":"z"},{"$jsstr":"w"}]`, `{"a":{"$bytes":""},"b":""}`, `"plain"`, `{"k":"a\nb"}`}
	t.about("printed")
	t.cross("text", []string{"{{.}}", "{{print .}}", "{{println .}}", "{{printf \"%v\" .}}", "{{printf \"%+v\" .}}", "{{printf \"%#v\" .}}", "{{printf \"%s\" .}}", "{{printf \"%q\" .}}", "{{printf \"%x\" .}}", "{{printf \"%6v|\" .}}", "{{printf \"%T\" .}}", "{{html .}}", "{{js .}}", "{{urlquery .}}"}, data)
	t.about("in a page")
	t.cross("html", []string{"<p>{{.}}</p>", "<p title=\"{{.}}\">", "<p title={{.}}>", "<a href=\"/?q={{.}}\">", "<script>x = {{.}}</script>", "<script>x = \"{{.}}\"</script>", "<p style=\"a: {{.}}\">"}, data)
}

func goldenTime(t *goldenTable) {
	times := wrapped("$time", "2006-01-02T15:04:05Z", "2024-02-29T23:59:59.999999999Z", "2021-12-31T00:00:00.5+01:00", "1999-07-04T12:30:00-07:00", "0001-01-01T00:00:00Z", "1969-12-31T23:59:59Z", "9999-12-31T23:59:59Z", "2024-01-01T00:00:00.000001+05:30")
	layouts := []string{"Mon Jan _2 15:04:05 2006", "Mon Jan _2 15:04:05 MST 2006", "Mon Jan 02 15:04:05 -0700 2006", "02 Jan 06 15:04 MST", "02 Jan 06 15:04 -0700", "Monday, 02-Jan-06 15:04:05 MST", "Mon, 02 Jan 2006 15:04:05 MST", "Mon, 02 Jan 2006 15:04:05 -0700", "2006-01-02T15:04:05Z07:00", "2006-01-02T15:04:05.999999999Z07:00", "3:04PM", "3:04pm", "Jan _2 15:04:05", "Jan _2 15:04:05.000", "Jan _2 15:04:05.000000", "2006-01-02 15:04:05", "2006-01-02", "15:04:05", "01/02/06", "1/2/06", "Monday", "Mon", "January", "Jan", "1", "01", "2", "_2", "02", "002", "__2", "15", "3", "03", "4", "04", "5", "05", "2006", "06", "PM", "pm", "MST", "Z0700", "Z070000", "Z07", "Z07:00", "Z07:00:00", "-0700", "-070000", "-07", "-07:00", "-07:00:00", ".000", ",000", "05.000", "05,000", "05.999", "05,999", "05.0", "05.9", "05.000000000", "05.999999999", "15.000", "2006.000", "", "x", "é", "20060102150405", "Januar", "Mond", "Monday Mon", "JanuaryJan", "jan", "MON", "_2006", "__2006", "_20060", "2 of 12", "12:34", "15h04m05s", "Day 2", "0", "00", "7", "07", "+0700", "+07:00", "Z", "Z0", "PMpm", "Mont", "Janet", "0102", "010203", "\\n", "<b>Jan</b>", "2006-W01", "1 _1 01 11"}
	t.about("layouts")
	for _, layout := range layouts {
		for _, one := range times[:5] {
			t.text(one, "{{.Format \""+layout+"\"}}")
		}
	}
	t.about("members")
	t.cross("text", []string{"{{.}}", "{{print .}}", "{{.String}}", "{{.Year}} {{.Month}} {{.Day}} {{.Weekday}} {{.YearDay}}", "{{.Hour}} {{.Minute}} {{.Second}} {{.Nanosecond}}", "{{.Unix}} {{.UnixMilli}} {{.UnixMicro}}", "{{.UnixNano}}", "{{.IsZero}}", "{{.UTC}}", "{{.UTC.Hour}}", "{{.AddDate 0 0 1}}", "{{.AddDate 1 1 1}}", "{{.AddDate 0 -1 0}}", "{{.AddDate 0 13 31}}", "{{(.AddDate 0 1 0).Format \"2006-01-02\"}}", "{{.Before .}}{{.After .}}{{.Equal .}}{{.Compare .}}", "{{.Before (.AddDate 0 0 1)}}{{.After (.AddDate 0 0 1)}}{{.Equal .UTC}}{{.Compare (.AddDate 0 0 1)}}", "{{printf \"%v\" .}}", "{{printf \"%s\" .}}", "{{printf \"%40s|%-40s|\" . .}}", "{{printf \"%q\" .}}", "{{printf \"%d\" .Year}}", "{{printf \"%02d\" .Month}}", "{{printf \"%s %v %d\" .Weekday .Weekday .Weekday}}", "{{printf \"%s %v %d\" .Month .Month .Month}}", "{{html .}}", "{{urlquery .}}", "{{js .}}", "{{len .String}}", "{{eq . .}}", "{{eq .Year 2024}}", "{{lt .Year 2024}}", "{{if .}}y{{end}}", "{{with .}}{{.Year}}{{end}}", "{{$t := .}}{{$t.Year}}", "{{.Format \"2006\" | len}}", "{{\"2006\" | .Format}}", "{{.Year | printf \"%05d\"}}", "{{print .Month .Year}}", "{{print .Weekday \"x\"}}", "{{eq .Month 2}}", "{{lt .Month 6}}", "{{.Month.String}}", "{{.Weekday.String}}", "{{printf \"%T %T %T\" . .Month .Weekday}}", "{{printf \"%x\" .String}}"}, times)
	t.about("in a page")
	t.cross("html", []string{"<p>{{.}}</p>", "<p title=\"{{.}}\">", "<time datetime=\"{{.Format \"2006-01-02T15:04:05Z07:00\"}}\">{{.Format \"Jan 2\"}}</time>", "<script>x = {{.}}</script>", "<script>x = {{.Unix}}, y = {{.Month}}, z = {{.Weekday}}</script>", "<script>x = \"{{.}}\"</script>", "<a href=\"/{{.Year}}/{{.Month}}\">", "<a href=\"/?t={{.}}\">", "<p style=\"width: {{.Year}}px\">", "<p title={{.}}>"}, times[:4])
	t.about("refused")
	t.text(times[1], "{{.Format}}", "{{.Format \"a\" \"b\"}}", "{{.Year 1}}", "{{.Nope}}", "{{.Year.X}}", "{{.AddDate}}", "{{.AddDate 1}}", "{{.AddDate 1 2}}", "{{.AddDate 1.0 1e0 1}}", "{{.AddDate 1 2 3 4}}", "{{.Before}}", "{{.format \"a\"}}", "{{1 | .Year}}", "{{index . 0}}", "{{len .}}", "{{range .}}{{end}}", "{{slice . 1}}", "{{lt . .}}", "{{eq . 1}}", "{{call .Year}}", "{{.Month.X}}", "{{.Weekday.X}}", "{{.Unix.X}}", "{{printf \"%T %T %T\" .Unix .UnixNano .Year}}")
	t.cross("text", []string{"{{.Format \"2006\"}}", "{{$.Format \"2006\"}}", "{{with .}}{{.Format \"\"}}{{end}}"}, []string{`"s"`, `""`, `1`, `null`, `[1]`, `{"Format":"x"}`})
	t.text(`{"T":{"$time":"2024-05-06T07:08:09Z"},"U":{"$time":"2025-01-01T00:00:00+02:00"}}`, "{{.T.Before .U}}", "{{.T.After .U}}", "{{.T.Equal .U}}", "{{.T.Compare .U}}", "{{.U.Compare .T}}", "{{eq .T .U}}", "{{.T.Format \"15:04\"}} {{.U.Format \"15:04\"}}", "{{.T.Nope}}", "{{.T.Year.X}}", "{{.T.Format}}", "{{range .}}{{.Year}} {{end}}", "{{.U.UTC}}", "{{(.U.UTC).Format \"2006-01-02 15:04 MST\"}}", "{{.T}}{{.U}}", "{{print .T .U}}", "{{.}}", "{{printf \"%v\" .}}")
}

func goldenEscapingFunctions(t *goldenTable) {
	texts := quoted("", "plain", "a b", "<b>&\"'</b>", "&amp;", "a+b=c", "a%20b", "/?a=b&c=d#e", "é日🎉", "\x00", "\n\r\t", "\\", "`", "{}", "=", "\u2028\u2029", "\u00a0\u200b\ufeff", "javascript:alert(1)", "</script>", "<!--", "-->", "]]>", "~-._!*'()", "\x01\x1f\x7f", "a;b,c@d:e$f", "[]|^\"")
	others := []string{"1", "-2.5", "true", "null", "[1,\"<\"]", `{"a":"<"}`, `{"$html":"<b>&"}`, `{"$js":"<'"}`, `{"$url":"a b"}`, `{"$bytes":"PCY="}`, `{"$time":"2024-05-06T07:08:09Z"}`}
	t.about("text")
	t.cross("text", []string{"{{html .}}", "{{js .}}", "{{urlquery .}}", "{{. | html | js}}", "{{. | js | html}}", "{{. | urlquery | html}}", "{{html . 1 .}}", "{{js . .}}", "{{urlquery . 2}}"}, append(texts, others...))
	t.about("in a page")
	t.cross("html", []string{"<p>{{. | html}}</p>", "<p>{{html .}}</p>", "<p title=\"{{. | html}}\">", "<p>{{. | urlquery}}</p>", "<a href=\"{{. | urlquery}}\">", "<a href=\"/?q={{. | urlquery}}\">", "<p>{{. | js}}</p>", "<script>x = '{{. | js}}'</script>", "<p>{{. | html | print}}</p>", "<a href=\"{{urlquery .}}\">", "<p>{{print . | html}}</p>"}, append(texts[:8:8], others...))
	t.about("refused in a page")
	t.html(`"<"`, "<p title={{. | html}}>", "<p title={{html .}}>", "<p title={{. | urlquery}}>", "<script>{{. | html}}</script>", "<script>{{. | urlquery}}</script>", "<style>{{. | html}}</style>", "<p style=\"{{. | html}}\">", "<a onclick=\"{{. | html}}\">", "{{. | html | js}}", "{{. | urlquery | print}}", "{{html . | print}}", "{{$x := . | html}}{{$x}}", "{{$x := html . | print}}{{$x}}", "{{if . | html}}y{{end}}", "{{if html . | print}}y{{end}}", "{{with . | html | print}}y{{end}}", "{{range . | html | len}}y{{end}}", "{{template \"a\" . | html | print}}{{define \"a\"}}{{.}}{{end}}", "{{. | print | html}}", "{{print (html .)}}", "{{(html .) | print}}", "{{print (. | html)}}", "<p title='{{. | html}}'>", "<a href={{. | urlquery}}>", "<title>{{. | html}}</title>", "<textarea>{{html .}}</textarea>", "<!-- {{. | html}} -->", "<a {{. | html}}>", "<a {{. | html}}=\"x\">", "{{html}}", "{{js}}", "{{urlquery}}", "{{html nil}}", "{{_html_template_htmlescaper .}}", "{{. | _html_template_htmlescaper}}")
}
