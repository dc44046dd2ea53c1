// Runs in the page. Installed before any script of the page: canaries that hostile strings would touch. Then, when the page is
// loaded, `probe.check` compares what the parser made of it with what the templates mean.
(() => {
    let home;
    try { home = top.document && top; } catch { return; }
    const fired = home.probe?.fired ?? [];
    const fire = (what) => (...given) => { fired.push(`${what}(${given.map(String).join(', ').slice(0, 80)})`); };
    for (const name of ['alert', 'confirm', 'prompt', 'print', 'open', 'pwned']) {
        Object.defineProperty(window, name, { value: fire(name), configurable: false, writable: false });
    }
    if (window !== home) return;

    const values = [];
    const problems = [];
    // What scripts and handlers of the templates call with the value that was put into them.
    window.got = (value) => { values.push(value); };
    addEventListener('error', (event) => { if (event.target === window) problems.push(`script error: ${event.message}`); });
    addEventListener('unhandledrejection', (event) => problems.push(`rejection: ${event.reason}`));
    const title = () => document.querySelector('title')?.textContent;

    const settle = (time = 0) => new Promise((done) => setTimeout(done, time));
    const clean = (text) => text.replace(/\0/g, '\ufffd');
    const lines = (text) => text.replace(/\r\n?/g, '\n');
    const parse = (url) => { try { return new URL(url, document.baseURI); } catch { return null; } };
    const harmlessScheme = (url) => url === null || ['http:', 'https:', 'mailto:'].includes(url.protocol);

    // ---- structure: elements, attributes, comments; everything but the text between them ---------------------------------

    const space = (node) => ({ 'http://www.w3.org/2000/svg': 'svg:',
        'http://www.w3.org/1998/Math/MathML': 'math:' })[node.namespaceURI] ?? '';
    const isPlainName = (name) => /^[a-z0-9-]+$/.test(name) && !/^on|^style$|src|uri|url|^href$|action$|^data$|^type$|^value$/.test(name);
    const shapeOf = (node, check) => {
        if (node.nodeType === Node.TEXT_NODE || node.nodeType === Node.DOCUMENT_TYPE_NODE) return '';
        if (node.nodeType !== Node.ELEMENT_NODE) return `<${node.nodeName}>`;
        let attributes = node.getAttributeNames();
        if (check.kind === 'names' && node.localName === check.select) {
            attributes = attributes.map((name) => (!check.fixed.includes(name) && isPlainName(name) ? '*' : name));
        }
        const children = node.localName === 'template' ? [...node.childNodes, ...node.content.childNodes] : [...node.childNodes];
        if (node.shadowRoot) children.push(...node.shadowRoot.childNodes);
        return `<${space(node)}${node.localName} ${attributes.join(' ')}>${children.map((child) => shapeOf(child, check)).join('')}</>`;
    };
    const contentShape = (root, check) => [...root.childNodes].map((child) => shapeOf(child, check)).join('');

    const find = (root,
        select) => root.querySelector(select) ?? root.querySelector('template')?.content.querySelector(select) ?? null;

    // ---- styles -----------------------------------------------------------------------------------------------------------

    const names = (declarations) => [...declarations].sort();
    const ruleShape = (rule, check) => ({
        type: rule.constructor.name,
        selector: check.anySelector ? '' : rule.selectorText ?? '',
        properties: rule.style ? names(rule.style) : [],
        ends: rule.style?.getPropertyValue('--end').trim(),
        children: rule.cssRules ? [...rule.cssRules].map((child) => ruleShape(child, check)) : [],
    });
    const compareStyles = (made, meant, check, say) => {
        const without = (list) => JSON.stringify(list.map(({ properties, children, ...rest }) => ({ ...rest,
            children: children.map((child) => ({ ...child, properties: 0 })) })));
        // A rule whose selector is filtered may be dropped by the parser, but never change into others.
        if (check.anySelector) {
            const ends = (list) => list.flatMap((rule) => [rule.ends, ...ends(rule.children)]).filter(Boolean);
            const all = ends(meant);
            if (ends(made).some((value) => !all.includes(value)) || made.length > meant.length) say(`rules ${JSON.stringify(made)}`);
            return;
        }
        if (without(made) !== without(meant)) { say(`rules ${JSON.stringify(made)}`); return; }
        made.forEach((rule, i) => {
            const extra = rule.properties.filter((name) => !meant[i].properties.includes(name));
            if (extra.length > (check.anyProperty ? 1 : 0)) say(`properties ${rule.properties}`);
        });
    };
    const styleOf = (root, check) => {
        if (check.attribute) {
            const { style } = root.querySelector('[style]');
            return [{ type: 'attribute', selector: '', properties: names(style), ends: style.getPropertyValue('--end').trim(),
                children: [], text: undefined }];
        }
        return [...root.querySelector('style').sheet.cssRules].map((rule) => ruleShape(rule, check));
    };
    const declarationsOf = (root,
        check) => (check.attribute ? root.querySelector('[style]').style : root.querySelector('style').sheet.cssRules[0].style);
    const cssString = (text) => text.slice(1, -1).replace(/\\([0-9a-f]{1,6}) ?|\\([^0-9a-f])/gi, (_, code,
        letter) => (code ? String.fromCodePoint(parseInt(code, 16)) : letter));

    // ---- values -------------------------------------------------------------------------------------------------------------

    const filtered = 'ZgotmplZ';
    // Which URLs the engine lets through: an own reading of the documentation, not the engine's code.
    const isSafeUrl = (url) => {
        const colon = url.indexOf(':');
        return colon < 0 || url.slice(0, colon).includes('/') || /^(https?|http\u017f|mailto)$/i.test(url.slice(0, colon));
    };
    const judges = {
        none: () => {},
        names: () => {},
        script: () => {},
        regexp: () => {},
        text(root, value, check, say) {
            let wanted = check.fixed ?? (check.before ?? '') + lines(clean(value)) + (check.after ?? '');
            if (check.firstLineFeed && wanted.startsWith('\n')) wanted = wanted.slice(1);
            const { textContent } = find(root, check.select);
            if (textContent !== wanted) say(`text ${JSON.stringify(textContent)}`);
        },
        // Text that is not parsed, so that the references of the escaping stay in it.
        raw(root, value, check, say) {
            const { textContent } = find(root, check.select);
            const page = new DOMParser().parseFromString(`<!DOCTYPE html><body><pre>\n${textContent}`, 'text/html');
            if (page.body.textContent !== lines(clean(value)) || page.body.children.length !== 1) say(`raw text ${JSON.stringify(textContent)}`);
        },
        attribute(root, value, check, say) {
            let wanted = (check.before ?? '') + (check.bare ? clean(value) : lines(clean(value))) + (check.after ?? '');
            if (check.bare && value === '' && check.filtered !== false) wanted = (check.before ?? '') + filtered + (check.after ?? '');
            const made = find(root, check.select).getAttribute(check.name);
            if (made !== wanted) say(`attribute ${JSON.stringify(made)}`);
        },
        url(root, value, check, say) {
            const made = find(root, check.select).getAttribute(check.name);
            if (check.bare && value === '') { if (made !== filtered) say(`URL ${JSON.stringify(made)}`); return; }
            if (!harmlessScheme(parse(made))) say(`URL ${JSON.stringify(made)}`);
            const text = made.trim();
            if (!isSafeUrl(value)) { if (text !== `#${filtered}`) say(`URL not filtered: ${JSON.stringify(made)}`); return; }
            if (/^[\w\-.~!#$&*+,/:;=?@[\]]*$/.test(value) && text !== value) say(`URL ${JSON.stringify(made)}`);
        },
        scheme(root, value, check, say) {
            const made = find(root, check.select).getAttribute(check.name);
            if (!harmlessScheme(parse(made))) say(`URL ${JSON.stringify(made)}`);
        },
        origin(root, value, check, say) {
            const made = find(root, check.select).getAttribute(check.name);
            const url = parse(made);
            if (url && url.origin !== location.origin) say(`URL ${JSON.stringify(made)}`);
        },
        query(root, value, check, say) {
            const url = parse(find(root, check.select).getAttribute(check.name));
            if (url?.pathname !== '/s' || url.hash !== '' || url.searchParams.get('q') !== value || url.searchParams.get('z') !== '1' || [...url.searchParams].length !== 2) say(`URL ${url}`);
        },
        fragment(root, value, check, say) {
            const made = find(root, check.select).getAttribute(check.name);
            if (decodeURIComponent(made.slice(1)) !== value || made[0] !== '#') say(`URL ${JSON.stringify(made)}`);
        },
        srcset(root, value, check, say) {
            const made = find(root, check.select).getAttribute(check.name);
            for (const candidate of made.split(/[\s,]+/)) if (!harmlessScheme(parse(candidate))) say(`srcset ${JSON.stringify(made)}`);
        },
        refresh(root, value, check, say) {
            const made = find(root, check.select).getAttribute(check.name);
            const url = made.replace(/^.*?url\s*=\s*/is, '').replace(/^(["'])(.*?)(\1.*)?$/s, '$2');
            if (!harmlessScheme(parse(url)) || !made.startsWith('9999; url=')) say(`refresh ${JSON.stringify(made)}`);
        },
        json(root, value, check, say) {
            try {
                let made = JSON.parse(find(root, check.select).textContent);
                if (check.key) made = made[check.key];
                if (made !== value) say(`JSON ${JSON.stringify(made)}`);
            } catch (error) { say(`JSON: ${error}`); }
        },
        style(root, value, check, say) {
            if (check.content) {
                const { content } = declarationsOf(root, check);
                const wanted = (isSafeUrl(value) || check.before ? clean(value) : filtered);
                if (cssString(content) !== (check.before ?? '') + wanted + (check.after ?? '')) say(`string ${JSON.stringify(content)}`);
            }
            if (check.urls) {
                const image = declarationsOf(root, check).backgroundImage;
                const inside = /^url\("(.*)"\)$/s.exec(image);
                if (!inside ? image !== '' && image !== 'initial' && image !== 'none' : !harmlessScheme(parse(cssString(`"${inside[1]}"`)))) say(`image ${JSON.stringify(image)}`);
            }
        },
    };

    // ---- what a person could do ------------------------------------------------------------------------------------------------

    const leads = (element) => {
        const url = element.href?.animVal ?? element.getAttribute('href') ?? element.getAttribute('xlink:href') ?? element.getAttribute('formaction') ?? element.form?.getAttribute('action') ?? element.getAttribute('action');
        return url === null || url === undefined ? null : parse(url);
    };
    // The default action happens only where it could run script: elsewhere it would leave the page.
    const guard = (event) => {
        const element = event.type === 'submit' ? event.submitter ?? event.target : event.target;
        const link = element.closest?.('[href], [*|href], [formaction], [action], button, input') ?? element;
        if (harmlessScheme(leads(link))) event.preventDefault();
    };
    const touch = (element) => {
        for (const type of ['mouseover', 'mouseenter', 'mousemove', 'mousedown', 'mouseup', 'pointerdown', 'contextmenu', 'wheel',
            'mouseout']) element.dispatchEvent(new MouseEvent(type, { bubbles: false, cancelable: true }));
        for (const type of ['focus', 'focusin', 'input', 'change', 'keydown', 'keyup', 'toggle', 'blur', 'animationstart',
            'foo']) element.dispatchEvent(new Event(type, { cancelable: true }));
        if (element.localName === 'form') element.requestSubmit();
        else if (typeof element.click === 'function') element.click();
        else element.dispatchEvent(new MouseEvent('click', { bubbles: false, cancelable: true }));
    };

    // What the first section or the whole page is made of.
    const measure = ({ check, isDocument }) => {
        const root = isDocument ? document : document.body.children[0];
        return { shape: contentShape(root, check), styles: check.kind === 'style' ? styleOf(root, check) : null };
    };

    // `cases`: for each section the values that print the same; null for those of which only structure is known.
    const check = async ({ check, cases, meant, isDocument }) => {
        const found = [];
        const { shape, styles } = meant ?? measure({ check, isDocument });
        const at = (i, what) => { if (found.length < 20) found.push({ case: i, what }); };
        const roots = isDocument ? [document] : [...document.body.children];
        if (roots.length !== cases.length || roots.some((root) => !isDocument && root.localName !== 'section')) at(-1,
            `${roots.length} sections, not ${cases.length}`);
        if (!isDocument && (document.body.attributes.length || document.documentElement.attributes.length || document.head.children.length !== 2)) at(-1,
            'outside of the sections');
        roots.slice(0, cases.length).forEach((root, i) => {
            const made = contentShape(root, check) + (root.attributes?.length ? '!' : '');
            if (made !== shape) { at(i, `structure ${made}`); return; }
            try {
                if (check.kind === 'style') compareStyles(styleOf(root, check), styles, check, (what) => at(i, what));
                for (const value of cases[i] ?? []) judges[check.kind](root, value, check, (what) => at(i, what));
            } catch (error) { at(i, `${error}`); }
        });
        addEventListener('click', guard, true);
        addEventListener('submit', guard, true);
        const before = title();
        for (const root of roots) {
            for (const element of root.querySelectorAll('*')) {
                if (element.getAttributeNames().some((name) => /^on|href$|action$/i.test(name)) || /^(button|input|form|a)$/i.test(element.localName)) touch(element);
            }
        }
        await settle(20);
        if (title() !== before) at(-1, 'title changed');
        if (document.cookie) at(-1, `cookie ${document.cookie}`);
        for (const what of problems.slice(0, 5)) at(-1, what);
        for (const what of fired.slice(0, 5)) at(-1, `fired: ${what}`);
        if (check.kind === 'script') compareValues(cases, check, at);
        if (check.kind === 'regexp') compareRegexps(cases, at);
        return { found, fired: fired.length, values: values.length };
    };

    const compareRegexps = (cases, at) => {
        if (values.length !== cases.length) at(-1, `${values.length} regexps, not ${cases.length}`);
        cases.forEach((list, i) => {
            if (!(list ?? []).every((text) => values[i] instanceof RegExp && values[i].test(text))) at(i, `regexp ${values[i]}`);
        });
    };

    // Scripts run in any order; what they got is compared as a set. Values of one context differ from each other.
    const key = (value) => JSON.stringify(value) ?? String(value);
    const compareValues = (cases, check, at) => {
        if (check.fixed) {
            if (values.length < cases.length || values.some((value) => value !== check.fixed)) at(-1,
                `${values.length} of ${cases.length} scripts ended`);
            return;
        }
        const wanted = (value) => key(check.whole ? value : (check.before ?? '') + value + (check.after ?? ''));
        const got = new Set(values.map(key));
        cases.forEach((list, i) => {
            if (!(list ?? []).every((value) => got.has(wanted(value)))) at(i, 'the script did not get the value');
        });
        if (cases.includes(null)) return;
        const all = new Set(cases.flat().map(wanted));
        for (const value of got) if (!all.has(value)) at(-1, `a script got ${value.slice(0, 200)}`);
    };

    window.probe = { fired, check, measure };
})();
