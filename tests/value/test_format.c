/* print, println and printf of built-in kinds. Arguments stand as JSON (printing.h); the expected texts are those of
 * Go's fmt. */
#include "tests/value/printing.h"

#include <stdlib.h>

typedef struct printf_row {
    const char *format;
    const char *arguments;
    const char *expected;
} printf_row;

static const printf_row printf_rows[] = {
    /* text without verbs */
    {"hello", "", "hello"},
    {"100%%", "", "100%"},
    {"%d%%", "50", "50%"},
    {"%-5%", "", "%"},
    {"héllo %s 世界", "'ü'", "héllo ü 世界"},
    /* integers */
    {"%d", "0", "0"},
    {"%d", "42", "42"},
    {"%d", "-42", "-42"},
    {"%d", "9223372036854775807", "9223372036854775807"},
    {"%d", "-9223372036854775808", "-9223372036854775808"},
    {"%v", "-7", "-7"},
    {"%5d|", "42", "   42|"},
    {"%-5d|", "42", "42   |"},
    {"%05d", "42", "00042"},
    {"%05d", "-42", "-0042"},
    {"%-05d|", "42", "42   |"},
    {"%+d", "42", "+42"},
    {"%+d", "-42", "-42"},
    {"% d", "42", " 42"},
    {"% d", "-42", "-42"},
    {"%+ d", "42", "+42"},
    {"%.5d", "42", "00042"},
    {"%.5d", "-42", "-00042"},
    {"%8.5d|", "42", "   00042|"},
    {"%-8.5d|", "42", "00042   |"},
    {"%08.5d|", "42", "   00042|"},
    {"%.0d|", "0", "|"},
    {"%5.0d|", "0", "     |"},
    {"%05.0d|", "0", "     |"},
    {"%.0d", "7", "7"},
    {"%.d|", "0", "|"},
    {"%+.3d", "5", "+005"},
    {"%20d", "-9223372036854775808", "-9223372036854775808"},
    {"%b", "10", "1010"},
    {"%b", "-5", "-101"},
    {"%#b", "5", "0b101"},
    {"%08b", "5", "00000101"},
    {"%o", "64", "100"},
    {"%#o", "64", "0100"},
    {"%#o", "0", "0"},
    {"%O", "64", "0o100"},
    {"%#O", "64", "0o0100"},
    {"%o", "-8", "-10"},
    {"%x", "255", "ff"},
    {"%X", "255", "FF"},
    {"%#x", "255", "0xff"},
    {"%#X", "255", "0XFF"},
    {"%x", "-255", "-ff"},
    {"%#x", "-255", "-0xff"},
    {"%08x", "48879", "0000beef"},
    {"%#08x", "48879", "0x0000beef"},
    {"%#10x|", "48879", "    0xbeef|"},
    {"%-#10x|", "48879", "0xbeef    |"},
    {"% x", "255", " ff"},
    {"%#.4x", "10", "0x000a"},
    {"%#v", "42", "42"},
    {"%+v", "42", "42"},
    {"%30b", "-9", "                         -1001"},
    {"%x", "-9223372036854775808", "-8000000000000000"},
    /* code points */
    {"%c", "65", "A"},
    {"%c", "19990", "世"},
    {"%5c|", "65", "    A|"},
    {"%-5c|", "233", "é    |"},
    {"%05c", "65", "0000A"},
    {"%c", "-1", "�"},
    {"%c", "55296", "�"},
    {"%c", "1114112", "�"},
    {"%q", "65", "'A'"},
    {"%q", "39", "'\\''"},
    {"%q", "34", "'\"'"},
    {"%q", "10", "'\\n'"},
    {"%q", "0", "'\\x00'"},
    {"%q", "127", "'\\x7f'"},
    {"%q", "233", "'é'"},
    {"%+q", "233", "'\\u00e9'"},
    {"%+q", "128512", "'\\U0001f600'"},
    {"%q", "128512", "'😀'"},
    {"%#q", "120", "'x'"},
    {"%q", "8232", "'\\u2028'"},
    {"%q", "983040", "'\\U000f0000'"},
    {"%q", "1114112", "'�'"},
    {"%10q|", "120", "       'x'|"},
    {"%U", "65", "U+0041"},
    {"%U", "128512", "U+1F600"},
    {"%#U", "128512", "U+1F600 '😀'"},
    {"%#U", "10", "U+000A"},
    {"%.6U", "65", "U+000041"},
    {"%10U|", "65", "    U+0041|"},
    {"%-10U|", "65", "U+0041    |"},
    {"%010U", "65", "    U+0041"},
    {"%#12U|", "233", "  U+00E9 'é'|"},
    {"%U", "-1", "U+FFFFFFFFFFFFFFFF"},
    /* floating point numbers */
    {"%v", "1.5", "1.5"},
    {"%v", "1.0", "1"},
    {"%v", "-0.0", "-0"},
    {"%v", "0.1", "0.1"},
    {"%v", "100000.0", "100000"},
    {"%v", "1000000.0", "1e+06"},
    {"%v", "123456789.0", "1.23456789e+08"},
    {"%v", "1e20", "1e+20"},
    {"%v", "1e21", "1e+21"},
    {"%v", "0.0001", "0.0001"},
    {"%v", "0.00001", "1e-05"},
    {"%v", "1e-7", "1e-07"},
    {"%v", "3.141592653589793", "3.141592653589793"},
    {"%#v", "1.0", "1"},
    {"%#v", "1.5", "1.5"},
    {"%#v", "1e6", "1e+06"},
    {"%+v", "1.5", "1.5"},
    {"%g", "1e6", "1e+06"},
    {"%G", "1e-9", "1E-09"},
    {"%g", "12345.678", "12345.678"},
    {"%.3g", "12345.678", "1.23e+04"},
    {"%.3g", "0.00012345", "0.000123"},
    {"%.10g", "100000.0", "100000"},
    {"%#g", "1.0", "1.00000"},
    {"%#g", "100000.0", "100000."},
    {"%#g", "1e6", "1.00000e+06"},
    {"%#g", "0.0", "0.00000"},
    {"%#.3g", "1.0", "1.00"},
    {"%#.10g", "123.456", "123.4560000"},
    {"%#v", "0.0", "0"},
    {"%e", "123456.789", "1.234568e+05"},
    {"%E", "123456.789", "1.234568E+05"},
    {"%.2e", "123456.789", "1.23e+05"},
    {"%.0e", "123456.789", "1e+05"},
    {"%#.0e", "123456.789", "1.e+05"},
    {"%12.3e|", "1234.5", "   1.234e+03|"},
    {"%-12.3e|", "1234.5", "1.234e+03   |"},
    {"%012.3e", "-1234.5", "-001.234e+03"},
    {"%e", "0.0", "0.000000e+00"},
    {"%f", "3.14159265", "3.141593"},
    {"%F", "3.14159265", "3.141593"},
    {"%.2f", "3.14159", "3.14"},
    {"%.0f", "0.5", "0"},
    {"%.0f", "1.5", "2"},
    {"%.0f", "2.5", "2"},
    {"%.1f", "0.25", "0.2"},
    {"%.1f", "0.35", "0.3"},
    {"%.2f", "1.005", "1.00"},
    {"%.2f", "2.675", "2.67"},
    {"%#.0f", "3.0", "3."},
    {"%8.2f|", "3.14159", "    3.14|"},
    {"%-8.2f|", "3.14159", "3.14    |"},
    {"%08.2f", "3.14159", "00003.14"},
    {"%08.2f", "-3.14159", "-0003.14"},
    {"%+.2f", "3.14159", "+3.14"},
    {"%+08.2f", "3.14159", "+0003.14"},
    {"% .2f", "3.14159", " 3.14"},
    {"% .2f", "-3.14159", "-3.14"},
    {"%.20f", "0.1", "0.10000000000000000555"},
    {"%.3f", "1e15", "1000000000000000.000"},
    {"%f", "1e22", "10000000000000000000000.000000"},
    {"%.2f", "99.995", "100.00"},
    {"%.2f", "999.999", "1000.00"},
    {"%6.3v|", "3.14159", "  3.14|"},
    {"%b", "1.0", "4503599627370496p-52"},
    {"%b", "-0.5", "-4503599627370496p-53"},
    {"%x", "1.0", "0x1p+00"},
    {"%x", "3.14", "0x1.91eb851eb851fp+01"},
    {"%X", "-3.14", "-0X1.91EB851EB851FP+01"},
    {"%.2x", "3.14", "0x1.92p+01"},
    {"%.0x", "1.9", "0x1p+01"},
    {"%#x", "1.0", "0x1.0000p+00"},
    {"%20.3x|", "3.14", "         0x1.91fp+01|"},
    /* strings */
    {"%s", "'hello'", "hello"},
    {"%v", "'hello'", "hello"},
    {"%s", "''", ""},
    {"%10s|", "'hello'", "     hello|"},
    {"%-10s|", "'hello'", "hello     |"},
    {"%010s", "'hello'", "00000hello"},
    {"%.2s", "'hello'", "he"},
    {"%.0s|", "'hello'", "|"},
    {"%10.2s|", "'hello'", "        he|"},
    {"%-10.2s|", "'hello'", "he        |"},
    {"%6s|", "'héé'", "   héé|"},
    {"%.2s", "'日本語'", "日本"},
    {"%6.2s|", "'日本語'", "    日本|"},
    {"%q", "'hello'", "\"hello\""},
    {"%q", "''", "\"\""},
    {"%q", "\"say \\\"hi\\\"\\\\\\n\\t\"", "\"say \\\"hi\\\"\\\\\\n\\t\""},
    {"%q", "\"it's\"", "\"it's\""},
    {"%q", "'日本'", "\"日本\""},
    {"%+q", "'日本'", "\"\\u65e5\\u672c\""},
    {"%+q", "'😀'", "\"\\U0001f600\""},
    {"%#q", "'hello'", "`hello`"},
    {"%#q", "'a`b'", "\"a`b\""},
    {"%#q", "\"a\\tb\"", "`a\tb`"},
    {"%#q", "\"a\\nb\"", "\"a\\nb\""},
    {"%#q", "\"say \\\"hi\\\"\"", "`say \"hi\"`"},
    {"%+#q", "'日本'", "`日本`"},
    {"%q", "\"\\u0000\\u0007\\u0008\\u000b\\u000c\\r\\u001b\\u007f\"", "\"\\x00\\a\\b\\v\\f\\r\\x1b\\x7f\""},
    {"%q", "\"\\u00a0\\u200b\\u2028\\ufeff\\ufffd\"", "\"\\u00a0\\u200b\\u2028\\ufeff�\""},
    {"%12q|", "'hello'", "     \"hello\"|"},
    {"%-12q|", "'hello'", "\"hello\"     |"},
    {"%.3q", "'hello'", "\"hel\""},
    {"%x", "'hello'", "68656c6c6f"},
    {"%X", "'hello'", "68656C6C6F"},
    {"% x", "'hello'", "68 65 6c 6c 6f"},
    {"% X", "'hello'", "68 65 6C 6C 6F"},
    {"%#x", "'hello'", "0x68656c6c6f"},
    {"%# x", "'hello'", "0x68 0x65 0x6c 0x6c 0x6f"},
    {"%#X", "'hello'", "0X68656C6C6F"},
    {"%.2x", "'hello'", "6865"},
    {"%# .2x", "'hello'", "0x68 0x65"},
    {"%12x|", "'abc'", "      616263|"},
    {"%-12x|", "'abc'", "616263      |"},
    {"%012x", "'abc'", "000000616263"},
    {"%x|", "''", "|"},
    {"%#x|", "''", "|"},
    {"%5x|", "''", "     |"},
    {"%#v", "\"hello\\n\"", "\"hello\\n\""},
    {"%+v", "'hello'", "hello"},
    /* booleans */
    {"%t", "true", "true"},
    {"%t", "false", "false"},
    {"%v", "true", "true"},
    {"%6t|", "true", "  true|"},
    {"%-6t|", "true", "true  |"},
    {"%06t", "true", "00true"},
    {"%#v", "false", "false"},
    /* trusted content prints as its string */
    {"%s", "{'$html': '<b>'}", "<b>"},
    {"%v", "{'$html': '<b>'}", "<b>"},
    {"%q", "{'$html': '<b>'}", "\"<b>\""},
    {"%T", "{'$html': '<b>'}", "template.HTML"},
    {"%#v", "{'$html': '<b>'}", "\"<b>\""},
    {"%d", "{'$html': '<b>'}", "%!d(template.HTML=<b>)"},
    {"%T", "{'$js': 'f()'}", "template.JS"},
    /* bytes */
    {"%v", "{'$bytes': 'AQL/'}", "[1 2 255]"},
    {"%d", "{'$bytes': 'AQL/'}", "[1 2 255]"},
    {"%s", "{'$bytes': 'aGk='}", "hi"},
    {"%q", "{'$bytes': 'aGk='}", "\"hi\""},
    {"%x", "{'$bytes': 'AQL/'}", "0102ff"},
    {"% X", "{'$bytes': 'AQL/'}", "01 02 FF"},
    {"%# x", "{'$bytes': 'AQL/'}", "0x01 0x02 0xff"},
    {"%#v", "{'$bytes': 'AQL/'}", "[]byte{0x1, 0x2, 0xff}"},
    {"%4d", "{'$bytes': 'AQL/'}", "[   1    2  255]"},
    {"%o", "{'$bytes': 'AQL/'}", "[1 2 377]"},
    {"%t", "{'$bytes': 'AQI='}", "[%!t(uint8=1) %!t(uint8=2)]"},
    {"%T", "{'$bytes': 'AQL/'}", "[]uint8"},
    {"%v", "{'$bytes': ''}", "[]"},
    {"%v", "[{'$bytes': 'AQL/'}]", "[[1 2 255]]"},
    {"%s", "[{'$bytes': 'aGk='}]", "[hi]"},
    {"%#v", "[{'$bytes': 'AQL/'}]", "[]interface {}{[]uint8{0x1, 0x2, 0xff}}"},
    /* slices and maps */
    {"%v", "[]", "[]"},
    {"%v", "[1, 2, 3]", "[1 2 3]"},
    {"%d", "[1, 2, 3]", "[1 2 3]"},
    {"%v", "['a', 'b']", "[a b]"},
    {"%q", "['a', 'b']", "[\"a\" \"b\"]"},
    {"%x", "['a', 'b']", "[61 62]"},
    {"%s", "['a', 1, null, true]", "[a %!s(int=1) <nil> %!s(bool=true)]"},
    {"%v", "[1, [2, [3]], {'a': 1}]", "[1 [2 [3]] map[a:1]]"},
    {"%03d", "[1, 2, 3]", "[001 002 003]"},
    {"%5.1f", "[1.25, 2.5]", "[  1.2   2.5]"},
    {"%v", "{}", "map[]"},
    {"%v", "{'b': 2, 'a': 1}", "map[a:1 b:2]"},
    {"%d", "{'b': 2, 'a': 1}", "map[%!d(string=a):1 %!d(string=b):2]"},
    {"%s", "{'b': 2, 'a': 'x'}", "map[a:x b:%!s(int=2)]"},
    {"%v", "{'a': {'c': [1, 2]}, 'b': null}", "map[a:map[c:[1 2]] b:<nil>]"},
    {"%+v", "{'a': 1, 'b': [true]}", "map[a:1 b:[true]]"},
    {"%#v", "{'a': 1, 'b': [true, null, 'x']}",
     "map[string]interface {}{\"a\":1, \"b\":[]interface {}{true, interface {}(nil), \"x\"}}"},
    {"%#v", "[1, 1.5, 'x', null, {'$html': '<b>'}]", "[]interface {}{1, 1.5, \"x\", interface {}(nil), \"<b>\"}"},
    {"%#v", "{}", "map[string]interface {}{}"},
    {"%#v", "[]", "[]interface {}{}"},
    {"%T", "{'a': 1}", "map[string]interface {}"},
    {"%T", "[1]", "[]interface {}"},
    {"%6v|", "['a', 1]", "[     a      1]|"},
    {"%-6v|", "['a', 1]", "[a      1     ]|"},
    /* nil */
    {"%v", "null", "<nil>"},
    {"%d", "null", "%!d(<nil>)"},
    {"%s", "null", "%!s(<nil>)"},
    {"%+v", "null", "<nil>"},
    {"%#v", "null", "<nil>"},
    {"%T", "null", "<nil>"},
    {"%8v|", "null", "   <nil>|"},
    {"%-8v|", "null", "<nil>   |"},
    {"%v", "[null]", "[<nil>]"},
    {"%d", "[null]", "[<nil>]"},
    /* times */
    {"%v", "{'$time': '2024-02-29T13:04:05Z'}", "2024-02-29 13:04:05 +0000 UTC"},
    {"%s", "{'$time': '2024-02-29T13:04:05.120Z'}", "2024-02-29 13:04:05.12 +0000 UTC"},
    {"%v", "{'$time': '2024-02-29T13:04:05+05:30'}", "2024-02-29 13:04:05 +0530 +0530"},
    {"%q", "{'$time': '2024-02-29T13:04:05-07:00'}", "\"2024-02-29 13:04:05 -0700 -0700\""},
    {"%x", "{'$time': '2024-02-29T13:04:05Z'}", "323032342d30322d32392031333a30343a3035202b3030303020555443"},
    {"%40v|", "{'$time': '2024-02-29T13:04:05Z'}", "           2024-02-29 13:04:05 +0000 UTC|"},
    {"%-40v|", "{'$time': '2024-02-29T13:04:05Z'}", "2024-02-29 13:04:05 +0000 UTC           |"},
    {"%.10v", "{'$time': '2024-02-29T13:04:05Z'}", "2024-02-29"},
    {"%.10s", "{'$time': '2024-02-29T13:04:05Z'}", "2024-02-29"},
    {"%+v", "{'$time': '2024-02-29T13:04:05Z'}", "2024-02-29 13:04:05 +0000 UTC"},
    {"%#v", "{'$time': '2024-02-29T13:04:05.000000006Z'}", "time.Date(2024, time.February, 29, 13, 4, 5, 6, time.UTC)"},
    {"%#v", "{'$time': '2024-02-29T13:04:05+01:00'}",
     "time.Date(2024, time.February, 29, 13, 4, 5, 0, time.Location(\"\"))"},
    {"%T", "{'$time': '2024-02-29T13:04:05Z'}", "time.Time"},
    {"%v", "[{'$time': '2024-02-29T13:04:05Z'}]", "[2024-02-29 13:04:05 +0000 UTC]"},
    {"%v", "{'due': {'$time': '0001-01-01T00:00:00Z'}}", "map[due:0001-01-01 00:00:00 +0000 UTC]"},
    /* types */
    {"%T", "1", "int"},
    {"%T", "1.5", "float64"},
    {"%T", "'a'", "string"},
    {"%T", "true", "bool"},
    {"%10T|", "1", "       int|"},
    {"%-10T|", "'a'", "string    |"},
    {"%.3T", "'a'", "str"},
    {"%T %T", "1, 'a'", "int string"},
    /* a verb that does not suit the value */
    {"%d", "'hi'", "%!d(string=hi)"},
    {"%d", "1.5", "%!d(float64=1.5)"},
    {"%d", "true", "%!d(bool=true)"},
    {"%s", "5", "%!s(int=5)"},
    {"%s", "1.5", "%!s(float64=1.5)"},
    {"%s", "true", "%!s(bool=true)"},
    {"%q", "1.5", "%!q(float64=1.5)"},
    {"%q", "true", "%!q(bool=true)"},
    {"%t", "1", "%!t(int=1)"},
    {"%t", "'hi'", "%!t(string=hi)"},
    {"%c", "'hi'", "%!c(string=hi)"},
    {"%e", "1", "%!e(int=1)"},
    {"%f", "'1.5'", "%!f(string=1.5)"},
    {"%U", "'A'", "%!U(string=A)"},
    {"%x", "true", "%!x(bool=true)"},
    {"%5d", "'hi'", "%!d(string=   hi)"},
    {"%-5t|", "'hi'", "%!t(string=hi   )|"},
    {"%z", "1", "%!z(int=1)"},
    {"%!", "1", "%!!(int=1)"},
    {"%é", "1", "%!é(int=1)"},
    {"%世", "'x'", "%!世(string=x)"},
    {"%w", "1", "%!w(int=1)"},
    {"%w", "[1, 2]", "%!w([]interface {}=[1 2])"},
    {"%#w", "'x'", "%!w(string=\"x\")"},
    {"%p", "1", "%!p(int=1)"},
    {"%p", "'x'", "%!p(string=x)"},
    {"%d", "{'a': 'x'}", "map[%!d(string=a):%!d(string=x)]"},
    {"%t", "['x', true]", "[%!t(string=x) true]"},
    /* too few, too many */
    {"%d", "", "%!d(MISSING)"},
    {"%d %d", "1", "1 %!d(MISSING)"},
    {"%s", "", "%!s(MISSING)"},
    {"", "1", "%!(EXTRA int=1)"},
    {"hi", "1, 'x', null", "hi%!(EXTRA int=1, string=x, <nil>)"},
    {"%d", "1, 2, 3.5", "1%!(EXTRA int=2, float64=3.5)"},
    {"%d", "1, [2]", "1%!(EXTRA []interface {}=[2])"},
    {"%", "", "%!(NOVERB)"},
    {"%d%", "1", "1%!(NOVERB)"},
    {"%5", "1", "%!(NOVERB)%!(EXTRA int=1)"},
    {"%-+#", "1", "%!(NOVERB)%!(EXTRA int=1)"},
    {"%.", "1", "%!.(int=1)"},
    {"%.5", "1", "%!(NOVERB)%!(EXTRA int=1)"},
    /* width and precision as arguments */
    {"%*d|", "5, 42", "   42|"},
    {"%-*d|", "5, 42", "42   |"},
    {"%*d|", "-5, 42", "42   |"},
    {"%0*d", "5, 42", "00042"},
    {"%0*d|", "-5, 42", "42   |"},
    {"%.*f", "2, 3.14159", "3.14"},
    {"%*.*f|", "8, 2, 3.14159", "    3.14|"},
    {"%.*s", "2, 'hello'", "he"},
    {"%*d", "'x', 42", "%!(BADWIDTH)42"},
    {"%*d", "1.5, 42", "%!(BADWIDTH)42"},
    {"%*d", "42", "%!d(MISSING)"},
    {"%*d", "", "%!(BADWIDTH)%!d(MISSING)"},
    {"%*d", "10000000, 42", "%!(BADWIDTH)42"},
    {"%.*d", "-1, 42", "%!(BADPREC)42"},
    {"%.*d", "'x', 42", "%!(BADPREC)42"},
    {"%.*d", "10000000, 42", "%!(BADPREC)42"},
    {"%*%", "4", "%"},
    /* argument indexes */
    {"%[1]d", "7", "7"},
    {"%[2]d %[1]d", "1, 2", "2 1"},
    {"%[2]d", "1, 2", "2"},
    {"%[1]d %d", "1, 2", "1 2"},
    {"%[3]v %v", "1, 2, 3", "3 %!v(MISSING)"},
    {"%[1]v %[1]T", "5", "5 int"},
    {"%[3]*.[2]*[1]f", "12.0, 2, 6", " 12.00"},
    {"%6.2f %[1]v", "12.0", " 12.00 12"},
    {"%[2]*[1]d|", "42, 5", "   42|"},
    {"%[1]x %[1]X %[1]o", "255", "ff FF 377"},
    {"%d %[1]d %d", "1, 2", "1 1 2"},
    {"%[5]d", "1", "%!d(BADINDEX)"},
    {"%[0]d", "1", "%!d(BADINDEX)"},
    {"%[-1]d", "1", "%!d(BADINDEX)"},
    {"%[x]d", "1", "%!d(BADINDEX)"},
    {"%[]d", "1", "%!d(BADINDEX)"},
    {"%[1d", "1", "%!d(BADINDEX)"},
    {"%[1", "1", "%!(NOVERB)"},
    {"%[", "1", "%!(NOVERB)"},
    {"%[3]2d", "1, 2, 3", "%!d(BADINDEX)"},
    {"%[1].2d", "5", "%!d(BADINDEX)"},
    {"%[1]2.3d", "5", "%!d(BADINDEX)"},
    {"%.[1]d", "5", "5"},
    {"%.[2]*[1]f", "3.14159, 2", "3.14"},
    {"%[2]d %d", "1, 2", "2 %!d(MISSING)"},
    {"%[99999999999]d", "1", "%!d(BADINDEX)"},
    {"%d %d %[1]d", "1, 2, 3", "1 2 1"},
    /* several verbs in one text */
    {"%s is %d years and %.1f%% %v", "'Bob', 42, 99.5, true", "Bob is 42 years and 99.5% true"},
    {"%v|%v|%v", "null, [], {}", "<nil>|[]|map[]"},
    {"%6.2f|%-8s|%+d|%x", "3.14159, 'go', 5, 'hi'", "  3.14|go      |+5|6869"},
    {"%[2]s, %[1]s!", "'world', 'hello'", "hello, world!"},

};

typedef struct print_row {
    const char *arguments;
    const char *expected;
} print_row;

static const print_row print_rows[] = {
    {"", ""},
    /* nothing, one */

    {"1", "1"},
    {"'a'", "a"},
    {"null", "<nil>"},
    /* a space only where neither side is a string */
    {"1, 2", "1 2"},
    {"'a', 'b'", "ab"},
    {"1, 'a'", "1a"},
    {"'a', 1", "a1"},
    {"1, 'a', 2, 3", "1a2 3"},
    {"true, false", "true false"},
    {"1.5, null, 'x', null", "1.5 <nil>x<nil>"},
    {"[1], [2]", "[1] [2]"},
    {"{'$html': '<b>'}, {'$html': '<i>'}", "<b><i>"},
    {"{'$html': '<b>'}, 1", "<b>1"},
    {"{'$bytes': 'aGk='}, 1", "[104 105] 1"},
    {"{'$time': '2024-02-29T13:04:05Z'}, 1", "2024-02-29 13:04:05 +0000 UTC 1"},
    {"{'a': 1}, 'b', {'c': null}", "map[a:1]bmap[c:<nil>]"},

};

static const print_row println_rows[] = {
    {"", "\n"},
    /* nothing, one */

    {"1", "1\n"},
    {"'a'", "a\n"},
    {"null", "<nil>\n"},
    /* a space only where neither side is a string */
    {"1, 2", "1 2\n"},
    {"'a', 'b'", "a b\n"},
    {"1, 'a'", "1 a\n"},
    {"'a', 1", "a 1\n"},
    {"1, 'a', 2, 3", "1 a 2 3\n"},
    {"true, false", "true false\n"},
    {"1.5, null, 'x', null", "1.5 <nil> x <nil>\n"},
    {"[1], [2]", "[1] [2]\n"},
    {"{'$html': '<b>'}, {'$html': '<i>'}", "<b> <i>\n"},
    {"{'$html': '<b>'}, 1", "<b> 1\n"},
    {"{'$bytes': 'aGk='}, 1", "[104 105] 1\n"},
    {"{'$time': '2024-02-29T13:04:05Z'}, 1", "2024-02-29 13:04:05 +0000 UTC 1\n"},
    {"{'a': 1}, 'b', {'c': null}", "map[a:1] b map[c:<nil>]\n"},

};

/* An arena and a buffer for each test. */
typedef struct room {
    lvt_arena arena;
    lvt_buffer out;
    lvt_value values[PRINTING_ARGUMENTS_MAX];
} room;

static int set_up(void **state) {
    room *r = calloc(1, sizeof *r);
    if (r == NULL) return -1;
    lvt_arena_init(&r->arena, 1 << 20, NULL);
    lvt_buffer_init(&r->out, 1 << 20, NULL);
    *state = r;
    return 0;
}

static int tear_down(void **state) {
    room *r = *state;
    lvt_buffer_free(&r->out);
    lvt_arena_free(&r->arena);
    free(r);
    return 0;
}

static void printf_prints_as_in_go(void **state) {
    room *r = *state;
    for (size_t i = 0; i < sizeof printf_rows / sizeof printf_rows[0]; i++) {
        const printf_row *row = &printf_rows[i];
        size_t count = read_arguments(r->values, &r->arena, row->arguments);
        lvt_format_printf(&r->out, lvt_span_from(row->format), r->values, count);
        check_printed(&r->out, row->format, row->arguments, row->expected);
        lvt_arena_reset(&r->arena);
    }
}

static void print_separates_where_neither_is_a_string(void **state) {
    room *r = *state;
    for (size_t i = 0; i < sizeof print_rows / sizeof print_rows[0]; i++) {
        size_t count = read_arguments(r->values, &r->arena, print_rows[i].arguments);
        lvt_format_print(&r->out, r->values, count);
        check_printed(&r->out, "print", print_rows[i].arguments, print_rows[i].expected);
        lvt_arena_reset(&r->arena);
    }
}

static void println_separates_always(void **state) {
    room *r = *state;
    for (size_t i = 0; i < sizeof println_rows / sizeof println_rows[0]; i++) {
        size_t count = read_arguments(r->values, &r->arena, println_rows[i].arguments);
        lvt_format_println(&r->out, r->values, count);
        check_printed(&r->out, "println", println_rows[i].arguments, println_rows[i].expected);
        lvt_arena_reset(&r->arena);
    }
}

static void broken_utf8_is_shown(void **state) {
    static const struct {
        const char *format;
        const char *text;
        const char *expected;
    } rows[] = {
        {"%s",
         "a\xff"
         "b",
         "a\xff"
         "b"},
        {"%q",
         "a\xff"
         "b",
         "\"a\\xffb\""},
        {"%+q", "\xe4\xb8", "\"\\xe4\\xb8\""},
        {"%#q", "a\xff", "\"a\\xff\""},
        {"%4s|", "\xff\xfe", "  \xff\xfe|"},
        {"%.1s|", "\xff\xfe", "\xff|"},
        {"%\xff", "x", "%!\xef\xbf\xbd(string=x)"},
    };
    room *r = *state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        lvt_value value = lvt_value_from_text(&r->arena, lvt_span_from(rows[i].text));
        lvt_format_printf(&r->out, lvt_span_from(rows[i].format), &value, 1);
        check_printed(&r->out, rows[i].format, rows[i].text, rows[i].expected);
    }
}

static void a_width_above_the_limit_is_no_width(void **state) {
    room *r = *state;
    size_t count = read_arguments(r->values, &r->arena, "1");
    lvt_format_printf(&r->out, LVT_SPAN("%1000000d"), r->values, count);
    assert_int_equal(r->out.status, LVT_OK);
    assert_int_equal(r->out.length, 1000000);
    lvt_buffer_clear(&r->out);
    lvt_format_printf(&r->out, LVT_SPAN("%99999999999d"), r->values, count);
    check_printed(&r->out, "%99999999999d", "1", "%!(NOVERB)%!(EXTRA int=1)");
}

static void a_full_buffer_is_an_error(void **state) {
    static const char *const formats[] = {
        "%100d",     "%-100s", "%100q", "%x",    "%.100f", "%+100.3f",           "%0100f",
        "%#100.50g", "%100U",  "%100v", "%100t", "%100T",  "hello, hello, hello"};
    room *r = *state;
    size_t count = read_arguments(r->values, &r->arena, "[1.5, 'a text that is longer', 7, {'a': true}]");
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
        for (size_t maximum = 0; maximum < 12; maximum++) {
            lvt_buffer out;
            lvt_buffer_init(&out, maximum, NULL);
            lvt_format_printf(&out, lvt_span_from(formats[i]), r->values, count);
            assert_int_equal(out.status, LVT_ERROR_LIMIT);
            assert_true(out.length <= maximum);
            lvt_buffer_free(&out);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(printf_prints_as_in_go, set_up, tear_down),
        cmocka_unit_test_setup_teardown(print_separates_where_neither_is_a_string, set_up, tear_down),
        cmocka_unit_test_setup_teardown(println_separates_always, set_up, tear_down),
        cmocka_unit_test_setup_teardown(broken_utf8_is_shown, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_width_above_the_limit_is_no_width, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_full_buffer_is_an_error, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
