/* The escapers, one table each: trusted content, input, and what Go's html/template makes of it. Then values that are
 * not text, chains, and what happens when memory or the output's maximum runs out. */
#include "template/syntax.h"
#include "tests/support/cmocka_all.h"
#include "tests/support/test_allocator.h"

#include <math.h>
#include <stdio.h>

typedef struct row {
    lvt_content content;
    lvt_span input;
    lvt_span expected;
} row;

typedef struct table {
    const char *name;
    const row *rows;
    size_t count;
    lvt_escaper escapers[LVT_ESCAPERS_PER_ACTION_MAX];
} table;
#define TABLE(rows_of, ...)                                                                                           \
    {                                                                                                                 \
        .name = #rows_of, .rows = rows_of, .count = sizeof(rows_of) / sizeof(rows_of[0]), .escapers = { __VA_ARGS__ } \
    }

static const row html_text[] = {
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT(""), LVT_SPAN_INIT("")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("plain text 0189"), LVT_SPAN_INIT("plain text 0189")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("<b title=\"x\" id='y'>&amp; a+b=`c`</b>"),
     LVT_SPAN_INIT("&lt;b title=&#34;x&#34; id=&#39;y&#39;&gt;&amp;amp; a&#43;b=`c`&lt;/b&gt;")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("\t\n\v\f\r\000\001\037\177"),
     LVT_SPAN_INIT("\t\n\v\f\r\357\277\275\001\037\177")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("\303\251\342\200\250\342\200\251\360\237\230\200"),
     LVT_SPAN_INIT("\303\251\342\200\250\342\200\251\360\237\230\200")},
    {LVT_CONTENT_HTML, LVT_SPAN_INIT("<b>&amp;</b>"), LVT_SPAN_INIT("<b>&amp;</b>")},
    {LVT_CONTENT_CSS, LVT_SPAN_INIT("a<b"), LVT_SPAN_INIT("a&lt;b")},
};
static const row rcdata[] = {
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT(""), LVT_SPAN_INIT("")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("plain text 0189"), LVT_SPAN_INIT("plain text 0189")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("<b title=\"x\" id='y'>&amp; a+b=`c`</b>"),
     LVT_SPAN_INIT("&lt;b title=&#34;x&#34; id=&#39;y&#39;&gt;&amp;amp; a&#43;b=`c`&lt;/b&gt;")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("\t\n\v\f\r\000\001\037\177"),
     LVT_SPAN_INIT("\t\n\v\f\r\357\277\275\001\037\177")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("\303\251\342\200\250\342\200\251\360\237\230\200"),
     LVT_SPAN_INIT("\303\251\342\200\250\342\200\251\360\237\230\200")},
    {LVT_CONTENT_HTML, LVT_SPAN_INIT("</title><b>&amp; \""), LVT_SPAN_INIT("&lt;/title&gt;&lt;b&gt;&amp; &#34;")},
};
static const row attribute[] = {
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT(""), LVT_SPAN_INIT("")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("plain text 0189"), LVT_SPAN_INIT("plain text 0189")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("<b title=\"x\" id='y'>&amp; a+b=`c`</b>"),
     LVT_SPAN_INIT("&lt;b title=&#34;x&#34; id=&#39;y&#39;&gt;&amp;amp; a&#43;b=`c`&lt;/b&gt;")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("\t\n\v\f\r\000\001\037\177"),
     LVT_SPAN_INIT("\t\n\v\f\r\357\277\275\001\037\177")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("\303\251\342\200\250\342\200\251\360\237\230\200"),
     LVT_SPAN_INIT("\303\251\342\200\250\342\200\251\360\237\230\200")},
    {LVT_CONTENT_HTML, LVT_SPAN_INIT("<b title=\"1>2\">I <3 &amp;</b> \"x\""),
     LVT_SPAN_INIT("I &lt;3 &amp; &#34;x&#34;")},
    {LVT_CONTENT_HTML, LVT_SPAN_INIT("<script>alert(1)</script>y<!-- z -->"), LVT_SPAN_INIT("y")},
    {LVT_CONTENT_HTML, LVT_SPAN_INIT("<b"), LVT_SPAN_INIT("&lt;b")},
    {LVT_CONTENT_HTML, LVT_SPAN_INIT("<textarea>a<b</textarea>c"), LVT_SPAN_INIT("ac")},
    {LVT_CONTENT_URL, LVT_SPAN_INIT("?a&b"), LVT_SPAN_INIT("?a&amp;b")},
};
static const row attribute_without_quotes[] = {
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT(""), LVT_SPAN_INIT("ZgotmplZ")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("plain text 0189"), LVT_SPAN_INIT("plain&#32;text&#32;0189")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("<b title=\"x\" id='y'>&amp; a+b=`c`</b>"),
     LVT_SPAN_INIT(
         "&lt;b&#32;title&#61;&#34;x&#34;&#32;id&#61;&#39;y&#39;&gt;&amp;amp;&#32;a&#43;b&#61;&#96;c&#96;&lt;/b&gt;")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("\t\n\v\f\r\000\001\037\177"),
     LVT_SPAN_INIT("&#9;&#10;&#11;&#12;&#13;&#xfffd;\001\037\177")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("\303\251\342\200\250\342\200\251\360\237\230\200"),
     LVT_SPAN_INIT("\303\251\342\200\250\342\200\251\360\237\230\200")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("\357\267\220\357\267\257\357\267\260\357\277\277"),
     LVT_SPAN_INIT("&#xfdd0;&#xfdef;\357\267\260&#xffff;")},
    {LVT_CONTENT_HTML, LVT_SPAN_INIT("<b>a &amp; b</b>"), LVT_SPAN_INIT("a&#32;&amp;&#32;b")},
    {LVT_CONTENT_HTML, LVT_SPAN_INIT("<b></b>"), LVT_SPAN_INIT("")},
};
static const row names[] = {
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT(""), LVT_SPAN_INIT("ZgotmplZ")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("plain text 0189"), LVT_SPAN_INIT("ZgotmplZ")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("<b title=\"x\" id='y'>&amp; a+b=`c`</b>"), LVT_SPAN_INIT("ZgotmplZ")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("\t\n\v\f\r\000\001\037\177"), LVT_SPAN_INIT("ZgotmplZ")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("\303\251\342\200\250\342\200\251\360\237\230\200"), LVT_SPAN_INIT("ZgotmplZ")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("title"), LVT_SPAN_INIT("title")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("TITLE"), LVT_SPAN_INIT("title")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("a1"), LVT_SPAN_INIT("a1")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("data-x"), LVT_SPAN_INIT("ZgotmplZ")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("x:y"), LVT_SPAN_INIT("ZgotmplZ")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("onclick"), LVT_SPAN_INIT("ZgotmplZ")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("OnX"), LVT_SPAN_INIT("ZgotmplZ")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("href"), LVT_SPAN_INIT("ZgotmplZ")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("src"), LVT_SPAN_INIT("ZgotmplZ")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("style"), LVT_SPAN_INIT("ZgotmplZ")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("type"), LVT_SPAN_INIT("ZgotmplZ")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("myuri"), LVT_SPAN_INIT("ZgotmplZ")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("\304\260d"), LVT_SPAN_INIT("id")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("lin\342\204\252"), LVT_SPAN_INIT("link")},
    {LVT_CONTENT_HTMLATTR, LVT_SPAN_INIT("onclick=\"x\""), LVT_SPAN_INIT("onclick=\"x\"")},
    {LVT_CONTENT_HTML, LVT_SPAN_INIT("title"), LVT_SPAN_INIT("title")},
};
static const row whole_urls[] = {
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT(""), LVT_SPAN_INIT("")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("plain text 0189"), LVT_SPAN_INIT("plain%20text%200189")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("<b title=\"x\" id='y'>&amp; a+b=`c`</b>"),
     LVT_SPAN_INIT("%3cb%20title=%22x%22%20id=%27y%27%3e&amp;%20a+b=%60c%60%3c/b%3e")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("\t\n\v\f\r\000\001\037\177"), LVT_SPAN_INIT("%09%0a%0b%0c%0d%00%01%1f%7f")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("\303\251\342\200\250\342\200\251\360\237\230\200"),
     LVT_SPAN_INIT("%c3%a9%e2%80%a8%e2%80%a9%f0%9f%98%80")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("http://x/?a=b&c#d"), LVT_SPAN_INIT("http://x/?a=b&c#d")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("https:x"), LVT_SPAN_INIT("https:x")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("HTTPS:x"), LVT_SPAN_INIT("HTTPS:x")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("http\305\277:x"), LVT_SPAN_INIT("http%c5%bf:x")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("mailto:a@b"), LVT_SPAN_INIT("mailto:a@b")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("/a:b"), LVT_SPAN_INIT("/a:b")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("javascript:alert(1)"), LVT_SPAN_INIT("#ZgotmplZ")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("JavaScript:x"), LVT_SPAN_INIT("#ZgotmplZ")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("data:text/html,x"), LVT_SPAN_INIT("#ZgotmplZ")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT(":x"), LVT_SPAN_INIT("#ZgotmplZ")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("x:y"), LVT_SPAN_INIT("#ZgotmplZ")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("a b(c)'d'"), LVT_SPAN_INIT("a%20b%28c%29%27d%27")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("%41%zz%"), LVT_SPAN_INIT("%41%25zz%25")},
    {LVT_CONTENT_URL, LVT_SPAN_INIT("javascript:x 'y'"), LVT_SPAN_INIT("javascript:x%20%27y%27")},
    {LVT_CONTENT_HTML, LVT_SPAN_INIT("http:x<b>"), LVT_SPAN_INIT("http:x%3cb%3e")},
};
static const row url_starts[] = {
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT(""), LVT_SPAN_INIT("")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("plain text 0189"), LVT_SPAN_INIT("plain%20text%200189")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("<b title=\"x\" id='y'>&amp; a+b=`c`</b>"),
     LVT_SPAN_INIT("%3cb%20title=%22x%22%20id=%27y%27%3e&amp;%20a+b=%60c%60%3c/b%3e")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("\t\n\v\f\r\000\001\037\177"), LVT_SPAN_INIT("%09%0a%0b%0c%0d%00%01%1f%7f")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("\303\251\342\200\250\342\200\251\360\237\230\200"),
     LVT_SPAN_INIT("%c3%a9%e2%80%a8%e2%80%a9%f0%9f%98%80")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("!#$&*+,/:;=?@[]"), LVT_SPAN_INIT("!#$&*+,/:;=?@[]")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("-._~"), LVT_SPAN_INIT("-._~")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("%41%4"), LVT_SPAN_INIT("%41%254")},
    {LVT_CONTENT_URL, LVT_SPAN_INIT("?a b"), LVT_SPAN_INIT("?a%20b")},
};
static const row queries[] = {
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT(""), LVT_SPAN_INIT("")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("plain text 0189"), LVT_SPAN_INIT("plain%20text%200189")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("<b title=\"x\" id='y'>&amp; a+b=`c`</b>"),
     LVT_SPAN_INIT("%3cb%20title%3d%22x%22%20id%3d%27y%27%3e%26amp%3b%20a%2bb%3d%60c%60%3c%2fb%3e")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("\t\n\v\f\r\000\001\037\177"), LVT_SPAN_INIT("%09%0a%0b%0c%0d%00%01%1f%7f")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("\303\251\342\200\250\342\200\251\360\237\230\200"),
     LVT_SPAN_INIT("%c3%a9%e2%80%a8%e2%80%a9%f0%9f%98%80")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("!#$&*+,/:;=?@[]"),
     LVT_SPAN_INIT("%21%23%24%26%2a%2b%2c%2f%3a%3b%3d%3f%40%5b%5d")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("-._~"), LVT_SPAN_INIT("-._~")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("%41"), LVT_SPAN_INIT("%2541")},
    {LVT_CONTENT_URL, LVT_SPAN_INIT("a/b?c d%41"), LVT_SPAN_INIT("a/b?c%20d%41")},
};
static const row srcset[] = {
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT(""), LVT_SPAN_INIT("")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("plain text 0189"), LVT_SPAN_INIT("plain text 0189")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("<b title=\"x\" id='y'>&amp; a+b=`c`</b>"), LVT_SPAN_INIT("#ZgotmplZ")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("\t\n\v\f\r\000\001\037\177"), LVT_SPAN_INIT("#ZgotmplZ")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("\303\251\342\200\250\342\200\251\360\237\230\200"),
     LVT_SPAN_INIT("%c3%a9%e2%80%a8%e2%80%a9%f0%9f%98%80")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("a.png"), LVT_SPAN_INIT("a.png")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("a.png 1x, b.png 2x"), LVT_SPAN_INIT("a.png 1x, b.png 2x")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("  a.png\t100w  "), LVT_SPAN_INIT("  a.png\t100w  ")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("javascript:x, b"), LVT_SPAN_INIT("#ZgotmplZ, b")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("a.png 1.5x"), LVT_SPAN_INIT("#ZgotmplZ")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("a,b , ,"), LVT_SPAN_INIT("a,b , ,")},
    {LVT_CONTENT_URL, LVT_SPAN_INIT("a,b c"), LVT_SPAN_INIT("a%2cb%20c")},
    {LVT_CONTENT_SRCSET, LVT_SPAN_INIT("a\"b, c"), LVT_SPAN_INIT("a&#34;b, c")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("a\303\251 1x"), LVT_SPAN_INIT("a%c3%a9 1x")},
};
static const row css_strings[] = {
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT(""), LVT_SPAN_INIT("")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("plain text 0189"), LVT_SPAN_INIT("plain text 0189")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("<b title=\"x\" id='y'>&amp; a+b=`c`</b>"),
     LVT_SPAN_INIT("\\3c b title=\\22x\\22  id=\\27y\\27\\3e\\26 amp\\3b  a\\2b b=`c`\\3c\\2f b\\3e ")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("\t\n\v\f\r\000\001\037\177"), LVT_SPAN_INIT("\\9 \\a\v\\c \\d\\0\001\037\177")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("\303\251\342\200\250\342\200\251\360\237\230\200"),
     LVT_SPAN_INIT("\303\251\342\200\250\342\200\251\360\237\230\200")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("\"&'()+/:;<>\\{}"),
     LVT_SPAN_INIT("\\22\\26\\27\\28\\29\\2b\\2f\\3a\\3b\\3c\\3e\\\\\\7b\\7d ")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("<a"), LVT_SPAN_INIT("\\3c a")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("<g"), LVT_SPAN_INIT("\\3cg")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT(";1"), LVT_SPAN_INIT("\\3b 1")},
    {LVT_CONTENT_CSS, LVT_SPAN_INIT("x:y"), LVT_SPAN_INIT("x\\3ay")},
};
static const row css_values[] = {
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT(""), LVT_SPAN_INIT("")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("plain text 0189"), LVT_SPAN_INIT("plain text 0189")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("<b title=\"x\" id='y'>&amp; a+b=`c`</b>"), LVT_SPAN_INIT("ZgotmplZ")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("\t\n\v\f\r\000\001\037\177"), LVT_SPAN_INIT("ZgotmplZ")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("\303\251\342\200\250\342\200\251\360\237\230\200"),
     LVT_SPAN_INIT("\303\251\342\200\250\342\200\251\360\237\230\200")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("red"), LVT_SPAN_INIT("red")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("#fff"), LVT_SPAN_INIT("#fff")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("10px"), LVT_SPAN_INIT("10px")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("-moz-corner-radius"), LVT_SPAN_INIT("-moz-corner-radius")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("a--b"), LVT_SPAN_INIT("ZgotmplZ")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("--x"), LVT_SPAN_INIT("ZgotmplZ")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("-->"), LVT_SPAN_INIT("ZgotmplZ")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("expression(1)"), LVT_SPAN_INIT("ZgotmplZ")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("expression"), LVT_SPAN_INIT("ZgotmplZ")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("ex-pression"), LVT_SPAN_INIT("ZgotmplZ")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("EXPRESSION"), LVT_SPAN_INIT("ZgotmplZ")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("mozBinding"), LVT_SPAN_INIT("ZgotmplZ")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("-moz-binding:1"), LVT_SPAN_INIT("ZgotmplZ")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("\\65xpression"), LVT_SPAN_INIT("ZgotmplZ")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("\\41 x"), LVT_SPAN_INIT("Ax")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("a\\"), LVT_SPAN_INIT("a")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("(x)"), LVT_SPAN_INIT("ZgotmplZ")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("a;b"), LVT_SPAN_INIT("ZgotmplZ")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("a:b, c"), LVT_SPAN_INIT("a:b, c")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("\""), LVT_SPAN_INIT("ZgotmplZ")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("100%"), LVT_SPAN_INIT("100%")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("a/b"), LVT_SPAN_INIT("ZgotmplZ")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("@x"), LVT_SPAN_INIT("ZgotmplZ")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("\303\251"), LVT_SPAN_INIT("\303\251")},
    {LVT_CONTENT_CSS, LVT_SPAN_INIT("a;b{}"), LVT_SPAN_INIT("a;b{}")},
};
static const row js_values[] = {
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT(""), LVT_SPAN_INIT("\"\"")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("plain text 0189"), LVT_SPAN_INIT("\"plain text 0189\"")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("<b title=\"x\" id='y'>&amp; a+b=`c`</b>"),
     LVT_SPAN_INIT("\"\\u003cb title=\\\"x\\\" id='y'\\u003e\\u0026amp; a+b=`c`\\u003c/b\\u003e\"")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("\t\n\v\f\r\000\001\037\177"),
     LVT_SPAN_INIT("\"\\t\\n\\u000b\\f\\r\\u0000\\u0001\\u001f\177\"")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("\303\251\342\200\250\342\200\251\360\237\230\200"),
     LVT_SPAN_INIT("\"\303\251\\u2028\\u2029\360\237\230\200\"")},
    {LVT_CONTENT_JS, LVT_SPAN_INIT("a+1"), LVT_SPAN_INIT("a+1")},
    {LVT_CONTENT_JSSTR, LVT_SPAN_INIT("a\"b\\n"), LVT_SPAN_INIT("\"a\"b\\n\"")},
    {LVT_CONTENT_HTML, LVT_SPAN_INIT("<b>"), LVT_SPAN_INIT("\"\\u003cb\\u003e\"")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("*/</script><!--"), LVT_SPAN_INIT("\"*/\\u003c/script\\u003e\\u003c!--\"")},
};
static const row js_strings[] = {
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT(""), LVT_SPAN_INIT("")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("plain text 0189"), LVT_SPAN_INIT("plain text 0189")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("<b title=\"x\" id='y'>&amp; a+b=`c`</b>"),
     LVT_SPAN_INIT("\\u003cb title=\\u0022x\\u0022 id=\\u0027y\\u0027\\u003e\\u0026amp; "
                   "a\\u002bb=\\u0060c\\u0060\\u003c\\/b\\u003e")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("\t\n\v\f\r\000\001\037\177"),
     LVT_SPAN_INIT("\\t\\n\\u000b\\f\\r\\u0000\\u0001\\u001f\177")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("\303\251\342\200\250\342\200\251\360\237\230\200"),
     LVT_SPAN_INIT("\303\251\\u2028\\u2029\360\237\230\200")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("\"'`&+/<>\\"),
     LVT_SPAN_INIT("\\u0022\\u0027\\u0060\\u0026\\u002b\\/\\u003c\\u003e\\\\")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("</script>"), LVT_SPAN_INIT("\\u003c\\/script\\u003e")},
    {LVT_CONTENT_JSSTR, LVT_SPAN_INIT("\\n\"'/</script>"),
     LVT_SPAN_INIT("\\n\\u0022\\u0027\\/\\u003c\\/script\\u003e")},
    {LVT_CONTENT_JS, LVT_SPAN_INIT("a+1"), LVT_SPAN_INIT("a\\u002b1")},
};
static const row js_templates[] = {
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT(""), LVT_SPAN_INIT("")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("plain text 0189"), LVT_SPAN_INIT("plain text 0189")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("<b title=\"x\" id='y'>&amp; a+b=`c`</b>"),
     LVT_SPAN_INIT("\\u003cb title=\\u0022x\\u0022 id=\\u0027y\\u0027\\u003e\\u0026amp; "
                   "a\\u002bb=\\u0060c\\u0060\\u003c\\/b\\u003e")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("\t\n\v\f\r\000\001\037\177"),
     LVT_SPAN_INIT("\\t\\n\\u000b\\f\\r\\u0000\\u0001\\u001f\177")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("\303\251\342\200\250\342\200\251\360\237\230\200"),
     LVT_SPAN_INIT("\303\251\\u2028\\u2029\360\237\230\200")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("${x}`\\"), LVT_SPAN_INIT("\\u0024\\u007bx\\u007d\\u0060\\\\")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("{}$"), LVT_SPAN_INIT("\\u007b\\u007d\\u0024")},
};
static const row js_regexps[] = {
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT(""), LVT_SPAN_INIT("(?:)")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("plain text 0189"), LVT_SPAN_INIT("plain text 0189")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("<b title=\"x\" id='y'>&amp; a+b=`c`</b>"),
     LVT_SPAN_INIT(
         "\\u003cb title=\\u0022x\\u0022 id=\\u0027y\\u0027\\u003e\\u0026amp; a\\u002bb=`c`\\u003c\\/b\\u003e")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("\t\n\v\f\r\000\001\037\177"),
     LVT_SPAN_INIT("\\t\\n\\u000b\\f\\r\\u0000\\u0001\\u001f\177")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("\303\251\342\200\250\342\200\251\360\237\230\200"),
     LVT_SPAN_INIT("\303\251\\u2028\\u2029\360\237\230\200")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("\"$&'()*+-./<>?[\\]^{|}"),
     LVT_SPAN_INIT("\\u0022\\$\\u0026\\u0027\\(\\)\\*\\u002b\\-\\.\\/\\u003c\\u003e\\?\\[\\\\\\]\\^\\{\\|\\}")},
};
static const row html_function[] = {
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT(""), LVT_SPAN_INIT("")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("plain text 0189"), LVT_SPAN_INIT("plain text 0189")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("<b title=\"x\" id='y'>&amp; a+b=`c`</b>"),
     LVT_SPAN_INIT("&lt;b title=&#34;x&#34; id=&#39;y&#39;&gt;&amp;amp; a+b=`c`&lt;/b&gt;")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("\t\n\v\f\r\000\001\037\177"),
     LVT_SPAN_INIT("\t\n\v\f\r\357\277\275\001\037\177")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("\303\251\342\200\250\342\200\251\360\237\230\200"),
     LVT_SPAN_INIT("\303\251\342\200\250\342\200\251\360\237\230\200")},
    {LVT_CONTENT_HTML, LVT_SPAN_INIT("<b>&amp;"), LVT_SPAN_INIT("&lt;b&gt;&amp;amp;")},
};
static const row urlquery_function[] = {
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT(""), LVT_SPAN_INIT("")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("plain text 0189"), LVT_SPAN_INIT("plain+text+0189")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("<b title=\"x\" id='y'>&amp; a+b=`c`</b>"),
     LVT_SPAN_INIT("%3Cb+title%3D%22x%22+id%3D%27y%27%3E%26amp%3B+a%2Bb%3D%60c%60%3C%2Fb%3E")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("\t\n\v\f\r\000\001\037\177"), LVT_SPAN_INIT("%09%0A%0B%0C%0D%00%01%1F%7F")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("\303\251\342\200\250\342\200\251\360\237\230\200"),
     LVT_SPAN_INIT("%C3%A9%E2%80%A8%E2%80%A9%F0%9F%98%80")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("!#$&'()*+,/:;=?@[]"),
     LVT_SPAN_INIT("%21%23%24%26%27%28%29%2A%2B%2C%2F%3A%3B%3D%3F%40%5B%5D")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("-._~"), LVT_SPAN_INIT("-._~")},
};
static const row links[] = {
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT(""), LVT_SPAN_INIT("")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("plain text 0189"), LVT_SPAN_INIT("plain%20text%200189")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("<b title=\"x\" id='y'>&amp; a+b=`c`</b>"),
     LVT_SPAN_INIT("%3cb%20title=%22x%22%20id=%27y%27%3e&amp;amp;%20a&#43;b=%60c%60%3c/b%3e")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("\t\n\v\f\r\000\001\037\177"), LVT_SPAN_INIT("%09%0a%0b%0c%0d%00%01%1f%7f")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("\303\251\342\200\250\342\200\251\360\237\230\200"),
     LVT_SPAN_INIT("%c3%a9%e2%80%a8%e2%80%a9%f0%9f%98%80")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("http://x/?a=b&c=\"d\""), LVT_SPAN_INIT("http://x/?a=b&amp;c=%22d%22")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("javascript:x"), LVT_SPAN_INIT("#ZgotmplZ")},
    {LVT_CONTENT_URL, LVT_SPAN_INIT("javascript:'x'"), LVT_SPAN_INIT("javascript:%27x%27")},
};
static const row handlers[] = {
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT(""), LVT_SPAN_INIT("&#34;&#34;")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("plain text 0189"), LVT_SPAN_INIT("&#34;plain&#32;text&#32;0189&#34;")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("<b title=\"x\" id='y'>&amp; a+b=`c`</b>"),
     LVT_SPAN_INIT("&#34;\\u003cb&#32;title&#61;\\&#34;x\\&#34;&#32;id&#61;&#39;y&#39;\\u003e\\u0026amp;&#32;a&#43;b&#"
                   "61;&#96;c&#96;\\u003c/b\\u003e&#34;")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("\t\n\v\f\r\000\001\037\177"),
     LVT_SPAN_INIT("&#34;\\t\\n\\u000b\\f\\r\\u0000\\u0001\\u001f\177&#34;")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("\303\251\342\200\250\342\200\251\360\237\230\200"),
     LVT_SPAN_INIT("&#34;\303\251\\u2028\\u2029\360\237\230\200&#34;")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT("a \"b\""), LVT_SPAN_INIT("&#34;a&#32;\\&#34;b\\&#34;&#34;")},
    {LVT_CONTENT_JS, LVT_SPAN_INIT("f( x )"), LVT_SPAN_INIT("f(&#32;x&#32;)")},
    {LVT_CONTENT_PLAIN, LVT_SPAN_INIT(""), LVT_SPAN_INIT("&#34;&#34;")},
};

static const table tables[] = {
    TABLE(html_text, LVT_ESCAPER_HTML),
    TABLE(rcdata, LVT_ESCAPER_RCDATA),
    TABLE(attribute, LVT_ESCAPER_ATTR),
    TABLE(attribute_without_quotes, LVT_ESCAPER_HTML_NOSPACE),
    TABLE(names, LVT_ESCAPER_HTML_NAME_FILTER),
    TABLE(whole_urls, LVT_ESCAPER_URL_FILTER, LVT_ESCAPER_URL_NORMALIZER),
    TABLE(url_starts, LVT_ESCAPER_URL_NORMALIZER),
    TABLE(queries, LVT_ESCAPER_URL_ESCAPER),
    TABLE(srcset, LVT_ESCAPER_SRCSET, LVT_ESCAPER_ATTR),
    TABLE(css_strings, LVT_ESCAPER_CSS),
    TABLE(css_values, LVT_ESCAPER_CSS_VALUE_FILTER),
    TABLE(js_values, LVT_ESCAPER_JS_VALUE),
    TABLE(js_strings, LVT_ESCAPER_JS_STRING),
    TABLE(js_templates, LVT_ESCAPER_JS_TEMPLATE),
    TABLE(js_regexps, LVT_ESCAPER_JS_REGEXP),
    TABLE(html_function, LVT_ESCAPER_FUNCTION_HTML),
    TABLE(urlquery_function, LVT_ESCAPER_FUNCTION_URLQUERY),
    TABLE(links, LVT_ESCAPER_URL_FILTER, LVT_ESCAPER_URL_NORMALIZER, LVT_ESCAPER_ATTR),
    TABLE(handlers, LVT_ESCAPER_JS_VALUE, LVT_ESCAPER_HTML_NOSPACE),
};

static size_t chain_length(const lvt_escaper *escapers) {
    size_t count = 0;
    while (count < LVT_ESCAPERS_PER_ACTION_MAX && escapers[count] != LVT_ESCAPER_NONE) count++;
    return count;
}

static void every_row_prints_as_in_go(void **state) {
    (void)state;
    lvt_arena arena;
    lvt_arena_init(&arena, 1 << 20, NULL);
    lvt_buffer out;
    lvt_buffer_init(&out, 1 << 20, NULL);
    size_t wrong = 0;
    for (size_t t = 0; t < sizeof(tables) / sizeof(tables[0]); t++) {
        for (size_t r = 0; r < tables[t].count; r++) {
            const row *one = &tables[t].rows[r];
            lvt_string text = {(char *)(uintptr_t)one->input.data, one->input.length};
            lvt_error error = {0};
            lvt_buffer_clear(&out);
            lvt_buffer_append_literal(&out, "before ");
            lvt_value value = {&lvt_type_trusted_text[one->content], &text};
            lvt_status status =
                lvt_escape_chain(&out, tables[t].escapers, chain_length(tables[t].escapers), value, &arena, &error);
            lvt_span got = lvt_span_of(out.data + 7, out.length - 7);
            if (status == LVT_OK && lvt_span_equal(got, one->expected)) continue;
            wrong++;
            print_error("%s, row %zu: %.*s is %.*s instead of %.*s %s\n", tables[t].name, r + 1,
                        LVT_SPAN_ARGS(one->input), LVT_SPAN_ARGS(got), LVT_SPAN_ARGS(one->expected), error.message);
        }
    }
    lvt_buffer_free(&out);
    lvt_arena_free(&arena);
    assert_int_equal(wrong, 0);
}

/* ---- values that are not text ---------------------------------------------------------------------------------- */

static void assert_printed(lvt_value value, const lvt_escaper *escapers, const char *expected) {
    lvt_arena arena;
    lvt_arena_init(&arena, 1 << 20, NULL);
    lvt_buffer out;
    lvt_buffer_init(&out, 1 << 20, NULL);
    lvt_error error = {0};
    if (lvt_escape_chain(&out, escapers, chain_length(escapers), value, &arena, &error) != LVT_OK) {
        fail_msg("%s", error.message);
    }
    assert_string_equal(lvt_buffer_string(&out), expected);
    lvt_buffer_free(&out);
    lvt_arena_free(&arena);
}
#define ASSERT_PRINTED(value, expected, ...) \
    assert_printed(value, (lvt_escaper[LVT_ESCAPERS_PER_ACTION_MAX]){__VA_ARGS__}, expected)
#define VALUE(descriptor, object) ((lvt_value){(descriptor), &(object)})

static void nil_prints_nothing_but_in_scripts(void **state) {
    (void)state;
    lvt_dynamic nothing = {0};
    lvt_value nils[] = {LVT_NIL, VALUE(LVT_DYNAMIC, nothing)};
    for (size_t i = 0; i < 2; i++) {
        ASSERT_PRINTED(nils[i], "", LVT_ESCAPER_HTML);
        ASSERT_PRINTED(nils[i], "", LVT_ESCAPER_ATTR);
        ASSERT_PRINTED(nils[i], "ZgotmplZ", LVT_ESCAPER_HTML_NOSPACE);
        ASSERT_PRINTED(nils[i], "ZgotmplZ", LVT_ESCAPER_HTML_NAME_FILTER);
        ASSERT_PRINTED(nils[i], "", LVT_ESCAPER_URL_FILTER, LVT_ESCAPER_URL_NORMALIZER, LVT_ESCAPER_ATTR);
        ASSERT_PRINTED(nils[i], " null ", LVT_ESCAPER_JS_VALUE);
        ASSERT_PRINTED(nils[i], "", LVT_ESCAPER_JS_STRING);
        ASSERT_PRINTED(nils[i], "(?:)", LVT_ESCAPER_JS_REGEXP);
        ASSERT_PRINTED(nils[i], "&lt;no value&gt;", LVT_ESCAPER_FUNCTION_HTML);
        ASSERT_PRINTED(nils[i], "&lt;nil&gt;", LVT_ESCAPER_EVAL_ARGS, LVT_ESCAPER_FUNCTION_HTML);
    }
}

static void pointers_are_followed(void **state) {
    (void)state;
    const lvt_type *pointer = LVT_POINTER_TO(LVT_STRING);
    const char *text = "a<b";
    const char **there = &text;
    void *nowhere = NULL;
    ASSERT_PRINTED(VALUE(pointer, there), "a&lt;b", LVT_ESCAPER_HTML);
    ASSERT_PRINTED(VALUE(pointer, there), "\"a\\u003cb\"", LVT_ESCAPER_JS_VALUE);
    ASSERT_PRINTED(VALUE(pointer, nowhere), "&lt;nil&gt;", LVT_ESCAPER_HTML);
    ASSERT_PRINTED(VALUE(pointer, nowhere), " null ", LVT_ESCAPER_JS_VALUE);
    lvt_dynamic held = {.type = &lvt_type_trusted[LVT_CONTENT_HTML]};
    held.as.pointer = &text;
    ASSERT_PRINTED(VALUE(LVT_DYNAMIC, held), "a<b", LVT_ESCAPER_HTML);
}

static void numbers_and_bools(void **state) {
    (void)state;
    int64_t integer = -5;
    uint64_t natural = UINT64_MAX;
    double number = 1.5e30, whole = 3;
    bool truth = true;
    ASSERT_PRINTED(VALUE(LVT_INT64, integer), "-5", LVT_ESCAPER_HTML);
    ASSERT_PRINTED(VALUE(LVT_INT64, integer), "-5", LVT_ESCAPER_HTML_NOSPACE);
    ASSERT_PRINTED(VALUE(LVT_INT64, integer), " -5 ", LVT_ESCAPER_JS_VALUE, LVT_ESCAPER_ATTR);
    ASSERT_PRINTED(VALUE(LVT_INT64, integer), "\\-5", LVT_ESCAPER_JS_REGEXP);
    ASSERT_PRINTED(VALUE(LVT_UINT64, natural), "18446744073709551615", LVT_ESCAPER_ATTR);
    ASSERT_PRINTED(VALUE(LVT_DOUBLE, number), "1.5e&#43;30", LVT_ESCAPER_HTML);
    ASSERT_PRINTED(VALUE(LVT_DOUBLE, number), " 1.5e+30 ", LVT_ESCAPER_JS_VALUE);
    ASSERT_PRINTED(VALUE(LVT_DOUBLE, number), "1.5e%2b30", LVT_ESCAPER_URL_ESCAPER);
    ASSERT_PRINTED(VALUE(LVT_DOUBLE, whole), "3", LVT_ESCAPER_CSS_VALUE_FILTER);
    ASSERT_PRINTED(VALUE(LVT_BOOL, truth), "true", LVT_ESCAPER_RCDATA);
    ASSERT_PRINTED(VALUE(LVT_BOOL, truth), " true ", LVT_ESCAPER_JS_VALUE);
}

static void what_json_cannot_say_is_a_comment(void **state) {
    (void)state;
    double nan = NAN, negative = -INFINITY;
    ASSERT_PRINTED(VALUE(LVT_DOUBLE, nan), " /* json: unsupported value: NaN */null ", LVT_ESCAPER_JS_VALUE);
    ASSERT_PRINTED(VALUE(LVT_DOUBLE, negative), " /* json: unsupported value: -Inf */null ", LVT_ESCAPER_JS_VALUE);
}

static void compound_values(void **state) {
    (void)state;
    lvt_arena arena;
    lvt_arena_init(&arena, 1 << 20, NULL);
    lvt_value value;
    lvt_error error = {0};
    lvt_span json = LVT_SPAN("{\"a\":[1,null,\"</script>\"],\"b\":{\"$html\":\"<b>\"},\"t\":"
                             "{\"$time\":\"2020-01-02T03:04:05.6Z\"},\"z\":{\"$bytes\":\"AQI=\"}}");
    assert_int_equal(lvt_json_parse(&value, json, &arena, &error), LVT_OK);
    ASSERT_PRINTED(value,
                   "{\"a\":[1,null,\"\\u003c/script\\u003e\"],\"b\":\"\\u003cb\\u003e\","
                   "\"t\":\"2020-01-02T03:04:05.6Z\",\"z\":\"AQI=\"}",
                   LVT_ESCAPER_JS_VALUE);
    ASSERT_PRINTED(value,
                   "map[a:[1 &lt;nil&gt; &lt;/script&gt;] b:&lt;b&gt; t:2020-01-02 03:04:05.6 &#43;0000 UTC z:[1 2]]",
                   LVT_ESCAPER_HTML);
    lvt_arena_free(&arena);
}

static lvt_status print_degrees(lvt_buffer *out, const void *self) {
    lvt_buffer_append_int(out, *(const int *)self);
    lvt_buffer_append_literal(out, "<deg>");
    return LVT_OK;
}

static void types_that_print_themselves(void **state) {
    (void)state;
    lvt_type degrees = *LVT_INT;
    degrees.to_string = print_degrees;
    int warm = 21;
    ASSERT_PRINTED(VALUE(&degrees, warm), "21&lt;deg&gt;", LVT_ESCAPER_HTML);
    ASSERT_PRINTED(VALUE(&degrees, warm), "\"21\\u003cdeg\\u003e\"", LVT_ESCAPER_JS_VALUE);
}

/* ---- text/template's functions ----------------------------------------------------------------------------------- */

static void text_functions(void **state) {
    (void)state;
    lvt_buffer out;
    lvt_buffer_init(&out, 1000, NULL);
    lvt_escape_js_text(&out, LVT_SPAN("'\"\\<>&=\n\x7f \xc3\xa9\xc2\xad\xe2\x80\xa8\xff"));
    assert_string_equal(lvt_buffer_string(&out), "\\'\\\"\\\\\\u003C\\u003E\\u0026\\u003D\\u000A\x7f \xc3\xa9\\u00AD"
                                                 "\\u2028\xff");
    lvt_buffer_clear(&out);
    lvt_escape_html_text(&out, LVT_SPAN("<a href=\"x\">'&+\0"));
    assert_string_equal(lvt_buffer_string(&out), "&lt;a href=&#34;x&#34;&gt;&#39;&amp;+\xef\xbf\xbd");
    lvt_buffer_clear(&out);
    lvt_escape_urlquery_text(&out, LVT_SPAN("a b&c/\xc3\xa9"));
    assert_string_equal(lvt_buffer_string(&out), "a+b%26c%2F%C3%A9");
    lvt_buffer_free(&out);
}

/* ---- failures --------------------------------------------------------------------------------------------------- */

static void a_full_output_is_cut_back(void **state) {
    (void)state;
    lvt_arena arena;
    lvt_arena_init(&arena, 1 << 20, NULL);
    lvt_buffer out;
    lvt_buffer_init(&out, 40, NULL);
    lvt_buffer_append_literal(&out, "before");
    const char *text = "<<<<<<<<<<<<<<<<<<<<<<";
    lvt_error error = {0};
    assert_int_equal(lvt_escape_value(&out, LVT_ESCAPER_HTML, VALUE(LVT_STRING, text), &arena, &error),
                     LVT_ERROR_LIMIT);
    assert_int_equal(out.length, 6);
    lvt_buffer_free(&out);
    lvt_arena_free(&arena);
}

static void every_failing_allocation_is_reported(void **state) {
    (void)state;
    static const lvt_escaper link[LVT_ESCAPERS_PER_ACTION_MAX] = {LVT_ESCAPER_URL_FILTER, LVT_ESCAPER_URL_NORMALIZER,
                                                                  LVT_ESCAPER_ATTR};
    static const lvt_escaper css[LVT_ESCAPERS_PER_ACTION_MAX] = {LVT_ESCAPER_CSS_VALUE_FILTER};
    double number = 1.25;
    const char *text = "\\41 b";
    const struct {
        const lvt_escaper *escapers;
        lvt_value value;
        const char *expected;
    } cases[] = {{link, VALUE(LVT_DOUBLE, number), "1.25"}, {css, VALUE(LVT_STRING, text), "Ab"}};
    for (size_t c = 0; c < 2; c++) {
        lvt_status status = LVT_ERROR_OUT_OF_MEMORY;
        size_t n = 0;
        while (status != LVT_OK) {
            test_allocator tested;
            test_allocator_init(&tested, ++n);
            lvt_arena arena;
            lvt_arena_init(&arena, 1 << 20, &tested.allocator);
            lvt_buffer out;
            lvt_buffer_init(&out, 1 << 20, &tested.allocator);
            lvt_error error = {0};
            status = lvt_escape_chain(&out, cases[c].escapers, chain_length(cases[c].escapers), cases[c].value, &arena,
                                      &error);
            assert_true(status == LVT_OK || status == LVT_ERROR_OUT_OF_MEMORY);
            if (status == LVT_OK) assert_string_equal(lvt_buffer_string(&out), cases[c].expected);
            if (status != LVT_OK) assert_int_equal(out.length, 0);
            lvt_buffer_free(&out);
            lvt_arena_free(&arena);
            assert_int_equal(tested.live, 0);
        }
        assert_true(n > 1);
    }
}

static void every_escaper_has_names(void **state) {
    (void)state;
    for (int e = LVT_ESCAPER_HTML; e <= LVT_ESCAPER_FUNCTION_URLQUERY; e++) {
        assert_true(strlen(lvt_escaper_go_name((lvt_escaper)e)) > 0);
        assert_true(strlen(lvt_escaper_name((lvt_escaper)e)) > 0);
    }
    assert_string_equal(lvt_escaper_go_name(LVT_ESCAPER_HTML), "_html_template_htmlescaper");
    assert_string_equal(lvt_escaper_name(LVT_ESCAPER_HTML), "html");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_prints_as_in_go),
        cmocka_unit_test(nil_prints_nothing_but_in_scripts),
        cmocka_unit_test(pointers_are_followed),
        cmocka_unit_test(numbers_and_bools),
        cmocka_unit_test(what_json_cannot_say_is_a_comment),
        cmocka_unit_test(compound_values),
        cmocka_unit_test(types_that_print_themselves),
        cmocka_unit_test(text_functions),
        cmocka_unit_test(a_full_output_is_cut_back),
        cmocka_unit_test(every_failing_allocation_is_reported),
        cmocka_unit_test(every_escaper_has_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
