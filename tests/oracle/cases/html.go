package cases

// HTML: elements, attributes of every type and quoting, texts. Every piece ends in the place where it began, unless
// it is one of the few odd ones.

import "strings"

var (
	elementNames = []string{"p", "div", "span", "a", "b", "li", "ul", "td", "tr", "table", "form", "input", "button", "img",
		"br", "hr", "svg", "path",
		"math", "mi", "noscript", "iframe", "object", "embed", "video", "template", "select", "option", "label", "body",
		"head", "html", "link",
		"base", "meta", "x-y", "h1", "h1a", "svg:a", "foreignObject", "xmp", "plaintext", "noembed", "noframes", "textarea2",
		"scripts", "s", "A",
		"frameset", "slot", "dialog", "details", "x:y:z", "use"}
	plainNames = []string{"title", "alt", "class", "id", "value", "name", "placeholder", "lang", "dir", "data-x",
		"aria-label", "width", "for",
		"data-lvt-key", "role", "tabindex", "x", "xml:lang", "a.b", "@click", ":bind", "v-on:click", "[prop]", "(event)",
		"_", "é", "data-",
		"xmlns:a", "a1", "lvt-click", "srcdoc", "colspan", "abbr", "datetime", "label", "max", "scope", "summary", "#ref",
		"*ngIf", "a$b"}
	urlNames = []string{"href", "src", "action", "cite", "formaction", "poster", "background", "data", "longdesc",
		"manifest", "profile", "usemap",
		"icon", "codebase", "classid", "archive", "xmlns", "xlink:href", "data-src", "data-href", "data-uri", "my-url",
		"data-action", "urlx", "x:href",
		"data-my:src", "xml:base", "ping", "data-source", "imguri", "lowsrc", "dynsrc"}
	unsafeNames = []string{"type", "rel", "content", "charset", "http-equiv", "async", "defer", "accept-charset",
		"crossorigin", "form", "formenctype",
		"enctype", "method", "formmethod", "language", "pattern", "sandbox", "keytype", "challenge", "novalidate",
		"formnovalidate", "target",
		"data-type", "http:rel", "data-content", "pubdate", "open", "required"}
	scriptNames = []string{"onclick", "ONLOAD", "onError", "on", "onx", "data-onclick", "onmouseover", "xml:onclick",
		"on-click", "onclick2"}
	styleNames  = []string{"style", "STYLE", "data-style", "svg:style", "sTyLe"}
	scriptTypes = []string{"", "", "", "", "", " type=module", " type=\"text/javascript\"", " type=\"text/template\"",
		" type='application/json'",
		" type=\"application/ld+json\"", " type=\"text/ecmascript; charset=utf-8\"", " TYPE=Text/JavaScript",
		" type=importmap", " type", " type=\"\"",
		" async", " src=\"/x.js\" defer", " nonce='{{.Y}}'", " type=\" text/javascript \"", " type=\"text/x-handlebars\"",
		" type=text/html",
		" language=javascript", " type=\"application/javascript;version=1.8\"", " data-type=\"text/template\"",
		" type=\"MODULE\"", " type=speculationrules",
		" type=\"text&#47;template\"", " type=\"x\" type=\"module\""}
	htmlTexts = []string{"x", "some words", " ", "\n", "\r\n", "é", "日本", "a & b", "&amp;", "&lt;b&gt;", "&#39;", "1 < 2",
		"a>b", "\"", "'", "`", "<3", "< b", "=",
		"--", "]]>", "-->", "\t", "\u00a0", "\u2028", ",", ".", ";", "/", "\\", "$", "${a}", "{", "}", "{ }", "%", "&nbsp",
		"&", "&#", "</ p>", "\u0000", "\ufeff"}
	htmlOdd = []string{"<!doctype html>", "<!DOCTYPE html PUBLIC \"-//W3C//DTD\">", "<?xml version=\"1.0\"?>",
		"<![CDATA[ x ]]>", "<!x>", "<", "</", "<!", "<1",
		"</>", "<>", "<br/>", "<br / >", "</p >", "</p x=1>", "</SCRIPT>", "</script\n>", "</style>", "</textarea>",
		"</title/>", "<a/b>", "<a b/c>", "<a\fb>",
		"<a\u00a0b>", "<p\n\tid\n=\n\"x\"\n>", "<a =b>", "<a \"b>", "<a 'b'>", "<a b=c\"d>", "<a b=`c`>", "<p/id=x>", "<!--",
		"<!-->", "<!--->x-->", "<!-- a --!> b -->",
		"<!---->", "<!-- <p> -->", "<!--[if IE]> <![endif]-->", "<a href=x / >", "<a href=/>", "<a a=1a=2>", "<script/>",
		"<svg><style>x</style></svg>", "<sCrIpT ></ScRiPt >",
		"<iframe srcdoc=\"<p>&lt;b>{{.X}}</p>\"></iframe>", "<noscript><img src={{.Y}}></noscript>", "<a b=\"x\"c='y'd>",
		"<a b = \"x\" c= 'y' d =z>", "<p\x00x>",
		"<textarea><b></textarea >", "<title></b></title>", "<template><script>{{.X}}</script></template>",
		"<math><mi xlink:href=\"{{.Y}}\"/></math>", "<style/>", "<a{{.X}}>",
		"<{{.Y}}>", "</{{.Y}}>", "<a {{.Y}}={{.Y}}>", "<a b={{.X}}c>", "<a b={{.X}}/>", "<a b= {{.X}} >",
		"<a href={{.Y}}{{.X}}>", "<a {{.X}}{{.Y}}>", "<a on{{.Y}}=x>",
		"<a b=\"{{.X}}", "<a b='{{.X}}\">", "<a b=x'y>", "<a b=x=y>", "<a b=<>", "<p {{if .B}}a{{else}}b{{end}}=\"x\">",
		"<p a{{if .B}}b{{end}}=\"{{.X}}\">",
		"<p {{if .B}}href{{else}}title{{end}}=\"{{.X}}\">", "<p {{if .B}}href=\"{{else}}title=\"{{end}}{{.X}}\">",
		"<p {{if .B}}a='{{.X}}'{{end}} b>",
		"<input{{if .B}} checked{{end}}>", "<input {{if .B}}checked{{end}}>", "<a {{range .K}}{{.}} {{end}}>",
		"<a b=\"{{if .B}}\" c=\"{{end}}x\">",
		"<a href=\"{{if .B}}/a{{else}}/b?c={{end}}{{.X}}\">", "<a href=\"{{.U}}{{if .B}}?{{else}}#{{end}}{{.X}}\">",
		"<p a={{if .B}}x{{end}}>", "<p a={{if .B}}x{{else}}y{{end}} b>",
		"<script>{{if .B}}x{{else}}y = {{end}}/a/</script>", "<script>{{.X}} / {{.Y}} / 2</script>",
		"<script>{{range .K}}{{.}},{{end}}</script>", "{{if .B}}<b>{{else}}<i>{{end}}",
		"{{if .B}}<a href=\"{{else}}<a href='{{end}}", "<style>{{.X}}{ {{.Y}}: {{.Z}} }</style>",
		"<a style=\"{{if .B}}color{{end}}: {{.X}}\">"}
	attributeOdd = []string{" \"", " '", " =x", " a==\"b\"", " a=\"b\"\"c\"", " /", " / ", " a/b", " <", " \x00", " a=b/c",
		" a=/", " `", " a\u00a0=b", " a=\"b\"c=\"d\"", "\n", "  ", "\t", "\f", "\r",
		" =\"{{.X}}\"", " {{.X}}=\"{{.Y}}\"", " {{.X}}", " a{{.X}}=\"y\"", " {{.Y}}a='{{.X}}'", " data-{{.Y}}=\"{{.X}}\"",
		" on{{.Y}}=\"{{.X}}\"", " {{.H}}", " style{{.Y}}=\"{{.X}}\"", " a={{.X}} {{.Y}}",
		" a={{.X}}b", " a=b{{.X}}", " {{if .B}}a{{end}}b=c", " a{{if .B}} b{{end}}", " a={{if .B}}\"x\"{{else}}'y'{{end}}",
		" a=\"{{if .B}}x\"{{else}}y\"{{end}}", " a={{- .X -}} b", " {{template \"a\" .}}"}
	entities = []string{"&quot;", "&#34;", "&#x22;", "&#39;", "&apos;", "&#X27;", "&amp;", "&lt;", "&gt;", "&sol;", "&#47",
		"&num;", "&quest;", "&colon;", "&#58;", "&lpar;", "&rpar;", "&NewLine;", "&Tab;", "&amp",
		"&notit;", "&comma;", "&semi;", "&equals;", "&#0;", "&#x80;", "&bsol;", "&grave;", "&dollar;", "&lcub;", "&fjlig;",
		"&#xD800;", "&#1114112;", "&Aacute", "&lt", "&nbsp;", "&period;", "&ast;"}
)

func (g *Generator) start() {
	if g.chance(15) {
		g.open()
	}
	if g.chance(20) {
		g.write(g.pick([]string{"\ufeff", "<!DOCTYPE html>\n", "<html><head>", "\r\n", "<?xml?>", "#!", "\x00",
			"<!doctype html>\r\n<html lang=\"{{.Y}}\">"}))
		g.used["Y"] = true
	}
}

// raw writes text with actions in it, and notes the fields they read.
func (g *Generator) raw(text string) {
	for rest := text; ; {
		at := strings.Index(rest, "{{")
		if at < 0 {
			break
		}
		end := at + strings.Index(rest[at:], "}}")
		for _, word := range strings.FieldsFunc(rest[at+2:end],
			func(r rune) bool { return r == ' ' || r == '(' || r == ')' }) {
			if word[0] == '.' && kindOf[word[1:]] != anything || word == ".X" || word == ".A" || word == ".Z" {
				g.used[word[1:]] = true
			}
		}
		rest = rest[end+2:]
	}
	g.write(text)
}

// ink writes text of the page itself, so that it does not end the attribute it stands in.
func (g *Generator) ink(text string) {
	if g.quote == 0 {
		g.write(text)
		return
	}
	from := 0
	for i := 0; i < len(text); i++ {
		c, with := text[i], ""
		switch {
		case c == g.quote && c == '"':
			with = g.pick([]string{"&#34;", "&quot;", "&#x22;"})
		case c == g.quote && c == '\'':
			with = g.pick([]string{"&#39;", "&apos;", "&#x27;"})
		case g.quote == 'u':
			switch c {
			case ' ', '\t', '\n', '\r', '\f', '>', '"', '\'', '`', '<', '=':
				with = "&#" + [...]string{"32", "9", "10", "13", "12", "62", "34", "39", "96", "60",
					"61"}[strings.IndexByte(" \t\n\r\f>\"'`<=", c)] + ";"
			}
		}
		if with == "" && c < 0x80 && c > ' ' && g.chance(10) {
			with = "&#" + itoa(int(c)) + g.pick([]string{";", ";", ";", ";x"})[:1]
		}
		if with != "" {
			g.write(text[from:i])
			g.write(with)
			from = i + 1
		}
	}
	g.write(text[from:])
}

func (g *Generator) spelled(name string) string {
	switch g.n(25) {
	case 0:
		return strings.ToUpper(name)
	case 1:
		if name[0] < 0x80 {
			return strings.ToUpper(name[:1]) + name[1:]
		}
	}
	return name
}

// literal writes what stands between actions, by the grammar of the place.
func (g *Generator) literal(s *scope) {
	switch s.place {
	case text0:
		g.words(s)
	case htmlText:
		g.element(s)
	case attributes:
		g.attribute(s)
	case value:
		g.ink(g.attributeText())
		if g.chance(40) {
			g.write(g.pick(entities))
		}
	case urlPath, urlQuery:
		g.urlPiece(s)
	case srcset:
		g.ink(g.pick([]string{", ", "/a.png 2x, ", " 1x", "b.png", ",", " 100w, ", "x?a=b", " ", "http://h/i.png 1.5x",
			"%20"}))
	case refresh:
		g.ink(g.pick([]string{"/x", "?a", "b", "#", "&", "0", "x y", ";"}))
	case script:
		g.statement(s)
	case expression:
		g.operation(s)
	case scriptText, literal, regexp, scriptComment:
		g.scriptPiece(s)
	case style:
		g.styleRule(s)
	case styleValue, styleText, styleURL, styleComment:
		g.stylePiece(s)
	case rcdata:
		g.write(g.pick([]string{"x", "a b", "<b>", "</b>", "&lt;", "<", "</", "&", "\"", "\n", "<!-- x -->", "<script>",
			"</x>", "é", "</titl", "<a href=\""}))
	case comment:
		g.write(g.pick([]string{"x", " note ", "<b>", "-", "--", "<!--", "\n", "é", ">", "<script>", "'", "\"", "--!>",
			"<p title=\""}))
	}
}

func (g *Generator) attributeText() string {
	if g.chance(10) {
		return strings.Repeat("long ", 100+g.n(400))
	}
	return g.pick([]string{"x", "a b", "word", "-", "é", "a&b", "<", ">", "\"", "'", "`", "=", "\n", "\t", "/", "{", "}",
		"日本", "1", "&amp;", "a;b", "\\", "\u00a0", "\u2028"})
}

// words is text of a template that may stand everywhere, or text of text mode.
func (g *Generator) words(s *scope) {
	if g.html {
		g.write(g.pick([]string{"x", "a b", "1", "é", "word ", "-", " ", "日本", "_", "0"}))
		return
	}
	if g.chance(3) {
		g.write(strings.Repeat(g.pick([]string{"long text ", "é", "\n", "{ }"}), 100+g.n(3000)))
		return
	}
	g.write(g.pick([]string{"x", "some words", " ", "  ", "\n", "\n\n", "\t", "\r\n", "é", "日本", "a & b", "<b>", "\"", "'",
		"`", "\\", "{", "}", "} }", "{ {", "%d", "\x00", "\ufeff",
		"\u00a0", "\u2028", "\v", "\f", "-", "- ", " -", "{-", "-}", "/*", "*/", "{%", "$x", ".X", "\U0001f600", "\ufffd",
		"end", "\n \t\n", "x\n", "\nx", " x ", "}}", "{ .X }", "}}}"}))
}

// inside writes pieces of another place and comes back.
func (g *Generator) inside(s *scope, where place, quote byte) {
	inner := *s
	inner.place = where
	inner.depth++
	saved := g.quote
	g.quote = quote
	if g.budget > 0 {
		for count := pick(g, []int{0, 1, 1, 1, 2, 3}); count > 0; count-- {
			g.piece(&inner)
		}
	}
	g.quote = saved
	// What was declared inside stays in scope only until the block ends, which is the block of s too.
	s.variables = inner.variables
}

func (g *Generator) element(s *scope) {
	switch choice := g.n(100); {
	case choice < 14:
		g.write(g.pick(htmlTexts))
	case choice < 18:
		if g.wrong > 0 || g.chance(250) {
			g.raw(g.pick(htmlOdd))
		} else {
			g.write("<br>")
		}
	case choice < 30:
		g.write("<" + g.spelled("script"))
		g.raw(g.pick(scriptTypes))
		g.write(">")
		g.inside(s, script, 0)
		g.write("</" + g.spelled("script") + g.pick([]string{">", ">", ">", ">", ">", " >", "\n>", "/>", " a=b>"}))
	case choice < 38:
		g.write("<" + g.spelled("style") + g.pick([]string{"", "", "", " media=print", " type=\"text/css\"",
			" nonce=x"}) + ">")
		g.inside(s, style, 0)
		g.write("</" + g.spelled("style") + ">")
	case choice < 43:
		name := g.pick([]string{"title", "textarea"})
		g.write("<" + g.spelled(name))
		if g.chance(200) {
			g.inside(s, attributes, 0)
		}
		g.write(">")
		g.inside(s, rcdata, 0)
		g.write("</" + g.spelled(name) + ">")
	case choice < 47:
		g.write("<!--")
		g.inside(s, comment, 0)
		g.write("-->")
	case choice < 51:
		g.meta(s)
	case choice < 53:
		g.write(g.pick(htmlTexts) + g.pick(htmlTexts))
	default:
		name := g.pick(elementNames)
		g.write("<" + g.spelled(name))
		g.inside(s, attributes, 0)
		switch g.n(8) {
		case 0:
			g.write("/>")
		case 1:
			g.write(" >")
		case 2:
			g.write("\n>")
		default:
			g.write(">")
		}
		if g.chance(700) {
			g.inside(s, htmlText, 0)
			g.write("</" + name + ">")
		}
	}
}

func (g *Generator) meta(s *scope) {
	g.write(g.pick([]string{"<meta http-equiv=refresh content=\"", "<meta content='",
		"<meta name=\"description\" content=\"", "<META HTTP-EQUIV=\"Refresh\" CONTENT=\"", "<meta x content=\""}))
	quote := byte('"')
	if g.last == '\'' {
		quote = '\''
	}
	g.write(g.pick([]string{"0; url=", "5;URL = ", "0;url=/x?a=", "url=", "0", "", "text ", "0; url='", "0, URL=",
		"0;url\n=\t", "0;&#117;rl=", "width=device-width, ", "0;xurl=", "0; url"}))
	g.inside(s, refresh, quote)
	g.write(string(rune(quote)) + ">")
}

// attribute writes one attribute with the space before it.
func (g *Generator) attribute(s *scope) {
	if (g.wrong > 0 || g.chance(100)) && g.chance(80) {
		g.raw(g.pick(attributeOdd))
		return
	}
	g.write(g.pick([]string{" ", " ", " ", " ", " ", "\n", "  ", "\t"}))
	where, names := value, plainNames
	switch choice := g.n(100); {
	case choice < 30:
	case choice < 55:
		where, names = urlPath, urlNames
	case choice < 66:
		where, names = script, scriptNames
	case choice < 77:
		where, names = style, styleNames
	case choice < 83:
		where, names = srcset, []string{"srcset", "imagesrcset", "SRCSET", "data-srcset"}
	case choice < 88:
		names = unsafeNames
	case choice < 92:
		// A name from the data.
		if g.chance(400) {
			g.write(g.pick([]string{"data-", "a", "x-", "on", "hr"}))
		}
		g.show(s)
		if g.chance(300) {
			g.write("=\"")
			g.inside(s, value, '"')
			g.write("\"")
			return
		}
		g.part()
		return
	default:
		g.write(g.pick([]string{"checked", "disabled", "x", "hidden", "href", "style", "onclick", "DATA-X", "src"}))
		g.part()
		return
	}
	g.write(g.spelled(g.pick(names)))
	g.write(g.pick([]string{"=", "=", "=", "=", "=", "=", " = ", "= ", " =", "=\n"}))
	switch choice := g.n(100); {
	case choice < 60:
		g.write("\"")
		g.attributeValue(s, where, '"')
		g.write("\"")
	case choice < 85:
		g.write("'")
		g.attributeValue(s, where, '\'')
		g.write("'")
	default:
		// A value without quotes must not begin empty, or the next name would become it.
		if g.chance(500) {
			g.write(g.pick([]string{"x", "a", "1", "/"}))
		} else {
			g.show(s)
		}
		g.attributeValue(s, where, 'u')
		g.part()
	}
}

// part ends a name or a value without quotes, so that the end of a branch finds the tag as its beginning did.
func (g *Generator) part() {
	if !g.chance(60) {
		g.write(g.pick([]string{" ", " ", " ", "\n"}))
	}
}

func (g *Generator) attributeValue(s *scope, where place, quote byte) {
	switch where {
	case urlPath:
		g.url(s, quote)
	case style:
		g.inside(s, style, quote)
	default:
		g.inside(s, where, quote)
	}
}
