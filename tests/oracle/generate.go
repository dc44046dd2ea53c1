package main

// generate writes random cases: pages put together from pieces of HTML, CSS, JavaScript and URLs, with actions and control
// flow between them, so that every context and every way to leave one comes up; and data that are dangerous somewhere:
// trusted content, numbers, times, lists and maps.

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"math/rand"
	"strings"
)

var (
	// Plain values stand first: most actions of a page are of this kind.
	simpleActions = []string{"{{.}}", "{{.X}}", "{{.Y}}", "{{.A}}"}
	otherActions  = []string{
		"{{. | html}}", "{{html .A}}", "{{html .A .B}}", "{{. | urlquery}}", "{{urlquery .X}}", "{{js .Y}}", "{{$x := .}}",
		"{{$x := .Y}}{{$x}}", "{{.X | print}}", "{{print .A | html}}", "{{. | html | print}}", "{{print .A .N .F .Y}}",
		"{{println .N .Y}}", "{{len .L}}", "{{len .Y}}", "{{index .L 0}}", "{{index .M \"k\"}}", "{{slice .Y 0 1}}",
		"{{eq .N 3}}", "{{ne .Y .X}}", "{{lt .N 5}}", "{{le .F 1.5}}", "{{gt .N .F}}", "{{eq .N 1 2 3}}", "{{not .B}}",
		"{{and .B .Y}}", "{{or .B .Y .N}}", "{{if and .B (gt .N 0)}}x{{end}}", "{{(index .L 0).Y}}", "{{.M}}", "{{.M.k}}",
		"{{.L}}", "{{.Missing}}", "{{with $y := .Y}}{{$y}}{{end}}", "{{- .Y -}}", "{{/* c */}}", "{{`raw`}}", "{{\"q\\\"\"}}",
		"{{'a'}}", "{{1.50}}", "{{true}}", "{{nil}}", "{{.Y.Z}}", "{{call .Y}}", "{{.T.Year}}",
		"{{.T.Format \"Jan 2, 2006 15:04:05.000 MST\"}}", "{{.T}}", "{{range 3}}{{.}}{{end}}",
		"{{range $k, $v := .M}}{{$k}}={{$v}};{{end}}",
	}
	formatVerbs = []string{"%v", "%+v", "%#v", "%d", "%5d", "%-5d|", "%05d", "%+d", "%x", "%X", "%#x", "%o", "%b", "%c", "%U",
		"%s", "%q", "%10s", "%-10s|", "%.2s", "%x", "% x", "%t", "%f", "%.2f", "%8.3f", "%e", "%g", "%G", "%6.2g", "%%", "%!",
		"%*d", "%[1]v", "%z", "%"}
	formatArguments = []string{".N", ".F", ".Y", ".B", ".Z", ".M", "3", "2.5", "\"a<b\"", "nil"}

	htmlPieces = []string{"<b>", "</b>", "<a ", "<", "<!", "<!DOCTYPE html>", "<!--", "-->", "<!-- x -->", "<br/>", "<p", "</p",
		"x", "a<b", " & ", "&lt;", "<script>", "</script>", "<SCRIPT>", "</Script >", "<style>", "</style>", "<title>",
		"</title>", "<textarea>", "</textarea>", "<meta ", "<body class=x>", "</head>", "</", "<1", "<x:y ", "/>", "\n",
		"<?xml?>", "<script type=module>", "<script type='text/template'>", "<script type=application/json>", "\u00e9"}
	attributePieces = []string{" ", "\n", "/", " x", " title", " href", "src", "srcset", " style", " onclick", " data-href",
		" xlink:href", " type", " content", "=", "= ", "\"", "'", ">", "\">", "'>", "=\"", "='", " value", "a", "=a", "=\"\"",
		"`", "<", "&quot;", "&amp", "uri", "srcdoc"}
	urlPieces = []string{"http://x", "/", "?", "#", "?q=", "&", "a", "javascript:", " ", "%20", "&#63;", "&num;", ":", ",", "2x",
		"\t"}
	scriptPieces = []string{"\"", "'", "`", "/", "//", "/*", "*/", "\n", "\r", "<!--", "-->", "#!", "${", "}", "{", "(", ")",
		"[", "]", "\\", "\\\\", "\\\"", "+", "++", "-", "--", "=", "a", "1.", "return", "typeof ", "x", "; ", ", ", "<script",
		"</script", "<", "\u2028", "!", "?", "&", "*", "/re/", "/[/]/", "'a'", "\"b\"", "`c`", "// x\n", "/* y */", "`${a}`",
		"&quot;", "&sol;"}
	stylePieces = []string{"\"", "'", "url(", "url('", "url(\"", "URL(", ")", "(", "a", "{", "}", "color:", ";", "/*", "*/", "//",
		"\n", "\\", "\\22 ", "\\3f", "\\a", "\\\"", "\u00e9url(", "-url(", "?", "#", "/", " ", "/* x */", "url(x)", "'a'",
		"url('y?z')", "&quot;", "\\110000x"}
	refreshPieces = []string{"url=", "url", "URL =", "=", ";", "0;", "5; url=", "/x", "?a", " ", "&#61;", "&semi;", "x"}

	texts = []string{"<", ">", "\"", "'", "&", "+", "`", "=", " ", "\t", "\n", "\r", "\x00", "\x1f", "\u2028", "\ufffd", "\uffff",
		"\ufdd0", "\U0001f600", "\u00e9", "a", "0", "f", "Z", "-", "--", "_", "!", "#", "$", "*", ",", "/", ":", ";", "?", "@",
		"[", "]", "(", ")", "{", "}", "|", "\\", "^", "%", "%20", "%zz", "http:", "HTTPS:", "mailto:", "javascript:", "\\41 ",
		"\\3c", "expression", "<b>", "</b>", "<!--", "-->", "<script>alert(1)</script>", "</script>",
		"<textarea>a<b</textarea>", "<a title=\"1>2\">", "<style>x</style>", "&amp;", "&#34;", "on", "src", "href", "\u0130",
		"\u212a", "\u017f", "2x 3", "a.png 1x", "data-x", "style", "I <3 x", "<a href", "<a b=\""}
	trusted = []string{"$html", "$css", "$js", "$jsstr", "$url", "$attr", "$srcset"}
	scalars = []any{0, -5, 1 << 62, -1 << 63, 1.5, 1e21, 1e-7, 123456789.5, true, false, nil}
)

type generator struct{ *rand.Rand }

func pick[T any](g generator, list []T) T { return list[g.Intn(len(list))] }

// ---- data

func (g generator) text() string {
	var out strings.Builder
	for i := pick(g, []int{0, 1, 1, 2, 3, 5, 9}); i > 0; i-- {
		out.WriteString(pick(g, texts))
	}
	return out.String()
}

// Times come only where asked for: printf prints the inside of a Go struct, an address among it, for verbs such as %d.
func (g generator) value(depth int, times bool) any {
	switch kind := g.Float64(); {
	case kind < 0.45:
		return g.text()
	case kind < 0.75:
		return map[string]any{pick(g, trusted): g.text()}
	case kind < 0.87:
		return pick(g, scalars)
	case kind < 0.9 && times:
		return map[string]any{"$time": "2021-03-04T05:06:07.08Z"}
	case kind < 0.92:
		return map[string]any{"$bytes": "AQL/PDw="}
	case depth == 2:
		return nil
	case kind < 0.96:
		list := []any{}
		for i := g.Intn(4); i > 0; i-- {
			list = append(list, g.value(depth+1, times))
		}
		return list
	}
	object := map[string]any{}
	for i := g.Intn(4); i > 0; i-- {
		object["k"+strings.ReplaceAll(g.text(), "$", "x")] = g.value(depth+1, times)
	}
	return object
}

func (g generator) data(depth int) map[string]any {
	rows := []any{}
	if depth > 0 {
		for i := g.Intn(4); i > 0; i-- {
			rows = append(rows, g.data(depth-1))
		}
	}
	return map[string]any{
		"X": g.value(0, true), "A": g.value(0, true), "Z": g.value(0, false), "Y": g.text(), "L": rows, "B": pick(g, []any{true, false, ""}),
		"N": pick(g, []int{0, 1, 3, -7, 42, 1 << 40}), "F": pick(g, []float64{0.5, -2.25, 1.5, 3.14159, 1e-9, 2.5e22}),
		"M": map[string]any{"k": g.value(1, false), "b": g.text(), "a": g.Intn(9)},
		"T": map[string]any{"$time": "2024-02-29T23:59:01.5+01:00"},
	}
}

// ---- templates

func (g generator) action() string {
	switch kind := g.Float64(); {
	case kind < 0.6:
		return pick(g, simpleActions)
	case kind < 0.88:
		return pick(g, otherActions)
	}
	var out strings.Builder
	out.WriteString("{{printf \"")
	count := 1 + g.Intn(2)
	for i := 0; i < count; i++ {
		out.WriteString(pick(g, formatVerbs) + pick(g, []string{"", " ", "<"}))
	}
	out.WriteString("\"")
	for i := count - g.Intn(6)/5 + g.Intn(6)/5; i > 0; i-- {
		out.WriteString(" " + pick(g, formatArguments))
	}
	return out.String() + "}}"
}

func (g generator) soup(count int, lists ...[]string) string {
	var out strings.Builder
	for ; count > 0; count-- {
		if g.Float64() < 0.3 {
			out.WriteString(g.action())
		}
		out.WriteString(pick(g, pick(g, lists)))
	}
	return out.String()
}

// An attribute's value between quotes, or without.
func (g generator) valueOf(pieces []string, quotes ...string) string {
	quote := pick(g, quotes)
	inside := pieces
	if quote != "" {
		inside = nil
		for _, piece := range pieces {
			if !strings.Contains(piece, quote) {
				inside = append(inside, piece)
			}
		}
	}
	return quote + g.soup(g.Intn(7), inside) + quote
}

func (g generator) element() string {
	switch g.Intn(10) {
	case 0:
		return "<script>" + g.soup(g.Intn(13), scriptPieces) + "</script>"
	case 1:
		return "<style>" + g.soup(g.Intn(11), stylePieces) + "</style>"
	case 2:
		return "<a onclick=" + g.valueOf(scriptPieces, "\"", "'") + ">"
	case 3:
		return "<a style=" + g.valueOf(stylePieces, "\"", "'") + ">"
	case 4:
		name := pick(g, []string{"href", "src", "srcset", "data-url", "action", "title", "xmlns", "srcdoc"})
		return "<a " + name + "=" + g.valueOf(urlPieces, "\"", "'", "") + ">"
	case 5:
		return "<meta content=" + g.valueOf(refreshPieces, "\"", "'") + ">"
	case 6:
		name := pick(g, []string{"a", "script", "style", "meta", "title", "input"})
		return "<" + name + g.soup(g.Intn(7), attributePieces) + ">"
	case 7:
		return "<title>" + g.soup(g.Intn(7), htmlPieces) + "</title>"
	case 8:
		return "<p title=\"" + g.action() + "\">" + g.action() + "</p>"
	}
	return g.soup(g.Intn(7), htmlPieces)
}

func (g generator) body(depth int, inLoop bool, names []string) string {
	var out strings.Builder
	for i := g.Intn(5); i > 0; i-- {
		switch kind := g.Float64(); {
		case kind < 0.5 || depth == 0:
			out.WriteString(g.element())
		case kind < 0.6:
			out.WriteString(g.action())
		case kind < 0.9:
			keyword := pick(g, []string{"if .B", "if .X", "if gt .N 1", "with .X", "range .L", "range $i, $e := .L"})
			fmt.Fprintf(&out, "{{%s}}%s", keyword, g.body(depth-1, inLoop || strings.HasPrefix(keyword, "range"), names))
			if g.Float64() < 0.5 {
				out.WriteString("{{else}}" + g.body(depth-1, inLoop, names))
			}
			out.WriteString("{{end}}")
		case inLoop && kind < 0.94:
			out.WriteString(pick(g, []string{"{{if .B}}{{break}}{{end}}", "{{if .B}}{{continue}}{{end}}"}))
		case len(names) > 0:
			fmt.Fprintf(&out, "{{template %q .}}", pick(g, names))
		}
	}
	return out.String()
}

// A definition invokes only those before it: Go never returns from some templates that invoke themselves.
func (g generator) template() string {
	definitions, names := "", []string{}
	for _, name := range []string{"a", "b", "c"} {
		if g.Float64() < 0.4 {
			definitions += fmt.Sprintf("{{define %q}}%s{{end}}", name, g.body(2, false, names))
			names = append(names, name)
		}
	}
	return definitions + g.body(3, false, names)
}

func generate(out io.Writer, count int, seed int64) error {
	g := generator{rand.New(rand.NewSource(seed))}
	buffered := bufio.NewWriter(out)
	encoder := json.NewEncoder(buffered)
	encoder.SetEscapeHTML(false)
	for id := 0; id < count; id++ {
		template := g.template()
		// Pieces that meet an action's braces would make most pages plain syntax errors.
		for strings.Contains(template, "{{{") || strings.Contains(template, "}}}") {
			template = g.template()
		}
		mode := pick(g, []string{"html", "html", "html", "text"})
		// An error would come from the writer, and that keeps it for Flush.
		_ = encoder.Encode(map[string]any{"id": id, "mode": mode, "template": template, "data": g.data(2)})
	}
	return buffered.Flush()
}
