/* Bytes that are no text, and very much of it: in templates and in data, invalid UTF-8, NUL, marks, line ends, all
 * kinds of nesting and millions of bytes. What comes out is what Go prints, byte for byte. */
#include "drive.h"

#include <stdlib.h>

static lvt_status load_text(lvt_template **out, lvt_template_mode mode, lvt_span text, lvt_error *error) {
    lvt_template_source source = {"t", text};
    lvt_template_options options = LVT_TEMPLATE_OPTIONS_INIT;
    options.mode = mode;
    options.sources = &source;
    options.source_count = 1;
    lvt_error_clear(error);
    *out = NULL;
    return lvt_template_load(out, &options, error);
}

/* Load and print; nothing is left when that fails. */
static lvt_status render(lvt_buffer *out, lvt_template_mode mode, lvt_span text, lvt_value data, lvt_error *error) {
    lvt_template *tmpl;
    lvt_execution *execution = NULL;
    lvt_status status = load_text(&tmpl, mode, text, error);
    if (status == LVT_OK) status = lvt_execution_create(&execution, tmpl, error);
    if (status == LVT_OK) status = lvt_execution_print(execution, data, out, NULL, error);
    lvt_execution_free(execution);
    lvt_template_free(tmpl);
    return status;
}

static void print_bytes(const char *what, lvt_span text) {
    print_error("%s: ", what);
    for (size_t i = 0; i < text.length; i++)
        print_error((unsigned char)text.data[i] < ' ' || (unsigned char)text.data[i] >= 0x7F ? "\\x%02x" : "%c",
                    (unsigned char)text.data[i]);
    print_error("\n");
}

/* ---- in data ---- */

static const char page_of_contexts[] =
    "<p title=\"{{.}}\" class={{.}} {{.}}=x>{{.}}</p>|<a href=\"{{.}}\" href='/?q={{.}}'>|<img srcset=\"{{.}}\">|"
    "<p style=\"a: {{.}}\">|<style>p { b: \"{{.}}\" }</style>|<script>f({{.}}, \"{{.}}\", `{{.}}`, /{{.}}/)</script>|"
    "<p onclick=\"{{.}}\">|<textarea>{{.}}</textarea><!-- {{.}} -->";
static const char text_of_functions[] =
    "{{.}}|{{printf \"%q %+q %x %.2s %5s\" . . . . .}}|{{len .}}|{{html .}}|{{js .}}|{{urlquery .}}|{{print . 1}}|"
    "{{eq . .}}|{{printf \"%v\" .}}";

static const struct {
    const char *what;
    lvt_span value;
    lvt_span page; /* what Go prints */
    lvt_span text;
} values[] = {
    {"a lone continuation byte",
     LVT_SPAN_INIT("a\x80"
                   "b"),
     LVT_SPAN_INIT("<p title=\"a\x80"
                   "b\" class=a&#xfffd;b ZgotmplZ=x>a\x80"
                   "b</p>|<a href=\"a%80b\" href='/?q=a%80b'>|<img srcset=\"a%80b\">|<p style=\"a: a\x80"
                   "b\">|<style>p { b: \"a\x80"
                   "b\" }</style>|<script>f(\"a\\ufffdb\", \"a\x80"
                   "b\", `a\x80"
                   "b`, /a\x80"
                   "b/)</script>|<p onclick=\"&#34;a\\ufffdb&#34;\">|<textarea>a\x80"
                   "b</textarea>"),
     LVT_SPAN_INIT("a\x80"
                   "b|\"a\\x80b\" \"a\\x80b\" 618062 a\x80   a\x80"
                   "b|3|a\x80"
                   "b|a\x80"
                   "b|a%80b|a\x80"
                   "b1|true|a\x80"
                   "b")},
    {"a byte that never stands in UTF-8", LVT_SPAN_INIT("\xff"),
     LVT_SPAN_INIT("<p title=\"\xff\" class=&#xfffd; ZgotmplZ=x>\xff</p>|<a href=\"%ff\" href='/?q=%ff'>|<img "
                   "srcset=\"%ff\">|<p style=\"a: \xff\">|<style>p { b: \"\xff\" }</style>|<script>f(\"\\ufffd\", "
                   "\"\xff\", `\xff`, /\xff/)</script>|<p onclick=\"&#34;\\ufffd&#34;\">|<textarea>\xff</textarea>"),
     LVT_SPAN_INIT("\xff|\"\\xff\" \"\\xff\" ff \xff     \xff|1|\xff|\xff|%FF|\xff"
                   "1|true|\xff")},
    {"an overlong slash", LVT_SPAN_INIT("\xc0\xaf"),
     LVT_SPAN_INIT("<p title=\"\xc0\xaf\" class=&#xfffd;&#xfffd; ZgotmplZ=x>\xc0\xaf</p>|<a href=\"%c0%af\" "
                   "href='/?q=%c0%af'>|<img srcset=\"%c0%af\">|<p style=\"a: \xc0\xaf\">|<style>p { b: \"\xc0\xaf\" "
                   "}</style>|<script>f(\"\\ufffd\\ufffd\", \"\xc0\xaf\", `\xc0\xaf`, /\xc0\xaf/)</script>|<p "
                   "onclick=\"&#34;\\ufffd\\ufffd&#34;\">|<textarea>\xc0\xaf</textarea>"),
     LVT_SPAN_INIT(
         "\xc0\xaf|\"\\xc0\\xaf\" \"\\xc0\\xaf\" c0af \xc0\xaf    \xc0\xaf|2|\xc0\xaf|\xc0\xaf|%C0%AF|\xc0\xaf"
         "1|true|\xc0\xaf")},
    {"an overlong slash of three bytes", LVT_SPAN_INIT("\xe0\x80\xaf"),
     LVT_SPAN_INIT(
         "<p title=\"\xe0\x80\xaf\" class=&#xfffd;&#xfffd;&#xfffd; ZgotmplZ=x>\xe0\x80\xaf</p>|<a href=\"%e0%80%af\" "
         "href='/?q=%e0%80%af'>|<img srcset=\"%e0%80%af\">|<p style=\"a: \xe0\x80\xaf\">|<style>p { b: "
         "\"\xe0\x80\xaf\" }</style>|<script>f(\"\\ufffd\\ufffd\\ufffd\", \"\xe0\x80\xaf\", `\xe0\x80\xaf`, "
         "/\xe0\x80\xaf/)</script>|<p onclick=\"&#34;\\ufffd\\ufffd\\ufffd&#34;\">|<textarea>\xe0\x80\xaf</textarea>"),
     LVT_SPAN_INIT("\xe0\x80\xaf|\"\\xe0\\x80\\xaf\" \"\\xe0\\x80\\xaf\" e080af \xe0\x80   "
                   "\xe0\x80\xaf|3|\xe0\x80\xaf|\xe0\x80\xaf|%E0%80%AF|\xe0\x80\xaf"
                   "1|true|\xe0\x80\xaf")},
    {"a surrogate", LVT_SPAN_INIT("\xed\xa0\x80"),
     LVT_SPAN_INIT(
         "<p title=\"\xed\xa0\x80\" class=&#xfffd;&#xfffd;&#xfffd; ZgotmplZ=x>\xed\xa0\x80</p>|<a href=\"%ed%a0%80\" "
         "href='/?q=%ed%a0%80'>|<img srcset=\"%ed%a0%80\">|<p style=\"a: \xed\xa0\x80\">|<style>p { b: "
         "\"\xed\xa0\x80\" }</style>|<script>f(\"\\ufffd\\ufffd\\ufffd\", \"\xed\xa0\x80\", `\xed\xa0\x80`, "
         "/\xed\xa0\x80/)</script>|<p onclick=\"&#34;\\ufffd\\ufffd\\ufffd&#34;\">|<textarea>\xed\xa0\x80</textarea>"),
     LVT_SPAN_INIT("\xed\xa0\x80|\"\\xed\\xa0\\x80\" \"\\xed\\xa0\\x80\" eda080 \xed\xa0   "
                   "\xed\xa0\x80|3|\xed\xa0\x80|\xed\xa0\x80|%ED%A0%80|\xed\xa0\x80"
                   "1|true|\xed\xa0\x80")},
    {"above U+10FFFF", LVT_SPAN_INIT("\xf4\x90\x80\x80"),
     LVT_SPAN_INIT(
         "<p title=\"\xf4\x90\x80\x80\" class=&#xfffd;&#xfffd;&#xfffd;&#xfffd; ZgotmplZ=x>\xf4\x90\x80\x80</p>|<a "
         "href=\"%f4%90%80%80\" href='/?q=%f4%90%80%80'>|<img srcset=\"%f4%90%80%80\">|<p style=\"a: "
         "\xf4\x90\x80\x80\">|<style>p { b: \"\xf4\x90\x80\x80\" }</style>|<script>f(\"\\ufffd\\ufffd\\ufffd\\ufffd\", "
         "\"\xf4\x90\x80\x80\", `\xf4\x90\x80\x80`, /\xf4\x90\x80\x80/)</script>|<p "
         "onclick=\"&#34;\\ufffd\\ufffd\\ufffd\\ufffd&#34;\">|<textarea>\xf4\x90\x80\x80</textarea>"),
     LVT_SPAN_INIT("\xf4\x90\x80\x80|\"\\xf4\\x90\\x80\\x80\" \"\\xf4\\x90\\x80\\x80\" f4908080 \xf4\x90  "
                   "\xf4\x90\x80\x80|4|\xf4\x90\x80\x80|\xf4\x90\x80\x80|%F4%90%80%80|\xf4\x90\x80\x80"
                   "1|true|\xf4\x90\x80\x80")},
    {"cut short", LVT_SPAN_INIT("\xf0\x9f\x98"),
     LVT_SPAN_INIT(
         "<p title=\"\xf0\x9f\x98\" class=&#xfffd;&#xfffd;&#xfffd; ZgotmplZ=x>\xf0\x9f\x98</p>|<a href=\"%f0%9f%98\" "
         "href='/?q=%f0%9f%98'>|<img srcset=\"%f0%9f%98\">|<p style=\"a: \xf0\x9f\x98\">|<style>p { b: "
         "\"\xf0\x9f\x98\" }</style>|<script>f(\"\\ufffd\\ufffd\\ufffd\", \"\xf0\x9f\x98\", `\xf0\x9f\x98`, "
         "/\xf0\x9f\x98/)</script>|<p onclick=\"&#34;\\ufffd\\ufffd\\ufffd&#34;\">|<textarea>\xf0\x9f\x98</textarea>"),
     LVT_SPAN_INIT("\xf0\x9f\x98|\"\\xf0\\x9f\\x98\" \"\\xf0\\x9f\\x98\" f09f98 \xf0\x9f   "
                   "\xf0\x9f\x98|3|\xf0\x9f\x98|\xf0\x9f\x98|%F0%9F%98|\xf0\x9f\x98"
                   "1|true|\xf0\x9f\x98")},
    {"cut short before a quote", LVT_SPAN_INIT("\xe2\x82\"<"),
     LVT_SPAN_INIT("<p title=\"\xe2\x82&#34;&lt;\" class=&#xfffd;&#xfffd;&#34;&lt; ZgotmplZ=x>\xe2\x82&#34;&lt;</p>|<a "
                   "href=\"%e2%82%22%3c\" href='/?q=%e2%82%22%3c'>|<img srcset=\"%e2%82%22%3c\">|<p style=\"a: "
                   "ZgotmplZ\">|<style>p { b: \"\xe2\x82\\22\\3c \" }</style>|<script>f(\"\\ufffd\\ufffd\\\"\\u003c\", "
                   "\"\xe2\x82\\u0022\\u003c\", `\xe2\x82\\u0022\\u003c`, /\xe2\x82\\u0022\\u003c/)</script>|<p "
                   "onclick=\"&#34;\\ufffd\\ufffd\\&#34;\\u003c&#34;\">|<textarea>\xe2\x82&#34;&lt;</textarea>"),
     LVT_SPAN_INIT("\xe2\x82\"<|\"\\xe2\\x82\\\"<\" \"\\xe2\\x82\\\"<\" e282223c \xe2\x82  "
                   "\xe2\x82\"<|4|\xe2\x82&#34;&lt;|\xe2\x82\\\"\\u003C|%E2%82%22%3C|\xe2\x82\"<1|true|\xe2\x82\"<")},
    {"whole", LVT_SPAN_INIT("\xf0\x9f\x98\x80\xc3\xa9"),
     LVT_SPAN_INIT(
         "<p title=\"\xf0\x9f\x98\x80\xc3\xa9\" class=\xf0\x9f\x98\x80\xc3\xa9 "
         "ZgotmplZ=x>\xf0\x9f\x98\x80\xc3\xa9</p>|<a href=\"%f0%9f%98%80%c3%a9\" href='/?q=%f0%9f%98%80%c3%a9'>|<img "
         "srcset=\"%f0%9f%98%80%c3%a9\">|<p style=\"a: \xf0\x9f\x98\x80\xc3\xa9\">|<style>p { b: "
         "\"\xf0\x9f\x98\x80\xc3\xa9\" }</style>|<script>f(\"\xf0\x9f\x98\x80\xc3\xa9\", \"\xf0\x9f\x98\x80\xc3\xa9\", "
         "`\xf0\x9f\x98\x80\xc3\xa9`, /\xf0\x9f\x98\x80\xc3\xa9/)</script>|<p "
         "onclick=\"&#34;\xf0\x9f\x98\x80\xc3\xa9&#34;\">|<textarea>\xf0\x9f\x98\x80\xc3\xa9</textarea>"),
     LVT_SPAN_INIT("\xf0\x9f\x98\x80\xc3\xa9|\"\xf0\x9f\x98\x80\xc3\xa9\" \"\\U0001f600\\u00e9\" f09f9880c3a9 "
                   "\xf0\x9f\x98\x80\xc3\xa9    "
                   "\xf0\x9f\x98\x80\xc3\xa9|6|\xf0\x9f\x98\x80\xc3\xa9|\xf0\x9f\x98\x80\xc3\xa9|%F0%9F%98%80%C3%A9|"
                   "\xf0\x9f\x98\x80\xc3\xa9"
                   "1|true|\xf0\x9f\x98\x80\xc3\xa9")},
    {"NUL",
     LVT_SPAN_INIT("a\x00"
                   "b"),
     LVT_SPAN_INIT("<p title=\"a\xef\xbf\xbd"
                   "b\" class=a&#xfffd;b ZgotmplZ=x>a\xef\xbf\xbd"
                   "b</p>|<a href=\"a%00b\" href='/?q=a%00b'>|<img srcset=\"a%00b\">|<p style=\"a: "
                   "ZgotmplZ\">|<style>p { b: \"a\\0 b\" }</style>|<script>f(\"a\\u0000b\", \"a\\u0000b\", "
                   "`a\\u0000b`, /a\\u0000b/)</script>|<p onclick=\"&#34;a\\u0000b&#34;\">|<textarea>a\xef\xbf\xbd"
                   "b</textarea>"),
     LVT_SPAN_INIT("a\x00"
                   "b|\"a\\x00b\" \"a\\x00b\" 610062 a\x00   a\x00"
                   "b|3|a\xef\xbf\xbd"
                   "b|a\\u0000b|a%00b|a\x00"
                   "b1|true|a\x00"
                   "b")},
    {"a byte order mark", LVT_SPAN_INIT("\xef\xbb\xbfx"),
     LVT_SPAN_INIT(
         "<p title=\"\xef\xbb\xbfx\" class=\xef\xbb\xbfx ZgotmplZ=x>\xef\xbb\xbfx</p>|<a href=\"%ef%bb%bfx\" "
         "href='/?q=%ef%bb%bfx'>|<img srcset=\"%ef%bb%bfx\">|<p style=\"a: \xef\xbb\xbfx\">|<style>p { b: "
         "\"\xef\xbb\xbfx\" }</style>|<script>f(\"\xef\xbb\xbfx\", \"\xef\xbb\xbfx\", `\xef\xbb\xbfx`, "
         "/\xef\xbb\xbfx/)</script>|<p onclick=\"&#34;\xef\xbb\xbfx&#34;\">|<textarea>\xef\xbb\xbfx</textarea>"),
     LVT_SPAN_INIT("\xef\xbb\xbfx|\"\\ufeffx\" \"\\ufeffx\" efbbbf78 \xef\xbb\xbfx    "
                   "\xef\xbb\xbfx|4|\xef\xbb\xbfx|\\uFEFFx|%EF%BB%BFx|\xef\xbb\xbfx1|true|\xef\xbb\xbfx")},
    {"line ends and controls", LVT_SPAN_INIT("\r\n\t\x0b\x0c\x1b\x7f"),
     LVT_SPAN_INIT("<p title=\"\r\n\t\x0b\x0c\x1b\x7f\" class=&#13;&#10;&#9;&#11;&#12;\x1b\x7f "
                   "ZgotmplZ=x>\r\n\t\x0b\x0c\x1b\x7f</p>|<a href=\"%0d%0a%09%0b%0c%1b%7f\" "
                   "href='/?q=%0d%0a%09%0b%0c%1b%7f'>|<img srcset=\"#ZgotmplZ\">|<p style=\"a: "
                   "\r\n\t\x0b\x0c\x1b\x7f\">|<style>p { b: \"\\d \\a \\9\x0b\\c\x1b\x7f\" "
                   "}</style>|<script>f(\"\\r\\n\\t\\u000b\\f\\u001b\x7f\", \"\\r\\n\\t\\u000b\\f\\u001b\x7f\", "
                   "`\\r\\n\\t\\u000b\\f\\u001b\x7f`, /\\r\\n\\t\\u000b\\f\\u001b\x7f/)</script>|<p "
                   "onclick=\"&#34;\\r\\n\\t\\u000b\\f\\u001b\x7f&#34;\">|<textarea>\r\n\t\x0b\x0c\x1b\x7f</textarea>"),
     LVT_SPAN_INIT(
         "\r\n\t\x0b\x0c\x1b\x7f|\"\\r\\n\\t\\v\\f\\x1b\\x7f\" \"\\r\\n\\t\\v\\f\\x1b\\x7f\" 0d0a090b0c1b7f \r\n "
         "\r\n\t\x0b\x0c\x1b\x7f|7|\r\n\t\x0b\x0c\x1b\x7f|\\u000D\\u000A\\u0009\\u000B\\u000C\\u001B\x7f|%0D%0A%09%0B%"
         "0C%1B%7F|\r\n\t\x0b\x0c\x1b\x7f"
         "1|true|\r\n\t\x0b\x0c\x1b\x7f")},
    {"line separators of JavaScript", LVT_SPAN_INIT("\xe2\x80\xa8\xe2\x80\xa9"),
     LVT_SPAN_INIT(
         "<p title=\"\xe2\x80\xa8\xe2\x80\xa9\" class=\xe2\x80\xa8\xe2\x80\xa9 "
         "ZgotmplZ=x>\xe2\x80\xa8\xe2\x80\xa9</p>|<a href=\"%e2%80%a8%e2%80%a9\" href='/?q=%e2%80%a8%e2%80%a9'>|<img "
         "srcset=\"%e2%80%a8%e2%80%a9\">|<p style=\"a: \xe2\x80\xa8\xe2\x80\xa9\">|<style>p { b: "
         "\"\xe2\x80\xa8\xe2\x80\xa9\" }</style>|<script>f(\"\\u2028\\u2029\", \"\\u2028\\u2029\", `\\u2028\\u2029`, "
         "/\\u2028\\u2029/)</script>|<p "
         "onclick=\"&#34;\\u2028\\u2029&#34;\">|<textarea>\xe2\x80\xa8\xe2\x80\xa9</textarea>"),
     LVT_SPAN_INIT(
         "\xe2\x80\xa8\xe2\x80\xa9|\"\\u2028\\u2029\" \"\\u2028\\u2029\" e280a8e280a9 \xe2\x80\xa8\xe2\x80\xa9    "
         "\xe2\x80\xa8\xe2\x80\xa9|6|\xe2\x80\xa8\xe2\x80\xa9|\\u2028\\u2029|%E2%80%A8%E2%80%A9|"
         "\xe2\x80\xa8\xe2\x80\xa9"
         "1|true|\xe2\x80\xa8\xe2\x80\xa9")},
    {"noncharacters", LVT_SPAN_INIT("\xef\xbf\xbe\xef\xbf\xbf\xef\xb7\x90"),
     LVT_SPAN_INIT(
         "<p title=\"\xef\xbf\xbe\xef\xbf\xbf\xef\xb7\x90\" class=&#xfffe;&#xffff;&#xfdd0; "
         "ZgotmplZ=x>\xef\xbf\xbe\xef\xbf\xbf\xef\xb7\x90</p>|<a href=\"%ef%bf%be%ef%bf%bf%ef%b7%90\" "
         "href='/?q=%ef%bf%be%ef%bf%bf%ef%b7%90'>|<img srcset=\"%ef%bf%be%ef%bf%bf%ef%b7%90\">|<p style=\"a: "
         "\xef\xbf\xbe\xef\xbf\xbf\xef\xb7\x90\">|<style>p { b: \"\xef\xbf\xbe\xef\xbf\xbf\xef\xb7\x90\" "
         "}</style>|<script>f(\"\xef\xbf\xbe\xef\xbf\xbf\xef\xb7\x90\", \"\xef\xbf\xbe\xef\xbf\xbf\xef\xb7\x90\", "
         "`\xef\xbf\xbe\xef\xbf\xbf\xef\xb7\x90`, /\xef\xbf\xbe\xef\xbf\xbf\xef\xb7\x90/)</script>|<p "
         "onclick=\"&#34;\xef\xbf\xbe\xef\xbf\xbf\xef\xb7\x90&#34;\">|<textarea>\xef\xbf\xbe\xef\xbf\xbf\xef\xb7\x90</"
         "textarea>"),
     LVT_SPAN_INIT("\xef\xbf\xbe\xef\xbf\xbf\xef\xb7\x90|\"\\ufffe\\uffff\\ufdd0\" \"\\ufffe\\uffff\\ufdd0\" "
                   "efbfbeefbfbfefb790 \xef\xbf\xbe\xef\xbf\xbf   "
                   "\xef\xbf\xbe\xef\xbf\xbf\xef\xb7\x90|9|\xef\xbf\xbe\xef\xbf\xbf\xef\xb7\x90|\\uFFFE\\uFFFF\\uFDD0|%"
                   "EF%BF%BE%EF%BF%BF%EF%B7%90|\xef\xbf\xbe\xef\xbf\xbf\xef\xb7\x90"
                   "1|true|\xef\xbf\xbe\xef\xbf\xbf\xef\xb7\x90")},
    {"the replacement character", LVT_SPAN_INIT("\xef\xbf\xbd"),
     LVT_SPAN_INIT("<p title=\"\xef\xbf\xbd\" class=&#xfffd; ZgotmplZ=x>\xef\xbf\xbd</p>|<a href=\"%ef%bf%bd\" "
                   "href='/?q=%ef%bf%bd'>|<img srcset=\"%ef%bf%bd\">|<p style=\"a: \xef\xbf\xbd\">|<style>p { b: "
                   "\"\xef\xbf\xbd\" }</style>|<script>f(\"\xef\xbf\xbd\", \"\xef\xbf\xbd\", `\xef\xbf\xbd`, "
                   "/\xef\xbf\xbd/)</script>|<p onclick=\"&#34;\xef\xbf\xbd&#34;\">|<textarea>\xef\xbf\xbd</textarea>"),
     LVT_SPAN_INIT("\xef\xbf\xbd|\"\xef\xbf\xbd\" \"\\ufffd\" efbfbd \xef\xbf\xbd     "
                   "\xef\xbf\xbd|3|\xef\xbf\xbd|\xef\xbf\xbd|%EF%BF%BD|\xef\xbf\xbd"
                   "1|true|\xef\xbf\xbd")},
    {"next line, no-break space", LVT_SPAN_INIT("\xc2\x85\xc2\xa0"),
     LVT_SPAN_INIT("<p title=\"\xc2\x85\xc2\xa0\" class=\xc2\x85\xc2\xa0 ZgotmplZ=x>\xc2\x85\xc2\xa0</p>|<a "
                   "href=\"%c2%85%c2%a0\" href='/?q=%c2%85%c2%a0'>|<img srcset=\"%c2%85%c2%a0\">|<p style=\"a: "
                   "\xc2\x85\xc2\xa0\">|<style>p { b: \"\xc2\x85\xc2\xa0\" }</style>|<script>f(\"\xc2\x85\xc2\xa0\", "
                   "\"\xc2\x85\xc2\xa0\", `\xc2\x85\xc2\xa0`, /\xc2\x85\xc2\xa0/)</script>|<p "
                   "onclick=\"&#34;\xc2\x85\xc2\xa0&#34;\">|<textarea>\xc2\x85\xc2\xa0</textarea>"),
     LVT_SPAN_INIT("\xc2\x85\xc2\xa0|\"\\u0085\\u00a0\" \"\\u0085\\u00a0\" c285c2a0 \xc2\x85\xc2\xa0    "
                   "\xc2\x85\xc2\xa0|4|\xc2\x85\xc2\xa0|\\u0085\\u00A0|%C2%85%C2%A0|\xc2\x85\xc2\xa0"
                   "1|true|\xc2\x85\xc2\xa0")},
    {"only NUL", LVT_SPAN_INIT("\x00"),
     LVT_SPAN_INIT("<p title=\"\xef\xbf\xbd\" class=&#xfffd; ZgotmplZ=x>\xef\xbf\xbd</p>|<a href=\"%00\" "
                   "href='/?q=%00'>|<img srcset=\"%00\">|<p style=\"a: ZgotmplZ\">|<style>p { b: \"\\0 \" "
                   "}</style>|<script>f(\"\\u0000\", \"\\u0000\", `\\u0000`, /\\u0000/)</script>|<p "
                   "onclick=\"&#34;\\u0000&#34;\">|<textarea>\xef\xbf\xbd</textarea>"),
     LVT_SPAN_INIT("\x00|\"\\x00\" \"\\x00\" 00 \x00     \x00|1|\xef\xbf\xbd|\\u0000|%00|\x00"
                   "1|true|\x00")},
};

static void bytes_in_data(void **state) {
    (void)state;
    size_t failures = 0;
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        for (size_t k = 0; k < 2; k++) {
            lvt_string string = {(char *)(uintptr_t)values[i].value.data, values[i].value.length};
            lvt_span wanted = k == 0 ? values[i].page : values[i].text;
            lvt_error error;
            lvt_buffer out;
            lvt_buffer_init(&out, 1 << 20, NULL);
            if (render(&out, k == 0 ? LVT_TEMPLATE_HTML : LVT_TEMPLATE_TEXT,
                       lvt_span_from(k == 0 ? page_of_contexts : text_of_functions), (lvt_value){LVT_TEXT, &string},
                       &error) != LVT_OK)
                fail_msg("%s: %s", values[i].what, error.message);
            if (!lvt_span_equal(lvt_buffer_span(&out), wanted)) {
                print_bytes(values[i].what, lvt_buffer_span(&out));
                print_bytes("Go", wanted);
                failures++;
            }
            lvt_buffer_free(&out);
        }
    }
    assert_int_equal(failures, 0);
}

/* ---- in templates ---- */

static const struct {
    lvt_span text;
    lvt_span page; /* what Go prints */
    const char *message;
} sources[] = {
    {LVT_SPAN_INIT("\xff{{1}}\xc3"),
     LVT_SPAN_INIT("\xff"
                   "1\xc3"),
     NULL},
    {LVT_SPAN_INIT("a\x00"
                   "b{{1}}\x00"),
     LVT_SPAN_INIT("a\x00"
                   "b1\x00"),
     NULL},
    {LVT_SPAN_INIT("\xef\xbb\xbf{{1}}"),
     LVT_SPAN_INIT("\xef\xbb\xbf"
                   "1"),
     NULL},
    {LVT_SPAN_INIT("{{\"\xff\"}}"), LVT_SPAN_INIT("\xef\xbf\xbd"), NULL},
    {LVT_SPAN_INIT("{{`\xff\xc0\xaf`}}"), LVT_SPAN_INIT("\xff\xc0\xaf"), NULL},
    {LVT_SPAN_INIT("{{\"a\x00"
                   "b\"}}"),
     LVT_SPAN_INIT("a\xef\xbf\xbd"
                   "b"),
     NULL},
    {LVT_SPAN_INIT("{{`a\x00"
                   "b`}}"),
     LVT_SPAN_INIT("a\xef\xbf\xbd"
                   "b"),
     NULL},
    {LVT_SPAN_INIT("{{`a\r\nb\r`}}"), LVT_SPAN_INIT("a\nb"), NULL},
    {LVT_SPAN_INIT("{{\"\\x00\\xff\\377\\u00e9\\U0001F600\"}}"),
     LVT_SPAN_INIT("\xef\xbf\xbd\xff\xff\xc3\xa9\xf0\x9f\x98\x80"), NULL},
    {LVT_SPAN_INIT("{{/* \x00\xff */}}x"), LVT_SPAN_INIT("x"), NULL},
    {LVT_SPAN_INIT("{{.\xc3\xa9}}"), LVT_SPAN_INIT("E"), NULL},
    {LVT_SPAN_INIT("{{.\xff}}"), {NULL, 0}, "t:1:4: bad character U+FFFD '\xef\xbf\xbd'"},
    {LVT_SPAN_INIT("{{\x00}}"), {NULL, 0}, "t:1:3: unrecognized character in action: U+0000"},
    {LVT_SPAN_INIT("{{ 1 \x00}}"), {NULL, 0}, "t:1:6: unrecognized character in action: U+0000"},
    {LVT_SPAN_INIT("{{\xc2\xa0}}"), {NULL, 0}, "t:1:3: unrecognized character in action: U+00A0"},
    {LVT_SPAN_INIT("{{$\xc3\xa9 := 1}}{{$\xc3\xa9}}"), LVT_SPAN_INIT("1"), NULL},
    {LVT_SPAN_INIT("a\r\n{{- 1 -}}\r\nb"), LVT_SPAN_INIT("a1b"), NULL},
    {LVT_SPAN_INIT("a\x0b{{- 1 -}}\x0c"
                   "b"),
     LVT_SPAN_INIT("a\x0b"
                   "1\x0c"
                   "b"),
     NULL},
    {LVT_SPAN_INIT("a\xc2\xa0{{- 1 -}}\xe2\x80\x83"
                   "b"),
     LVT_SPAN_INIT("a\xc2\xa0"
                   "1\xe2\x80\x83"
                   "b"),
     NULL},
    {LVT_SPAN_INIT("{{-\r\n1\r\n-}}"), LVT_SPAN_INIT("1"), NULL},
    {LVT_SPAN_INIT("{{1}\x00}"), {NULL, 0}, "t:1:4: unexpected \"}\" in operand"},
    {LVT_SPAN_INIT("{{'\xff'}}"), LVT_SPAN_INIT("65533"), NULL},
    {LVT_SPAN_INIT("{{'\x00'}}"), LVT_SPAN_INIT("0"), NULL},
    {LVT_SPAN_INIT("{{'\xc3\xa9'}}"), LVT_SPAN_INIT("233"), NULL},
    {LVT_SPAN_INIT("{{\"\xed\xa0\x80\"}}"), LVT_SPAN_INIT("\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"), NULL},
    {LVT_SPAN_INIT("<p title='\xff{{1}}\xff'>"),
     LVT_SPAN_INIT("<p title='\xff"
                   "1\xff'>"),
     NULL},
    {LVT_SPAN_INIT("<script>\xff{{1}}\x00</script>"), LVT_SPAN_INIT("<script>\xff 1 \x00</script>"), NULL},
    {LVT_SPAN_INIT("<a hr\x00"
                   "ef=\"{{1}}\">"),
     LVT_SPAN_INIT("<a hr\x00"
                   "ef=\"1\">"),
     NULL},
    {LVT_SPAN_INIT("<p \xff={{1}}>"), LVT_SPAN_INIT("<p \xff=1>"), NULL},
    {LVT_SPAN_INIT("<style>\xff{{1}}\x00</style>"),
     LVT_SPAN_INIT("<style>\xff"
                   "1\x00</style>"),
     NULL},
    {LVT_SPAN_INIT("<a href=\"\xff{{1}}\x00\">"),
     LVT_SPAN_INIT("<a href=\"\xff"
                   "1\x00\">"),
     NULL},
    {LVT_SPAN_INIT("<\x00p>{{1}}"), LVT_SPAN_INIT("&lt;\x00p>1"), NULL},
    {LVT_SPAN_INIT("<p\x00 title={{1}}>"), LVT_SPAN_INIT("<p\x00 title=1>"), NULL},
    {LVT_SPAN_INIT("<scr\x00ipt>{{\"x\"}}</script>"), LVT_SPAN_INIT("<scr\x00ipt>x</script>"), NULL},
    {LVT_SPAN_INIT("<!-\x00- {{1}} -->"), LVT_SPAN_INIT("&lt;!-\x00- 1 -->"), NULL},
    {LVT_SPAN_INIT("<script\x0c>{{\"x\"}}</script>"), LVT_SPAN_INIT("<script\x0c>\"x\"</script>"), NULL},
    {LVT_SPAN_INIT("<a href=java\x00script:{{1}}>"), LVT_SPAN_INIT("<a href=java\x00script:1>"), NULL},
    {LVT_SPAN_INIT("<p title=\x00{{1}}>"),
     LVT_SPAN_INIT("<p title=\x00"
                   "1>"),
     NULL},
    {LVT_SPAN_INIT("<script>\"\xe2\x80\xa8{{\"x\"}}\"</script>"), LVT_SPAN_INIT("<script>\"\xe2\x80\xa8x\"</script>"),
     NULL},
    {LVT_SPAN_INIT("<p style=\"\\\x00{{1}}\">"),
     LVT_SPAN_INIT("<p style=\"\\\x00"
                   "1\">"),
     NULL},
    {LVT_SPAN_INIT("&\x00{{1}}&#0;"),
     LVT_SPAN_INIT("&\x00"
                   "1&#0;"),
     NULL},
    {LVT_SPAN_INIT("<title>\xff{{\"<\xff\"}}</title>"), LVT_SPAN_INIT("<title>\xff&lt;\xef\xbf\xbd</title>"), NULL},
};

static void bytes_in_templates(void **state) {
    (void)state;
    lvt_arena arena;
    lvt_value data;
    size_t failures = 0;
    lvt_arena_init(&arena, 1 << 20, NULL);
    assert_int_equal(lvt_json_parse(&data, LVT_SPAN("{\"\xc3\xa9\":\"E\"}"), &arena, NULL), LVT_OK);
    for (size_t i = 0; i < sizeof sources / sizeof sources[0]; i++) {
        lvt_error error;
        lvt_buffer out;
        lvt_buffer_init(&out, 1 << 20, NULL);
        lvt_status status = render(&out, LVT_TEMPLATE_HTML, sources[i].text, data, &error);
        bool right = sources[i].message == NULL
                         ? status == LVT_OK && lvt_span_equal(lvt_buffer_span(&out), sources[i].page)
                         : status != LVT_OK && strcmp(error.message, sources[i].message) == 0;
        if (!right) {
            print_bytes("template", sources[i].text);
            print_bytes("here", status == LVT_OK ? lvt_buffer_span(&out) : lvt_span_from(error.message));
            print_bytes("wanted", sources[i].message == NULL ? sources[i].page : lvt_span_from(sources[i].message));
            failures++;
        }
        lvt_buffer_free(&out);
    }
    lvt_arena_free(&arena);
    assert_int_equal(failures, 0);
}

/* ---- much of it ---- */

enum { MEGA = 1000 * 1000 };
#define ENDS_10 "{{end}}{{end}}{{end}}{{end}}{{end}}{{end}}{{end}}{{end}}{{end}}{{end}}"
#define ENDS_100 ENDS_10 ENDS_10 ENDS_10 ENDS_10 ENDS_10 ENDS_10 ENDS_10 ENDS_10 ENDS_10 ENDS_10

/* A template of `head`, `count` times `middle`, and `tail`. */
static const struct {
    const char *what, *head, *middle;
    size_t count;
    const char *tail;
    size_t length;       /* of the page; 0: refused */
    const char *message; /* how it starts */
} large[] = {
    {"text", "", "a", 4 * MEGA, "", 4 * MEGA, NULL},
    {"NUL", "", "", 4 * MEGA, "", 4 * MEGA, NULL},
    {"invalid UTF-8", "", "\xff", 4 * MEGA, "", 4 * MEGA, NULL},
    {"tags that are none", "", "<", 4 * MEGA, "", 16 * MEGA, NULL},
    {"comments", "", "{{/**/}}", 100000, "", 0, NULL},
    {"comments of HTML", "", "<!-- x -->", 100000, "", 0, NULL},
    {"attributes", "<p ", "a=\"{{.}}\" ", 100000, ">", 600004, NULL},
    {"an attribute's name", "<p ", "a", MEGA, "=\"{{.}}\">", MEGA + 8, NULL},
    {"an element's name", "<", "a", MEGA, ">{{.}}", MEGA + 3, NULL},
    {"a constant", "{{\"", "a", MEGA, "\"}}", MEGA, NULL},
    {"white space", "a {{- ", " ", 4 * MEGA, " 1 -}} b", 3, NULL},
    {"a variable's name", "{{$", "a", MEGA, " := 1}}x", 1, NULL},
    {"braces of a script", "<script>", "{ ", MEGA, "{{.}}</script>", 2 * MEGA + 20, NULL},
    {"literals of a script", "<script>", "`a`;", 100000, "{{.}}</script>", 400020, NULL},
    {"rules of a style", "<style>", "a{b:c}", 100000, "{{.}}</style>", 600016, NULL},
    {"ranges in ranges", "", "{{range .}}", 400, ENDS_100 ENDS_100 ENDS_100 ENDS_100, 0,
     "t:1:9: executing \"t\" at <.>: range can't iterate over x"},
    {"a field's name", "{{.", "a", MEGA, "}}", 0, "t:1:3: executing \"t\" at <.aaaa"},
    {"a function's name", "{{", "a", MEGA, "}}", 0, "t:1:3: function \"aaaa"},
    {"digits", "{{", "1", MEGA, "}}", 0, "t:1:3: integer overflow: \"1111"},
    {"pipes", "{{1", "|print", 600000, "}}", 0, "t:1:1: the templates take more than 268435456 bytes"},
    {"names in a chain", "{{.A", ".B", MEGA, "}}", 0, "t:1:3: executing \"t\" at <.A.B.B"},
    {"actions", "", "{{.}}", 800000, "", 0,
     "t:1:2500459: the templates of this set need more than 268435456 bytes of memory"},
    {"parentheses", "{{", "(", 4 * MEGA, "", 0, "t:1:503: nested more than 500 levels deep"},
    {"blocks", "", "{{if 1}}", 500000, "", 0, "t:1:4003: nested more than 500 levels deep"},
    {"a comment without end", "{{/*", "x", 4 * MEGA, "", 0, "t:1:1: unclosed comment"},
    {"delimiters", "", "{{", 2 * MEGA, "", 0, "t:1:3: unexpected \"{\" in command"},
    {"attributes without end", "<a ", "b ", 2 * MEGA, "", 0, "t:1:1: ends in a non-text context: {stateAfterName"},
    {"definitions", "", "{{define \"a\"}}x{{end}}", 180000, "", 0, "t:1:25: multiple definition of template \"a\""},
};

static void large_templates(void **state) {
    (void)state;
    lvt_string x = {(char *)(uintptr_t) "x", 1};
    size_t failures = 0;
    for (size_t i = 0; i < sizeof large / sizeof large[0]; i++) {
        lvt_buffer text, out;
        lvt_error error;
        lvt_buffer_init(&text, LVT_TEMPLATE_SOURCE_MAX, NULL);
        lvt_buffer_init(&out, LVT_RENDER_OUTPUT_MAX, NULL);
        lvt_buffer_append_string(&text, large[i].head);
        for (size_t k = 0; k < large[i].count; k++)
            lvt_buffer_append(&text, large[i].middle, large[i].middle[0] == '\0' ? 1 : strlen(large[i].middle));
        lvt_buffer_append_string(&text, large[i].tail);
        assert_int_equal(text.status, LVT_OK);
        lvt_status status = render(&out, LVT_TEMPLATE_HTML, lvt_buffer_span(&text), (lvt_value){LVT_TEXT, &x}, &error);
        bool right = large[i].message == NULL
                         ? status == LVT_OK && out.length == large[i].length
                         : status != LVT_OK && strncmp(error.message, large[i].message, strlen(large[i].message)) == 0;
        if (!right) {
            print_error("%s: %zu bytes, %s\n", large[i].what, out.length, status == LVT_OK ? "" : error.message);
            failures++;
        }
        lvt_buffer_free(&text);
        lvt_buffer_free(&out);
    }
    assert_int_equal(failures, 0);
}

/* Ten million bytes of one string, in every context. Lengths are Go's. */
static const struct {
    const char *text;
    size_t length;
} contexts[] = {
    {"<p>{{.}}", 28750003},
    {"<p title=\"{{.}}\">", 28750012},
    {"<p title={{.}}>", 33750010},
    {"<a href=\"?q={{.}}\">", 27500014},
    {"<style>a{b:\"{{.}}\"}</style>", 22500023},
    {"<script>{{.}}</script>", 25000019},
    {"<script>\"{{.}}\"</script>", 36250019},
    {"<script>`{{.}}`</script>", 36250019},
    {"<script>/{{.}}/</script>", 36250019},
    {"<p onclick=\"f({{.}})\">", 35000027},
    {"{{printf \"%q\" .}}", 31250010},
    {"{{html .}}", 28750000},
    {"{{urlquery .}}", 27500000},
    {"{{len (slice . 5)}}", 7},
    {"{{eq . .}}", 4},
    {"<p {{.}}=1>", 14},
    {"<!-- {{.}} -->", 0},
};

static void a_large_string(void **state) {
    (void)state;
    static const char part[] = "<a'\"&\xc3\xa9\n";
    enum { LENGTH = 8 * 1250000 };
    char *text = malloc(LENGTH);
    assert_non_null(text);
    for (size_t i = 0; i < LENGTH; i++) text[i] = part[i % 8];
    lvt_string string = {text, LENGTH};
    size_t failures = 0;
    for (size_t i = 0; i < sizeof contexts / sizeof contexts[0]; i++) {
        lvt_buffer out;
        lvt_error error;
        lvt_buffer_init(&out, LVT_RENDER_OUTPUT_MAX, NULL);
        lvt_status status =
            render(&out, LVT_TEMPLATE_HTML, lvt_span_from(contexts[i].text), (lvt_value){LVT_TEXT, &string}, &error);
        if (status != LVT_OK || out.length != contexts[i].length) {
            print_error("%s: %zu bytes, %s\n", contexts[i].text, out.length, status == LVT_OK ? "" : error.message);
            failures++;
        }
        lvt_buffer_free(&out);
    }
    free(text);
    assert_int_equal(failures, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(bytes_in_data), cmocka_unit_test(bytes_in_templates),
                                       cmocka_unit_test(large_templates), cmocka_unit_test(a_large_string)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
