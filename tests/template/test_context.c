/* The context machine: text, and the context behind it as Go's html/template names it, or the reason why there is none.
 * Then what else decides about contexts: attribute names, script types, character references. */
#include "template/attribute_types.h"
#include "template/context.h"
#include "template/html_entities.h"
#include "tests/support/cmocka_all.h"

typedef struct row {
    const char *text;
    const char *expected;
} row;

static const row html[] = {
    {"", "{stateText delimNone urlPartNone jsCtxRegexp [] attrNone elementNone <nil>}"},
    {"x", "{stateText delimNone urlPartNone jsCtxRegexp [] attrNone elementNone <nil>}"},
    {"a < b", "{stateText delimNone urlPartNone jsCtxRegexp [] attrNone elementNone <nil>}"},
    {"<", "{stateText delimNone urlPartNone jsCtxRegexp [] attrNone elementNone <nil>}"},
    {"<1", "{stateText delimNone urlPartNone jsCtxRegexp [] attrNone elementNone <nil>}"},
    {"<a", "{stateTag delimNone urlPartNone jsCtxRegexp [] attrNone elementNone <nil>}"},
    {"</a", "{stateTag delimNone urlPartNone jsCtxRegexp [] attrNone elementNone <nil>}"},
    {"<a ", "{stateTag delimNone urlPartNone jsCtxRegexp [] attrNone elementNone <nil>}"},
    {"<a b", "{stateAttrName delimNone urlPartNone jsCtxRegexp [] attrNone elementNone <nil>}"},
    {"<a b ", "{stateAfterName delimNone urlPartNone jsCtxRegexp [] attrNone elementNone <nil>}"},
    {"<a b=", "{stateBeforeValue delimNone urlPartNone jsCtxRegexp [] attrNone elementNone <nil>}"},
    {"<a b= ", "{stateBeforeValue delimNone urlPartNone jsCtxRegexp [] attrNone elementNone <nil>}"},
    {"<a b=c", "{stateAttr delimSpaceOrTagEnd urlPartNone jsCtxRegexp [] attrNone elementNone <nil>}"},
    {"<a b='", "{stateAttr delimSingleQuote urlPartNone jsCtxRegexp [] attrNone elementNone <nil>}"},
    {"<a b='c", "{stateAttr delimSingleQuote urlPartNone jsCtxRegexp [] attrNone elementNone <nil>}"},
    {"<a b='c'", "{stateTag delimNone urlPartNone jsCtxRegexp [] attrNone elementNone <nil>}"},
    {"<a b=\"c>", "{stateAttr delimDoubleQuote urlPartNone jsCtxRegexp [] attrNone elementNone <nil>}"},
    {"<a b c", "{stateAttrName delimNone urlPartNone jsCtxRegexp [] attrNone elementNone <nil>}"},
    {"<a b=c d", "{stateAttrName delimNone urlPartNone jsCtxRegexp [] attrNone elementNone <nil>}"},
    {"<a>", "{stateText delimNone urlPartNone jsCtxRegexp [] attrNone elementNone <nil>}"},
    {"<a/>", "{stateText delimNone urlPartNone jsCtxRegexp [] attrNone elementNone <nil>}"},
    {"</a>", "{stateText delimNone urlPartNone jsCtxRegexp [] attrNone elementNone <nil>}"},
    {"<a-b:c ", "{stateTag delimNone urlPartNone jsCtxRegexp [] attrNone elementNone <nil>}"},
    {"<br/", "{stateAttrName delimNone urlPartNone jsCtxRegexp [] attrNone elementNone <nil>}"},
    {"<a b=c/", "{stateAttr delimSpaceOrTagEnd urlPartNone jsCtxRegexp [] attrNone elementNone <nil>}"},
    {"<!DOCTYPE html", "{stateText delimNone urlPartNone jsCtxRegexp [] attrNone elementNone <nil>}"},
    {"<!-- ", "{stateHTMLCmt delimNone urlPartNone jsCtxRegexp [] attrNone elementNone <nil>}"},
    {"<!-- x -", "{stateHTMLCmt delimNone urlPartNone jsCtxRegexp [] attrNone elementNone <nil>}"},
    {"<!-- --", "{stateHTMLCmt delimNone urlPartNone jsCtxRegexp [] attrNone elementNone <nil>}"},
    {"<!-->", "{stateHTMLCmt delimNone urlPartNone jsCtxRegexp [] attrNone elementNone <nil>}"},
    {"<title>", "{stateRCDATA delimNone urlPartNone jsCtxRegexp [] attrNone elementTitle <nil>}"},
    {"<title>a<b", "{stateRCDATA delimNone urlPartNone jsCtxRegexp [] attrNone elementTitle <nil>}"},
    {"<title></titles>", "{stateRCDATA delimNone urlPartNone jsCtxRegexp [] attrNone elementTitle <nil>}"},
    {"<title></title>", "{stateText delimNone urlPartNone jsCtxRegexp [] attrNone elementNone <nil>}"},
    {"<textarea></TEXTAREA ", "{stateTag delimNone urlPartNone jsCtxRegexp [] attrNone elementNone <nil>}"},
    {"<TITLE>x", "{stateRCDATA delimNone urlPartNone jsCtxRegexp [] attrNone elementTitle <nil>}"},
    {"<meta ", "{stateTag delimNone urlPartNone jsCtxRegexp [] attrNone elementMeta <nil>}"},
    {"<meta x>", "{stateText delimNone urlPartNone jsCtxRegexp [] attrNone elementNone <nil>}"},
    {"<svg:a ", "{stateTag delimNone urlPartNone jsCtxRegexp [] attrNone elementNone <nil>}"},
    {"<a\nb\n=\n\"", "{stateAttr delimDoubleQuote urlPartNone jsCtxRegexp [] attrNone elementNone <nil>}"},
    {"<body", "{stateTag delimNone urlPartNone jsCtxRegexp [] attrNone elementNone <nil>}"},
    {"<a =", "expected space, attr name, or end of tag, but got \"=\""},
    {"<a b\"", "\"\\\"\" in attribute name: \" b\\\"\""},
    {"<a b='x'c", "{stateAttrName delimNone urlPartNone jsCtxRegexp [] attrNone elementNone <nil>}"},
    {"<a b=c\"", "\"\\\"\" in unquoted attr: \"c\\\"\""},
    {"<a b=c`", "\"`\" in unquoted attr: \"c`\""},
    {"<a b=c=", "\"=\" in unquoted attr: \"c=\""},
    {"<a 'b'", "\"'\" in attribute name: \" 'b'\""},
};
static const row attributes[] = {
    {"<a href=", "{stateBeforeValue delimNone urlPartNone jsCtxRegexp [] attrURL elementNone <nil>}"},
    {"<a href=\"", "{stateURL delimDoubleQuote urlPartNone jsCtxRegexp [] attrURL elementNone <nil>}"},
    {"<a href=\" ", "{stateURL delimDoubleQuote urlPartNone jsCtxRegexp [] attrURL elementNone <nil>}"},
    {"<a href=\"x", "{stateURL delimDoubleQuote urlPartPreQuery jsCtxRegexp [] attrURL elementNone <nil>}"},
    {"<a href=\"x?", "{stateURL delimDoubleQuote urlPartQueryOrFrag jsCtxRegexp [] attrURL elementNone <nil>}"},
    {"<a href='#", "{stateURL delimSingleQuote urlPartQueryOrFrag jsCtxRegexp [] attrURL elementNone <nil>}"},
    {"<a href=&#63;", "{stateURL delimSpaceOrTagEnd urlPartQueryOrFrag jsCtxRegexp [] attrURL elementNone <nil>}"},
    {"<a href=&quest;", "{stateURL delimSpaceOrTagEnd urlPartQueryOrFrag jsCtxRegexp [] attrURL elementNone <nil>}"},
    {"<a HREF='x", "{stateURL delimSingleQuote urlPartPreQuery jsCtxRegexp [] attrURL elementNone <nil>}"},
    {"<a data-src='", "{stateURL delimSingleQuote urlPartNone jsCtxRegexp [] attrURL elementNone <nil>}"},
    {"<a x:href='", "{stateURL delimSingleQuote urlPartNone jsCtxRegexp [] attrURL elementNone <nil>}"},
    {"<a x:data-href='", "{stateAttr delimSingleQuote urlPartNone jsCtxRegexp [] attrNone elementNone <nil>}"},
    {"<a data-x:href='", "{stateAttr delimSingleQuote urlPartNone jsCtxRegexp [] attrNone elementNone <nil>}"},
    {"<a xmlns:x='", "{stateURL delimSingleQuote urlPartNone jsCtxRegexp [] attrURL elementNone <nil>}"},
    {"<a myurl='", "{stateURL delimSingleQuote urlPartNone jsCtxRegexp [] attrURL elementNone <nil>}"},
    {"<a srcset='", "{stateSrcset delimSingleQuote urlPartNone jsCtxRegexp [] attrSrcset elementNone <nil>}"},
    {"<a srclang='", "{stateAttr delimSingleQuote urlPartNone jsCtxRegexp [] attrNone elementNone <nil>}"},
    {"<a style='", "{stateCSS delimSingleQuote urlPartNone jsCtxRegexp [] attrStyle elementNone <nil>}"},
    {"<a onclick='", "{stateJS delimSingleQuote urlPartNone jsCtxRegexp [] attrScript elementNone <nil>}"},
    {"<a once='", "{stateJS delimSingleQuote urlPartNone jsCtxRegexp [] attrScript elementNone <nil>}"},
    {"<a title='", "{stateAttr delimSingleQuote urlPartNone jsCtxRegexp [] attrNone elementNone <nil>}"},
    {"<a action=x", "{stateURL delimSpaceOrTagEnd urlPartPreQuery jsCtxRegexp [] attrURL elementNone <nil>}"},
    {"<img src=x ", "{stateTag delimNone urlPartNone jsCtxRegexp [] attrNone elementNone <nil>}"},
    {"<meta content='",
     "{stateMetaContent delimSingleQuote urlPartNone jsCtxRegexp [] attrMetaContent elementMeta <nil>}"},
    {"<meta content='0;url=",
     "{stateMetaContentURL delimSingleQuote urlPartNone jsCtxRegexp [] attrMetaContent elementMeta <nil>}"},
    {"<meta content='URL \t= x",
     "{stateMetaContentURL delimSingleQuote urlPartNone jsCtxRegexp [] attrMetaContent elementMeta <nil>}"},
    {"<meta content='url=x;",
     "{stateMetaContent delimSingleQuote urlPartNone jsCtxRegexp [] attrMetaContent elementMeta <nil>}"},
    {"<meta content='url x",
     "{stateMetaContent delimSingleQuote urlPartNone jsCtxRegexp [] attrMetaContent elementMeta <nil>}"},
    {"<a content='url=", "{stateAttr delimSingleQuote urlPartNone jsCtxRegexp [] attrNone elementNone <nil>}"},
    {"<meta name='url=", "{stateAttr delimSingleQuote urlPartNone jsCtxRegexp [] attrNone elementMeta <nil>}"},
};
static const row script_elements[] = {
    {"<script>", "{stateJS delimNone urlPartNone jsCtxRegexp [] attrNone elementScript <nil>}"},
    {"<script type='", "{stateAttr delimSingleQuote urlPartNone jsCtxRegexp [] attrScriptType elementScript <nil>}"},
    {"<script type=module>", "{stateJS delimNone urlPartNone jsCtxRegexp [] attrNone elementScript <nil>}"},
    {"<script type='text/plain'>", "{stateText delimNone urlPartNone jsCtxRegexp [] attrNone elementNone <nil>}"},
    {"<script type=' TEXT/JavaScript ; charset=x'>",
     "{stateJS delimNone urlPartNone jsCtxRegexp [] attrNone elementScript <nil>}"},
    {"<script type=\"\">", "{stateJS delimNone urlPartNone jsCtxRegexp [] attrNone elementScript <nil>}"},
    {"<script type=x type=module>", "{stateText delimNone urlPartNone jsCtxRegexp [] attrNone elementNone <nil>}"},
    {"<script src=x>", "{stateJS delimNone urlPartNone jsCtxRegexp [] attrNone elementScript <nil>}"},
    {"<SCRIPT>", "{stateJS delimNone urlPartNone jsCtxRegexp [] attrNone elementScript <nil>}"},
    {"<script></script", "{stateJSRegexp delimNone urlPartNone jsCtxRegexp [] attrNone elementScript <nil>}"},
    {"<script></script>", "{stateText delimNone urlPartNone jsCtxRegexp [] attrNone elementNone <nil>}"},
    {"<script>x</scripts>", "{stateJS delimNone urlPartNone jsCtxRegexp [] attrNone elementScript <nil>}"},
    {"<script>'</script>", "{stateJSSqStr delimNone urlPartNone jsCtxRegexp [] attrNone elementScript <nil>}"},
    {"<script>// </script>", "{stateJSLineCmt delimNone urlPartNone jsCtxRegexp [] attrNone elementScript <nil>}"},
    {"<script async>", "{stateJS delimNone urlPartNone jsCtxRegexp [] attrNone elementScript <nil>}"},
};
static const row javascript[] = {
    {"x", "{stateJS delimNone urlPartNone jsCtxDivOp [] attrNone elementScript <nil>}"},
    {"x ", "{stateJS delimNone urlPartNone jsCtxDivOp [] attrNone elementScript <nil>}"},
    {"x+", "{stateJS delimNone urlPartNone jsCtxRegexp [] attrNone elementScript <nil>}"},
    {"x++", "{stateJS delimNone urlPartNone jsCtxDivOp [] attrNone elementScript <nil>}"},
    {"x+++", "{stateJS delimNone urlPartNone jsCtxRegexp [] attrNone elementScript <nil>}"},
    {"x-", "{stateJS delimNone urlPartNone jsCtxDivOp [] attrNone elementScript <nil>}"},
    {"x--", "{stateJS delimNone urlPartNone jsCtxDivOp [] attrNone elementScript <nil>}"},
    {"1.", "{stateJS delimNone urlPartNone jsCtxDivOp [] attrNone elementScript <nil>}"},
    {"x.", "{stateJS delimNone urlPartNone jsCtxRegexp [] attrNone elementScript <nil>}"},
    {"x=", "{stateJS delimNone urlPartNone jsCtxRegexp [] attrNone elementScript <nil>}"},
    {"x,", "{stateJS delimNone urlPartNone jsCtxRegexp [] attrNone elementScript <nil>}"},
    {"x(", "{stateJS delimNone urlPartNone jsCtxRegexp [] attrNone elementScript <nil>}"},
    {"x)", "{stateJS delimNone urlPartNone jsCtxDivOp [] attrNone elementScript <nil>}"},
    {"x[", "{stateJS delimNone urlPartNone jsCtxRegexp [] attrNone elementScript <nil>}"},
    {"x]", "{stateJS delimNone urlPartNone jsCtxDivOp [] attrNone elementScript <nil>}"},
    {"x{", "{stateJS delimNone urlPartNone jsCtxRegexp [] attrNone elementScript <nil>}"},
    {"x}", "{stateJS delimNone urlPartNone jsCtxRegexp [] attrNone elementScript <nil>}"},
    {"x:", "{stateJS delimNone urlPartNone jsCtxRegexp [] attrNone elementScript <nil>}"},
    {"x;", "{stateJS delimNone urlPartNone jsCtxRegexp [] attrNone elementScript <nil>}"},
    {"return", "{stateJS delimNone urlPartNone jsCtxRegexp [] attrNone elementScript <nil>}"},
    {"return ", "{stateJS delimNone urlPartNone jsCtxRegexp [] attrNone elementScript <nil>}"},
    {"returns", "{stateJS delimNone urlPartNone jsCtxDivOp [] attrNone elementScript <nil>}"},
    {"typeof", "{stateJS delimNone urlPartNone jsCtxRegexp [] attrNone elementScript <nil>}"},
    {"in", "{stateJS delimNone urlPartNone jsCtxRegexp [] attrNone elementScript <nil>}"},
    {"instanceof ", "{stateJS delimNone urlPartNone jsCtxRegexp [] attrNone elementScript <nil>}"},
    {"$void", "{stateJS delimNone urlPartNone jsCtxDivOp [] attrNone elementScript <nil>}"},
    {"x!", "{stateJS delimNone urlPartNone jsCtxRegexp [] attrNone elementScript <nil>}"},
    {"~", "{stateJS delimNone urlPartNone jsCtxRegexp [] attrNone elementScript <nil>}"},
    {"x?", "{stateJS delimNone urlPartNone jsCtxRegexp [] attrNone elementScript <nil>}"},
    {"x&&", "{stateJS delimNone urlPartNone jsCtxRegexp [] attrNone elementScript <nil>}"},
    {"x|", "{stateJS delimNone urlPartNone jsCtxRegexp [] attrNone elementScript <nil>}"},
    {"x^", "{stateJS delimNone urlPartNone jsCtxRegexp [] attrNone elementScript <nil>}"},
    {"x%", "{stateJS delimNone urlPartNone jsCtxRegexp [] attrNone elementScript <nil>}"},
    {"x*", "{stateJS delimNone urlPartNone jsCtxRegexp [] attrNone elementScript <nil>}"},
    {"x<", "{stateJS delimNone urlPartNone jsCtxDivOp [] attrNone elementScript <nil>}"},
    {"x>", "{stateJS delimNone urlPartNone jsCtxRegexp [] attrNone elementScript <nil>}"},
    {"\"", "{stateJSDqStr delimNone urlPartNone jsCtxRegexp [] attrNone elementScript <nil>}"},
    {"'", "{stateJSSqStr delimNone urlPartNone jsCtxRegexp [] attrNone elementScript <nil>}"},
    {"`", "{stateJSTmplLit delimNone urlPartNone jsCtxRegexp [] attrNone elementScript <nil>}"},
    {"\"a\\\"", "{stateJSDqStr delimNone urlPartNone jsCtxRegexp [] attrNone elementScript <nil>}"},
    {"\"a\"", "{stateJS delimNone urlPartNone jsCtxDivOp [] attrNone elementScript <nil>}"},
    {"'a'", "{stateJS delimNone urlPartNone jsCtxDivOp [] attrNone elementScript <nil>}"},
    {"`a`", "{stateJS delimNone urlPartNone jsCtxRegexp [] attrNone elementScript <nil>}"},
    {"\"a\nb", "{stateJSDqStr delimNone urlPartNone jsCtxRegexp [] attrNone elementScript <nil>}"},
    {"/", "{stateJSRegexp delimNone urlPartNone jsCtxRegexp [] attrNone elementScript <nil>}"},
    {"x/", "{stateJS delimNone urlPartNone jsCtxRegexp [] attrNone elementScript <nil>}"},
    {"x//", "{stateJSLineCmt delimNone urlPartNone jsCtxDivOp [] attrNone elementScript <nil>}"},
    {"x/*", "{stateJSBlockCmt delimNone urlPartNone jsCtxDivOp [] attrNone elementScript <nil>}"},
    {"/*\n", "{stateJSBlockCmt delimNone urlPartNone jsCtxRegexp [] attrNone elementScript <nil>}"},
    {"/* */", "{stateJS delimNone urlPartNone jsCtxRegexp [] attrNone elementScript <nil>}"},
    {"// x\n", "{stateJS delimNone urlPartNone jsCtxRegexp [] attrNone elementScript <nil>}"},
    {"// x\r", "{stateJS delimNone urlPartNone jsCtxRegexp [] attrNone elementScript <nil>}"},
    {"// x\342\200\250", "{stateJS delimNone urlPartNone jsCtxRegexp [] attrNone elementScript <nil>}"},
    {"<!--", "{stateJSHTMLOpenCmt delimNone urlPartNone jsCtxRegexp [] attrNone elementScript <nil>}"},
    {"<!-- x\n", "{stateJS delimNone urlPartNone jsCtxRegexp [] attrNone elementScript <nil>}"},
    {"x-->", "{stateJSHTMLCloseCmt delimNone urlPartNone jsCtxDivOp [] attrNone elementScript <nil>}"},
    {"--> \n", "{stateJS delimNone urlPartNone jsCtxRegexp [] attrNone elementScript <nil>}"},
    {"#!", "{stateJSLineCmt delimNone urlPartNone jsCtxRegexp [] attrNone elementScript <nil>}"},
    {"#! x\n", "{stateJS delimNone urlPartNone jsCtxRegexp [] attrNone elementScript <nil>}"},
    {"/a", "{stateJSRegexp delimNone urlPartNone jsCtxRegexp [] attrNone elementScript <nil>}"},
    {"/a/", "{stateJS delimNone urlPartNone jsCtxDivOp [] attrNone elementScript <nil>}"},
    {"/[/", "unfinished JS regexp charset: \"[/\""},
    {"/[/]/", "{stateJS delimNone urlPartNone jsCtxDivOp [] attrNone elementScript <nil>}"},
    {"/\\//", "{stateJS delimNone urlPartNone jsCtxDivOp [] attrNone elementScript <nil>}"},
    {"x / /", "{stateJSRegexp delimNone urlPartNone jsCtxRegexp [] attrNone elementScript <nil>}"},
    {"x = /a/ /", "{stateJS delimNone urlPartNone jsCtxRegexp [] attrNone elementScript <nil>}"},
    {"(/a/)", "{stateJS delimNone urlPartNone jsCtxDivOp [] attrNone elementScript <nil>}"},
    {"`${", "{stateJS delimNone urlPartNone jsCtxRegexp [0] attrNone elementScript <nil>}"},
    {"`${x", "{stateJS delimNone urlPartNone jsCtxDivOp [0] attrNone elementScript <nil>}"},
    {"`${ {", "{stateJS delimNone urlPartNone jsCtxRegexp [1] attrNone elementScript <nil>}"},
    {"`${ {} ", "{stateJS delimNone urlPartNone jsCtxRegexp [0] attrNone elementScript <nil>}"},
    {"`${x}", "{stateJSTmplLit delimNone urlPartNone jsCtxDivOp [] attrNone elementScript <nil>}"},
    {"`${x}`", "{stateJS delimNone urlPartNone jsCtxDivOp [] attrNone elementScript <nil>}"},
    {"`${`${", "{stateJS delimNone urlPartNone jsCtxRegexp [0 0] attrNone elementScript <nil>}"},
    {"`${`a`}`", "{stateJS delimNone urlPartNone jsCtxRegexp [] attrNone elementScript <nil>}"},
    {"`\\${", "{stateJSTmplLit delimNone urlPartNone jsCtxRegexp [] attrNone elementScript <nil>}"},
    {"`$", "{stateJSTmplLit delimNone urlPartNone jsCtxRegexp [] attrNone elementScript <nil>}"},
    {"`\\", "unfinished escape sequence in JS string: \"\\\\\""},
    {"\"\\", "unfinished escape sequence in JS string: \"\\\\\""},
    {"/\\", "unfinished escape sequence in JS string: \"\\\\\""},
    {"{} /", "{stateJSRegexp delimNone urlPartNone jsCtxRegexp [] attrNone elementScript <nil>}"},
    {"x\342\200\251", "{stateJS delimNone urlPartNone jsCtxDivOp [] attrNone elementScript <nil>}"},
    {"a\303\251", "{stateJS delimNone urlPartNone jsCtxDivOp [] attrNone elementScript <nil>}"},
};
static const row css[] = {
    {"a{", "{stateCSS delimNone urlPartNone jsCtxRegexp [] attrNone elementStyle <nil>}"},
    {"a{b:", "{stateCSS delimNone urlPartNone jsCtxRegexp [] attrNone elementStyle <nil>}"},
    {"\"", "{stateCSSDqStr delimNone urlPartNone jsCtxRegexp [] attrNone elementStyle <nil>}"},
    {"'", "{stateCSSSqStr delimNone urlPartNone jsCtxRegexp [] attrNone elementStyle <nil>}"},
    {"\"a\"", "{stateCSS delimNone urlPartNone jsCtxRegexp [] attrNone elementStyle <nil>}"},
    {"\"x", "{stateCSSDqStr delimNone urlPartPreQuery jsCtxRegexp [] attrNone elementStyle <nil>}"},
    {"\"?", "{stateCSSDqStr delimNone urlPartQueryOrFrag jsCtxRegexp [] attrNone elementStyle <nil>}"},
    {"\"\\3f ", "{stateCSSDqStr delimNone urlPartPreQuery jsCtxRegexp [] attrNone elementStyle <nil>}"},
    {"\"\\3f a", "{stateCSSDqStr delimNone urlPartPreQuery jsCtxRegexp [] attrNone elementStyle <nil>}"},
    {"\"\\?", "{stateCSSDqStr delimNone urlPartQueryOrFrag jsCtxRegexp [] attrNone elementStyle <nil>}"},
    {"\"\\", "unfinished escape sequence in CSS string: \"\\\\\""},
    {"url(", "{stateCSSURL delimNone urlPartNone jsCtxRegexp [] attrNone elementStyle <nil>}"},
    {"url( ", "{stateCSSURL delimNone urlPartNone jsCtxRegexp [] attrNone elementStyle <nil>}"},
    {"url(x", "{stateCSSURL delimNone urlPartPreQuery jsCtxRegexp [] attrNone elementStyle <nil>}"},
    {"url(x)", "{stateCSS delimNone urlPartNone jsCtxRegexp [] attrNone elementStyle <nil>}"},
    {"url(x ", "{stateCSS delimNone urlPartNone jsCtxRegexp [] attrNone elementStyle <nil>}"},
    {"url('", "{stateCSSSqURL delimNone urlPartNone jsCtxRegexp [] attrNone elementStyle <nil>}"},
    {"url(\"x?", "{stateCSSDqURL delimNone urlPartQueryOrFrag jsCtxRegexp [] attrNone elementStyle <nil>}"},
    {"URL(", "{stateCSSURL delimNone urlPartNone jsCtxRegexp [] attrNone elementStyle <nil>}"},
    {"xurl(", "{stateCSS delimNone urlPartNone jsCtxRegexp [] attrNone elementStyle <nil>}"},
    {"-url(", "{stateCSS delimNone urlPartNone jsCtxRegexp [] attrNone elementStyle <nil>}"},
    {"url (", "{stateCSSURL delimNone urlPartNone jsCtxRegexp [] attrNone elementStyle <nil>}"},
    {"/*", "{stateCSSBlockCmt delimNone urlPartNone jsCtxRegexp [] attrNone elementStyle <nil>}"},
    {"/* */", "{stateCSS delimNone urlPartNone jsCtxRegexp [] attrNone elementStyle <nil>}"},
    {"//", "{stateCSSLineCmt delimNone urlPartNone jsCtxRegexp [] attrNone elementStyle <nil>}"},
    {"// x\n", "{stateCSS delimNone urlPartNone jsCtxRegexp [] attrNone elementStyle <nil>}"},
    {"// x\f", "{stateCSS delimNone urlPartNone jsCtxRegexp [] attrNone elementStyle <nil>}"},
    {"/", "{stateCSS delimNone urlPartNone jsCtxRegexp [] attrNone elementStyle <nil>}"},
    {"a(b", "{stateCSS delimNone urlPartNone jsCtxRegexp [] attrNone elementStyle <nil>}"},
    {"\\\"", "{stateCSSDqStr delimNone urlPartNone jsCtxRegexp [] attrNone elementStyle <nil>}"},
    {"@import \"", "{stateCSSDqStr delimNone urlPartNone jsCtxRegexp [] attrNone elementStyle <nil>}"},
    {"url(\\29", "{stateCSSURL delimNone urlPartPreQuery jsCtxRegexp [] attrNone elementStyle <nil>}"},
    {"url('?') url(", "{stateCSSURL delimNone urlPartNone jsCtxRegexp [] attrNone elementStyle <nil>}"},
    {"\"\\41 \" \"", "{stateCSSDqStr delimNone urlPartPreQuery jsCtxRegexp [] attrNone elementStyle <nil>}"},
    {"url(x?a) ", "{stateCSS delimNone urlPartNone jsCtxRegexp [] attrNone elementStyle <nil>}"},
};

/* Steps over the text; what it leaves is written as messages write it. */
static void describe_end(lvt_buffer *out, lvt_context context, lvt_span text, lvt_arena *arena) {
    lvt_problem problem = {.status = LVT_ERROR_ESCAPE};
    lvt_text_reader reader;
    lvt_text_reader_init(&reader, text, arena);
    while (reader.at < text.length && context.state != LVT_STATE_ERROR) lvt_context_step(&context, &reader, &problem);
    lvt_buffer_clear(out);
    if (context.state == LVT_STATE_ERROR) {
        lvt_buffer_append_string(out, problem.reason);
    } else {
        lvt_context_write(out, &context);
    }
}

static void check_rows(const char *prefix, const row *rows, size_t count) {
    lvt_arena arena;
    lvt_arena_init(&arena, 1 << 20, NULL);
    lvt_buffer text, out;
    lvt_buffer_init(&text, 1 << 16, NULL);
    lvt_buffer_init(&out, 1 << 16, NULL);
    size_t wrong = 0;
    for (size_t i = 0; i < count; i++) {
        lvt_buffer_clear(&text);
        lvt_buffer_append_string(&text, prefix);
        lvt_buffer_append_string(&text, rows[i].text);
        describe_end(&out, (lvt_context){.state = LVT_STATE_TEXT}, lvt_buffer_span(&text), &arena);
        if (lvt_span_is(lvt_buffer_span(&out), rows[i].expected)) continue;
        wrong++;
        print_error("%s%s\n  ends in %s\n  not in  %s\n", prefix, rows[i].text, lvt_buffer_string(&out),
                    rows[i].expected);
    }
    lvt_buffer_free(&text);
    lvt_buffer_free(&out);
    lvt_arena_free(&arena);
    assert_int_equal(wrong, 0);
}
#define CHECK_ROWS(prefix, rows) check_rows(prefix, rows, sizeof(rows) / sizeof((rows)[0]))

static void html_contexts(void **state) {
    (void)state;
    CHECK_ROWS("", html);
}
static void attribute_contexts(void **state) {
    (void)state;
    CHECK_ROWS("", attributes);
}
static void script_element_contexts(void **state) {
    (void)state;
    CHECK_ROWS("", script_elements);
}
static void javascript_contexts(void **state) {
    (void)state;
    CHECK_ROWS("<script>", javascript);
}
static void css_contexts(void **state) {
    (void)state;
    CHECK_ROWS("<style>", css);
}

/* Where text is cut into two nodes must not matter as long as no token is cut. */
static void special_content_is_found_once(void **state) {
    (void)state;
    lvt_arena arena;
    lvt_arena_init(&arena, 1 << 20, NULL);
    lvt_buffer text, out;
    lvt_buffer_init(&text, 1 << 24, NULL);
    lvt_buffer_init(&out, 1 << 16, NULL);
    /* Every token of a long script asks for its end; looking each time would take minutes. */
    lvt_buffer_append_literal(&text, "<script>");
    for (size_t i = 0; i < 200000; i++) lvt_buffer_append_literal(&text, "x = \"\";\n");
    lvt_buffer_append_literal(&text, "</script><a href='");
    describe_end(&out, (lvt_context){.state = LVT_STATE_TEXT}, lvt_buffer_span(&text), &arena);
    assert_string_equal(lvt_buffer_string(&out),
                        "{stateURL delimSingleQuote urlPartNone jsCtxRegexp [] attrURL elementNone <nil>}");
    lvt_buffer_free(&text);
    lvt_buffer_free(&out);
    lvt_arena_free(&arena);
}

static void template_literals_have_a_maximum_depth(void **state) {
    (void)state;
    lvt_arena arena;
    lvt_arena_init(&arena, 1 << 20, NULL);
    lvt_buffer text, out;
    lvt_buffer_init(&text, 1 << 16, NULL);
    lvt_buffer_init(&out, 1 << 16, NULL);
    lvt_buffer_append_literal(&text, "<script>");
    for (size_t i = 0; i < LVT_SCRIPT_TEMPLATE_DEPTH_MAX; i++) lvt_buffer_append_literal(&text, "`${");
    describe_end(&out, (lvt_context){.state = LVT_STATE_TEXT}, lvt_buffer_span(&text), &arena);
    assert_string_equal(lvt_buffer_string(&out), "{stateJS delimNone urlPartNone jsCtxRegexp "
                                                 "[0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0] attrNone elementScript <nil>}");
    lvt_buffer_append_literal(&text, "`${");
    describe_end(&out, (lvt_context){.state = LVT_STATE_TEXT}, lvt_buffer_span(&text), &arena);
    assert_string_equal(lvt_buffer_string(&out), "template literals nest deeper than 16: \"${\"");
    lvt_buffer_free(&text);
    lvt_buffer_free(&out);
    lvt_arena_free(&arena);
}

/* ---- comparing and naming -------------------------------------------------------------------------------------- */

static void contexts_have_names(void **state) {
    (void)state;
    static const struct {
        const char *text, *name;
    } cases[] = {
        {"", "x"},
        {"<a href=\"?", "x$htmltemplate_stateURL_delimDoubleQuote_urlPartQueryOrFrag_attrURL"},
        {"<script>x ", "x$htmltemplate_stateJS_jsCtxDivOp_elementScript"},
        {"<script>`${ {", "x$htmltemplate_stateJS_jsBraceDepth([1])_elementScript"},
        {"<script>`${1}`", "x$htmltemplate_stateJS_jsCtxDivOp_jsBraceDepth([])_elementScript"},
        {"<a ", "x$htmltemplate_stateTag"},
    };
    lvt_arena arena;
    lvt_arena_init(&arena, 1 << 20, NULL);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        lvt_context context = {.state = LVT_STATE_TEXT};
        lvt_problem problem;
        lvt_text_reader reader;
        lvt_text_reader_init(&reader, lvt_span_from(cases[i].text), &arena);
        while (reader.at < reader.text.length) lvt_context_step(&context, &reader, &problem);
        lvt_buffer name;
        lvt_buffer_init(&name, 1000, NULL);
        lvt_context_write_name(&name, &context, LVT_SPAN("x"));
        assert_string_equal(lvt_buffer_string(&name), cases[i].name);
        lvt_buffer_free(&name);
    }
    lvt_arena_free(&arena);
}

static void an_action_nudges_the_context(void **state) {
    (void)state;
    lvt_context tag = lvt_context_nudge((lvt_context){.state = LVT_STATE_TAG});
    assert_int_equal(tag.state, LVT_STATE_ATTRIBUTE_NAME);
    lvt_context value = {.state = LVT_STATE_BEFORE_VALUE, .attribute = LVT_ATTRIBUTE_IS_URL};
    value = lvt_context_nudge(value);
    assert_int_equal(value.state, LVT_STATE_URL);
    assert_int_equal(value.delimiter, LVT_DELIMITER_SPACE_OR_TAG_END);
    assert_int_equal(value.attribute, LVT_ATTRIBUTE_IS_NONE);
    lvt_context again = lvt_context_nudge(value);
    assert_true(lvt_context_equal(&value, &again));
}

/* ---- names and types ------------------------------------------------------------------------------------------- */

static void attribute_types(void **state) {
    (void)state;
    static const struct {
        const char *name;
        lvt_attribute_type type;
    } cases[] = {
        {"title", LVT_ATTRIBUTE_PLAIN},       {"href", LVT_ATTRIBUTE_URL},         {"HREF", LVT_ATTRIBUTE_URL},
        {"data-href", LVT_ATTRIBUTE_URL},     {"xlink:href", LVT_ATTRIBUTE_URL},   {"x:data-href", LVT_ATTRIBUTE_PLAIN},
        {"xmlns", LVT_ATTRIBUTE_URL},         {"xmlns:svg", LVT_ATTRIBUTE_URL},    {"data-myURL", LVT_ATTRIBUTE_URL},
        {"srclang", LVT_ATTRIBUTE_PLAIN},     {"srcset", LVT_ATTRIBUTE_SRCSET},    {"imagesrcset", LVT_ATTRIBUTE_URL},
        {"style", LVT_ATTRIBUTE_STYLE},       {"onclick", LVT_ATTRIBUTE_SCRIPT},   {"data-onx", LVT_ATTRIBUTE_SCRIPT},
        {"svg:onload", LVT_ATTRIBUTE_SCRIPT}, {"srcdoc", LVT_ATTRIBUTE_HTML},      {"type", LVT_ATTRIBUTE_UNSAFE},
        {"lvt-click", LVT_ATTRIBUTE_PLAIN},   {"aria-label", LVT_ATTRIBUTE_PLAIN}, {"", LVT_ATTRIBUTE_PLAIN},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        if (lvt_attribute_type_of(lvt_span_from(cases[i].name)) != cases[i].type) fail_msg("%s", cases[i].name);
    }
}

static void script_types(void **state) {
    (void)state;
    static const char *const scripts[] = {"",
                                          " ",
                                          "module",
                                          "application/json",
                                          "text/javascript;x",
                                          "\t MODULE\n",
                                          "application/ld+json",
                                          "text/jscript"};
    static const char *const others[] = {"text/template", "importmap", "text/javascript1.6",
                                         "modules",       "x",         "text/plain"};
    for (size_t i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++) {
        if (!lvt_script_type_is_script(lvt_span_from(scripts[i]))) fail_msg("%s is a script", scripts[i]);
    }
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        if (lvt_script_type_is_script(lvt_span_from(others[i]))) fail_msg("%s is no script", others[i]);
    }
}

static void character_references(void **state) {
    (void)state;
    static const row cases[] = {
        {"&amp;&lt;&quot;", "&<\""},
        {"&amp", "&"},
        {"&ampx", "&x"},
        {"&notit;", "\302\254it;"},
        {"&eacute;&Eacute", "\303\251\303\211"},
        {"&quest;&lpar;&lbrace;", "?({"},
        {"&bogus;&;&", "&bogus;&;&"},
        {"&#63;&#x3f;&#X3F;", "???"},
        {"&#63x", "?x"},
        {"&#128;&#159;", "\342\202\254\305\270"},
        {"&#0;&#xd800;&#x110000;", "\357\277\275\357\277\275\357\277\275"},
        {"&#;&#x;&#", "&#;\357\277\275&#"},
        {"&nGt;&ngt;", "&nGt;\342\211\257"},
        {"&fjlig;", "fj"},
        {"", ""},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char out[64];
        size_t length = lvt_html_unescape(out, lvt_span_from(cases[i].text));
        out[length] = '\0';
        assert_string_equal(out, cases[i].expected);
    }
    /* The table is searched by halves. */
    for (size_t i = 1; i < LVT_HTML_ENTITY_COUNT; i++) {
        lvt_span a = lvt_span_from(lvt_html_entities[i - 1].name), b = lvt_span_from(lvt_html_entities[i].name);
        assert_true(lvt_span_compare(a, b) < 0);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(html_contexts),
        cmocka_unit_test(attribute_contexts),
        cmocka_unit_test(script_element_contexts),
        cmocka_unit_test(javascript_contexts),
        cmocka_unit_test(css_contexts),
        cmocka_unit_test(special_content_is_found_once),
        cmocka_unit_test(template_literals_have_a_maximum_depth),
        cmocka_unit_test(contexts_have_names),
        cmocka_unit_test(an_action_nudges_the_context),
        cmocka_unit_test(attribute_types),
        cmocka_unit_test(script_types),
        cmocka_unit_test(character_references),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
