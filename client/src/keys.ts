// What tells two elements to be the same one before and after a morph: data-key, data-lvt-key or id. A key that
// stands once on both sides holds across the whole region, so that an element may change its parent; one that stands
// several times (two lists of the same things) holds only at its place in the document.

const KEYED = "[data-key],[data-lvt-key],[id],script[src]";

function ownKey(element: Element): string {
  const key = element.getAttribute("data-key") ?? element.getAttribute("data-lvt-key");
  const name = key !== null ? "k" + key : element.id ? "i" + element.id : "s" + element.getAttribute("src");
  return element.nodeName + " " + name;
}

/** The keyed elements inside `root`; what is in a skipped or ignored element is not looked at. */
function keyedElements(root: Element, skipped: Set<Element>): Element[] {
  if (!skipped.size && !root.querySelector("[lvt-ignore]")) return [...root.querySelectorAll(KEYED)];
  const found: Element[] = [];
  const walk = (parent: Element) => {
    for (let element = parent.firstElementChild; element; element = element.nextElementSibling) {
      if (element.matches(KEYED)) found.push(element);
      if (!skipped.has(element) && !element.hasAttribute("lvt-ignore")) walk(element);
    }
  };
  walk(root);
  return found;
}

/** Own keys of the elements, and those that stand twice, which are added to `twice`. */
function countKeys(elements: Element[], twice: Set<string>): string[] {
  const seen = new Set<string>();
  return elements.map((element) => {
    const key = ownKey(element);
    if (seen.has(key)) twice.add(key);
    seen.add(key);
    return key;
  });
}

/** A key for every keyed element of both sides, different within one side. */
export function matchKeys(from: Element, to: Element, skipped: Set<Element>): Map<Node, string> {
  const keys = new Map<Node, string>();
  const twice = new Set<string>();
  const sides = [from, to].map((root) => {
    const elements = keyedElements(root, skipped);
    return { root, elements, own: countKeys(elements, twice) };
  });
  for (const { root, elements, own } of sides) {
    const places = new Map<Element, string>();
    const occurrences = new Map<string, number>();

    /** Where an element stands: the tags and indexes up to the next keyed ancestor or the root. */
    const placeOf = (element: Element): string => {
      let place = places.get(element);
      if (place === undefined) {
        const parent = element.parentElement;
        if (element === root || !parent) {
          place = "";
        } else {
          let index = 0;
          for (let before = element.previousElementSibling; before; before = before.previousElementSibling)
            if (before.nodeName === element.nodeName) index++;
          place = keys.get(element) ?? `${placeOf(parent)}/${element.nodeName}${index}`;
        }
        places.set(element, place);
      }
      return place;
    };

    elements.forEach((element, index) => {
      let key = own[index] as string;
      if (twice.has(key)) {
        key = `${placeOf(element.parentElement ?? root)}/${key}`;
        const occurrence = occurrences.get(key) ?? 0;
        occurrences.set(key, occurrence + 1);
        key += ` ${occurrence}`;
      }
      keys.set(element, key);
    });
  }
  return keys;
}
