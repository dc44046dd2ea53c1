package main

// The tables of HTML: contexts, trusted content, attributes, URLs and style sheets.

// hostileTexts are texts that are dangerous somewhere.
var hostileTexts = []string{"plain", "", "a b", "<script>alert(1)</script>", "\"'`", "&amp;<b>", "javascript:alert(1)", "/a b?c=d&e=f#g", "https://x.y/?q=é", "</title></style></script>", "-->", "\\", "\x00\n\r\t", "\u2028é🎉", "expression(1)", "${x}", "{{.}}", "O'Reilly: How are <i>you</i>?", "a=b", "%20%zz", "/*x*/", "a;b:c"}

// places are where one action may stand.
var places = []string{
	"{{.}}", "<p>{{.}}</p>", "<p>a{{.}}b</p>", "<{{.}}>", "<a{{.}}>", "</{{.}}>", "<a b{{.}}>", "<a {{.}}>", "<a {{.}}=x>", "<a {{.}}=\"x\">", "<a b={{.}}>", "<a b='{{.}}'>", "<a b=\"{{.}}\">", "<a b=\"x{{.}}y\">",
	"<a title=\"{{.}}\">", "<a title={{.}}>", "<a title='{{.}}'>", "<a href=\"{{.}}\">", "<a href='{{.}}'>", "<a href={{.}}>", "<a href=\"/{{.}}\">", "<a href=\"/x?{{.}}\">", "<a href=\"/x?a={{.}}\">", "<a href=\"/x#{{.}}\">", "<a href=\"{{.}}?a={{.}}\">", "<a href=\"javascript:{{.}}\">", "<a href=\"x{{.}}\">", "<a href=\"mailto:{{.}}\">",
	"<img src=\"{{.}}\">", "<img src={{.}}>", "<img srcset=\"{{.}}\">", "<img srcset=\"{{.}} 2x, /b.png 3x\">", "<img srcset={{.}}>", "<form action=\"{{.}}\">",
	"<p style=\"{{.}}\">", "<p style=\"color: {{.}}\">", "<p style='color: {{.}}'>", "<p style=\"a: url({{.}})\">", "<p style=\"a: '{{.}}'\">", "<p style=\"a: url('{{.}}')\">", "<p style={{.}}>",
	"<a onclick=\"{{.}}\">", "<a onclick='{{.}}'>", "<a onclick={{.}}>", "<a onclick=\"f({{.}})\">", "<a onclick=\"f('{{.}}')\">", "<a onclick='f(\"{{.}}\")'>", "<a onclick=\"/{{.}}/\">",
	"<script>{{.}}</script>", "<script>x = {{.}};</script>", "<script>x = [{{.}}, {{.}}]</script>", "<script>x = \"{{.}}\"</script>", "<script>x = '{{.}}'</script>", "<script>x = /{{.}}/</script>", "<script>x = /a{{.}}b/g</script>", "<script>x = `{{.}}`</script>", "<script>x = `a${ {{.}} }b`</script>", "<script>// {{.}}\nx</script>", "<script>/* {{.}} */</script>", "<script type=\"text/template\">{{.}}</script>", "<script type=\"application/json\">{{.}}</script>", "<script type=\"module\">x = {{.}}</script>", "<script src=\"{{.}}\"></script>",
	"<style>{{.}}</style>", "<style>a { b: {{.}} }</style>", "<style>a { b: \"{{.}}\" }</style>", "<style>a { b: '{{.}}' }</style>", "<style>a { b: url({{.}}) }</style>", "<style>a { b: url(\"{{.}}\") }</style>", "<style>a { b: url('/x?{{.}}') }</style>", "<style>/* {{.}} */</style>", "<style>#{{.}} { }</style>", "<style>// {{.}}\n</style>",
	"<title>{{.}}</title>", "<textarea>{{.}}</textarea>", "<textarea rows=\"{{.}}\">{{.}}</textarea>", "<!-- {{.}} -->", "<!-- x -->{{.}}", "<!DOCTYPE {{.}}>", "<xmp>{{.}}</xmp>", "<iframe srcdoc=\"{{.}}\">", "<iframe>{{.}}</iframe>", "<noscript>{{.}}</noscript>", "<svg><path d=\"{{.}}\"/></svg>", "<a xlink:href=\"{{.}}\">", "<p data-x=\"{{.}}\">", "<p data-url=\"{{.}}\">", "<meta content=\"{{.}}\">", "<meta http-equiv=\"refresh\" content=\"0; url={{.}}\">", "<input value=\"{{.}}\">", "<button type={{.}}>", "<br {{.}}/>", "<a/{{.}}>",
}

func goldenContexts(t *goldenTable) {
	t.about("hostile text")
	t.cross("html", places, quoted(hostileTexts...))
	t.about("other values")
	t.cross("html", places, []string{"7", "null", `["a",1]`, `{"k":"<"}`})
	t.about("elements")
	for _, element := range []string{"SCRIPT", "Script", "STYLE", "Title", "TEXTAREA", "scriptx", "xscript", "script-x", "svg:script", "x:style", "titles", "textareas", "plaintext", "noembed", "noframes", "template", "math", "object", "embed", "h1", "my-element", "O", "é"} {
		t.html(`"</a><b>'"`, "<"+element+">{{.}}</"+element+">", "<"+element+" title=\"{{.}}\">", "<"+element+">x = {{.}}</"+element+">{{.}}", "<"+element+"/>{{.}}", "<"+element+" >{{.}}</"+element+" >{{.}}")
	}
	t.about("ends of raw text")
	t.html(`"<'"`, "<script>{{.}}</SCRIPT>{{.}}", "<script>{{.}}</script >{{.}}", "<script>{{.}}</script/>{{.}}", "<script>{{.}}</scriptx>{{.}}</script>", "<script>{{.}}</ script>{{.}}</script>", "<script>'</script>'{{.}}", "<script>\"</script>\"{{.}}", "<script>/*</script>*/{{.}}", "<script>//</script>{{.}}", "<script>/</script>/{{.}}", "<script>`</script>`{{.}}", "<script></script\n>{{.}}", "<script></script\t{{.}}>", "<style>{{.}}</STYLE>{{.}}", "<style>'</style>{{.}}", "<style>/*</style>{{.}}", "<style>url(</style>{{.}}", "<title></TITLE>{{.}}", "<title></titlex>{{.}}</title>", "<textarea></textarea >{{.}}", "<textarea></textareax>{{.}}</textarea>", "<script>{{.}}", "<style>{{.}}", "<title>{{.}}", "<textarea>{{.}}", "<script><!-- {{.}} --></script>{{.}}", "<script>x = \"<!--<script>\" + {{.}}</script>", "<script><script>{{.}}</script>{{.}}", "<script>x < y && {{.}}</script>", "<script>if (a</b/) {{.}}</script>", "<title><b>{{.}}</b></title>", "<textarea><script>{{.}}</script></textarea>{{.}}", "<style><script>{{.}}</script></style>")
	t.about("odd tags")
	t.html(`"a\"'<>b"`, "< p>{{.}}", "<>{{.}}", "</>{{.}}", "<p>{{.}}</>", "<1>{{.}}", "<-a>{{.}}", "<a-b {{.}}>", "<a:b c=\"{{.}}\">", "<a\nb=\"{{.}}\">", "<a\tb\n=\r\"{{.}}\">", "<a b = \"{{.}}\">", "<a b= '{{.}}'>", "<a b =\n{{.}}>", "<a b=\"x\"c=\"{{.}}\">", "<a b='x'{{.}}>", "<a b=x{{.}}>", "<a b=x {{.}}>", "<a b=\"\"{{.}}>", "<a b {{.}}>", "<a b / {{.}}>", "<a/b=\"{{.}}\">", "<a b=/{{.}}>", "<a b=x/>{{.}}", "<a b>{{.}}", "<a b=>{{.}}", "<a =b>{{.}}", "<a =\"{{.}}\">", "<a \"{{.}}\">", "<a '{{.}}>", "<a <{{.}}>", "<a b<c=\"{{.}}\">", "<a b=\"<\">{{.}}", "<a b='>'>{{.}}", "<a b=\"&quot;\">{{.}}", "<a b=\"&lt;{{.}}\">", "<a b=\"{{.}}&gt;\">", "<a b=a<b>{{.}}", "<a b=a=b>{{.}}", "<a b=a'b>{{.}}", "<a b=a\"b>{{.}}", "<a b=`x`>{{.}}", "<a `{{.}}>", "<br/>{{.}}", "<br / >{{.}}", "<p><p>{{.}}", "</p {{.}}>", "</p title=\"{{.}}\">", "<?xml {{.}}?>{{.}}", "<!x {{.}}>", "<![CDATA[{{.}}]]>", "<!DOCTYPE html>{{.}}", "<!doctype {{.}}>", "<p", "<p ", "<p a", "<p a=", "<p a=\"", "<p a='{{.}}", "<p a={{.}}", "<", "a < b {{.}}", "a <b {{.}}", "a<{{.}}", "a</{{.}}", "<!{{.}}", "<!-{{.}}", "<a {{.}}{{.}}>", "<a {{.}} {{.}}>", "<a b={{.}}{{.}}>", "<a b=\"{{.}}{{.}}\">", "<a {{.}}={{.}}>", "<a b{{.}}=\"c\">", "<a {{.}}b=\"c\">", "<a data-{{.}}=\"c\">", "<a on{{.}}=\"c\">", "<a data-{{.}}=\"{{.}}\">")
	t.html(`{"A":"title","B":"onclick","C":"href","D":"x y","S":"selected"}`, "<a {{.A}}=\"x\">", "<a {{.B}}=\"x\">", "<a {{.C}}=\"x\">", "<a {{.D}}=\"x\">", "<a {{.A}}=\"{{.D}}\">", "<a {{.B}}=\"{{.D}}\">", "<a {{.S}}>", "<a {{.A}}>", "<a {{.A}} {{.S}}>", "<a data-{{.A}}=\"x\">", "<a data-{{.A}}=\"{{.D}}\">", "<a x{{.A}}y>", "<a {{.A}}={{.D}}>", "<option {{if .S}}{{.S}}{{end}}>", "<a {{range .}}{{.}} {{end}}>", "<{{.A}}>", "<{{.A}} b=\"c\">", "<h{{.A}}>", "</{{.A}}>", "<{{.D}}>", "<p-{{.A}}>", "<a\n{{.A}}>", "<a b=\"c\" {{.A}}>", "<a b=\"c\"{{.A}}>")
	t.about("entities in attributes")
	t.html(`"<a&b>"`, "<a href=\"&#106;avascript:{{.}}\">", "<a href=\"javascript&colon;{{.}}\">", "<a onclick=\"f(&quot;{{.}}&quot;)\">", "<a onclick=\"f(&#34;{{.}}&#34;)\">", "<a onclick='f(&apos;{{.}}&apos;)'>", "<a onclick='f(&#39;{{.}}&#39;)'>", "<a onclick=\"f(&#x27;{{.}}&#x27;)\">", "<a onclick=\"/&#42; {{.}} */\">", "<a onclick=\"f(&apos{{.}})\">", "<a onclick=f(&quot;{{.}}&quot;)>", "<a style=\"a: &quot;{{.}}&quot;\">", "<a style=\"a: url(&quot;{{.}}&quot;)\">", "<a href=\"/x&#63;a={{.}}\">", "<a href=\"/x&quest;a={{.}}\">", "<a href=\"/x&#35;{{.}}\">", "<a href=\"&sol;{{.}}\">", "<a href=\"&amp;{{.}}\">", "<a title=\"&lt;{{.}}\">", "<a onclick=\"a &lt; {{.}}\">", "<a onclick=\"a &amp;&amp; {{.}}\">", "<a onclick=\"&nosuch; {{.}}\">", "<a onclick=\"&#xFFFFFFFF;{{.}}\">", "<a onclick=\"&grave;{{.}}&grave;\">", "<a onclick=\"&DiacriticalGrave;{{.}}\">")
	t.about("whole pages")
	page := `{"Title":"A & <B>","Name":"O'Reilly","Items":[{"N":"x<","U":"/a b?c=d&e"},{"N":"y","U":"javascript:z"}],"Color":"red","Count":3,"Bio":{"$html":"<i>ok</i>"}}`
	t.html(page, "<!DOCTYPE html>\n<html>\n<head><title>{{.Title}}</title>\n<style>body { color: {{.Color}}; }</style>\n<script>var count = {{.Count}}, items = {{.Items}};</script></head>\n<body onload=\"start({{.Name}})\">\n<h1>{{.Title}}</h1>\n<ul>\n{{range .Items}}<li><a href=\"{{.U}}\" title='{{.N}}'>{{.N}}</a></li>\n{{end}}</ul>\n<p>{{.Bio}}</p>\n<input value={{.Name}}>\n</body>\n</html>", "<table>{{range $i, $e := .Items}}<tr id=\"row-{{$i}}\"><td>{{.N}}<td><img src=\"{{.U}}\" alt=\"{{.N}}\"></tr>{{end}}</table>", "<form action=\"/save?n={{.Name}}\"><textarea>{{.Bio}}</textarea><button onclick='go(\"{{.Name}}\")' style=\"width: {{.Count}}px; background: url('{{(index .Items 0).U}}')\">{{.Count}}</button></form>", "<nav>{{range .Items}}{{if eq .N \"y\"}}<b>{{.N}}</b>{{else}}<a href=\"?n={{.N}}\">{{.N}}</a>{{end}}{{end}}</nav>", "<div data-count=\"{{.Count}}\" data-items=\"{{.Items}}\" class=\"a {{.Color}} b\">{{with .Bio}}{{.}}{{end}}</div>")
}

func goldenTrusted(t *goldenTable) {
	texts := map[string][]string{
		"$html":   {"<b>x & y</b>", "<script>a('b')</script>&lt;\""},
		"$css":    {"a: b; c: \"d\"", "expression(x) </style>"},
		"$js":     {"f(\"x\") < 3", "{a: 'b'}", "</script>"},
		"$jsstr":  {"a\\nb\\u0041\"'", "</script>"},
		"$url":    {"javascript:alert('1')", "/a b?c=\"d\"&e#f"},
		"$attr":   {"title=\"a b\"", " checked", "dir"},
		"$srcset": {"/a.png 2x, javascript:b \"3x\"", "x"},
		"$bytes":  {"PGI+JyI="},
	}
	for _, key := range []string{"$html", "$css", "$js", "$jsstr", "$url", "$attr", "$srcset", "$bytes"} {
		t.about(key[1:])
		t.cross("html", places, wrapped(key, texts[key]...))
	}
	t.about("carried")
	for _, key := range []string{"$html", "$css", "$js", "$jsstr", "$url", "$attr", "$srcset"} {
		one := wrapped(key, texts[key][0])[0]
		t.html(`{"V":`+one+`,"L":[`+one+`],"M":{"k":`+one+`}}`, "{{.V}}{{.L}}{{.M}}", "{{range .L}}{{.}}{{end}}", "{{index .L 0}}", "{{.M.k}}", "{{$x := .V}}{{$x}}", "{{with .V}}{{.}}{{end}}", "{{print .V}}", "{{printf \"%s\" .V}}", "{{.V | print}}", "{{.V | html}}", "{{template \"a\" .V}}{{define \"a\"}}{{.}}{{end}}", "{{and 1 .V}}", "{{or .V 1}}", "{{slice .V 1}}", "{{len .V}}", "{{eq .V .V}}", "{{if .V}}y{{end}}", "<script>{{.V}}; {{.L}}; {{.M}}</script>", "<script>'{{.V}}'; '{{.L}}'</script>", "<a href=\"{{.V}}\"><a href=\"{{.L}}\"><a href=\"{{print .V}}\">", "<a title=\"{{.V}}\"><a title=\"{{.L}}\">", "<a {{.V}}><a {{index .L 0}}>", "<p style=\"{{.V}}\"><p style=\"{{print .V}}\">", "<img srcset=\"{{.V}}\"><img srcset=\"{{print .V}}\">")
	}
	t.about("text mode")
	for _, key := range []string{"$html", "$css", "$js", "$jsstr", "$url", "$attr", "$srcset"} {
		t.text(wrapped(key, texts[key][0])[0], "{{.}}", "{{print .}}", "{{printf \"%v %s %q %x %T\" . . . . .}}", "{{printf \"%#v\" .}}", "{{html .}}", "{{js .}}", "{{urlquery .}}", "{{len .}}", "{{index . 0}}", "{{eq . .}}", "{{slice . 1 2}}")
	}
	t.about("html without its tags")
	t.cross("html", []string{"<p title=\"{{.}}\">", "<title>{{.}}</title>", "<p title={{.}}>", "<textarea>{{.}}</textarea>"}, wrapped("$html", "a<b>c</b>d", "<!-- c -->x", "<a title=\">\">y</a>", "<script>x</script>z", "<style>x</style>z", "a < b", "a <b", "<", "&amp;&lt;", "\"'", "<p\nx>y", "<br/>z", "<b", "</b>", "<!DOCTYPE html>x", "<textarea><b></textarea>y", "<title>x</title>", "a>b", "<a b='", "x<!--", "<p>é</p>", "&nbsp;\"&quot;", ""))
}

func goldenAttributes(t *goldenTable) {
	t.about("known names")
	// The names with their kinds as the documentation of html/template and the HTML standard list them.
	for _, name := range []string{"accept", "accept-charset", "action", "alt", "archive", "async", "autocomplete", "autofocus", "autoplay", "background", "border", "checked", "cite", "challenge", "charset", "class", "classid", "codebase", "cols", "colspan", "content", "contenteditable", "contextmenu", "controls", "coords", "crossorigin", "data", "datetime", "default", "defer", "dir", "dirname", "disabled", "draggable", "dropzone", "enctype", "for", "form", "formaction", "formenctype", "formmethod", "formnovalidate", "formtarget", "headers", "height", "hidden", "high", "href", "hreflang", "http-equiv", "icon", "id", "ismap", "keytype", "kind", "label", "lang", "language", "list", "longdesc", "loop", "low", "manifest", "max", "maxlength", "media", "mediagroup", "method", "min", "multiple", "name", "novalidate", "open", "optimum", "pattern", "placeholder", "poster", "profile", "preload", "pubdate", "radiogroup", "readonly", "rel", "required", "reversed", "rows", "rowspan", "sandbox", "spellcheck", "scope", "scoped", "seamless", "selected", "shape", "size", "sizes", "span", "src", "srcdoc", "srclang", "srcset", "start", "step", "style", "summary", "tabindex", "target", "title", "type", "usemap", "value", "width", "wrap", "xmlns"} {
		t.html(`{"X":"javascript:a&b c<d","H":{"$html":"<b>\"x\"</b>"},"N":"`+name+`"}`, "<a "+name+"=\"{{.X}}\">", "<a "+name+"={{.X}}>", "<a "+name+"='{{.H}}'>", "<a {{.N}}=\"{{.X}}\">", "<a {{.N}}>")
	}
	t.about("other names")
	for _, name := range []string{"HREF", "Href", "OnClick", "ONCLICK", "onclick", "onx", "on", "on-x", "online", "STYLE", "Src", "SrcSet", "data-x", "data-href", "data-src", "data-url", "data-style", "data-onclick", "data-on", "data-srcset", "data-", "data", "DATA-HREF", "data-data-href", "xmlns:href", "xmlns:x", "XMLNS:x", "xml:lang", "xml:base", "xlink:href", "xlink:title", "XLINK:HREF", "svg:onclick", "x:style", "x:onclick", "x:data-href", "a:b:href", ":href", "v-bind:href", "@click", "my-src", "my-uri", "my-url", "thesrc", "urlx", "uri", "url", "srcx", "imgsrc", "background-url", "aria-label", "role", "x-y", "foo", "é", "ping", "lowsrc", "dynsrc", "formaction", "FormAction", "http-equiv", "content", "SRCDOC", "integrity", "nonce", "loading", "imagesrcset", "is", "slot", "part", "data-bind:href", "data-x:href"} {
		t.html(`{"X":"javascript:a&b c<d","H":{"$html":"<b>\"x\"</b>"}}`, "<a "+name+"=\"{{.X}}\">", "<a "+name+"={{.X}}>", "<a "+name+"='/{{.X}}?{{.X}}'>", "<a "+name+"=\"{{.H}}\">")
	}
	t.about("elements")
	for _, element := range []string{"script", "meta", "link", "input", "object", "base", "SCRIPT", "iframe", "style"} {
		t.html(`"x y"`, expand([]string{"<" + element + " §=\"{{.}}\">"}, "type", "content", "href", "rel", "value", "data", "src", "srcdoc", "http-equiv", "name")...)
	}
	t.about("scripts that are none")
	for _, kind := range []string{"text/javascript", "TEXT/JAVASCRIPT", "application/javascript", "module", "MODULE", "", " ", "text/template", "text/html", "text/x-handlebars", "application/json", "application/ld+json", "importmap", "speculationrules", "text/ecmascript", "application/x-ecmascript", "text/javascript; charset=utf-8", "text/javascript1.0", "text/jscript", "text/livescript", "text/plain", "jsx", "text/babel", "text/vbscript", "application/xml", "{{.}}"} {
		t.html(`"a</b>'"`, "<script type=\""+kind+"\">x = {{.}}</script>", "<script type='"+kind+"'>'{{.}}'</script>")
	}
	t.html(`"a</b>'"`, "<script type=text/template>{{.}}</script>", "<script type=text/javascript>{{.}}</script>", "<script type>{{.}}</script>", "<script type=>{{.}}</script>", "<script type=\"text/template\" type=\"text/javascript\">{{.}}</script>", "<script type=\"text/javascript\" type=\"text/template\">{{.}}</script>", "<script TYPE=\"text/template\">{{.}}</script>", "<script language=\"vbscript\">{{.}}</script>", "<script data-type=\"text/template\">{{.}}</script>", "<script type=\"text&#47;template\">{{.}}</script>", "<script type=\"text/template\"><b title=\"{{.}}\">{{.}}</b></script>{{.}}", "<script type=\"text/template\"></script><script>{{.}}</script>", "<style type=\"text/less\">{{.}}</style>", "<script type=\"text/template\">{{.}}</b>{{.}}</script>", "<script type=\" text/javascript \">{{.}}</script>")
	t.about("meta refresh")
	for _, content := range []string{"0;url={{.}}", "0; url={{.}}", "0; URL='{{.}}'", "5;{{.}}", "{{.}}", "{{.}};url=/x", "0;url=/a?{{.}}", "0;url=/a?b={{.}}#{{.}}", "text/html; charset={{.}}", "0,url={{.}}", "0;url = {{.}}", "0;ur={{.}}"} {
		for _, one := range quoted("javascript:alert(1)", "/x y", "5", "a'b\"c") {
			t.html(one, "<meta http-equiv=\"refresh\" content=\""+content+"\">", "<meta content=\""+content+"\">")
		}
	}
}

func goldenSrcset(t *goldenTable) {
	values := append(quoted("", "a.png", "/a b.png", "/a.png 1x", "/a.png 1x, /b.png 2x", "/a.png 100w,/b.png 200w", "javascript:x", "javascript:x 2x", "/a.png, javascript:b", "/a.png 1x, javascript:b 2x, /c.png", "JAVASCRIPT:x 1x", "data:image/png;base64,AA==", "https://x.y/z?a=b&c=d 2x", "//x/y 3x", ",", ",,", " , ", "a,b,c", "a b,c d", "/a.png 2x extra", "/a.png \"2x\"", "/a.png <b>", "/é.png 1.5x", "\ta\n2x\r,\fb 1x", "/a.png -1x", "/a%20b.png 2x", "/a(b).png", "mailto:x", "x:y", "/x:y", "?x:y", "#x:y 2x", "/a.png 2x,", "/a.png'2x"), "7", "true", "null", `["/a.png 2x"]`, `{"$srcset":"/a b.png 1x, javascript:x 2x"}`, `{"$srcset":"\"<>'"}`, `{"$url":"javascript:x, y 2x"}`, `{"$url":"/a b,c"}`, `{"$html":"/a.png 2x"}`, `{"$bytes":"L2EucG5n"}`)
	t.about("srcset")
	t.cross("html", []string{"<img srcset=\"{{.}}\">", "<img srcset={{.}}>", "<img srcset='{{.}} 2x'>", "<img srcset=\"{{.}}, /b.png 2x\">", "<img srcset=\"/a.png 1x, {{.}}\">", "<source srcset=\"{{.}}\">", "<img srcset=\"/{{.}} 2x\">", "<img srcset=\"/x?a={{.}} 2x\">", "<img data-srcset=\"{{.}}\">"}, values)
	t.about("several in one")
	t.html(`{"A":"/a.png","B":"javascript:b","C":"2x","L":["/x 1x","/y 2x"]}`, "<img srcset=\"{{.A}} {{.C}}\">", "<img srcset=\"{{.A}} 1x, {{.B}} {{.C}}\">", "<img srcset=\"{{range $i, $e := .L}}{{if $i}}, {{end}}{{$e}}{{end}}\">", "<img srcset=\"{{if .A}}{{.A}}{{else}}{{.B}}{{end}} 2x\">", "<img src=\"{{.A}}\" srcset=\"{{.A}} 1x, {{.A}} 2x\">", "<img srcset=\"{{.A}}?x={{.C}} 1x\">", "<img SRCSET=\"{{.B}}\">", "<img srcset=\"{{.A}}{{.C}}\">", "<img srcset=\"{{.L}}\">")
}

func goldenCSS(t *goldenTable) {
	values := append(quoted("", "red", "#fff", "10px", "-1.5em", "50%", "a b", "bold", "inherit", "url(x)", "expression(alert(1))", "EXPRESSION(1)", "e\\xpression(1)", "-moz-binding", "-MOZ-BINDING", "-moz-x", "javascript:x", "/x.png", "a b.png", "'", "\"", "<b>", "</style>", "<!--", "-->", "/*", "*/", "//", "\\", "\\3c", ";", "{", "}", "(", ")", "@import", "@", "a:b", "rgb(1, 2, 3)", "!important", "+1", "calc(1px + 2px)", "var(--x)", "é", "🎉", "\x00", "\n", "\r\n", "\t", "a\\", "1e3", "_x", "--x", "a,b", "a=b", "`", "&", "http://x/y?z=1&a=b", "https://x/'\"()", "data:x", "\u2028"), "7", "-2.5", "true", "null", `["a"]`, `{"a":1}`, `{"$css":"a: \"b\"; c: url('d')"}`, `{"$css":"</style><b>"}`, `{"$css":"expression(1)"}`, `{"$url":"javascript:x"}`, `{"$url":"/a b'\"()"}`, `{"$html":"<b>"}`, `{"$js":"x"}`, `{"$bytes":"cmVk"}`)
	t.about("values")
	t.cross("html", []string{"<style>a { b: {{.}}; }</style>", "<style>a { b: \"{{.}}\" }</style>", "<style>a { b: url({{.}}) }</style>", "<style>a { b: url('{{.}}') }</style>", "<p style=\"b: {{.}}\">", "<p style=\"b: '{{.}}'\">", "<p style=\"b: url({{.}})\">", "<style>.{{.}} { }</style>"}, values)
	t.about("places")
	t.cross("html", []string{"<style>{{.}}</style>", "<style>{{.}} { }</style>", "<style>{{.}}: x</style>", "<style>a{{.}}b { }</style>", "<style>@media {{.}} { }</style>", "<style>@import {{.}};</style>", "<style>@import \"{{.}}\";</style>", "<style>@import url({{.}});</style>", "<style>@import url(\"{{.}}\");</style>", "<style>a { {{.}}: b }</style>", "<style>a { b: c {{.}} d }</style>", "<style>a { b: url( {{.}} ) }</style>", "<style>a { b: url( \"{{.}}\" ) }</style>", "<style>a { b: url( '{{.}}' ) }</style>", "<style>a { b: url(/{{.}}) }</style>", "<style>a { b: url(/x?{{.}}) }</style>", "<style>a { b: url(/x?a={{.}}&b={{.}}) }</style>", "<style>a { b: url('/x#{{.}}') }</style>", "<style>a { b: url(x{{.}}) }</style>", "<style>a { b: URL({{.}}) }</style>", "<style>a { b: xurl({{.}}) }</style>", "<style>a { b: u\\rl({{.}}) }</style>", "<style>a { b: url ({{.}}) }</style>", "<style>a { b: \"x{{.}}y\" '{{.}}' {{.}} }</style>", "<style>a { b: \"\\\"{{.}}\" }</style>", "<style>a { b: '\\'{{.}}' }</style>", "<style>a { b: \"'{{.}}'\" }</style>", "<style>/* ' */ a { b: {{.}} }</style>", "<style>/* x */{{.}}</style>", "<style>// x '\n{{.}}</style>", "<style>a { b: c } /* {{.}} */ d { e: {{.}} }</style>", "<style>a::before { content: \"{{.}}\" }</style>", "<style media=\"{{.}}\">{{.}}</style>", "<p style=\"{{.}}\">", "<p style='{{.}}'>", "<p style=\"{{.}}: x\">", "<p style=\"a: b; {{.}}\">", "<p style=\"a: b; c: {{.}}; d: {{.}}\">", "<p style=a:{{.}}>", "<p style={{.}}>", "<p style=\"a: url('{{.}}')\">", "<p style='a: url(\"{{.}}\")'>", "<p style=\"a: url(/x?{{.}})\">", "<p style=\"a: &quot;{{.}}&quot;\">", "<p style=\"/* {{.}} */ a: {{.}}\">", "<style>a { b: {{.}}px }</style>", "<style>a { width: calc({{.}} + 1px) }</style>", "<style><!-- a { b: {{.}} } --></style>", "<style>a { b: \"\\{{.}}\" }</style>", "<style>a { b: url(\"x\") {{.}} }</style>", "<style>a { b: url(x) {{.}} }</style>"},
		append(quoted("red", "a b<'\"", "javascript:x", "/p?q=r&s"), "7", `{"$css":"x: 'y'"}`, `{"$url":"javascript:\"z\""}`))
	t.about("refused")
	t.html(`"x"`, "<style>a { b: \"{{.}}", "<style>a { b: \"x\n{{.}}\" }</style>", "<style>a { b: 'x\n' }</style>", "<style>a { b: url('x\n{{.}}') }</style>", "<style>/* {{.}}", "<style>a { b: url({{.}} }</style>", "<style>a { b: \"{{.}} }</style>", "<style>{{if .}}\"{{end}}</style>", "<style>{{if .}}/*{{end}}x*/</style>", "<style>{{if .}}url({{end}}x)</style>", "<p style=\"a: '{{.}}\">", "<p style=\"a: url({{.}}\">", "<p style=\"a: /* {{.}}\">", "<p style=\"{{if .}}'{{else}}url({{end}}\">", "<style>a { b: \"\\", "<style>a { b: \"\\\n{{.}}\" }</style>", "<style>a { b: url(\"a\\\"{{.}}\") }</style>", "<style>a { b: url(a\\){{.}}) }</style>", "<style>a { b: url(a b{{.}}) }</style>", "<style>a { b: url(a\n) {{.}} }</style>", "<style>a { b: url(/x{{if .}}?{{end}}{{.}}) }</style>", "<style>a { b: url('/x{{if .}}?{{end}}{{.}}') }</style>")
}
