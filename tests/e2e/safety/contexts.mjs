// The places where a template may print a value. Each context is a template with one value, `.` unless `data` makes something of it.
//
//   name, template   what and where
//   check            how the value must come back, for probe.js: {kind, select, name, before, after}
//   own              the trusted types that may change the page here: they are meant to
//   data             from the value to the template's data
//   breaker          a value that breaks the same template printed without escaping; `runs` says that it runs script there
//   unbreakable      nothing breaks it even without contextual escaping: the template escapes by hand, or prints a number
//   loads            the page fetches what the value names (http and https only, which the probe checks)
//   document         the template is a whole page: it is loaded alone, so it sees fewer values
//   few              each value costs the browser much (a frame); the same
//   like             the escaping is that of another context, only the element differs: it sees fewer values
//   except           values that are let through as Go lets them through: each has its entry in weaknesses.mjs
//   harmless         what nobody minds here, when it has to be a word of the language
const contexts = [];
const add = (name, template, options = {}) => contexts.push({ name, template, check: { kind: 'none' }, own: [], runs: true,
    ...options });

const image = '<img src=x onerror=alert(1)>';
const html = { own: ['html'], breaker: image };
const text = (select = 'p', more = {}) => ({ ...html, check: { kind: 'text', select, ...more } });

// ---- text ------------------------------------------------------------------------------------------------------------

add('text', '<p>{{.}}</p>', text());
add('text between text', '<p>a{{.}}b</p>', text('p', { before: 'a', after: 'b' }));
for (const name of ['b', 'pre', 'listing', 'td', 'option', 'button', 'h1', 'li', 'a', 'label', 'summary', 'marquee', 'x-y']) {
    const around = { td: ['<table><tr>', '</tr></table>'], option: ['<select>', '</select>'] }[name] ?? ['', ''];
    add(`text of ${name}`, `${around[0]}<${name}>{{.}}</${name}>${around[1]}`, { like: true, ...text(name,
        { firstLineFeed: name === 'pre' || name === 'listing' }) });
}
add('text in a select', '<select>{{.}}<option>x</option></select>', { ...html, breaker: '</select>' + image });
add('text in a table', '<table><tr><td>x</td></tr></table>{{.}}', html);
add('text in a template element', '<template><p>{{.}}</p></template>', { ...text('p'), runs: false });
add('text in svg', '<svg><text>{{.}}</text></svg>', { ...text('text'), breaker: '<script>alert(1)</script>' });
add('title of svg', '<svg><title>{{.}}</title></svg>', { check: { kind: 'text', select: 'title' }, own: [], breaker: image });
add('desc of svg', '<svg><desc>{{.}}</desc></svg>', text('desc'));
add('foreignObject', '<svg><foreignObject><p>{{.}}</p></foreignObject></svg>', text());
add('text in math', '<math><mi>{{.}}</mi></math>', text('mi'));
add('annotation-xml', '<math><annotation-xml encoding="text/html">{{.}}</annotation-xml></math>', text('annotation-xml'));
add('annotation-xml without encoding', '<math><annotation-xml>{{.}}</annotation-xml></math>', text('annotation-xml'));
for (const name of ['xmp', 'iframe', 'noembed', 'noframes', 'noscript']) {
    add(`raw text of ${name}`, `<${name}>{{.}}</${name}>`, { check: { kind: 'raw', select: name }, own: ['html'],
        few: name === 'iframe', breaker: `</${name}>${image}` });
}
add('title', '<title>{{.}}</title>', { check: { kind: 'text', select: 'title' }, breaker: `</title>${image}` });
add('textarea', '<textarea>{{.}}</textarea>', { check: { kind: 'text', select: 'textarea', firstLineFeed: true },
    breaker: `</textarea>${image}` });
add('textarea between text', '<textarea>a{{.}}b</textarea>', { check: { kind: 'text', select: 'textarea', before: 'a',
    after: 'b' }, breaker: `</textarea>${image}` });
add('textarea of svg', '<svg><textarea>{{.}}</textarea></svg>', { breaker: image });
add('HTML comment', '<p>a<!-- {{.}} -->b</p>', { check: { kind: 'text', select: 'p', fixed: 'ab' }, breaker: `-->${image}` });
add('conditional comment', '<!--[if IE]><p title="{{.}}">{{.}}</p><![endif]--><p>x</p>', { breaker: `-->${image}` });
add('comment in a title', '<title>a<!-- {{.}} -->b</title>', { breaker: `</title>${image}` });
add('tag name', '<p><{{.}}></p>', { ...html, breaker: 'img src=x onerror=alert(1) ' });
add('end tag name', '<p>x</{{.}}></p>', { ...html, breaker: `x>${image}` });
add('markup declaration', '<p><!{{.}}></p>', { ...html, breaker: `x>${image}` });
add('processing instruction', '<p><?{{.}}></p>', { ...html, breaker: `x>${image}` });
add('CDATA section of svg', '<svg><desc><![CDATA[{{.}}]]></desc></svg>', { ...html, breaker: `]]>${image}` });
add('script of another type', '<script type="text/template">{{.}}</script>', { check: { kind: 'raw', select: 'script' },
    own: ['html'], breaker: `</script>${image}` });
add('script of another type, attribute inside', '<script type="text/x"><a title="{{.}}"></a></script>',
    { breaker: `</script>${image}` });
add('JSON in a script of another type', '<script type="text/x-json">{"imports":{"x":"{{.}}"}}</script>', { own: ['html'],
    breaker: `</script>${image}` });

// ---- attributes with plain values ----------------------------------------------------------------------------------------

const quotings = [['double quotes', '"', `">${image}`], ['single quotes', "'", `'>${image}`], ['no quotes', '', `x>${image}`]];
const attribute = (select, name, quote, more = {}) => ({ kind: 'attribute', select, name, bare: quote === '', ...more });
const plain = [['p', 'title'], ['p', 'class'], ['p', 'id'], ['p', 'data-x'], ['p', 'aria-label'], ['p', 'lang'], ['p', 'dir'],
    ['p', 'slot'], ['p', 'lvt-click'], ['p', 'data-key'], ['p', 'hidden'], ['p', 'tabindex'], ['p', 'contenteditable'], ['p',
    'is'], ['p', 'part'], ['p', 'xml:lang'],
    ['input', 'value'], ['input', 'name'], ['input', 'placeholder'], ['input', 'pattern'], ['input', 'list'], ['input', 'type'],
    ['input', 'accept'], ['img', 'alt'], ['img', 'sizes'], ['a', 'target'], ['a', 'rel'], ['a', 'download'], ['a', 'ping'],
    ['form', 'method'], ['form', 'enctype'], ['form', 'name'], ['iframe', 'name'], ['iframe', 'allow'], ['iframe', 'sandbox'],
    ['meta', 'name'], ['meta', 'http-equiv'], ['script', 'nonce'], ['script', 'integrity'], ['svg', 'viewBox'], ['font', 'color'],
    ['button', 'popovertarget'], ['output', 'for'], ['param', 'name'], ['param', 'value'], ['object', 'type'], ['link', 'media']];
const common = new Set(['title', 'value', 'class', 'id', 'data-x']);
for (const [element, name] of plain) {
    for (const [words, quote, breaker] of common.has(name) ? quotings : quotings.slice(0, 1)) {
        add(`${name} of ${element}, ${words}`, `<${element} ${name}=${quote}{{.}}${quote}></${element}>`, {
            like: !common.has(name) || element !== 'p', few: ['iframe', 'object'].includes(element), check: attribute(element, name,
                quote), breaker: element === 'script' || element === 'iframe' ? `"></${element}>${image}` : breaker });
    }
}
add('value in the middle of an attribute', '<p title="a {{.}} b" id=x></p>', { check: attribute('p', 'title', '"', { before: 'a ',
    after: ' b' }), breaker: `">${image}` });
add('value in the middle without quotes', '<p title=a{{.}}b id=x></p>', { check: attribute('p', 'title', '', { before: 'a',
    after: 'b' }), breaker: `x>${image}` });
add('white space around =', "<p title = '{{.}}'></p>", { check: attribute('p', 'title', "'"), breaker: `'>${image}` });
add('end of the tag right behind', '<p title={{.}}>x</p>', { check: attribute('p', 'title', ''), breaker: `x>${image}` });
add('two values', '<p title="{{.}}" class="{{.}}">{{.}}</p>', { own: ['html'], check: attribute('p', 'title', '"'),
    breaker: `">${image}` });
add('attribute of an end tag', '<p>x</p title="{{.}}">', { breaker: `">${image}` });
add('attribute of svg', '<svg><path d="{{.}}"></path></svg>', { check: attribute('path', 'd', '"'), breaker: `">${image}` });
add('attribute with upper case', '<P TITLE="{{.}}"></P>', { check: attribute('p', 'title', '"'), breaker: `">${image}` });
add('slash in the tag', '<img/title="{{.}}"/>', { check: attribute('img', 'title', '"'), breaker: `"onerror=alert(1) src=x "` });

// ---- attribute names -------------------------------------------------------------------------------------------------------

const names = { own: ['attr'], breaker: 'onfocus=alert(1) autofocus' };
add('attribute name', '<input {{.}}>', { ...names, check: { kind: 'names', select: 'input', fixed: [] } });
add('attribute name between others', '<input id=a {{.}} class=b>', { ...names, check: { kind: 'names', select: 'input',
    fixed: ['id', 'class'] } });
add('attribute name with a value', '<input {{.}}="alert(1)">', { ...names, breaker: 'onfocus', check: { kind: 'names',
    select: 'input', fixed: [] } });
add('attribute name with a bare value', '<input {{.}}=alert(1)>', { ...names, breaker: 'onfocus', check: { kind: 'names',
    select: 'input', fixed: [] } });
add('end of an attribute name', '<input data-{{.}}="x">', { ...names, breaker: 'x onfocus=alert(1) y', check: { kind: 'names',
    select: 'input', fixed: [] } });
add('middle of an attribute name', '<input a{{.}}b="x">', { ...names, breaker: ' onfocus=alert(1) ', check: { kind: 'names',
    select: 'input', fixed: [] } });
add('attribute name behind a value', '<input id="x"{{.}}>', { ...names, breaker: ' onfocus=alert(1)', check: { kind: 'names',
    select: 'input', fixed: ['id'] } });
add('attribute name in svg', '<svg {{.}}></svg>', { ...names, breaker: 'onload=alert(1)', check: { kind: 'names', select: 'svg',
    fixed: [] } });

// ---- URLs ------------------------------------------------------------------------------------------------------------------

// Elements whose attribute names another resource, and whether a click or loading follows a javascript: URL there.
const urls = [['a', 'href', true], ['area', 'href', true], ['form', 'action', true, 'input type=submit'], ['button', 'formaction',
    true, null, 'form'], ['input type=submit', 'formaction', true, null, 'form'], ['iframe', 'src', true], ['embed', 'src'],
    ['object', 'data'],
    ['img loading=lazy', 'src'], ['video preload=none', 'src'], ['audio preload=none', 'src'], ['video preload=none', 'poster'],
    ['source', 'src'], ['track', 'src'], ['input type=image', 'src'], ['script type=text/plain', 'src'], ['link rel=next',
    'href'], ['link rel=icon', 'href'], ['link rel=stylesheet', 'href'],
    ['blockquote', 'cite'], ['q', 'cite'], ['del', 'cite'], ['table', 'background'], ['img', 'longdesc'], ['img', 'usemap'],
    ['object', 'codebase'], ['object', 'classid'], ['object', 'archive'], ['p', 'data-src'], ['p', 'data-href'], ['p',
    'data-url'], ['p', 'my-uri'], ['p', 'data-action'], ['p', 'xmlns:x'], ['menu', 'icon']];
const resource = new Set(['embed', 'object', 'iframe', 'input type=image', 'link rel=stylesheet', 'link rel=icon', 'table',
    'img loading=lazy', 'video preload=none']);
for (const [element, name, runs = false, child, parent] of urls) {
    const [tag] = element.split(' ');
    const open = parent ? `<${parent}>` : '';
    const close = (['img', 'input', 'embed', 'link', 'source', 'track',
        'area'].includes(tag) ? '' : `</${tag}>`) + (parent ? `</${parent}>` : '');
    for (const [words, quote] of tag === 'a' ? quotings : quotings.slice(0, 1)) {
        add(`${name} of ${element}, ${words}`,
            `${open}<${element} ${name}=${quote}{{.}}${quote}>${child ? `<${child}>` : ''}${close}`, {
            like: tag !== 'a', check: { kind: 'url', select: tag, name, bare: quote === '' }, own: ['url'],
                breaker: 'javascript:alert(1)', runs, loads: resource.has(element), few: ['iframe', 'embed',
                'object'].includes(tag) && name !== 'classid' });
    }
}
for (const [name, open, tag, attr, close = ''] of [['href of an svg link', '<svg>', 'a', 'href', '</a></svg>'],
    ['xlink:href of an svg link', '<svg>', 'a', 'xlink:href', '</a></svg>'], ['xlink:href in HTML', '', 'a', 'xlink:href',
    '</a>'], ['href of use', '<svg>', 'use', 'href', '</use></svg>'], ['xlink:href of use', '<svg>', 'use', 'xlink:href',
    '</use></svg>'],
    ['href of an svg image', '<svg>', 'image', 'href', '</image></svg>'], ['href of an svg script', '<svg>',
    'script type=text/plain', 'href', '</script></svg>'], ['href of feImage', '<svg><filter>', 'feImage', 'href',
    '</feImage></filter></svg>'], ['href of math', '', 'math', 'href', '</math>'], ['xlink:href of math', '', 'math',
    'xlink:href', '</math>'], ['href of animate', '<svg>', 'animate', 'href', '</animate></svg>']]) {
    add(name, `${open}<${tag} ${attr}="{{.}}">${close}`, { like: true, check: { kind: 'url', select: tag.split(' ')[0],
        name: attr }, own: ['url'], breaker: 'javascript:alert(1)', runs: false, loads: true });
}
add('URL behind white space', '<a href=" \n{{.}}">x</a>', { check: { kind: 'url', select: 'a', name: 'href' }, own: ['url'],
    breaker: 'javascript:alert(1)' });
add('URL behind an entity', '<a href="&#32;{{.}}">x</a>', { check: { kind: 'url', select: 'a', name: 'href' }, own: ['url'],
    breaker: 'javascript:alert(1)' });
add('URL by a function', '<a href="{{printf "%s" .}}">x</a>', { check: { kind: 'url', select: 'a', name: 'href' }, own: [],
    breaker: 'javascript:alert(1)' });
add('URL of parts', '<a href="{{.a}}{{.b}}">x</a>', { data: (value) => ({ a: value, b: 'x' }), check: { kind: 'scheme',
    select: 'a', name: 'href' }, own: ['url'], breaker: 'javascript:alert(1)//' });
add('path of a URL', '<a href="/p/{{.}}/end">x</a>', { check: { kind: 'origin', select: 'a', name: 'href' },
    breaker: `">${image}` });
add('path of a URL, bare', '<a href=/p/{{.}}>x</a>', { check: { kind: 'origin', select: 'a', name: 'href' },
    breaker: `x>${image}` });
add('start of a relative URL', '<a href="./{{.}}">x</a>', { check: { kind: 'origin', select: 'a', name: 'href' },
    breaker: `">${image}` });
add('path behind a host', '<a href="http://127.0.0.1/{{.}}">x</a>', { check: { kind: 'scheme', select: 'a', name: 'href' },
    breaker: `">${image}` });
add('value of a query', '<a href="/s?q={{.}}&z=1">x</a>', { check: { kind: 'query', select: 'a', name: 'href' }, own: ['url'],
    breaker: `">${image}` });
add('name in a query', '<a href="/s?{{.}}=1">x</a>', { check: { kind: 'origin', select: 'a', name: 'href' },
    breaker: `">${image}` });
add('query behind a mailto', '<a href="mailto:x?subject={{.}}">x</a>', { check: { kind: 'scheme', select: 'a', name: 'href' },
    breaker: `">${image}` });
add('fragment', '<a href="#{{.}}">x</a>', { check: { kind: 'fragment', select: 'a', name: 'href' }, own: ['url'],
    breaker: `">${image}` });
add('query of an image', '<img loading=lazy src="/i?{{.}}">', { check: { kind: 'origin', select: 'img', name: 'src' },
    breaker: `x" onerror=alert(1) src=x "`, runs: false, loads: true });
add('conditional start of a URL', '<a href="{{if true}}/a/{{else}}/b/{{end}}{{.}}">x</a>', { check: { kind: 'origin', select: 'a',
    name: 'href' }, breaker: `">${image}` });
for (const [name, open, tag, attr] of [['srcset', '', 'img loading=lazy', 'srcset'], ['srcset of source', '<picture>', 'source',
    'srcset'], ['imagesrcset', '', 'link', 'imagesrcset']]) {
    add(name, `${open}<${tag} ${attr}="{{.}}">${open ? '</picture>' : ''}`, { check: { kind: 'srcset', select: tag.split(' ')[0],
        name: attr }, own: ['srcset', 'url'], loads: true, breaker: `">${image}` });
}
add('srcset, bare', '<img loading=lazy srcset={{.}}>', { check: { kind: 'srcset', select: 'img', name: 'srcset' }, own: ['srcset',
    'url'], loads: true, breaker: `x>${image}` });
add('one of a srcset', '<img loading=lazy srcset="/a 1x, {{.}} 2x">', { check: { kind: 'srcset', select: 'img', name: 'srcset' },
    own: ['srcset', 'url'], loads: true, breaker: `">${image}` });
add('URL of meta refresh', '<meta http-equiv="refresh" content="9999; url={{.}}">', { check: { kind: 'refresh', select: 'meta',
    name: 'content' }, own: ['url'], breaker: 'javascript:alert(1)', runs: false });
add('URL of meta refresh, quoted inside', `<meta http-equiv="refresh" content="9999; url='{{.}}'">`, { check: { kind: 'refresh',
    select: 'meta', name: 'content' }, own: ['url'], breaker: 'javascript:alert(1)', runs: false });
add('content of meta', '<meta name="description" content="{{.}}">', { check: attribute('meta', 'content', '"'),
    breaker: `">${image}` });
add('content of meta, bare', '<meta name=x content={{.}}>', { check: attribute('meta', 'content', ''), breaker: `x>${image}` });

// ---- scripts ---------------------------------------------------------------------------------------------------------------

const value = { check: { kind: 'script' }, own: ['js', 'jsstr'], breaker: 'alert(1)' };
const string = (quote) => ({ check: { kind: 'script' }, own: ['jsstr'], breaker: `${quote}-alert(1)-${quote}` });
add('script value', '<script>got({{.}})</script>', value);
add('script variable', '<script>{ let x = {{.}}; got(x) }</script>', value);
add('script value without spaces', '<script>{let x={{.}};got(x)}</script>', value);
add('script value in an array', '<script>got([{{.}}][0])</script>', value);
add('script value in an object', '<script>got({a: {{.}}, b: 1}.a)</script>', value);
add('script value behind return', '<script>got((() => { return{{.}} })())</script>', { ...value, breaker: ' alert(1)' });
add('script value in a comparison', '<script>got(1<{{.}}/1>1)</script>', { ...value, check: { kind: 'none' } });
add('script value behind a division', '<script>got(4/{{.}}/2)</script>', { ...value, check: { kind: 'none' } });
add('script value behind a regexp', '<script>/[/"]/.test(""); got({{.}})</script>', value);
add('script value before an operator', '<script>got(""+{{.}}+"")</script>', value);
add('script key', '<script>got(Object.keys({ {{.}}: 1 })[0])</script>', { ...value, breaker: '[alert(1)]' });
add('script value in a module', '<script type="module">got({{.}})</script>', value);
add('script value of svg', '<svg><script>got({{.}})</script></svg>', value);
add('script object', '<script>got({{.}})</script>', { data: (v) => ({ a: v, list: [v, { b: v }], n: 1 }), own: ['js', 'jsstr',
    'html', 'css', 'url', 'attr', 'srcset'], check: { kind: 'script', whole: true }, breaker: `alert(1)`, runs: false });
add('script keys of an object', '<script>got({{.}})</script>', { data: (v) => ({ [`k${v}`]: 1 }), own: ['js', 'jsstr', 'html',
    'css', 'url', 'attr', 'srcset'], check: { kind: 'script', whole: true }, breaker: 'alert(1)', runs: false });
add('script list', '<script>got({{.}})</script>', { data: (v) => [v, v], own: ['js', 'jsstr', 'html', 'css', 'url', 'attr',
    'srcset'], check: { kind: 'script', whole: true }, breaker: 'alert(1)', runs: false });
add('script string in double quotes', '<script>got("{{.}}")</script>', string('"'));
add('script string in single quotes', "<script>got('{{.}}')</script>", string("'"));
add('script string between text', '<script>got("a{{.}}b")</script>', { ...string('"'), check: { kind: 'script', before: 'a',
    after: 'b' } });
add('script string with a tag in it', '<script>got("<script>{{.}}".slice(8))</script>', string('"'));
add('script string with a comment in it', '<script>got("<!--{{.}}".slice(4))</script>', string('"'));
add('script string behind a backslash', '<script>got("\\\\{{.}}".slice(1))</script>', string('"'));
add('script template literal', '<script>got(`{{.}}`)</script>', { ...string('`'), own: [] });
add('script template literal behind a dollar', '<script>got(`$${"x"}{{.}}`.slice(2))</script>', { ...string('`'), own: [] });
add('script template literal, interpolated', '<script>got(`${ {{.}} }`)</script>', value);
add('script template literal, string inside', '<script>got(`${"{{.}}"}`)</script>', string('"'));
add('script template literal, nested', '<script>got(`${`{{.}}`}`)</script>', { ...string('`'), own: [] });
add('script template literal, object inside', '<script>got(`${ {a: {{.}}}.a }`)</script>', value);
add('script regexp', '<script>got(/^{{.}}$/)</script>', { check: { kind: 'regexp' }, breaker: '/+alert(1)+/' });
add('script regexp with flags', '<script>got(/^(?:{{.}})$/s)</script>', { check: { kind: 'regexp' }, breaker: ')/+alert(1)+/(' });
const end = { check: { kind: 'script', fixed: 'end' } };
add('script block comment', '<script>/* {{.}} */ got("end")</script>', { ...end, breaker: '*/alert(1);/*' });
add('script line comment', '<script>// {{.}}\ngot("end")</script>', { ...end, breaker: '\nalert(1)' });
add('script HTML comment', '<script><!-- {{.}}\ngot("end")</script>', { ...end, breaker: '\nalert(1)' });
add('script closing HTML comment', '<script>\n--> {{.}}\ngot("end")</script>', { ...end, breaker: '\nalert(1)' });
add('script hashbang', '<script>#! {{.}}\ngot("end")</script>', { ...end, breaker: '\nalert(1)' });
add('JSON', '<script type="application/json">{{.}}</script>', { check: { kind: 'json', select: 'script' }, own: ['js', 'jsstr'],
    breaker: `</script>${image}` });
add('JSON-LD', '<script type="application/ld+json">{"a": {{.}}}</script>', { check: { kind: 'json', select: 'script', key: 'a' },
    own: ['js', 'jsstr'], breaker: `</script>${image}` });
add('JSON string', '<script type="application/json">"{{.}}"</script>', { own: ['jsstr'], breaker: `</script>${image}` });
add('script type with parameters', '<script type=" text/JavaScript; charset=utf-8 ">got({{.}})</script>', { ...value,
    check: { kind: 'none' }, breaker: `</script>${image}` });
add('script with other attributes', '<script async title="{{.}}">got({{.}})</script>', value);

for (const [name, template, options] of [
    ['double quotes', '<p onclick="got({{.}})">x</p>', value], ['single quotes', "<p onclick='got({{.}})'>x</p>", value],
    ['no quotes', '<p onclick=got({{.}})>x</p>', value],
    ['string in single quotes', `<p onclick="got('{{.}}')">x</p>`, string("'")], ['string in double quotes',
    `<p onclick='got("{{.}}")'>x</p>`, string('"')], ['string behind an entity', '<p onclick="got(&quot;{{.}}&#34;)">x</p>',
    { ...string('"'), breaker: '&quot;-alert(1)-&quot;' }],
    ['template literal', '<p onclick="got(`{{.}}`)">x</p>', { ...string('`'), own: [] }], ['interpolated',
    '<p onclick="got(`${ {{.}} }`)">x</p>', value], ['regexp', '<p onclick="got(/^{{.}}$/)">x</p>', { check: { kind: 'regexp' },
    breaker: '/+alert(1)+/' }],
    ['block comment', '<p onclick="/* {{.}} */got(\'end\')">x</p>', { check: { kind: 'script', fixed: 'end' },
    breaker: '*/alert(1);/*' }], ['line comment', '<p onclick="// {{.}}\ngot(\'end\')">x</p>', { check: { kind: 'script',
    fixed: 'end' }, breaker: '\nalert(1)' }],
    ['upper case', '<p ONCLICK="got({{.}})">x</p>', { ...value, like: true }], ['several statements',
    '<p onclick="var a={{.}};got(a)">x</p>', { ...value, like: true }], ['JSON', '<p onclick="got({a:{{.}}}.a)">x</p>',
    { ...value, like: true }],
    ['of svg', '<svg><a onclick="got({{.}})"></a></svg>', { ...value, like: true }], ['of a form',
    '<form onsubmit="got({{.}});return false"></form>', { ...value, like: true }], ['of a mouse',
    '<p onmouseover="got({{.}})">x</p>', { ...value, like: true }], ['of a focus', '<p onfocus="got({{.}})">x</p>', { ...value,
    like: true }],
    ['unknown', '<p onfoo="{{.}}">x</p>', { ...value, check: { kind: 'none' }, breaker: `">${image}` }], ['in data-',
    '<p data-onx="{{.}}">x</p>', { ...value, check: { kind: 'none' }, breaker: `">${image}` }], ['with a prefix',
    '<p x:onclick="{{.}}">x</p>', { ...value, check: { kind: 'none' }, breaker: `">${image}` }]]) {
    add(`handler, ${name}`, template, options);
}
add('handler when an image fails', '<img src="/x" onerror="got({{.}})">', { ...value, loads: true, few: true });
add('handler when svg loads', '<svg onload="got({{.}})"></svg>', { ...value, like: true });
add('handler when a style loads', '<style onload="got({{.}})"></style>', { ...value, like: true });

// ---- styles ----------------------------------------------------------------------------------------------------------------

const css = { own: ['css'], runs: false, breaker: '}*{background:url(//evil.test/)' };
const style = { ...css, check: { kind: 'style' } };
const tail = ' } q { --end: 2 }</style>';
add('style value', `<style>q { --v: {{.}}; --end: 1${tail}`, style);
add('style value of a property', `<style>q { color: {{.}}; --end: 1${tail}`, { ...style, harmless: 'red' });
add('style value in the middle', `<style>q { --v: a {{.}} b; --end: 1${tail}`, style);
add('style value with a unit', `<style>q { width: {{.}}px; --end: 1${tail}`, { ...style, harmless: '1' });
add('style value in a function', `<style>q { width: calc({{.}} + 1px); --end: 1${tail}`, { ...style, harmless: '1px' });
add('style hash', `<style>q { color: #{{.}}; --end: 1${tail}`, { ...style, harmless: 'fff' });
add('style property', `<style>q { {{.}}: x; --end: 1${tail}`, { ...style, check: { kind: 'style', anyProperty: true } });
add('style selector', `<style>q {--end: 1} {{.}} { --end: 2 } q { --end: 3 }</style>`, { ...css,
    breaker: 'q{} *{background:url(//evil.test/)} q', check: { kind: 'style', anySelector: true } });
add('style id selector', `<style>#{{.}} { --end: 1${tail}`, { ...css, breaker: 'q{} *{background:url(//evil.test/)} q',
    check: { kind: 'style', anySelector: true } });
add('style attribute selector', `<style>[title="{{.}}"] { --end: 1${tail}`, { ...css, own: [],
    breaker: '"]{}*{background:url(//evil.test/)}', check: { kind: 'style', anySelector: true } });
add('style media query', `<style>@media {{.}} { q { --end: 1 }} q { --end: 2 }</style>`, { ...css,
    breaker: 'all{*{background:url(//evil.test/)}}', check: { kind: 'style', anySelector: true } });
add('style string in double quotes', `<style>q { --v: "{{.}}"; --end: 1${tail}`, { ...style, own: [],
    breaker: '"}*{background:url(//evil.test/)}' });
add('style string in single quotes', `<style>q { --v: '{{.}}'; --end: 1${tail}`, { ...style, own: [],
    breaker: "'}*{background:url(//evil.test/)}" });
add('style string between text', `<style>q { content: "a{{.}}b"; --end: 1${tail}`, { ...style, own: [], check: { kind: 'style',
    content: true, before: 'a', after: 'b' }, breaker: '"}*{background:url(//evil.test/)}' });
add('style url', `<style>q { --v: url({{.}}); --end: 1${tail}`, { ...style, own: ['url'],
    breaker: ')}*{background:url(//evil.test/)}' });
add('style url in double quotes', `<style>q { background: url("{{.}}"); --end: 1${tail}`, { ...style, own: ['url'],
    check: { kind: 'style', urls: true }, breaker: '")}*{background:url(//evil.test/)}' });
add('style url in single quotes', `<style>q { background: url('{{.}}'); --end: 1${tail}`, { ...style, own: ['url'],
    check: { kind: 'style', urls: true }, breaker: "')}*{background:url(//evil.test/)}" });
add('style url without quotes', `<style>q { background: url({{.}}); --end: 1${tail}`, { ...style, own: ['url'],
    check: { kind: 'style', urls: true }, breaker: ')}*{background:url(//evil.test/)}' });
add('style url, path', `<style>q { background: url(/i/{{.}}.png); --end: 1${tail}`, { ...style, own: [], check: { kind: 'style',
    urls: true }, breaker: ')}*{background:url(//evil.test/)}' });
add('style url, query', `<style>q { background: url("/i?{{.}}"); --end: 1${tail}`, { ...style, own: ['url'],
    check: { kind: 'style', urls: true }, breaker: '")}*{background:url(//evil.test/)}' });
add('style block comment', `<style>q { /* {{.}} */ --end: 1${tail}`, { ...style, own: [],
    breaker: '*/}*{background:url(//evil.test/)}' });
add('style line comment', `<style>q { // {{.}}\n --end: 1${tail}`, { ...style, own: [],
    breaker: '\n}*{background:url(//evil.test/)}' });
add('style of svg', `<svg><style>q { --v: {{.}}; --end: 1${tail}</svg>`, { ...style, except: /&#?\w/ }); // see weaknesses.mjs
add('style of svg, string', `<svg><style>q { --v: "{{.}}"; --end: 1${tail}</svg>`, { ...style, own: [],
    breaker: '"}*{background:url(//evil.test/)}' });
add('style end tag', '<style>q { --v: {{.}}</style><p>x</p>', { ...css, runs: true, breaker: `</style>${image}`,
    check: { kind: 'none' } });
add('style end tag in a string', '<style>q { --v: "{{.}}"; }</style>', { ...css, own: [], runs: true, breaker: `</style>${image}`,
    check: { kind: 'none' } });
for (const [name, template, breaker, options = {}] of [
    ['double quotes', '<p style="--v: {{.}}; --end: 1">x</p>', ';background:url(//evil.test/)'], ['single quotes',
    "<p style='--v: {{.}}; --end: 1'>x</p>", ';background:url(//evil.test/)'], ['no quotes', '<p style=--v:{{.}};--end:1>x</p>',
    ';background:url(//evil.test/)'],
    ['property', '<p style="color: {{.}}; --end: 1">x</p>', 'url(x);background:url(//evil.test/)', { harmless: 'red' }],
    ['string in single quotes', `<p style="--v: '{{.}}'; --end: 1">x</p>`, "';background:url(//evil.test/)", { own: [] }],
    ['string in double quotes', `<p style='--v: "{{.}}"; --end: 1'>x</p>`, '";background:url(//evil.test/)', { own: [] }],
    ['string behind an entity', '<p style="--v: &quot;{{.}}&#34;; --end: 1">x</p>', '";background:url(//evil.test/)',
    { own: [] }], ['url', '<p style="background: url({{.}}); --end: 1">x</p>', ');color:red;x:url(', { own: ['url'], loads: true,
    few: true, check: { kind: 'style', attribute: true, urls: true } }],
    ['url in quotes', `<p style="background: url('{{.}}'); --end: 1">x</p>`, "');color:red", { own: ['url'], loads: true,
    few: true, check: { kind: 'style', attribute: true, urls: true } }], ['comment', '<p style="/* {{.}} */ --end: 1">x</p>',
    '*/background:url(//evil.test/)', { own: [] }],
    ['whole', '<p style="{{.}}">x</p>', 'background:url(//evil.test/)', { check: { kind: 'none' } }], ['property name',
    '<p style="{{.}}: x; --end: 1">x</p>', 'color:red;background:red;x', { check: { kind: 'style', attribute: true,
    anyProperty: true } }], ['of svg', '<svg style="--v: {{.}}; --end: 1"></svg>', ';background:url(//evil.test/)']]) {
    add(`style attribute, ${name}`, template, { ...css, check: { kind: 'style', attribute: true }, breaker, ...options });
}

// ---- values that come by another way -----------------------------------------------------------------------------------------

add('range', '{{range .}}<p title="{{.}}">{{.}}</p>{{end}}', { ...text(), data: (v) => [v] });
add('range over a map', '{{range $k, $v := .}}<p title="{{$k}}">{{$v}}</p>{{end}}', { ...text(), data: (v) => ({ [v]: v }),
    breaker: `">${image}` });
add('range in an attribute', '<p title="{{range .}}{{.}}{{end}}"></p>', { data: (v) => [v], check: attribute('p', 'title', '"'),
    breaker: `">${image}` });
add('range in a script', '<script>got([{{range .}}{{.}},{{end}}][0])</script>', { ...value, data: (v) => [v] });
add('range of attributes', '<p {{range .}}title="{{.}}" {{end}}>x</p>', { data: (v) => [v], check: attribute('p', 'title', '"'),
    breaker: `">${image}` });
add('with', '{{with .a}}<p>{{.}}</p>{{else}}<p></p>{{end}}', { ...text(), data: (v) => ({ a: v }) });
add('else', '{{if .no}}<b>no</b>{{else}}<p title={{.v}}>{{.v}}</p>{{end}}', { ...text(), data: (v) => ({ v }),
    breaker: `x>${image}` });
add('variable', '{{$x := .}}<p>{{$x}}</p>', text());
add('variable, assigned', '{{$x := "a"}}{{$x = .}}<p title="{{$x}}"></p>', { check: attribute('p', 'title', '"'),
    breaker: `">${image}` });
add('template', '{{define "x"}}<p>{{.}}</p>{{end}}{{template "x" .}}', text());
add('template in an attribute', '{{define "x"}}{{.}}{{end}}<p title="{{template "x" .}}"></p>', { check: attribute('p', 'title',
    '"'), breaker: `">${image}` });
add('template in a script', '{{define "x"}}{{.}}{{end}}<script>got({{template "x" .}})</script>', value);
add('template in several contexts',
    '{{define "x"}}{{.}}{{end}}<p title="{{template "x" .}}">{{template "x" .}}</p><script>got("{{template "x" .}}")</script><style>q{--v:{{template "x" .}};--end:1}</style>',
    { own: ['html', 'jsstr', 'css'], check: { kind: 'script' }, breaker: image });
add('template, recursive', '{{define "x"}}{{if .n}}{{template "x" .n}}{{else}}<p>{{.v}}</p>{{end}}{{end}}{{template "x" .}}',
    { ...text(), data: (v) => ({ n: { n: { v } } }) });
add('block', '{{block "x" .}}<p>{{.}}</p>{{end}}', text());
add('conditional attribute', '<p {{if true}}title="{{.}}"{{end}}>x</p>', { check: attribute('p', 'title', '"'),
    breaker: `">${image}` });
add('conditional attribute, bare', '<p{{if true}} title={{.}}{{else}} title=b{{end}}>x</p>', { check: attribute('p', 'title', ''),
    breaker: `x>${image}` });
add('conditional script', '<script>{{if true}}got({{.}}){{else}}got(1){{end}}</script>', value);
add('conditional in a string', '<script>got("{{if true}}{{.}}{{end}}")</script>', string('"'));
add('print', '<p>{{print .}}</p>', { ...text(), own: [] });
add('printf', '<p>{{printf "%s" .}}</p>', { ...text(), own: [] });
add('printf %q', '<p>{{printf "%q" .}}</p>', { breaker: image });
add('printf in a script', '<script>got({{printf "%s" .}})</script>', { ...value, own: [], check: { kind: 'script' } });
add('html', '<p>{{html .}}</p>', { ...text(), own: ['html'], unbreakable: true });
add('html in a pipe', '<p title="{{. | html}}"></p>', { check: attribute('p', 'title', '"'), breaker: `">${image}`, own: ['html'],
    unbreakable: true });
add('html in a script', '<script>got({{. | html}})</script>', { ...value, check: { kind: 'none' }, breaker: 'alert(1)' });
add('js', '<p>{{js .}}</p>', { own: [], breaker: image, unbreakable: true });
add('js in a handler', `<p onclick="got('{{js .}}')">x</p>`, { check: { kind: 'none' }, own: [], breaker: "'-alert(1)-'",
    unbreakable: true });
add('urlquery', '<a href="/s?q={{urlquery .}}&z=1">x</a>', { check: { kind: 'scheme', select: 'a', name: 'href' }, own: [],
    breaker: `">${image}`, unbreakable: true });
add('urlquery in a script', '<script>got({{urlquery .}})</script>', { check: { kind: 'none' }, breaker: 'a b', runs: false });
add('slice and index', '<p>{{index .a 0}}</p>', { ...text(), data: (v) => ({ a: [v] }) });
add('and, or', '<p>{{or .no .v}}</p>', { ...text(), data: (v) => ({ v }) });
add('print of a list', '<p>{{.}}</p>', { data: (v) => [v], own: ['html'], breaker: image, check: { kind: 'text', select: 'p',
    before: '[', after: ']' } });
add('print of a map', '<p title="{{.}}"></p>', { data: (v) => ({ a: v }), check: attribute('p', 'title', '"', { before: 'map[a:',
    after: ']' }), breaker: `">${image}` });
add('list in an attribute without quotes', '<p title={{.}}>x</p>', { data: (v) => [v], check: attribute('p', 'title', '',
    { before: '[', after: ']', filtered: false }), breaker: `x>${image}` });
add('length', '<p title={{len .}}>{{len .}}</p>', { breaker: '', unbreakable: true });

// ---- whole pages ---------------------------------------------------------------------------------------------------------------

const page = (head,
    body = '<p>x</p>') => `<!DOCTYPE html><html><head><meta charset="utf-8">${head}</head><body>${body}</body></html>`;
const document = { document: true };
add('title of the page', page('<title>{{.}}</title>'), { ...document, check: { kind: 'text', select: 'title' },
    breaker: `</title>${image}` });
add('language of the page', '<!DOCTYPE html><html lang="{{.}}"><head></head><body></body></html>', { ...document,
    check: attribute('html', 'lang', '"'), breaker: `">${image}` });
add('class of the body', '<!DOCTYPE html><html><head></head><body class={{.}}>x</body></html>', { ...document,
    check: attribute('body', 'class', ''), breaker: `x>${image}` });
add('handler of the body', '<!DOCTYPE html><html><head></head><body onload="got({{.}})">x</body></html>', { ...document,
    ...value });
add('background of the body', '<!DOCTYPE html><html><head></head><body background="{{.}}">x</body></html>', { ...document,
    own: ['url'], loads: true, runs: false, breaker: 'javascript:alert(1)', check: { kind: 'url', select: 'body',
    name: 'background' } });
add('manifest of the page', '<!DOCTYPE html><html manifest="{{.}}"><head></head><body>x</body></html>', { ...document,
    own: ['url'], runs: false, breaker: 'javascript:alert(1)', check: { kind: 'url', select: 'html', name: 'manifest' } });
add('base', page('<base href="{{.}}">', '<a href="#x">x</a>'), { ...document, own: ['url'], runs: false,
    breaker: 'javascript:alert(1)', check: { kind: 'url', select: 'base', name: 'href' } });
add('script in the head', page('<script>got({{.}})</script>'), { ...document, ...value });
add('noscript in the head', page('<noscript><style>{{.}}</style></noscript>'), { ...document, own: ['css'],
    breaker: `</noscript>${image}` });
add('text in the head', page('{{.}}'), { ...document, ...html });
add('plaintext', page('', '<plaintext>{{.}}'), { ...document, own: ['html'], runs: false, breaker: '<b>', unbreakable: true });
add('frame', '<!DOCTYPE html><html><head></head><frameset><frame src="{{.}}"></frameset></html>', { ...document, own: ['url'],
    loads: true, breaker: 'javascript:alert(1)', check: { kind: 'url', select: 'frame', name: 'src' } });
add('before the document', '{{.}}<!DOCTYPE html><html><head></head><body>x</body></html>', { ...document, own: ['html'],
    breaker: image });
add('doctype', '<!DOCTYPE {{.}}><html><head></head><body>x</body></html>', { ...document, own: ['html'], breaker: `x>${image}` });

export { contexts };
