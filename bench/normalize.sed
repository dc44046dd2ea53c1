# Spellings of the same character by different engines, made one. Used only to compare pages before they are measured.
# Character references:
s/&#34;|&#x22;/\&quot;/g
s/&#39;|&#x27;|&apos;/'/g
s/&#38;|&#x26;/\&amp;/g
s/&#60;|&#x3[cC];/\&lt;/g
s/&#62;|&#x3[eE];/\&gt;/g
s/&#43;|&#x2[bB];/+/g
s/&#x2[fF];|&#47;/\//g
s/&#x3[dD];|&#61;/=/g
s/&#x60;|&#96;/`/g
# Escapes in JSON:
s/\\u0027/'/g
s/\\u003[cC]/\\u003c/g
s/\\u003[eE]/\\u003e/g
# Digits in URLs:
s/%([0-9A-Fa-f]{2})/%\U\1/g
# White space between the tokens of JSON, which minijinja cannot leave out:
/^drawChart\(/ {
    s/": /":/g
    s/, "/,"/g
    s/\}, \{/},{/g
}
