package cases

// CSS, URLs, and the damage that is done to some templates.

import (
	"strconv"
	"strings"
)

func itoa(n int) string { return strconv.Itoa(n) }

var (
	properties = []string{"color", "width", "background", "margin", "font-family", "content", "border-left", "--x", "filter",
		"-moz-binding", "z-index", "src", "behavior", "COLOR"}
	styleLines = []string{"/* note */", "/* it's */", "p { color: red }", "@import \"/x.css\";", "@import url(/x.css);",
		"@media print { a { b: c } }", ".a > .b { }", "a:hover { x: y }",
		"#id { w: 1px }", "@charset \"utf-8\";", "\n", " ", "// x\n", "a[href='x'] { }", "a { b: \"c\\\"d\" }",
		"a { b: '\\27 ' }", "<!-- a -->", "a::before { content: \"\\201C\" }", "\\61 { }", "a { b: url( x ) }",
		"a { b: url(\"x\") ; c: url('y') }", "a{b:url(data:image/png;base64,AAA=)}", "é { x: 1 }",
		"@font-face { src: url(x) format('y') }", "a { w: calc(1px + 2em) }", "/**/", "/*/ */", "a { b: c !important }",
		"-url(x)", "xurl(", "@import 'x' ;", "a { b: URL(x) }", "a { b: u\\72l(x) }", "\r\n", "\f", "*{}", "a{b:c;;}", "}",
		"{", "'\\\n'", "\"\\a \""}
	urlStarts = []string{"", "", "", "", "/", "/a/", "http://h/", "//h/", "https://h:80/", "javascript:", "JavaScript:f(",
		"data:text/html,", "data:image/png;base64,", "mailto:", "tel:", "?q=", "#", "/s?a=b&c=",
		"x/../", " /a", "\tjavascript:", "vbscript:", "&#106;avascript:", "/a b/", "%", "/%zz", "ftp://",
		"javascript&colon;", "a:", "./a:", "?", "/é/", "blob:", "about:", "&#47;x", "/x&#63;a="}
	queries = []string{"?", "?a=", "?q=x&r=", "#", "#a", "?a&amp;b=", "&#63;", "&num;x", "?#", "?a=b;c=", "&quest;"}
)

func (g *Generator) styleRule(s *scope) {
	switch choice := g.n(100); {
	case choice < 25:
		g.ink(g.pick(styleLines))
	case choice < 80:
		block := g.quote == 0 && g.chance(600)
		if block {
			g.ink(g.pick([]string{"p", ".a", "#b", "a:hover", "*", "@media x"}))
			if g.chance(60) {
				g.show(s)
			}
			g.ink(" {")
		}
		if g.chance(60) {
			g.show(s)
		} else {
			g.ink(g.pick(properties))
		}
		g.ink(g.pick([]string{": ", ":", " : "}))
		g.styleOperand(s)
		g.ink(g.pick([]string{";", "; ", "", ";\n", " !important;"}))
		if block {
			g.ink(" }")
		}
	case choice < 90:
		g.styleOperand(s)
		g.ink(" ")
	case choice < 95:
		g.ink("/*")
		g.inside(s, styleComment, g.quote)
		g.ink("*/")
	default:
		g.ink("@import ")
		g.styleOperand(s)
		g.ink(";")
	}
}

func (g *Generator) styleOperand(s *scope) {
	switch choice := g.n(100); {
	case choice < 45:
		g.show(s)
		g.ink(g.pick([]string{"", "", "", "px", "%", "em", " solid"}))
	case choice < 60:
		quote := g.pick([]string{"\"", "'"})
		g.ink(quote)
		g.inside(s, styleText, g.quote)
		g.ink(quote)
	case choice < 82:
		g.ink(g.pick([]string{"url(", "url(", "URL(", "url( ", "Url(\n"}))
		quote := g.pick([]string{"", "\"", "'"})
		g.ink(quote)
		g.ink(g.pick(urlStarts))
		g.inside(s, styleURL, g.quote)
		g.ink(quote + g.pick([]string{")", ")", " )"}))
	case choice < 92:
		g.inside(s, styleValue, g.quote)
	default:
		g.ink(g.pick([]string{"red", "10px", "#fff", "expression(x)", "1.5em", "a b", "\\22 ", "calc(1px)", "rgb(1,2,3)",
			"-x", "u\\72l(x)", "\"a\"", "'b'"}))
	}
}

func (g *Generator) stylePiece(s *scope) {
	switch s.place {
	case styleValue:
		g.ink(g.pick([]string{"red ", "10px ", "#fff ", "1.5em ", "a ", "-x ", "/* c */", "\\22 ", ", ", "(1)", "\"a\" ",
			"url(x) ", "! ", "$ ", "\n"}))
	case styleText:
		g.ink(g.pick([]string{"a", "x y", "\\22 ", "\\\"", "\\'", "\\a ", "\\\\", "é", "<", "//", "/*", "url(", "&", "?",
			"/p/", ":", "\\\n", "}", "\\000041b", "\\110000x"}))
	case styleURL:
		g.ink(g.pick([]string{"a", "/b", "?c=", "#d", "%20", "\\)"[:1] + "28 ", "é", "&", "=", ":", ".png", "\\22 "}))
	case styleComment:
		g.ink(g.pick([]string{"x", " a ", "'", "\"", "*", "/", "//", "url(", "}", "é", "<b>", "<!--"}))
	}
}

// url writes a whole URL: its path, and perhaps a query.
func (g *Generator) url(s *scope, quote byte) {
	saved := g.quote
	g.quote = quote
	start := g.pick(urlStarts)
	if strings.Contains(start, "&") && quote != 'u' {
		g.write(start)
	} else {
		g.ink(start)
	}
	where := urlPath
	if strings.ContainsAny(start, "?#") {
		where = urlQuery
	}
	g.inside(s, where, quote)
	if g.chance(400) {
		if query := g.pick(queries); strings.Contains(query, "&") && quote != 'u' {
			g.write(query)
		} else {
			g.ink(query)
		}
		g.inside(s, urlQuery, quote)
	}
	g.quote = saved
}

func (g *Generator) urlPiece(s *scope) {
	if s.place == urlPath {
		g.ink(g.pick([]string{"a", "/", "/b/", "%20", "é", ".", ":", "x y", "&", "=", ";", ",", "..", "(", ")", "'", "\"",
			"\\", "\n", "[::1]", "@", "%", "<", ">"}))
		return
	}
	g.ink(g.pick([]string{"a", "&b=", "=", "/", "?", "#", "%20", "+", "é", "x y", ":", ";", "'", "\"", "(", "\\", "&amp;",
		"<", "javascript:"}))
}

// ---- damage

var splinters = []string{"{{", "}}", "{{.}}", "{{end}}", "{{else}}", "{{if .B}}", "<", ">", "\"", "'", "`", "/", "*/", "/*",
	"-->", "<!--", "=", " ", "\n", "\\", "&", ";", "(", ")", "{", "}", "$", "${", "|", ".", "- ",
	"-", "\x00", "\ufeff", "é", "</script>", "<script>", "</style>", "<style>", "<a href=\"", "<a onclick='", "url(", "?",
	"#", "\r", "<textarea>", "</title>", "//", "[", "]", "0", "x", "\u2028", "{{/*", "*/}}", "{{\"",
	"{{with .X}}", "{{- ", " -}}", "{{break}}", "{{define \"z\"}}", "{{template \"a\"}}", "{{block \"z\" .}}", "{{nil}}",
	"{{.X.Y}}"}

// damage changes a few places of a template. Ranges stay whole, so that they still go over what they went over, and
// no invocation is copied, so that recursion still ends.
func (g *Generator) damage(template string) string {
	whole := template
	for count := 1 + g.n(3); count > 0 && template != ""; count-- {
		from := g.n(len(template))
		to := min(len(template), from+pick(g, []int{0, 1, 1, 2, 3, 8, 20}))
		piece := template[from:to]
		if g.guarded(template, from, to) {
			continue
		}
		with := ""
		switch g.n(4) {
		case 0:
		case 1:
			if strings.Contains(piece, "template") {
				continue
			}
			with = piece + piece
		default:
			with = g.pick(splinters)
		}
		template = template[:from] + with + template[to:]
	}
	if strings.Contains(whole+template, "${") && (strings.Contains(template, "template") || strings.Contains(template, "block")) {
		return whole // see invoke
	}
	// JSON cannot carry anything else.
	return strings.ToValidUTF8(template, "\ufffd")
}

// guarded is true where an action that must stay whole begins before `to` and ends behind `from`.
func (g *Generator) guarded(template string, from, to int) bool {
	begin := strings.LastIndex(template[:from], "{{")
	if begin < 0 {
		begin = from
	}
	end := strings.Index(template[to:], "}}")
	if end < 0 {
		end = len(template)
	} else {
		end += to + 2
	}
	touched := template[begin:end]
	return strings.Contains(touched, "range") || strings.Contains(touched, "with .Next")
}
